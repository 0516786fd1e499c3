//! Where sums are looked for and written when nobody names a place, and what they may not overwrite.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::collect;
use crate::digest::sums::{self, Guide};
use crate::effect::{environment, files};
use crate::problem::Problem;
use crate::workspace::Workspace;

/// How much of a file is read to tell whether it holds sums.
const BEGINNING_BYTES: u64 = 64 * 1024;

/// The `dist/` of the workspace that holds a folder, in the shortest way to write it from here.
///
/// Sums can be checked where there is no workspace, or one that cargo cannot read: then it is that of the folder.
pub(super) fn dist(dir: Option<&Path>) -> anyhow::Result<PathBuf> {
    let here = collect::real(dir.unwrap_or(Path::new(".")))?;
    let root = Workspace::load(dir).ok().map(|it| it.root);
    let root = root.as_deref().and_then(|it| it.canonicalize().ok());
    Ok(match (root, dir) {
        (Some(root), None) if root != here => collect::relative(&here, &root.join("dist")),
        (Some(root), Some(_)) if root != here => {
            collect::relative(&environment::current_dir()?.canonicalize()?, &root.join("dist"))
        }
        _ => dir.unwrap_or(Path::new("")).join("dist"),
    })
}

/// The file that a link leads to: it is written, and the link stays, be it `/dev/stdout`.
pub(super) fn behind_links(output: &Path) -> PathBuf {
    let real = output.is_symlink().then(|| output.canonicalize().ok());
    real.flatten().unwrap_or_else(|| output.to_owned())
}

/// An error when a file lies at this place that holds something else than sums: a slip of the keyboard
/// (`--output tool.zip SHA256SUMS`) must not cost what a person made.
pub(super) fn refuse_foreign(output: &Path) -> anyhow::Result<()> {
    let Ok(metadata) = output.metadata() else {
        return Ok(());
    };
    // A folder is refused where it is written.
    if metadata.is_dir() {
        return Ok(());
    }
    let found = if metadata.is_file() {
        let mut beginning = Vec::new();
        files::open(output)?
            .take(BEGINNING_BYTES)
            .read_to_end(&mut beginning)
            .with_context(|| format!("cannot read `{}`", output.display()))?;
        if is_overwritable(&beginning, output) {
            return Ok(());
        }
        "it holds something else than sums"
    } else {
        "it is no file"
    };
    Err(Problem::new(format!(
        "cannot write the sums to `{}`: {found}",
        output.display()
    ))
    .help("name another file, or take this one away first; without `--output` sums go to standard output")
    .into())
}

/// Whether a file with this beginning is empty, or sums: the first line that says something is one.
fn is_overwritable(beginning: &[u8], file: &Path) -> bool {
    if beginning.trim_ascii().is_empty() {
        return true;
    }
    let sums = sums::parse(beginning, Guide::of(None, file));
    let flaw = sums.flaws.first().map(|it| it.line);
    sums.entries
        .first()
        .is_some_and(|it| flaw.is_none_or(|flaw| it.line < flaw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sums_and_nothing_are_overwritten() {
        let check = |text: &str, expected: bool| {
            assert_eq!(
                is_overwritable(text.as_bytes(), Path::new("out")),
                expected,
                "{text:?}"
            );
        };
        let sum = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n";
        check("", true);
        check(" \n", true);
        check(sum, true);
        check(&format!("# made by hand\n{sum}not a sum\n"), true);
        check("# A title\n", false);
        check("# A title\n\nText.\n", false);
        check(&format!("The sum is\n{sum}"), false);
        check("PK\u{3}\u{4}", false);
    }
}
