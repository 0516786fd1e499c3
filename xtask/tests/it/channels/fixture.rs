//! Made-up releases on disk, rendering them, and asking judges.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use xtask::channel::{self, Channel};
use xtask::edition::Edition;
use xtask::edition::sample::Sample;
use xtask::effect::environment;
use xtask::effect::files::{self, Scratch};
use xtask::effect::process::Program;
use xtask::judges::Judge;
use xtask::lint::{self, File, Rule, Severity, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::render::{Files, Gap};
use xtask::tools::TOOLS_VARIABLE;
use xtask::workspace::Workspace;

use crate::dist::cross;
use crate::dist::fixture::program;
use crate::support::{clean, put, run, scratch, skipped};
use crate::version::fixture::git;

/// The workspace that holds the toolkit.
pub(crate) fn house() -> &'static Workspace {
    static HOUSE: OnceLock<Workspace> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Workspace::load(Some(&root)).unwrap()
    })
}

/// A release on disk.
pub(crate) struct Paper {
    /// The folder, which goes with this value.
    pub(crate) scratch: Scratch,
    /// What was written there.
    pub(crate) edition: Edition,
}

impl Paper {
    /// Writes the sample, with further lines of settings at the end.
    pub(crate) fn of(sample: &Sample) -> Paper {
        let scratch = scratch();
        let edition = sample.write(&scratch.path().join("dist")).unwrap();
        Paper { scratch, edition }
    }

    /// The sample as it is by default.
    pub(crate) fn plain() -> Paper {
        Paper::of(&Sample::default())
    }

    /// What a channel gets, texts and packages.
    #[track_caller]
    pub(crate) fn files(&self, channel: &str) -> Files {
        self.rendered(channel).0
    }

    /// What a channel gets, and what the release lacks for it.
    #[track_caller]
    pub(crate) fn rendered(&self, channel: &str) -> (Files, Vec<Gap>) {
        let channel = channel::find(channel).unwrap();
        let mut rows = manifests::render(
            std::slice::from_ref(&self.edition),
            &[channel],
            Extent::Everything,
        );
        let row = rows.remove(0);
        match row.outcome {
            Outcome::Files(_, files) => (files, row.gaps),
            Outcome::Refused(why) => panic!("{channel} refused: {why}"),
            Outcome::Failed(error) => panic!("{channel} failed: {error:#}"),
        }
    }

    /// The text of one file.
    #[track_caller]
    pub(crate) fn text(&self, channel: &str, path: &str) -> String {
        let files = self.files(channel);
        let file = files
            .get(path)
            .unwrap_or_else(|| panic!("no `{path}` in {:?}", files.keys()));
        String::from_utf8(file.bytes.clone()).unwrap()
    }

    /// Writes what a channel gets into a folder, modes included.
    #[track_caller]
    pub(crate) fn put(&self, channel: &str) -> PathBuf {
        let dir = self.scratch.path().join(channel);
        put_files(&dir, &self.files(channel));
        dir
    }

    /// What the rules say about what a channel gets, as `rule: what`.
    #[track_caller]
    pub(crate) fn findings(&self, channel: &str) -> Vec<String> {
        let files = self
            .files(channel)
            .iter()
            .map(|(path, file)| File::of(path, file))
            .collect();
        findings(&Subject {
            channel: channel::find(channel).unwrap(),
            files,
            edition: Some(self.edition.clone()),
            is_whole: true,
            rendered: None,
        })
    }
}

/// Writes files into a folder, modes included.
pub(crate) fn put_files(dir: &Path, files: &Files) {
    for (path, file) in files {
        let whole = dir.join(path);
        files::write(&whole, &file.bytes).unwrap();
        files::set_mode(&whole, file.mode.bits()).unwrap();
    }
}

/// What the rules say, as `rule: what`.
pub(crate) fn findings(subject: &Subject) -> Vec<String> {
    let found = lint::check(subject).into_iter();
    found
        .map(|it| format!("{}: {}", it.rule.id, it.flaw.what))
        .collect()
}

/// What a store would refuse in files that another tool wrote.
pub(crate) fn refused(channel: &str, files: Vec<File>) -> Vec<String> {
    let found = lint::check(&Subject {
        channel: channel::find(channel).unwrap(),
        files,
        edition: None,
        is_whole: false,
        rendered: None,
    });
    let found = found
        .into_iter()
        .filter(|it| it.rule.severity == Severity::Refused);
    found
        .map(|it| format!("{}: {}", it.rule.id, it.flaw.what))
        .collect()
}

/// Fails unless a rule leaves the good file alone and catches the bad one. Both are files of one path, that another tool
/// wrote.
#[track_caller]
pub(crate) fn rule(id: &str, path: &str, good: impl Into<Vec<u8>>, bad: impl Into<Vec<u8>>) {
    rule_of(id, &[(path, good.into())], &[(path, bad.into())]);
}

/// The same for several files.
#[track_caller]
pub(crate) fn rule_of(id: &str, good: &[(&str, Vec<u8>)], bad: &[(&str, Vec<u8>)]) {
    let (channel, _) = id.split_once('/').unwrap();
    let channel = channel::find(channel).unwrap();
    let rule = channel
        .rules
        .iter()
        .find(|it| it.id == id)
        .unwrap_or_else(|| panic!("no rule `{id}`"));
    let flaws = |list: &[(&str, Vec<u8>)]| {
        let files = list
            .iter()
            .map(|(path, bytes)| File::new(*path, bytes.clone()))
            .collect();
        (rule.check)(&Subject {
            channel,
            files,
            edition: None,
            is_whole: true,
            rendered: None,
        })
    };
    assert_eq!(flaws(good), [], "{id} finds something in what is good");
    assert_ne!(flaws(bad), [], "{id} finds nothing in what is bad");
}

/// Fails unless a test named here tries each rule of a channel: give it every id that `rule` was called with.
#[track_caller]
pub(crate) fn all_rules_are_tried(channel: &str, tried: &[&str]) {
    let channel: &Channel = channel::find(channel).unwrap();
    let untried: Vec<&str> = channel
        .rules
        .iter()
        .map(|it: &Rule| it.id)
        .filter(|it| !tried.contains(it))
        .collect();
    assert_eq!(untried, Vec::<&str>::new(), "rules without a bad and a good file");
}

/// Compares with `tests/golden/<channel>/<name>`; `UPDATE_GOLDEN=1` writes it.
#[track_caller]
pub(crate) fn golden(channel: &str, name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(channel)
        .join(name);
    if environment::var("UPDATE_GOLDEN").is_some() {
        files::write(&path, found.as_bytes()).unwrap();
    }
    let expected = files::read_text(&path).unwrap();
    assert_eq!(
        found, expected,
        "{channel}/{name}: `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites it"
    );
}

/// Whether a judge that is missing is a failure. `.ci/run` installs them on Debian; on other systems CI has none.
fn must_be_here() -> bool {
    environment::is_ci() && cfg!(target_os = "linux")
}

/// A judge's program with a clean environment in a folder; `None` where it is not installed, which is said. Where `CI` is
/// set, a missing judge is a failure: there nobody reads that a test was skipped.
#[track_caller]
pub(crate) fn judge(name: &str, test: &str, dir: &Path) -> Option<Program> {
    let judge = Judge::find(name).unwrap_or_else(|| panic!("`{name}` is no row of the table of judges"));
    if let Some(path) = judge.path(house()) {
        return Some(clean(path, dir));
    }
    let why = format!("`{name}` is not installed: {}", judge.install());
    assert!(!must_be_here(), "{test}: {why}");
    skipped(test, &why);
    None
}

/// The folder of an official schema, such as `scoop/schema.json`; `None` where `cargo xtask setup --judges` has not put
/// it into `.tools/schemas`, which is said.
pub(crate) fn schema(name: &str, test: &str) -> Option<PathBuf> {
    let path = house().tools_dir().join("schemas").join(name);
    if path.is_file() {
        return Some(path);
    }
    let why = format!("the schema `{name}` is not in `.tools/schemas`: cargo xtask setup --judges --install");
    assert!(!must_be_here(), "{test}: {why}");
    skipped(test, &why);
    None
}

/// Asks `check-jsonschema` whether files fit an official schema.
#[track_caller]
pub(crate) fn fits_schema(name: &str, test: &str, files: &[&Path]) {
    let dir = scratch();
    let (Some(schema), Some(check)) = (schema(name, test), judge("check-jsonschema", test, dir.path()))
    else {
        return;
    };
    run(&check.arg("--schemafile").arg(schema).args(files)).ends(0);
}

/// A real release of a small program for every target, built by `cargo xtask dist` once for all tests. It says its name and
/// version, gives back the exit code that it is asked for, prints its standard input, and waits for a signal.
pub(crate) struct Demo {
    /// The workspace.
    pub(crate) root: PathBuf,
    /// The package.
    pub(crate) edition: Edition,
}

const DEMO: &str = r#"//! A program to be packaged.
use std::io::Read;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit", code] => std::process::exit(code.parse().expect("a number")),
        ["cat"] => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).expect("text");
            print!("{text}");
        }
        ["wait"] => {
            println!("waiting");
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        ["say", rest @ ..] => println!("{rest:?}"),
        _ => println!("demo {}", env!("CARGO_PKG_VERSION")),
    }
}
"#;

impl Demo {
    /// The release; `None` where the tools for building all targets are missing, which is said. It lies in cargo's folder for
    /// temporary files and is built again only when something changed.
    #[track_caller]
    pub(crate) fn built(test: &str) -> Option<&'static Demo> {
        static DEMO_RELEASE: OnceLock<Result<Demo, String>> = OnceLock::new();
        match DEMO_RELEASE.get_or_init(|| Demo::build(test)) {
            Ok(demo) => Some(demo),
            Err(why) => {
                assert!(!must_be_here(), "{test}: {why}");
                skipped(test, why);
                None
            }
        }
    }

    fn build(test: &str) -> Result<Demo, String> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
        let Some(tools) = cross::tools(test) else {
            return Err("the tools for building all targets are missing".to_owned());
        };
        let pinned = files::read_text(&house().root.join("rust-toolchain.toml")).unwrap();
        let manifest = "[package]\nname = \"demo\"\nversion = \"1.2.3\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
            description = \"Counts the words of a text\"\nrepository = \"https://github.com/owner/demo\"\n\
            authors = [\"The Demo maintainers <demo@demo.example>\"]\nkeywords = [\"words\", \"count\"]\n\n[workspace]\n";
        let on: String = channel::CHANNELS
            .iter()
            .flat_map(|it| ["[channel.", it.name, "]\n"])
            .collect();
        let content = [
            ("rust-toolchain.toml", pinned.as_str()),
            ("Cargo.toml", manifest),
            (
                "Cargo.lock",
                // As cargo writes it: it would else write it anew, and the tree would differ from its commit.
                "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n\
                 version = 4\n\n[[package]]\nname = \"demo\"\nversion = \"1.2.3\"\n",
            ),
            ("src/main.rs", DEMO),
            ("LICENSE", "The text of the licence.\n"),
            ("README.md", "# Demo\n\nCounts the words of a text.\n"),
            (
                "CHANGELOG.md",
                "# Changelog\n\n## [1.2.3] - 2026-01-02\n\n- The first release.\n",
            ),
            (".gitignore", "/target/\n/dist/\n"),
        ];
        for (name, text) in content {
            let is_same = files::read_text_if_present(&root.join(name)).unwrap().as_deref() == Some(text);
            if !is_same {
                put(&root, name, text);
            }
        }
        let settings = format!("[dist.profile]\nlto = false\nopt-level = 0\ncodegen-units = 16\n{on}");
        put(&root, "packaging/release.toml", &settings);
        if !root.join(".git").exists() {
            git(&root, "init --quiet");
        }
        git(&root, "add --all .");
        git(&root, "commit --quiet --allow-empty --message first");
        let built = run(&program(env!("CARGO_BIN_EXE_xtask"), &root)
            .args(["dist", "--all", "--quiet"])
            .envs(cross::caches())
            .env(TOOLS_VARIABLE, &tools)
            .env("SOURCE_DATE_EPOCH", "1767323046"));
        if built.code != Some(0) {
            return Err(format!("the demo was not built: {}", built.stderr));
        }
        let workspace = Workspace::load(Some(&root)).unwrap();
        let config = xtask::config::Config::load(&root).unwrap();
        let edition = Edition::load(&workspace, &config, &root.join("dist"))
            .unwrap()
            .remove(0);
        Ok(Demo { root, edition })
    }

    /// What a channel gets from it.
    #[track_caller]
    pub(crate) fn files(&self, channel: &str) -> Files {
        let channel = channel::find(channel).unwrap();
        let mut rows = manifests::render(
            std::slice::from_ref(&self.edition),
            &[channel],
            Extent::Everything,
        );
        match rows.remove(0).outcome {
            Outcome::Files(_, files) => files,
            Outcome::Refused(why) => panic!("{channel} refused: {why}"),
            Outcome::Failed(error) => panic!("{channel} failed: {error:#}"),
        }
    }

    /// Writes what a channel gets into a folder, modes included.
    #[track_caller]
    pub(crate) fn put(&self, channel: &str, dir: &Path) -> PathBuf {
        let dir = dir.join(channel);
        put_files(&dir, &self.files(channel));
        dir
    }
}
