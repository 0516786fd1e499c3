//! The package for nixpkgs.

use std::collections::BTreeSet;

use crate::artifact::Artifact;
use crate::channel::nix::expression::sri;
use crate::channel::nix::packages::{Job, literal, no_address};
use crate::channel::nix::{CHANNEL, Source, by_name};
use crate::pack::{File, Mode, nar};
use crate::render::Output;
use crate::render::template::Value;

impl Job<'_> {
    /// The package for nixpkgs.
    pub(super) fn package(&self, output: &mut Output) -> anyhow::Result<()> {
        let edition = self.edition;
        let Some(archive) = edition.source() else {
            output.gap(
                "no archive of the source",
                "no `package.nix` for nixpkgs",
                "leave `source = false` out of `[dist]`, then `cargo xtask dist`",
            );
            return Ok(());
        };
        let settings = edition.settings(&CHANNEL);
        if settings.text("cargo-hash").is_none() {
            output.gap(
                "no hash of the vendored crates",
                "`cargoHash` of `package.nix` is `lib.fakeHash`, and nobody can build it",
                "build it with Nix, which tells the hash: write that to `cargo-hash` under `[channel.nix]`",
            );
        }
        if settings.list("maintainers").unwrap_or_default().is_empty() {
            output.gap(
                "no maintainer in nixpkgs",
                "`package.nix` has an empty list, which nixpkgs does not take for a new package",
                "write your name of `maintainers/maintainer-list.nix` to `maintainers` under `[channel.nix]`",
            );
        }
        let path = format!("{}/package.nix", by_name(&self.name));
        match self.source {
            Source::Archive => {
                let Some(url) = edition.url(&archive.name) else {
                    no_address("package.nix", output);
                    return Ok(());
                };
                let source = self.fetchurl(&url, archive);
                output.text(path, self.package_text("fetchurl", &source)?);
            }
            Source::Github => self.of_the_tag(archive, path, output),
        }
        Ok(())
    }

    /// The hash is that of the unpacked tree, so the archive is read: this is work, and put off.
    fn of_the_tag(&self, archive: &Artifact, path: String, output: &mut Output) {
        let edition = self.edition;
        let repository = edition.listing.repository.as_ref();
        let Some((owner, repository)) = repository.and_then(|it| it.github.as_ref()) else {
            output.gap(
                "no repository on GitHub",
                "no `package.nix` for nixpkgs",
                "leave `source` out of `[channel.nix]`: then the archive of the release is built",
            );
            return;
        };
        if edition.release.identity.is_dirty {
            output.gap(
                "the commit that was built",
                "the hash of `package.nix` is that of files which the tag does not have",
                "commit everything, then `cargo xtask dist`",
            );
        } else {
            output.gap(
                "no proof that the tag's tree is what was packed",
                "the hash of `package.nix` is right only without links, submodules and `export-ignore`",
                format!("nix flake prefetch github:{owner}/{repository}/{}", edition.tag()),
            );
        }
        let (edition, archive) = (edition.clone(), archive.clone());
        let (owner, repository) = (owner.clone(), repository.clone());
        output.group(path.clone(), move || {
            let files = edition.shelf.files(&archive)?;
            let sum = nar::sha256(files.iter().map(|it| nar::Entry {
                path: it.path.split_once('/').map_or(it.path.as_str(), |it| it.1),
                is_executable: it.mode & 0o100 != 0,
                bytes: &it.bytes,
            }));
            let job = Job::of(&edition)?;
            let source = format!(
                "fetchFromGitHub {{\n  owner = {};\n  repo = {};\n  tag = {};\n  hash = \"{}\";\n}}",
                literal(&owner),
                literal(&repository),
                job.versioned(&edition.tag()),
                sri(sum)
            );
            let bytes = job.package_text("fetchFromGitHub", &source)?.into_bytes();
            let mode = Mode::Plain;
            Ok(vec![(path, File { mode, bytes })])
        });
    }

    fn package_text(&self, fetcher: &str, source: &str) -> anyhow::Result<String> {
        let edition = self.edition;
        let settings = edition.settings(&CHANNEL);
        let files = self.extras();
        let mut inputs: BTreeSet<&str> = BTreeSet::new();
        for key in ["native-build-inputs", "build-inputs"] {
            // Of `xorg.libX11` the function takes `xorg`.
            let names = self.inputs(key)?;
            inputs.extend(names.into_iter().map(|it| it.split('.').next().unwrap_or(it)));
        }
        if !files.is_empty() {
            inputs.insert("installShellFiles");
        }
        let inputs: Vec<String> = inputs.into_iter().map(|it| format!("{it},")).collect();
        let hash = settings
            .text("cargo-hash")
            .map_or("lib.fakeHash".to_owned(), literal);
        let mut values = self.common();
        values.extend([
            ("fetcher", Value::word(fetcher)?),
            ("inputs", Value::code(inputs.join("\n"))),
            ("source", Value::code(source)),
            ("cargo-hash", Value::code(hash)),
            (
                "build",
                Value::code(self.build(&edition.listing.package, "", &files)?),
            ),
        ]);
        edition.fill(&CHANNEL, "package.nix", &values)
    }
}
