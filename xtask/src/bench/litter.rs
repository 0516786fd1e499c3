//! Makes a git tree of many small files for measuring, the same to the byte each time, and the litter of releases.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::effect::files;
use crate::effect::process::Program;
use crate::effect::progress::Progress;
use crate::git;

/// How many folders and files a tree has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Folders in the root.
    pub areas: usize,
    /// Folders in each of them.
    pub parts: usize,
    /// Files in each of those.
    pub files: usize,
}

impl Shape {
    /// 100,000 files in 2,000 folders, as a large repository has them.
    pub const LARGE: Shape = Shape {
        areas: 100,
        parts: 20,
        files: 50,
    };

    /// How many files it has.
    pub fn count(self) -> usize {
        self.areas * self.parts * self.files
    }
}

/// How many Go cover profiles lie in the root.
pub const PROFILES: usize = 40;

/// How many planning documents lie in the root: each name with each number.
pub const DOCUMENTS: usize = DOCUMENT_NAMES.len() * DOCUMENT_NUMBERS;

const DOCUMENT_NAMES: [(&str, &str); 5] = [
    ("DEPLOYMENT_V", ".md"),
    ("RELEASE_", "_PLAN.md"),
    ("CHANNELS_", "_STATUS.md"),
    ("SECURITY_AUDIT_", ".md"),
    ("LAUNCH_", "_CHECKLIST.md"),
];
const DOCUMENT_NUMBERS: usize = 4;

/// How many files the folder of build output has.
pub const BUILT: usize = 20_000;

const KINDS: [&str; 12] = [
    "rs", "md", "toml", "json", "txt", "yml", "py", "sh", "html", "c", "h", "js",
];

const WORDS: [&str; 16] = [
    "archive", "builds", "channel", "digest", "every", "file", "goes", "holds", "into", "keeps", "list",
    "moves", "name", "only", "path", "reads",
];

/// A git repository made for measuring.
#[derive(Debug)]
pub struct Tree {
    dir: PathBuf,
}

impl Tree {
    /// Makes the files and commits them.
    pub fn make(dir: &Path, shape: Shape, progress: &Progress) -> anyhow::Result<Tree> {
        let tree = Tree { dir: dir.to_owned() };
        files::create_dir(dir)?;
        tree.git(&["init", "--quiet", "--initial-branch", "main"])?;
        tree.put(".gitignore", "*.out\n/target/\n")?;
        tree.put("README.md", "# Measured\n\nA tree made for measuring.\n")?;
        for at in 0..shape.count() {
            let (file, folder) = (at % shape.files, at / shape.files);
            let (part, area) = (folder % shape.parts, folder / shape.parts);
            let kind = KINDS[at % KINDS.len()];
            let name = format!("area{area:02}/part{part:02}/file{file:02}.{kind}");
            if file == 0 {
                files::create_dir(&dir.join(format!("area{area:02}/part{part:02}")))?;
            }
            tree.put(&name, &text(at))?;
            progress.advance(1);
        }
        tree.commit("Make the tree")?;
        Ok(tree)
    }

    /// Puts litter into the root: cover profiles, which git ignores, and planning documents, which it tracks. No file
    /// names them.
    pub fn litter(&self) -> anyhow::Result<()> {
        for at in 0..PROFILES {
            self.put(&format!("unit{at:02}.out"), &profile(at))?;
        }
        for (start, end) in DOCUMENT_NAMES {
            for at in 0..DOCUMENT_NUMBERS {
                self.put(
                    &format!("{start}{at}{end}"),
                    &format!("# Plan {at}\n\n{}", text(at)),
                )?;
            }
        }
        self.commit("Leave litter")
    }

    /// Puts build output into `target/`, which git ignores.
    pub fn build_output(&self, count: usize) -> anyhow::Result<()> {
        const IN_A_FOLDER: usize = 1_000;
        for at in 0..count {
            let folder = format!("target/debug/part{:02}", at / IN_A_FOLDER);
            if at % IN_A_FOLDER == 0 {
                files::create_dir(&self.dir.join(&folder))?;
            }
            self.put(&format!("{folder}/object-{at:05}.o"), &text(at))?;
        }
        Ok(())
    }

    /// A git that works on the tree.
    pub fn program(&self) -> Program {
        git::program().dir(&self.dir)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
        files::write_unsynced(&self.dir.join(name), text.as_bytes())
    }

    fn commit(&self, message: &str) -> anyhow::Result<()> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--no-verify", "--message", message])
    }

    /// Runs git with what could make the commit another one set.
    fn git(&self, words: &[&str]) -> anyhow::Result<()> {
        const SETTINGS: [&str; 6] = [
            "-c",
            "core.autocrlf=false",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "gc.auto=0",
        ];
        let people = ["AUTHOR", "COMMITTER"].map(|it| {
            [
                (format!("GIT_{it}_NAME"), "Bench"),
                (format!("GIT_{it}_EMAIL"), "bench@example.org"),
                (format!("GIT_{it}_DATE"), "2020-01-01T00:00:00Z"),
            ]
        });
        self.program()
            .args(SETTINGS)
            .args(words)
            .envs(people.into_iter().flatten())
            .read()
            .map(drop)
            .context("cannot make the tree to measure")
    }
}

/// A text of some hundred bytes that no other number has.
fn text(at: usize) -> String {
    let mut text = format!("{at}\n");
    let mut state = at;
    for line in 0..4 + at % 24 {
        for _ in 0..8 {
            // Any sequence does that is the same everywhere and not the same for neighbours.
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            let _ = write!(text, "{} ", WORDS[(state >> 16) % WORDS.len()]);
        }
        let _ = writeln!(text, "{line}");
    }
    text
}

/// A cover profile as `go test -coverprofile` writes it.
fn profile(at: usize) -> String {
    const LINES: usize = 400;
    let mut text = "mode: set\n".to_owned();
    for line in 1..=LINES {
        let (start, end) = (line * 7, line * 7 + 3);
        let _ = writeln!(
            text,
            "example.org/app/part{at}/file{}.go:{start}.2,{end}.16 {} {}",
            line % 9,
            line % 5 + 1,
            (line + at) % 2
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    const SMALL: Shape = Shape {
        areas: 2,
        parts: 2,
        files: 3,
    };

    fn make(scratch: &Scratch, name: &str) -> Tree {
        Tree::make(&scratch.path().join(name), SMALL, &Progress::hidden()).unwrap()
    }

    fn said(tree: &Tree, words: &[&str]) -> String {
        tree.program().args(words).read().unwrap()
    }

    #[test]
    fn the_tree_is_the_same_each_time() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let trees = ["one", "two"].map(|it| make(&scratch, it));
        let [one, two] = trees.each_ref().map(|it| said(it, &["rev-parse", "HEAD"]));
        assert_eq!(one, two);
        let names = said(&trees[0], &["ls-files"]);
        assert_eq!(names.lines().count(), SMALL.count() + 2, "{names}");
        assert!(names.contains("area01/part01/file02.js"), "{names}");
        assert_eq!(Shape::LARGE.count(), 100_000);
    }

    #[test]
    fn documents_are_tracked_and_the_rest_of_the_litter_is_ignored() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let tree = make(&scratch, "tree");
        tree.litter().unwrap();
        tree.build_output(1_001).unwrap();
        assert_eq!(said(&tree, &["status", "--porcelain"]), "");
        let tracked = said(&tree, &["ls-files", "*.md", ":!area*", ":!README.md"]);
        assert_eq!(tracked.lines().count(), DOCUMENTS, "{tracked}");
        let ignored = said(
            &tree,
            &["ls-files", "--others", "--ignored", "--exclude-standard"],
        );
        let count = |start: &str| ignored.lines().filter(|it| it.starts_with(start)).count();
        assert_eq!((count("unit"), count("target/")), (PROFILES, 1_001));
        for name in tracked.lines() {
            let grep = tree.program().args(["grep", "--quiet", "--fixed-strings", name]);
            assert!(!grep.output(None).unwrap().is_success(), "{name} is named");
        }
    }
}
