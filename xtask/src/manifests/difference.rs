//! Shows how a file in `dist/channels/` differs from what was rendered: line by line for texts, by digest for packages.

use std::path::Path;

use crate::digest::Sha256;
use crate::effect::files;
use crate::effect::report::Report;
use crate::manifests::folder::Change;
use crate::pack::File;

/// More changed lines than this are counted, not shown.
const MOST_LINES: usize = 60;

/// Prints the difference on standard output, in the form of a unified diff without hunks' numbers.
pub fn print(
    folder: &Path,
    path: &str,
    change: Change,
    rendered: Option<&File>,
    report: Report,
) -> anyhow::Result<()> {
    let found = match change {
        Change::Missing => Vec::new(),
        Change::Differs | Change::LeftOver => files::read(&folder.join(path))?,
    };
    let wanted = rendered.map_or(&[][..], |it| it.bytes.as_slice());
    report.data(format_args!(
        "--- {}/{path}",
        folder.file_name().unwrap_or_default().to_string_lossy()
    ));
    report.data(format_args!("+++ rendered"));
    match (std::str::from_utf8(&found), std::str::from_utf8(wanted)) {
        (Ok(found), Ok(wanted)) if !found.contains('\0') && !wanted.contains('\0') => {
            let lines = lines(found, wanted);
            for line in lines.iter().take(MOST_LINES) {
                report.data(line);
            }
            if lines.len() > MOST_LINES {
                report.data(format_args!("… {} more lines differ", lines.len() - MOST_LINES));
            }
        }
        _ => {
            let show = |bytes: &[u8]| match bytes {
                [] => "nothing".to_owned(),
                bytes => format!("{} bytes, SHA-256 {}", bytes.len(), Sha256::of(bytes)),
            };
            report.data(format_args!("-{}", show(&found)));
            report.data(format_args!("+{}", show(wanted)));
        }
    }
    Ok(())
}

/// The lines that are only in one of two texts, those before and after the first and last difference left out.
pub fn lines(found: &str, wanted: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (found.lines().collect(), wanted.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    // The longest common subsequence; manifests are short, and long ones are cut before.
    if old.len() * new.len() > 4_000_000 {
        let removed = old.iter().map(|it| format!("-{it}"));
        return removed.chain(new.iter().map(|it| format!("+{it}"))).collect();
    }
    let mut table = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] = if old[i] == new[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && table[i + 1][j] >= table[i][j + 1]) {
            out.push(format!("-{}", old[i]));
            i += 1;
        } else {
            out.push(format!("+{}", new[j]));
            j += 1;
        }
    }
    if out.is_empty() {
        out.push("only the mode or the final line end differs".to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let check = |old, new, expected: &[&str]| assert_eq!(lines(old, new), expected);
        check("a\nb\nc\n", "a\nx\nc\n", &["-b", "+x"]);
        check("", "a\nb\n", &["+a", "+b"]);
        check("a\nb\nc\nd\n", "b\nc\ne\nd\n", &["-a", "+e"]);
        check("a", "a\n", &["only the mode or the final line end differs"]);
    }
}
