//! Nix builds the package of the programs that were built, from what the twin serves, in a store of its own.

use anyhow::{Context, ensure};

use super::repository::{clone, web};
use crate::digest::{Algorithm, Checksum};
use crate::effect::files;
use crate::effect::process::Program;
use crate::rehearse::{Client, Scene, Tried};

/// The row.
pub(super) const NIX: Client = Client {
    name: "nix",
    channel: "nix",
    programs: &["git", "nix"],
    install: "apt-get install nix-bin",
    run,
};

/// A stand-in for nixpkgs, as far as the package needs it: nixpkgs itself is far away.
const NIXPKGS: &str = include_str!("nix/nixpkgs.nix");

/// Nix with nothing of this machine's: a store and a state of its own, no caches, no sandbox, which wants root.
const SETTINGS: &str = "experimental-features = nix-command flakes\nsandbox = false\nsubstitute = false\n\
    build-users-group =\nflake-registry =\n";

fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let edition = scene.stock.main();
    let (owner, repository) = scene.stock.repository()?;
    let tag = edition.tag();
    let tree = clone(scene, &format!("{owner}/{repository}"), Some(&tag))?;
    let flake = if tree.join("flake.nix").is_file() {
        "the tag holds a flake"
    } else {
        "the tag holds no flake"
    };
    let system = match (std::env::consts::ARCH, std::env::consts::OS) {
        (machine, "linux") => format!("{machine}-linux"),
        (machine, "macos") => format!("{machine}-darwin"),
        (_, other) => return Ok(Tried::Skipped(format!("Nix does not run on {other}"))),
    };
    let Some(package) = scene.stock.file("bin/package.nix") else {
        return Ok(Tried::Compared(format!(
            "{flake}; no package of the programs was rendered"
        )));
    };
    if !scene.stock.text(package)?.contains(&format!("{system} = ")) {
        return Ok(Tried::Skipped(format!("{flake}; nothing was built for {system}")));
    }
    files::write(&scene.dir.join("nixpkgs.nix"), NIXPKGS.as_bytes())?;
    files::copy(&scene.stock.path(package), &scene.dir.join("package.nix"))?;
    let expression = format!(
        "(import ./nixpkgs.nix {{ system = {}; web = {}; }}).callPackage ./package.nix {{ }}",
        quoted(&system),
        quoted(&web(scene))
    );
    files::write(&scene.dir.join("build.nix"), expression.as_bytes())?;
    let out = scene.dir.join("result");
    nix(scene)
        .args(["build", "--impure", "--file", "build.nix", "--out-link"])
        .arg(&out)
        .read()?;
    compare(scene, &out)?;
    Ok(Tried::Installed(format!(
        "{flake}; built from what is served and compared"
    )))
}

fn quoted(text: &str) -> String {
    crate::render::language::Language::Nix.literal(text)
}

fn nix(scene: &Scene<'_>) -> Program {
    let mut nix = scene
        .outside
        .look(scene.channel)
        .program("nix")
        .dir(scene.dir)
        .env("HOME", scene.dir.join("home"))
        .env("NIX_CONFIG", SETTINGS)
        .env_remove("NIX_PATH");
    for (variable, folder) in [
        ("NIX_STORE_DIR", "store"),
        ("NIX_STATE_DIR", "state"),
        ("NIX_LOG_DIR", "log"),
        ("NIX_CONF_DIR", "etc"),
    ] {
        nix = nix.env(variable, scene.dir.join(folder));
    }
    nix
}

/// The programs are those of one build of `dist/`, byte for byte, and one that can run here does.
fn compare(scene: &Scene<'_>, out: &std::path::Path) -> anyhow::Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for build in scene.stock.main().builds() {
        names.extend(build.binaries().iter().map(|it| it.name.as_str()));
    }
    names.sort_unstable();
    names.dedup();
    let mut count = 0;
    for name in names {
        let path = out.join("bin").join(name);
        if !path.is_file() {
            continue;
        }
        let Checksum::Sha256(there) = crate::digest::file(&path, Algorithm::Sha256)? else {
            unreachable!("asked for SHA-256");
        };
        let entries = scene
            .stock
            .main()
            .builds()
            .iter()
            .flat_map(|it| &it.archive.entries);
        let is_ours = entries.into_iter().any(|it| it.sha256 == there);
        ensure!(
            is_ours,
            "`{name}` was installed with {there}, which `dist/` has nowhere"
        );
        let outcome = Program::new(&path)
            .arg("--version")
            .output(None)
            .context("cannot run it")?;
        ensure!(
            outcome.is_success(),
            "`{name} --version` ended with {}",
            outcome.ending()
        );
        count += 1;
    }
    ensure!(count > 0, "Nix installed no program");
    Ok(())
}
