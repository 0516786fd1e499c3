//! GitHub Releases: release notes, installers, .deb and .rpm, and the sums of all assets.

mod asset;
mod deb;
mod layout;
mod lint;
mod machine;
mod notes;
mod publish;
mod rpm;
mod script;

use crate::channel::workflow::{Permission, Workflow};
use crate::channel::{Channel, Key, Kind, Template, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::problem::{Problem, Problems, nearest};
use crate::render::Output;
use crate::render::language::Language;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "github-releases",
    title: "GitHub Releases",
    holds: "release notes, installers, .deb and .rpm, and the sums of all assets",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &[],
    credentials: &[&["GITHUB_TOKEN"], &["GH_TOKEN"]],
    after: &[],
    is_reviewed: false,
    is_final: false,
    workflow: &Workflow {
        permissions: &[Permission {
            scope: "contents",
            why: "The release and its assets.",
        }],
        trusted: None,
    },
    policy: &["an immutable release can never be changed"],
    keys: &[
        Key {
            name: "formats",
            kind: Kind::List,
            about: "what is made beside the archives: `deb`, `rpm`, `sh` and `ps1` (installers) [default: all]",
            example: "[\"deb\", \"sh\"]",
        },
        Key {
            name: "libc",
            kind: Kind::Text,
            about: "the builds that .deb and .rpm are made of: `gnu` or `musl`, which needs nothing [default: `gnu`]",
            example: "\"musl\"",
        },
        Key {
            name: "section",
            kind: Kind::Text,
            about: "the section of the .deb [default: `utils`]",
            example: "\"devel\"",
        },
        Key {
            name: "deb-depends",
            kind: Kind::List,
            about: "what the .deb depends on beside the libraries of its programs",
            example: "[\"ca-certificates\"]",
        },
        Key {
            name: "rpm-requires",
            kind: Kind::List,
            about: "what the .rpm requires beside the libraries of its programs",
            example: "[\"ca-certificates\"]",
        },
    ],
    templates: &[
        Template {
            name: "installer.ps1",
            language: Language::PowerShell,
            about: "the installer for Windows",
            text: include_str!("github_releases/installer.ps1"),
        },
        Template {
            name: "installer.sh",
            language: Language::Shell,
            about: "the installer for Linux and macOS",
            text: include_str!("github_releases/installer.sh"),
        },
        Template {
            name: "notes.md",
            language: Language::Markdown,
            about: "the text of the release",
            text: include_str!("github_releases/notes.md"),
        },
    ],
    version: version::plain,
    render,
    finish: notes::finish,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

/// What is made beside the archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Deb,
    Rpm,
    Sh,
    Ps1,
}

const FORMATS: &[(&str, Format)] = &[
    ("deb", Format::Deb),
    ("rpm", Format::Rpm),
    ("sh", Format::Sh),
    ("ps1", Format::Ps1),
];

/// The formats that the settings ask for; a word that is none is an error with the list.
fn formats(edition: &Edition) -> Result<Vec<Format>, Problems> {
    let Some(words) = edition.settings(&CHANNEL).list("formats") else {
        return Ok(FORMATS.iter().map(|it| it.1).collect());
    };
    let mut problems = Problems::default();
    let mut found = Vec::new();
    for word in words {
        if let Some((_, format)) = FORMATS.iter().find(|it| it.0 == word) {
            found.push(*format);
            continue;
        }
        let guess = nearest(word, FORMATS.iter().map(|it| it.0))
            .map(|it| format!("; did you mean `{it}`?"))
            .unwrap_or_default();
        problems.push(
            Problem::new(format!(
                "no format `{word}` in `[channel.{}]`{guess}",
                CHANNEL.name
            ))
            .help("the formats are deb, rpm, sh, ps1"),
        );
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems)
    }
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let formats = formats(edition)?;
    asset::name(edition)?;
    if edition.is_main && edition.changes()?.is_none() {
        output.gap(
            format!("the changelog says nothing of {}", edition.version()),
            "the release notes do not say what changed",
            format!("write a section `## [{}]` into `CHANGELOG.md`", edition.version()),
        );
    }
    for format in formats {
        match format {
            Format::Deb => deb::render(edition, output)?,
            Format::Rpm => rpm::render(edition, output)?,
            Format::Sh => script::shell(edition, output)?,
            Format::Ps1 => script::power_shell(edition, output)?,
        }
    }
    Ok(())
}

/// The installers, each where there is something that it could install.
fn install(edition: &Edition) -> Option<String> {
    let formats = formats(edition).ok()?;
    let name = asset::name(edition).ok()?;
    let line = |format: Format, is_there: bool, before: &str, after: &str| {
        let url = edition.url(&asset::installer(&name, format))?;
        (is_there && formats.contains(&format)).then(|| format!("{before}{url}{after}"))
    };
    let lines = [
        line(
            Format::Sh,
            script::has_shell(edition),
            "curl --proto '=https' --tlsv1.2 -fsSL ",
            " | sh",
        ),
        line(
            Format::Ps1,
            script::has_power_shell(edition),
            "powershell -c \"irm ",
            " | iex\"",
        ),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Packages of Linux, and scripts that are called installers.
fn recognises(file: &File) -> bool {
    let name = file.name();
    let is_named = |ends: &[&str]| ends.iter().any(|it| name.ends_with(it));
    is_named(&[".deb", ".rpm", "-installer.sh", "-installer.ps1"]) || asset::is_list(file)
}
