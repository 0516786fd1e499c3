//! Compares two builds file by file, and says in words where bytes differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::artifact::Artifact;
use crate::digest;
use crate::effect::files;
use crate::inspect;
use crate::pack::read::{self, Packed};
use crate::release::Release;

/// How many stretches of differing bytes of a file are told; the count says how many there are.
const MOST_STRETCHES: usize = 5;

/// How many bytes of a stretch are shown.
const MOST_BYTES: usize = 8;

/// What differs between two builds in the artifacts that `is_asked` picks: nothing, or one line a difference.
pub fn artifacts(
    is_asked: impl Fn(&Artifact) -> bool,
    first: (&Path, &Release),
    second: (&Path, &Release),
) -> anyhow::Result<Vec<String>> {
    let rows = |release: &Release| -> BTreeMap<String, Artifact> {
        let own = release.artifacts.iter().filter(|it| is_asked(it));
        own.map(|it| (it.name.clone(), it.clone())).collect()
    };
    let (ours, theirs) = (rows(first.1), rows(second.1));
    let mut found = Vec::new();
    if first.1.identity != second.1.identity {
        found.push(format!("`{}` describes another release", crate::release::FILE));
    }
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for name in names {
        let (Some(a), Some(b)) = (ours.get(name), theirs.get(name)) else {
            found.push(format!("`{name}` is in one build only"));
            continue;
        };
        let (left, right) = (
            files::read(&first.0.join(name))?,
            files::read(&second.0.join(name))?,
        );
        if left != right {
            found.extend(file(name, &left, &right));
        } else if a != b {
            found.push(format!(
                "`{name}` is the same, its row in `{}` differs",
                crate::release::FILE
            ));
        }
    }
    Ok(found)
}

/// What differs between two files; an archive is compared by what it holds.
fn file(name: &str, left: &[u8], right: &[u8]) -> Vec<String> {
    let (Ok(ours), Ok(theirs)) = (read::files(name, left), read::files(name, right)) else {
        return vec![bytes(name, left, right)];
    };
    let found = entries(name, &ours, &theirs);
    if found.is_empty() {
        return vec![format!(
            "{}, in how it is packed; what it holds is the same",
            bytes(name, left, right)
        )];
    }
    found
}

fn entries(name: &str, left: &[Packed], right: &[Packed]) -> Vec<String> {
    let index = |packed: &[Packed]| -> BTreeMap<String, Packed> {
        packed.iter().map(|it| (it.path.clone(), it.clone())).collect()
    };
    let (ours, theirs) = (index(left), index(right));
    let mut found = Vec::new();
    let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for path in paths {
        let shown = format!("{name}: {path}");
        match (ours.get(path), theirs.get(path)) {
            (Some(a), Some(b)) => {
                if a.bytes != b.bytes {
                    found.push(bytes(&shown, &a.bytes, &b.bytes));
                }
                if a.mode != b.mode {
                    found.push(format!("`{shown}`: mode {:o} and {:o}", a.mode, b.mode));
                }
                if a.time_s != b.time_s {
                    found.push(format!("`{shown}`: time {} and {}", a.time_s, b.time_s));
                }
            }
            _ => found.push(format!("`{shown}` is in one build only")),
        }
    }
    found
}

/// How many bytes differ, and where: offset, section, both values.
fn bytes(name: &str, left: &[u8], right: &[u8]) -> String {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (at, _) in left.iter().zip(right).enumerate().filter(|(_, (a, b))| a != b) {
        match stretches.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => stretches.push((at, at + 1)),
        }
    }
    let count: usize = stretches.iter().map(|(start, end)| end - start).sum();
    let mut text = format!("`{name}`: {count} of {} bytes differ", left.len());
    if left.len() != right.len() {
        text = format!(
            "`{name}`: {} and {} bytes long, {count} bytes differ",
            left.len(),
            right.len()
        );
    }
    for (start, end) in stretches.iter().take(MOST_STRETCHES) {
        let section = inspect::section_at(left, *start as u64);
        let place = if section.is_empty() {
            String::new()
        } else {
            format!(" in {section}")
        };
        let shown = *start..*end.min(&(start + MOST_BYTES));
        let hex = |bytes: &[u8]| digest::hex(&bytes[shown.clone()]);
        text = format!("{text}; at {start:#x}{place}: {} and {}", hex(left), hex(right));
    }
    if stretches.len() > MOST_STRETCHES {
        text = format!("{text}; and {} more places", stretches.len() - MOST_STRETCHES);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ArchiveForm;
    use crate::pack::{Mode, Tree};

    fn archive(content: &[u8], mode: Mode) -> Vec<u8> {
        let mut tree = Tree::new("top");
        tree.add("file", mode, content.to_vec()).unwrap();
        tree.archive(ArchiveForm::TarGz, 1_700_000_000).unwrap()
    }

    #[test]
    fn a_difference_is_told_by_file_and_offset() {
        let left = archive(b"hello world", Mode::Plain);
        let right = archive(b"hellO wOrld", Mode::Plain);
        let found = file("x.tar.gz", &left, &right);
        assert_eq!(found.len(), 1);
        let start = "`x.tar.gz: top/file`: 2 of 11 bytes differ; at 0x4";
        assert!(found[0].starts_with(start), "{found:?}");
        assert!(found[0].contains("6f and 4f"), "{found:?}");
    }

    #[test]
    fn a_mode_is_a_difference() {
        let found = file(
            "x.tar.gz",
            &archive(b"x", Mode::Plain),
            &archive(b"x", Mode::Executable),
        );
        assert_eq!(found, ["`x.tar.gz: top/file`: mode 644 and 755"]);
    }
}
