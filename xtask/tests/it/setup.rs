//! `cargo xtask setup --judges` with made-up installers, and official schemas from a repository of the test's own.

use std::path::{Path, PathBuf};

use xtask::digest::Sha256;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::effect::report::Report;
use xtask::judges::fetch::{self, Origins};
use xtask::judges::schemas::{SOURCES, Schema, Source};
use xtask::judges::{From, JUDGES};

use crate::dist::fixture::{Place, program};
use crate::support::{Run, clean, is_here, put, run, scratch, skipped};
use crate::version::fixture::git;

/// A workspace, a folder of made-up programs, and a note of how each was called.
struct Machine {
    place: Place,
    bin: PathBuf,
}

impl Machine {
    /// A machine with cargo, git and Python, where `id` says who works there. What the made-up installers install lies in
    /// `shelf/`.
    fn of(user: &str) -> Machine {
        let place = Place::app(&[]);
        let bin = place.above().join("bin");
        let machine = Machine { place, bin };
        let sysroot = run(&program("rustc", &machine.place.root).args(["--print", "sysroot"]))
            .ends(0)
            .text();
        for (name, from) in [
            ("cargo", Some(Path::new(sysroot.trim()).join("bin/cargo"))),
            ("rustc", Some(Path::new(sysroot.trim()).join("bin/rustc"))),
            ("env", environment::find_program("env")),
        ] {
            let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", from.unwrap().display());
            machine.program(&machine.bin, name, &text);
        }
        let (above, shelf) = (machine.place.above().display(), machine.shelf());
        let note = format!("echo \"${{0##*/}} $*\" >> '{above}/log'");
        machine.say("id", &format!("echo {user}"));
        machine.say(
            "apt-get",
            &format!(
                "{note} $DEBIAN_FRONTEND\ncase \"$*\" in *install*) /bin/cp -R '{}'/debian/. '{}'\nesac",
                shelf.display(),
                machine.bin.display()
            ),
        );
        machine.say(
            "python3",
            &format!(
                "{note}\ncase \"$2\" in venv) /bin/mkdir -p \"$4/bin\"; /bin/cp '{}/pip' \"$4/bin/python3\"\nesac",
                shelf.display()
            ),
        );
        let venv = machine.place.root.join(".tools/venv");
        let pip = format!(
            "#!/bin/sh\n{note}\ncase \"$*\" in *install*) /bin/cp -R '{}'/python/. '{}'\nesac\n",
            shelf.display(),
            venv.display()
        );
        machine.program(&shelf, "pip", &pip);
        let npm = format!("{note}\n/bin/cp -R '{}'/npm/. \"$PWD\"", shelf.display());
        machine.program(&shelf.join("debian"), "npm", &format!("#!/bin/sh\n{npm}\n"));
        machine.stock(&shelf);
        machine
    }

    fn shelf(&self) -> PathBuf {
        self.place.above().join("shelf")
    }

    /// Lays onto the shelf what the installers of the table would install.
    fn stock(&self, shelf: &Path) {
        let nothing = "#!/bin/sh\n";
        for judge in JUDGES {
            match judge.from {
                From::Debian(_) if ["npm", "python3"].contains(&judge.program) => {}
                From::Debian(_) => self.program(&shelf.join("debian"), judge.program, nothing),
                From::Python(words) => {
                    for (name, version) in words.split_whitespace().filter_map(|it| it.split_once("==")) {
                        let name = name.split('[').next().unwrap().replace('-', "_");
                        let folder =
                            format!("python/lib/python3.11/site-packages/{name}-{version}.dist-info");
                        put(shelf, format!("{folder}/METADATA"), "");
                    }
                    self.program(&shelf.join("python/bin"), judge.program, nothing);
                }
                From::Npm(words) => {
                    for (name, version) in words.split_whitespace().filter_map(|it| it.rsplit_once('@')) {
                        let text = format!("{{\"version\": \"{version}\"}}");
                        put(shelf, format!("npm/node_modules/{name}/package.json"), &text);
                    }
                    self.program(&shelf.join("npm/node_modules/.bin"), judge.program, nothing);
                }
            }
        }
    }

    fn program(&self, dir: &Path, name: &str, text: &str) {
        let path = put(dir, name, text);
        files::set_mode(&path, 0o755).unwrap();
        assert!(path.starts_with(self.place.above()));
    }

    fn say(&self, name: &str, lines: &str) {
        self.program(&self.bin, name, &format!("#!/bin/sh\n{lines}\n"));
    }

    fn command(&self, words: &str) -> Program {
        clean(env!("CARGO_BIN_EXE_xtask"), &self.place.root)
            .arg("setup")
            .args(words.split_whitespace())
            .env("PATH", &self.bin)
    }

    fn setup(&self, words: &str) -> Run {
        run(&self.command(words))
    }

    fn log(&self) -> Vec<String> {
        let text = files::read_text_if_present(&self.place.above().join("log")).unwrap();
        text.unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

/// The folder of schemas that this machine has; `None` where it has none, which is said.
fn schemas(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/schemas");
    let mut all = SOURCES.iter().flat_map(|it| it.schemas);
    if all.all(|it| fetch::has(&folder, it)) {
        return Some(folder);
    }
    skipped(test, "the official schemas are not in `.tools/schemas`");
    None
}

#[test]
fn each_installer_is_called_once_and_then_no_more() {
    let Some(schemas) = schemas("each_installer_is_called_once_and_then_no_more") else {
        return;
    };
    let machine = Machine::of("0");
    let shown = machine.setup("--judges").ends(1);
    let lines = shown.text();
    assert!(
        lines.contains("missing zizmor, GitHub workflows: what gives something away: `.tools/venv/bin/pip install 'zizmor=="),
        "{lines}"
    );
    assert!(
        lines.contains("missing skopeo, images: inspected and copied: `apt-get install skopeo`"),
        "{lines}"
    );
    assert!(
        lines.contains("missing the schema scoop/schema.json, of ScoopInstaller/Scoop"),
        "{lines}"
    );
    assert_eq!(machine.log(), [""; 0], "showing changes nothing");

    let install = machine
        .command("--judges --install")
        .env(fetch::FOLDER_VARIABLE, schemas);
    let said = run(&install).ends(0).stderr;
    let log = machine.log();
    let count = |start: &str| log.iter().filter(|it| it.starts_with(start)).count();
    assert_eq!(log[0], "python3 -c import ensurepip, venv", "{log:#?}");
    assert_eq!(log[1], "apt-get -qq update noninteractive", "{log:#?}");
    assert!(
        log[2].starts_with("apt-get -qq install -y --no-install-recommends appstream "),
        "{log:#?}"
    );
    assert!(
        log[2].contains(" skopeo ") && log[2].ends_with(" noninteractive"),
        "{log:#?}"
    );
    assert_eq!(count("apt-get"), 2, "{log:#?}");
    assert_eq!(count("python3 -m venv --clear "), 1, "{log:#?}");
    assert_eq!(count("python3 -m pip install "), 1, "{log:#?}");
    let is_npm = JUDGES.iter().any(|it| matches!(it.from, From::Npm(_)));
    assert_eq!(count("npm install "), usize::from(is_npm), "{log:#?}");
    assert!(said.contains("Ready for the checks"), "{said}");
    assert!(machine.place.root.join(".tools/.gitignore").is_file());

    // Nothing is left to do, and the document says so.
    let document = run(&install.arg("--json")).ends(0).json();
    assert_eq!(machine.log().len(), log.len());
    let is_present = |list: &serde_json::Value| {
        list.as_array()
            .unwrap()
            .iter()
            .all(|it| it["outcome"] == "present")
    };
    assert!(
        is_present(&document["judges"]) && is_present(&document["schemas"]),
        "{document:#}"
    );
    assert_eq!(document["targets"], serde_json::json!([]));
}

#[test]
fn another_version_than_the_pinned_one_is_told_and_replaced() {
    let machine = Machine::of("0");
    let site = machine
        .place
        .root
        .join(".tools/venv/lib/python3.11/site-packages");
    put(&site, "zizmor-0.1.0.dist-info/METADATA", "");
    machine.program(&machine.bin, "zizmor", "#!/bin/sh\n");
    let text = machine.setup("--judges").ends(1).text();
    assert!(text.contains("of another version, 0.1.0: zizmor, "), "{text}");
    let document = machine.setup("--judges --json").ends(1).json();
    let rows = document["judges"].as_array().unwrap();
    let zizmor = rows.iter().find(|it| it["program"] == "zizmor").unwrap();
    assert_eq!(
        (&zizmor["outcome"], &zizmor["version"]),
        (&"other-version".into(), &"0.1.0".into())
    );
}

#[test]
fn who_is_not_root_goes_through_sudo_or_is_given_the_command() {
    let Some(schemas) = schemas("who_is_not_root_goes_through_sudo_or_is_given_the_command") else {
        return;
    };
    let machine = Machine::of("1000");
    let install = machine
        .command("--judges --install")
        .env(fetch::FOLDER_VARIABLE, schemas);
    let said = run(&install).ends(1).stderr;
    assert!(said.contains(": only root may, and there is no `sudo`"), "{said}");
    assert!(
        said.contains(
            "help: run as root: apt-get update && apt-get install -y --no-install-recommends appstream "
        ),
        "{said}"
    );
    // What needs no root was installed all the same.
    assert!(machine.place.root.join(".tools/venv/bin/zizmor").is_file());

    let note = format!("echo \"sudo $*\" >> '{}/log'", machine.place.above().display());
    machine.say("sudo", &format!("{note}\nexec \"$@\""));
    run(&install).ends(0);
    let log = machine.log();
    assert!(
        log.contains(&"sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update".to_owned()),
        "{log:#?}"
    );
}

#[test]
fn a_system_without_apt_get_is_given_debians_names() {
    let machine = Machine::of("0");
    files::remove(&machine.bin.join("apt-get")).unwrap();
    // No schema comes from anywhere either: this git fails.
    machine.say("git", "echo 'no network' >&2; exit 1");
    let said = machine.setup("--judges --install").ends(1).stderr;
    assert!(said.contains(": `apt-get` is not found"), "{said}");
    assert!(said.contains("help: these are Debian's names"), "{said}");
    assert!(
        said.contains("cannot get the schemas of `ScoopInstaller/Scoop`: `git init --quiet` failed"),
        "{said}"
    );
    assert!(
        said.contains("or let the variable `XTASK_SCHEMAS` name a folder that holds scoop/schema.json"),
        "{said}"
    );
}

/// A repository with two files at a commit, and the table's row for it.
fn source(above: &Path) -> Source {
    let root = above.join("owner/schemas");
    let (one, two) = ("{\"one\": 1}\n", "{\"two\": 2}\r\n");
    put(&root, "schema/one.json", one);
    put(&root, "two.json", two);
    git(&root, "init --quiet");
    git(&root, "-c core.autocrlf=false add .");
    git(&root, "commit --quiet --message first");
    let head = run(&clean("git", &root).args(["rev-parse", "HEAD"]))
        .ends(0)
        .text();
    // A later commit with other bytes, which nobody asks for.
    put(&root, "schema/one.json", "{}\n");
    git(&root, "commit --quiet --all --message second");
    let row = |file: &'static str, path: &'static str, text: &str| Schema {
        file,
        path,
        sha256: Sha256::of(text.as_bytes()).to_string().leak(),
    };
    Source {
        repository: "owner/schemas",
        commit: head.trim().to_owned().leak(),
        schemas: vec![
            row("a/one.json", "schema/one.json", one),
            row("a/two.json", "two.json", two),
        ]
        .leak(),
    }
}

#[test]
fn schemas_come_from_their_repository_at_the_commit_to_the_byte() {
    if !is_here(
        "git",
        "schemas_come_from_their_repository_at_the_commit_to_the_byte",
    ) {
        return;
    }
    let scratch = scratch();
    let source = source(scratch.path());
    let folder = scratch.path().join("tools/schemas");
    let beside = scratch.path().join("beside");
    // Of this folder one file is right, the other is not what the table says.
    put(&beside, "a/one.json", "{\"one\": 1}\n");
    put(&beside, "a/two.json", "{\"two\": 3}\n");
    let origins = |host: String| Origins {
        folders: vec![scratch.path().join("none"), beside.clone()],
        host,
    };
    let here = origins(format!("file://{}/", scratch.path().display()));
    let fill =
        |sources: &[Source], origins: &Origins| fetch::fill(&folder, sources, origins, Report::quiet());

    // Without the repository, what a folder has is taken, and the rest is told.
    let error = fill(&[source], &origins("file:///nowhere".to_owned())).unwrap_err();
    let said = format!("{error:#}");
    assert!(
        said.contains("cannot get the schemas of `owner/schemas`: `git fetch "),
        "{said}"
    );
    assert!(fetch::has(&folder, &source.schemas[0]) && !fetch::has(&folder, &source.schemas[1]));

    fill(&[source], &here).unwrap();
    assert!(source.schemas.iter().all(|it| fetch::has(&folder, it)));
    // Nothing of the work is left, and a second run needs no repository.
    let names: Vec<PathBuf> = files::list(&folder).unwrap();
    assert_eq!(names, [folder.join("a")]);
    fill(&[source], &origins("file:///nowhere".to_owned())).unwrap();

    // Other bytes than the table's never get in place.
    let wrong = Schema {
        file: "a/wrong.json",
        path: "two.json",
        sha256: source.schemas[0].sha256,
    };
    let wrong = Source {
        schemas: vec![wrong].leak(),
        ..source
    };
    let said = format!("{:#}", fill(&[wrong], &here).unwrap_err());
    let found = Sha256::of(b"{\"two\": 2}\r\n");
    assert!(
        said.contains(&format!(
            "cannot use `two.json` of `owner/schemas`: its SHA-256 is {found}, not {}",
            source.schemas[0].sha256
        )),
        "{said}"
    );
    assert!(!folder.join("a/wrong.json").exists());
}

/// What the channels run that are on, and no more: from the tables of channels and judges, into `.tools` where that can be.
#[test]
fn programs_that_publishing_runs_are_got_for_the_channels_that_are_on() {
    let machine = Machine::of("0");
    machine.place.put(
        "packaging/release.toml",
        "[channel.npm]\nenabled = false\n[channel.scoop]\n",
    );
    machine.say("git", ":");
    let said = machine.setup("--publish").ends(0).stderr;
    assert!(said.contains("Ready for publishing"), "{said}");

    let settings = "[channel.crates-io]\n[channel.pypi]\n[channel.snap]\n[publish]\nattempts = 1\n";
    machine.place.put("packaging/release.toml", settings);
    let text = machine.setup("--publish").ends(1).text();
    assert!(
        text.contains("missing mksquashfs, for snap: mksquashfs: Debian: apt-get install squashfs-tools"),
        "{text}"
    );
    // The system's own, which nothing here gets.
    machine.say("mksquashfs", ":");
    let text = machine.setup("--publish").ends(1).text();
    assert_eq!(
        text,
        "missing snapcraft, for snap: snapcraft: snap install snapcraft --classic\n\
         missing uv or twine, for pypi: uv: https://docs.astral.sh/uv/getting-started/installation; twine: pipx install twine\n"
    );
    let said = machine.setup("--publish --install").ends(1).stderr;
    assert!(
        said.contains("error: cannot install snapcraft: `snap` is not found"),
        "{said}"
    );
    let twine = machine.place.root.join(".tools/venv/bin/twine");
    assert!(twine.is_file(), "one that fails does not stop the others");
    let log = machine.log();
    let pip = log.iter().find(|it| it.contains("pip install")).unwrap();
    assert!(pip.contains(" twine==") && !pip.contains("zizmor"), "{pip}");

    let (above, bin) = (
        machine.place.above().display().to_string(),
        machine.bin.display().to_string(),
    );
    machine.say(
        "snap",
        &format!("echo \"snap $*\" >> '{above}/log'\n/bin/cp /bin/true '{bin}/snapcraft'"),
    );
    machine.setup("--publish --install").ends(0);
    assert_eq!(machine.log().last().unwrap(), "snap install snapcraft --classic");
    let document = machine.setup("--publish --json").ends(0).json();
    assert_eq!(document["programs"], serde_json::json!([]));

    // What lies in `.tools` is what publishing starts, although no `PATH` leads there.
    let doctor = program(env!("CARGO_BIN_EXE_xtask"), &machine.place.root)
        .args([
            "doctor",
            "--channel",
            "pypi",
            "--json",
            "--endpoint",
            "pypi-simple=http://127.0.0.1:9",
        ])
        .env("PATH", &machine.bin);
    machine.program(
        twine.parent().unwrap(),
        "uv",
        "#!/bin/sh
echo uv 0.13.9 of .tools
",
    );
    let said = run(&doctor);
    assert!(
        said.text().contains("`uv`: uv 0.13.9 of .tools"),
        "{}{}",
        said.text(),
        said.stderr
    );
}
