//! Formulae for homebrew-core, which are compiled from source.

use super::formula::missing;
use super::read::{Call, Source};
use crate::lint::{File, Flaw};

pub(super) fn stable(file: &File, source: &Source) -> Vec<Flaw> {
    const WORDS: &[&str] = &["alpha", "beta", "-rc", "nightly", "-dev", "preview"];
    if !source.is_core(file) {
        return Vec::new();
    }
    let version = source.first("version").and_then(Call::text).unwrap_or_default();
    let mut flaws = Vec::new();
    for download in source.downloads() {
        // The name of the product may hold any word; the folder and the file behind it say the version.
        let end: Vec<&str> = download.url.rsplit('/').take(2).collect();
        let text = format!("{version} {}", end.join(" ")).to_lowercase();
        if WORDS.iter().any(|it| text.contains(it)) {
            flaws.push(Flaw::line(
                file,
                download.line,
                "the URL is that of a pre-release",
            ));
        }
    }
    flaws
}

pub(super) fn compiles(file: &File, source: &Source) -> Vec<Flaw> {
    if !source.is_core(file) {
        return Vec::new();
    }
    let mut flaws = missing(file, &["license"], |it| source.first(it).is_some());
    if let Some(bottle) = source.first("bottle") {
        flaws.push(Flaw::line(file, bottle.line, "a new formula has no `bottle`"));
    }
    for download in source.downloads().iter().filter(|it| !it.blocks.is_empty()) {
        flaws.push(Flaw::line(
            file,
            download.line,
            "the URL is for one system: core compiles one source for all",
        ));
    }
    let rust = source
        .top()
        .find(|it| it.word == "depends_on" && it.text().as_deref() == Some("rust"));
    let installs = source.inside("def install").any(is_cargo_install);
    match rust {
        Some(call) if !call.rest.contains(":build") => flaws.push(Flaw::line(
            file,
            call.line,
            "`rust` is needed for the build only: `=> :build`",
        )),
        None if installs => flaws.push(Flaw::file(file, "there is no `depends_on \"rust\" => :build`")),
        Some(_) if !installs => flaws.push(Flaw::file(file, "nothing is compiled with `cargo install`")),
        None => flaws.push(Flaw::file(file, "nothing is compiled")),
        Some(_) => {}
    }
    flaws
}

fn is_cargo_install(call: &Call) -> bool {
    let texts = call.texts();
    call.word == "system" && texts.first().is_some_and(|it| it == "cargo") && texts.len() > 1
}

pub(super) fn network(file: &File, source: &Source) -> Vec<Flaw> {
    let is_rust = source.inside("def install").any(is_cargo_install);
    if !source.is_core(file) || !is_rust {
        return Vec::new();
    }
    missing(file, &["deny_network_access!", "def fetch"], |it| {
        source.first(it).is_some()
    })
}

pub(super) fn folder(file: &File, source: &Source) -> Vec<Flaw> {
    if !source.is_core(file) {
        return Vec::new();
    }
    let mut parts = file.path.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let letter = name.chars().next().map(|it| it.to_lowercase().to_string());
    if letter.as_deref() == Some(folder) || (folder == "lib" && name.starts_with("lib")) {
        return Vec::new();
    }
    vec![Flaw::file(
        file,
        format!("`{name}` lies in the folder `{folder}`"),
    )]
}
