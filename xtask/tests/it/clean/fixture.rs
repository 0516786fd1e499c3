//! Trees to clean, and pictures of them to compare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use xtask::clean::act::Act;
use xtask::clean::journal::{Journal, Store};
use xtask::clean::path::{TreePath, bytes_of};
use xtask::clean::perform::Scene;
use xtask::clean::plan::{Plan, Wish};
use xtask::clean::rules::{self, RuleSet};
use xtask::clean::steps::steps;
use xtask::clean::tree::Tree;
use xtask::config::Config;
use xtask::effect::files::{self, Scratch};
use xtask::effect::relocate::{self, Thing};
use xtask::git::Git;
use xtask::problem::Problem;

use crate::support::{Run, clean, run, scratch, xtask};

/// A cover profile of Go.
pub(crate) const PROFILE: &str = "mode: set\nexample.com/m/a.go:3.13,5.2 1 1\n";

/// The first page of a report that coverage.py has made.
pub(crate) const REPORT: &str = "<!DOCTYPE html>\n<title>Coverage report</title><script src=\"coverage_html.js\"></script><b class=\"pc_cov\">1%</b>\n";

/// A tree of its own.
pub(crate) struct Repo {
    scratch: Rc<Scratch>,
    pub(crate) root: PathBuf,
}

impl Repo {
    /// An empty folder without git.
    pub(crate) fn plain() -> Repo {
        let scratch = scratch();
        let root = scratch.path().canonicalize().unwrap().join("tree");
        files::create_dir(&root).unwrap();
        Repo {
            scratch: Rc::new(scratch),
            root,
        }
    }

    /// Another tree, which lies where somebody else has made it, and goes no sooner than this one.
    pub(crate) fn other(&self, root: PathBuf) -> Repo {
        Repo {
            scratch: Rc::clone(&self.scratch),
            root,
        }
    }

    /// A place beside the tree that nothing has yet.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }

    /// An empty repository.
    pub(crate) fn git() -> Repo {
        let repo = Repo::plain();
        repo.run_git(["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// Writes a file.
    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) -> &Repo {
        self.put_bytes(path.as_bytes(), text)
    }

    /// Writes a file whose name may be any bytes.
    pub(crate) fn put_bytes(&self, path: &[u8], text: impl AsRef<[u8]>) -> &Repo {
        let path = TreePath::new(path).on_disk(&self.root);
        files::create_dir(path.parent().unwrap()).unwrap();
        files::write_unsynced(&path, text.as_ref()).unwrap();
        self
    }

    /// A tree of these files, committed if it is a repository.
    pub(crate) fn of<'a>(is_git: bool, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Repo {
        let repo = if is_git { Repo::git() } else { Repo::plain() };
        for (path, text) in files {
            repo.put(path, text);
        }
        if is_git {
            repo.commit();
        }
        repo
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        files::read_text(&self.root.join(path)).unwrap()
    }

    /// Whether something has this name.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    /// Runs git in the root, and gives what it prints.
    #[track_caller]
    pub(crate) fn run_git<W: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = W>) -> String {
        run(&git(&self.root).args(words)).ends(0).text()
    }

    /// Adds everything that is not ignored, and commits.
    pub(crate) fn commit(&self) -> &Repo {
        self.run_git(["add", "--all"]);
        self.run_git(["commit", "--quiet", "--allow-empty", "-m", "All of it"]);
        self
    }

    /// Runs `cargo xtask clean-repo` in the root.
    pub(crate) fn clean<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Run {
        xtask(&self.root, ["clean-repo"].into_iter().chain(words))
    }

    /// Cleans by these words, and looks at what holds of every run: a dry run prints the same and changes nothing, a
    /// second run finds nothing, and what is taken back is the very tree.
    #[track_caller]
    pub(crate) fn cleaned(&self, words: &[&str]) -> Cleaned {
        let before = self.picture();
        let with = |word| words.iter().copied().chain([word]);
        let dry = self.clean(with("--dry-run")).ends(0);
        assert_eq!(self.picture(), before, "a dry run changes nothing");
        let real = self.clean(words.iter().copied()).ends(0);
        assert_eq!(real.text(), dry.text(), "a dry run prints what a real run prints");
        let after = self.picture();
        let has_done = |it: &Run| it.stderr.contains("take it back");
        let second = self.clean(words.iter().copied()).ends(0);
        assert!(!has_done(&second), "a second run did: {}", second.text());
        assert_eq!(self.picture(), after, "a second run changes nothing");
        if has_done(&real) {
            let no_git = words.iter().copied().filter(|it| *it == "--no-git");
            self.clean(["--undo"].into_iter().chain(no_git)).ends(0);
        }
        assert_eq!(self.picture(), before, "taken back");
        Cleaned {
            files: after.files(),
            said: real.text(),
            picture: after,
        }
    }

    /// Everything that can be told of the tree: names, kinds, modes, contents, and what git says.
    pub(crate) fn picture(&self) -> Picture {
        let mut things = BTreeMap::new();
        add(&self.root, &TreePath::default(), &mut things);
        let is_git = self.root.join(".git").exists();
        let said = |words: &[&str]| {
            if is_git {
                self.run_git(words)
            } else {
                String::new()
            }
        };
        Picture {
            things,
            index: said(&["ls-files", "--stage", "-t", "-v", "-z"]),
            status: said(&["status", "--porcelain", "--untracked-files=all", "-z"]),
        }
    }

    /// How often each content occurs, in the tree and in what is kept for undo.
    pub(crate) fn contents(&self) -> BTreeMap<Vec<u8>, usize> {
        let mut contents = BTreeMap::new();
        for (_, content) in self.picture().things.into_values() {
            if let Some(content) = content {
                *contents.entry(content).or_default() += 1;
            }
        }
        contents
    }

    /// The repository, if it is one.
    pub(crate) fn found(&self) -> Option<Git> {
        Tree::root(&self.root, true).unwrap().1
    }

    /// Where the journals lie.
    pub(crate) fn store(&self) -> Store {
        Store::of(&self.root, self.found().as_ref()).unwrap()
    }

    /// Plans and performs by these verbs, as the command does.
    pub(crate) fn apply(&self, rules: &RuleSet, wish: &Wish, act: &mut dyn Act) -> Option<Journal> {
        let (git, store) = (self.found(), self.store());
        let tree = Tree::read(&self.root, git.clone()).unwrap();
        let plan = Plan::make(&tree, rules, wish, &|_| {}).unwrap();
        let planned = steps(&plan, wish, &store.made_folders().unwrap()).unwrap();
        if planned.steps.is_empty() {
            return None;
        }
        let mut journal = Journal::new(store.new_id(1_700_000_000).unwrap(), planned.steps);
        store.begin(act, &journal, &planned.texts).unwrap();
        self.scene(git.as_ref(), &store)
            .apply(act, &mut journal, &|_| {})
            .unwrap();
        Some(journal)
    }

    /// Completes a run that was cut off.
    pub(crate) fn complete(&self, act: &mut dyn Act) {
        let (git, store) = (self.found(), self.store());
        if let Some(mut journal) = store.unfinished().unwrap() {
            self.scene(git.as_ref(), &store)
                .apply(act, &mut journal, &|_| {})
                .unwrap();
            assert_eq!(journal.skipped, []);
        }
    }

    /// Takes back the last run, if there is one.
    #[track_caller]
    pub(crate) fn undo(&self, act: &mut dyn Act) {
        let (git, store) = (self.found(), self.store());
        let Ok(mut journal) = store.journal(None) else {
            return;
        };
        let scene = self.scene(git.as_ref(), &store);
        assert_eq!(scene.obstacles(&journal).unwrap(), Vec::<Problem>::new());
        let problems = scene.undo(act, &mut journal, &|_| {}).unwrap();
        assert_eq!(problems, []);
        store.tidy().unwrap();
    }

    fn scene<'a>(&'a self, git: Option<&'a Git>, store: &'a Store) -> Scene<'a> {
        Scene {
            root: &self.root,
            git,
            store,
        }
    }
}

/// A git without anything of the user's.
pub(crate) fn git(dir: &Path) -> xtask::effect::process::Program {
    clean("git", dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", dir.join("no-such-file"))
        .args([
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.com",
        ])
}

/// The shipped rules with the settings of this text.
#[track_caller]
pub(crate) fn rules(settings: &str) -> RuleSet {
    rules::rules(&Config::parse(settings).unwrap().clean).unwrap()
}

/// Fails the test unless standard error has each of these pieces.
#[track_caller]
pub(crate) fn says(run: &Run, pieces: &[&str]) {
    for piece in pieces {
        assert!(run.stderr.contains(piece), "no `{piece}` in:\n{}", run.stderr);
    }
}

/// What a run has made of a tree, before it was taken back.
pub(crate) struct Cleaned {
    /// The texts of the files by their paths.
    pub(crate) files: BTreeMap<String, String>,
    /// The report.
    pub(crate) said: String,
    /// The whole tree.
    pub(crate) picture: Picture,
}

impl Cleaned {
    /// Fails the test unless the report has each of these pieces.
    #[track_caller]
    pub(crate) fn says(&self, pieces: &[&str]) -> &Cleaned {
        for piece in pieces {
            assert!(self.said.contains(piece), "no `{piece}` in:\n{}", self.said);
        }
        self
    }
}

/// What a tree looks like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// Kind and mode, and the content of files and the aim of links.
    pub(crate) things: BTreeMap<TreePath, (String, Option<Vec<u8>>)>,
    /// What `git ls-files` says of the index.
    pub(crate) index: String,
    /// What `git status` says.
    pub(crate) status: String,
}

impl Picture {
    /// The texts of the files by their paths.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let files = self.things.iter().filter_map(|(path, (_, content))| {
            let text = String::from_utf8_lossy(content.as_ref()?).into_owned();
            Some((path.shown(), text))
        });
        files.collect()
    }
}

fn add(root: &Path, path: &TreePath, things: &mut BTreeMap<TreePath, (String, Option<Vec<u8>>)>) {
    for file in files::list(&path.on_disk(root)).unwrap() {
        let name = bytes_of(Path::new(file.file_name().unwrap()));
        let inner = path.join(&name);
        if path.is_root() && [&b".git"[..], b".xtask-clean"].contains(&&name[..]) {
            continue;
        }
        let thing = relocate::look(&file).unwrap().unwrap();
        let content = match thing {
            Thing::File => Some(files::read(&file).unwrap()),
            Thing::Link => Some(bytes_of(&file.read_link().unwrap())),
            Thing::Folder | Thing::Special => None,
        };
        if thing == Thing::Folder {
            add(root, &inner, things);
        }
        things.insert(inner, (format!("{thing:?} {:o}", relocate::mode(&file)), content));
    }
}
