//! The `.deb` of each Debian machine.

use std::fmt::Write;

use super::layout::{self, Family};
use super::machine::{self, Machine};
use super::{CHANNEL, asset};
use crate::channel::version;
use crate::edition::{Build, Edition, Listing};
use crate::pack::{File, Mode, deb};
use crate::render::{Files, Output};

/// What Debian calls the packages of common libraries; those of glibc come with a version of their own.
const LIBRARIES: &[(&str, &str)] = &[
    ("libcrypto.so.3", "libssl3t64 | libssl3"),
    ("libgcc_s.so.1", "libgcc-s1"),
    ("libssl.so.3", "libssl3t64 | libssl3"),
    ("libstdc++.so.6", "libstdc++6"),
    ("libz.so.1", "zlib1g"),
];

/// The parts of glibc.
const GLIBC: &[&str] = &[
    "ld-linux",
    "libc.so",
    "libdl.so",
    "libm.so",
    "libpthread.so",
    "librt.so",
    "libutil.so",
];

/// Licences that every Debian system has the text of (policy, 12.5).
const COMMON_LICENCES: &[(&str, &str)] = &[
    ("Apache-2.0", "Apache-2.0"),
    ("Artistic-1.0", "Artistic"),
    ("CC0-1.0", "CC0-1.0"),
    ("GPL-2.0", "GPL-2"),
    ("GPL-3.0", "GPL-3"),
    ("LGPL-2.1", "LGPL-2.1"),
    ("LGPL-3.0", "LGPL-3"),
    ("MPL-2.0", "MPL-2.0"),
];

/// The longest line of an extended description that tools show without breaking it.
const WIDTH: usize = 78;

/// The name as policy 5.6.7 has it: lower case, digits and `+-.`.
pub(super) fn package(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// The name of the file.
pub(super) fn file_name(edition: &Edition, machine: &Machine) -> anyhow::Result<String> {
    let name = package(&asset::name(edition)?);
    Ok(format!(
        "{name}_{}-1_{}.deb",
        asset::version(edition),
        machine.debian
    ))
}

pub(super) fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let listing = edition.listing_for(&CHANNEL);
    let builds = machine::builds(edition)?;
    if builds.is_empty() {
        output.gap(
            "no build for Linux",
            "no .deb and no .rpm",
            "cargo xtask dist --target x86_64-unknown-linux-gnu",
        );
        return Ok(());
    }
    if listing.maintainer.email.is_none() {
        output.gap(
            "no address of the maintainer",
            "no .deb",
            "set `[product] maintainer = \"Name <address>\"`",
        );
        return Ok(());
    }
    if listing.summary.is_empty() {
        output.gap(
            "no description",
            "no .deb",
            "write `description` into `Cargo.toml`",
        );
        return Ok(());
    }
    for (machine, build) in builds {
        let (depends, unknown) = depends(edition, build);
        for library in unknown {
            output.gap(
                format!("no Debian package is known for `{library}`"),
                "the .deb does not ask for it",
                format!("name it in `[channel.{}] deb-depends`", CHANNEL.name),
            );
        }
        let (edition, build) = (edition.clone(), build.clone());
        output.package(file_name(&edition, machine)?, move || {
            make(&edition, &build, machine, &depends)
        });
    }
    Ok(())
}

/// What the package depends on, and the libraries of unknown packages.
fn depends<'a>(edition: &Edition, build: &'a Build) -> (Vec<String>, Vec<&'a str>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for library in machine::libraries(build) {
        if GLIBC.iter().any(|it| library.starts_with(it)) {
            found.push(match machine::glibc(build) {
                Some(version) => format!("libc6 (>= {version})"),
                None => "libc6".to_owned(),
            });
        } else if let Some((_, package)) = LIBRARIES.iter().find(|it| it.0 == library) {
            found.push((*package).to_owned());
        } else {
            unknown.push(library);
        }
    }
    let own = edition.settings(&CHANNEL).list("deb-depends").unwrap_or_default();
    if !own.is_empty() {
        unknown.clear();
    }
    found.extend(
        own.iter()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")),
    );
    found.sort();
    found.dedup();
    (found, unknown)
}

fn make(edition: &Edition, build: &Build, machine: &Machine, depends: &[String]) -> anyhow::Result<Vec<u8>> {
    let listing = edition.listing_for(&CHANNEL);
    let name = package(&asset::name(edition)?);
    let placed = layout::files(Family::Debian, &name, edition, build)?;
    let mut files: Files = placed.into_iter().map(|(path, (_, file))| (path, file)).collect();
    let mut add = |file: &str, bytes: Vec<u8>| {
        let mode = Mode::Plain;
        files.insert(format!("usr/share/doc/{name}/{file}"), File { mode, bytes });
    };
    add("copyright", copyright(edition, &listing)?.into_bytes());
    let history = changelog(edition, &listing, &name);
    add("changelog.Debian.gz", deb::gzip(history.as_bytes())?);
    let control = control(
        edition,
        &listing,
        build,
        machine,
        depends,
        deb::installed_kib(&files),
    );
    deb::write(&control, &files, edition.time_s())
}

fn control(
    edition: &Edition,
    listing: &Listing,
    build: &Build,
    machine: &Machine,
    depends: &[String],
    installed_kib: u64,
) -> String {
    let section = edition.settings(&CHANNEL).text("section").unwrap_or("utils");
    let programs: Vec<&str> = build.binaries().iter().map(|it| it.name.as_str()).collect();
    let fields = [
        ("Package", package(&listing.name)),
        ("Version", version::debian(edition.version())),
        ("Architecture", machine.debian.to_owned()),
        ("Maintainer", maintainer(listing)),
        ("Installed-Size", installed_kib.to_string()),
        ("Depends", depends.join(", ")),
        ("Section", section.split_whitespace().collect()),
        ("Priority", "optional".to_owned()),
        ("Homepage", listing.homepage.clone().unwrap_or_default()),
        ("Description", description(listing, &programs)),
    ];
    fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(String::new(), |text, (key, value)| {
            text + &format!("{key}: {value}\n")
        })
}

fn maintainer(listing: &Listing) -> String {
    let address = listing.maintainer.email.as_deref().unwrap_or_default();
    format!("{} <{address}>", listing.maintainer.name)
}

/// The summary, then the description: each line with a space in front, an empty one as ` .` (policy 5.6.13).
/// Policy wants more than the summary, so where nothing more is said the programs are named.
fn description(listing: &Listing, programs: &[&str]) -> String {
    let mut text = listing.summary.clone();
    if listing.description.trim() == listing.summary {
        return format!("{text}\n This package installs {}.", programs.join(", "));
    }
    for line in listing.description.lines().flat_map(wrapped) {
        // A line that begins with white space is shown as it is; ` .` and more is kept for the future.
        let before = if line.starts_with('.') { "\n  " } else { "\n " };
        text.push_str(before);
        text.push_str(if line.is_empty() { "." } else { &line });
    }
    text
}

/// A line in pieces that fit, broken between words; tools join them again. Lines with an indentation are left alone.
fn wrapped(line: &str) -> Vec<String> {
    let line = line.trim_end().replace('\t', "    ");
    if line.starts_with(' ') || line.is_empty() {
        return vec![line];
    }
    let mut pieces: Vec<String> = Vec::new();
    for word in line.split(' ').filter(|it| !it.is_empty()) {
        match pieces.last_mut() {
            Some(piece) if piece.chars().count() + 1 + word.chars().count() <= WIDTH => {
                piece.push(' ');
                piece.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

/// Who holds the rights and under which terms, with the texts that lie in the release.
fn copyright(edition: &Edition, listing: &Listing) -> anyhow::Result<String> {
    let mut text = format!("Upstream-Name: {}\n", listing.title);
    if let Some(repository) = &listing.repository {
        writeln!(text, "Source: {}", repository.url)?;
    }
    writeln!(text, "\n{}", listing.copyright)?;
    if let Some(license) = &listing.license {
        writeln!(text, "License: {license}")?;
        for (id, file) in COMMON_LICENCES {
            let is_named = license
                .split([' ', '(', ')'])
                .any(|it| it.trim_end_matches('+').starts_with(id));
            if is_named {
                writeln!(
                    text,
                    "\nOn Debian systems, the full text of {id} is in /usr/share/common-licenses/{file}."
                )?;
            }
        }
    }
    for licence in edition.licences()? {
        let content = String::from_utf8_lossy(&licence.bytes);
        write!(text, "\n{}\n\n{}\n", licence.path, content.trim_end())?;
    }
    Ok(text)
}

/// What Debian wants to know of a package's own history; the product's lies beside it.
fn changelog(edition: &Edition, listing: &Listing, name: &str) -> String {
    format!(
        "{name} ({}) stable; urgency=medium\n\n  * Release {}.\n\n -- {}  {}\n",
        version::debian(edition.version()),
        edition.version(),
        maintainer(listing),
        crate::time::rfc5322(edition.time_s())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_and_nothing_is_lost() {
        let long = "word ".repeat(40);
        let pieces = wrapped(&long);
        assert!(pieces.len() > 1 && pieces.iter().all(|it| it.len() <= WIDTH));
        assert_eq!(pieces.join(" "), long.trim_end());
        let whole = "x".repeat(300);
        assert_eq!(wrapped(&whole), [whole]);
        assert_eq!(wrapped("  as it is  "), ["  as it is"]);
        assert_eq!(wrapped(""), [""]);
    }
}
