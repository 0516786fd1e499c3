//! What the rules look at: the files that git knows, and what the members of the workspace depend on.

use std::path::Path;

use anyhow::Context;

use crate::effect::files;
use crate::git::Git;
use crate::workspace::Workspace;

/// A file larger than this is judged by its size alone.
const READ_LIMIT_BYTES: u64 = 4 << 20;

/// Folders whose files are what a program or a channel wants, to the byte, not what we like.
const EXACT: &[&str] = &["fixtures", "golden", "snapshots", "testdata", "vendor"];

/// The file that only the workspace of this toolkit has.
const HOUSE: &str = "xtask/src/tidy.rs";

/// The tree that is checked.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The files, in the order of their paths.
    pub files: Vec<File>,
    /// The packages of the workspace.
    pub members: Vec<Member>,
}

/// A file of the tree.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// What is in it; empty when the file is too large to be read.
    pub bytes: Vec<u8>,
}

/// A package of the workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The path of its `Cargo.toml` from the root.
    pub manifest: String,
    /// The names of the packages it depends on, in any way.
    pub dependencies: Vec<String>,
}

impl Tree {
    /// Reads the files of a workspace, tracked or new and not ignored.
    pub fn read(workspace: &Workspace, git: &Git) -> anyhow::Result<Tree> {
        let mut tree = Tree::default();
        // What was built or installed is nobody's writing, also where no `.gitignore` says so.
        let made = [
            // Of a time when `CARGO_TARGET_DIR` did not point elsewhere.
            workspace.root.join("target"),
            workspace.target_dir.clone(),
            workspace.dist_dir(),
            workspace.tools_dir(),
        ];
        for path in git.files()? {
            let full = workspace.root.join(&path);
            if made.iter().any(|it| full.starts_with(it)) {
                continue;
            }
            // A file that was deleted but not yet committed is still listed, and so are links and submodules.
            let metadata = match full.symlink_metadata() {
                Ok(metadata) if metadata.is_file() => metadata,
                _ => continue,
            };
            let bytes = if metadata.len() > READ_LIMIT_BYTES {
                Vec::new()
            } else {
                files::read(&full)?
            };
            tree.files.push(File {
                path: path
                    .to_str()
                    .with_context(|| format!("the name of `{}` is not UTF-8", path.display()))?
                    .replace('\\', "/"),
                size_bytes: metadata.len(),
                bytes,
            });
        }
        tree.members = workspace
            .members
            .iter()
            .map(|it| Member {
                name: it.name.to_string(),
                manifest: workspace.shown(it.manifest_path.as_std_path()),
                dependencies: it.dependencies.iter().map(|it| it.name.clone()).collect(),
            })
            .collect();
        Ok(tree)
    }

    /// Whether this is the workspace that holds the toolkit.
    pub fn is_house(&self) -> bool {
        self.file(HOUSE).is_some()
    }

    /// The file of this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|it| it.path == path)
    }

    /// Whether a path from the root is a file or a folder of the tree.
    pub fn holds(&self, path: &str) -> bool {
        path.is_empty()
            || self.files.iter().any(|it| {
                it.path
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    }

    /// The text files, fixtures left out.
    pub fn texts(&self) -> impl Iterator<Item = (&File, &str)> {
        self.files
            .iter()
            .filter(|it| !it.is_exact())
            .filter_map(|it| Some((it, it.text()?)))
    }

    /// The text files of a kind, fixtures left out.
    pub fn texts_of<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = (&'a File, &'a str)> {
        self.texts().filter(|(it, _)| it.is_kind(kinds))
    }

    /// A tree of texts, for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            size_bytes: text.len() as u64,
            bytes: text.as_bytes().to_vec(),
        };
        Tree {
            files: files.iter().map(file).collect(),
            members: Vec::new(),
        }
    }
}

impl File {
    /// The text, if the file is one: UTF-8 without a zero byte.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes)
            .ok()
            .filter(|it| !it.contains('\0'))
    }

    /// Whether the name ends with a dot and one of these, in large or small letters.
    pub fn is_kind(&self, kinds: &[&str]) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|it| kinds.iter().any(|kind| it.eq_ignore_ascii_case(kind)))
    }

    /// Whether the file lies in a folder of fixtures.
    pub fn is_exact(&self) -> bool {
        self.path.split('/').any(|it| EXACT.contains(&it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::process::Program;

    #[test]
    fn folders_are_held_and_halves_of_names_are_not() {
        let tree = Tree::of(&[("docs/api/ci.md", "")]);
        assert!(tree.holds("docs/api") && tree.holds("docs/api/ci.md") && tree.holds(""));
        assert!(!tree.holds("docs/ap") && !tree.holds("docs/api/ci.md/x"));
    }

    #[test]
    fn fixtures_and_binaries_are_no_texts() {
        let tree = Tree::of(&[("a.rs", ""), ("tests/golden/a.rs", ""), ("b.rs", "\0")]);
        let paths: Vec<&str> = tree.texts_of(&["rs"]).map(|(it, _)| it.path.as_str()).collect();
        assert_eq!(paths, ["a.rs"]);
    }

    #[test]
    fn a_workspace_gives_its_files_and_members() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let write =
            |path: &str, text: &str| files::write(&scratch.path().join(path), text.as_bytes()).unwrap();
        write(
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[dependencies]\nb = { path = \"b\" }\n[workspace]\n",
        );
        write("src/lib.rs", "");
        write("b/Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\n");
        write("b/src/lib.rs", "");
        write(".gitignore", "ignored\n");
        write("ignored", "");
        for made in ["target/x", "dist/x", ".tools/x"] {
            write(made, "");
        }
        Program::new("git")
            .args(["init", "--quiet"])
            .dir(scratch.path())
            .read()
            .unwrap();
        let workspace = Workspace::load(Some(scratch.path())).unwrap();
        let git = Git::find(&workspace.root).unwrap().unwrap();
        let tree = Tree::read(&workspace, &git).unwrap();
        let paths: Vec<&str> = tree.files.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                ".gitignore",
                "Cargo.toml",
                "b/Cargo.toml",
                "b/src/lib.rs",
                "src/lib.rs"
            ]
        );
        assert_eq!(tree.members.len(), 2);
        assert_eq!(tree.members[0].dependencies, ["b"]);
        assert_eq!(tree.members[1].manifest, "b/Cargo.toml");
    }
}
