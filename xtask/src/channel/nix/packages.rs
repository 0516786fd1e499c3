//! What the expressions that are rendered for Nix have in common.

use std::collections::BTreeSet;

use anyhow::ensure;

use crate::artifact::Artifact;
use crate::channel::nix::expression::{attribute, license, list, script, sri, texts, versioned};
use crate::channel::nix::{CHANNEL, Source, name, source};
use crate::channel::shipped::{self, Role, Shipped};
use crate::edition::{Build, Edition};
use crate::problem::Problem;
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::{Value, Values};

/// What is the same for all of them.
pub(super) struct Job<'a> {
    pub(super) edition: &'a Edition,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) source: Source,
}

pub(super) fn literal(text: &str) -> String {
    Language::Nix.literal(text)
}

impl<'a> Job<'a> {
    pub(super) fn of(edition: &'a Edition) -> anyhow::Result<Job<'a>> {
        Ok(Job {
            edition,
            name: name(edition),
            version: edition.version().to_string(),
            source: source(edition)?,
        })
    }

    /// The values that both packages have.
    pub(super) fn common(&self) -> Values {
        let edition = self.edition;
        let listing = edition.listing_for(&CHANNEL);
        let settings = edition.settings(&CHANNEL);
        let maintainers: Vec<String> = settings
            .list("maintainers")
            .unwrap_or_default()
            .into_iter()
            .map(attribute)
            .collect();
        let maintainers = if maintainers.is_empty() {
            "[ ]".to_owned()
        } else {
            format!("with lib.maintainers; {}", list(&maintainers))
        };
        let programs = edition.builds().first().map(Build::binaries).unwrap_or_default();
        let programs: Vec<String> = programs.iter().map(|it| it.name.clone()).collect();
        let program = main_program(&self.name, &programs).unwrap_or(&self.name);
        let changelog = listing
            .repository
            .as_ref()
            .filter(|it| it.github.is_some())
            .map(|it| {
                let url = format!("{}/releases/tag/{}", it.url, edition.tag());
                format!("changelog = {};", self.versioned(&url))
            });
        Values::from([
            ("name", Value::text(self.name.as_str())),
            ("version", Value::text(self.version.as_str())),
            ("summary", Value::text(listing.summary)),
            ("homepage", Value::code(self.homepage().unwrap_or_default())),
            ("changelog", Value::code(changelog.unwrap_or_default())),
            ("license", Value::code(self.license().unwrap_or_default())),
            ("maintainers", Value::code(maintainers)),
            ("program", Value::text(program)),
        ])
    }

    pub(super) fn homepage(&self) -> Option<String> {
        let listing = self.edition.listing_for(&CHANNEL);
        let url = listing.homepage.or(listing.repository.map(|it| it.url))?;
        Some(format!("homepage = {};", literal(&url)))
    }

    pub(super) fn license(&self) -> Option<String> {
        let text = self.edition.listing.license.as_deref()?;
        Some(format!("license = {};", license(text)))
    }

    pub(super) fn versioned(&self, text: &str) -> String {
        versioned(text, &self.version, "finalAttrs.version")
    }

    pub(super) fn fetchurl(&self, url: &str, artifact: &Artifact) -> String {
        format!(
            "fetchurl {{\n  url = {};\n  hash = \"{}\";\n}}",
            self.versioned(url),
            sri(artifact.digests.sha256)
        )
    }

    /// The completions and man pages that go with the programs.
    pub(super) fn extras(&self) -> Vec<Shipped> {
        let files = self.edition.builds().first().map(shipped::of).unwrap_or_default();
        files.into_iter().filter(|it| it.role != Role::Licence).collect()
    }

    /// The packages of nixpkgs that a key of the settings names.
    pub(super) fn inputs(&self, key: &'static str) -> anyhow::Result<Vec<&'a str>> {
        let names = self.edition.settings(&CHANNEL).list(key).unwrap_or_default();
        for name in &names {
            let is_name = name.split('.').all(|it| attribute(it) == it);
            ensure!(
                is_name,
                Problem::new(format!("`{name}` is no name of a package of nixpkgs"))
                    .help(format!("mend `{key}` under `[channel.nix]`"))
            );
        }
        Ok(names)
    }

    /// What cargo is told, and what is installed besides the programs. `from` stands before packages of nixpkgs.
    pub(super) fn build(&self, package: &str, from: &str, files: &[Shipped]) -> anyhow::Result<String> {
        let settings = self.edition.settings(&CHANNEL);
        let mut flags = vec!["--package", package];
        flags.extend(settings.list("build-flags").unwrap_or_default());
        let flags = texts(&flags);
        let mut lines = vec![
            format!("cargoBuildFlags = {flags};"),
            format!("cargoTestFlags = {flags};"),
        ];
        let of = |key: &'static str| -> anyhow::Result<Vec<String>> {
            let names = self.inputs(key)?;
            Ok(names.iter().map(|it| format!("{from}{it}")).collect())
        };
        let mut native = of("native-build-inputs")?;
        if !files.is_empty() {
            native.push(format!("{from}installShellFiles"));
        }
        for (key, words) in [
            ("nativeBuildInputs", native),
            ("buildInputs", of("build-inputs")?),
        ] {
            if !words.is_empty() {
                lines.push(format!("\n{key} = {};", list(&words)));
            }
        }
        if !files.is_empty() {
            let place = |file: &Shipped| match file.in_source(self.edition) {
                Some(path) => Language::Shell.literal(&path),
                // `dist` has taken it from the folder of a build script, whose name has a digest in it.
                None => format!(
                    "\"$(find target -path {} -print -quit)\"",
                    Language::Shell.literal(&format!("*/out/{}", file.path))
                ),
            };
            let text = script(&installs(files, place));
            lines.push(format!("\npostInstall = ''\n  {}\n'';", indented(&text, 2)));
        }
        Ok(lines.join("\n"))
    }
}

/// Says that nothing can be downloaded.
pub(super) fn no_address(file: &str, output: &mut Output) {
    output.gap(
        "no address to download from",
        format!("no `{file}`"),
        "write `repository` into `Cargo.toml`, or `download-url` under `[product]`",
    );
}

/// The lines that install completions and man pages, with the hooks of `installShellFiles`.
pub(super) fn installs(files: &[Shipped], place: impl Fn(&Shipped) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let shells = [
        (Role::Bash, "--bash"),
        (Role::Fish, "--fish"),
        (Role::Zsh, "--zsh"),
    ];
    let is_completion = |it: &&Shipped| shells.iter().any(|(role, _)| it.role == *role);
    let programs: BTreeSet<&str> = files.iter().filter(is_completion).map(Shipped::program).collect();
    for program in programs {
        let mut words = vec![format!(
            "installShellCompletion --cmd {}",
            Language::Shell.literal(program)
        )];
        for (role, flag) in shells {
            let file = files.iter().find(|it| it.role == role && it.program() == program);
            words.extend(file.map(|it| format!("  {flag} {}", place(it))));
        }
        lines.push(words.join(" \\\n"));
    }
    let pages = files.iter().filter(|it| matches!(it.role, Role::Man(_)));
    lines.extend(pages.map(|it| format!("installManPage {}", place(it))));
    lines
}

/// The program that `nix run` starts: the one of the package's name, else the first.
pub(super) fn main_program<'a>(name: &str, programs: &'a [String]) -> Option<&'a str> {
    let own = programs.iter().find(|it| *it == name);
    own.or(programs.first()).map(String::as_str)
}

/// The lines after the first with some spaces in front; empty ones stay empty.
pub(super) fn indented(text: &str, spaces: usize) -> String {
    let indent = " ".repeat(spaces);
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}
