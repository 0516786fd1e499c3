//! Compares files with what sums files say of them, and finds everything that is wrong at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::collect::{self, Kind};
use super::{Options, STANDARD_INPUT, checksum_of, counted, document, parent, progress};
use crate::digest::sums::{self, Entry, Flaw, Guide};
use crate::digest::{self, Algorithm, Checksum};
use crate::effect::progress::Progress;
use crate::effect::report::Report;
use crate::effect::{environment, files};
use crate::problem::{self, Problem, Problems};

/// How many extra files a note names; `--json` lists them all.
const NAMED_EXTRA: usize = 10;

/// What was found of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has the digest.
    Same,
    /// It has another digest.
    Changed(Checksum),
    /// It is not there.
    Missing,
    /// It is there and cannot be read, for this reason.
    Unreadable(String),
}

impl Standing {
    /// The word in documents and on standard output.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Standing::Same => "ok",
            Standing::Changed(_) => "changed",
            Standing::Missing => "missing",
            Standing::Unreadable(_) => "unreadable",
        }
    }
}

/// What was found of one sums file.
#[derive(Debug)]
pub(super) struct Verified {
    /// The sums file, as the user gave it.
    pub(super) file: PathBuf,
    /// The files that it names.
    pub(super) files: Vec<(Entry, Standing)>,
    /// Names of files in its folder that it does not name.
    pub(super) extra: Vec<Vec<u8>>,
    /// Lines that cannot be used.
    pub(super) flaws: Vec<Flaw>,
}

/// Verifies the sums files and reports.
pub(super) fn run(dist: &Path, options: &Options, report: Report) -> anyhow::Result<()> {
    let mut paths = options.paths.clone();
    if paths.is_empty() {
        let algorithm = options.algorithm.unwrap_or(Algorithm::Sha256);
        paths.push(dist.join(algorithm.facts().sums_file));
    }
    let mut verified = Vec::new();
    let mut problems = Problems::default();
    for path in paths {
        match verify(path, options, report) {
            Ok(found) => {
                problems.0.extend(findings(&found, options.strict).0);
                verified.push(found);
            }
            Err(error) => problems.0.extend(problem::lines(&error)),
        }
    }
    if options.json {
        report.json(&document::Verification::new(options.strict, &verified, &problems))?;
    } else {
        report.bytes(&listing(&verified))?;
    }
    for found in &verified {
        if !options.strict && !found.extra.is_empty() {
            report.say(format_args!("note: {}", extra_note(found)));
        }
        report.step("Verified", summary(found));
    }
    problems.into_result()
}

fn verify(file: PathBuf, options: &Options, report: Report) -> anyhow::Result<Verified> {
    let text = text_of(&file, options)?;
    let sums = sums::parse(&text, Guide::of(options.algorithm, &file));
    if sums.entries.is_empty() {
        let first = sums.flaws.first();
        let why = first.map_or_else(String::new, |it| format!(": line {}: {}", it.line, it.what));
        return Err(Problem::new(format!("`{}` holds no sums{why}", file.display())).into());
    }
    let folder = parent(&file);
    let located: Vec<_> = sums
        .entries
        .into_iter()
        .map(|it| Located::new(&file, it))
        .collect();
    let bar = progress(&located, report);
    let standings = digest::each(&located, options.jobs(), |it| standing(it, &bar));
    drop(bar);
    let extra = if looks_for_extra(&file, &located) {
        extra(folder, &file, &located)?
    } else {
        Vec::new()
    };
    Ok(Verified {
        files: located.into_iter().map(|it| it.entry).zip(standings).collect(),
        file,
        extra,
        flaws: sums.flaws,
    })
}

/// An entry and where its file is.
#[derive(Debug)]
struct Located {
    path: PathBuf,
    entry: Entry,
}

impl Located {
    /// A name is relative to the folder of the sums file; `-` alone is standard input.
    fn new(sums_file: &Path, entry: Entry) -> Located {
        let name = sums::path_of(&entry.name).expect("a name that has no path here is a flaw of its line");
        let is_input = name.as_os_str() == STANDARD_INPUT;
        let folder = sums_file.parent().filter(|_| !is_input);
        Located {
            path: folder.unwrap_or(Path::new("")).join(name),
            entry,
        }
    }
}

impl AsRef<Path> for Located {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

fn text_of(file: &Path, options: &Options) -> anyhow::Result<Vec<u8>> {
    if file.as_os_str() == STANDARD_INPUT {
        let mut text = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut text);
        return read.map(|_| text).context("cannot read standard input");
    }
    if file.is_dir() {
        let algorithm = options.algorithm.unwrap_or(Algorithm::Sha256);
        let inside = file.join(algorithm.facts().sums_file);
        return Err(
            Problem::new(format!("cannot read `{}`: it is a folder", file.display()))
                .help(format!(
                    "name a sums file: `cargo xtask checksum --verify {}`",
                    inside.display()
                ))
                .into(),
        );
    }
    if file.exists() {
        return files::read(file);
    }
    let problem = Problem::new(format!("cannot read `{}`: no such file", file.display()));
    Err(if options.paths.is_empty() {
        problem
            .help("run `cargo xtask dist` first, or name the sums file: `cargo xtask checksum --verify FILE`")
    } else {
        problem.help("paths start from the current folder, also with `-C`")
    }
    .into())
}

fn standing(located: &Located, bar: &Progress) -> Standing {
    let path = &located.path;
    let expected = &located.entry.checksum;
    if path.as_os_str() != STANDARD_INPUT {
        let what = match path.metadata() {
            Ok(metadata) => match collect::kind(&metadata) {
                Some(Kind::File) => None,
                Some(Kind::Other(what)) => Some(format!("`{}` is {what}, which has no sum", path.display())),
                _ => Some(format!("`{}` is a folder, which has no sum", path.display())),
            },
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Standing::Missing;
            }
            Err(error) => Some(collect::cannot_read(path, &error)),
        };
        if let Some(what) = what {
            return Standing::Unreadable(what);
        }
    }
    match checksum_of(path, expected.algorithm(), bar) {
        Ok(actual) if actual == *expected => Standing::Same,
        Ok(actual) => Standing::Changed(actual),
        Err(error) => Standing::Unreadable(format!("{error:#}")),
    }
}

/// Sums from standard input have no folder, and the sums of one file beside it say nothing about its neighbours.
fn looks_for_extra(file: &Path, located: &[Located]) -> bool {
    let Some(own) = file.file_name().filter(|_| file.as_os_str() != STANDARD_INPUT) else {
        return false;
    };
    let own = own.as_encoded_bytes();
    let is_beside = |it: &Located| {
        let name = it.path.file_name().map_or(&[][..], |it| it.as_encoded_bytes());
        own.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"."))
    };
    !located.iter().all(is_beside)
}

/// The files in the folder that the sums file does not name, as it would name them.
fn extra(folder: &Path, file: &Path, located: &[Located]) -> anyhow::Result<Vec<Vec<u8>>> {
    let here = environment::current_dir()?;
    let whole = |path: &Path| collect::lexical(&here.join(path));
    let named: BTreeSet<PathBuf> = located
        .iter()
        .map(|it| it.path.as_path())
        .chain([file])
        .map(whole)
        .collect();
    let entries = collect::walk(folder).filter(|it| it.kind != Kind::LinkToFolder);
    let entries = entries.map(|it| it.path);
    let extra = entries.filter(|it| !named.contains(&whole(it)));
    let mut names: Vec<_> = extra
        .filter_map(|it| sums::name_of(it.strip_prefix(folder).unwrap_or(&it)))
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// Everything that makes the verification fail.
fn findings(found: &Verified, is_strict: bool) -> Problems {
    let file = found.file.display();
    let mut problems = Problems::default();
    for flaw in &found.flaws {
        let what = format!("cannot use line {} of `{file}`: {}", flaw.line, flaw.what);
        problems.push(Problem::new(what));
    }
    for (entry, standing) in &found.files {
        let name = path_text(&found.file, &entry.name);
        let line = entry.line;
        let what = match standing {
            Standing::Same => continue,
            Standing::Changed(actual) => format!(
                "`{name}` has changed: its {} is {actual}, line {line} of `{file}` says {}",
                actual.algorithm(),
                entry.checksum
            ),
            Standing::Missing => format!("`{name}` is missing: line {line} of `{file}` names it"),
            Standing::Unreadable(what) => format!("{what}; line {line} of `{file}` names it"),
        };
        problems.push(Problem::new(what));
    }
    if let Some(last) = problems.0.last_mut() {
        last.help.push(
            "take the files and their sums anew from where they came, or write new sums: \
             `cargo xtask checksum --output FILE PATH…`"
                .to_owned(),
        );
    }
    if is_strict && !found.extra.is_empty() {
        for name in &found.extra {
            let name = path_text(&found.file, name);
            problems.push(Problem::new(format!(
                "`{name}` is extra: `{file}` does not name it"
            )));
        }
        if let Some(last) = problems.0.last_mut() {
            last.help
                .push("move extra files away, or leave `--strict` out".to_owned());
        }
    }
    problems
}

/// One line a file, `‹path›: ‹word›`, with paths escaped as `sha256sum -c` does.
fn listing(verified: &[Verified]) -> Vec<u8> {
    let mut text = Vec::new();
    for found in verified {
        let files = found
            .files
            .iter()
            .map(|(entry, standing)| (&entry.name, standing.word()));
        for (name, word) in files.chain(found.extra.iter().map(|it| (it, "extra"))) {
            text.extend(sums::escaped(&path_name(&found.file, name)));
            text.extend(format!(": {word}\n").bytes());
        }
    }
    text
}

/// The path of a name in a sums file, from the current folder.
fn path_name(file: &Path, name: &[u8]) -> Vec<u8> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let path = sums::path_of(name).map(|it| folder.join(it));
    path.and_then(|it| sums::name_of(&it))
        .unwrap_or_else(|| name.to_vec())
}

fn path_text(file: &Path, name: &[u8]) -> String {
    sums::shown(&path_name(file, name))
}

fn extra_note(found: &Verified) -> String {
    let mut note = format!("not named by `{}`: ", found.file.display());
    let shown: Vec<_> = found
        .extra
        .iter()
        .take(NAMED_EXTRA)
        .map(|it| sums::shown(it))
        .collect();
    note += &shown.join(", ");
    let more = found.extra.len().saturating_sub(NAMED_EXTRA);
    if more > 0 {
        let _ = write!(note, " and {more} more");
    }
    note
}

/// `12 files of `dist/SHA256SUMS`: 10 ok, 1 changed, 1 extra`.
fn summary(found: &Verified) -> String {
    let words = found.files.iter().map(|(_, standing)| standing.word());
    let words: Vec<_> = words.chain(found.extra.iter().map(|_| "extra")).collect();
    let parts = ["ok", "changed", "missing", "unreadable", "extra"].map(|word| {
        let count = words.iter().filter(|it| **it == word).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let malformed = (!found.flaws.is_empty()).then(|| format!("{} malformed", found.flaws.len()));
    let parts: Vec<_> = parts.into_iter().chain([malformed]).flatten().collect();
    format!(
        "{} of `{}`: {}",
        counted(found.files.len()),
        found.file.display(),
        parts.join(", ")
    )
}
