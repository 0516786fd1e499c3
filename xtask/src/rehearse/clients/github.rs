//! What people do with a release on GitHub: download files and check their sums, and run the installer.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::digest::{Algorithm, Checksum};
use crate::effect::files;
use crate::effect::process::Program;
use crate::plan::{Plan, Step};
use crate::protocol::github::{Publish, Verb};
use crate::rehearse::{Client, Scene, Tried};
use crate::release::SUMS_FILE;

/// Downloads all assets and asks `sha256sum`.
pub(super) const CURL: Client = Client {
    name: "curl",
    channel: "github-releases",
    programs: &["curl", "sha256sum"],
    install: "apt-get install curl coreutils",
    run: curl,
};

/// Runs the installer for Linux and macOS.
pub(super) const INSTALLER: Client = Client {
    name: "installer.sh",
    channel: "github-releases",
    programs: &["curl", "sh", "tar"],
    install: "apt-get install curl tar",
    run: installer,
};

/// The end of the installer's name.
const INSTALLER_END: &str = "-installer.sh";

/// What was published, and where its assets are downloaded from.
fn published(scene: &Scene<'_>) -> anyhow::Result<(Publish, String)> {
    let mut plan = Plan::new(scene.channel, "");
    (scene.channel.plan)(scene.stock, &mut plan)?;
    let publish = plan.steps().find_map(|it| match it {
        Step::Github(Verb::Publish(it)) => Some(it.clone()),
        _ => None,
    });
    let publish = publish.context("nothing was published")?;
    let web = scene.stock.endpoint("github-web").unwrap_or_default();
    let about = &publish.about;
    let base = format!("{web}/{}/releases/download/{}", about.place.repository, about.tag);
    Ok((publish, base.replace('+', "%2B")))
}

/// Downloads a file as the installer's own line does, but that this server speaks plain HTTP.
fn download(scene: &Scene<'_>, url: &str, to: &Path) -> anyhow::Result<()> {
    let look = scene.outside.look(scene.channel);
    // Neither the settings of the user nor a proxy: the server is on this machine.
    let curl = look
        .program("curl")
        .dir(scene.dir)
        .args(["--disable", "--noproxy", "*", "-fsSL"]);
    said(&curl.arg("--output").arg(to).arg(url))?;
    Ok(())
}

fn said(program: &Program) -> anyhow::Result<String> {
    let outcome = program.output(None)?;
    if outcome.is_success() {
        return Ok(String::from_utf8_lossy(&outcome.stdout).into_owned());
    }
    Err(program.failure(&outcome))
}

fn curl(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let (publish, base) = published(scene)?;
    let dir = scene.dir.join("downloads");
    files::create_dir(&dir)?;
    for item in &publish.assets {
        let name = item.name();
        download(
            scene,
            &format!("{base}/{}", name.replace('+', "%2B")),
            &dir.join(name),
        )?;
    }
    let look = scene.outside.look(scene.channel);
    let sums = look
        .program("sha256sum")
        .dir(&dir)
        .args(["--check", "--strict", "--quiet", SUMS_FILE]);
    said(&sums)?;
    // The sums are of all files but themselves; what they say is what `dist/` has.
    let ours = publish
        .assets
        .iter()
        .find(|it| it.name() == SUMS_FILE)
        .context("no sums were published")?;
    let there = crate::digest::file(&dir.join(SUMS_FILE), Algorithm::Sha256)?;
    ensure!(
        there == Checksum::Sha256(ours.sha256),
        "`{SUMS_FILE}` came with sha256 {there}, ours is {}",
        ours.sha256
    );
    let text = files::read_text(&dir.join(SUMS_FILE))?;
    for item in &publish.assets {
        let line = format!("{}  {}\n", item.sha256, item.name());
        ensure!(
            item.name() == SUMS_FILE || text.contains(&line),
            "`{SUMS_FILE}` does not say that `{}` has sha256 {}",
            item.name(),
            item.sha256
        );
    }
    Ok(Tried::Compared(format!(
        "{} assets downloaded, all as `{SUMS_FILE}` says",
        publish.assets.len()
    )))
}

fn installer(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    if scene.native().is_none() {
        return Ok(Tried::Skipped(
            "the release has no build for this machine".to_owned(),
        ));
    }
    let (publish, base) = published(scene)?;
    let mut assets = publish.assets.iter();
    let Some(item) = assets.find(|it| it.name().ends_with(INSTALLER_END)) else {
        return Ok(Tried::Skipped(
            "the release has no installer for this system".to_owned(),
        ));
    };
    let script = scene.dir.join(item.name());
    download(scene, &format!("{base}/{}", item.name()), &script)?;
    let there = crate::digest::file(&script, Algorithm::Sha256)?;
    ensure!(
        there == Checksum::Sha256(item.sha256),
        "`{}` came with sha256 {there}, ours is {}",
        item.name(),
        item.sha256
    );
    let home = scene.dir.join("home");
    files::create_dir(&home)?;
    let dir = scene.dir.join("bin");
    let look = scene.outside.look(scene.channel);
    let install = look
        .program("sh")
        .dir(scene.dir)
        .env("HOME", &home)
        .env("NO_PROXY", "*")
        .env(mirror(&script)?, &base)
        .arg(&script)
        .arg("--dir")
        .arg(&dir);
    said(&install)?;
    let (path, triple) = installed(scene, &dir)?;
    let version = said(&Program::new(&path).dir(scene.dir).arg("--version"))?;
    Ok(Tried::Installed(format!(
        "the program of {triple}, which says {}",
        version.trim()
    )))
}

/// The variable that names a mirror, as the installer reads it.
fn mirror(script: &Path) -> anyhow::Result<String> {
    let text = files::read_text(script)?;
    let line = text.lines().find_map(|it| it.strip_prefix("base=${"));
    let name = line.and_then(|it| it.split(':').next());
    Ok(name.context("the installer reads no mirror")?.to_owned())
}

/// The program that was installed, and the build of `dist/` that it is.
fn installed(scene: &Scene<'_>, dir: &Path) -> anyhow::Result<(PathBuf, String)> {
    let builds = scene.stock.main().builds();
    for build in builds {
        let triple = build.target.triple;
        let Some((name, digest)) = scene.program(triple) else {
            continue;
        };
        let path = dir.join(&name);
        if path.is_file() && crate::digest::file(&path, Algorithm::Sha256)? == Checksum::Sha256(digest) {
            return Ok((path, triple.to_owned()));
        }
    }
    anyhow::bail!(
        "what was installed into `{}` is no program of `dist/`",
        dir.display()
    )
}
