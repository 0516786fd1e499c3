//! The manifests for flatpak-builder: one that builds from source, one that packs the release's own programs.

use crate::artifact::Entry;
use crate::channel::flathub::{CHANNEL, crates};
use crate::edition::licence::below_top;
use crate::edition::{Build, Edition};
use crate::render::language::Language;
use crate::render::template::Word;
use crate::render::yaml::Yaml;
use crate::target::Os;

/// The runtime of this year: a new one comes each August, and a first submission must use the newest (F1).
const RUNTIME_VERSION: &str = "26.08";

/// Flatpak's word for a machine, and the targets that serve it, the best first.
const ARCHITECTURES: &[(&str, &[&str])] = &[
    (
        "x86_64",
        &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
    ),
    (
        "aarch64",
        &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"],
    ),
];

/// The builds that a Flatpak can hold, with Flatpak's word for the machine.
pub(super) fn builds(edition: &Edition) -> Vec<(&'static str, &Build)> {
    ARCHITECTURES
        .iter()
        .filter_map(|(name, triples)| Some((*name, edition.first_of(triples)?)))
        .collect()
}

/// What a manifest installs.
pub(super) struct Content<'a> {
    /// The edition.
    pub edition: &'a Edition,
    /// The id of the application.
    pub id: &'a str,
    /// Its programs; the first is the command.
    pub programs: &'a [String],
}

fn map(entries: impl IntoIterator<Item = (&'static str, Yaml)>) -> Yaml {
    let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value));
    Yaml::Map(entries.collect())
}

/// A word of a shell's line, in quotes where it needs them.
fn word(text: &str) -> String {
    match Word::parse(text) {
        Ok(_) => text.to_owned(),
        Err(_) => Language::Shell.literal(text),
    }
}

impl Content<'_> {
    /// The manifest that builds from source, which is all that Flathub takes.
    pub(super) fn source(&self, source: Yaml, has_crates: bool) -> String {
        let edition = self.edition;
        let name = &edition.listing.package;
        let mut cargo = format!(
            "cargo --offline build --release --locked --package {} --bins",
            word(name)
        );
        for extra in edition.settings(&CHANNEL).list("cargo-args").unwrap_or_default() {
            cargo.push(' ');
            cargo.push_str(&word(extra));
        }
        let mut commands = vec![cargo];
        let built = self
            .programs
            .iter()
            .map(|it| word(&format!("target/release/{it}")));
        commands.push(install("0755", "bin", &built.collect::<Vec<_>>()));
        commands.extend(self.shared(|entry| self.edition.path_in_source(entry).to_owned()));
        let mut sources = vec![source];
        if has_crates {
            sources.push(crates::FILE.into());
        }
        sources.extend(self.companions());
        let module = map([
            ("name", name.as_str().into()),
            ("buildsystem", "simple".into()),
            (
                "build-options",
                map([
                    ("append-path", Yaml::from("/usr/lib/sdk/rust-stable/bin")),
                    (
                        "env",
                        map([("CARGO_HOME", format!("/run/build/{name}/cargo").into())]),
                    ),
                ]),
            ),
            ("build-commands", Yaml::texts(&commands)),
            ("sources", Yaml::List(sources)),
        ]);
        self.document(true, module)
    }

    /// The manifest that packs what was built already, byte for byte: for a bundle beside the release, or a repository
    /// of one's own. flatpak-builder would take the symbols out of a program; so it is told to leave them.
    pub(super) fn bundle(&self, archives: Vec<Yaml>) -> String {
        let packed = self.edition.builds().iter().find(|it| it.target.os == Os::Linux);
        let binaries = packed.map_or(&[][..], |it| it.binaries());
        let packed = binaries.iter().map(|it| word(below_top(&it.path)));
        let mut commands = vec![install("0755", "bin", &packed.collect::<Vec<_>>())];
        commands.extend(self.shared(|entry| below_top(&entry.path).to_owned()));
        let mut sources = archives;
        sources.extend(self.companions());
        let module = map([
            ("name", self.edition.listing.package.as_str().into()),
            ("buildsystem", "simple".into()),
            (
                "build-options",
                map([("no-debuginfo", Yaml::Plain("true".to_owned()))]),
            ),
            ("build-commands", Yaml::texts(&commands)),
            ("sources", Yaml::List(sources)),
        ]);
        self.document(false, module)
    }

    fn document(&self, needs_rust: bool, module: Yaml) -> String {
        let settings = self.edition.settings(&CHANNEL);
        let version = settings.text("runtime-version").unwrap_or(RUNTIME_VERSION);
        let mut entries = vec![
            ("id", self.id.into()),
            ("runtime", "org.freedesktop.Platform".into()),
            ("runtime-version", Yaml::Quoted(version.to_owned())),
            ("sdk", "org.freedesktop.Sdk".into()),
        ];
        if needs_rust {
            let rust = "org.freedesktop.Sdk.Extension.rust-stable";
            entries.push(("sdk-extensions", Yaml::texts(&[rust])));
        }
        entries.push(("command", self.programs[0].as_str().into()));
        if let Some(permissions) = settings.list("finish-args").filter(|it| !it.is_empty()) {
            entries.push(("finish-args", Yaml::texts(&permissions)));
        }
        entries.push(("modules", Yaml::List(vec![module])));
        map(entries).document()
    }

    /// The files that lie beside the manifest.
    fn companions(&self) -> Vec<Yaml> {
        let file = |end: &str| {
            map([
                ("type", "file".into()),
                ("path", format!("{}.{end}", self.id).into()),
            ])
        };
        vec![file("metainfo.xml"), file("desktop")]
    }

    /// The commands for what both manifests install: licences, metainfo, desktop entry.
    fn shared(&self, path: impl Fn(&Entry) -> String) -> Vec<String> {
        let licences: Vec<String> = self.edition.licence_entries().map(|it| word(&path(it))).collect();
        let mut commands = Vec::new();
        if !licences.is_empty() {
            commands.push(install("0644", "share/licenses/${FLATPAK_ID}", &licences));
        }
        let of = |end: &str| vec![format!("{}.{end}", self.id)];
        commands.push(install("0644", "share/metainfo", &of("metainfo.xml")));
        commands.push(install("0644", "share/applications", &of("desktop")));
        commands
    }
}

/// The command that puts files into a folder of the application.
fn install(mode: &str, folder: &str, files: &[String]) -> String {
    let files = files.join(" ");
    format!("install -Dm{mode} -t \"${{FLATPAK_DEST}}/{folder}\" {files}")
}

/// The source: the commit of the tag, or, where what was built is no commit, the archive of the source.
pub(super) fn source_of(edition: &Edition) -> Option<Yaml> {
    let identity = &edition.release.identity;
    let commit = identity.commit.as_ref().filter(|_| !identity.is_dirty);
    if let (Some(commit), Some(repository)) = (commit, &edition.listing.repository) {
        let end = if repository.github.is_some() { ".git" } else { "" };
        return Some(map([
            ("type", "git".into()),
            ("url", format!("{}{end}", repository.url).into()),
            ("tag", edition.tag().into()),
            ("commit", Yaml::Text(commit.id.clone())),
        ]));
    }
    let archive = edition.source()?;
    Some(map([
        ("type", "archive".into()),
        ("url", edition.url(&archive.name)?.into()),
        ("sha256", archive.digests.sha256.to_string().into()),
    ]))
}

/// The archives of the programs, one a machine.
pub(super) fn archives(edition: &Edition, builds: &[(&'static str, &Build)]) -> Option<Vec<Yaml>> {
    let archive = |(machine, build): &(&'static str, &Build)| {
        Some(map([
            ("type", "archive".into()),
            ("only-arches", Yaml::texts(&[machine])),
            ("url", edition.url(&build.archive.name)?.into()),
            ("sha256", build.archive.digests.sha256.to_string().into()),
        ]))
    };
    builds.iter().map(archive).collect()
}
