//! Generated workspaces, and what must hold of every `dist/`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use xtask::artifact::{Artifact, Kind};
use xtask::digest::digests_of_bytes;
use xtask::effect::environment;
use xtask::effect::files::{self, Scratch};
use xtask::effect::process::Program;
use xtask::pack::read::{self, Packed};
use xtask::release::{self, Release};

use crate::support::{Run, clean, put, run, scratch};
use crate::version::fixture::git;

/// A program that says its name and version.
pub(crate) const MAIN: &str =
    "fn main() {\n    println!(\"{} {}\", env!(\"CARGO_BIN_NAME\"), env!(\"CARGO_PKG_VERSION\"));\n}\n";

/// Settings that compile quickly, where a test is not about the profile.
pub(crate) const QUICK: &str = "[dist.profile]\nlto = false\nopt-level = 0\ncodegen-units = 16\ndebug = 0\n";

/// The manifest of a package, with further lines of `[package]` and tables.
pub(crate) fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2021\"\n{rest}")
}

/// A workspace in a folder of its own.
pub(crate) struct Place {
    scratch: Scratch,
    /// The workspace's root.
    pub(crate) root: PathBuf,
}

impl Place {
    /// A workspace with these files, whose toolchain is this project's own.
    pub(crate) fn new(content: &[(&str, &str)]) -> Place {
        Place::at("work", content)
    }

    /// The same, below the scratch folder at this path.
    pub(crate) fn at(path: &str, content: &[(&str, &str)]) -> Place {
        let scratch = scratch();
        let root = scratch.path().join(path);
        let place = Place { scratch, root };
        let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rust-toolchain.toml");
        place.put("rust-toolchain.toml", &files::read_text(&pinned).unwrap());
        for (name, text) in content {
            place.put(name, text);
        }
        place
    }

    /// A package `app` with one program, quick to compile, with these files over it.
    pub(crate) fn app(content: &[(&str, &str)]) -> Place {
        let place = Place::new(&[
            ("Cargo.toml", &manifest("app", "")),
            ("src/main.rs", MAIN),
            ("packaging/release.toml", QUICK),
        ]);
        for (name, text) in content {
            place.put(name, text);
        }
        place.lock();
        place
    }

    /// The folder above the workspace, which goes with this value.
    pub(crate) fn above(&self) -> &Path {
        self.scratch.path()
    }

    /// Writes a file below the root.
    pub(crate) fn put(&self, name: &str, text: &str) -> PathBuf {
        put(&self.root, name, text)
    }

    /// Lets cargo write the lock file.
    #[track_caller]
    pub(crate) fn lock(&self) {
        run(&program("cargo", &self.root).args(["generate-lockfile", "--offline", "--quiet"])).ends(0);
    }

    /// Puts everything into a repository of the root's own, builds and what else `ignored` names left out.
    #[track_caller]
    pub(crate) fn commit(&self, ignored: &str) {
        self.put(".gitignore", &format!("/target/\n/dist/\n{ignored}"));
        git(&self.root, "init --quiet");
        git(&self.root, "add .");
        git(&self.root, "commit --quiet --message first");
    }

    /// Runs `cargo xtask dist` in the root with words that are parted by spaces.
    pub(crate) fn dist(&self, words: &str) -> Run {
        run(&self.program(words))
    }

    /// The command of [`Place::dist`], before it runs.
    pub(crate) fn program(&self, words: &str) -> Program {
        program(env!("CARGO_BIN_EXE_xtask"), &self.root)
            .arg("dist")
            .args(words.split_whitespace())
    }

    /// What lies in `dist/`, after a look at all that must hold of it.
    #[track_caller]
    pub(crate) fn shelf(&self) -> Shelf {
        Shelf::whole(&self.root.join("dist"))
    }
}

/// A program that finds the toolchain and nothing else of the user.
pub(crate) fn program(name: impl AsRef<OsStr>, dir: &Path) -> Program {
    let homes = [
        ("CARGO_HOME", environment::cargo_home()),
        ("RUSTUP_HOME", environment::rustup_home()),
    ];
    let homes = homes.into_iter().filter_map(|(name, home)| Some((name, home?)));
    clean(name, dir).envs(homes).env("CARGO_NET_OFFLINE", "true")
}

/// A `dist/` of which everything holds that must.
pub(crate) struct Shelf {
    /// Where it is.
    pub(crate) dir: PathBuf,
    /// What it says of itself.
    pub(crate) release: Release,
}

impl Shelf {
    /// Reads a `dist/` and fails unless each file is what `artifacts.json` says.
    #[track_caller]
    pub(crate) fn whole(dir: &Path) -> Shelf {
        let text = files::read_text(&dir.join(release::FILE)).unwrap();
        let release = Release::parse(&text).unwrap();
        assert_eq!(
            release.text().unwrap(),
            text,
            "the document reads back to the byte"
        );
        let sums = files::read(&dir.join(release::SUMS_FILE)).unwrap();
        assert_eq!(sums, release.sums().unwrap());
        if environment::find_program("sha256sum").is_some() {
            run(&clean("sha256sum", dir).args(["--check", "--strict", "--quiet", release::SUMS_FILE]))
                .ends(0);
        }
        let temporaries: Vec<PathBuf> = files::list(dir)
            .unwrap()
            .into_iter()
            .filter(|it| it.to_string_lossy().ends_with(".tmp"))
            .collect();
        assert_eq!(temporaries, Vec::<PathBuf>::new());
        let shelf = Shelf {
            dir: dir.to_owned(),
            release,
        };
        for artifact in &shelf.release.artifacts {
            let bytes = shelf.bytes(&artifact.name);
            assert_eq!(artifact.size_bytes, bytes.len() as u64, "{}", artifact.name);
            assert_eq!(artifact.digests, digests_of_bytes(&bytes), "{}", artifact.name);
            match artifact.kind {
                Kind::Archive | Kind::Source => shelf.assert_archive(artifact),
                Kind::Sbom => assert_closed(&serde_json::from_slice(&bytes).unwrap()),
            }
        }
        shelf
    }

    /// The names of the files, without the two that describe the others.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.release.artifacts.iter().map(|it| it.name.as_str()).collect()
    }

    /// The bytes of a file.
    #[track_caller]
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        files::read(&self.dir.join(name)).unwrap()
    }

    /// The machine that compiled.
    pub(crate) fn host(&self) -> &str {
        &self.release.identity.toolchain.host
    }

    /// The row of a package's archive for this machine.
    #[track_caller]
    pub(crate) fn archive(&self, package: &str) -> &Artifact {
        let is_it =
            |it: &&Artifact| it.kind == Kind::Archive && it.package == package && it.is_for(self.host());
        let found = self.release.artifacts.iter().find(is_it);
        found.unwrap_or_else(|| panic!("no archive of `{package}` in {:?}", self.names()))
    }

    /// The files of a package's archive for this machine, by their path below the top folder.
    #[track_caller]
    pub(crate) fn files(&self, package: &str) -> BTreeMap<String, Packed> {
        self.files_of(self.archive(package))
    }

    /// The files of the source archive, by their path below the top folder.
    #[track_caller]
    pub(crate) fn source_files(&self) -> BTreeMap<String, Packed> {
        self.files_of(self.release.source().expect("there is a source archive"))
    }

    #[track_caller]
    fn files_of(&self, artifact: &Artifact) -> BTreeMap<String, Packed> {
        let bytes = self.bytes(&artifact.name);
        let packed = read::files(&artifact.name, &bytes).unwrap();
        packed
            .into_iter()
            .map(|it| (it.path.split_once('/').unwrap().1.to_owned(), it))
            .collect()
    }

    /// The paths of [`Shelf::files`].
    #[track_caller]
    pub(crate) fn paths(&self, package: &str) -> Vec<String> {
        self.files(package).into_keys().collect()
    }

    /// What a packed program prints.
    #[track_caller]
    pub(crate) fn says(&self, package: &str, binary: &str) -> String {
        let scratch = scratch();
        let packed = &self.files(package)[binary];
        let path = scratch.path().join(binary);
        files::write(&path, &packed.bytes).unwrap();
        files::set_mode(&path, packed.mode).unwrap();
        run(&clean(&path, scratch.path())).ends(0).text()
    }

    /// The bill of materials of a package for this machine.
    #[track_caller]
    pub(crate) fn sbom(&self, package: &str) -> Value {
        let is_it = |it: &&Artifact| it.kind == Kind::Sbom && it.package == package && it.is_for(self.host());
        let row = self.release.artifacts.iter().find(is_it).unwrap();
        serde_json::from_slice(&self.bytes(&row.name)).unwrap()
    }

    #[track_caller]
    fn assert_archive(&self, artifact: &Artifact) {
        let packed = read::files(&artifact.name, &self.bytes(&artifact.name)).unwrap();
        let mut stem = format!("{}-{}", artifact.package, self.release.identity.version);
        if let Some(target) = &artifact.target {
            stem = format!("{stem}-{target}");
        }
        let mut paths: Vec<&str> = packed.iter().map(|it| it.path.as_str()).collect();
        let listed: Vec<&str> = artifact.entries.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, listed, "{}", artifact.name);
        paths.sort_unstable();
        assert_eq!(paths, listed, "{}: sorted", artifact.name);
        for (file, entry) in packed.iter().zip(&artifact.entries) {
            assert!(file.path.starts_with(&format!("{stem}/")), "{}", file.path);
            assert_eq!(format!("{:04o}", file.mode), entry.mode, "{}", file.path);
            assert_eq!(file.bytes.len() as u64, entry.size_bytes, "{}", file.path);
            assert_eq!(
                digests_of_bytes(&file.bytes).sha256,
                entry.sha256,
                "{}",
                file.path
            );
            let time_s = u64::try_from(self.release.identity.time_s).unwrap();
            assert!([0, time_s].contains(&file.time_s), "{}", file.path);
        }
        for binary in &artifact.binaries {
            let entry = artifact.entries.iter().find(|it| it.path == binary.path);
            assert_eq!(entry.unwrap().mode, "0755", "{}", binary.path);
        }
    }
}

/// A bill of materials names its product and components each once, and depends on nothing that it does not name.
#[track_caller]
fn assert_closed(document: &Value) {
    assert_eq!(document["bomFormat"], "CycloneDX");
    assert_eq!(document["specVersion"], "1.6");
    let main = &document["metadata"]["component"];
    let components = document["components"].as_array().unwrap();
    let mut references = BTreeSet::new();
    for component in components.iter().chain([main]) {
        let purl = component["purl"].as_str().unwrap();
        assert!(purl.starts_with("pkg:cargo/"), "{purl}");
        let reference = component["bom-ref"].as_str().unwrap();
        assert!(references.insert(reference), "{reference} twice");
    }
    let mut depending = BTreeSet::new();
    for row in document["dependencies"].as_array().unwrap() {
        assert!(depending.insert(row["ref"].as_str().unwrap()), "{row} twice");
        for to in row["dependsOn"].as_array().unwrap() {
            assert!(references.contains(to.as_str().unwrap()), "{to} is named nowhere");
        }
    }
    assert_eq!(depending, references);
}

/// The scope of a component, or that it is not there.
pub(crate) fn scope(document: &Value, name: &str) -> String {
    let components = document["components"].as_array().unwrap();
    let found = components.iter().find(|it| it["name"] == name);
    found.map_or("absent".into(), |it| it["scope"].as_str().unwrap().to_owned())
}

/// When the files of a folder were last changed, by name.
pub(crate) fn times(dir: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let time = |it: &PathBuf| it.metadata().unwrap().modified().unwrap();
    files::list(dir)
        .unwrap()
        .into_iter()
        .map(|it| (it.clone(), time(&it)))
        .collect()
}

/// Sets when a file was last changed, in seconds since 1970.
pub(crate) fn set_time(path: &Path, time_s: u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(time_s))
        .unwrap();
}

/// The outcomes of a `--json` run, by target.
#[track_caller]
pub(crate) fn outcomes(run: &Run) -> BTreeMap<String, String> {
    let document = run.json();
    let rows = document["targets"].as_array().unwrap();
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    rows.iter()
        .map(|it| (text(&it["target"]), text(&it["outcome"])))
        .collect()
}

/// The one outcome of a `--json` run for one target.
#[track_caller]
pub(crate) fn outcome(run: &Run) -> String {
    let all = outcomes(run);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_values().next().unwrap()
}
