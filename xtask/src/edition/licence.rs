//! Which files of a release are its licences, from the lists of the archives: no archive is opened for a text.

use crate::artifact::Entry;
use crate::edition::Edition;

/// How the names of such files begin, in lower case.
const NAMES: &[&str] = &[
    "license",
    "licence",
    "copying",
    "notice",
    "unlicense",
    "copyright",
];

/// Whether a path, without the archive's top folder, is that of a licence.
pub fn is_licence(path: &str) -> bool {
    let lower = path.to_lowercase();
    NAMES.iter().any(|name| lower.starts_with(name))
}

/// A path of an archive without its top folder.
pub fn below_top(path: &str) -> &str {
    path.split_once('/').map_or(path, |it| it.1)
}

impl Edition {
    /// The licence files as the archives list them.
    pub fn licence_entries(&self) -> impl Iterator<Item = &Entry> {
        let archive = self.builds().first().map(|it| &it.archive);
        let entries = archive.map_or(&[][..], |it| &it.entries);
        entries.iter().filter(|it| is_licence(below_top(&it.path)))
    }

    /// Where a document of the archives lies in the source: the file of the same bytes that is nearest to the top. Where
    /// the source has none, its name.
    pub fn path_in_source<'a>(&'a self, entry: &'a Entry) -> &'a str {
        let name = below_top(&entry.path);
        let entries = self.source().map_or(&[][..], |it| &it.entries);
        let twins = entries.iter().filter(|it| it.sha256 == entry.sha256);
        let paths = twins.map(|it| below_top(&it.path));
        let found = paths.min_by_key(|it| (!it.ends_with(name), it.matches('/').count(), *it));
        found.unwrap_or(name)
    }
}
