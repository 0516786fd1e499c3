//! The `.rpm` of each machine.

use std::collections::BTreeMap;

use super::layout::{self, Family};
use super::machine::{self, Machine};
use super::{CHANNEL, asset};
use crate::channel::version;
use crate::edition::{Build, Edition};
use crate::pack::rpm::{self, Package, tag};
use crate::render::Output;

/// The name of the file.
pub(super) fn file_name(edition: &Edition, machine: &Machine) -> anyhow::Result<String> {
    let name = asset::name(edition)?;
    Ok(format!(
        "{name}-{}-1.{}.rpm",
        asset::version(edition),
        machine.rpm
    ))
}

pub(super) fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let builds = machine::builds(edition)?;
    if builds.is_empty() {
        output.gap(
            "no build for Linux",
            "no .deb and no .rpm",
            "cargo xtask dist --target x86_64-unknown-linux-gnu",
        );
        return Ok(());
    }
    if edition.listing_for(&CHANNEL).summary.is_empty() {
        output.gap(
            "no description",
            "no .rpm",
            "write `description` into `Cargo.toml`",
        );
        return Ok(());
    }
    for (machine, build) in builds {
        let (edition, build) = (edition.clone(), build.clone());
        output.package(file_name(&edition, machine)?, move || {
            rpm::write(&package(&edition, &build, machine)?, edition.time_s())
        });
    }
    Ok(())
}

fn package(edition: &Edition, build: &Build, machine: &Machine) -> anyhow::Result<Package> {
    let listing = edition.listing_for(&CHANNEL);
    let name = asset::name(edition)?;
    let packager = match &listing.maintainer.email {
        Some(email) => format!("{} <{email}>", listing.maintainer.name),
        None => listing.maintainer.name.clone(),
    };
    // A licence without an SPDX name is that of the file in the package.
    let license = listing
        .license
        .clone()
        .unwrap_or_else(|| format!("LicenseRef-{name}"));
    let mut about = BTreeMap::from([
        (tag::NAME, name.clone()),
        (tag::VERSION, version::rpm(edition.version())),
        (tag::RELEASE, "1".to_owned()),
        (tag::SUMMARY, listing.summary.clone()),
        (tag::DESCRIPTION, listing.description.clone()),
        (tag::VENDOR, listing.publisher.clone()),
        (tag::LICENSE, license),
        (tag::PACKAGER, packager),
        (tag::GROUP, "Unspecified".to_owned()),
    ]);
    about.extend(listing.homepage.clone().map(|it| (tag::URL, it)));
    let files = layout::files(Family::Rpm, &name, edition, build)?;
    let folders = ["doc", "licenses"].map(|it| format!("usr/share/{it}/{name}"));
    Ok(Package {
        about,
        arch: machine.rpm.to_owned(),
        requires: requires(edition, build, machine),
        folders: folders
            .into_iter()
            .filter(|it| files.keys().any(|path| path.starts_with(&format!("{it}/"))))
            .collect(),
        files,
    })
}

/// The libraries as rpm's own generator names them, glibc by its version, and what the settings say.
fn requires(edition: &Edition, build: &Build, machine: &Machine) -> Vec<String> {
    let bits = if machine.has_64_bits { "(64bit)" } else { "" };
    let mut found: Vec<String> = machine::libraries(build)
        .iter()
        // Without brackets a name of 32 bits would be that of a package.
        .map(|it| {
            if bits.is_empty() {
                (*it).to_owned()
            } else {
                format!("{it}(){bits}")
            }
        })
        .collect();
    if let Some(version) = machine::glibc(build) {
        found.push(format!("libc.so.6(GLIBC_{version}){bits}"));
    }
    let own = edition
        .settings(&CHANNEL)
        .list("rpm-requires")
        .unwrap_or_default();
    found.extend(own.into_iter().map(str::to_owned));
    found
}
