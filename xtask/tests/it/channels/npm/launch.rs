//! The launcher by itself: Node runs it among packages that were made up for the test.

use std::path::{Path, PathBuf};

use xtask::effect::files::{self, Scratch};

use super::{ROOT, text};
use crate::channels::fixture::{Paper, judge};
use crate::support::{Run, put, run, scratch};

/// The root package of the sample in a folder with a space and a quote in its name.
struct Place {
    scratch: Scratch,
    modules: PathBuf,
}

impl Place {
    fn new() -> Place {
        let scratch = scratch();
        let modules = scratch.path().join("a \"b\" c/node_modules");
        let files = Paper::plain().files("npm");
        for path in ["package.json", "bin/demo.js", "lib/launch.js"] {
            put(&modules, format!("demo/{path}"), &text(&files, ROOT, path));
        }
        Place { scratch, modules }
    }

    /// A package of a platform whose program says its own name and its arguments.
    fn platform(&self, key: &str, program: &str) {
        let dir = self.modules.join(format!("demo-{key}"));
        put(&dir, "package.json", "{}");
        let script = format!("#!/bin/sh\necho {key}\nfor it in \"$@\"; do echo \"[$it]\"; done\n");
        let path = put(&dir, format!("bin/{program}"), &script);
        files::set_mode(&path, 0o755).unwrap();
    }

    /// Runs the launcher after a line of JavaScript that changes what Node says of the system.
    #[track_caller]
    fn run(&self, before: &str, words: &[&str]) -> Option<Run> {
        let node = judge("node", "npm::launch", self.scratch.path())?;
        let main = self.modules.join("demo/bin/demo.js");
        let code = format!(
            "const is = (platform, arch) => {{ Object.defineProperty(process, 'platform', {{ value: platform }}); \
             Object.defineProperty(process, 'arch', {{ value: arch }}); }};\n\
             const read = require('fs').readFileSync;\n\
             const ldd = (text) => {{ require('fs').readFileSync = (path, ...rest) => path === '/usr/bin/ldd' ? text : \
             read(path, ...rest); }};\n\
             {before}\nrequire({});\n",
            serde_json::to_string(main.to_str().unwrap()).unwrap()
        );
        let first = put(self.scratch.path(), "before.js", &code);
        Some(run(&node.arg(first).args(words)))
    }
}

const LINUX: &str = "is('linux', 'x64');";

#[test]
fn arguments_arrive_as_they_are() {
    let place = Place::new();
    place.platform("linux-x64", "demo");
    let words = ["a b", "", "\"c\" 'd'", "$HOME `e` %f%", "--", "*", "\\", "\u{fc}"];
    let Some(found) = place.run(LINUX, &words) else {
        return;
    };
    let expected = words.map(|it| format!("[{it}]\n")).concat();
    assert_eq!(found.ends(0).text(), format!("linux-x64\n{expected}"));
}

#[test]
fn links_in_the_path_are_followed() {
    let place = Place::new();
    place.platform("linux-x64", "demo");
    // As pnpm lays packages out: each in a folder of its own, with links to what it needs.
    let store = place.scratch.path().join("store/node_modules");
    for name in ["demo", "demo-linux-x64"] {
        files::create_dir(&store).unwrap();
        files::rename(&place.modules.join(name), &store.join(name)).unwrap();
    }
    files::link_folder(&store.join("demo"), &place.modules.join("demo")).unwrap();
    if let Some(found) = place.run(LINUX, &[]) {
        assert_eq!(found.ends(0).text(), "linux-x64\n");
    }
}

#[test]
fn the_c_library_decides_between_two() {
    let place = Place::new();
    place.platform("linux-x64", "demo");
    place.platform("linux-x64-musl", "demo");
    for (ldd, expected) in [
        ("ldd('ldd (GNU libc) 2.36');", "linux-x64\n"),
        ("ldd('musl libc (x86_64)');", "linux-x64-musl\n"),
    ] {
        if let Some(found) = place.run(&format!("{LINUX} {ldd}"), &[]) {
            assert_eq!(found.ends(0).text(), expected);
        }
    }
}

#[test]
fn windows_runs_the_exe() {
    let place = Place::new();
    place.platform("win32-arm64", "demo.exe");
    if let Some(found) = place.run("is('win32', 'arm64');", &["a b", "&", "%PATH%", "^"]) {
        assert_eq!(found.ends(0).text(), "win32-arm64\n[a b]\n[&]\n[%PATH%]\n[^]\n");
    }
}

#[test]
fn what_is_missing_is_explained() {
    let place = Place::new();
    let check = |before: &str, parts: &[&str]| {
        let Some(found) = place.run(before, &[]) else {
            return;
        };
        let found = found.ends(1);
        for part in parts {
            assert!(found.stderr.contains(part), "{part}: {}", found.stderr);
        }
        assert_eq!(found.text(), "");
    };
    check(
        &format!("{LINUX} ldd('GNU libc');"),
        &[
            "demo: the program for linux x64 is not installed: `demo-linux-x64` is missing",
            "`--omit=optional`",
            "npm install --include=optional demo@1.2.3",
        ],
    );
    check(
        &format!("{LINUX} ldd('musl');"),
        &["`demo-linux-x64-musl` is missing"],
    );
    check("is('darwin', 'x64');", &["`demo-darwin-x64` is missing"]);
    check(
        "is('freebsd', 'x64');",
        &[
            "demo: there is no build for freebsd x64",
            "the builds are for macOS arm64, ",
        ],
    );
    check(
        "is('linux', 'riscv64');",
        &["there is no build for linux riscv64"],
    );
    // A program of the same name on `PATH` is somebody else's.
    place.platform("linux-x64", "other");
    check(LINUX, &["cannot start `", "npm install --force demo@1.2.3"]);
    let path = put(&place.modules, "demo-linux-x64/bin/demo", "#!/no/loader\n");
    check(LINUX, &["EACCES", "may not be executed"]);
    files::set_mode(&path, 0o755).unwrap();
    check(LINUX, &["what loads it is not"]);
}

/// The launcher says what is there, whatever C library `libc` finds none for.
#[test]
fn another_c_library_is_explained() {
    let sample = xtask::edition::sample::Sample {
        targets: vec![xtask::target::Target::parse("x86_64-unknown-linux-gnu").unwrap()],
        ..xtask::edition::sample::Sample::default()
    };
    let files = Paper::of(&sample).files("npm");
    let place = Place::new();
    put(
        &place.modules,
        "demo/lib/launch.js",
        &text(&files, ROOT, "lib/launch.js"),
    );
    if let Some(found) = place.run(&format!("{LINUX} ldd('musl');"), &[]) {
        let found = found.ends(1);
        assert!(
            found
                .stderr
                .starts_with("demo: there is no build for linux x64 with musl\n"),
            "{}",
            found.stderr
        );
    }
}

/// Starts the launcher, sends a signal when the program has said something, and says how the launcher ended; `late`
/// when the program went on without it.
pub(super) const SIGNAL: &str = r"
const [signal, ...words] = process.argv.slice(2);
const child = require('child_process').spawn(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', () => child.kill(signal));
let isLate = false;
child.on('exit', () => setTimeout(() => { isLate = true; }, 30000).unref());
child.on('close', (code, signal) => console.log(code + ' ' + signal + (isLate ? ' late' : '')));
";

/// How a launcher ends that is sent a signal.
#[track_caller]
pub(super) fn signalled(dir: &Path, signal: &str, words: &[&str]) -> Option<String> {
    let node = judge("node", "npm::launch::signalled", dir)?;
    let driver = put(dir, "signal.js", SIGNAL);
    Some(run(&node.arg(driver).arg(signal).args(words)).ends(0).text())
}

#[test]
fn signals_reach_the_program_and_its_end_is_the_launchers() {
    let place = Place::new();
    let dir = place.modules.join("demo-linux-x64");
    let check = |script: &str, signal: &str, expected: &str| {
        put(&dir, "package.json", "{}");
        let path = put(&dir, "bin/demo", script);
        files::set_mode(&path, 0o755).unwrap();
        let main = place.modules.join("demo/bin/demo.js");
        let node = xtask::effect::environment::find_program("node");
        let Some(node) = node.filter(|_| cfg!(all(target_os = "linux", target_arch = "x86_64"))) else {
            return;
        };
        let words = [node.to_str().unwrap(), main.to_str().unwrap()];
        if let Some(found) = signalled(place.scratch.path(), signal, &words) {
            assert_eq!(found, expected, "{signal}: {script}");
        }
    };
    let trap = |name: &str, code: u8| {
        format!("#!/bin/sh\ntrap 'exit {code}' {name}\necho ready\nwhile :; do sleep 0.05; done\n")
    };
    for (signal, name, code) in [("SIGTERM", "TERM", 3), ("SIGINT", "INT", 4), ("SIGHUP", "HUP", 5)] {
        check(&trap(name, code), signal, &format!("{code} null\n"));
    }
    let wait = "#!/bin/sh\necho ready\nexec sleep 60\n";
    for signal in ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR2"] {
        check(wait, signal, &format!("null {signal}\n"));
    }
    // The program ends by a signal of its own.
    check(
        "#!/bin/sh\necho ready\nkill -KILL $$\n",
        "SIGCONT",
        "null SIGKILL\n",
    );
    check("#!/bin/sh\necho ready\nkill -PIPE $$\n", "SIGCONT", "141 null\n");
}
