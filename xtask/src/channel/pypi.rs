//! PyPI: one wheel a platform.

mod lint;
mod metadata;
mod platform;
mod publish;
mod wheel_file;

use crate::channel::workflow::Workflow;
use crate::channel::{Channel, Key, Kind, companion, finish_nothing, version};
use crate::edition::{Build, Edition};
use crate::lint::File;
use crate::pack::wheel::{Wheel, normalised};
use crate::pack::{File as Packed, Mode};
use crate::protocol::oidc;
use crate::render::Output;
use crate::target::Os;

use metadata::Metadata;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "pypi",
    title: "PyPI",
    holds: "one wheel a platform",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &["uv|twine"],
    credentials: &[
        &["UV_PUBLISH_TOKEN"],
        &["TWINE_USERNAME", "TWINE_PASSWORD"],
        &["MATURIN_PYPI_TOKEN"],
        oidc::ACTIONS,
    ],
    after: &[],
    is_reviewed: false,
    is_final: true,
    workflow: &Workflow {
        permissions: &[],
        trusted: Some(
            "in the settings of the project, or as a pending publisher of the account before it exists",
        ),
    },
    policy: &[
        "no new file for a release older than 14 days",
        "a file name is taken for ever",
    ],
    keys: &[
        Key {
            name: "classifiers",
            kind: Kind::List,
            about: "trove classifiers [default: a program in Rust for a console of the systems that are built]",
            example: "[\"Environment :: Console\", \"Topic :: Text Processing\"]",
        },
        Key {
            name: "requires-python",
            kind: Kind::Text,
            about: "the versions of Python that pip may install it with [default: `>=3.7`]",
            example: "\">=3.8\"",
        },
    ],
    templates: &[],
    version: version::pep440,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

/// The name as it stands in file names: normalised, with `_` for `-`, since `-` parts the fields (P4).
fn distribution(edition: &Edition) -> String {
    normalised(&edition.listing_for(&CHANNEL).name).replace('-', "_")
}

/// What is rendered of an edition: the wheels without their content.
fn wheels(edition: &Edition) -> anyhow::Result<Vec<(Wheel, &Build)>> {
    let version = (CHANNEL.version)(edition.version()).map_err(anyhow::Error::msg)?;
    let of = |(platforms, build)| {
        let wheel = Wheel {
            name: distribution(edition),
            version: version.clone(),
            platforms,
            metadata: String::new(),
            data: Vec::new(),
            info: Vec::new(),
        };
        (wheel, build)
    };
    Ok(platform::wheels(edition).into_iter().map(of).collect())
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    for (wheel, build) in wheels(edition)? {
        let (edition, triple) = (edition.clone(), build.target.triple);
        output.package(wheel.file_name(), move || {
            let build = edition.build(triple).expect("it was there when this was planned");
            filled(wheel, &edition, build)?.write(edition.time_s())
        });
    }
    companion::systems_without_build(edition, "wheel", output);
    Ok(())
}

/// The wheel with what it holds.
fn filled(mut wheel: Wheel, edition: &Edition, build: &Build) -> anyhow::Result<Wheel> {
    let plain = |bytes: &[u8]| Packed {
        mode: Mode::Plain,
        bytes: bytes.to_vec(),
    };
    wheel.metadata = Metadata::of(edition, &wheel.version)?.text();
    for binary in build.binaries() {
        let file = Packed {
            mode: Mode::Executable,
            bytes: build.program(binary)?,
        };
        // Below `scripts` is what an installer puts beside `python`, with its mode.
        wheel
            .data
            .push((format!("scripts/{}", build.file_name(binary)), file));
    }
    if build.target.os != Os::Windows {
        for it in edition.documents()? {
            if let Some(path) = companion::share(&it.path) {
                wheel.data.push((format!("data/share/{path}"), plain(&it.bytes)));
            }
        }
    }
    for it in edition.licences()? {
        wheel
            .info
            .push((format!("licenses/{}", it.path), plain(&it.bytes)));
    }
    if let (Some(sbom), Some(bytes)) = (&build.sbom, build.sbom_bytes()?) {
        wheel.info.push((format!("sboms/{}", sbom.name), plain(&bytes)));
    }
    Ok(wheel)
}

fn install(edition: &Edition) -> Option<String> {
    let wheels = wheels(edition).ok()?;
    let (wheel, _) = wheels.first()?;
    let name = edition.listing_for(&CHANNEL).name;
    // Installers leave pre-releases out unless one is named.
    let exact = if edition.version().pre.is_empty() {
        String::new()
    } else {
        format!("=={}", wheel.version)
    };
    Some(format!(
        "uv tool install {name}{exact}\npipx install {name}{exact}"
    ))
}

/// What the file name of a wheel ends with.
const WHEEL: &str = ".whl";

fn recognises(file: &File) -> bool {
    file.name().ends_with(WHEEL)
}
