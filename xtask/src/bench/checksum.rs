//! Measures `checksum`, as the program that runs now, against the tools that people use for the same.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::bench::pair;
use crate::digest;
use crate::effect::environment;
use crate::effect::files::{self, Atomic, Scratch};
use crate::effect::process::Program;
use crate::effect::report::Report;

const MIB: usize = 1024 * 1024;
const LARGE_MIB: usize = 512;
const PART_MIB: usize = 128;
const PARTS: usize = 4;
const RUNS: usize = 7;

/// A tool that does the same as `checksum --algorithm NAME FILE`.
struct Rival {
    algorithm: &'static str,
    program: &'static str,
    args: &'static [&'static str],
    /// The least speed relative to the tool that the project promises.
    bound: Option<f64>,
}

const RIVALS: [Rival; 4] = [
    Rival {
        algorithm: "sha256",
        program: "sha256sum",
        args: &[],
        bound: Some(0.95),
    },
    // Some builds of `sha256sum` do without the processor's SHA instructions; OpenSSL uses them wherever they are.
    Rival {
        algorithm: "sha256",
        program: "openssl",
        args: &["dgst", "-sha256"],
        bound: None,
    },
    Rival {
        algorithm: "sha512",
        program: "sha512sum",
        args: &[],
        bound: None,
    },
    Rival {
        algorithm: "blake2b",
        program: "b2sum",
        args: &[],
        bound: None,
    },
];

/// Measures and prints: one large file on one core, four files on one and on all cores, peak memory.
pub fn checksum(report: Report) -> anyhow::Result<()> {
    let ours = environment::this_program()?;
    let scratch = Scratch::new(&environment::temp_dir())?;
    let large = scratch.path().join("large");
    let parts: Vec<PathBuf> = (0..PARTS)
        .map(|it| scratch.path().join(format!("part{it}")))
        .collect();
    report.step(
        "Writing",
        format_args!(
            "{} MiB to `{}`",
            LARGE_MIB + PARTS * PART_MIB,
            scratch.path().display()
        ),
    );
    fill(&large, LARGE_MIB)?;
    for part in &parts {
        fill(part, PART_MIB)?;
    }
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    report.data(format_args!(
        "checksum ({build} build), medians of {RUNS} runs in turns, {} cores, files in the page cache",
        digest::cores()
    ));
    for rival in &RIVALS {
        report.data(against(&ours, rival, &large)?);
    }
    report.data(scaling(&ours, &parts)?);
    let small = scratch.path().join("small");
    fill(&small, 1)?;
    report.data(memory(
        &ours,
        &[(&small, 1), (&large, LARGE_MIB)],
        scratch.path(),
    )?);
    Ok(())
}

/// One file on one core, we against a rival.
fn against(ours: &Path, rival: &Rival, file: &Path) -> anyhow::Result<String> {
    let Rival {
        algorithm,
        program,
        args,
        bound,
    } = rival;
    let title = format!("{algorithm} of {LARGE_MIB} MiB on one core, against `{program}`");
    if environment::find_program(program).is_none() {
        return Ok(format!("{title}: not measured, `{program}` is not here"));
    }
    let ours = Program::new(ours)
        .args(["checksum", "--jobs=1", "--algorithm", algorithm])
        .arg(file);
    let theirs = Program::new(program).args(*args).arg(file);
    let pair = pair(|| quietly(&ours), || quietly(&theirs), RUNS)?;
    let mut line = format!(
        "{title}: {:.3} s to {:.3} s, speed ratio {:.2}",
        pair.first.as_secs_f64(),
        pair.second.as_secs_f64(),
        pair.ratio
    );
    if let Some(bound) = bound {
        let word = if pair.ratio >= *bound { "met" } else { "MISSED" };
        let _ = write!(line, " (bound {bound} {word})");
    }
    Ok(line)
}

/// Several files on all cores against one core.
fn scaling(ours: &Path, parts: &[PathBuf]) -> anyhow::Result<String> {
    let cores = digest::cores();
    let program = |jobs: usize| {
        Program::new(ours)
            .args(["checksum", &format!("--jobs={jobs}")])
            .args(parts)
    };
    let (all, one) = (program(cores.get()), program(1));
    let pair = pair(|| quietly(&all), || quietly(&one), RUNS)?;
    Ok(format!(
        "sha256 of {PARTS} files of {PART_MIB} MiB on {cores} cores against one: {:.3} s to {:.3} s, {:.2} times as fast",
        pair.first.as_secs_f64(),
        pair.second.as_secs_f64(),
        pair.ratio
    ))
}

/// The peak memory for files of different size, which GNU time tells.
fn memory(ours: &Path, measured: &[(&Path, usize)], dir: &Path) -> anyhow::Result<String> {
    let title = "peak memory of one job";
    let Some(time) = environment::find_program("time") else {
        return Ok(format!("{title}: not measured, GNU `time` is not here"));
    };
    let note = dir.join("peak");
    let mut line = format!("{title}:");
    for (at, (file, mib)) in measured.iter().enumerate() {
        let words: [&OsStr; 4] = ["-f".as_ref(), "%M".as_ref(), "-o".as_ref(), note.as_ref()];
        let program = Program::new(&time)
            .args(words)
            .arg(ours)
            .args(["checksum", "--jobs=1"])
            .arg(file);
        if quietly(&program).is_err() {
            return Ok(format!(
                "{title}: not measured, `{}` is not GNU time",
                time.display()
            ));
        }
        let peak = files::read_text(&note)?;
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(line, "{comma} {} KiB for {mib} MiB", peak.trim());
    }
    Ok(line)
}

fn quietly(program: &Program) -> anyhow::Result<()> {
    program.read().map(drop)
}

/// Writes a file of so many MiB, no two of them alike.
fn fill(path: &Path, mib: usize) -> anyhow::Result<()> {
    let mut piece = vec![0_u8; MIB];
    let mut file = Atomic::create(path)?;
    for number in 0..mib {
        piece[..8].copy_from_slice(&(number as u64).to_le_bytes());
        file.write_all(&piece)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    file.commit()
}
