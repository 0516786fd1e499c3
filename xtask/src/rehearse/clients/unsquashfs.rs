//! unsquashfs: the snaps that the store serves, taken apart. Installing them takes snapd, systemd and a real store.

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::channel;
use crate::digest::{Algorithm, Checksum, sha3_384};
use crate::effect::files;
use crate::effect::http::{Http, Request};
use crate::effect::process::Program;
use crate::outside::Look;
use crate::plan::Step;
use crate::protocol::snapcraft::{Upload, Verb};
use crate::rehearse::{Client, Scene, Tried};

/// The row.
pub(super) const CLIENT: Client = Client {
    name: "unsquashfs",
    channel: "snap",
    programs: &["unsquashfs"],
    install: "apt-get install squashfs-tools",
    run,
};

/// Downloads each snap as `snap download` does, by what the store says of its channel, and compares its programs.
fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let look: Look<'_> = scene.outside.look(scene.channel);
    let mut plan = crate::plan::Plan::new(scene.channel, version(scene)?);
    (scene.channel.plan)(scene.stock, &mut plan)?;
    let mut machines = Vec::new();
    for step in plan.steps() {
        let Step::Snapcraft(verb) = step else { continue };
        let Verb::Upload(upload) = verb;
        one(scene, &look, upload).with_context(|| upload.item.name().to_owned())?;
        machines.push(upload.machine.clone());
    }
    if machines.is_empty() {
        return Ok(Tried::Skipped("the release holds no snap".to_owned()));
    }
    Ok(Tried::Compared(format!(
        "the programs for {} are those of dist/; snapd is needed to install them",
        machines.join(", ")
    )))
}

fn version(scene: &Scene<'_>) -> anyhow::Result<String> {
    (scene.channel.version)(scene.stock.main().version()).map_err(anyhow::Error::msg)
}

fn one(scene: &Scene<'_>, look: &Look<'_>, upload: &Upload) -> anyhow::Result<()> {
    let request = Request::get(format!(
        "{}/v2/snaps/info/{}?fields=channel-map,download,revision,version",
        upload.api, upload.name
    ));
    let request = request.header("Snap-Device-Series", "16");
    let info: Value = Http::new().send(&request)?.json()?;
    let served = info["channel-map"].as_array().into_iter().flatten();
    let channel = upload.channels.first().map(String::as_str).unwrap_or_default();
    let name = channel.strip_prefix("latest/").unwrap_or(channel);
    let mut served = served.filter(|it| {
        it["channel"]["architecture"] == upload.machine.as_str() && it["channel"]["name"] == name
    });
    let found = served.next().context("its channel does not serve it")?;
    let url = found["download"]["url"].as_str().unwrap_or_default();
    let answer = Http::new().send(&Request::get(url))?;
    let digest = sha3_384(&answer.body);
    ensure!(
        found["download"]["sha3-384"] == digest.as_str(),
        "what is downloaded has sha3-384 {digest}, the store says {}",
        found["download"]["sha3-384"]
    );
    let snap = scene.dir.join(upload.item.name());
    files::write_unsynced(&snap, &answer.body)?;
    let tree = scene.dir.join(format!("{}-tree", upload.item.name()));
    let unsquashfs: Program = look.program("unsquashfs");
    unsquashfs
        .args(["-no-progress", "-no-xattrs", "-d"])
        .arg(&tree)
        .arg(&snap)
        .read()?;
    let builds = scene.stock.editions.iter().flat_map(channel::snap::served);
    let mut count = 0;
    for (machine, build) in builds.filter(|it| it.0 == upload.machine) {
        for binary in build.binaries() {
            let path = tree.join("bin").join(build.file_name(binary));
            if !path.is_file() {
                // Of several packages each has a snap of its own.
                continue;
            }
            let entry = build.archive.entries.iter().find(|it| it.path == binary.path);
            let ours = entry.context("the archive holds its program")?.sha256;
            let there = crate::digest::file(&path, Algorithm::Sha256)?;
            ensure!(
                there == Checksum::Sha256(ours),
                "`{}` for {machine} has {there}, `dist/` has sha256 {ours}",
                binary.name
            );
            count += 1;
        }
    }
    ensure!(count > 0, "it holds no program of `dist/`");
    Ok(())
}
