//! pip and uv: install the wheel of this system, and fetch those of the others.

use anyhow::Context;

use super::taken;
use crate::effect::process::Program;
use crate::plan::Item;
use crate::rehearse::{Client, Scene, Tried};

/// pip.
pub(super) const PIP: Client = Client {
    name: "pip",
    channel: "pypi",
    programs: &["python3"],
    install: "install Python 3 with pip",
    run: pip,
};

/// uv.
pub(super) const UV: Client = Client {
    name: "uv",
    channel: "pypi",
    programs: &["uv"],
    install: "pip install uv",
    run: uv,
};

/// The project and version that was published, as installers are asked for it.
fn wanted(scene: &Scene<'_>) -> anyhow::Result<String> {
    let (_, item) = scene
        .stock
        .ending(".whl")
        .next()
        .context("no wheel was published")?;
    let mut parts = item.name().split('-');
    let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok(format!("{name}=={version}"))
}

/// The first platform tag of a wheel.
fn platform(item: &Item) -> Option<&str> {
    let stem = item.name().strip_suffix(".whl")?;
    stem.rsplit('-').next()?.split('.').next()
}

fn pip(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let look = scene.outside.look(scene.channel);
    let index = taken::endpoint(scene, "pypi-simple");
    // `--isolated` passes over the user's settings and variables.
    let pip = look
        .program("python3")
        .dir(scene.dir)
        .env("HOME", taken::dir(scene, "home")?)
        .env("PIP_CONFIG_FILE", if cfg!(windows) { "nul" } else { "/dev/null" })
        .args([
            "-m",
            "pip",
            "--isolated",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--no-input",
            "--quiet",
        ]);
    if !pip.clone().arg("--version").output(None)?.is_success() {
        return Ok(Tried::Skipped("python3 has no pip".to_owned()));
    }
    let wanted = wanted(scene)?;
    let fetched = taken::dir(scene, "fetched")?;
    let wheels: Vec<&Item> = scene.stock.ending(".whl").map(|it| it.1).collect();
    let fetch = |item: &Item| -> anyhow::Result<()> {
        let platform = platform(item).context("a wheel has a platform")?;
        pip.clone()
            .args([
                "download",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--index-url",
                &index,
                "--platform",
                platform,
            ])
            .arg("--dest")
            .arg(&fetched)
            .arg(&wanted)
            .read()?;
        taken::file(&fetched, item)
    };
    // pip takes its time to start, and one call is for one platform.
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let fetched: Vec<_> = wheels.iter().map(|it| scope.spawn(|| fetch(it))).collect();
        let joined = fetched.into_iter().map(std::thread::ScopedJoinHandle::join);
        let mut results = joined.map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        results.try_for_each(|it| it)
    })?;
    let count = wheels.len();
    let Some(triple) = scene.native() else {
        return Ok(Tried::Compared(format!(
            "{count} wheels; none is for this system"
        )));
    };
    let target = scene.dir.join("target");
    pip.args(["install", "--index-url", &index, "--target"])
        .arg(&target)
        .arg(&wanted)
        .read()?;
    installed(scene, &[target.join("bin"), target.join("Scripts")], triple)?;
    Ok(Tried::Installed(format!("{wanted}, and {count} wheels fetched")))
}

fn uv(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let Some(triple) = scene.native() else {
        return Ok(Tried::Skipped("no wheel is for this system".to_owned()));
    };
    let (index, wanted, bin) = (
        taken::endpoint(scene, "pypi-simple"),
        wanted(scene)?,
        scene.dir.join("bin"),
    );
    own(scene)?
        .args(["tool", "install", "--default-index", &index, &wanted])
        .env("UV_TOOL_BIN_DIR", &bin)
        .env("UV_TOOL_DIR", scene.dir.join("tools"))
        .read()?;
    installed(scene, &[bin], triple)?;
    Ok(Tried::Installed(wanted))
}

/// uv with everything of its own in the folder of the scene, and no Python but the system's.
fn own(scene: &Scene<'_>) -> anyhow::Result<Program> {
    let away = [
        "UV_INDEX",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_OFFLINE",
    ];
    let uv = scene.outside.look(scene.channel).program("uv");
    let uv = away.iter().fold(uv, Program::env_remove);
    Ok(uv
        .dir(scene.dir)
        .env("HOME", taken::dir(scene, "home")?)
        .env("UV_CACHE_DIR", scene.dir.join("cache"))
        .args(["--no-config", "--quiet", "--no-python-downloads"]))
}

fn installed(scene: &Scene<'_>, dirs: &[std::path::PathBuf], triple: &str) -> anyhow::Result<()> {
    let (name, _) = scene.program(triple).context("the build has no program")?;
    taken::program(scene, &taken::find(dirs, &name)?, triple)
}
