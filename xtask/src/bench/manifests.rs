//! Measures rendering for all channels from a made-up release: the texts alone, and packages against bare compression.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::bench::{median, pair, timed};
use crate::channel::CHANNELS;
use crate::edition::Edition;
use crate::edition::sample::Sample;
use crate::effect::environment;
use crate::effect::files::Scratch;
use crate::effect::report::Report;
use crate::manifests::{self, Extent, Outcome};
use crate::pack::read;
use crate::render::{self, Output};

/// How often the texts are rendered.
const TEXT_RUNS: usize = 20;

/// How often the packages are made.
const PACKAGE_RUNS: usize = 3;

/// As large as a small program.
const PROGRAM_BYTES: usize = 4_000_000;

/// Measures and prints.
pub fn manifests(report: Report) -> anyhow::Result<()> {
    let scratch = Scratch::new(&environment::temp_dir())?;
    texts(scratch.path(), report)?;
    packages(scratch.path(), report)
}

/// The texts, from an edition that has read nothing yet: what it reads it keeps.
fn texts(dir: &Path, report: Report) -> anyhow::Result<()> {
    report.step("Measuring", "the texts of all channels");
    let dist = dir.join("texts");
    let mut times = Vec::new();
    let mut count = 0;
    for _ in 0..=TEXT_RUNS {
        let edition = Sample::default().write(&dist)?;
        let time = timed(&mut || {
            count = all(&edition, Extent::Texts)?.len();
            Ok(())
        })?;
        times.push(time.as_secs_f64() * 1000.0);
    }
    // The first run does not count: it finds the code on the disk.
    let time = median(times.into_iter().skip(1));
    report.data(format_args!(
        "texts     {count:>4} files {time:>9.1} ms (bound: 50 ms)"
    ));
    Ok(())
}

fn packages(dir: &Path, report: Report) -> anyhow::Result<()> {
    report.step(
        "Measuring",
        "packages of all channels, then gzip of what they hold",
    );
    let sample = Sample {
        program_bytes: PROGRAM_BYTES,
        ..Sample::default()
    };
    let dist = dir.join("packages");
    let edition = sample.write(&dist)?;
    let texts: Vec<String> = all(&edition, Extent::Texts)?
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    let mut found = all(&edition, Extent::Everything)?;
    found.retain(|(path, _)| !texts.contains(path));
    let contents: Vec<Vec<u8>> = found
        .iter()
        .map(|(_, bytes)| content(&edition, bytes))
        .collect::<anyhow::Result<_>>()?;
    let bytes: usize = contents.iter().map(Vec::len).sum();
    if contents.is_empty() {
        report.data("packages     0 files");
        return Ok(());
    }
    // One edition a run, made before: what it has read of the archives it keeps.
    let mut fresh = (0..=PACKAGE_RUNS)
        .map(|_| sample.write(&dist))
        .collect::<anyhow::Result<Vec<Edition>>>()?;
    let both = pair(
        || compress(&contents),
        || {
            let edition = fresh.pop().context("one edition a run")?;
            all(&edition, Extent::Everything).map(drop)
        },
        PACKAGE_RUNS,
    )?;
    report.data(format_args!(
        "packages  {:>4} files {:>9.1} ms   gzip of the same {} MB {:>9.1} ms   ratio {:.2}",
        contents.len(),
        both.second.as_secs_f64() * 1000.0,
        bytes / 1_000_000,
        both.first.as_secs_f64() * 1000.0,
        both.ratio,
    ));
    Ok(())
}

/// What all channels get.
fn all(edition: &Edition, extent: Extent) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for row in manifests::render(std::slice::from_ref(edition), &CHANNELS, extent) {
        let channel = row.channel;
        match row.outcome {
            Outcome::Files(_, files) => {
                found.extend(
                    files
                        .into_iter()
                        .map(|(path, it)| (format!("{channel}/{path}"), it.bytes)),
                );
            }
            Outcome::Refused(why) => anyhow::bail!("{channel} takes no sample: {why}"),
            Outcome::Failed(error) => return Err(error.context(format!("cannot render for {channel}"))),
        }
    }
    Ok(found)
}

/// What a package holds: that of zip and gzip as it is, for other forms one program.
fn content(edition: &Edition, package: &[u8]) -> anyhow::Result<Vec<u8>> {
    if package.starts_with(b"PK\x03\x04") {
        let files = read::files("package.zip", package)?;
        return Ok(files.into_iter().flat_map(|it| it.bytes).collect());
    }
    if package.starts_with(b"\x1f\x8b") {
        let mut bytes = Vec::new();
        GzDecoder::new(package).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let build = &edition.builds()[0];
    build.program(&build.binaries()[0])
}

/// Compresses on all cores, as packages are made.
fn compress(contents: &[Vec<u8>]) -> anyhow::Result<()> {
    let mut output = Output::default();
    for (at, content) in contents.iter().enumerate() {
        let content = content.clone();
        output.package(format!("{at}"), move || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&content)?;
            Ok(encoder.finish()?)
        });
    }
    let made = render::make(vec![output]);
    ensure!(made.iter().all(Result::is_ok), "compressing failed");
    Ok(())
}
