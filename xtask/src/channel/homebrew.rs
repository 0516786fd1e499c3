//! Homebrew: a formula for a tap, one for homebrew-core, and a cask.

mod cask;
mod extras;
mod from_source;
mod license;
mod lint;
mod name;
mod prebuilt;
mod publish;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing};
use crate::edition::{Edition, Listing};
use crate::lint::File;
use crate::problem::Problem;
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::{Value, Values};
use crate::target::Os;

use semver::Version;

pub(in crate::channel) use publish::repository;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "homebrew",
    title: "Homebrew",
    holds: "a formula for a tap, one for homebrew-core, and a cask",
    systems: &[Os::Macos, Os::Linux],
    programs: &["git"],
    credentials: &[
        &["HOMEBREW_TAP_TOKEN"],
        &["HOMEBREW_GITHUB_API_TOKEN"],
        &["GITHUB_TOKEN"],
    ],
    after: &["github-releases"],
    is_reviewed: false,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &[
        "homebrew-core: use of AI is disclosed, and a person has reviewed everything",
        "homebrew-core: 30 forks, 30 watchers or 75 stars; three times that when the owner submits it",
    ],
    keys: &[
        Key {
            name: "tap",
            kind: Kind::Text,
            about: "the repository of the tap, as `owner/homebrew-name` [default: the owner's `homebrew-tap`]",
            example: "\"owner/homebrew-tap\"",
        },
        Key {
            name: "cask",
            kind: Kind::Flag,
            about: "whether a cask is rendered for macOS too, which wants notarized programs [default: false]",
            example: "true",
        },
        Key {
            name: "core",
            kind: Kind::Flag,
            about: "whether a formula for homebrew-core is rendered too [default: true]",
            example: "false",
        },
        Key {
            name: "completions",
            kind: Kind::List,
            about: "the words after which the program prints completions for the shell that follows them [default: \
                the files of the archive]",
            example: "[\"completions\"]",
        },
        Key {
            name: "service",
            kind: Kind::List,
            about: "the words after which the program runs as a service",
            example: "[\"serve\"]",
        },
        Key {
            name: "caveats",
            kind: Kind::Text,
            about: "what Homebrew shows after it has installed the program",
            example: "\"Run `demo init` first.\"",
        },
    ],
    templates: &[
        Template {
            name: prebuilt::TEMPLATE,
            language: Language::Ruby,
            about: "the formula for a tap",
            text: include_str!("homebrew/formula.rb"),
        },
        Template {
            name: from_source::TEMPLATE,
            language: Language::Ruby,
            about: "the formula for homebrew-core",
            text: include_str!("homebrew/core.rb"),
        },
        Template {
            name: cask::TEMPLATE,
            language: Language::Ruby,
            about: "the cask for a tap",
            text: include_str!("homebrew/cask.rb"),
        },
    ],
    version,
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

/// A version of Homebrew has no build: `1.2.3+5` would be another one, and a newer.
fn version(version: &Version) -> Result<String, String> {
    if version.build.is_empty() {
        return Ok(version.to_string());
    }
    Err(format!(
        "Homebrew would take `+{}` for a part of the version",
        version.build
    ))
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let listing = edition.listing_for(&CHANNEL);
    let settings = edition.settings(&CHANNEL);
    if listing.homepage.is_none() {
        output.gap(
            "no homepage",
            "no formula and no cask",
            "write `homepage` or `repository` into `Cargo.toml`",
        );
        return Ok(());
    }
    prebuilt::render(edition, &listing, output)?;
    if settings.flag("core") != Some(false) {
        from_source::render(edition, &listing, output)?;
    }
    if settings.flag("cask") == Some(true) {
        cask::render(edition, &listing, output)?;
    }
    Ok(())
}

/// Whether the version is one that only those get who ask for it.
fn is_preview(edition: &Edition) -> bool {
    !edition.version().pre.is_empty()
}

/// The name of the formula in a tap. A tap offers one version of each, so a pre-release is a formula of its own:
/// whoever has the release does not get it with the next `brew upgrade`.
fn formula_name(edition: &Edition, listing: &Listing) -> String {
    if is_preview(edition) {
        format!("{}-preview", listing.name)
    } else {
        listing.name.clone()
    }
}

/// The tap as users type it: `owner/tap` for the repository `owner/homebrew-tap`.
fn tap(edition: &Edition, listing: &Listing) -> Option<String> {
    let set = edition.settings(&CHANNEL).text("tap");
    let (owner, name) = match set {
        Some(text) => text.split_once('/')?,
        None => (listing.repository.as_ref()?.github.as_ref()?.0.as_str(), "tap"),
    };
    let name = name.strip_prefix("homebrew-").unwrap_or(name);
    Some(format!("{owner}/{name}"))
}

/// The summary as Homebrew wants a description, as far as nothing is lost: a capital at the start and no full stop at
/// the end. What else it minds is for a person to mend, and a rule says so.
fn desc(summary: &str) -> String {
    const LOWERCASE: &[&str] = &["iOS", "iPhone", "macOS"];
    let text = summary.trim();
    let text = match text.strip_suffix('.') {
        Some(rest) if !rest.ends_with('.') && !text.ends_with("etc.") => rest,
        _ => text,
    };
    let mut letters = text.chars();
    match letters.next() {
        Some(first)
            if first.is_ascii_lowercase()
                && !LOWERCASE.contains(&text.split(' ').next().unwrap_or_default()) =>
        {
            format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
        }
        _ => text.to_owned(),
    }
}

/// The class of a formula, as a word of a template.
fn class(name: &str) -> anyhow::Result<Value> {
    let class = name::class(name);
    if !name::is_class(&class) {
        return Err(Problem::new(format!(
            "cannot name a formula `{}`: Homebrew would look for a class `{}`, which Ruby does not take",
            name.escape_debug(),
            class.escape_debug()
        ))
        .help("set another name: `[channel.homebrew] name`")
        .into());
    }
    Value::word(&class)
}

/// What all three files say.
fn common(listing: &Listing) -> Values {
    Values::from([
        ("desc", Value::text(desc(&listing.summary))),
        (
            "homepage",
            Value::text(listing.homepage.clone().unwrap_or_default()),
        ),
    ])
}

/// The line `version …`, where Homebrew would not read the same from a URL of the release. It does so for certain where
/// the folder of an asset on GitHub is named after the version, and minds a repetition (`resource_auditor.rb`).
fn version_line(edition: &Edition, listing: &Listing) -> String {
    let version = edition.version();
    let on_github = listing.download_url.as_deref().is_some_and(|it| {
        it.starts_with("https://github.com/")
            && it.trim_end_matches('/').ends_with("/releases/download/{tag}")
    });
    let tag = edition.tag();
    let is_plain = tag.strip_prefix('v').unwrap_or(&tag) == version.to_string();
    if on_github && is_plain && version.pre.is_empty() {
        return String::new();
    }
    format!("version {}", Language::Ruby.literal(&version.to_string()))
}

/// A block of lines, and an empty line after it; nothing where there are none.
fn paragraph(lines: &str) -> Value {
    Value::code(if lines.is_empty() {
        String::new()
    } else {
        format!("{lines}\n\n")
    })
}

fn service(edition: &Edition, program: &str) -> String {
    let Some(words) = edition.settings(&CHANNEL).list("service") else {
        return String::new();
    };
    let program_text = Language::Ruby.literal(program);
    let words: Vec<String> = words
        .iter()
        .map(|it| format!(", {}", Language::Ruby.literal(it)))
        .collect();
    let log = Language::Ruby.literal(&format!("log/{program}.log"));
    format!(
        "service do\n  run [opt_bin/{program_text}{}]\n  keep_alive true\n  log_path var/{log}\n  error_log_path \
         var/{log}\nend",
        words.concat()
    )
}

/// The lines of `test do`: what each program says of itself holds the version.
fn test_lines(programs: &[String]) -> String {
    let lines: Vec<String> = programs
        .iter()
        .map(|it| {
            let inner = Language::Ruby.literal(it);
            let inner = inner.trim_matches('"');
            format!("assert_match version.to_s, shell_output(\"#{{bin}}/{inner} --version\")")
        })
        .collect();
    lines.join("\n")
}

/// The line that has a program print its completions, if the settings say that it can.
fn generated_completions(edition: &Edition, program: &str) -> Option<String> {
    let words = edition.settings(&CHANNEL).list("completions")?;
    let words: Vec<String> = words
        .iter()
        .map(|it| format!(", {}", Language::Ruby.literal(it)))
        .collect();
    Some(format!("{program}{}", words.concat()))
}

fn install(edition: &Edition) -> Option<String> {
    let listing = edition.listing_for(&CHANNEL);
    listing.homepage.as_ref()?;
    if prebuilt::offered(edition).is_empty() {
        return None;
    }
    let tap = tap(edition, &listing)?;
    // Only the whole name is trusted without a question since Homebrew 6.
    Some(format!("brew install {tap}/{}", formula_name(edition, &listing)))
}

/// Ruby that defines a formula or a cask.
fn recognises(file: &File) -> bool {
    file.is_a("rb") && lint::is_ours(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions() {
        let check = |text: &str, expected: &str| assert_eq!(desc(text), expected);
        check("Counts words", "Counts words");
        check("counts words.", "Counts words");
        check("Counts words, lines, etc.", "Counts words, lines, etc.");
        check("Counts words...", "Counts words...");
        check("macOS words", "macOS words");
        check("\u{e4}hnlich", "\u{e4}hnlich");
        check("", "");
    }

    #[test]
    fn versions() {
        assert!(version(&Version::parse("1.2.3-rc.1").unwrap()).is_ok());
        assert!(version(&Version::parse("1.2.3+5").unwrap()).is_err());
    }
}
