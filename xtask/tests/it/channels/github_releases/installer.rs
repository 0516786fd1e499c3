//! The installer for Linux and macOS, run by real shells against a server on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use xtask::effect::environment;
use xtask::effect::files::{self, Scratch};

use super::CHANNEL;
use crate::channels::fixture::{Demo, Paper, judge};
use crate::support::{Run, clean, put, run, scratch, skipped};

/// A server of the files of a folder; it ends with the test's process.
struct Server {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn of(dir: &Path) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (dir, count) = (dir.to_owned(), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::SeqCst);
                answer(&dir, stream);
            }
        });
        Server { url, requests }
    }
}

fn answer(dir: &Path, mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap())
        .lines()
        .map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.find(String::is_empty);
    let path = first
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/');
    let (status, body) = match files::read(&dir.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!("HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&body));
}

/// The script of a release with its archives on a server.
struct Stage {
    scratch: Scratch,
    script: PathBuf,
    dist: PathBuf,
    server: Server,
}

impl Stage {
    fn new(script: &[u8], dist: &Path) -> Stage {
        let scratch = scratch();
        let path = scratch.path().join("installer.sh");
        files::write(&path, script).unwrap();
        files::create_dir(&scratch.path().join("home")).unwrap();
        Stage {
            script: path,
            dist: dist.to_owned(),
            server: Server::of(dist),
            scratch,
        }
    }

    fn home(&self) -> PathBuf {
        self.scratch.path().join("home")
    }

    /// Programs that stand before those of the system.
    fn fakes(&self) -> PathBuf {
        self.scratch.path().join("fake")
    }

    /// Runs the script by a shell.
    fn run(&self, shell: &[&str], words: &[&str]) -> Run {
        self.run_on(&format!("{}:/usr/bin:/bin", self.fakes().display()), shell, words)
    }

    fn run_on(&self, path: &str, shell: &[&str], words: &[&str]) -> Run {
        let program = clean(shell[0], self.scratch.path()).args(&shell[1..]);
        run(&program
            .arg(&self.script)
            .args(words)
            .env("PATH", path)
            .env("HOME", self.home())
            .env("DEMO_DOWNLOAD_URL", &self.server.url))
    }

    /// Puts a program before that of the system.
    fn fake(&self, name: &str, text: &str) {
        let path = put(&self.fakes(), name, &format!("#!/bin/sh\n{text}\n"));
        files::set_mode(&path, 0o755).unwrap();
    }

    /// What lies in the home folder.
    fn installed(&self) -> Vec<String> {
        let all = walkdir::WalkDir::new(self.home()).sort_by_file_name();
        all.into_iter()
            .map(Result::unwrap)
            .filter(|it| it.file_type().is_file())
            .map(|it| {
                it.path()
                    .strip_prefix(self.home())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }
}

/// The made-up release, whose programs are scripts that every system runs.
fn paper() -> (Paper, Stage) {
    let paper = Paper::plain();
    let script = paper.text(CHANNEL, "demo-installer.sh");
    let stage = Stage::new(script.as_bytes(), &paper.edition.dist());
    stage.fake("uname", "case $1 in -s) echo Linux ;; -m) echo x86_64 ;; esac");
    (paper, stage)
}

const SHELLS: &[&[&str]] = &[&["dash"], &["bash"], &["busybox", "sh"]];

#[test]
fn a_real_release_is_installed_and_runs() {
    let test = "github_releases::installer::a_real_release_is_installed_and_runs";
    let Some(demo) = Demo::built(test) else { return };
    let script = demo.files(CHANNEL)["demo-installer.sh"].bytes.clone();
    for shell in SHELLS {
        let stage = Stage::new(&script, &demo.root.join("dist"));
        if judge(shell[0], test, stage.scratch.path()).is_none() {
            continue;
        }
        stage.run(shell, &[]).ends(0);
        assert_eq!(stage.installed(), [".local/bin/demo"], "{shell:?}");
        let program = stage.home().join(".local/bin/demo");
        assert_eq!(
            run(&clean(program, stage.scratch.path())).ends(0).text(),
            "demo 1.2.3\n"
        );
    }
}

#[test]
fn folders_can_be_named_and_an_old_program_is_replaced() {
    let (_paper, stage) = paper();
    let dir = stage.home().join("a b");
    put(&dir.join("bin"), "demo", "old");
    let said = stage
        .run(&["sh"], &["--prefix", dir.to_str().unwrap()])
        .ends(0)
        .stderr;
    assert_eq!(stage.installed(), ["a b/bin/demo"]);
    assert!(
        files::read_text(&dir.join("bin/demo"))
            .unwrap()
            .contains("demo 1.2.3")
    );
    assert!(
        said.contains("To remove it: ") && said.contains("add the folder to your PATH"),
        "{said}"
    );
    assert!(stage.run(&["sh"], &["--help"]).ends(0).text().contains("Usage: "));
    assert_eq!(stage.run(&["sh"], &["--version"]).ends(0).text(), "demo 1.2.3\n");
    assert!(
        stage
            .run(&["sh"], &["--dri"])
            .ends(1)
            .stderr
            .contains("there is no option --dri")
    );
}

#[test]
fn a_changed_archive_is_refused_and_leaves_nothing() {
    for shell in SHELLS {
        let (paper, stage) = paper();
        if judge(
            shell[0],
            "github_releases::installer::a_changed_archive",
            stage.scratch.path(),
        )
        .is_none()
        {
            continue;
        }
        let name = &paper
            .edition
            .build("x86_64-unknown-linux-gnu")
            .unwrap()
            .archive
            .name;
        let path = stage.dist.join(name);
        let mut bytes = files::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        files::write(&path, &bytes).unwrap();
        let said = stage.run(shell, &[]).ends(1).stderr;
        assert!(
            said.contains("is not what was released: its SHA-256 is "),
            "{said}"
        );
        files::remove(&path).unwrap();
        let said = stage.run(shell, &[]).ends(1).stderr;
        assert!(said.contains("cannot download "), "{said}");
        assert_eq!(stage.installed(), Vec::<String>::new(), "{shell:?}");
    }
}

#[test]
fn a_script_that_is_cut_short_does_nothing() {
    let (_paper, stage) = paper();
    let whole = files::read(&stage.script).unwrap();
    // The last line feed may be missing.
    let ends = (1..whole.len() - 60)
        .step_by(211)
        .chain(whole.len() - 60..whole.len() - 1);
    for end in ends {
        files::write(&stage.script, &whole[..end]).unwrap();
        stage.run(&["dash"], &[]);
    }
    assert_eq!(stage.server.requests.load(Ordering::SeqCst), 0);
    assert_eq!(stage.installed(), Vec::<String>::new());
}

#[test]
fn the_build_fits_the_machine() {
    let (_paper, stage) = paper();
    let check = |library: &str, expected: &str| {
        stage.fake("getconf", &format!("[ \"$1\" = GNU_LIBC_VERSION ] && {library}"));
        let said = stage.run(&["dash"], &[]).ends(0).stderr;
        assert!(
            said.contains(&format!("Downloading demo-1.2.3-{expected}.tar.gz\n")),
            "{library}: {said}"
        );
    };
    check("echo glibc 2.17", "x86_64-unknown-linux-gnu");
    check("echo glibc 2.100.1", "x86_64-unknown-linux-gnu");
    check("echo glibc 2.5", "x86_64-unknown-linux-musl");
    stage.fake("ldd", "echo 'musl libc (x86_64)' >&2; exit 1");
    check("exit 1", "x86_64-unknown-linux-musl");
    stage.fake("ldd", "echo 'ldd (Debian GLIBC 2.36-9+deb12u14) 2.36'");
    check("exit 1", "x86_64-unknown-linux-gnu");

    stage.fake("sw_vers", "echo 14.1");
    stage.fake("uname", "case $1 in -s) echo Darwin ;; -m) echo x86_64 ;; esac");
    check("exit 1", "x86_64-apple-darwin");
    // A shell that Rosetta translates.
    stage.fake("sysctl", "echo 1");
    check("exit 1", "aarch64-apple-darwin");
}

#[test]
fn a_machine_without_a_build_is_named_with_what_there_is() {
    let (_paper, stage) = paper();
    let refused = |system: &str, machine: &str, expected: &str| {
        stage.fake(
            "uname",
            &format!("case $1 in -s) echo {system} ;; -m) echo {machine} ;; esac"),
        );
        let said = stage.run(&["dash"], &[]).ends(1).stderr;
        assert!(
            said.contains(expected) && said.contains("help:   linux aarch64, glibc 2.17\n"),
            "{said}"
        );
    };
    refused(
        "Linux",
        "riscv64",
        "no build of demo 1.2.3 for this machine: linux riscv64",
    );
    refused("SunOS", "sun4v", "for this machine: SunOS sun4v");
    refused("MINGW64_NT-10.0", "x86_64", "use the installer for PowerShell");
    stage.fake("sw_vers", "echo 10.15.7");
    refused(
        "Darwin",
        "x86_64",
        "macos 10.15.7 x86_64: it needs system 11.0 or newer",
    );
    assert_eq!(stage.server.requests.load(Ordering::SeqCst), 0);
}

#[test]
fn wget_and_other_programs_serve_where_curl_and_sha256sum_do_not() {
    let (_paper, stage) = paper();
    // A folder with just these, so that the script finds no other.
    for name in [
        "cat", "chmod", "cp", "cut", "find", "getconf", "gzip", "head", "mkdir", "mktemp", "mv", "openssl",
        "rm", "sed", "tar", "wget",
    ] {
        let Some(found) = environment::find_program(name) else {
            skipped(
                "github_releases::installer::wget",
                &format!("`{name}` is not here"),
            );
            return;
        };
        stage.fake(name, &format!("exec '{}' \"$@\"", found.display()));
    }
    stage
        .run_on(stage.fakes().to_str().unwrap(), &["/bin/sh"], &[])
        .ends(0);
    assert_eq!(stage.installed(), [".local/bin/demo"]);
}
