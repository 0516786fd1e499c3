//! Changed texts of files: computed all, shown as a diff, then written all.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::effect::files;

/// What one file says before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the file lies.
    pub path: PathBuf,
    /// The file as a person names it: from the root, with `/`.
    pub file: String,
    /// The text that stands there.
    pub before: String,
    /// The text that shall stand there.
    pub after: String,
}

/// Lines that go and lines that come, in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first changed line before, counted from 1.
    pub line_before: usize,
    /// The first changed line after, counted from 1.
    pub line_after: usize,
    /// The lines that go.
    pub removed: Vec<String>,
    /// The lines that come.
    pub added: Vec<String>,
}

impl Edit {
    /// Where the texts differ, line by line.
    pub fn hunks(&self) -> Vec<Hunk> {
        hunks(&self.before, &self.after)
    }
}

impl fmt::Display for Edit {
    /// A unified diff without context.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--- {0}\n+++ {0}", self.file)?;
        for hunk in self.hunks() {
            let (before, after) = (
                range(hunk.line_before, &hunk.removed),
                range(hunk.line_after, &hunk.added),
            );
            write!(f, "\n@@ -{before} +{after} @@")?;
            for line in &hunk.removed {
                write!(f, "\n-{}", line.trim_end_matches(['\r', '\n']))?;
            }
            for line in &hunk.added {
                write!(f, "\n+{}", line.trim_end_matches(['\r', '\n']))?;
            }
        }
        Ok(())
    }
}

/// `line,count` as `diff -U0` prints it: an empty side names the line before.
fn range(line: usize, lines: &[String]) -> String {
    match lines.len() {
        0 => format!("{},0", line - 1),
        1 => line.to_string(),
        count => format!("{line},{count}"),
    }
}

/// A text with some of its bytes replaced; the spans do not overlap.
pub fn replace(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(span, _)| span.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in edits {
        assert!(at <= span.start, "edits overlap at byte {}", span.start);
        result.push_str(&text[at..span.start]);
        result.push_str(&new);
        at = span.end;
    }
    result.push_str(&text[at..]);
    result
}

/// Writes every file whole; when one cannot be written, those before it get their old text back.
pub fn write_all(edits: &[Edit]) -> anyhow::Result<()> {
    for (index, edit) in edits.iter().enumerate() {
        if let Err(error) = write(&edit.path, &edit.after) {
            let undone = edits[..index]
                .iter()
                .all(|it| write(&it.path, &it.before).is_ok());
            return Err(error.context(if undone {
                "nothing was changed"
            } else {
                "some files were changed: look at `git diff`"
            }));
        }
    }
    Ok(())
}

/// Writes through a symbolic link and keeps the mode of the file.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mode = mode(&path);
    files::write(&path, text.as_bytes())?;
    mode.map_or(Ok(()), |it| files::set_mode(&path, it))
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(path.metadata().ok()?.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

/// The shortest line diff (E. Myers, "An O(ND) Difference Algorithm", 1986): few changes cost little in a long file.
fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut x, mut y) = (0, 0);
    for (to_x, to_y) in kept(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        if to_x > x || to_y > y {
            hunks.push(Hunk {
                line_before: x + 1,
                line_after: y + 1,
                removed: old[x..to_x].iter().map(|it| (*it).to_owned()).collect(),
                added: new[y..to_y].iter().map(|it| (*it).to_owned()).collect(),
            });
        }
        (x, y) = (to_x + 1, to_y + 1);
    }
    hunks
}

/// The pairs of lines that stay, in order.
fn kept(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    // `reach[k]` is how far in `old` one gets on the diagonal `k + x - y`, with `steps` insertions and removals.
    let middle = old.len() + new.len() + 1;
    let mut reach = vec![0_usize; 2 * middle + 1];
    let mut history = Vec::new();
    'search: for steps in 0..middle {
        history.push(reach[middle - steps..=middle + steps].to_vec());
        for diagonal in (middle - steps..=middle + steps).step_by(2) {
            let is_down = diagonal == middle - steps
                || (diagonal != middle + steps && reach[diagonal - 1] < reach[diagonal + 1]);
            let mut x = if is_down {
                reach[diagonal + 1]
            } else {
                reach[diagonal - 1] + 1
            };
            while x < old.len() && x + middle - diagonal < new.len() && old[x] == new[x + middle - diagonal] {
                x += 1;
            }
            reach[diagonal] = x;
            if x >= old.len() && x + middle - diagonal >= new.len() {
                break 'search;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut x, mut y) = (old.len(), new.len());
    for (steps, reach) in history.iter().enumerate().rev() {
        let at = |diagonal: usize| {
            reach
                .get((diagonal + steps).wrapping_sub(middle))
                .copied()
                .unwrap_or(0)
        };
        let diagonal = middle + x - y;
        let is_down =
            diagonal == middle - steps || (diagonal != middle + steps && at(diagonal - 1) < at(diagonal + 1));
        let from_diagonal = if is_down { diagonal + 1 } else { diagonal - 1 };
        let (from_x, from_y) = if steps == 0 {
            (0, 0)
        } else {
            let from_x = at(from_diagonal);
            (from_x, from_x + middle - from_diagonal)
        };
        while x > from_x && y > from_y && (steps == 0 || (x, y) != start(is_down, from_x, from_y)) {
            (x, y) = (x - 1, y - 1);
            pairs.push((x, y));
        }
        (x, y) = (from_x, from_y);
    }
    pairs.reverse();
    pairs
}

/// Where the run of equal lines begins after one step.
fn start(is_down: bool, x: usize, y: usize) -> (usize, usize) {
    if is_down { (x, y + 1) } else { (x + 1, y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        let edit = Edit {
            path: PathBuf::new(),
            file: "f".to_owned(),
            before: before.replace(' ', "\n"),
            after: after.replace(' ', "\n"),
        };
        let shown = edit.to_string();
        assert_eq!(shown.lines().skip(2).collect::<Vec<_>>().join(" "), expected);
        assert_eq!(applied(&edit), edit.after);
    }

    /// The text before with the hunks applied to it.
    fn applied(edit: &Edit) -> String {
        let mut lines: Vec<String> = edit.before.split_inclusive('\n').map(str::to_owned).collect();
        for hunk in edit.hunks().into_iter().rev() {
            let start = hunk.line_before - 1;
            assert_eq!(lines[start..start + hunk.removed.len()], hunk.removed);
            lines.splice(start..start + hunk.removed.len(), hunk.added);
        }
        lines.concat()
    }

    #[test]
    fn differences_are_shown_as_diff_shows_them() {
        check("a b c ", "a x c ", "@@ -2 +2 @@ -b +x");
        check("a b c d e ", "a x c y e ", "@@ -2 +2 @@ -b +x @@ -4 +4 @@ -d +y");
        check("a c ", "a b1 b2 c ", "@@ -1,0 +2,2 @@ +b1 +b2");
        check("a b c ", "a c ", "@@ -2 +1,0 @@ -b");
        check("", "a ", "@@ -0,0 +1 @@ +a");
        check("a ", "", "@@ -1 +0,0 @@ -a");
        check("a b", "a c", "@@ -2 +2 @@ -b +c");
        check("a b ", "a b ", "");
        check(
            "a b c d ",
            "c d a b ",
            "@@ -1,2 +0,0 @@ -a -b @@ -4,0 +3,2 @@ +a +b",
        );
        check(
            "x a x b x ",
            "x b x a x ",
            "@@ -2,2 +1,0 @@ -a -x @@ -5,0 +4,2 @@ +a +x",
        );
    }

    #[test]
    fn replaced_bytes_leave_the_others_alone() {
        let edits = vec![
            (4..5, "Z".to_owned()),
            (0..1, "AA".to_owned()),
            (2..2, "-".to_owned()),
        ];
        assert_eq!(replace("ab\r\ncd", edits), "AAb-\r\nZd");
    }

    #[test]
    fn when_one_file_cannot_be_written_the_others_get_their_text_back() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let edit = |name: &str| Edit {
            path: scratch.path().join(name),
            file: name.to_owned(),
            before: "before".to_owned(),
            after: "after".to_owned(),
        };
        let first = edit("first");
        files::write(&first.path, b"before").unwrap();
        // No file lies below a file, whoever asks for it.
        let error = write_all(&[first.clone(), edit("first/second")]).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("nothing was changed: "),
            "{error:#}"
        );
        assert_eq!(files::read_text(&first.path).unwrap(), "before");
    }
}
