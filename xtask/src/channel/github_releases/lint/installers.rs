//! Rules about scripts that people pipe into a shell.

use crate::digest::Sha256;
use crate::lint::common::hex_runs;
use crate::lint::{File, Flaw, Subject};

fn scripts(subject: &Subject) -> impl Iterator<Item = &File> {
    let is_script = |it: &&File| [".sh", ".ps1"].iter().any(|end| it.name().ends_with(end));
    subject.files.iter().filter(is_script)
}

/// The lines that do something, with their numbers.
fn code(file: &File) -> impl Iterator<Item = (usize, &str)> {
    file.lines()
        .map(|(line, text)| (line, text.trim()))
        .filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
}

pub(super) fn checks(subject: &Subject) -> Vec<Flaw> {
    const COMPARERS: &[&str] = &["sha256sum", "shasum", "openssl dgst", "Get-FileHash"];
    let mut flaws = Vec::new();
    for file in scripts(subject) {
        let text = file.text().unwrap_or_default();
        if hex_runs(file, 64).is_empty() {
            flaws.push(Flaw::file(file, "it holds no SHA-256"));
        }
        if !COMPARERS.iter().any(|it| text.contains(it)) {
            flaws.push(Flaw::file(file, "it computes no SHA-256"));
        }
        for (line, text) in code(file) {
            let downloads = |it: &str| ["curl ", "wget "].iter().any(|word| it.contains(word));
            let mut parts = text.split('|').map(str::trim);
            let piped = parts.next().is_some_and(downloads)
                && parts.any(|it| {
                    ["tar ", "sh", "bash", "gzip "]
                        .iter()
                        .any(|word| it.starts_with(word))
                });
            // Help that shows how the script itself is run is no download.
            if piped && !text.contains("| sh -s") {
                flaws.push(Flaw::line(file, line, "a download is used before it is checked"));
            }
        }
    }
    flaws
}

pub(super) fn https(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in scripts(subject) {
        for (line, text) in code(file) {
            for (at, _) in text.match_indices("http://") {
                let host = &text[at + "http://".len()..];
                let is_here = ["127.0.0.1", "localhost", "(127\\.0\\.0\\.1"]
                    .iter()
                    .any(|it| host.starts_with(it));
                if !is_here {
                    flaws.push(Flaw::line(file, line, "an address begins with `http://`"));
                }
            }
        }
    }
    flaws
}

/// A shell reads and runs line by line, so what stands outside of functions runs before the rest has come.
pub(super) fn whole(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in scripts(subject) {
        let lines: Vec<(usize, &str)> = code(file).collect();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            continue;
        };
        let is_braced = first.1 == "{" && last.1 == "}";
        let word = last.1.split_whitespace().next().unwrap_or_default();
        let defines = |text: &str| {
            text.starts_with(&format!("{word}()")) || text.starts_with(&format!("function {word} "))
        };
        let is_call = lines.iter().any(|(_, text)| defines(text));
        if !is_braced && !is_call {
            flaws.push(Flaw::line(
                file,
                last.0,
                "the last line calls no function of the script",
            ));
        }
    }
    flaws
}

pub(super) fn form(subject: &Subject) -> Vec<Flaw> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let mut flaws = Vec::new();
    for file in scripts(subject) {
        if file.name().strip_suffix(".sh").is_some() {
            if !file.bytes.starts_with(b"#!") {
                flaws.push(Flaw::file(file, "its first line is no `#!`"));
            }
            if let Some((line, _)) = crlf(file) {
                flaws.push(Flaw::line(file, line, "the line ends with a carriage return"));
            }
        } else if !file.bytes.is_ascii() && !file.bytes.starts_with(MARK) {
            let odd = file.lines().find(|(_, text)| !text.is_ascii());
            let line = odd.map_or(1, |it| it.0);
            flaws.push(Flaw::line(
                file,
                line,
                "a character is not ASCII, and the file has no mark",
            ));
        }
    }
    flaws
}

fn crlf(file: &File) -> Option<(usize, &str)> {
    let text = file.text().unwrap_or_default();
    let mut lines = text.split('\n').enumerate();
    lines.find(|it| it.1.ends_with('\r')).map(|it| (it.0 + 1, it.1))
}

/// Of our own files: the digest in a line is that of the archive in it. Of all: a digest has a name beside it.
pub(super) fn archives(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in scripts(subject) {
        let lines: Vec<&str> = file.text().unwrap_or_default().lines().collect();
        for (line, run) in hex_runs(file, 64) {
            let text = lines.get(line - 1).copied().unwrap_or_default();
            let mut words = text.split(|it: char| it.is_whitespace() || "'\"=;".contains(it));
            let Some(name) = words.find(|it| [".tar.", ".zip"].iter().any(|end| it.contains(end))) else {
                // Other tools write the two apart.
                if subject.edition.is_some() {
                    flaws.push(Flaw::line(file, line, "no archive stands beside the SHA-256"));
                }
                continue;
            };
            let Some(edition) = &subject.edition else {
                continue;
            };
            let sum = edition
                .release
                .artifacts
                .iter()
                .find(|it| it.name == name)
                .map(|it| it.digests.sha256);
            if sum != Sha256::parse(&run).ok() || sum.is_none() {
                flaws.push(Flaw::line(
                    file,
                    line,
                    format!("`{run}` is not the SHA-256 of `{name}`"),
                ));
            }
        }
        if subject.edition.is_none() {
            let named: Vec<&str> = lines.iter().copied().filter(|it| it.contains(".tar.")).collect();
            if named.is_empty() && !lines.iter().any(|it| it.contains(".zip")) {
                flaws.push(Flaw::file(file, "it names no archive"));
            }
        }
    }
    flaws
}
