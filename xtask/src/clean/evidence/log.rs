//! What programs print while they run: most lines begin with a time or a level, or are those of a test runner.

use super::Sample;
use super::log_line::{Weight, is_trace, weight};
use super::text::{lines, whole_lines};

/// Whether more lines of the head are those of a log than are not. What is indented belongs to the line before.
pub(super) fn is_log(sample: &Sample<'_>) -> bool {
    let head = sample.head_text();
    if memchr::memchr(0, &head).is_some() {
        return false;
    }
    let head = whole_lines(&head, sample.size_bytes() > head.len() as u64);
    let (mut strong, mut weak) = (0_u64, 0_u64);
    for line in lines(head) {
        match weight(line) {
            Weight::Log => strong += 1,
            Weight::Other => weak += 1,
            Weight::Nothing => {}
        }
    }
    strong > weak || is_shell_trace(head)
}

/// What `set -x` prints: commands behind `+`, of which the first comes first. A list in Markdown has headings or
/// other marks, and the change of a patch has them before it.
fn is_shell_trace(head: &[u8]) -> bool {
    let filled: Vec<&[u8]> = lines(head).filter(|it| !it.trim_ascii().is_empty()).collect();
    let is_document = |it: &[u8]| {
        [&b"# "[..], b"## ", b"@@", b"- ", b"* ", b"---", b"diff "]
            .iter()
            .any(|mark| it.starts_with(mark))
    };
    let is_first = filled.first().is_some_and(|it| is_trace(it));
    is_first && filled[1..].iter().any(|it| is_trace(it)) && !filled.iter().any(|it| is_document(it))
}
