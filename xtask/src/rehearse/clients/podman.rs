//! podman: pulls the image of this machine, compares the program in it, and runs it.

use anyhow::ensure;

use super::image::{login, own, program, published, said};
use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::pack::read;
use crate::rehearse::{Client, Scene, Tried};

/// From Docker Hub.
pub(super) const HUB: Client = Client {
    name: "podman",
    channel: "docker-hub",
    programs: &["podman"],
    install: "apt-get install podman runc",
    run,
};

/// From GitHub's registry.
pub(super) const GITHUB: Client = Client {
    channel: "github-packages",
    ..HUB
};

/// What a container cannot be started for in a container or as an ordinary user; nothing of it is the image's fault.
const NOT_HERE: &[&str] = &[
    "not permitted",
    "permission denied",
    "cgroup",
    "newuidmap",
    "no such file or directory: /run",
];

/// The options of a container that needs nothing of the machine. Limits are those that an unprivileged user may set.
const BARE: &[&str] = &[
    "--network",
    "none",
    "--ulimit",
    "nofile=1024:1024",
    "--ulimit",
    "nproc=1000:1000",
];

/// Pulls and runs it, with a store of its own.
fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let images = published(scene)?;
    let Some(image) = images.first() else {
        return Ok(Tried::Skipped("the release holds no image".to_owned()));
    };
    let Some(architecture) = own() else {
        return Ok(Tried::Skipped(
            "images are for Linux, which this is not".to_owned(),
        ));
    };
    // podman refuses a `--runroot` of more than 50 letters.
    let short = Scratch::new(&environment::temp_dir())?;
    let podman = || -> Program {
        let look = scene.outside.look(scene.channel);
        let dir = |name: &str| short.path().join(name);
        let program = look
            .program("podman")
            .env("HOME", scene.dir)
            .env("XDG_RUNTIME_DIR", dir("run"));
        let program = program
            .arg("--root")
            .arg(dir("store"))
            .arg("--runroot")
            .arg(dir("run"));
        let program = program.args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"]);
        if look.has_program("runc") {
            program.args(["--runtime", "runc"])
        } else {
            program
        }
    };
    files::create_dir(&short.path().join("run"))?;
    let auth = login(scene, &image.place)?;
    let name = image.name();
    let pull = podman()
        .args(["pull", "--quiet", "--tls-verify=false", "--authfile"])
        .arg(auth)
        .arg(&name);
    if let Err(error) = said(&pull) {
        let words = format!("{error:#}");
        let is_here = words.contains(&image.place.registry) || words.contains(&image.place.repository);
        if !is_here && is_not_here(&words) {
            return Ok(Tried::Skipped(format!("podman may not work here: {words}")));
        }
        return Err(error);
    }
    let told = said(
        &podman()
            .args(["image", "inspect", "--format", "{{.Digest}}"])
            .arg(&name),
    )?;
    let saved = scene.dir.join("image.tar");
    let id = said(&podman().args(["create"]).args(BARE).arg(&name))?;
    said(&podman().args(["export", "--output"]).arg(&saved).arg(id.trim()))?;
    let packed = read::tar(files::open(&saved)?)?;
    let program = program(scene, architecture, &packed)?;
    let run = podman()
        .args(["run", "--rm"])
        .args(BARE)
        .arg(&name)
        .arg("--version");
    match said(&run) {
        Ok(output) => {
            ensure!(
                !output.trim().is_empty(),
                "`{}` in the image says nothing",
                program.path
            );
            Ok(Tried::Installed(format!(
                "pulled {} and ran it: `{}`",
                told.trim(),
                output.trim()
            )))
        }
        Err(error) if is_not_here(&format!("{error:#}")) => Ok(Tried::Compared(format!(
            "pulled {}; containers may not run here",
            told.trim()
        ))),
        Err(error) => Err(error),
    }
}

fn is_not_here(words: &str) -> bool {
    let words = words.to_lowercase();
    NOT_HERE.iter().any(|it| words.contains(it))
}
