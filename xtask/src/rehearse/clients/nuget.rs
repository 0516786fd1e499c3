//! NuGet: gets Chocolatey's package from the twin. What is in it runs on Windows alone, so it is compared.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::digest::Sha256;
use crate::effect::files;
use crate::judges::Judge;
use crate::rehearse::{Client, Scene, Tried};
use crate::target::Os;

/// The program: what Debian calls `nuget` is of 2015 and reads no nuspec of Chocolatey's form.
const NUGET: &str = "nuget-5.8.0.exe";

/// The row.
pub(super) const CLIENT: Client = Client {
    name: "nuget",
    channel: "chocolatey",
    programs: &["mono"],
    install: "`cargo xtask setup --judges --install` gets it",
    run,
};

fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let Some((file, item)) = scene.stock.ending(".nupkg").next() else {
        return Ok(Tried::Skipped("no package was rendered".to_owned()));
    };
    let look = scene.outside.look(scene.channel);
    let feed = format!("{}/api/v2/", look.endpoint("chocolatey-feed").unwrap_or_default());
    // The version is what follows the id, which has no dot (`channel/chocolatey/lint.rs`).
    let stem = file.trim_end_matches(".nupkg");
    let Some((id, version)) = stem.split_once('.') else {
        return Ok(Tried::Skipped(format!("`{file}` names no version")));
    };
    let judge = Judge::find(NUGET).context("a row of the table of judges")?;
    let workspace = scene.stock.main().workspace.as_ref();
    let Some(nuget) = workspace.and_then(|it| judge.path(it)) else {
        return Ok(Tried::Skipped(format!(
            "`{NUGET}` is not here: {}",
            judge.install()
        )));
    };
    let out = scene.dir.join("out");
    look.program("mono")
        .dir(scene.dir)
        .arg(nuget)
        .env("HOME", scene.dir)
        .args([
            "install",
            id,
            "-Version",
            version,
            "-NonInteractive",
            "-NoCache",
            "-Source",
            &feed,
        ])
        .arg("-OutputDirectory")
        .arg(&out)
        .read()?;
    let installed = out.join(stem);
    let package = Sha256::of(&files::read(&installed.join(file))?);
    ensure!(
        package == item.sha256,
        "NuGet got `{file}` with {package}, the rendered one is {}",
        item.sha256
    );
    let windows = scene
        .stock
        .main()
        .builds()
        .iter()
        .filter(|it| it.target.os == Os::Windows);
    let ours: Vec<Sha256> = windows
        .filter_map(|it| Some(scene.program(it.target.triple)?.1))
        .collect();
    let mut programs = Vec::new();
    find(&installed.join("tools"), &mut programs)?;
    for digest in &programs {
        ensure!(
            ours.contains(digest),
            "a program of the package has {digest}, which no build of dist/ has"
        );
    }
    let what = match programs.len() {
        0 => "it downloads its programs".to_owned(),
        1 => "its program is the one of dist/".to_owned(),
        many => format!("its {many} programs are those of dist/"),
    };
    Ok(Tried::Compared(format!(
        "installed by NuGet, since choco needs Windows; {what}"
    )))
}

/// The digests of all programs below a folder.
fn find(dir: &Path, found: &mut Vec<Sha256>) -> anyhow::Result<()> {
    for path in files::list(dir)? {
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("exe")) {
            found.push(Sha256::of(&files::read(&path)?));
        }
    }
    Ok(())
}
