//! Casks.

use super::read::{Kind, Source};
use crate::lint::{File, Flaw};

/// The stanzas in Homebrew's order (rubocops/cask/constants/stanza.rb).
pub(super) const ORDER: &[&str] = &[
    "arch",
    "os",
    "version",
    "sha256",
    "on_arm",
    "on_intel",
    "on_macos",
    "on_linux",
    "language",
    "url",
    "name",
    "desc",
    "homepage",
    "livecheck",
    "no_autobump!",
    "deprecate!",
    "disable!",
    "auto_updates",
    "conflicts_with",
    "depends_on",
    "container",
    "suite",
    "app",
    "pkg",
    "installer",
    "binary",
    "manpage",
    "bash_completion",
    "fish_completion",
    "zsh_completion",
    "generate_completions_from_executable",
    "artifact",
    "preflight",
    "postflight",
    "uninstall",
    "zap",
    "caveats",
];

/// What installs something.
const ARTIFACTS: &[&str] = &[
    "app",
    "app_image",
    "artifact",
    "audio_unit_plugin",
    "binary",
    "colorpicker",
    "command_wrapper",
    "dictionary",
    "font",
    "input_method",
    "installer",
    "internet_plugin",
    "keyboard_layout",
    "mdimporter",
    "pkg",
    "prefpane",
    "qlplugin",
    "screen_saver",
    "service",
    "stage_only",
    "suite",
    "vst_plugin",
    "vst3_plugin",
];

fn token_of(source: &Source) -> Option<&str> {
    match &source.kind {
        Kind::Cask(token) => Some(token),
        Kind::Formula(_) => None,
    }
}

pub(super) fn required(file: &File, source: &Source) -> Vec<Flaw> {
    if token_of(source).is_none() {
        return Vec::new();
    }
    let anywhere = |word: &str| source.calls.iter().any(|it| it.word == word);
    let mut flaws: Vec<Flaw> = ["version", "sha256", "url", "name", "homepage"]
        .into_iter()
        .filter(|it| !anywhere(it))
        .map(|it| Flaw::file(file, format!("there is no `{it}`")))
        .collect();
    if !ARTIFACTS.iter().any(|it| anywhere(it)) {
        flaws.push(Flaw::file(file, "nothing is installed: there is no `binary`"));
    }
    flaws
}

pub(super) fn token(file: &File, source: &Source) -> Vec<Flaw> {
    let stem = file.name().trim_end_matches(".rb");
    match token_of(source) {
        Some(token) if token != stem => vec![Flaw::at(
            file,
            "cask ",
            format!("the token is `{token}`, and the file is named `{stem}`"),
        )],
        _ => Vec::new(),
    }
}

pub(super) fn version(file: &File, source: &Source) -> Vec<Flaw> {
    if token_of(source).is_none() {
        return Vec::new();
    }
    let Some((call, text)) = source.first("version").and_then(|it| Some((it, it.text()?))) else {
        return Vec::new();
    };
    let is_odd = text.contains([':', '/']) || text == "latest" || text.is_empty();
    if !is_odd {
        return Vec::new();
    }
    vec![Flaw::line(
        file,
        call.line,
        format!("`{text}` is no version of a cask"),
    )]
}

pub(super) fn verified(file: &File, source: &Source) -> Vec<Flaw> {
    if token_of(source).is_none() {
        return Vec::new();
    }
    let urls = source.calls.iter().filter(|it| it.word == "url");
    urls.filter(|it| it.rest.contains("verified:"))
        .map(|it| Flaw::line(file, it.line, "`verified:` is deprecated"))
        .collect()
}

pub(super) fn system(file: &File, source: &Source) -> Vec<Flaw> {
    if token_of(source).is_none() {
        return Vec::new();
    }
    let says = source.calls.iter().any(|it| {
        (it.word == "depends_on" && (it.rest.contains("macos") || it.rest.contains("linux")))
            || it.word == "os"
            || it.word == "on_linux"
    });
    if says {
        return Vec::new();
    }
    vec![Flaw::file(file, "no `depends_on` names a system")]
}
