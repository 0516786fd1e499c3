//! cargo: compiles what the twin serves, as a user would.

use anyhow::{Context, ensure};

use crate::digest::Sha256;
use crate::effect::files;
use crate::effect::process::Program;
use crate::protocol::cargo::Registry;
use crate::rehearse::{Client, Scene, Tried};

/// The row.
pub(super) const CLIENT: Client = Client {
    name: "cargo",
    channel: "crates-io",
    programs: &["cargo"],
    install: "<https://rustup.rs> installs it",
    run,
};

fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let edition = scene.stock.main();
    let name = &edition.listing.package;
    let version = edition.version().to_string();
    let file = format!("{name}-{version}.crate");
    let Some(item) = scene.stock.file(&file) else {
        return Ok(Tried::Skipped(format!("no `{file}` was rendered")));
    };
    let registry = Registry::at(scene.outside.look(scene.channel).endpoint("cargo").as_deref());
    let home = scene.dir.join("home");
    let cargo = || {
        registry
            .client(scene.dir)
            .env("CARGO_HOME", &home)
            .env("CARGO_TARGET_DIR", scene.dir.join("target"))
            .args(["--config", &registry.replacement()])
    };
    let spec = format!("{name}@{version}");
    let has_program = edition.builds().iter().any(|it| !it.binaries().is_empty());
    let root = scene.dir.join("root");
    let words: &[&str] = if has_program {
        &["install", "--locked", "--debug", "--quiet"]
    } else {
        &["info", "--quiet"]
    };
    let mut program = cargo().args(words).args(["--registry", registry.name(), &spec]);
    if has_program {
        program = program.arg("--root").arg(&root);
    }
    program.read()?;
    let served = downloaded(&home, &file)?;
    ensure!(
        served == item.sha256,
        "cargo got `{file}` with {served}, the rendered one is {}",
        item.sha256
    );
    if !has_program {
        return Ok(Tried::Compared(
            "a library: downloaded, the bytes of dist/".to_owned(),
        ));
    }
    let build = edition.builds().iter().find(|it| !it.binaries().is_empty());
    let binary = build.and_then(|it| it.binaries().first());
    let binary = binary.context("it was there a moment ago")?;
    let stem = binary.name.trim_end_matches(".exe");
    let installed = root
        .join("bin")
        .join(format!("{stem}{}", std::env::consts::EXE_SUFFIX));
    let said = Program::new(&installed).arg("--version").read()?;
    ensure!(
        said.contains(&version),
        "`{stem} --version` said `{said}`, which is not {version}"
    );
    Ok(Tried::Installed(format!(
        "compiled from the crate of dist/; it says `{said}`"
    )))
}

/// The digest of what cargo has downloaded.
fn downloaded(home: &std::path::Path, file: &str) -> anyhow::Result<Sha256> {
    let dirs = files::list(&home.join("registry/cache"))?;
    let found = dirs.iter().map(|it| it.join(file)).find(|it| it.is_file());
    let found = found.with_context(|| format!("cargo has not kept `{file}`"))?;
    Ok(Sha256::of(&files::read(&found)?))
}
