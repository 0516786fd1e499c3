//! Many patterns at once: only those are tried whose first or last bytes are those of the name.

use crate::clean::path::name_of;
use crate::clean::pattern::Pattern;

/// Patterns, each with the number of what it belongs to, sorted by the bytes that a name must begin or end with.
#[derive(Debug)]
pub struct Index {
    /// By the last byte of the name, in lowercase; whatever ends with a star stands elsewhere.
    by_last: Vec<Vec<Entry>>,
    /// By the first byte of the name, in lowercase.
    by_first: Vec<Vec<Entry>>,
    /// Those that say nothing about either.
    rest: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    owner: usize,
    /// The byte before the last, or after the first: it rules most out without a look at the pattern.
    neighbour: Option<u8>,
    /// What the name must end with, or begin with, in lowercase.
    fixed: Vec<u8>,
    pattern: Pattern,
}

impl Index {
    /// Sorts patterns with their owners.
    pub fn new<'a>(patterns: impl IntoIterator<Item = (usize, &'a Pattern)>) -> Index {
        let slots = || (0..256).map(|_| Vec::new()).collect::<Vec<Vec<Entry>>>();
        let (mut by_last, mut by_first, mut rest) = (slots(), slots(), Vec::new());
        for (owner, pattern) in patterns {
            for (pattern, ends) in pattern.plain() {
                let (slot, neighbour, fixed) = match (&ends.end[..], &ends.start[..]) {
                    ([.., last], _) => {
                        let neighbour = ends.end.iter().rev().nth(1).copied();
                        (&mut by_last[usize::from(*last)], neighbour, ends.end)
                    }
                    ([], [first, ..]) => {
                        let neighbour = ends.start.get(1).copied();
                        (&mut by_first[usize::from(*first)], neighbour, ends.start)
                    }
                    ([], []) => (&mut rest, None, Vec::new()),
                };
                slot.push(Entry {
                    owner,
                    neighbour,
                    fixed,
                    pattern,
                });
            }
        }
        Index {
            by_last,
            by_first,
            rest,
        }
    }

    /// Calls `found` with the owner of each pattern that fits, in no order and perhaps more than once.
    pub fn each(&self, path: &[u8], mut found: impl FnMut(usize)) {
        let name = name_of(path);
        let (Some(first), Some(last)) = (name.first(), name.last()) else {
            return;
        };
        let at = |index: usize| name.get(index).map(u8::to_ascii_lowercase);
        let before_last = name.len().checked_sub(2).and_then(at);
        for entry in &self.by_last[usize::from(last.to_ascii_lowercase())] {
            if (entry.neighbour.is_none() || entry.neighbour == before_last)
                && ends_with(name, &entry.fixed)
                && entry.pattern.matches(path)
            {
                found(entry.owner);
            }
        }
        let second = at(1);
        for entry in &self.by_first[usize::from(first.to_ascii_lowercase())] {
            if (entry.neighbour.is_none() || entry.neighbour == second)
                && starts_with(name, &entry.fixed)
                && entry.pattern.matches(path)
            {
                found(entry.owner);
            }
        }
        for entry in &self.rest {
            if entry.pattern.matches(path) {
                found(entry.owner);
            }
        }
    }

    /// Whether any pattern fits.
    pub fn any(&self, path: &[u8]) -> bool {
        let mut is_found = false;
        self.each(path, |_| is_found = true);
        is_found
    }
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn starts_with(name: &[u8], start: &[u8]) -> bool {
    name.len() >= start.len() && name[..start.len()].eq_ignore_ascii_case(start)
}
