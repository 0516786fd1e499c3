//! WinGet's pull requests, as its validation looks at them: the branch is cloned, and every installer is fetched and compared.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::repository::{cited, clone, compare, listed};
use crate::digest::Sha256;
use crate::effect::files;
use crate::effect::http::Request;
use crate::rehearse::{Client, Scene, Tried};

/// The row.
pub(super) const WINGET: Client = Client {
    name: "git",
    channel: "winget",
    programs: &["git"],
    install: "apt-get install git",
    run,
};

/// Where installers are named in a manifest.
const INSTALLER: &str = ".installer.yaml";

#[derive(Deserialize)]
struct Pull {
    number: u64,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "ref")]
    branch: String,
    repo: Repository,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let wanted: BTreeSet<&str> = scene.stock.ending(INSTALLER).map(|it| it.0).collect();
    if wanted.is_empty() {
        return Ok(Tried::Skipped("no manifest was rendered".to_owned()));
    }
    let mut found: BTreeSet<(String, Sha256)> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for pull in pulls(scene)? {
        let tree = clone(scene, &pull.head.repo.full_name, Some(&pull.head.branch))?;
        for path in &wanted {
            let file = tree.join(path);
            if !file.is_file() {
                continue;
            }
            let folder = file.parent().context("a manifest lies in a folder")?;
            for there in listed(folder)? {
                let name = there.strip_prefix(&tree)?.to_string_lossy().replace('\\', "/");
                let item = scene.stock.file(&name);
                let item = item.with_context(|| format!("pull request #{} has `{name}` too", pull.number))?;
                let ours = files::read(&scene.stock.path(item))?;
                ensure!(files::read(&there)? == ours, "`{name}` is not the one of `dist/`");
            }
            found.extend(cited(&files::read_text(&file)?));
            seen.insert(*path);
        }
        files::remove_dir(&tree)?;
    }
    ensure!(
        seen == wanted,
        "no pull request has {:?}",
        wanted.difference(&seen).collect::<Vec<_>>()
    );
    for (url, digest) in &found {
        compare(scene, url, *digest)?;
    }
    Ok(Tried::Compared(format!(
        "{} installers that the pull request names hold the programs of `dist/`; WinGet itself runs on Windows alone",
        found.len()
    )))
}

/// The open pull requests, as everybody sees them.
fn pulls(scene: &Scene<'_>) -> anyhow::Result<Vec<Pull>> {
    let look = scene.outside.look(scene.channel);
    let api = look.endpoint("github").unwrap_or_default();
    let request = Request::get(format!("{api}/repos/microsoft/winget-pkgs/pulls?per_page=100"));
    let answer = look.ask(&request)?;
    ensure!(
        answer.is_success(),
        "the list of pull requests was answered with {}",
        answer.status
    );
    Ok(answer.json()?)
}
