//! Reads the environment: variables, the folders of cargo and rustup, programs on the search path.
#![expect(clippy::disallowed_methods, reason = "this is the home of the environment")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The value of a variable; `None` when it is unset, empty, or not UTF-8.
pub fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// The value of a variable that holds a path; `None` when it is unset or empty.
pub fn path_var(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|it| !it.is_empty())
        .map(PathBuf::from)
}

/// The same, counted from the folder the program was started in, since a child may run in another.
pub fn whole_path_var(name: &str) -> Option<PathBuf> {
    path_var(name).map(|it| std::path::absolute(&it).unwrap_or(it))
}

/// Every variable, for choosing those that a child may see.
pub fn all() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// Whether this runs in a CI service: `CI` set to anything but `false` or `0`.
pub fn is_ci() -> bool {
    var("CI").is_some_and(|it| it != "false" && it != "0")
}

/// Whether this runs in GitHub Actions, which folds output by `::group::`.
pub fn is_github() -> bool {
    var("GITHUB_ACTIONS").as_deref() == Some("true")
}

/// The folder the program was started in.
pub fn current_dir() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("cannot tell the current folder")
}

/// The folder for temporary files.
pub fn temp_dir() -> PathBuf {
    std::env::temp_dir()
}

/// The running program itself, for starting it again, also by a program that is started meanwhile.
///
/// `cargo test` may have replaced the file by a newer one. Linux keeps what runs under a name of its own (proc(5)).
pub fn this_program() -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe().context("cannot tell where this program lies")?;
    let kept = PathBuf::from(format!("/proc/{}/exe", std::process::id()));
    Ok(if path.exists() || !kept.exists() {
        path
    } else {
        kept
    })
}

/// The words of the command line, the program's name first.
pub fn words() -> impl Iterator<Item = OsString> {
    std::env::args_os()
}

/// The user's home folder.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|it| !it.as_os_str().is_empty())
}

/// Cargo's home: `CARGO_HOME`, else `~/.cargo`.
pub fn cargo_home() -> Option<PathBuf> {
    path_var("CARGO_HOME").or_else(|| Some(home()?.join(".cargo")))
}

/// rustup's home: `RUSTUP_HOME`, else `~/.rustup`.
pub fn rustup_home() -> Option<PathBuf> {
    path_var("RUSTUP_HOME").or_else(|| Some(home()?.join(".rustup")))
}

/// The full path of a program on the search path, with `.exe` tried on Windows.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|dir| executable(&dir.join(name)))
}

/// The path itself, or with `.exe`, if it is a file that this system can execute.
pub fn executable(path: &Path) -> Option<PathBuf> {
    let with_suffix = path.with_file_name(format!(
        "{}{}",
        path.file_name()?.to_string_lossy(),
        std::env::consts::EXE_SUFFIX
    ));
    [path.to_owned(), with_suffix]
        .into_iter()
        .find(|it| is_executable(it))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// `PATH` with folders put in front of it.
pub fn path_with(dirs: &[PathBuf]) -> anyhow::Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(dirs.iter().cloned().chain(std::env::split_paths(&path)))
        .context("cannot put a folder into `PATH`")
}

/// Asks on standard error and reads a line from standard input.
pub fn ask(question: &str) -> anyhow::Result<String> {
    crate::effect::report::prompt(question);
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read the answer")?;
    Ok(line.trim().to_owned())
}
