//! Snap: a snap for each machine, and snapcraft.yaml.

mod lint;
mod publish;
mod yaml;

use crate::channel::workflow;
use crate::channel::{Channel, Key, Kind, Template, finish_nothing, version};
use crate::config::Dotted;
use crate::edition::{Build, Edition, Listing};
use crate::inspect::Linkage;
use crate::lint::File;
use crate::pack::{Mode, Tree, squashfs};
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Values;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "snap",
    title: "Snap",
    holds: "a snap for each machine, and snapcraft.yaml",
    systems: &[Os::Linux],
    programs: &["mksquashfs", "snapcraft"],
    credentials: &[&["SNAPCRAFT_STORE_CREDENTIALS"]],
    after: &["github-releases"],
    is_reviewed: true,
    is_final: false,
    workflow: workflow::NOTHING,
    policy: &[
        "classic confinement and some interfaces need a request in the store's forum",
        "the store packs a snap again with mksquashfs and refuses other bytes: `publish` uploads what mksquashfs makes of \
         the unpacked snap; the rendered one is for `snap install --dangerous`",
    ],
    keys: &[
        Key {
            name: "base",
            kind: Kind::Text,
            about: "the system that the snap runs on [default: core24]",
            example: "\"core24\"",
        },
        Key {
            name: "channels",
            kind: Kind::List,
            about: "where the release goes, as `‹track›/‹risk›` [default: stable, candidate, beta or edge by the version]",
            example: "[\"latest/candidate\"]",
        },
        Key {
            name: "confinement",
            kind: Kind::Text,
            about: "`strict`, `classic` or `devmode` [default: strict]",
            example: "\"strict\"",
        },
        Key {
            name: "grade",
            kind: Kind::Text,
            about: "`stable` or `devel` [default: stable, and devel for alphas and betas]",
            example: "\"stable\"",
        },
        Key {
            name: "plugs",
            kind: Kind::List,
            about: "the interfaces that the programs may use [default: home]",
            example: "[\"home\", \"network\"]",
        },
        Key {
            name: "service",
            kind: Kind::Text,
            about: "the words by which the program runs as a service; they add the app `service`",
            example: "\"serve --port 8080\"",
        },
        Key {
            name: "daemon",
            kind: Kind::Text,
            about: "how the service tells that it has started: `simple`, `notify`, `forking` or `oneshot` [default: simple]",
            example: "\"simple\"",
        },
    ],
    templates: &[Template {
        name: ICON,
        language: Language::Xml,
        about: "the icon that the store and desktops show",
        text: include_str!("snap/icon.svg"),
    }],
    version: version::snap,
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

/// The template of the icon.
const ICON: &str = "icon.svg";

/// A machine in the words of snaps and of [`crate::inspect::Facts`], and the targets that serve it, the best first: a
/// static program runs on every base.
struct Machine {
    name: &'static str,
    code: &'static str,
    triples: &'static [&'static str],
}

const MACHINES: &[Machine] = &[
    Machine {
        name: "amd64",
        code: "x86_64",
        triples: &["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
    },
    Machine {
        name: "arm64",
        code: "aarch64",
        triples: &["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
    },
    Machine {
        name: "armhf",
        code: "arm",
        triples: &["armv7-unknown-linux-gnueabihf"],
    },
];

/// The bases and the glibc that each has: that of the Ubuntu it is made of. A later one has at least that of core24.
const BASES: &[(&str, [u32; 2])] = &[("core22", [2, 35]), ("core24", [2, 39]), ("core26", [2, 39])];

const DEFAULT_BASE: &str = "core24";

fn base(edition: &Edition) -> &str {
    edition.settings(&CHANNEL).text("base").unwrap_or(DEFAULT_BASE)
}

/// Whether the programs of a build run on the base.
fn runs(build: &Build, base: &str) -> bool {
    let floor = BASES
        .iter()
        .find(|it| it.0 == base)
        .map(|it| Dotted(it.1.to_vec()));
    build.binaries().iter().all(|it| {
        let has_libc = it
            .facts
            .glibc
            .as_ref()
            .zip(floor.as_ref())
            .is_some_and(|(needs, has)| needs.0 <= has.0);
        it.facts.linkage == Linkage::Static || has_libc
    })
}

/// The machines that are served, each with its build.
fn builds(edition: &Edition) -> Vec<(&'static Machine, &Build)> {
    let base = base(edition);
    MACHINES
        .iter()
        .filter_map(|machine| {
            let mut builds = machine.triples.iter().filter_map(|it| edition.build(it));
            Some((machine, builds.find(|it| runs(it, base))?))
        })
        .collect()
}

/// The name with the store's alphabet: crates may have `_`, snaps may not.
fn name(listing: &Listing) -> String {
    listing.name.to_lowercase().replace('_', "-")
}

fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    let builds = builds(edition);
    for machine in MACHINES
        .iter()
        .filter(|it| !builds.iter().any(|(own, _)| own.name == it.name))
    {
        if let Some(build) = edition.first_of(machine.triples) {
            output.gap(
                format!(
                    "`{}` needs a newer glibc than {} has",
                    build.target,
                    base(edition)
                ),
                format!("no snap for {}", machine.name),
                match machine.triples[0] {
                    it if it == build.target.triple => "lower `[dist] glibc-floor`".to_owned(),
                    it => format!("cargo xtask dist --target {it}"),
                },
            );
        }
    }
    if builds.is_empty() {
        output.gap(
            "no build for Linux",
            "no snap",
            "cargo xtask dist --target x86_64-unknown-linux-musl",
        );
        return Ok(());
    }
    let listing = edition.listing_for(&CHANNEL);
    let name = name(&listing);
    let version = (CHANNEL.version)(edition.version()).map_err(anyhow::Error::msg)?;
    let icon = Some(edition.fill(&CHANNEL, ICON, &Values::new())?).filter(|it| !it.trim().is_empty());
    if let Some(icon) = &icon {
        output.text(format!("{name}/snap/gui/{ICON}"), icon.clone());
    }
    match yaml::snapcraft(edition, &builds, icon.is_some()) {
        Some(text) => output.text(format!("{name}/snap/snapcraft.yaml"), text),
        None => output.gap(
            "no address that the archives are downloaded from, or archives that snapcraft does not unpack",
            "no snapcraft.yaml",
            "set `[product] download-url`, and `[dist] archive` to `tar.gz` or `tar.xz`",
        ),
    }
    for (machine, build) in builds {
        let meta = yaml::meta(edition, machine, build);
        let (edition, build, name, icon) = (edition.clone(), build.clone(), name.clone(), icon.clone());
        output.package(format!("{name}_{version}_{}.snap", machine.name), move || {
            let tree = tree(&edition, &build, &name, meta, icon)?;
            squashfs::write(&tree, edition.time_s())
        });
    }
    Ok(())
}

/// What is in a snap: the same as snapcraft makes of snapcraft.yaml.
fn tree(
    edition: &Edition,
    build: &Build,
    name: &str,
    meta: String,
    icon: Option<String>,
) -> anyhow::Result<Tree> {
    let mut tree = Tree::new(name);
    tree.add("meta/snap.yaml", Mode::Plain, meta.into_bytes())?;
    if let Some(icon) = icon {
        tree.add(&format!("meta/gui/{ICON}"), Mode::Plain, icon.into_bytes())?;
    }
    for binary in build.binaries() {
        let path = format!("bin/{}", build.file_name(binary));
        tree.add(&path, Mode::Executable, build.program(binary)?)?;
    }
    for file in edition.documents()? {
        if let Some(path) = yaml::place(build, name, &file.path) {
            tree.add(&path, Mode::Plain, file.bytes.clone())?;
        }
    }
    Ok(tree)
}

fn install(edition: &Edition) -> Option<String> {
    builds(edition).first()?;
    let channel = match version::snap_risk(edition.version()) {
        "stable" => String::new(),
        risk => format!(" --{risk}"),
    };
    let classic = match edition.settings(&CHANNEL).text("confinement") {
        Some(word @ ("classic" | "devmode")) => format!(" --{word}"),
        _ => String::new(),
    };
    let name = name(&edition.listing_for(&CHANNEL));
    Some(format!("sudo snap install {name}{channel}{classic}"))
}

/// A snap by its name and its first bytes, and the texts that make one.
fn recognises(file: &File) -> bool {
    let is_snap = file.name().strip_suffix(".snap").is_some() && file.bytes.starts_with(b"hsqs");
    is_snap || ["snapcraft.yaml", "snap.yaml"].contains(&file.name())
}
