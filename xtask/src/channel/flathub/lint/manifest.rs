//! Rules of the manifest: its keys, runtime, command, permissions and modules.

use crate::lint::{File, Flaw, Subject};
use crate::render::yaml::Yaml;

/// Looks at each manifest that can be read.
pub(super) fn each(subject: &Subject, check: impl Fn(&File, &Yaml) -> Vec<Flaw>) -> Vec<Flaw> {
    let manifests = subject.files.iter().filter_map(|it| Some((it, read(it)?)));
    manifests.flat_map(|(file, yaml)| check(file, &yaml)).collect()
}

/// A manifest, if the file is one. JSON is read as YAML, which it is a part of.
pub(super) fn read(file: &File) -> Option<Yaml> {
    let is_one = [".yml", ".yaml", ".json"]
        .iter()
        .any(|it| file.path.ends_with(it));
    let yaml = file.yaml().ok().filter(|_| is_one)?;
    let has = |key| yaml.get(key).is_some();
    (has("modules") || has("runtime")).then_some(yaml)
}

/// The id, by either of its keys.
pub(super) fn id(yaml: &Yaml) -> Option<&str> {
    yaml.get("id").or_else(|| yaml.get("app-id"))?.as_str()
}

/// Modules and the modules in them.
pub(super) fn modules(yaml: &Yaml) -> Vec<&Yaml> {
    let own = yaml.get("modules").map_or(&[][..], Yaml::items);
    own.iter()
        .flat_map(|it| [vec![it], modules(it)].concat())
        .collect()
}

/// The sources that stand in the manifest itself, not those in files beside it.
pub(super) fn sources(yaml: &Yaml) -> Vec<&Yaml> {
    let of = |module: &'_ Yaml| module.get("sources").map_or(0, |it| it.items().len());
    let modules = modules(yaml);
    let mut found = Vec::with_capacity(modules.iter().map(|it| of(it)).sum());
    for module in modules {
        let items = module.get("sources").map_or(&[][..], Yaml::items);
        found.extend(items.iter().filter(|it| it.as_str().is_none()));
    }
    found
}

/// The word of a key of a source.
pub(super) fn word<'a>(source: &'a Yaml, key: &str) -> Option<&'a str> {
    source.get(key).and_then(Yaml::as_str)
}

const TOP: &str = "add-build-extensions add-extensions app-id appdata-license appstream-compose base base-extensions \
    base-version branch build-extension build-options build-runtime cleanup cleanup-commands cleanup-platform \
    cleanup-platform-commands collection-id command copy-icon default-branch desktop-file-name-prefix \
    desktop-file-name-suffix extension-tag finish-args id id-platform inherit-extensions inherit-sdk-extensions metadata \
    metadata-platform modules platform-extensions prepare-platform-commands rename-appdata-file rename-desktop-file \
    rename-icon rename-mime-file rename-mime-icons runtime runtime-version sdk sdk-extensions separate-locales tags var \
    writable-sdk";

const MODULE: &str = "build-commands build-options builddir buildsystem cleanup cleanup-platform cmake config-opts \
    disabled ensure-writable install-rule license-files make-args make-install-args modules name no-autogen \
    no-make-install no-parallel-make no-python-timestamp-fix only-arches post-install rm-configure run-tests secret-opts \
    skip-arches sources subdir test-commands test-rule";

const SOURCE: &str = "archive-type base64 branch commands commit contents dest dest-filename disable-fsckobjects \
    disable-http-decompression disable-lfs disable-shallow-clone disable-submodules filename git-init installed-size md5 \
    mirror-urls only-arches options path paths referer revision sha1 sha256 sha512 size skip skip-arches \
    strip-components tag type url use-git use-git-am";

const TYPES: &[&str] = &[
    "archive",
    "bzr",
    "dir",
    "extra-data",
    "file",
    "git",
    "inline",
    "patch",
    "script",
    "shell",
    "svn",
];

const SYSTEMS: &[&str] = &["autotools", "cmake", "cmake-ninja", "meson", "qmake", "simple"];

/// Keys that flatpak-builder passes over in silence (F3, `manifest-unknown-properties`).
pub(super) fn keys(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let unknown = |node: &Yaml, known: &str, place: &str| -> Vec<Flaw> {
        let is_known = |key: &str| known.split(' ').any(|it| it == key) || key.starts_with("x-");
        let unknown = node.entries().iter().filter(|(key, _)| !is_known(key));
        let flaw = |key: &str| Flaw::at(file, key, format!("{place} has no key `{key}`"));
        unknown.map(|(key, _)| flaw(key)).collect()
    };
    let mut flaws = unknown(yaml, TOP, "a manifest");
    for module in modules(yaml) {
        flaws.extend(unknown(module, MODULE, "a module"));
        if let Some(system) = word(module, "buildsystem").filter(|it| !SYSTEMS.contains(it)) {
            flaws.push(Flaw::at(
                file,
                system,
                format!("there is no build system `{system}`"),
            ));
        }
    }
    for source in sources(yaml) {
        flaws.extend(unknown(source, SOURCE, "a source"));
        match word(source, "type") {
            Some(it) if TYPES.contains(&it) => {}
            it => flaws.push(Flaw::file(
                file,
                format!("there is no type of source `{}`", it.unwrap_or_default()),
            )),
        }
    }
    flaws
}

/// The runtime, and its version as a text: YAML would take `24.10` for the number 24.1.
pub(super) fn runtime(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let known = ["org.freedesktop", "org.gnome", "org.kde"];
    let runtime = word(yaml, "runtime").unwrap_or_default();
    let sdk = word(yaml, "sdk").unwrap_or_default();
    // What compiles programs itself, such as an editor, runs in the SDK.
    let start = runtime
        .strip_suffix(".Platform")
        .or_else(|| runtime.strip_suffix(".Sdk"));
    match start {
        Some(start) if known.contains(&start) => {
            if sdk != format!("{start}.Sdk") {
                flaws.push(Flaw::at(
                    file,
                    "sdk",
                    format!("the SDK of `{runtime}` is `{start}.Sdk`, not `{sdk}`"),
                ));
            }
        }
        _ => flaws.push(Flaw::at(
            file,
            "runtime",
            format!("`{runtime}` is no runtime of Flathub, such as `org.freedesktop.Platform`"),
        )),
    }
    match yaml.get("runtime-version") {
        None => flaws.push(Flaw::file(file, "there is no `runtime-version`")),
        Some(Yaml::Plain(text)) if text.parse::<f64>().is_ok() => flaws.push(Flaw::at(
            file,
            "runtime-version",
            format!("`{text}` is a number for a reader of YAML: put it into quotes"),
        )),
        Some(_) => {}
    }
    flaws
}

/// A command in `bin`, without a path (F3, `toplevel-no-command`, `toplevel-command-is-path`).
pub(super) fn command(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    if yaml.get("build-extension").is_some() || yaml.get("build-runtime").is_some() {
        return Vec::new();
    }
    match word(yaml, "command") {
        None | Some("") => vec![Flaw::file(file, "there is no `command`")],
        Some(it) if it.contains('/') => vec![Flaw::at(file, "command", format!("`{it}` is a path"))],
        Some(_) => Vec::new(),
    }
}

/// What no application gets without an exception (F3, `finish-args-*`): the start of a permission.
const PERMISSIONS: &[(&str, &str)] = &[
    ("--filesystem=host", "it could read and write every file"),
    (
        "--filesystem=home",
        "it could read and write every file of the user",
    ),
    ("--filesystem=~", "it could read and write every file of the user"),
    ("--filesystem=/etc", "the folder belongs to Flatpak"),
    ("--filesystem=/usr", "the folder belongs to Flatpak"),
    ("--filesystem=/tmp", "the folder belongs to all programs"),
    ("--filesystem=xdg-config", "it has a folder of its own there"),
    ("--filesystem=xdg-data", "it has a folder of its own there"),
    ("--filesystem=xdg-cache", "it has a folder of its own there"),
    ("--socket=session-bus", "it could talk to every program"),
    ("--socket=system-bus", "it could talk to every service"),
    ("--socket=gpg-agent", "it could sign in the user's name"),
    ("--socket=ssh-auth", "it could log in in the user's name"),
    (
        "--talk-name=org.freedesktop.Flatpak",
        "it could leave the sandbox",
    ),
    (
        "--talk-name=org.freedesktop.*",
        "it could talk to every service of the desktop",
    ),
    (
        "--talk-name=org.freedesktop.portal.",
        "portals may be talked to anyway",
    ),
    ("--own-name=", "an application owns its own name anyway"),
    ("--system-own-name=", "no application owns a name of the system"),
];

pub(super) fn permissions(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let words = yaml.get("finish-args").map_or(&[][..], Yaml::items);
    let mut flaws = Vec::new();
    for word in words.iter().filter_map(Yaml::as_str) {
        if let Some((_, why)) = PERMISSIONS.iter().find(|(start, _)| word.starts_with(start)) {
            flaws.push(Flaw::at(
                file,
                word,
                format!("`{word}` needs an exception: {why}"),
            ));
        } else if !word.starts_with("--") {
            flaws.push(Flaw::at(
                file,
                word,
                format!("`{word}` is no permission: it begins with `--`"),
            ));
        }
    }
    flaws
}

/// Building without a network (F3, `*-build-network-access`).
pub(super) fn network(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for node in std::iter::once(yaml).chain(modules(yaml)) {
        let arguments = node.get("build-options").and_then(|it| it.get("build-args"));
        if arguments.is_some_and(|it| it.items().iter().any(|it| it.as_str() == Some("--share=network"))) {
            flaws.push(Flaw::at(file, "--share=network", "the build has a network"));
        }
        for line in node
            .get("build-commands")
            .map_or(&[][..], Yaml::items)
            .iter()
            .filter_map(Yaml::as_str)
        {
            let is_cargo =
                line.starts_with("cargo ") && !line.contains("--offline") && !line.contains("--frozen");
            if is_cargo {
                flaws.push(Flaw::at(
                    file,
                    "cargo ",
                    format!("`{line}` would ask the registry: add `--offline`"),
                ));
            }
        }
    }
    flaws
}
