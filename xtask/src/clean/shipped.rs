//! The rules that come with the toolkit: a table, in the order in which they are asked.

mod coverage;
mod litter;

use crate::clean::evidence::Evidence;
use crate::clean::path::TreePath;
use crate::clean::rule::{Action, Kind, Origin, Place, Rule};

/// What tests and other people's code hold is as it is for a reason.
const FIXTURES: &[&str] = &[
    "**/{testdata,test-data,test_data,fixtures,__fixtures__,golden,goldens,snapshots,__snapshots__}/**",
    "**/{vendor,third_party,third-party,node_modules,bower_components,site-packages}/**",
];

/// A shipped rule; the fields are those of [`Rule`].
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Why such a file does not belong where it is.
    pub reason: &'static str,
    /// Patterns of names.
    pub names: &'static [&'static str],
    /// Patterns of what is left alone.
    pub except: &'static [&'static str],
    /// What it is about.
    pub kind: Kind,
    /// Where it looks.
    pub place: Place,
    /// What the content must be.
    pub content: &'static [Evidence],
    /// Whether files that git ignores are looked at too.
    pub takes_ignored: bool,
    /// Whether programs make it again.
    pub is_remade: bool,
    /// What happens.
    pub action: Deed,
    /// Lines of `.gitignore`. Those of a rule that moves are about the root alone: they must not reach the folder that
    /// it moves into, since git would leave out what has come there.
    pub ignore: &'static [&'static str],
}

/// What happens to what a shipped rule has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is moved into this folder.
    Move(&'static str),
    /// Git forgets it.
    Untrack,
    /// It goes.
    Delete,
}

/// All rows, in the order in which they are asked: the first that fits decides.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    coverage::ROWS.iter().chain(litter::ROWS)
}

/// The shipped rules, in the order of the table.
pub fn rules() -> Vec<Rule> {
    rows().map(Row::rule).collect()
}

impl Row {
    fn rule(&self) -> Rule {
        let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
        Rule {
            name: self.name.to_owned(),
            reason: self.reason.to_owned(),
            names: owned(self.names),
            except: owned(self.except),
            kind: self.kind,
            place: self.place,
            content: self.content.to_vec(),
            takes_ignored: self.takes_ignored,
            is_remade: self.is_remade,
            action: match self.action {
                Deed::Move(to) => Action::Move {
                    to: TreePath::from(to),
                },
                Deed::Untrack => Action::Untrack,
                Deed::Delete => Action::Delete,
            },
            ignore: owned(self.ignore),
            origin: Origin::Shipped,
        }
    }
}

#[cfg(test)]
mod tests;
