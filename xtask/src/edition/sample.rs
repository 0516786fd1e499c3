//! A made-up release: what tests and benchmarks render from. Its programs are scripts, its digests are real.

use std::path::Path;

use semver::Version;

use crate::artifact::{self, Artifact, Binary, Entry, Kind, Subject};
use crate::config::{ArchiveForm, Config, Dotted};
use crate::digest::{Sha256, digests_of_bytes};
use crate::edition::{Edition, Listing, Person, Registries, Repository, Shelf};
use crate::effect::files;
use crate::git::Commit;
use crate::inspect::{Facts, Format, Linkage};
use crate::pack::{Mode, Tree};
use crate::release::{Identity, Release, Toolchain};
use crate::target::{Abi, Os, TARGETS, Target};

/// What the made-up release is like.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What is said about it.
    pub listing: Listing,
    /// Its version.
    pub version: Version,
    /// The targets that were built.
    pub targets: Vec<&'static Target>,
    /// Its programs.
    pub binaries: Vec<String>,
    /// How many bytes each program has at least, for benchmarks.
    pub program_bytes: usize,
    /// The text of `packaging/release.toml`.
    pub settings: String,
    /// The templates in `packaging/`, by path below it.
    pub templates: Vec<(String, String)>,
    /// The text of `Cargo.lock`.
    pub lock: Option<String>,
}

impl Default for Sample {
    /// `demo` 1.2.3 for all targets that are built by default, with every channel on.
    fn default() -> Sample {
        let on: Vec<String> = crate::channel::CHANNELS
            .iter()
            .map(|it| format!("[channel.{}]\n", it.name))
            .collect();
        Sample {
            listing: Listing {
                package: "demo".to_owned(),
                name: "demo".to_owned(),
                title: "Demo".to_owned(),
                summary: "Counts the words of a text".to_owned(),
                description: "Demo counts the words of a text.\n\nIt reads files and standard input, and says how many \
                              words each of them has."
                    .to_owned(),
                license: Some("MIT OR Apache-2.0".to_owned()),
                homepage: Some("https://demo.example".to_owned()),
                repository: Some(Repository::parse("https://github.com/owner/demo")),
                documentation: Some("https://demo.example/docs".to_owned()),
                keywords: ["words", "count", "text"].map(str::to_owned).to_vec(),
                categories: vec!["command-line-utilities".to_owned()],
                authors: vec![Person::parse("The Demo maintainers <demo@demo.example>")],
                publisher: "The Demo maintainers".to_owned(),
                maintainer: Person::parse("The Demo maintainers <demo@demo.example>"),
                copyright: "Copyright (c) The Demo maintainers".to_owned(),
                download_url: Some("https://github.com/owner/demo/releases/download/{tag}".to_owned()),
                rust_version: Some(Version::new(1, 85, 0)),
            },
            version: Version::new(1, 2, 3),
            targets: TARGETS.iter().filter(|it| it.is_default).collect(),
            binaries: vec!["demo".to_owned()],
            program_bytes: 0,
            settings: on.concat(),
            templates: Vec::new(),
            lock: Some(LOCK.to_owned()),
        }
    }
}

/// A lock file with one crate of the registry.
const LOCK: &str = "\
version = 4

[[package]]
name = \"demo\"
version = \"1.2.3\"
dependencies = [
 \"memchr\",
]

[[package]]
name = \"memchr\"
version = \"2.7.6\"
source = \"registry+https://registry.example/index\"
checksum = \"f52b00d39961fc5b2736ea853c9cc86238e165017a493d1d5c8eac6bdc4cc273\"
";

/// The registry that it names.
const REGISTRY: &str = "registry+https://registry.example/index";

/// 2026-01-02T03:04:06Z: an even second, which zip can hold.
pub const TIME_S: i64 = 1_767_323_046;

impl Sample {
    /// Writes `dist/` into a folder and gives the edition.
    pub fn write(&self, dist: &Path) -> anyhow::Result<Edition> {
        let release = self.release(dist)?;
        files::write(&dist.join(crate::release::FILE), release.text()?.as_bytes())?;
        files::write(&dist.join(crate::release::SUMS_FILE), &release.sums()?)?;
        let config = Config::parse(&self.settings)?;
        let edition = Edition::new(
            release,
            self.listing.clone(),
            config.channel,
            self.templates.iter().cloned().collect(),
            Shelf::new(dist),
            self.lock.clone(),
            None,
        )?;
        Ok(edition.with_registries(Registries::new([(REGISTRY, "https://registry.example/crates")])))
    }

    fn release(&self, dist: &Path) -> anyhow::Result<Release> {
        let package = self.listing.package.as_str();
        let mut artifacts = Vec::new();
        for target in &self.targets {
            let stem = artifact::stem(package, &self.version, target);
            let mut tree = Tree::new(&stem);
            let mut binaries = Vec::new();
            for name in &self.binaries {
                let file = format!("{name}{}", target.executable_suffix());
                let script = format!("#!/bin/sh\n# for {target}\necho \"{name} {}\"\n", self.version);
                tree.add(&file, Mode::Executable, self.filled(script).into_bytes())?;
                binaries.push(Binary {
                    name: name.clone(),
                    path: format!("{stem}/{file}"),
                    facts: facts(target),
                });
            }
            for (path, text) in self.documents() {
                tree.add(&path, Mode::Plain, text.into_bytes())?;
            }
            let form = artifact::archive_form(ArchiveForm::TarGz, target);
            let bytes = tree.archive(form, TIME_S)?;
            let entries = entries(&tree);
            artifacts.push(self.put(dist, Kind::Archive, Some(target), &bytes, entries, binaries)?);
            let sbom = format!(
                "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,\"metadata\":{{\"component\":{{\"type\":\"application\",\"name\":\"{package}\",\"version\":\"{}\"}}}},\"components\":[]}}\n",
                self.version
            );
            artifacts.push(self.put(
                dist,
                Kind::Sbom,
                Some(target),
                sbom.as_bytes(),
                Vec::new(),
                Vec::new(),
            )?);
        }
        artifacts.push(self.source(dist)?);
        let identity = Identity {
            product: package.to_owned(),
            version: self.version.clone(),
            packages: vec![package.to_owned()],
            commit: Some(Commit {
                id: "0123456789abcdef0123456789abcdef01234567".to_owned(),
                time_s: TIME_S,
            }),
            tag: Some(format!("v{}", self.version)),
            is_dirty: false,
            time_s: TIME_S,
            source: Sha256::of(b"the source of the sample"),
            toolchain: Toolchain {
                rustc: "rustc 1.95.0".to_owned(),
                host: "x86_64-unknown-linux-gnu".to_owned(),
                llvm: "21.1.0".to_owned(),
            },
        };
        Ok(Release::new(identity, artifacts))
    }

    /// The script with lines of noise behind it, until it is long enough. They compress to half, as programs do.
    fn filled(&self, mut script: String) -> String {
        for count in 0_u64.. {
            if script.len() >= self.program_bytes {
                break;
            }
            script.push_str(&format_args!("# {}\n", Sha256::of(&count.to_le_bytes())).to_string());
        }
        script
    }

    fn source(&self, dist: &Path) -> anyhow::Result<Artifact> {
        let package = self.listing.package.as_str();
        let stem = artifact::source_stem(package, &self.version);
        let mut tree = Tree::new(&stem);
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"{}\"\n",
            self.version
        );
        let lock = self.lock.clone().unwrap_or_default();
        for (path, text) in [("Cargo.toml", manifest), ("Cargo.lock", lock)] {
            tree.add(path, Mode::Plain, text.into_bytes())?;
        }
        // What a build script makes, completions and man pages, is no source.
        let written = self.documents().into_iter().filter(|it| !it.0.contains('/'));
        for (path, text) in written {
            tree.add(&path, Mode::Plain, text.into_bytes())?;
        }
        let bytes = tree.archive(ArchiveForm::TarGz, TIME_S)?;
        self.put(dist, Kind::Source, None, &bytes, entries(&tree), Vec::new())
    }

    fn put(
        &self,
        dist: &Path,
        kind: Kind,
        target: Option<&Target>,
        bytes: &[u8],
        entries: Vec<Entry>,
        binaries: Vec<Binary>,
    ) -> anyhow::Result<Artifact> {
        let package = self.listing.package.as_str();
        let subject = match (kind, target) {
            (Kind::Archive, Some(target)) => Subject::Archive(target),
            (Kind::Sbom, Some(target)) => Subject::Sbom(target),
            _ => Subject::Source,
        };
        let name = artifact::name(subject, ArchiveForm::TarGz, package, &self.version);
        files::write(&dist.join(&name), bytes)?;
        Ok(Artifact {
            name,
            kind,
            package: package.to_owned(),
            target: target.map(|it| it.triple.to_owned()),
            size_bytes: bytes.len() as u64,
            digests: digests_of_bytes(bytes),
            inputs: Sha256::of(b"the inputs of the sample"),
            builder: "zigbuild".to_owned(),
            host: None,
            entries,
            binaries,
        })
    }

    fn documents(&self) -> Vec<(String, String)> {
        let name = &self.binaries[0];
        let version = &self.version;
        let of = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        vec![
            of("README.md", "# Demo\n\nCounts the words of a text.\n"),
            of("LICENSE-MIT", "MIT License\n\nThe text of the licence.\n"),
            of(
                "LICENSE-APACHE",
                "Apache License, Version 2.0\n\nThe text of the licence.\n",
            ),
            of(
                "CHANGELOG.md",
                &format!(
                    "# Changelog\n\n## [{version}] - 2026-01-02\n\n### Added\n\n- `{name} --json` prints JSON.\n"
                ),
            ),
            of(
                &format!("completions/{name}.bash"),
                "complete -W '--help --version' demo\n",
            ),
            of(&format!("completions/_{name}"), "#compdef demo\n"),
            of(&format!("completions/{name}.fish"), "complete -c demo -l help\n"),
            of(&format!("man/{name}.1"), ".TH demo 1\n"),
        ]
    }
}

fn entries(tree: &Tree) -> Vec<Entry> {
    tree.files()
        .map(|(path, file)| Entry {
            path: format!("{}/{path}", tree.top()),
            mode: format!("{:04o}", file.mode.bits()),
            size_bytes: file.bytes.len() as u64,
            sha256: Sha256::of(&file.bytes),
        })
        .collect()
}

fn facts(target: &Target) -> Facts {
    let is_static = target.abi == Abi::Musl;
    Facts {
        format: match target.os {
            Os::Linux => Format::Elf,
            Os::Windows => Format::Pe,
            Os::Macos if target.is_universal() => Format::MachOUniversal,
            Os::Macos => Format::MachO,
        },
        machines: target
            .machines
            .iter()
            .map(|it| crate::inspect::machine_name(*it))
            .collect(),
        linkage: if is_static {
            Linkage::Static
        } else {
            Linkage::Dynamic
        },
        libraries: match target.abi {
            Abi::Gnu => vec!["libc.so.6".to_owned()],
            Abi::Musl => Vec::new(),
            Abi::Darwin => vec!["/usr/lib/libSystem.B.dylib".to_owned()],
            Abi::GnuLlvm | Abi::Mingw | Abi::Msvc => vec!["KERNEL32.dll".to_owned()],
        },
        glibc: (target.abi == Abi::Gnu).then(|| Dotted(vec![2, 17])),
        minimum_os: match target.os {
            Os::Linux => None,
            Os::Windows => Some(Dotted(vec![6, 0])),
            Os::Macos => Some(Dotted(vec![11, 0])),
        },
        interpreter: (target.abi == Abi::Gnu).then(|| "/lib64/ld-linux-x86-64.so.2".to_owned()),
        is_signed: (target.os == Os::Macos).then_some(true),
        slices: Vec::new(),
    }
}
