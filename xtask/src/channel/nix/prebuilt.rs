//! The package of what was built already.

use crate::channel::nix::expression::{list, script};
use crate::channel::nix::packages::{Job, installs, no_address};
use crate::channel::nix::{CHANNEL, SYSTEMS, builds, systems};
use crate::channel::shipped::{self, Role, Shipped};
use crate::config::ArchiveForm;
use crate::edition::Build;
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Value;
use crate::target::Abi;

impl Job<'_> {
    /// The package of what was built already.
    pub(super) fn prebuilt(&self, output: &mut Output) -> anyhow::Result<()> {
        let edition = self.edition;
        for system in systems(edition) {
            let row = SYSTEMS.iter().find(|it| it.0 == system);
            if row.is_none_or(|it| edition.first_of(it.1).is_none()) {
                let target = row.map(|it| format!("cargo xtask dist --target {}", it.1[0]));
                output.gap(
                    format!("no build for {system}"),
                    "the package of binaries cannot be installed there",
                    target.unwrap_or_else(|| "take it out of `systems` under `[channel.nix]`".to_owned()),
                );
            }
        }
        let builds = builds(edition);
        let Some((_, first)) = builds.first() else {
            return Ok(());
        };
        if edition.url("").is_none() {
            no_address("bin/package.nix", output);
            return Ok(());
        }
        let is_patched = builds.iter().any(|it| it.1.target.abi == Abi::Gnu);
        let builder = if is_patched { "stdenv" } else { "stdenvNoCC" };
        let mut sources = Vec::new();
        for (system, build) in &builds {
            let url = edition.url(&build.archive.name).unwrap_or_default();
            sources.push(format!("{system} = {};", self.fetchurl(&url, &build.archive)));
        }
        let files = shipped::of(first);
        let has_extras = files.iter().any(|it| it.role != Role::Licence);
        let is_zstd = builds
            .iter()
            .any(|it| ArchiveForm::of_name(&it.1.archive.name) == Some(ArchiveForm::TarZst));
        let inputs = [
            ("autoPatchelfHook", is_patched),
            ("installShellFiles", has_extras),
            ("zstd", is_zstd),
        ];
        let input_lines: Vec<String> = inputs
            .iter()
            .filter(|it| it.1)
            .map(|it| format!("{},", it.0))
            .collect();
        let mut values = self.common();
        values.extend([
            ("builder", Value::word(builder)?),
            (
                "system",
                Value::code(format!("${{{builder}.hostPlatform.system}}")),
            ),
            ("inputs", Value::code(input_lines.join("\n"))),
            ("hooks", Value::code(hooks(is_patched, has_extras, is_zstd))),
            ("install", Value::code(installs_prebuilt(first, &files))),
            ("sources", Value::code(sources.join("\n"))),
        ]);
        let path = if edition.is_main {
            "bin/package.nix".to_owned()
        } else {
            format!("bin/{}/package.nix", self.name)
        };
        output.text(path, edition.fill(&CHANNEL, "bin.nix", &values)?);
        Ok(())
    }
}

/// The lines that install what an archive holds.
fn installs_prebuilt(build: &Build, files: &[Shipped]) -> String {
    let quoted = |it: &str| Language::Shell.literal(it);
    let mut lines: Vec<String> = build
        .binaries()
        .iter()
        .map(|it| format!("install -Dm755 {} -t \"$out/bin\"", quoted(&build.file_name(it))))
        .collect();
    lines.extend(installs(files, |it| quoted(&it.path)));
    let licences = files.iter().filter(|it| it.role == Role::Licence);
    lines.extend(licences.map(|it| {
        format!(
            "install -Dm644 {} -t \"$out/share/licenses/$pname\"",
            quoted(&it.path)
        )
    }));
    script(&lines)
}

fn hooks(is_patched: bool, has_extras: bool, is_zstd: bool) -> String {
    let mut always = Vec::new();
    if has_extras {
        always.push("installShellFiles".to_owned());
    }
    if is_zstd {
        always.push("zstd".to_owned());
    }
    let mut lines = Vec::new();
    if is_patched {
        let linux = "lib.optionals stdenv.hostPlatform.isLinux";
        let inner: Vec<String> = always.iter().map(|it| format!("  {it}\n")).collect();
        let native = match always.len() {
            0 => String::new(),
            _ => format!("[\n{}]\n++ ", inner.concat()),
        };
        lines.push(format!(
            "nativeBuildInputs = {native}{linux} [ autoPatchelfHook ];"
        ));
        lines.push(format!("buildInputs = {linux} [ stdenv.cc.cc.lib ];"));
    } else if !always.is_empty() {
        lines.push(format!("nativeBuildInputs = {};", list(&always)));
    }
    lines.join("\n")
}
