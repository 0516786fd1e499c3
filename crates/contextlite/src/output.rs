//! Everything the program prints: data on standard output, messages on standard error.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use contextlite_core::{Context, Error, Report, Skip, Status};
use serde::Serialize;

/// The version of the JSON documents: raised when a field changes its meaning or goes. New fields do not raise it.
const FORMAT: u32 = 1;

/// A JSON document around what the library gives.
#[derive(Serialize)]
pub(crate) struct Document<'a, T> {
    format: u32,
    #[serde(flatten)]
    content: &'a T,
}

impl<'a, T> Document<'a, T> {
    pub(crate) fn new(content: &'a T) -> Self {
        Self {
            format: FORMAT,
            content,
        }
    }
}

/// The JSON document of `status`.
#[derive(Serialize)]
pub(crate) struct StatusDocument<'a> {
    format: u32,
    database: String,
    #[serde(flatten)]
    status: &'a Status,
}

impl<'a> StatusDocument<'a> {
    pub(crate) fn new(database: &Path, status: &'a Status) -> Self {
        Self {
            format: FORMAT,
            database: database.display().to_string(),
            status,
        }
    }
}

/// The JSON document of `index`.
#[derive(Serialize)]
pub(crate) struct IndexDocument {
    format: u32,
    database: String,
    added: u64,
    updated: u64,
    unchanged: u64,
    removed: u64,
    skipped: SkippedCounts,
    passages: u64,
    tokens: u64,
}

#[derive(Serialize)]
struct SkippedCounts {
    binary: usize,
    too_large: usize,
    unreadable: usize,
    not_utf8: usize,
    name_not_utf8: usize,
}

impl IndexDocument {
    pub(crate) fn new(report: &Report, status: &Status) -> Self {
        Self {
            format: FORMAT,
            database: report.database.display().to_string(),
            added: report.added,
            updated: report.updated,
            unchanged: report.unchanged,
            removed: report.removed,
            skipped: SkippedCounts {
                binary: report.count(Skip::Binary),
                too_large: report.count(Skip::TooLarge),
                unreadable: report.count(Skip::Unreadable),
                not_utf8: report.count(Skip::NotUtf8),
                name_not_utf8: report.count(Skip::NameNotUtf8),
            },
            passages: status.passages,
            tokens: status.tokens,
        }
    }
}

/// Prints a document, indented, with a line end.
pub(crate) fn json(document: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document).context("cannot write JSON")?;
    print(|out| writeln!(out, "{text}"))
}

/// Prints what a run of `index` did.
pub(crate) fn report(report: &Report, status: &Status) -> anyhow::Result<()> {
    let Report {
        added,
        updated,
        unchanged,
        removed,
        skipped,
        ..
    } = report;
    let reasons: Vec<String> = Skip::ALL
        .iter()
        .map(|it| (report.count(*it), it.reason()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, reason)| format!("{count} {reason}"))
        .collect();
    let reasons = if reasons.is_empty() {
        String::new()
    } else {
        format!(" ({})", reasons.join(", "))
    };
    let skipped = skipped.len();
    print(|out| {
        writeln!(
            out,
            "{added} added, {updated} updated, {unchanged} unchanged, {removed} removed, {skipped} skipped{reasons}"
        )?;
        writeln!(
            out,
            "{}, {}, about {} tokens in `{}`",
            number(status.files, "file"),
            number(status.passages, "passage"),
            status.tokens,
            report.database.display()
        )
    })
}

/// Names the skipped files on standard error.
pub(crate) fn skipped(report: &Report) {
    for it in &report.skipped {
        let path = it.path.to_string_lossy();
        message(&format!("skipped `{}`: {}", printable(&path), it.skip.reason()));
    }
}

/// Prints the passages, and on standard error what they add up to.
pub(crate) fn context(context: &Context) -> anyhow::Result<()> {
    print(|out| {
        for (place, it) in context.passages.iter().enumerate() {
            if place > 0 {
                writeln!(out)?;
            }
            writeln!(
                out,
                "{}:{}-{} (score {:.2}, {} tokens)",
                printable(&it.path),
                it.start_line,
                it.end_line,
                it.score,
                it.tokens
            )?;
            writeln!(out, "{}", it.text.trim_end())?;
        }
        Ok(())
    })?;
    let matched = u64::try_from(context.matched)?;
    message(&match (matched, context.passages.len()) {
        (0, _) => "nothing found".to_owned(),
        (_, 0) => format!(
            "{} found, none fits {} tokens",
            number(matched, "passage"),
            context.budget
        ),
        _ => format!(
            "{} of {} tokens, {} found",
            context.tokens,
            context.budget,
            number(matched, "passage")
        ),
    });
    Ok(())
}

/// Prints how much an index holds.
pub(crate) fn status(database: &Path, status: &Status) -> anyhow::Result<()> {
    print(|out| {
        writeln!(out, "database  {}", database.display())?;
        writeln!(out, "folder    {}", status.folder)?;
        writeln!(out, "files     {}", status.files)?;
        writeln!(out, "passages  {}", status.passages)?;
        writeln!(out, "tokens    {}", status.tokens)?;
        writeln!(out, "text      {}", size(status.text_bytes))?;
        writeln!(out, "size      {}", size(status.database_bytes))
    })
}

/// Says on standard error what failed and what to do next.
pub(crate) fn error(error: &anyhow::Error) {
    message(&format!("error: {error:#}"));
    if let Some(help) = error.downcast_ref::<Error>().and_then(Error::help) {
        message(&format!("help: {help}"));
    }
}

/// Standard error may be closed as well, and then there is nobody to tell.
fn message(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
}

/// A path with its control characters escaped: a name can neither end its line nor command the terminal.
fn printable(path: &str) -> String {
    let escaped = |it: char| it.is_control().then(|| it.escape_default());
    path.chars()
        .flat_map(|it| match escaped(it) {
            Some(escape) => escape.collect::<Vec<_>>(),
            None => vec![it],
        })
        .collect()
}

fn number(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Bytes as people read them, in binary units, with one decimal.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_024 => return format!("{bytes} B"),
        1_024..1_048_576 => (1_024, "KiB"),
        1_048_576..1_073_741_824 => (1_048_576, "MiB"),
        _ => (1_073_741_824, "GiB"),
    };
    let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_536, "1.5 KiB"),
            (1_048_576, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "17179869184.0 GiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn paths_stay_in_their_line() {
        for (path, expected) in [
            ("a b/ünï.rs", "a b/ünï.rs"),
            ("new\nline", "new\\nline"),
            ("red\u{1b}[31m", "red\\u{1b}[31m"),
        ] {
            assert_eq!(printable(path), expected);
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(number(0, "file"), "0 files");
        assert_eq!(number(1, "file"), "1 file");
    }
}
