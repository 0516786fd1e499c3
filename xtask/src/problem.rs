//! What went wrong, in the house form: tried and found in one line, what to do next in `help:` lines.

use std::fmt;

/// Where in a workspace something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, from the root, with `/`.
    pub file: String,
    /// The line, counted from 1; `None` for the file as a whole.
    pub line: Option<usize>,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            line: None,
        }
    }

    /// A line of a file, counted from 1.
    pub fn line(file: impl Into<String>, line: usize) -> Place {
        Place {
            line: Some(line),
            ..Place::file(file)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            None => f.write_str(&self.file),
            Some(line) => write!(f, "{}:{line}", self.file),
        }
    }
}

/// One finding. Several travel together in [`Problems`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was tried and what was found: lowercase, names in backticks, no full stop.
    pub what: String,
    /// What to do next, one line each.
    pub help: Vec<String>,
    /// Whether the command line itself is wrong (exit code 2).
    pub is_usage: bool,
    /// Where it was found. `what` says it too, in words; this is for annotations and documents.
    pub place: Option<Place>,
}

impl Problem {
    /// A problem without advice yet.
    pub fn new(what: impl Into<String>) -> Problem {
        Problem {
            what: what.into(),
            help: Vec::new(),
            is_usage: false,
            place: None,
        }
    }

    /// What was found in a place: `file:line: what`.
    pub fn at(place: Place, what: impl fmt::Display) -> Problem {
        Problem::new(format!("{place}: {what}")).in_place(place)
    }

    /// Says where it was found, without a change of the words.
    #[must_use]
    pub fn in_place(mut self, place: Place) -> Problem {
        self.place = Some(place);
        self
    }

    /// A problem of the command line: the program ends with exit code 2.
    pub fn usage(what: impl Into<String>) -> Problem {
        Problem {
            is_usage: true,
            ..Problem::new(what)
        }
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

/// All findings of a check, at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds a finding.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An error that holds all findings, unless there are none.
    pub fn into_result(self) -> anyhow::Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.0.iter().map(|it| it.what.as_str()).collect();
        f.write_str(&lines.join("; "))
    }
}

impl std::error::Error for Problems {}

/// The problems of an error for printing: one each for [`Problems`], else the chain of causes in one line.
pub fn lines(error: &anyhow::Error) -> Vec<Problem> {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        return problems.0.clone();
    }
    let problems = || error.chain().filter_map(|it| it.downcast_ref::<Problem>());
    vec![Problem {
        what: format!("{error:#}"),
        help: problems().flat_map(|it| it.help.clone()).collect(),
        is_usage: is_usage(error),
        place: problems().find_map(|it| it.place.clone()),
    }]
}

/// Whether the command line was at fault.
pub fn is_usage(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|it| it.downcast_ref::<Problem>().is_some_and(|it| it.is_usage))
        || error
            .downcast_ref::<Problems>()
            .is_some_and(|it| it.0.iter().any(|it| it.is_usage))
}

/// The candidate nearest to a mistyped name, if it is near enough to be meant.
///
/// Distance is that of Levenshtein with swaps of neighbours counted as one (optimal string alignment).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|it| (distance(name, it), it))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// How many letters are written otherwise, swaps of neighbours counted as one.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
                    let edited = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    let swapped =
                        i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                    if swapped {
                        edited.min(rows[i - 2][j - 2] + 1)
                    } else {
                        edited
                    }
                }
            };
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_typing_slips_only() {
        let check = |name, expected| assert_eq!(nearest(name, ["aur", "snap", "chocolatey"]), expected);
        check("snpa", Some("snap"));
        check("chocolaty", Some("chocolatey"));
        check("flathub", None);
    }

    #[test]
    fn a_chain_is_one_line_and_keeps_its_advice_and_place() {
        let problem = Problem::at(Place::line("z", 3), "found `x`").help("do y");
        let error = anyhow::Error::from(problem).context("cannot read the settings");
        let lines = lines(&error);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].what, "cannot read the settings: z:3: found `x`");
        assert_eq!(lines[0].help, ["do y"]);
        assert_eq!(lines[0].place, Some(Place::line("z", 3)));
    }
}
