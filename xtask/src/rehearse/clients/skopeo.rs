//! skopeo: copies the images of all machines and takes them apart.

use anyhow::{Context, ensure};
use flate2::read::GzDecoder;

use super::image::{layers, login, own, program, published, said};
use crate::effect::files;
use crate::effect::process::Program;
use crate::pack::read;
use crate::rehearse::{Client, Scene, Tried};

/// From Docker Hub.
pub(super) const HUB: Client = Client {
    name: "skopeo",
    channel: "docker-hub",
    programs: &["skopeo"],
    install: "apt-get install skopeo",
    run,
};

/// From GitHub's registry.
pub(super) const GITHUB: Client = Client {
    channel: "github-packages",
    ..HUB
};

/// Copies every image with all its machines; compares the digest of the index, and each program.
fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let images = published(scene)?;
    let mut tried = Vec::new();
    for (at, image) in images.iter().enumerate() {
        let layout = scene.dir.join(format!("layout-{at}"));
        let look = scene.outside.look(scene.channel);
        let copy = look
            .program("skopeo")
            .env("HOME", scene.dir)
            .args([
                "--insecure-policy",
                "copy",
                "--all",
                "--preserve-digests",
                "--src-tls-verify=false",
                "--src-authfile",
            ])
            .arg(login(scene, &image.place)?)
            .arg(format!("docker://{}", image.name()))
            .arg(format!("oci:{}:{}", layout.display(), image.tag));
        said(&copy)?;
        let list = files::read_text(&layout.join("index.json"))?;
        ensure!(
            list.contains(&image.digest),
            "{} was copied with another digest than {}: {list}",
            image.name(),
            image.digest
        );
        if at > 0 {
            continue;
        }
        for (architecture, layer) in layers(&layout, &image.digest)? {
            let files = read::tar(GzDecoder::new(layer.as_slice())).context("cannot read a layer")?;
            let program = program(scene, &architecture, &files)?;
            let mut words = format!("linux/{architecture}");
            if own() == Some(&architecture) {
                let path = scene.dir.join("program");
                files::write(&path, &program.bytes)?;
                files::set_mode(&path, 0o755)?;
                let output = said(&Program::new(&path).arg("--version"))?;
                words = format!("{words} says `{}`", output.trim());
            }
            tried.push(words);
        }
    }
    if tried.is_empty() {
        return Ok(Tried::Skipped("the release holds no image".to_owned()));
    }
    Ok(Tried::Installed(format!(
        "copied with equal digests: {}",
        tried.join(", ")
    )))
}
