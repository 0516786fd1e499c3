//! What a path in a file leads to: tried from the file's folder, then from each folder above it.

use std::collections::HashMap;

use super::Target;
use super::front::Front;
use super::reading::Reading;
use crate::clean::path::TreePath;

/// What one reading of a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meaning<'a> {
    pub(crate) reading: &'a Reading,
    /// The folder from which it was read.
    pub(crate) place: TreePath,
    /// What it leads to.
    pub(crate) path: TreePath,
    /// Whether that exists.
    pub(crate) is_there: bool,
}

/// What a path in a file of a folder means: one thing, or after a variable each that it may be; nothing when not
/// even its beginning exists.
///
/// The first reading that leads to something decides, from the nearest folder. When none does, the path is taken to
/// lead to where most of its beginning exists: `out/new.txt` means a file in the folder `out`, if there is one.
pub(crate) fn meanings<'a>(
    readings: &'a [Reading],
    folder: &TreePath,
    exists: &dyn Fn(&TreePath) -> bool,
) -> Vec<Meaning<'a>> {
    let mut best: Option<(usize, Meaning<'a>)> = None;
    let mut possible = Vec::new();
    for reading in readings {
        for (place, path) in candidates(reading, folder) {
            let missing = missing(&path, exists);
            let meaning = Meaning {
                reading,
                place,
                path,
                is_there: missing == 0,
            };
            if reading.front == Front::Variable {
                possible.push(meaning);
                continue;
            }
            if missing == 0 {
                return vec![meaning];
            }
            let named = reading.components.iter().filter(|it| *it != b"..").count();
            if missing < named && best.as_ref().is_none_or(|it| missing < it.0) {
                best = Some((missing, meaning));
            }
        }
    }
    possible.extend(best.map(|it| it.1));
    possible
}

/// The places that a reading can start from, with what it then leads to; none that is outside of the tree.
pub(crate) fn candidates(reading: &Reading, folder: &TreePath) -> Vec<(TreePath, TreePath)> {
    let mut places = match reading.front {
        Front::Root => vec![TreePath::default()],
        Front::Variable => vec![TreePath::default(), folder.clone()],
        Front::Relative => {
            let above =
                std::iter::successors(Some(folder.clone()), |it| (!it.is_root()).then(|| it.folder()));
            above.collect()
        }
    };
    places.dedup();
    let paths = places
        .into_iter()
        .filter_map(|it| lead(&it, &reading.components).map(|path| (it, path)));
    paths.collect()
}

/// Where components lead from a folder; `None` when they leave the tree.
pub(crate) fn lead(place: &TreePath, components: &[Vec<u8>]) -> Option<TreePath> {
    let mut path = place.clone();
    for component in components {
        if component != b".." {
            path = path.join(component);
        } else if path.is_root() {
            return None;
        } else {
            path = path.folder();
        }
    }
    Some(path)
}

/// How many components at the end of a path do not exist. Asked from the root down: most paths that lead nowhere
/// have one beginning.
fn missing(path: &TreePath, exists: &dyn Fn(&TreePath) -> bool) -> usize {
    let bytes = path.bytes();
    let ends = memchr::memchr_iter(b'/', bytes).chain([bytes.len()]);
    let mut ends = ends.filter(|it| *it > 0);
    let is_missing = |end: &usize| !exists(&TreePath::new(&bytes[..*end]));
    ends.by_ref().find(is_missing).map_or(0, |_| 1 + ends.count())
}

/// Tells which targets a path belongs to.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    targets: HashMap<TreePath, Vec<(usize, bool)>>,
}

impl Owners {
    pub(crate) fn new(targets: &[Target]) -> Owners {
        let mut owners = Owners::default();
        for (number, target) in targets.iter().enumerate() {
            let rows = owners.targets.entry(target.path.clone()).or_default();
            rows.push((number, target.is_folder));
        }
        owners
    }

    /// The numbers of the targets that a path is or lies in, the nearest first. What is written as a folder, with a
    /// `/` at its end, is no file.
    pub(crate) fn of(&self, path: &TreePath, is_folder: bool) -> Vec<usize> {
        let mut found = Vec::new();
        let mut above = path.clone();
        while !above.is_root() {
            let must_be_folder = is_folder || above.bytes().len() < path.bytes().len();
            let rows = self.targets.get(&above).into_iter().flatten();
            let fitting = rows.filter(|it| it.1 || !must_be_folder);
            found.extend(fitting.map(|it| it.0));
            above = above.folder();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::reference::coding::Coding;

    const TREE: &[&str] = &[
        "jobs.json",
        "a",
        "a/jobs.json",
        "a/b",
        "docs",
        "docs/x.md",
        "a/docs",
    ];

    fn reading(front: Front, path: &str) -> Reading {
        Reading {
            span: 0..0,
            front,
            coding: Coding::Raw,
            components: path.split('/').map(|it| it.as_bytes().to_vec()).collect(),
            is_folder: false,
        }
    }

    /// What a path means in a file of a folder, ` (new)` after what does not exist.
    #[track_caller]
    fn check(front: Front, path: &str, folder: &str, expected: &[&str]) {
        let readings = [reading(front, path)];
        let exists = |it: &TreePath| TREE.iter().any(|known| known.as_bytes() == it.bytes());
        let found: Vec<String> = meanings(&readings, &TreePath::from(folder), &exists)
            .iter()
            .map(|it| format!("{}{}", it.path, if it.is_there { "" } else { " (new)" }))
            .collect();
        assert_eq!(found, expected, "{path} in {folder}");
    }

    #[test]
    fn the_nearest_that_exists() {
        check(Front::Relative, "jobs.json", "", &["jobs.json"]);
        check(Front::Relative, "jobs.json", "a", &["a/jobs.json"]);
        check(Front::Relative, "jobs.json", "a/b", &["a/jobs.json"]);
        check(Front::Relative, "jobs.json", "docs", &["jobs.json"]);
        check(Front::Relative, "../jobs.json", "a/b", &["a/jobs.json"]);
        check(Front::Relative, "../../jobs.json", "a/b", &["jobs.json"]);
        check(Front::Relative, "../jobs.json", "", &[]);
        check(Front::Relative, "b/../jobs.json", "a", &["a/jobs.json"]);
    }

    #[test]
    fn what_does_not_exist_is_where_most_of_it_does() {
        check(Front::Relative, "docs/x.md", "a", &["docs/x.md"]);
        check(Front::Relative, "docs/y.md", "a", &["a/docs/y.md (new)"]);
        check(Front::Relative, "docs/x.md/z", "a", &["docs/x.md/z (new)"]);
        check(Front::Relative, "nothing/jobs.json", "a", &[]);
        check(Front::Relative, "gone.json", "a", &[]);
    }

    #[test]
    fn from_the_root_and_from_a_variable() {
        check(Front::Root, "jobs.json", "a", &["jobs.json"]);
        check(Front::Root, "b", "a", &[]);
        check(Front::Variable, "jobs.json", "a", &["jobs.json", "a/jobs.json"]);
        check(Front::Variable, "x/y", "", &["x/y (new)"]);
    }

    #[test]
    fn targets_own_what_is_in_them() {
        let target = |path: &str, is_folder| Target {
            path: TreePath::from(path),
            is_folder,
        };
        let owners = Owners::new(&[target("a", true), target("a/b", true), target("f", false)]);
        let of = |path: &str, is_folder| owners.of(&TreePath::from(path), is_folder);
        assert_eq!(of("a/b/c", false), [1, 0]);
        assert_eq!(of("a", true), [0]);
        assert_eq!(of("f", false), [2]);
        assert!(of("f", true).is_empty() && of("f/x", false).is_empty() && of("ab", false).is_empty());
        assert!(of("", true).is_empty());
    }
}
