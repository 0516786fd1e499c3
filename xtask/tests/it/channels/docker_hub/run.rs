//! Judges of the image: skopeo, a registry on loopback, umoci, runc, and qemu for arm64.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::effect::files;
use xtask::effect::process::Program;

use crate::channels::docker_hub::put;
use crate::channels::fixture::{Demo, judge};
use crate::support::{Run, run, scratch};

/// skopeo with its words; it wants a policy for what it may trust.
fn skopeo(program: &Program, words: &[&str]) -> Run {
    run(&program.clone().arg("--insecure-policy").args(words)).ends(0)
}

fn digest(program: &Program, image: &str, more: &[&str]) -> String {
    let mut words = vec!["inspect", "--raw"];
    words.extend(more);
    words.push(image);
    let raw = skopeo(program, &words).stdout;
    xtask::digest::Sha256::of(&raw).to_string()
}

#[test]
fn skopeo_inspects_and_copies_with_the_same_digests() {
    const TEST: &str = "docker_hub::run::skopeo_inspects_and_copies_with_the_same_digests";
    let dir = scratch();
    let (Some(demo), Some(program)) = (Demo::built(TEST), judge("skopeo", TEST, dir.path())) else {
        return;
    };
    let program = program.env("HOME", dir.path());
    let layout = put(demo, dir.path());
    let image = format!("{layout}:1.2.3");
    let found = skopeo(&program, &["inspect", "--override-arch", "arm64", &image]).json();
    assert_eq!(found["Architecture"], "arm64");
    assert_eq!(found["Labels"]["org.opencontainers.image.version"], "1.2.3");
    assert_eq!(found["Created"], "2026-01-02T03:04:06Z");
    let before = digest(&program, &image, &[]);
    for tag in ["1.2", "1", "latest"] {
        assert_eq!(digest(&program, &format!("{layout}:{tag}"), &[]), before, "{tag}");
    }
    let copy = format!("oci:{}", dir.path().join("copy").display());
    skopeo(&program, &["copy", "--all", &image, &format!("{copy}:x")]);
    assert_eq!(digest(&program, &format!("{copy}:x"), &[]), before);
    let plain = format!("dir:{}", dir.path().join("plain").display());
    skopeo(&program, &["copy", "--all", &image, &plain]);
    assert_eq!(digest(&program, &plain, &[]), before);
    // What is damaged is refused by it as by our rules.
    let config = dir.path().join("docker-hub/demo/index.json");
    let text = files::read_text(&config).unwrap();
    files::write(&config, text.replace("sha256:", "sha256:00").as_bytes()).unwrap();
    let refused = run(&program.clone().args(["--insecure-policy", "inspect", &image]));
    assert_ne!(refused.code, Some(0));
}

/// A registry on loopback, which ends with this value.
pub(crate) struct Registry {
    child: Option<std::thread::JoinHandle<()>>,
    pid_file: PathBuf,
    /// Its port.
    pub(crate) port: u16,
}

impl Registry {
    /// Starts it, open to everybody.
    pub(crate) fn start(dir: &Path) -> Registry {
        Registry::with(dir, "")
    }

    /// Starts it with more lines in its settings.
    pub(crate) fn with(dir: &Path, more: &str) -> Registry {
        // The port is free at this moment; nobody else here asks for one by number.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let settings = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n{more}",
            dir.join("registry").display()
        );
        let path = dir.join("registry.yml");
        files::write(&path, settings.as_bytes()).unwrap();
        let pid_file = dir.join("pid");
        let script = format!(
            "echo $$ > '{}'; exec docker-registry serve '{}'",
            pid_file.display(),
            path.display()
        );
        let shell = Program::new("sh").args(["-c", &script]).dir(dir);
        let child = std::thread::spawn(move || drop(shell.output(Some(Duration::from_mins(5)))));
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "the registry does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Registry {
            child: Some(child),
            pid_file,
            port,
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let pid = files::read_text(&self.pid_file).unwrap();
        run(&Program::new("kill").arg(pid.trim()));
        self.child.take().map(std::thread::JoinHandle::join);
    }
}

#[test]
fn a_registry_takes_it_and_gives_it_back() {
    const TEST: &str = "docker_hub::run::a_registry_takes_it_and_gives_it_back";
    let dir = scratch();
    let (Some(demo), Some(program), Some(_)) = (
        Demo::built(TEST),
        judge("skopeo", TEST, dir.path()),
        judge("docker-registry", TEST, dir.path()),
    ) else {
        return;
    };
    let program = program.env("HOME", dir.path());
    let image = format!("{}:1.2.3", put(demo, dir.path()));
    let before = digest(&program, &image, &[]);
    let registry = Registry::start(dir.path());
    let there = format!("docker://127.0.0.1:{}/owner/demo:1.2.3", registry.port);
    skopeo(
        &program,
        &["copy", "--all", "--dest-tls-verify=false", &image, &there],
    );
    assert_eq!(digest(&program, &there, &["--tls-verify=false"]), before);
    let back = format!("oci:{}:x", dir.path().join("back").display());
    skopeo(
        &program,
        &["copy", "--all", "--src-tls-verify=false", &there, &back],
    );
    assert_eq!(digest(&program, &back, &[]), before);
}

/// Unpacks the image of a machine; `None` where a tool is missing.
fn unpacked(demo: &Demo, test: &str, dir: &Path, architecture: &str) -> Option<PathBuf> {
    let (skopeo, umoci) = (judge("skopeo", test, dir)?, judge("umoci", test, dir)?);
    let one = format!("{}:x", dir.join("one").display());
    let image = format!("{}:latest", put(demo, dir));
    let skopeo = skopeo.env("HOME", dir);
    self::skopeo(
        &skopeo,
        &[
            "--override-arch",
            architecture,
            "copy",
            &image,
            &format!("oci:{one}"),
        ],
    );
    let bundle = dir.join("bundle");
    run(&umoci
        .env("HOME", dir)
        .args(["unpack", "--rootless", "--image", &one])
        .arg(&bundle))
    .ends(0);
    Some(bundle)
}

#[test]
fn runc_runs_it_as_nobody_special() {
    const TEST: &str = "docker_hub::run::runc_runs_it_as_nobody_special";
    let dir = scratch();
    let (Some(demo), Some(runc)) = (Demo::built(TEST), judge("runc", TEST, dir.path())) else {
        return;
    };
    let Some(bundle) = unpacked(demo, TEST, dir.path(), "amd64") else {
        return;
    };
    let path = bundle.join("config.json");
    let written: Value = serde_json::from_slice(&files::read(&path).unwrap()).unwrap();
    assert_eq!(written["process"]["user"]["uid"], 65532);
    let start = |words: &[&str]| {
        let mut config = written.clone();
        let process = config["process"].as_object_mut().unwrap();
        process.remove("terminal");
        process.remove("rlimits");
        let mut all = vec!["/demo"];
        all.extend(words);
        process["args"] = all.into();
        // Rootless bundles map one user alone; root here has more to give.
        let map = serde_json::json!([{ "containerID": 0, "hostID": 0, "size": 65536 }]);
        config["linux"]["uidMappings"] = map.clone();
        config["linux"]["gidMappings"] = map;
        files::write(&path, config.to_string().as_bytes()).unwrap();
        let id = format!("xtask-{}-{}", std::process::id(), words.len());
        let root = dir.path().join("runc");
        run(&runc
            .clone()
            .arg("--root")
            .arg(root)
            .args(["run", "--bundle"])
            .arg(&bundle)
            .arg(id))
    };
    let said = start(&[]);
    if said.stderr.contains("operation not permitted") {
        return crate::support::skipped(TEST, &format!("runc may not run here: {}", said.stderr.trim()));
    }
    assert_eq!(said.ends(0).text(), "demo 1.2.3\n");
    assert_eq!(start(&["exit", "7"]).code, Some(7));
}

#[test]
fn qemu_runs_the_program_for_arm64() {
    const TEST: &str = "docker_hub::run::qemu_runs_the_program_for_arm64";
    let dir = scratch();
    let (Some(demo), Some(qemu)) = (Demo::built(TEST), judge("qemu-aarch64-static", TEST, dir.path())) else {
        return;
    };
    let Some(bundle) = unpacked(demo, TEST, dir.path(), "arm64") else {
        return;
    };
    let said = run(&qemu.arg(bundle.join("rootfs/demo"))).ends(0);
    assert_eq!(said.text(), "demo 1.2.3\n");
}
