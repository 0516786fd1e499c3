//! Coverage reports in XML, told by their outermost element.

use super::Sample;
use super::text::holds;

/// What the outermost element of a report looks like.
struct Form {
    /// Its name.
    element: &'static str,
    /// What its tag or the document type before it must hold: one of these.
    marks: &'static [&'static str],
    /// What must stand somewhere in the head.
    body: &'static str,
}

const FORMS: &[Form] = &[
    // Cobertura, which coverage.py, tarpaulin, gcovr, istanbul and coverlet write too.
    Form {
        element: "coverage",
        marks: &[" line-rate=", " branch-rate="],
        body: "",
    },
    Form {
        element: "coverage",
        marks: &[" clover=", " generated="],
        body: "<project",
    },
    // The generic format of SonarQube.
    Form {
        element: "coverage",
        marks: &[" version=\"1\""],
        body: "<lineToCover ",
    },
    Form {
        element: "report",
        marks: &["JACOCO", "jacoco", "GCOVR"],
        body: "<counter ",
    },
    Form {
        element: "report",
        marks: &[" name="],
        body: "<sessioninfo ",
    },
    Form {
        element: "CoverageSession",
        marks: &[""],
        body: "<Modules",
    },
    Form {
        element: "phpunit",
        marks: &["phpunit.de/coverage"],
        body: "",
    },
];

pub(super) fn is_coverage(sample: &Sample<'_>) -> bool {
    let head = sample.head_text();
    let Some(root) = Root::of(&head) else {
        return false;
    };
    let is_known = FORMS.iter().any(|it| {
        it.element.as_bytes() == root.element
            && it
                .marks
                .iter()
                .any(|mark| holds(root.tag, mark) || holds(root.prolog, mark))
            && holds(&head, it.body)
    });
    is_known && (sample.is_cut() || root.is_closed(&sample.text()))
}

/// The outermost element of a document.
struct Root<'a> {
    /// What stands before it: declaration, comments, document type.
    prolog: &'a [u8],
    element: &'a [u8],
    /// The whole tag, up to its `>`.
    tag: &'a [u8],
}

impl<'a> Root<'a> {
    fn of(text: &'a [u8]) -> Option<Root<'a>> {
        let mut rest = text.trim_ascii_start();
        loop {
            let end = if rest.starts_with(b"<?") {
                "?>"
            } else if rest.starts_with(b"<!--") {
                "-->"
            } else if rest.starts_with(b"<!") {
                ">"
            } else {
                break;
            };
            let at = memchr::memmem::find(rest, end.as_bytes())?;
            rest = rest[at + end.len()..].trim_ascii_start();
        }
        let name = rest.strip_prefix(b"<")?;
        let length = name
            .iter()
            .position(|it| !(it.is_ascii_alphanumeric() || *it == b'-'))?;
        let end = memchr::memchr(b'>', rest)?;
        (length > 0).then(|| Root {
            prolog: &text[..text.len() - rest.len()],
            element: &name[..length],
            tag: &rest[..=end],
        })
    }

    /// Whether the text ends as the element does.
    fn is_closed(&self, text: &[u8]) -> bool {
        let end = text.trim_ascii_end();
        let Some(end) = end.strip_suffix(b">").map(<[u8]>::trim_ascii_end) else {
            return false;
        };
        end.strip_suffix(self.element)
            .is_some_and(|it| it.ends_with(b"</"))
            || self.tag.ends_with(b"/>") && end.ends_with(b"/")
    }
}
