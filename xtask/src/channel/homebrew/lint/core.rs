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
    let version = version.to_lowercase();
    let name = file.name().trim_end_matches(".rb").to_lowercase();
    let mut flaws = Vec::new();
    for download in source.downloads() {
        let url = download.url.to_lowercase();
        let mut parts = url.rsplit('/');
        // The name of the product may hold any word; what follows it in the file and in its folder says the version.
        let of_file = parts
            .next()
            .map(|it| after_name(it, &name).unwrap_or_else(|| version_in(it)));
        let of_folder = parts.next().map(|it| after_name(it, &name).unwrap_or(it));
        let text = [Some(version.as_str()), of_file, of_folder]
            .map(Option::unwrap_or_default)
            .join(" ");
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

/// What follows the name of the formula in a part of a URL, if it begins with it.
fn after_name<'a>(part: &'a str, name: &str) -> Option<&'a str> {
    part.strip_prefix(name)
        .filter(|it| !it.starts_with(char::is_alphanumeric))
}

/// What follows another name in the name of a file: all from the first number on that stands behind a `-`, a `_`, a `v`
/// or nothing; the whole where there is none.
fn version_in(part: &str) -> &str {
    let begins = |(at, letter): &(usize, char)| {
        let before = &part[..*at];
        let before = before.strip_suffix('v').unwrap_or(before);
        letter.is_ascii_digit() && (before.is_empty() || before.ends_with(['-', '_']))
    };
    let start = part.char_indices().find(begins);
    start.map_or(part, |it| &part[it.0..])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_product_is_no_pre_release() {
        let check = |name: &str, url: &str, is_stable: bool| {
            let text = format!(
                "class Demo < Formula\n  url \"{url}\"\n  depends_on \"rust\" => :build\n  def install\n    \
                 system \"cargo\", \"install\", *std_cargo_args\n  end\nend\n"
            );
            let file = File::new(format!("homebrew-core/Formula/d/{name}.rb"), text);
            let source = Source::read(&file).unwrap();
            assert!(source.is_core(&file));
            assert_eq!(stable(&file, &source).is_empty(), is_stable, "{name} {url}");
        };
        let base = "https://github.com/owner/demo/releases/download";
        check("alpha", &format!("{base}/v1.2.3/alpha-1.2.3.tar.gz"), true);
        check(
            "x-dev",
            &format!("{base}/x-dev-v1.2.3/x-dev-1.2.3-source.tar.gz"),
            true,
        );
        check("words", &format!("{base}/v1.2.3/x-rc-1.2.3.tar.gz"), true);
        check("preview", "https://demo.example/preview/1.2.3.tar.gz", true);
        check(
            "alpha",
            &format!("{base}/v1.2.3-alpha.1/alpha-1.2.3-alpha.1.tar.gz"),
            false,
        );
        check("alpha", &format!("{base}/v1.2.3/alpha-beta.tar.gz"), false);
        check("x", &format!("{base}/v1.2.3-rc.1/source.tar.gz"), false);
        check("demo", &format!("{base}/nightly-2026-01-02/source.tar.gz"), false);
        check(
            "demo",
            "https://github.com/owner/demo/archive/refs/tags/v1.2.3-RC1.tar.gz",
            false,
        );
    }
}
