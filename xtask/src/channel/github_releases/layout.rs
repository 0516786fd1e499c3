//! Where the files of a package lie on a system: programs, documents, licences, manual pages, completions.

use std::collections::BTreeMap;

use crate::edition::{Build, Edition};
use crate::pack::deb::gzip;
use crate::pack::read::Packed;
use crate::pack::rpm::Role;
use crate::pack::{File, Mode};
use crate::version::changelog;

/// The two families of distributions, which differ in a few folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Licences become one `copyright` file, documents are compressed.
    Debian,
    /// Licences lie apart.
    Rpm,
}

impl Family {
    /// The folder of completions for zsh.
    fn zsh(self) -> &'static str {
        match self {
            Family::Debian => "usr/share/zsh/vendor-completions",
            Family::Rpm => "usr/share/zsh/site-functions",
        }
    }
}

/// The files by path below the root.
pub(super) type Placed = BTreeMap<String, (Role, File)>;

/// The files of a package. `name` is that of the package in the family.
pub(super) fn files(family: Family, name: &str, edition: &Edition, build: &Build) -> anyhow::Result<Placed> {
    let mut placed = Placed::new();
    for binary in build.binaries() {
        let file = File {
            mode: Mode::Executable,
            bytes: build.program(binary)?,
        };
        let path = format!("usr/bin/{}", build.file_name(binary));
        placed.insert(path, (Role::Program, file));
    }
    let licences: Vec<&str> = edition.licences()?.iter().map(|it| it.path.as_str()).collect();
    for document in edition.documents()? {
        let is_licence = licences.contains(&document.path.as_str());
        if let Some((path, role, bytes)) = place(family, name, document, is_licence)? {
            let mode = Mode::Plain;
            placed.insert(path, (role, File { mode, bytes }));
        }
    }
    Ok(placed)
}

type Place = Option<(String, Role, Vec<u8>)>;

fn place(family: Family, name: &str, document: &Packed, is_licence: bool) -> anyhow::Result<Place> {
    let (folder, file) = document.path.rsplit_once('/').unwrap_or(("", &document.path));
    let plain = || document.bytes.clone();
    if let Some(section) = manual_section(folder, file) {
        let path = format!("usr/share/man/man{section}/{file}.gz");
        return Ok(Some((path, Role::Document, gzip(plain().as_slice())?)));
    }
    if folder
        .rsplit('/')
        .next()
        .is_some_and(|it| it.starts_with("complet"))
    {
        let path = completion(family, file);
        return Ok(path.map(|it| (it, Role::Program, plain())));
    }
    if is_licence {
        return Ok(match family {
            // In `copyright`, whole.
            Family::Debian => None,
            Family::Rpm => Some((
                format!("usr/share/licenses/{name}/{}", document.path),
                Role::Licence,
                plain(),
            )),
        });
    }
    if family == Family::Debian && changelog::FILES.contains(&document.path.to_lowercase().as_str()) {
        let path = format!("usr/share/doc/{name}/changelog.gz");
        return Ok(Some((path, Role::Document, gzip(plain().as_slice())?)));
    }
    let path = format!("usr/share/doc/{name}/{}", document.path);
    Ok(Some((path, Role::Document, plain())))
}

/// `1` of `man/demo.1`.
fn manual_section<'a>(folder: &str, file: &'a str) -> Option<&'a str> {
    let (_, section) = file.rsplit_once('.')?;
    let is_section = section.len() == 1 && section.starts_with(|it: char| ('1'..='9').contains(&it));
    let is_manual = folder.split('/').any(|it| it.starts_with("man"));
    (is_section && is_manual).then_some(section)
}

/// Where the shell looks; those of shells that look nowhere by themselves are left out.
fn completion(family: Family, file: &str) -> Option<String> {
    if let Some(program) = file.strip_suffix(".bash") {
        return Some(format!("usr/share/bash-completion/completions/{program}"));
    }
    if let Some(program) = file.strip_suffix(".fish") {
        return Some(format!("usr/share/fish/vendor_completions.d/{program}.fish"));
    }
    let program = file.strip_suffix(".zsh").unwrap_or(file);
    let is_zsh = program.starts_with('_') && !program.contains('.');
    is_zsh.then(|| format!("{}/{program}", family.zsh()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let check = |path: &str, debian: Option<&str>, rpm: Option<&str>| {
            for (family, expected) in [(Family::Debian, debian), (Family::Rpm, rpm)] {
                let document = Packed {
                    path: path.to_owned(),
                    mode: 0o644,
                    time_s: 0,
                    bytes: Vec::new(),
                };
                let found = place(family, "demo", &document, path.starts_with("LICENSE")).unwrap();
                assert_eq!(
                    found.as_ref().map(|it| it.0.as_str()),
                    expected,
                    "{family:?} {path}"
                );
            }
        };
        let both = |path: &str, place: &str| check(path, Some(place), Some(place));
        both("README.md", "usr/share/doc/demo/README.md");
        both("docs/manual.md", "usr/share/doc/demo/docs/manual.md");
        both("man/demo.1", "usr/share/man/man1/demo.1.gz");
        both(
            "completions/demo.bash",
            "usr/share/bash-completion/completions/demo",
        );
        both(
            "completions/demo.fish",
            "usr/share/fish/vendor_completions.d/demo.fish",
        );
        check("completions/_demo.ps1", None, None);
        check(
            "completions/_demo",
            Some("usr/share/zsh/vendor-completions/_demo"),
            Some("usr/share/zsh/site-functions/_demo"),
        );
        check("LICENSE-MIT", None, Some("usr/share/licenses/demo/LICENSE-MIT"));
        check(
            "CHANGELOG.md",
            Some("usr/share/doc/demo/changelog.gz"),
            Some("usr/share/doc/demo/CHANGELOG.md"),
        );
    }
}
