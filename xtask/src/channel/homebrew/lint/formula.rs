//! Formulae, and what they share with casks.

use std::path::Path;

use super::read::{Call, Kind, Source};
use super::ruby::{head, interpolation};
use crate::channel::homebrew::name;
use crate::lint::{File, Flaw};

/// The parts of a formula in Homebrew's order (`ast_constants.rb`); `fetch` and `service` as formulae of core have them.
const FORMULA: &[&str] = &[
    "include",
    "desc",
    "homepage",
    "url",
    "mirror",
    "version",
    "sha256",
    "license",
    "revision",
    "version_scheme",
    "compatibility_version",
    "head",
    "stable",
    "livecheck",
    "no_autobump!",
    "bottle",
    "pour_bottle?",
    "keg_only",
    "option",
    "deprecate!",
    "disable!",
    "depends_on",
    "uses_from_macos",
    "on_macos",
    "on_system",
    "on_linux",
    "on_arm",
    "on_intel",
    "conflicts_with",
    "skip_clean",
    "link_overwrite",
    "fails_with",
    "resource",
    "patch",
    "allow_network_access!",
    "deny_network_access!",
    "def fetch",
    "def install",
    "post_install_steps",
    "def post_install",
    "def caveats",
    "service",
    "test",
];

/// The blocks of systems and processors.
const SYSTEMS: &[&str] = &["on_macos", "on_linux", "on_arm", "on_intel", "on_system"];

fn formula(source: &Source) -> Option<&str> {
    match &source.kind {
        Kind::Formula(class) => Some(class),
        Kind::Cask(_) => None,
    }
}

pub(super) fn missing(file: &File, words: &[&str], has: impl Fn(&str) -> bool) -> Vec<Flaw> {
    let missing = words.iter().filter(|it| !has(it));
    missing
        .map(|it| Flaw::file(file, format!("there is no `{it}`")))
        .collect()
}

pub(super) fn name(file: &File, _: &Source) -> Vec<Flaw> {
    let stem = file.name().trim_end_matches(".rb");
    let flaws = name::flaws(stem).into_iter();
    flaws
        .map(|it| Flaw::file(file, format!("the name `{stem}` has {it}")))
        .collect()
}

pub(super) fn class(file: &File, source: &Source) -> Vec<Flaw> {
    let Some(found) = formula(source) else {
        return Vec::new();
    };
    let expected = name::class(file.name().trim_end_matches(".rb"));
    if found == expected {
        return Vec::new();
    }
    vec![Flaw::at(
        file,
        "class ",
        format!("the class is `{found}`, and Homebrew looks for `{expected}`"),
    )]
}

pub(super) fn required(file: &File, source: &Source) -> Vec<Flaw> {
    if formula(source).is_none() {
        return Vec::new();
    }
    // What is installed may be told for each system.
    let is_install = |it: &Call| {
        it.word == "def install"
            && it
                .blocks
                .iter()
                .all(|it| it == "if" || SYSTEMS.contains(&it.as_str()))
    };
    let mut flaws = missing(file, &["desc", "homepage", "def install"], |it| {
        source.first(it).is_some() || (it == "def install" && source.calls.iter().any(is_install))
    });
    if source.downloads().is_empty() {
        flaws.push(Flaw::file(file, "there is no `url` to download"));
    }
    flaws
}

pub(super) fn order(file: &File, source: &Source) -> Vec<Flaw> {
    let order = if source.is_formula() {
        FORMULA
    } else {
        super::cask::ORDER
    };
    let mut before: Option<(usize, &str)> = None;
    for call in source.top() {
        let Some(rank) = order.iter().position(|it| *it == call.word) else {
            continue;
        };
        if let Some((highest, word)) = before
            && rank < highest
        {
            return vec![Flaw::line(
                file,
                call.line,
                format!("`{}` stands behind `{word}`", call.word),
            )];
        }
        before = Some((rank, &call.word));
    }
    Vec::new()
}

/// A repository has no checksum: git knows what it holds.
fn is_git(url: &str) -> bool {
    Path::new(url)
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("git"))
}

fn is_sum(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

pub(super) fn sums(file: &File, source: &Source) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    if source.is_formula() {
        for download in source.downloads() {
            if download.sha256.is_none() && !is_git(&download.url) {
                flaws.push(Flaw::line(
                    file,
                    download.line,
                    "no `sha256` stands beside the `url`",
                ));
            }
        }
    }
    let is_bottle = |it: &&Call| !it.blocks.iter().any(|it| it == "bottle");
    for call in source
        .calls
        .iter()
        .filter(|it| it.word == "sha256")
        .filter(is_bottle)
    {
        let texts = call.texts();
        // A digest may be looked up: `sha256 sums["linux"]`.
        let is_looked_up = call.rest.starts_with(char::is_alphabetic) && !head(&call.rest).1.starts_with(':');
        if is_looked_up {
            continue;
        }
        if texts.is_empty() && !call.rest.starts_with(':') {
            flaws.push(Flaw::line(file, call.line, "`sha256` has no digest"));
        }
        for text in texts.iter().filter(|it| !is_sum(it)) {
            flaws.push(Flaw::line(
                file,
                call.line,
                format!("`{text}` is no SHA-256 of 64 lowercase digits"),
            ));
        }
    }
    flaws
}

/// A URL without what Ruby puts into it.
fn written(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#{") {
        out.push_str(before);
        rest = &after[interpolation(after)..];
    }
    out + rest
}

pub(super) fn urls(file: &File, source: &Source) -> Vec<Flaw> {
    let wrong = source.calls.iter().filter_map(|call| {
        let is_fine = |it: &str| match call.word.as_str() {
            "url" => it.starts_with("https://"),
            _ => it.starts_with("https://") || it.starts_with("http://"),
        };
        let is_ours = call.word == "url" || call.word == "homepage";
        let text = call.text().filter(|_| is_ours)?;
        let plain = written(&text);
        if is_fine(&plain) && plain.is_ascii() && !plain.contains(char::is_whitespace) {
            return None;
        }
        Some(Flaw::line(
            file,
            call.line,
            format!("`{text}` is no URL of `https` in ASCII"),
        ))
    });
    wrong.collect()
}

pub(super) fn homepage(file: &File, source: &Source) -> Vec<Flaw> {
    let call = source.first("homepage");
    let text = call.and_then(Call::text).filter(|it| it.starts_with("http://"));
    text.zip(call)
        .map(|(it, call)| Flaw::line(file, call.line, format!("`{it}` does not begin with `https`")))
        .into_iter()
        .collect()
}

pub(super) fn license(file: &File, source: &Source) -> Vec<Flaw> {
    let Some(call) = source.first("license") else {
        return Vec::new();
    };
    if call.rest.starts_with('[') {
        return vec![Flaw::line(
            file,
            call.line,
            "an array of licences does not say `any_of:` or `all_of:`",
        )];
    }
    let is_known = |it: &String| {
        let license = spdx::license_id(it.trim_end_matches('+'));
        license.is_some() || spdx::exception_id(it).is_some()
    };
    let texts = call.texts();
    let unknown = texts.iter().filter(|it| !is_known(it));
    unknown
        .map(|it| Flaw::line(file, call.line, format!("`{it}` is no licence of SPDX")))
        .collect()
}

/// Whether a text demands something, such as `assert_match` at its start or in a block of one line.
fn asserts(text: &str) -> bool {
    text.split(|it: char| !it.is_alphanumeric() && it != '_')
        .any(|it| it.starts_with("assert") || it.starts_with("refute"))
}

pub(super) fn test(file: &File, source: &Source) -> Vec<Flaw> {
    if formula(source).is_none() {
        return Vec::new();
    }
    let Some(call) = source.first("test") else {
        return vec![Flaw::file(file, "there is no `test do`")];
    };
    let is_real = source
        .inside("test")
        .any(|it| it.word == "system" || [&it.word, &it.rest].iter().any(|it| asserts(it)));
    let is_false = source
        .inside("test")
        .any(|it| it.word == "system" && it.text().as_deref() == Some("false"));
    if is_real && !is_false {
        return Vec::new();
    }
    vec![Flaw::line(file, call.line, "the test asserts nothing")]
}

pub(super) fn on_system(file: &File, source: &Source) -> Vec<Flaw> {
    const REFUSED: &[&str] = &["url", "sha256", "version", "mirror"];
    if formula(source).is_none() {
        return Vec::new();
    }
    let direct = source.calls.iter().filter(|it| {
        it.blocks.len() == 1
            && SYSTEMS.contains(&it.blocks[0].as_str())
            && REFUSED.contains(&it.word.as_str())
    });
    direct
        .map(|it| {
            Flaw::line(
                file,
                it.line,
                format!("`{}` stands right below `{}`", it.word, it.blocks[0]),
            )
        })
        .collect()
}

pub(super) fn version(file: &File, source: &Source) -> Vec<Flaw> {
    let Some(call) = source.first("version") else {
        return Vec::new();
    };
    let text = call.text().unwrap_or_default();
    let has_v = text
        .strip_prefix('v')
        .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let has_digit = text.contains(|it: char| it.is_ascii_digit());
    if call.rest.starts_with(':') || (has_digit && !has_v && !text.contains(char::is_whitespace)) {
        return Vec::new();
    }
    vec![Flaw::line(
        file,
        call.line,
        format!("`{text}` is no version of Homebrew's form"),
    )]
}

/// What Homebrew reads from the URL of an asset on GitHub.
pub(super) fn version_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://github.com/")?;
    let (_, rest) = rest.split_once("/releases/download/")?;
    let (tag, _) = rest.split_once('/')?;
    let version = tag.strip_prefix('v').unwrap_or(tag);
    let is_plain = version.contains('.')
        && version
            .split('.')
            .all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    is_plain.then_some(version)
}

pub(super) fn repeated_version(file: &File, source: &Source) -> Vec<Flaw> {
    let call = source.first("version").filter(|_| source.is_formula());
    let Some((call, version)) = call.and_then(|it| Some((it, it.text()?))) else {
        return Vec::new();
    };
    let said = source
        .downloads()
        .iter()
        .any(|it| version_of(&it.url) == Some(&version));
    if !said {
        return Vec::new();
    }
    vec![Flaw::line(
        file,
        call.line,
        format!("the URL says `{version}` already"),
    )]
}

pub(super) fn service(file: &File, source: &Source) -> Vec<Flaw> {
    let Some(service) = source.first("service").filter(|_| source.is_formula()) else {
        return Vec::new();
    };
    let calls: Vec<&Call> = source.inside("service").collect();
    let mut flaws = Vec::new();
    if !calls.iter().any(|it| it.word == "run" || it.word == "name") {
        flaws.push(Flaw::line(file, service.line, "the service has no `run`"));
    }
    for call in calls {
        let direct = ["bin/", "prefix/", "libexec/", "sbin/"]
            .iter()
            .any(|it| call.rest.trim_start_matches(['[', '(']).starts_with(it));
        if direct {
            flaws.push(Flaw::line(
                file,
                call.line,
                "the path changes with each version: begin it with `opt_`",
            ));
        }
    }
    flaws
}
