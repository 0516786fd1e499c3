//! Which rules look at a path: by its name alone, for every path of a large tree.

pub mod index;

use crate::clean::keep;
use crate::clean::path::TreePath;
use crate::clean::pattern::Pattern;
use crate::clean::rule::{Action, Kind, Place, Rule};

use index::Index;

/// The names of all rules, sorted so that a path which fits none is told apart without trying each.
#[derive(Debug)]
pub struct Matcher {
    files: Layer,
    folders: Layer,
    exclude: Option<Index>,
    /// For each rule, what it leaves alone.
    limits: Vec<Limits>,
}

/// The rules about one kind.
#[derive(Debug)]
struct Layer {
    everywhere: Index,
    /// Tried only for what lies right in the root.
    root: Index,
}

/// What a rule leaves alone although a name fits.
#[derive(Debug)]
struct Limits {
    except: Vec<Pattern>,
    /// The folder that it moves into: what lies there is where it belongs.
    aim: Option<TreePath>,
    names: Vec<Pattern>,
}

impl Matcher {
    /// Sorts the names of rules. Their patterns were checked when the rules were made.
    pub fn new(rules: &[Rule], exclude: &[Pattern]) -> Matcher {
        let names: Vec<Vec<Pattern>> = rules.iter().map(|it| patterns(&it.names)).collect();
        let index = |kind: Kind, place: Place| {
            let chosen = rules.iter().zip(&names).enumerate().filter(|(_, (rule, _))| {
                rule.kind == kind && (rule.place == Place::Root) == (place == Place::Root)
            });
            Index::new(chosen.flat_map(|(number, (_, names))| names.iter().map(move |it| (number, it))))
        };
        let layer = |kind| Layer {
            everywhere: index(kind, Place::Everywhere),
            root: index(kind, Place::Root),
        };
        let limits = rules.iter().zip(&names).map(|(rule, names)| Limits {
            except: patterns(&rule.except),
            aim: match &rule.action {
                Action::Move { to } => Some(to.clone()),
                Action::Untrack | Action::Delete | Action::Report => None,
            },
            names: names.clone(),
        });
        let limits = limits.collect();
        Matcher {
            files: layer(Kind::File),
            folders: layer(Kind::Folder),
            exclude: (!exclude.is_empty()).then(|| Index::new(exclude.iter().map(|it| (0, it)))),
            limits,
        }
    }

    /// The numbers of the rules about files whose names fit a path, in the order of the rules. A file that no rule
    /// may touch has none, nor one that lies in the folder a rule would move it to.
    pub fn files(&self, path: &[u8]) -> Vec<usize> {
        let mut found = self.fitting(&self.files, path);
        if !found.is_empty() && keep::is_kept(path) {
            found.clear();
        }
        found
    }

    /// The same for the rules about folders.
    pub fn folders(&self, path: &[u8]) -> Vec<usize> {
        let mut found = self.fitting(&self.folders, path);
        if !found.is_empty() && keep::is_kept_folder(path) {
            found.clear();
        }
        found
    }

    /// Whether the settings leave a path alone, or a folder that it lies in.
    pub fn is_excluded(&self, path: &[u8]) -> bool {
        let Some(exclude) = &self.exclude else {
            return false;
        };
        memchr::memchr_iter(b'/', path).any(|at| exclude.any(&path[..at])) || exclude.any(path)
    }

    /// Whether a file right in the root that fits a rule by its name, and turns out to be something else, is worth a
    /// word: for `x.out` it is, for what a rule such as `*` or `*cover*.html` looks at it is not.
    pub fn is_telling(&self, rule: usize, path: &[u8]) -> bool {
        memchr::memchr(b'/', path).is_none() && self.limits[rule].names.iter().any(|it| it.is_telling(path))
    }

    /// Whether a path lies in the folder that a rule moves into, or is that folder.
    pub fn is_home(&self, rule: usize, path: &[u8]) -> bool {
        self.limits[rule].is_home(path)
    }

    /// An empty list takes no memory, so a path that fits nothing costs none.
    fn fitting(&self, layer: &Layer, path: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        layer.everywhere.each(path, |it| found.push(it));
        if memchr::memchr(b'/', path).is_none() {
            layer.root.each(path, |it| found.push(it));
        }
        if found.is_empty() {
            return found;
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|it| !self.limits[*it].leaves_alone(path));
        found
    }
}

impl Limits {
    fn leaves_alone(&self, path: &[u8]) -> bool {
        self.is_home(path) || self.except.iter().any(|it| it.matches(path))
    }

    fn is_home(&self, path: &[u8]) -> bool {
        self.aim.as_ref().is_some_and(|aim| {
            let rest = path.strip_prefix(aim.bytes());
            rest.is_some_and(|it| it.is_empty() || it.starts_with(b"/"))
        })
    }
}

fn patterns(texts: &[String]) -> Vec<Pattern> {
    texts
        .iter()
        .map(|it| Pattern::parse(it).expect("the patterns of a rule are checked when it is made"))
        .collect()
}

#[cfg(test)]
mod tests;
