//! Patterns of names: `*`, `?`, `[a-z]`, `{a,b}` and `**`, on bytes and blind to the case of ASCII letters.
//!
//! The time of a match grows with the length of the pattern times that of the path, whatever either holds: a star
//! that has been passed is never taken up again once a later one was reached.

mod glob;
mod parse;

use crate::clean::path::name_of;
use crate::problem::Problem;

use glob::Glob;

/// A pattern of names. One without `/` is about the last component of a path; one with `/` about the whole path from
/// the root, where a component `**` stands for any number of folders, none included, and a `/` at the start only says
/// that the root is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    text: String,
    alternatives: Vec<Alternative>,
}

/// One way to read a pattern: what is left when each `{a,b}` is decided.
#[derive(Clone, Debug, PartialEq)]
enum Alternative {
    Name(Glob),
    Path(Vec<Part>),
}

/// A component of a pattern about whole paths.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// `**`.
    Folders,
    One(Glob),
}

/// The bytes that a name must begin or end with, in lowercase, as far as an alternative says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// What the last component begins with.
    pub start: Vec<u8>,
    /// What the last component ends with.
    pub end: Vec<u8>,
}

impl Pattern {
    /// Reads a pattern; the problem names what is wrong in it.
    pub fn parse(text: &str) -> Result<Pattern, Problem> {
        let alternatives = parse::alternatives(text).map_err(|why| {
            Problem::new(format!("the pattern `{}` {why}", text.escape_debug()))
                .help("a pattern is a name such as `*.out`, or a path from the root such as `docs/**/*.out`; `\\` before `*`, `?`, `[` or `{` takes its meaning away")
        })?;
        Ok(Pattern {
            text: text.to_owned(),
            alternatives,
        })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a path from the root fits.
    pub fn matches(&self, path: &[u8]) -> bool {
        self.alternatives.iter().any(|it| it.matches(path))
    }

    /// Whether every name fits that can stand in a folder: the pattern is `*`, or begins with `**/` and ends so.
    pub fn is_catch_all(&self) -> bool {
        self.alternatives.iter().any(|it| match it {
            Alternative::Name(glob) => glob.is_all(),
            Alternative::Path(parts) => match parts.split_last() {
                Some((last, before)) => {
                    before.iter().all(|it| *it == Part::Folders)
                        && match last {
                            Part::Folders => true,
                            Part::One(glob) => glob.is_all() && !before.is_empty(),
                        }
                }
                None => false,
            },
        })
    }

    /// Whether a name that fits says by itself what it is about: each star stands beside a separator, as in `*.out` and
    /// `*_PLAN.md`, but not in `*cover*.html`.
    pub fn is_telling(&self, path: &[u8]) -> bool {
        self.alternatives.iter().any(|it| {
            let glob = match it {
                Alternative::Name(glob) => Some(glob),
                Alternative::Path(parts) => parts.iter().rev().find_map(|it| match it {
                    Part::One(glob) => Some(glob),
                    Part::Folders => None,
                }),
            };
            glob.is_some_and(Glob::is_telling) && it.matches(path)
        })
    }

    /// The patterns, each without `{a,b}`, that together mean the same, with what a name must begin and end with.
    pub fn plain(&self) -> impl Iterator<Item = (Pattern, Ends)> {
        self.alternatives.iter().map(|it| {
            let ends = match it {
                Alternative::Name(glob) => glob.ends(),
                Alternative::Path(parts) => match parts.last() {
                    Some(Part::One(glob)) => glob.ends(),
                    Some(Part::Folders) | None => Ends::default(),
                },
            };
            let pattern = Pattern {
                text: self.text.clone(),
                alternatives: vec![it.clone()],
            };
            (pattern, ends)
        })
    }
}

impl Alternative {
    fn matches(&self, path: &[u8]) -> bool {
        match self {
            Alternative::Name(glob) => glob.matches(name_of(path)),
            Alternative::Path(parts) => path_matches(parts, path),
        }
    }
}

/// Walks over pattern and path together; on a mismatch the last `**` takes one more folder.
fn path_matches(parts: &[Part], path: &[u8]) -> bool {
    let mut part = 0;
    let mut rest = Some(path);
    // Where the pattern goes on after the last `**`, and what of the path it has not swallowed.
    let mut retry: Option<(usize, &[u8])> = None;
    loop {
        match (parts.get(part), rest) {
            (Some(Part::Folders), Some(left)) => {
                part += 1;
                // A `**` at the end is about what lies in the folder, at any depth.
                if part == parts.len() {
                    return true;
                }
                retry = Some((part, left));
                continue;
            }
            (None, None) => return true,
            (Some(Part::One(glob)), Some(left)) => {
                let (first, after) = split(left);
                if glob.matches(first) {
                    part += 1;
                    rest = after;
                    continue;
                }
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        let Some((after_star, left)) = retry else {
            return false;
        };
        let Some(left) = split(left).1 else {
            return false;
        };
        retry = Some((after_star, left));
        part = after_star;
        rest = Some(left);
    }
}

/// The first component, and what follows its `/`.
fn split(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', path) {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    }
}

#[cfg(test)]
pub(in crate::clean) mod tests;
