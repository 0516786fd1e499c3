//! A finished wheel as the rules look at it: what its name says, and its files.

use crate::lint::{File, Subject};
use crate::pack::wheel::{Member, members};

use super::metadata::Metadata;

/// What a file name of a wheel says (P4): `‹name›-‹version›(-‹build›)?-‹python›-‹abi›-‹platform›.whl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) distribution: &'a str,
    pub(super) version: &'a str,
    pub(super) python: &'a str,
    pub(super) abi: &'a str,
    pub(super) platform: &'a str,
}

impl<'a> Name<'a> {
    pub(super) fn parse(name: &'a str) -> Option<Name<'a>> {
        let stem = name.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (distribution, version, rest) = match parts.as_slice() {
            [distribution, version, rest @ ..] if rest.len() == 3 => (*distribution, *version, rest),
            // A build tag begins with a digit.
            [distribution, version, build, rest @ ..]
                if rest.len() == 3 && build.starts_with(|it: char| it.is_ascii_digit()) =>
            {
                (*distribution, *version, rest)
            }
            _ => return None,
        };
        Some(Name {
            distribution,
            version,
            python: rest[0],
            abi: rest[1],
            platform: rest[2],
        })
    }

    /// The single platform tags.
    pub(super) fn platforms(&self) -> Vec<&'a str> {
        self.platform.split('.').collect()
    }

    /// Every tag, as the file `WHEEL` lists them.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut tags = Vec::new();
        for python in self.python.split('.') {
            for abi in self.abi.split('.') {
                tags.extend(self.platforms().iter().map(|it| format!("{python}-{abi}-{it}")));
            }
        }
        tags.sort();
        tags
    }
}

/// What the folder of installed files ends with.
const DATA: &str = ".data";

/// A wheel that could be read.
pub(super) struct WheelFile<'a> {
    pub(super) file: &'a File,
    pub(super) name: Name<'a>,
    pub(super) members: Vec<Member>,
    /// The path of the first `.dist-info` folder.
    pub(super) info: Option<String>,
}

impl<'a> WheelFile<'a> {
    /// The wheels of a subject whose names and lists of files can be read; for the others there are rules of their own.
    pub(super) fn all(subject: &'a Subject) -> Vec<WheelFile<'a>> {
        subject.ending(".whl").filter_map(WheelFile::of).collect()
    }

    fn of(file: &'a File) -> Option<WheelFile<'a>> {
        let name = Name::parse(file.name())?;
        let members = members(&file.bytes).ok()?;
        let mut tops = members.iter().filter_map(|it| it.path.split('/').next());
        let info = tops.find(|it| it.ends_with(".dist-info")).map(str::to_owned);
        Some(WheelFile {
            file,
            name,
            members,
            info,
        })
    }

    /// The text of a file in `.dist-info`.
    pub(super) fn info_text(&self, name: &str) -> Option<String> {
        let path = format!("{}/{name}", self.info.as_ref()?);
        let member = self.members.iter().find(|it| it.path == path)?;
        String::from_utf8(member.read(&self.file.bytes).ok()?).ok()
    }

    /// What it says about itself.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        Some(Metadata::parse(&self.info_text("METADATA")?))
    }

    /// The programs: what is put beside `python`.
    pub(super) fn programs(&self) -> impl Iterator<Item = &Member> {
        let is_program = |it: &&Member| {
            let mut parts = it.path.split('/');
            parts.next().is_some_and(|it| it.ends_with(DATA)) && parts.next() == Some("scripts")
        };
        self.members.iter().filter(is_program)
    }
}

/// Whether a text is a version in PEP 440's normal form, and no local one.
pub(super) fn is_normal_version(text: &str) -> bool {
    let rest = text.split_once('!').map_or(text, |it| it.1);
    let Some(mut rest) = after_number(rest) else {
        return false;
    };
    while let Some(next) = rest.strip_prefix('.').and_then(after_number) {
        rest = next;
    }
    for words in [&["a", "b", "rc"][..], &[".post"], &[".dev"]] {
        for word in words {
            if let Some(next) = rest.strip_prefix(word).and_then(after_number) {
                rest = next;
                break;
            }
        }
    }
    rest.is_empty()
}

/// What follows a number without leading zeros.
fn after_number(text: &str) -> Option<&str> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let digits = &text[..end];
    let is_number = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
    is_number.then(|| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_wheels() {
        let name = Name::parse("a_b-1.2-1x-py2.py3-none-win32.win_amd64.whl").unwrap();
        assert_eq!(name.version, "1.2");
        assert_eq!(name.tags()[0], "py2-none-win32");
        assert_eq!(name.tags().len(), 4);
        for bad in [
            "a-1-py3-none.whl",
            "a-1-x-py3-none-any.whl",
            "a-1-py3-none-any.zip",
        ] {
            assert_eq!(Name::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn versions_in_their_normal_form() {
        for good in ["1", "1.2.3", "0.0", "1!2", "1.2a1", "1.2rc1.post2.dev3", "1.dev0"] {
            assert!(is_normal_version(good), "{good}");
        }
        for bad in [
            "",
            "v1",
            "1.2-rc1",
            "1.02",
            "1.2.rc1",
            "1.2+x",
            "1.2alpha1",
            "1..2",
        ] {
            assert!(!is_normal_version(bad), "{bad}");
        }
    }
}
