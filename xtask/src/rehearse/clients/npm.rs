//! npm: installs the root package for all users, and fetches the packages of every platform.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::taken;
use crate::effect::files;
use crate::effect::process::Program;
use crate::pack::npm::manifest;
use crate::plan::Item;
use crate::rehearse::{Client, Scene, Tried};

/// From npm's registry.
pub(super) const NPM: Client = Client {
    name: "npm",
    channel: "npm",
    programs: &["npm"],
    install: "install Node.js, which brings it",
    run: |scene| run(scene, "npm", ""),
};

/// From GitHub's.
pub(super) const GITHUB: Client = Client {
    name: "npm",
    channel: "github-packages",
    programs: &["npm"],
    install: "install Node.js, which brings it",
    run: |scene| run(scene, "npm-github", "npm/"),
};

/// A package that was published.
struct Package<'a> {
    item: &'a Item,
    spec: String,
    name: String,
    needs: Vec<String>,
}

fn run(scene: &Scene<'_>, endpoint: &str, folder: &str) -> anyhow::Result<Tried> {
    let mut packages = Vec::new();
    for (_, item) in scene.stock.ending(".tgz").filter(|it| it.0.starts_with(folder)) {
        packages.push(package(scene, item)?);
    }
    let Some(root) = packages.iter().find(|it| !it.needs.is_empty()) else {
        return Ok(Tried::Skipped("no package was published".to_owned()));
    };
    let npm = npm(scene, &taken::endpoint(scene, endpoint))?;
    let fetched = taken::dir(scene, "fetched")?;
    let specs = packages.iter().map(|it| it.spec.as_str());
    npm.clone()
        .args(["pack", "--silent", "--pack-destination"])
        .arg(&fetched)
        .args(specs)
        .read()?;
    for it in &packages {
        taken::file(&fetched, it.item)?;
    }
    let count = packages.len();
    let Some(triple) = scene.native() else {
        return Ok(Tried::Compared(format!(
            "{count} packages; none is for this system"
        )));
    };
    npm.args(["install", "--global", "--silent", &root.spec]).read()?;
    let prefix = scene.dir.join("prefix");
    let modules = [prefix.join("lib/node_modules"), prefix.join("node_modules")];
    let modules = modules
        .iter()
        .find(|it| it.is_dir())
        .context("npm made no folder of modules")?;
    let (name, _) = scene.program(triple).context("the build has no program")?;
    let below = |it: &String| {
        let inside = modules.join(&root.name).join("node_modules").join(it).join("bin");
        [inside, modules.join(it).join("bin")]
    };
    let binaries: Vec<_> = root.needs.iter().flat_map(below).collect();
    taken::program(scene, &taken::find(&binaries, &name)?, triple)?;
    started(&prefix, &name, scene)?;
    Ok(Tried::Installed(format!(
        "{}, and {count} packages fetched",
        root.spec
    )))
}

/// The launcher starts the program.
fn started(prefix: &Path, name: &str, scene: &Scene<'_>) -> anyhow::Result<()> {
    let launcher = prefix.join("bin").join(name);
    // On Windows npm makes a script of another name, which is no program that can be started without a shell.
    if launcher.is_file() {
        Program::new(launcher).dir(scene.dir).arg("--version").read()?;
    }
    Ok(())
}

fn package<'a>(scene: &Scene<'_>, item: &'a Item) -> anyhow::Result<Package<'a>> {
    let bytes = files::read(&scene.stock.path(item))?;
    let json: Value = serde_json::from_slice(&manifest(&bytes)?)?;
    let text = |key: &str| json[key].as_str().unwrap_or_default();
    let needs = json["optionalDependencies"].as_object();
    Ok(Package {
        item,
        spec: format!("{}@{}", text("name"), text("version")),
        name: text("name").to_owned(),
        needs: needs.into_iter().flat_map(|it| it.keys().cloned()).collect(),
    })
}

/// npm with everything of its own in the folder of the scene, and the token that the twin takes.
fn npm(scene: &Scene<'_>, registry: &str) -> anyhow::Result<Program> {
    let look = scene.outside.look(scene.channel);
    let credential = look.credential()?;
    let token = credential.token();
    let config = scene.dir.join("npmrc");
    let (_, rest) = registry.split_once("://").unwrap_or_default();
    let line = format!("//{rest}/:_authToken=${{{}}}\n", token.name());
    files::write(&config, line.as_bytes())?;
    Ok(look
        .program("npm")
        .dir(taken::dir(scene, "work")?)
        .env("HOME", taken::dir(scene, "home")?)
        .env("npm_config_cache", scene.dir.join("cache"))
        .env("npm_config_globalconfig", scene.dir.join("no-npmrc"))
        .env("npm_config_prefix", taken::dir(scene, "prefix")?)
        .env("npm_config_registry", format!("{registry}/"))
        .env("npm_config_userconfig", config)
        .envs(["audit", "fund", "update_notifier"].map(|it| (format!("npm_config_{it}"), "false")))
        .env(token.name(), token.reveal()))
}
