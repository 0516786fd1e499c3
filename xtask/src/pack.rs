//! Packs a tree of files into an archive, deterministically: sorted, owner 0, fixed modes, one time.

pub mod cpio;
pub mod deb;
pub mod nar;
pub mod npm;
pub mod nupkg;
pub mod oci;
pub mod read;
pub mod rpm;
pub mod squashfs;
pub mod tarball;
pub mod universal;
pub mod wheel;
pub mod zip;

use std::collections::BTreeMap;

use anyhow::anyhow;

use crate::config::ArchiveForm;

/// What a file of an archive may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0644
    Plain,
    /// 0755
    Executable,
}

impl Mode {
    /// The permission bits.
    pub fn bits(self) -> u32 {
        match self {
            Mode::Plain => 0o644,
            Mode::Executable => 0o755,
        }
    }
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it may do.
    pub mode: Mode,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The paths of an archive that are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Each by itself without case.
    by_lower_case: BTreeMap<String, String>,
}

impl Paths {
    /// Takes a path, or says why it cannot be packed. It is relative, has no `..`, and is not there yet, also when
    /// case is ignored, since macOS and Windows would lose one of the two.
    pub fn take(&mut self, path: &str) -> Result<(), String> {
        let parts = || path.split('/');
        if parts().any(|it| it.is_empty() || it == "." || it == "..") {
            return Err("the path would leave the archive's folder".to_owned());
        }
        if path.contains(['\\', ':']) {
            return Err(
                "Windows takes a `\\` or a `:` in a name for the end of a folder or of a disk".to_owned(),
            );
        }
        if let Some(twin) = self.by_lower_case.get(&path.to_lowercase()) {
            return Err(format!("`{twin}` is there already"));
        }
        self.by_lower_case.insert(path.to_lowercase(), path.to_owned());
        Ok(())
    }
}

/// The files of an archive below its one top folder, by path with `/`, in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    top: String,
    files: BTreeMap<String, File>,
    taken: Paths,
}

impl Tree {
    /// An empty tree under a top folder.
    pub fn new(top: impl Into<String>) -> Tree {
        Tree {
            top: top.into(),
            files: BTreeMap::new(),
            taken: Paths::default(),
        }
    }

    /// Adds a file, if [`Paths::take`] takes its path.
    pub fn add(&mut self, path: &str, mode: Mode, bytes: Vec<u8>) -> anyhow::Result<()> {
        let taken = self.taken.take(path);
        taken.map_err(|why| anyhow!("cannot pack `{path}`: {why}"))?;
        self.files.insert(path.to_owned(), File { mode, bytes });
        Ok(())
    }

    /// Whether a path is taken.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The name of the top folder.
    pub fn top(&self) -> &str {
        &self.top
    }

    /// The files with their paths below the top folder, in byte order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The folders that hold files, with the top one, in byte order.
    fn folders(&self) -> Vec<String> {
        let mut folders = std::collections::BTreeSet::from([self.top.clone()]);
        for path in self.files.keys() {
            for (at, _) in path.match_indices('/') {
                folders.insert(format!("{}/{}", self.top, &path[..at]));
            }
        }
        folders.into_iter().collect()
    }

    /// The bytes of the archive. `time_s` is the time of every entry in seconds since 1970 (UTC).
    pub fn archive(&self, form: ArchiveForm, time_s: i64) -> anyhow::Result<Vec<u8>> {
        match form {
            ArchiveForm::Zip => zip::write(self, time_s),
            _ => tarball::write(self, form, time_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as `dist` packs it, with a name outside ASCII and a path too long for the old tar header.
    pub(super) fn fixture() -> Tree {
        let mut tree = Tree::new("hello-1.2.3-x86_64-unknown-linux-gnu");
        tree.add("hello", Mode::Executable, b"\x7fELF".repeat(5000))
            .unwrap();
        tree.add("README.md", Mode::Plain, b"# Hello\n".to_vec()).unwrap();
        tree.add("docs/gr\u{fc}\u{df}e.md", Mode::Plain, Vec::new())
            .unwrap();
        let long = format!("docs/{}/{}.txt", "a".repeat(120), "b".repeat(140));
        tree.add(&long, Mode::Plain, b"long".to_vec()).unwrap();
        tree
    }

    #[test]
    fn paths_that_leave_or_collide_are_refused() {
        let mut tree = fixture();
        for path in [
            "../x",
            "/x",
            "a//b",
            "a/./b",
            "",
            "C:x",
            "readme.md",
            "hello",
            r"a\b",
        ] {
            assert!(tree.add(path, Mode::Plain, Vec::new()).is_err(), "{path}");
        }
    }

    #[test]
    fn every_form_reads_back_and_is_the_same_twice() {
        let tree = fixture();
        for form in [ArchiveForm::TarGz, ArchiveForm::TarXz, ArchiveForm::Zip] {
            let bytes = tree.archive(form, 1_700_000_000).unwrap();
            assert_eq!(bytes, tree.archive(form, 1_700_000_000).unwrap(), "{form:?}");
            let name = format!("x{}", form.suffix());
            let read = read::files(&name, &bytes).unwrap();
            let expected: Vec<(String, u32, Vec<u8>)> = tree
                .files()
                .map(|(path, file)| {
                    (
                        format!("{}/{path}", tree.top()),
                        file.mode.bits(),
                        file.bytes.clone(),
                    )
                })
                .collect();
            let found: Vec<(String, u32, Vec<u8>)> =
                read.into_iter().map(|it| (it.path, it.mode, it.bytes)).collect();
            assert_eq!(found, expected, "{form:?}");
        }
    }
}
