//! `cargo xtask checksum`: writes sums of files that `sha256sum -c` accepts, and verifies such sums.

mod collect;
mod document;
mod target;
mod verify;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::cli::Global;
use crate::digest::{self, ALGORITHMS, Algorithm, Checksum, sums};
use crate::effect::files;
use crate::effect::progress::Progress;
use crate::effect::report::Report;
use crate::problem::{self, Problem, Problems};
use crate::workspace;

use collect::{Item, Naming};

/// What stands for standard input, as a PATH and as a name in a sums file.
const STANDARD_INPUT: &str = "-";

/// What `--help` adds to the options.
const MORE: &str = "\
Folders are walked in sorted order. Links to files are hashed as the files they point to; links to folders are
left out with a warning. The sums files right in a folder (SHA256SUMS, SHA512SUMS, B2SUMS, B3SUMS) and their
signatures (SHA256SUMS.asc …) are left out, since they cannot hold their own sums. Names are written as the PATHs
were given; with --output, or without PATHs, relative to the folder of the sums file. PATHs start from the current
folder, also with -C. --output overwrites sums and empty files, nothing else.

--verify reports missing, changed, unreadable, extra and malformed all at once. Extra files lie in the folder of the
sums file or below and are not named by it: they are listed always, and fail only with --strict, since `sha256sum -c`
does not know of them either. None are looked for beside the sums of one single file, such as `tool.zip.sha256`, and
for sums from standard input.

Exit codes: 0 done or all the same, 1 findings, 2 wrong usage.";

/// Writes the sums of PATHs to standard output, or with --verify reads sums files and compares.
#[derive(Debug, Args)]
#[command(after_long_help = MORE)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Options {
    /// Files and folders, `-` for standard input; with --verify, sums files [default: `dist`, or its sums file]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Verify instead of writing: PATHs are sums files
    #[arg(long, conflicts_with_all = ["output", "tag"])]
    pub verify: bool,
    /// Make extra files a failure
    #[arg(long, requires = "verify")]
    pub strict: bool,
    /// Write into a file, whole or not at all; only sums are overwritten
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The hash function [default: sha256; with --verify, what tag, length and file name say]
    #[arg(short, long, value_name = "NAME")]
    pub algorithm: Option<Algorithm>,
    /// Write tagged lines: `SHA256 (name) = digest`
    #[arg(long)]
    pub tag: bool,
    /// Print a JSON document on standard output (docs/api/checksum.md)
    #[arg(long)]
    pub json: bool,
    /// How many files are hashed at once [default: the number of cores]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    pub jobs: Option<NonZeroUsize>,
}

impl Options {
    fn jobs(&self) -> NonZeroUsize {
        self.jobs.unwrap_or_else(digest::cores)
    }
}

impl ValueEnum for Algorithm {
    fn value_variants<'a>() -> &'a [Algorithm] {
        const ALL: [Algorithm; ALGORITHMS.len()] = [
            ALGORITHMS[0].algorithm,
            ALGORITHMS[1].algorithm,
            ALGORITHMS[2].algorithm,
            ALGORITHMS[3].algorithm,
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.facts().name))
    }
}

/// Writes or verifies.
pub fn run(global: &Global, options: &Options, report: Report) -> anyhow::Result<ExitCode> {
    let dir = workspace::folder(global.workspace.as_deref())?;
    let dist = if options.paths.is_empty() {
        target::dist(dir)?
    } else {
        PathBuf::new()
    };
    if options.verify {
        verify::run(&dist, options, report)?;
    } else {
        write(&dist, options, report)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(dist: &Path, options: &Options, report: Report) -> anyhow::Result<()> {
    let algorithm = options.algorithm.unwrap_or(Algorithm::Sha256);
    let (paths, naming) = if options.paths.is_empty() {
        (vec![dist.to_owned()], Naming::relative_to(dist)?)
    } else {
        (options.paths.clone(), Naming::AsGiven)
    };
    let naming = match &options.output {
        Some(output) => Naming::relative_to(parent(output))?,
        None => naming,
    };
    if options.paths.is_empty() && !dist.is_dir() {
        return Err(
            Problem::new(format!("no folder `{}` to take sums of", dist.display()))
                .help("run `cargo xtask dist` first, or name files: `cargo xtask checksum PATH…`")
                .into(),
        );
    }
    let mut found = collect::collect(&paths, &naming, options.output.as_deref());
    for link in &found.skipped_links {
        report.warn(format_args!(
            "`{}` is a link to a folder, which is left out",
            link.display()
        ));
    }
    if let Some(Err(error)) = options.output.as_deref().map(target::refuse_foreign) {
        found.problems.0.extend(problem::lines(&error));
    }
    if found.items.is_empty() && found.problems.is_empty() {
        let names: Vec<_> = paths.iter().map(|it| format!("`{}`", it.display())).collect();
        let problem = Problem::new(format!("no files in {}", names.join(", ")));
        found.problems.push(match &options.output {
            Some(output) => problem.help(format!(
                "`{}` is left out, since it cannot hold its own sum",
                output.display()
            )),
            None => problem,
        });
    }
    let (sums, mut problems) = hashed(&found.items, algorithm, options.jobs(), report);
    problems.0.splice(0..0, found.problems.0);
    if options.json {
        report.json(&document::Written::new(algorithm, &sums, &problems))?;
    }
    problems.into_result()?;
    let form = if options.tag {
        sums::Form::Tagged
    } else {
        sums::Form::Plain
    };
    let text = sums::write(
        sums.iter().map(|(item, checksum)| (&item.name[..], checksum)),
        form,
    );
    match &options.output {
        Some(output) => {
            files::write(&target::behind_links(output), &text)?;
            report.step(
                "Wrote",
                format_args!(
                    "{} of {} to `{}`",
                    algorithm,
                    counted(sums.len()),
                    output.display()
                ),
            );
            Ok(())
        }
        None if options.json => Ok(()),
        None => report.bytes(&text),
    }
}

/// The sums of all files that can be read, and the problems of those that cannot.
fn hashed(
    items: &[Item],
    algorithm: Algorithm,
    jobs: NonZeroUsize,
    report: Report,
) -> (Vec<(&Item, Checksum)>, Problems) {
    let mut problems = Problems::default();
    let mut sums = Vec::new();
    let bar = progress(items, report);
    let results = digest::each(items, jobs, |it| checksum_of(&it.path, algorithm, &bar));
    drop(bar);
    for (item, result) in items.iter().zip(results) {
        match result {
            Ok(checksum) => sums.push((item, checksum)),
            Err(error) => problems.0.extend(problem::lines(&error)),
        }
    }
    (sums, problems)
}

/// The digest of a file, or of standard input for `-`; a file of that name is `./-`.
fn checksum_of(path: &Path, algorithm: Algorithm, bar: &Progress) -> anyhow::Result<Checksum> {
    if path.as_os_str() == STANDARD_INPUT {
        let input = bar.count(std::io::stdin().lock());
        return digest::reader(input, algorithm).context("cannot read standard input");
    }
    let file = bar.count(files::open(path)?);
    digest::reader(file, algorithm).with_context(|| format!("cannot read `{}`", path.display()))
}

/// How far hashing these files has come, in bytes.
fn progress<P: AsRef<Path>>(items: &[P], report: Report) -> Progress {
    if !report.is_interactive() {
        return Progress::hidden();
    }
    let size_bytes = |it: &P| it.as_ref().metadata().map_or(0, |it| it.len());
    report.progress("Hashing", items.iter().map(size_bytes).sum())
}

/// The folder of a file, never empty.
fn parent(file: &Path) -> &Path {
    let dir = file.parent().filter(|it| !it.as_os_str().is_empty());
    dir.unwrap_or(Path::new("."))
}

fn counted(files: usize) -> String {
    format!("{files} {}", if files == 1 { "file" } else { "files" })
}
