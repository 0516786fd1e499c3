//! The flake of the repository itself.

use std::collections::BTreeSet;

use crate::channel::nix::expression::{attribute, texts};
use crate::channel::nix::packages::{Job, indented, literal, main_program};
use crate::channel::nix::{CHANNEL, systems};
use crate::render::Output;
use crate::render::template::{Value, Values};

/// A package of the workspace, as the flake builds it.
struct Member {
    package: String,
    name: String,
    summary: String,
    programs: Vec<String>,
}

impl Job<'_> {
    /// The flake of the repository, with all packages of the release.
    pub(super) fn flake(&self, output: &mut Output) -> anyhow::Result<()> {
        let listing = self.edition.listing_for(&CHANNEL);
        let settings = self.edition.settings(&CHANNEL);
        let nixpkgs = settings
            .text("nixpkgs")
            .unwrap_or("github:NixOS/nixpkgs/nixos-unstable");
        let members = self.members();
        let packages: anyhow::Result<Vec<String>> = members.iter().map(|it| self.flake_package(it)).collect();
        let mut apps = Vec::new();
        let mut taken = BTreeSet::new();
        for member in &members {
            for program in &member.programs {
                if taken.insert(program.clone()) {
                    let attribute_of = attribute(&member.name);
                    apps.push(format!(
                        "{} = {{\n  type = \"app\";\n  program = lib.getExe' all.{attribute_of} {};\n}};",
                        attribute(program),
                        literal(program)
                    ));
                }
            }
        }
        let main = attribute(&self.name);
        if taken.insert("default".to_owned()) && members.iter().any(|it| !it.programs.is_empty()) {
            apps.push(format!(
                "default = {{\n  type = \"app\";\n  program = lib.getExe all.{main};\n}};"
            ));
        }
        let values = Values::from([
            ("summary", Value::text(listing.summary)),
            ("nixpkgs", Value::text(nixpkgs)),
            ("systems", Value::code(texts(&systems(self.edition)))),
            ("version", Value::text(self.version.as_str())),
            ("packages", Value::code(packages?.join("\n\n"))),
            ("apps", Value::code(apps.join("\n"))),
            ("default", Value::code(main)),
        ]);
        output.text("flake.nix", self.edition.fill(&CHANNEL, "flake.nix", &values)?);
        output.gap(
            "no `flake.lock`",
            "the flake builds with whatever nixpkgs is the newest",
            "put `flake.nix` beside `Cargo.toml`, run `nix flake lock`, and commit both",
        );
        Ok(())
    }

    /// The packages of the release. What is said about the others than this one stands in their manifests.
    fn members(&self) -> Vec<Member> {
        let edition = self.edition;
        let of = |package: &String| {
            let is_own = *package == edition.listing.package;
            let archives = edition.release.artifacts.iter();
            let mut programs: Vec<String> = archives
                .filter(|it| it.package == *package)
                .flat_map(|it| &it.binaries)
                .map(|it| it.name.clone())
                .collect();
            let mut seen = BTreeSet::new();
            programs.retain(|it| seen.insert(it.clone()));
            let summary = || {
                let members = &edition.workspace.as_ref()?.members;
                let member = members.iter().find(|it| it.name.as_str() == package)?;
                member.description.clone()
            };
            Member {
                package: package.clone(),
                name: if is_own {
                    self.name.clone()
                } else {
                    package.to_lowercase()
                },
                summary: if is_own {
                    edition.listing_for(&CHANNEL).summary
                } else {
                    summary().unwrap_or_default()
                },
                programs,
            }
        };
        edition.release.identity.packages.iter().map(of).collect()
    }

    fn flake_package(&self, member: &Member) -> anyhow::Result<String> {
        let files = if member.package == self.edition.listing.package {
            self.extras()
        } else {
            Vec::new()
        };
        let has_git = self
            .edition
            .lock
            .as_deref()
            .is_some_and(|it| it.contains("source = \"git+"));
        let lock = if has_git {
            // Crates from git have no checksum in Cargo.lock; a flake may fetch them by their commit.
            "cargoLock = {\n    lockFile = ./Cargo.lock;\n    allowBuiltinFetchGit = true;\n  };"
        } else {
            "cargoLock.lockFile = ./Cargo.lock;"
        };
        let mut meta = vec![format!("description = {};", literal(&member.summary))];
        meta.extend(self.homepage());
        meta.extend(self.license());
        meta.extend(
            main_program(&member.name, &member.programs).map(|it| format!("mainProgram = {};", literal(it))),
        );
        Ok(format!(
            "{} = pkgs.rustPlatform.buildRustPackage {{\n  pname = {};\n  inherit version;\n\n  src = self;\n\n  {lock}\n\n  \
             {}\n\n  meta = {{\n    {}\n  }};\n}};",
            attribute(&member.name),
            literal(&member.name),
            indented(&self.build(&member.package, "pkgs.", &files)?, 2),
            indented(&meta.join("\n"), 4),
        ))
    }
}
