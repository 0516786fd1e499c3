//! Stand-ins for the programs that publishing needs and a machine lacks: they speak the same wire to the twin.

mod snapcraft;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::effect::environment;
use crate::effect::files;
use crate::effect::report::Report;
use crate::problem::Problem;

/// A program that has a stand-in.
struct Row {
    /// Its name.
    name: &'static str,
    /// What the stand-in does with its words; the exit code.
    run: fn(&[String], Report) -> u8,
}

/// The programs, in the order of their names.
const ROWS: &[Row] = &[Row {
    name: "snapcraft",
    run: snapcraft::run,
}];

/// The hidden command of this program that speaks for another one.
pub const COMMAND: &str = "stand-in";

/// The stand-ins that are needed here, by the name of the program, written into a folder.
pub fn stand_ins(dir: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    write(dir, &environment::this_program()?, |name| {
        environment::find_program(name).is_none()
    })
}

/// Writes those that are wanted: each calls `program`, which is this one.
pub fn write(
    dir: &Path,
    program: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut written = BTreeMap::new();
    for row in ROWS.iter().filter(|it| is_wanted(it.name)) {
        let (suffix, text) = script(program, row.name);
        let path = dir.join(format!("{}{suffix}", row.name));
        files::create_dir(dir)?;
        files::write(&path, text.as_bytes())?;
        files::set_mode(&path, 0o755)?;
        written.insert(row.name.to_owned(), path);
    }
    Ok(written)
}

/// A script that hands all its words on, and how its name ends.
fn script(program: &Path, name: &str) -> (&'static str, String) {
    let program = program.display();
    if cfg!(windows) {
        return (".cmd", format!("@\"{program}\" {COMMAND} {name} -- %*\r\n"));
    }
    let program = crate::render::language::Language::Shell.literal(&program.to_string());
    (
        "",
        format!("#!/bin/sh\nexec {program} {COMMAND} {name} -- \"$@\"\n"),
    )
}

/// Speaks for a program.
pub fn run(name: &str, words: &[OsString], report: Report) -> anyhow::Result<u8> {
    let row = ROWS
        .iter()
        .find(|it| it.name == name)
        .ok_or_else(|| Problem::usage(format!("no stand-in for `{name}`")))?;
    let words: Vec<String> = words.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    Ok((row.run)(&words, report))
}
