//! Whether a folder holds what was rendered, and its texts are texts.

use crate::digest::Sha256;
use crate::lint::common::each;
use crate::lint::{Flaw, Subject};

/// What was rendered is there, and is what was written.
pub(super) fn as_rendered(subject: &Subject) -> Vec<Flaw> {
    let Some(list) = &subject.rendered else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (path, sum) in &list.files {
        match subject.file(path) {
            None => flaws.push(Flaw::all(format!("`{path}` was rendered and is not there"))),
            Some(file) if Sha256::of(&file.bytes) != *sum => {
                flaws.push(Flaw::file(file, "the file was changed since it was rendered"));
            }
            Some(_) => {}
        }
    }
    flaws
}

/// Nothing else lies beside it.
pub(super) fn strangers(subject: &Subject) -> Vec<Flaw> {
    let Some(list) = &subject.rendered else {
        return Vec::new();
    };
    each(subject, |it| {
        (!list.files.contains_key(&it.path)).then(|| Flaw::file(it, "the file was not rendered"))
    })
}

/// What texts of manifests end with. Rules read them as texts, and would find nothing in what is none.
const TEXTS: &[&str] = &[
    ".rb",
    ".nix",
    ".nuspec",
    ".xml",
    ".yml",
    ".yaml",
    ".json",
    ".ps1",
    ".sh",
    ".md",
    ".desktop",
    ".js",
    ".txt",
    "PKGBUILD",
    "PKGBUILD-bin",
    ".SRCINFO",
    "SHA256SUMS",
];

/// Texts are texts.
pub(super) fn utf8(subject: &Subject) -> Vec<Flaw> {
    each(subject, |file| {
        if !TEXTS.iter().any(|it| file.name().ends_with(it)) {
            return None;
        }
        let what = match std::str::from_utf8(&file.bytes) {
            Err(error) => format!(
                "it is no UTF-8: the byte {} begins no letter",
                error.valid_up_to()
            ),
            Ok(text) => format!("it is no text: the byte {} is a NUL", text.find('\0')?),
        };
        Some(Flaw::file(file, what))
    })
}
