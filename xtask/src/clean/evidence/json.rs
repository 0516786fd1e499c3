//! Coverage reports in JSON, told by the keys that their programs write.

use serde_json::{Map, Value};

use super::Sample;
use super::text::holds;

/// A larger document is not parsed: it must hold the marks of a form and be closed.
const PARSE_LIMIT_BYTES: usize = 4 << 20;

/// A program's report.
struct Form {
    /// What stands in each, as text.
    marks: &'static [&'static str],
    /// Whether a document is one.
    test: fn(&Map<String, Value>) -> bool,
}

const FORMS: &[Form] = &[
    // `llvm-cov export`, and cargo-llvm-cov around it.
    Form {
        marks: &["\"llvm.coverage.json.export\"", "\"data\""],
        test: |it| it.get("type").is_some_and(|it| it == "llvm.coverage.json.export"),
    },
    // istanbul: `coverage-final.json`, and what nyc keeps in `.nyc_output/`.
    Form {
        marks: &["\"statementMap\"", "\"fnMap\"", "\"branchMap\""],
        test: |it| {
            !it.is_empty()
                && it
                    .values()
                    .all(|it| has(it, &["path", "statementMap", "fnMap", "s"]))
        },
    },
    // istanbul: `coverage-summary.json`.
    Form {
        marks: &["\"total\"", "\"statements\"", "\"pct\""],
        test: |it| {
            it.get("total").is_some_and(|it| {
                has(it, &["lines", "statements", "functions"]) && has(&it["lines"], &["pct"])
            })
        },
    },
    // coverage.py.
    Form {
        marks: &["\"meta\"", "\"executed_lines\"", "\"totals\""],
        test: |it| {
            let is_there = |key: &str, inner: &str| it.get(key).is_some_and(|it| has(it, &[inner]));
            is_there("meta", "version") && is_there("totals", "covered_lines") && it.contains_key("files")
        },
    },
    // tarpaulin.
    Form {
        marks: &["\"traces\"", "\"covered\"", "\"coverable\""],
        test: |it| all_in(it, "files", &["path", "traces", "covered", "coverable"]),
    },
    // gcovr.
    Form {
        marks: &["\"gcovr/format_version\"", "\"files\""],
        test: |it| it.contains_key("gcovr/format_version") || it.contains_key("gcovr/summary_format_version"),
    },
    // `gcov --json-format`.
    Form {
        marks: &["\"gcc_version\"", "\"files\"", "\"unexecuted_block\""],
        test: |it| it.contains_key("gcc_version") && all_in(it, "files", &["lines", "functions"]),
    },
    // Coveralls.
    Form {
        marks: &["\"source_files\"", "\"coverage\""],
        test: |it| all_in(it, "source_files", &["name", "coverage"]),
    },
    // SimpleCov: `.resultset.json`.
    Form {
        marks: &["\"coverage\"", "\"timestamp\""],
        test: |it| !it.is_empty() && it.values().all(|it| has(it, &["coverage", "timestamp"])),
    },
];

pub(super) fn is_coverage(sample: &Sample<'_>) -> bool {
    let text = sample.text();
    let text = text.trim_ascii();
    if sample.is_cut() || !text.starts_with(b"{") || !text.ends_with(b"}") {
        return false;
    }
    if text.len() > PARSE_LIMIT_BYTES {
        return FORMS
            .iter()
            .any(|it| it.marks.iter().all(|mark| holds(text, mark)));
    }
    // What lacks the marks of every form need not be parsed.
    let mut likely = FORMS
        .iter()
        .filter(|it| it.marks.iter().all(|mark| holds(text, mark)))
        .peekable();
    likely.peek().is_some()
        && serde_json::from_slice(text)
            .is_ok_and(|it: Map<String, Value>| likely.any(|form| (form.test)(&it)))
}

/// Whether this is an object with these keys.
pub(super) fn has(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|it| keys.iter().all(|key| it.contains_key(*key)))
}

/// Whether a key holds a list that is not empty, of objects with these keys.
fn all_in(object: &Map<String, Value>, key: &str, keys: &[&str]) -> bool {
    object
        .get(key)
        .and_then(Value::as_array)
        .is_some_and(|it| !it.is_empty() && it.iter().all(|it| has(it, keys)))
}
