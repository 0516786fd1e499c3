//! The texts of a snap: `meta/snap.yaml`, and the snapcraft.yaml that makes the same snap of the very archives.

use crate::channel::snap::{CHANNEL, ICON, Machine, base, name};
use crate::channel::version;
use crate::config::ArchiveForm;
use crate::edition::licence::is_licence;
use crate::edition::{Build, Edition};
use crate::render::yaml::Yaml;

type Entries = Vec<(String, Yaml)>;

fn entry(key: &str, value: impl Into<Yaml>) -> (String, Yaml) {
    (key.to_owned(), value.into())
}

/// The path in the snap of a document of the archive, by its path below the top folder; `None` for one that a snap has
/// no use for. Man pages are among these: snapd shows none.
pub(super) fn place(build: &Build, name: &str, path: &str) -> Option<String> {
    if is_licence(path) {
        return Some(format!("usr/share/doc/{name}/{path}"));
    }
    let is_completer = build.binaries().iter().any(|it| path == completer(&it.name));
    is_completer.then(|| path.to_owned())
}

/// The script by which bash completes the words of a program.
fn completer(program: &str) -> String {
    format!("completions/{program}.bash")
}

/// The paths of an archive's documents below its top folder.
fn documents(build: &Build) -> impl Iterator<Item = &str> {
    let programs: Vec<&str> = build.binaries().iter().map(|it| it.path.as_str()).collect();
    let entries = build.archive.entries.iter().map(|it| it.path.as_str());
    entries
        .filter(move |it| !programs.contains(it))
        .filter_map(|it| Some(it.split_once('/')?.1))
}

/// The text of `meta/snap.yaml`, which snapd reads.
pub(super) fn meta(edition: &Edition, machine: &Machine, build: &Build) -> String {
    let mut entries = head(edition);
    entries.push(entry("architectures", Yaml::texts(&[machine.name])));
    entries.push(entry("base", base(edition)));
    entries.extend(kind(edition));
    entries.push(entry("apps", Yaml::Map(apps(edition, build))));
    let links = links(edition)
        .into_iter()
        .map(|(key, url)| entry(key, Yaml::texts(&[url])));
    entries.push(entry("links", Yaml::Map(links.collect())));
    Yaml::Map(entries).document()
}

/// What both texts begin with.
fn head(edition: &Edition) -> Entries {
    let listing = edition.listing_for(&CHANNEL);
    let version = version::snap(edition.version()).unwrap_or_else(|_| edition.version().to_string());
    let mut entries = vec![
        entry("name", name(&listing)),
        // Unquoted, `1.10` is the number 1.1.
        entry("version", Yaml::Quoted(version)),
        entry("title", listing.title),
        entry("summary", listing.summary),
        entry("description", Yaml::Block(listing.description + "\n")),
    ];
    entries.extend(listing.license.map(|it| entry("license", it)));
    entries
}

fn kind(edition: &Edition) -> Entries {
    vec![
        entry("grade", grade(edition)),
        entry("confinement", confinement(edition)),
    ]
}

/// The grade of the settings, or the one that the version says.
pub(super) fn grade(edition: &Edition) -> &str {
    let grade = match version::snap_risk(edition.version()) {
        "stable" | "candidate" => "stable",
        _ => "devel",
    };
    edition.settings(&CHANNEL).text("grade").unwrap_or(grade)
}

/// The confinement of the settings, or the strict one.
pub(super) fn confinement(edition: &Edition) -> &str {
    edition.settings(&CHANNEL).text("confinement").unwrap_or("strict")
}

fn links(edition: &Edition) -> Vec<(&'static str, String)> {
    let listing = edition.listing_for(&CHANNEL);
    let issues = listing.repository.as_ref().filter(|it| it.github.is_some());
    let issues = issues.map(|it| format!("{}/issues", it.url));
    let rows = [
        ("website", listing.homepage),
        ("source-code", listing.repository.map(|it| it.url)),
        ("issues", issues),
    ];
    rows.into_iter()
        .filter_map(|(key, url)| Some((key, url?)))
        .collect()
}

/// The apps by name. The main program's is that of the snap, which is then its command; others are `snap.app`.
fn apps(edition: &Edition, build: &Build) -> Entries {
    let settings = edition.settings(&CHANNEL);
    let snap = name(&edition.listing_for(&CHANNEL));
    let plugs = settings.list("plugs").unwrap_or_else(|| vec!["home"]);
    let is_confined = confinement(edition) != "classic" && !plugs.is_empty();
    let binaries = build.binaries();
    let main = binaries
        .iter()
        .position(|it| it.name == edition.listing.package)
        .unwrap_or(0);
    let app = |command: String, more: Entries| {
        let mut entries = vec![entry("command", command)];
        entries.extend(more);
        entries.extend(is_confined.then(|| entry("plugs", Yaml::texts(&plugs))));
        Yaml::Map(entries)
    };
    let mut apps = Vec::new();
    for (at, binary) in binaries.iter().enumerate() {
        let file = build.file_name(binary);
        let own = binary.name.to_lowercase().replace('_', "-");
        let path = completer(&binary.name);
        let has_completer = documents(build).any(|it| it == path);
        let more = has_completer
            .then(|| entry("completer", path))
            .into_iter()
            .collect();
        apps.push((
            if at == main { snap.clone() } else { own },
            app(format!("bin/{file}"), more),
        ));
    }
    if let (Some(words), Some(binary)) = (settings.text("service"), binaries.get(main)) {
        let daemon = settings.text("daemon").unwrap_or("simple");
        let command = format!("bin/{} {words}", build.file_name(binary));
        apps.push(("service".to_owned(), app(command, vec![entry("daemon", daemon)])));
    }
    apps
}

/// The text of snapcraft.yaml; `None` where the archives cannot be its source. It compiles nothing: each machine's snap is
/// made of the archive that everybody downloads, held against its digest.
pub(super) fn snapcraft(
    edition: &Edition,
    builds: &[(&'static Machine, &Build)],
    has_icon: bool,
) -> Option<String> {
    let (_, first) = builds.first()?;
    let name = name(&edition.listing_for(&CHANNEL));
    let mut entries = head(edition);
    let links = links(edition).into_iter();
    entries.extend(links.map(|(key, url)| entry(key, url)));
    entries.extend(has_icon.then(|| entry("icon", format!("snap/gui/{ICON}"))));
    entries.push(entry("base", base(edition)));
    entries.extend(kind(edition));
    entries.push(platforms(edition, builds));
    entries.push(entry("apps", Yaml::Map(apps(edition, first))));
    let sources = each(builds, |build| {
        let form = ArchiveForm::of_name(&build.archive.name);
        let is_unpacked = matches!(form, Some(ArchiveForm::TarGz | ArchiveForm::TarXz));
        edition.url(&build.archive.name).filter(|_| is_unpacked)
    })?;
    let sums = each(builds, |build| {
        Some(format!("sha256/{}", build.archive.digests.sha256))
    })?;
    let programs = first.binaries().iter().map(|it| first.file_name(it));
    let mut moved: Entries = programs
        .map(|it| (it.clone(), format!("bin/{it}").into()))
        .collect();
    let mut staged: Vec<String> = moved
        .iter()
        .filter_map(|it| Some(it.1.as_str()?.to_owned()))
        .collect();
    for path in documents(first) {
        let Some(place) = place(first, &name, path) else {
            continue;
        };
        if place != path {
            moved.push(entry(path, place.clone()));
        }
        staged.push(place);
    }
    let part = vec![
        entry("plugin", "dump"),
        entry("source", sources),
        entry("source-checksum", sums),
        entry("organize", Yaml::Map(moved)),
        entry("stage", Yaml::texts(&staged)),
    ];
    entries.push(entry("parts", Yaml::Map(vec![(name, Yaml::Map(part))])));
    Some(Yaml::Map(entries).document())
}

/// A value for each machine, chosen by the machine that a snap is for.
fn each(builds: &[(&'static Machine, &Build)], value: impl Fn(&Build) -> Option<String>) -> Option<Yaml> {
    let items: Option<Vec<Yaml>> = builds
        .iter()
        .map(|(machine, build)| {
            Some(Yaml::Map(vec![(
                format!("to {}", machine.name),
                value(build)?.into(),
            )]))
        })
        .collect();
    items.map(Yaml::List)
}

/// Nothing is compiled, so any machine makes the snap of any other.
fn platforms(edition: &Edition, builds: &[(&'static Machine, &Build)]) -> (String, Yaml) {
    const MAKERS: &[&str] = &["amd64", "arm64"];
    let pair = |machine: &str| {
        vec![
            entry("build-on", Yaml::texts(MAKERS)),
            entry("build-for", Yaml::texts(&[machine])),
        ]
    };
    if base(edition) == "core22" {
        let items = builds.iter().map(|(it, _)| Yaml::Map(pair(it.name))).collect();
        return entry("architectures", Yaml::List(items));
    }
    let items = builds
        .iter()
        .map(|(it, _)| (it.name.to_owned(), Yaml::Map(pair(it.name))));
    entry("platforms", Yaml::Map(items.collect()))
}
