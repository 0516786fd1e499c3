//! Chocolatey: a nupkg with the program, or one that downloads it.

mod lint;
mod nuspec;
mod publish;
mod tools;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::pack::nupkg;
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "chocolatey",
    title: "Chocolatey",
    holds: "a nupkg with the program, or one that downloads it",
    systems: &[Os::Windows],
    programs: &[],
    credentials: &[&["CHOCOLATEY_API_KEY"]],
    after: &["github-releases"],
    is_reviewed: true,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &["a moderator approves each version unless the package is trusted"],
    keys: &[
        Key {
            name: "depends",
            kind: Kind::List,
            about: "packages that must be installed first, each with the smallest version [default: none]",
            example: "[\"vcredist140 14.0.0\"]",
        },
        Key {
            name: "embed",
            kind: Kind::Flag,
            about: "whether the package holds the programs, or downloads them from the release [default: true]",
            example: "false",
        },
        Key {
            name: "icon-url",
            kind: Kind::Text,
            about: "a link to a picture, from a content delivery network [default: none]",
            example: "\"https://demo.example/icon.png\"",
        },
        Key {
            name: "license-url",
            kind: Kind::Text,
            about: "a link to the licence [default: its file on GitHub at the tag]",
            example: "\"https://demo.example/license\"",
        },
        Key {
            name: "mailing-list-url",
            kind: Kind::Text,
            about: "a link to the forum or the mailing list [default: none]",
            example: "\"https://demo.example/forum\"",
        },
        Key {
            name: "owners",
            kind: Kind::Text,
            about: "the accounts on the community repository that keep the package [default: none]",
            example: "\"owner\"",
        },
        Key {
            name: "package-source-url",
            kind: Kind::Text,
            about: "a link to what the package is made from [default: the repository]",
            example: "\"https://github.com/owner/demo\"",
        },
        Key {
            name: "resubmit",
            kind: Kind::Flag,
            about: "whether other bytes take the place of the same version while nobody has approved it [default: false]",
            example: "true",
        },
        Key {
            name: "tags",
            kind: Kind::List,
            about: "words to be found by [default: the keywords of `Cargo.toml`]",
            example: "[\"words\", \"cli\"]",
        },
    ],
    templates: &[
        Template {
            name: "VERIFICATION.txt",
            language: Language::Markdown,
            about: "how a moderator gets the same bytes",
            text: include_str!("chocolatey/VERIFICATION.txt"),
        },
        Template {
            name: "chocolateyinstall-download.ps1",
            language: Language::PowerShell,
            about: "`chocolateyinstall.ps1` of a package that downloads",
            text: include_str!("chocolatey/chocolateyinstall-download.ps1"),
        },
        Template {
            name: "chocolateyinstall.ps1",
            language: Language::PowerShell,
            about: "chooses the program of the machine, where the package holds several",
            text: include_str!("chocolatey/chocolateyinstall.ps1"),
        },
        Template {
            name: "chocolateyuninstall.ps1",
            language: Language::PowerShell,
            about: "takes away what `chocolateyinstall.ps1` has made",
            text: include_str!("chocolatey/chocolateyuninstall.ps1"),
        },
    ],
    version: version::nuget,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let served = tools::served(edition);
    if served.is_empty() {
        output.gap(
            "no build for Windows",
            "no package",
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
        return Ok(());
    }
    if served.iter().all(|(it, _)| it.folder == "arm64") {
        output.gap(
            "no build for Windows on x64",
            "the package is for arm64 alone",
            "cargo xtask dist --target x86_64-pc-windows-gnullvm",
        );
    }
    let version = version::nuget(edition.version()).map_err(anyhow::Error::msg)?;
    let core = nuspec::core(edition, &version);
    let nuspec = nuspec::text(edition, &core);
    output.text(format!("{}.nuspec", core.id), nuspec.clone());

    let embeds = edition.settings(&CHANNEL).flag("embed") != Some(false);
    if !embeds && edition.listing.download_url.is_none() {
        output.gap(
            "no link to the archives",
            "no package that downloads them",
            "set `[product] download-url` in `packaging/release.toml`",
        );
        return Ok(());
    }
    if embeds && edition.licence_entries().next().is_none() {
        output.gap(
            "no licence file in the archives",
            "no package that holds the programs",
            "add a `LICENSE` file to the workspace",
        );
        return Ok(());
    }
    let texts = if embeds {
        tools::embedded(edition, &served)?
    } else {
        tools::download(edition, &served)?
    };
    let edition = edition.clone();
    output.package(format!("{}.{version}.nupkg", core.id), move || {
        let mut files = texts;
        if embeds {
            files.push(tools::licence(&edition)?);
            files.extend(tools::programs(&tools::served(&edition))?);
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        nupkg::write(&core, &nuspec, files, edition.time_s())
    });
    Ok(())
}

fn install(edition: &Edition) -> Option<String> {
    tools::served(edition).first()?;
    let id = nuspec::id(edition);
    Some(if edition.version().pre.is_empty() {
        format!("choco install {id}")
    } else {
        format!("choco install {id} --pre")
    })
}

/// A nupkg, a nuspec, or one of the scripts by the name that Chocolatey runs it under.
fn recognises(file: &File) -> bool {
    const SCRIPTS: &[&str] = &[
        "chocolateyinstall.ps1",
        "chocolateyuninstall.ps1",
        "chocolateybeforemodify.ps1",
    ];
    has_ending(&file.path, &["nupkg", "nuspec"]) || SCRIPTS.contains(&file.name().to_lowercase().as_str())
}

/// Whether a path ends in a dot and one of these, in any case, as Windows looks at names.
fn has_ending(path: &str, endings: &[&str]) -> bool {
    let ending = path.rsplit_once('.').map(|it| it.1.to_lowercase());
    ending.is_some_and(|it| endings.contains(&it.as_str()))
}
