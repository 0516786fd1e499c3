//! Many patterns at once: only those are tried whose first or last bytes are those of the name.

use crate::clean::path::name_of;
use crate::clean::pattern::{Ends, Pattern};

/// Patterns, each with the number of what it belongs to, sorted by the bytes that a name must begin or end with.
#[derive(Debug)]
pub struct Index {
    /// By the last byte of the name, then by the one before it.
    ends: Side,
    /// By the first byte of the name, then by the one after it, those that end with a star.
    starts: Side,
    /// Those that say nothing about either.
    rest: Vec<Entry>,
}

/// Patterns by the byte at one side of the name, in lowercase.
#[derive(Debug)]
struct Side {
    /// A bit for each pair of bytes with which some pattern can fit: most names are told by it alone.
    pairs: Vec<u64>,
    /// By the outer byte.
    entries: Vec<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    owner: usize,
    /// The byte beside the outer one, in lowercase.
    neighbour: Option<u8>,
    /// What the name must end with, or begin with, in lowercase.
    fixed: Vec<u8>,
    pattern: Pattern,
}

impl Index {
    /// Sorts patterns with their owners.
    pub fn new<'a>(patterns: impl IntoIterator<Item = (usize, &'a Pattern)>) -> Index {
        let mut index = Index {
            ends: Side::new(),
            starts: Side::new(),
            rest: Vec::new(),
        };
        for (owner, pattern) in patterns {
            for (pattern, Ends { start, end }) in pattern.plain() {
                let entry = |neighbour, fixed| Entry {
                    owner,
                    neighbour,
                    fixed,
                    pattern,
                };
                if let Some(last) = end.last().copied() {
                    let neighbour = end.iter().rev().nth(1).copied();
                    index.ends.add(last, entry(neighbour, end));
                } else if let Some(first) = start.first().copied() {
                    let neighbour = start.get(1).copied();
                    index.starts.add(first, entry(neighbour, start));
                } else {
                    index.rest.push(entry(None, Vec::new()));
                }
            }
        }
        index
    }

    /// Calls `found` with the owner of each pattern that fits, in no order and perhaps more than once.
    pub fn each(&self, path: &[u8], mut found: impl FnMut(usize)) {
        let name = name_of(path);
        let (Some(first), Some(last)) = (name.first(), name.last()) else {
            return;
        };
        // A name of one byte has no second; no pattern asks for a zero byte.
        let second = name.get(1).map_or(0, u8::to_ascii_lowercase);
        let before_last = match name {
            [.., it, _] => it.to_ascii_lowercase(),
            _ => 0,
        };
        for entry in self.ends.likely(last.to_ascii_lowercase(), before_last) {
            if ends_with(name, &entry.fixed) && entry.pattern.matches(path) {
                found(entry.owner);
            }
        }
        for entry in self.starts.likely(first.to_ascii_lowercase(), second) {
            if starts_with(name, &entry.fixed) && entry.pattern.matches(path) {
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

impl Side {
    fn new() -> Side {
        Side {
            pairs: vec![0; 1 << 10],
            entries: (0..256).map(|_| Vec::new()).collect(),
        }
    }

    fn add(&mut self, outer: u8, entry: Entry) {
        let neighbours = match entry.neighbour {
            Some(it) => it..=it,
            None => 0..=u8::MAX,
        };
        for neighbour in neighbours {
            let (word, bit) = place(outer, neighbour);
            self.pairs[word] |= bit;
        }
        self.entries[usize::from(outer)].push(entry);
    }

    /// The patterns that can fit a name with these two bytes.
    fn likely(&self, outer: u8, neighbour: u8) -> impl Iterator<Item = &Entry> {
        let (word, bit) = place(outer, neighbour);
        let entries: &[Entry] = if self.pairs[word] & bit == 0 {
            &[]
        } else {
            &self.entries[usize::from(outer)]
        };
        entries
            .iter()
            .filter(move |it| it.neighbour.is_none_or(|it| it == neighbour))
    }
}

fn place(outer: u8, neighbour: u8) -> (usize, u64) {
    let pair = usize::from(outer) << 8 | usize::from(neighbour);
    (pair >> 6, 1 << (pair & 63))
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn starts_with(name: &[u8], start: &[u8]) -> bool {
    name.len() >= start.len() && name[..start.len()].eq_ignore_ascii_case(start)
}
