//! Good files, near misses, empty and truncated files of each evidence.

mod binaries;
mod coverage;
mod disk;
mod logs;
mod reports;

use super::*;
use crate::clean::path::TreePath;

/// Whether a file of these bytes is what is asked for.
fn is(evidence: Evidence, bytes: &[u8]) -> bool {
    let path = TreePath::from("some/file");
    match evidence.test(&Sample::in_memory(&path, bytes)) {
        Answer::Yes => true,
        Answer::No => false,
        unknown => panic!("{unknown:?}"),
    }
}

/// Each is what is asked for, nothing else but text, and no longer when its first bytes are another's.
#[track_caller]
fn good(evidence: Evidence, samples: &[&[u8]]) {
    for sample in samples {
        let shown = String::from_utf8_lossy(&sample[..sample.len().min(300)]);
        for row in EVIDENCES.iter().filter(|it| it.kind == Kind::File) {
            // Logs, reports and answers are text too, and a report of a crash may look like a log.
            let is_text = matches!(
                row.evidence,
                Evidence::Prose | Evidence::Log | Evidence::OriginalBeside
            );
            if row.evidence == evidence || !is_text {
                assert_eq!(
                    is(row.evidence, sample),
                    row.evidence == evidence,
                    "{} {shown}",
                    row.name
                );
            }
        }
        if evidence != Evidence::Prose {
            assert!(
                !is(evidence, &[b"?", *sample].concat()),
                "behind another byte: {shown}"
            );
        }
    }
}

#[track_caller]
fn bad(evidence: Evidence, samples: &[&[u8]]) {
    for sample in samples {
        let shown = String::from_utf8_lossy(&sample[..sample.len().min(300)]);
        assert!(!is(evidence, sample), "{} {shown}", evidence.facts().name);
    }
}

#[test]
fn the_table_is_sorted_and_whole() {
    assert!(EVIDENCES.is_sorted_by(|one, next| one.name < next.name));
    for row in EVIDENCES {
        assert_eq!(Evidence::of_name(row.name), Some(row.evidence));
        assert!(
            row.name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'),
            "{}",
            row.name
        );
        assert!(!row.about.contains('|') && !row.about.ends_with('.') && !row.source.is_empty());
    }
    // The last of the enum: one that is added after it must be named here.
    assert_eq!(EVIDENCES.len(), Evidence::OriginalBeside as usize + 1);
}

#[test]
fn an_empty_file_proves_nothing() {
    for row in EVIDENCES.iter().filter(|it| it.kind == Kind::File) {
        for nothing in [
            &b""[..],
            b"\n",
            b" \r\n\t\n",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\0",
            &[0; 2000],
        ] {
            assert!(!is(row.evidence, nothing), "{} {nothing:?}", row.name);
        }
    }
}

#[test]
fn answers_join() {
    let gone = || Answer::Gone;
    assert_eq!(Answer::No.or(Answer::Yes), Answer::Yes);
    assert_eq!(gone().or(Answer::Yes), Answer::Yes);
    assert_eq!(Answer::No.or(gone()), gone());
    assert_eq!(gone().or(Answer::No), gone());
    assert_eq!(Answer::No.or(Answer::No), Answer::No);
}
