//! Coverage reports in HTML, and folders of them: told by pieces that only their programs write.

use super::Sample;
use super::text::{begins, holds};

/// What every page of a program's report holds.
struct Form {
    /// The pieces, all of them.
    marks: &'static [&'static str],
}

/// A page that merely talks of coverage, or quotes one of these, lacks the others.
const FORMS: &[Form] = &[
    // `go tool cover -html`.
    Form {
        marks: &["Go Coverage Report</title>", ".cov0 {", "id=\"legend\""],
    },
    // The same with a title of one's own.
    Form {
        marks: &["</title>", ".cov0 {", "<option value=\"file0\">", "class=\"cov"],
    },
    // tarpaulin.
    Form {
        marks: &[
            "<div id=\"root\"></div>",
            "var data = {\"files\":[",
            "\"traces\":[",
            "\"coverable\":",
        ],
    },
    // `llvm-cov show`: the table of a folder, a page of its own, and a single page.
    Form {
        marks: &["<h2>Coverage Report</h2>", "<h4>Created: ", "column-entry"],
    },
    Form {
        marks: &[
            "<h2>Coverage Report</h2>",
            "<h4>Created: ",
            "class='source-name-title'",
        ],
    },
    Form {
        marks: &[
            "class='source-name-title'",
            "<td><pre>Count</pre></td><td><pre>Source</pre></td>",
        ],
    },
    // coverage.py.
    Form {
        marks: &["coverage_html", "class=\"pc_cov\"", "<title>Coverage"],
    },
    // genhtml of lcov.
    Form {
        marks: &["<title>LCOV - ", "gcov.css", "class=\"headerCovTable"],
    },
    // istanbul, which nyc, c8, jest and vitest call.
    Form {
        marks: &["<title>Code coverage report for ", "base.css", "class='pad1'"],
    },
    Form {
        marks: &["<title>Code coverage report for ", "base.css", "class=\"pad1\""],
    },
    // JaCoCo.
    Form {
        marks: &["jacoco-resources/report.css\"", "<span class=\"el_"],
    },
    // gcovr.
    Form {
        marks: &["<a href=\"http://gcovr.com", ">GCOVR (Version "],
    },
    // grcov.
    Form {
        marks: &["<title>Grcov report", "class=\"heading\""],
    },
    // ReportGenerator of .NET.
    Form {
        marks: &[
            "Coverage Report</title>",
            "<link rel=\"stylesheet\" type=\"text/css\" href=\"report.css\"",
        ],
    },
    // SimpleCov.
    Form {
        marks: &["<title>Code coverage for ", "covered_percent", "source_table"],
    },
];

pub(super) fn is_coverage(sample: &Sample<'_>) -> bool {
    // tarpaulin puts the sources before the numbers.
    is_page(&sample.head_text()) && is_report(&sample.text())
}

/// Where a report begins in its folder.
const STARTS: &[&[u8]] = &[
    b"index.html",
    b"html/index.html",
    b"lcov-report/index.html",
    b"tarpaulin-report.html",
];

pub(super) fn is_coverage_folder(sample: &Sample<'_>) -> bool {
    STARTS.iter().any(|start| {
        sample
            .entry_head(start)
            .is_some_and(|head| is_page(&head) && is_report(&head))
    })
}

fn is_page(head: &[u8]) -> bool {
    begins(head, "<!doctype html") || begins(head, "<html") || begins(head, "<?xml") && holds(head, "<html")
}

fn is_report(text: &[u8]) -> bool {
    FORMS
        .iter()
        .any(|it| it.marks.iter().all(|mark| holds(text, mark)))
}
