//! A layer: the files of an image, as a tar archive.

use std::collections::BTreeMap;

use anyhow::ensure;
use tar::{Builder, EntryType};

use crate::pack::{File, Mode, Paths, tarball};

/// The tree of an image. Times and owners are all the same, but for folders that the program's user may write into.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    entries: BTreeMap<String, Node>,
    taken: Paths,
}

#[derive(Clone, Debug)]
enum Node {
    Folder { mode: u32, owner: (u64, u64) },
    File(File),
}

impl Layer {
    /// Adds a file at a path below the root.
    pub fn file(&mut self, path: &str, mode: Mode, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.add(path, Node::File(File { mode, bytes }))
    }

    /// Adds a folder with its mode and owner.
    pub fn folder(&mut self, path: &str, mode: u32, owner: (u64, u64)) -> anyhow::Result<()> {
        self.add(path, Node::Folder { mode, owner })
    }

    fn add(&mut self, path: &str, node: Node) -> anyhow::Result<()> {
        let taken = self.taken.take(path);
        taken.map_err(|why| anyhow::anyhow!("cannot pack `{path}`: {why}"))?;
        self.entries.insert(path.to_owned(), node);
        Ok(())
    }

    /// The tar archive. Folders come before what is in them.
    pub(super) fn tar(&self, time_s: i64) -> anyhow::Result<Vec<u8>> {
        let mut all = self.entries.clone();
        for path in self.entries.keys() {
            for (at, _) in path.match_indices('/') {
                let plain = Node::Folder {
                    mode: tarball::FOLDER_MODE,
                    owner: (0, 0),
                };
                let above = all.entry(path[..at].to_owned()).or_insert(plain);
                ensure!(
                    matches!(above, Node::Folder { .. }),
                    "`{path}` lies in what is a file"
                );
            }
        }
        let mut builder = Builder::new(Vec::new());
        let time_s = u64::try_from(time_s).unwrap_or(0);
        for (path, node) in &all {
            match node {
                Node::Folder { mode, owner } => {
                    let mut header = tarball::header(EntryType::Directory, *mode, 0, time_s);
                    header.set_uid(owner.0);
                    header.set_gid(owner.1);
                    builder.append_data(&mut header, format!("{path}/"), std::io::empty())?;
                }
                Node::File(file) => {
                    let size = file.bytes.len() as u64;
                    let mut header = tarball::header(EntryType::Regular, file.mode.bits(), size, time_s);
                    builder.append_data(&mut header, path, file.bytes.as_slice())?;
                }
            }
        }
        Ok(builder.into_inner()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> Layer {
        let mut layer = Layer::default();
        layer
            .file("demo", Mode::Executable, b"\x7fELF".repeat(50))
            .unwrap();
        layer.file("etc/passwd", Mode::Plain, b"x\n".to_vec()).unwrap();
        layer.folder("tmp", 0o1777, (0, 0)).unwrap();
        layer.folder("data", 0o755, (65532, 65532)).unwrap();
        layer
    }

    #[test]
    fn layers_hold_folders_before_files_with_fixed_owners() {
        let tar = layer().tar(7).unwrap();
        let mut found = Vec::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().unwrap() {
            let entry = entry.unwrap();
            let header = entry.header();
            found.push(format!(
                "{} {:o} {} {}",
                entry.path().unwrap().display(),
                header.mode().unwrap(),
                header.uid().unwrap(),
                header.mtime().unwrap()
            ));
        }
        assert_eq!(
            found,
            [
                "data/ 755 65532 7",
                "demo 755 0 7",
                "etc/ 755 0 7",
                "etc/passwd 644 0 7",
                "tmp/ 1777 0 7"
            ]
        );
    }

    #[test]
    fn paths_that_leave_or_collide_are_refused() {
        let mut layer = Layer::default();
        layer.file("a", Mode::Plain, Vec::new()).unwrap();
        for path in ["a", "../b", "/b", "b//c", "A"] {
            assert!(layer.file(path, Mode::Plain, Vec::new()).is_err(), "{path}");
        }
        layer.file("a/b", Mode::Plain, Vec::new()).unwrap();
        assert!(layer.tar(0).is_err());
    }
}
