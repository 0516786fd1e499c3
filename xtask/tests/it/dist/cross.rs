//! All default targets from one machine, where the tools for it are installed.

use std::path::{Path, PathBuf};

use xtask::artifact::{Artifact, Kind};
use xtask::config::Dotted;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::inspect::{Format, Linkage};
use xtask::target::{Abi, Os, TARGETS, Target};
use xtask::tools::{TOOLS, TOOLS_VARIABLE};

use super::fixture::{MAIN, Place, QUICK, outcomes};
use crate::support::{run, skipped};

/// The folder of the tools and the wanted targets, unless something is missing; says so by the name of the test.
pub(crate) fn tools(test: &str) -> Option<PathBuf> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
    let folder = environment::path_var(TOOLS_VARIABLE).unwrap_or_else(own);
    let missing = TOOLS.iter().find(|it| it.find(&folder).is_none());
    if let Some(tool) = missing {
        let why = format!("`{}` is not in `{}`", tool.name, folder.display());
        skipped(
            test,
            &format!("{why}; `cargo xtask setup --install --all` gets it"),
        );
        return None;
    }
    let sysroot = run(
        &super::fixture::program("rustc", Path::new(env!("CARGO_MANIFEST_DIR"))).args(["--print", "sysroot"]),
    )
    .ends(0)
    .text();
    let has = |it: &Target| {
        Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(it.triple)
            .is_dir()
    };
    let missing = defaults().flat_map(Target::compiled).find(|it| !has(it));
    if let Some(target) = missing {
        skipped(test, &format!("the Rust target {target} is not installed"));
        return None;
    }
    Some(folder)
}

fn defaults() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter().filter(|it| it.is_default)
}

/// `dist` with the tools and their caches.
fn dist(place: &Place, tools: &Path, words: &str) -> Program {
    place.program(words).envs(caches()).env(TOOLS_VARIABLE, tools)
}

/// The variables that say where zig keeps its caches.
pub(crate) fn caches() -> impl Iterator<Item = (&'static str, PathBuf)> {
    let names = ["HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"];
    names
        .into_iter()
        .filter_map(|it| Some((it, environment::path_var(it)?)))
}

#[test]
fn every_default_target_has_the_facts_of_its_name() {
    let Some(tools) = tools("every_default_target_has_the_facts_of_its_name") else {
        return;
    };
    let place = Place::app(&[("README.md", "# app\n")]);
    let all = run(&dist(&place, &tools, "--all --json")).ends(0);
    let built = outcomes(&all);
    assert_eq!(built.len(), defaults().count());
    assert!(built.values().all(|it| it == "built"), "{built:?}");
    let shelf = place.shelf();
    for target in defaults() {
        let of = |kind: Kind| -> &Artifact {
            let mut rows = shelf.release.artifacts.iter();
            rows.find(|it| it.is_for(target.triple) && it.kind == kind)
                .unwrap()
        };
        assert_eq!(of(Kind::Sbom).name, format!("app-1.2.3-{target}.cdx.json"));
        let archive = of(Kind::Archive);
        let form = if target.os == Os::Windows {
            ".zip"
        } else {
            ".tar.gz"
        };
        assert_eq!(archive.name, format!("app-1.2.3-{target}{form}"));
        let [binary] = archive.binaries.as_slice() else {
            panic!("{:?}", archive.binaries)
        };
        let suffix = if target.os == Os::Windows { ".exe" } else { "" };
        assert_eq!(binary.path, format!("app-1.2.3-{target}/app{suffix}"));
        let facts = &binary.facts;
        let machines: Vec<&str> = match target.triple.split_once('-').unwrap().0 {
            "universal" => vec!["x86_64", "aarch64"],
            machine => vec![machine],
        };
        assert_eq!(facts.machines, machines, "{target}");
        let format = match target.os {
            Os::Linux => Format::Elf,
            Os::Windows => Format::Pe,
            Os::Macos if target.is_universal() => Format::MachOUniversal,
            Os::Macos => Format::MachO,
        };
        assert_eq!(facts.format, format, "{target}");
        match target.abi {
            Abi::Musl => assert_eq!(facts.linkage, Linkage::Static, "{target}"),
            Abi::Gnu => {
                let floor = Dotted(vec![2, 17]);
                assert!(
                    facts.glibc.as_ref().unwrap() <= &floor,
                    "{target}: {:?}",
                    facts.glibc
                );
            }
            Abi::Darwin => {
                assert_eq!(facts.minimum_os, Some(Dotted(vec![11, 0])), "{target}");
                // The linker signs what macOS would kill without.
                if target.triple == "aarch64-apple-darwin" {
                    assert_eq!(facts.is_signed, Some(true), "{target}");
                }
            }
            Abi::GnuLlvm | Abi::Mingw | Abi::Msvc => {}
        }
    }
    let again = outcomes(&run(&dist(&place, &tools, "--all --json")).ends(0));
    assert!(again.values().all(|it| it == "fresh"), "{again:?}");
}

#[test]
fn targets_accumulate_and_fail_one_by_one() {
    let Some(tools) = tools("targets_accumulate_and_fail_one_by_one") else {
        return;
    };
    let (musl, gnu) = ("x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu");
    let place = Place::app(&[]);
    run(&dist(&place, &tools, &format!("--target {musl}"))).ends(0);
    run(&dist(&place, &tools, &format!("--target {gnu}"))).ends(0);
    let targets = |place: &Place| -> Vec<String> {
        let release = place.shelf().release;
        assert!(release.source().is_some());
        release
            .artifacts
            .iter()
            .filter_map(|it| it.target.clone())
            .collect()
    };
    assert_eq!(targets(&place), [gnu, gnu, musl, musl]);
    place.put(
        "src/main.rs",
        &format!("#[cfg(target_env = \"musl\")]\ncompile_error!(\"not for musl\");\n{MAIN}"),
    );
    let words = format!("--json --target {musl} --target {gnu}");
    let run = run(&dist(&place, &tools, &words)).ends(1);
    let found = outcomes(&run);
    assert_eq!((found[musl].as_str(), found[gnu].as_str()), ("failed", "built"));
    assert_eq!(
        run.stderr.matches("\nerror: cannot compile for `").count(),
        1,
        "{}",
        run.stderr
    );
    assert_eq!(targets(&place), [gnu, gnu]);
}

#[test]
fn other_systems_are_reproducible_too() {
    let Some(tools) = tools("other_systems_are_reproducible_too") else {
        return;
    };
    let place = Place::app(&[("packaging/release.toml", QUICK)]);
    let targets = ["aarch64-apple-darwin", "x86_64-pc-windows-gnullvm"];
    let words = targets.map(|it| format!(" --target {it}")).concat();
    let proof = run(&dist(&place, &tools, &format!("--prove --json{words}")))
        .ends(0)
        .json();
    for target in targets {
        assert_eq!(
            proof["proof"]["targets"][target],
            serde_json::json!([]),
            "{target}"
        );
    }
    place.shelf();
    assert_eq!(files::list(&place.root.join("dist")).unwrap().len(), 7);
}
