//! Nix itself on what is rendered, with a small stand-in for nixpkgs: what parses, evaluates, and builds.

use std::path::{Path, PathBuf};

use xtask::digest::Sha256;
use xtask::edition::sample::Sample;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::pack::nar;
use xtask::render::Files;

use crate::channels::fixture::{Demo, Paper, judge, put_files};
use crate::channels::nix::{HOSTILE, PACKAGE, sample, text};
use crate::dist::fixture::program;
use crate::support::{clean, put, run, scratch};
use crate::version::fixture::git;

/// A stand-in for nixpkgs' `lib`, as far as the expressions use it.
const LIB: &str = r#"rec {
  genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
  importTOML = path: builtins.fromTOML (builtins.readFile path);
  optionals = is: list: if is then list else [ ];
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  getExe = it: "${it}/bin/${it.meta.mainProgram}";
  getExe' = it: name: "${it}/bin/${name}";
  licenses = genAttrs [ "mit" "asl20" "llvm-exception" ] (name: { shortName = name; });
  getLicenseFromSpdxId = name: { shortName = name; };
  maintainers.someone = { name = "someone"; };
  sourceTypes.binaryNativeCode = { shortName = "binaryNativeCode"; };
}
"#;

/// A stand-in for nixpkgs' packages: downloads come from a folder, and everything is built with this machine's programs.
const PACKAGES: &str = r#"{ system, dist, path }:
let
  lib = import ./lib.nix;
  fix = make: if builtins.isFunction make then let it = make (it // { finalPackage = it; }); in it else make;
  shell = name: script: attributes: derivation (attributes // {
    inherit name system;
    PATH = path;
    builder = "/bin/sh";
    args = [ "-euc" ''
      runHook() { :; }
      installManPage() { for it; do install -Dm644 "$it" -t "$out/share/man/man1"; done; }
      installShellCompletion() {
        shift 2
        while [ $# -gt 0 ]; do install -Dm644 "$2" "$out/share/completions/''${1#--}"; shift 2; done
      }
      cd "$(mktemp -d)"
      ${script}
    '' ];
  });
  package = attributes: it: it // { inherit (attributes) pname version meta; attributes = attributes; };
  mkDerivation = make: let it = fix make; in package it (shell "${it.pname}-${it.version}" ''
    tar -xf $src
    cd *
    ${it.installPhase}
  '' { inherit (it) src pname; });
  buildRustPackage = make: let it = fix make; in package it (shell "${it.pname}-${it.version}" ''
    if [ -d $src ]; then cp -r $src source; chmod -R u+w source; else tar -xf $src; fi
    cd *
    export HOME=$PWD CARGO_HOME=$PWD/.cargo-home
    cargo build --offline --locked --release ${toString it.cargoBuildFlags}
    for it in target/release/*; do
      if [ -f "$it" ] && [ -x "$it" ]; then install -Dm755 "$it" -t "$out/bin"; fi
    done
    ${it.postInstall or ""}
  '' { inherit (it) src pname; });
  hostPlatform = {
    inherit system;
    isLinux = builtins.match ".*-linux" system != null;
  };
in
rec {
  inherit lib;
  stdenv = { inherit mkDerivation hostPlatform; cc.cc.lib = "libgcc"; };
  stdenvNoCC = { inherit mkDerivation hostPlatform; };
  rustPlatform = { inherit buildRustPackage; };
  fetchurl = { url, hash }: derivation {
    name = baseNameOf url;
    url = "file://${dist}/${baseNameOf url}";
    builder = "builtin:fetchurl";
    system = "builtin";
    urls = [ "file://${dist}/${baseNameOf url}" ];
    outputHashMode = "flat";
    outputHashAlgo = null;
    outputHash = hash;
    unpack = false;
    executable = false;
    preferLocalBuild = true;
  } // { inherit url hash; };
  fetchFromGitHub = it: it;
  mkShell = it: shell "shell" "mkdir $out" { };
  nix-update-script = _: [ "nix-update" ];
  installShellFiles = "installShellFiles";
  autoPatchelfHook = "autoPatchelfHook";
  clippy = "clippy";
  rust-analyzer = "rust-analyzer";
  rustfmt = "rustfmt";
  callPackage = file: more: let make = import file; in
    make (builtins.intersectAttrs (builtins.functionArgs make) (self // more));
  self = {
    inherit lib stdenv stdenvNoCC rustPlatform fetchurl fetchFromGitHub nix-update-script installShellFiles autoPatchelfHook;
  };
}
"#;

const FLAKE: &str = r#"{
  outputs = { self }: {
    lib = import ./lib.nix;
    legacyPackages = (import ./lib.nix).genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ]
      (system: import ./packages.nix ({ inherit system; } // import ./settings.nix));
  };
}
"#;

/// A folder with the stand-in, a store of its own, and what was rendered.
pub(crate) struct Bench {
    pub(crate) scratch: files::Scratch,
    nix: Program,
}

impl Bench {
    /// `None` where Nix is not installed. `dist` is where downloads come from.
    pub(crate) fn of(test: &str, files: &Files, dist: &Path) -> Option<Bench> {
        let scratch = scratch();
        let dir = scratch.path();
        let nix = judge("nix", test, dir)?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sysroot = run(&program("rustc", root).args(["--print", "sysroot"]))
            .ends(0)
            .text();
        let path = environment::path_with(&[PathBuf::from(sysroot.trim()).join("bin")]).unwrap();
        let quoted = |it: &str| format!("\"{}\"", it.replace('\\', "\\\\").replace('"', "\\\""));
        let settings = format!(
            "{{ dist = {}; path = {}; }}\n",
            quoted(&dist.to_string_lossy()),
            quoted(&path.to_string_lossy())
        );
        for (name, text) in [
            ("flake.nix", FLAKE),
            ("lib.nix", LIB),
            ("packages.nix", PACKAGES),
            ("settings.nix", &settings),
        ] {
            put(&dir.join("nixpkgs"), name, text);
        }
        put_files(&dir.join("rendered"), files);
        let nix = nix
            .env("HOME", dir.join("home"))
            .env("NIX_STORE_DIR", dir.join("store"))
            .env("NIX_STATE_DIR", dir.join("state"))
            .env("NIX_LOG_DIR", dir.join("log"))
            .env("NIX_CONF_DIR", dir.join("etc"))
            .env(
                "NIX_CONFIG",
                "experimental-features = nix-command flakes\nsandbox = false\nsubstitute = false\n\
                 build-users-group =\nflake-registry =\n",
            );
        Some(Bench { scratch, nix })
    }

    /// What an expression is for this machine's system, with `pkgs` and `dir` in it.
    fn eval(&self, expression: &str) -> serde_json::Value {
        let dir = self.scratch.path();
        let whole = format!(
            "let pkgs = import {0}/nixpkgs/packages.nix ({{ system = \"x86_64-linux\"; }} // import \
             {0}/nixpkgs/settings.nix); dir = {0}/rendered; in {expression}",
            dir.display()
        );
        let nix = self
            .nix
            .clone()
            .args(["eval", "--impure", "--json", "--expr", &whole]);
        run(&nix).ends(0).json()
    }

    /// Builds an expression and gives the path.
    fn build(&self, expression: &str) -> PathBuf {
        let dir = self.scratch.path();
        let whole = format!(
            "let pkgs = import {0}/nixpkgs/packages.nix ({{ system = \"x86_64-linux\"; }} // import \
             {0}/nixpkgs/settings.nix); dir = {0}/rendered; in {expression}",
            dir.display()
        );
        let link = dir.join("result");
        run(&self
            .nix
            .clone()
            .args(["build", "--impure", "--expr", &whole, "--out-link"])
            .arg(&link))
        .ends(0);
        link.canonicalize().unwrap()
    }

    /// A command on the flake in a folder, with the stand-in as nixpkgs.
    pub(crate) fn flake(&self, words: &[&str], folder: &Path) -> Program {
        let nixpkgs = format!("path:{}", self.scratch.path().join("nixpkgs").display());
        let split = words.iter().position(|it| *it == "--").unwrap_or(words.len());
        let stand_in = ["--no-write-lock-file", "--override-input", "nixpkgs", &nixpkgs];
        let nix = self.nix.clone().dir(folder).args(&words[..split]);
        nix.args(stand_in).args(&words[split..])
    }
}

#[test]
fn every_expression_parses() {
    let test = "nix::every_expression_parses";
    let mut hostile = sample("source = \"github\"\n");
    hostile.listing.summary = HOSTILE.to_owned();
    for sample in [Sample::default(), hostile] {
        let files = Paper::of(&sample).files("nix");
        let dir = scratch();
        let Some(parse) = judge("nix-instantiate", test, dir.path()) else {
            return;
        };
        put_files(dir.path(), &files);
        for path in files.keys() {
            let parse = parse.clone().env("NIX_STATE_DIR", dir.path()).arg("--parse");
            run(&parse.arg(dir.path().join(path))).ends(0);
        }
        // What our rule refuses, Nix refuses.
        let broken = text(&files, PACKAGE).replacen("\"demo\"", "\"demo", 1);
        let broken = put(dir.path(), "broken.nix", &broken);
        assert_ne!(run(&parse.arg("--parse").arg(broken)).code, Some(0));
    }
}

#[test]
fn packages_evaluate_to_what_was_meant() {
    let test = "nix::packages_evaluate_to_what_was_meant";
    let mut sample = sample("maintainers = [\"someone\"]\n");
    sample.listing.summary = HOSTILE.to_owned();
    sample.listing.license = Some("MIT OR Apache-2.0 WITH LLVM-exception OR OSL-3.0".to_owned());
    let paper = Paper::of(&sample);
    let Some(bench) = Bench::of(test, &paper.files("nix"), &paper.edition.dist()) else {
        return;
    };
    for path in [PACKAGE, "bin/package.nix"] {
        let package = format!("(pkgs.callPackage (dir + \"/{path}\") {{ }})");
        let meta = bench.eval(&format!("{package}.meta"));
        assert_eq!(meta["description"], HOSTILE);
        assert_eq!(meta["mainProgram"], "demo");
        assert_eq!(
            meta["changelog"],
            "https://github.com/owner/demo/releases/tag/v1.2.3"
        );
        let names: Vec<&str> = meta["license"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["shortName"].as_str())
            .collect();
        assert_eq!(names, ["mit", "asl20", "llvm-exception", "OSL-3.0"]);
        assert_eq!(meta["maintainers"][0]["name"], "someone");
        let source = bench.eval(&format!("{{ inherit ({package}.attributes.src) url hash; }}"));
        let name = source["url"].as_str().unwrap().rsplit('/').next().unwrap();
        assert_eq!(source["url"], paper.edition.url(name).unwrap());
    }
    let platforms = bench.eval("(pkgs.callPackage (dir + \"/bin/package.nix\") { }).meta.platforms");
    assert_eq!(
        platforms,
        serde_json::json!(["aarch64-darwin", "aarch64-linux", "x86_64-linux"])
    );
}

#[test]
fn nix_gives_the_same_hashes() {
    let test = "nix::nix_gives_the_same_hashes";
    let paper = Paper::of(&sample("source = \"github\"\n"));
    let files = paper.files("nix");
    let Some(bench) = Bench::of(test, &files, &paper.edition.dist()) else {
        return;
    };
    // Of the unpacked source, as fetchFromGitHub has it.
    let dir = bench.scratch.path();
    let source = paper.edition.source().unwrap();
    let archive = paper.edition.dist().join(&source.name);
    run(&clean("tar", dir).arg("-xf").arg(archive)).ends(0);
    let hash = |path: &Path| {
        let nix = bench
            .nix
            .clone()
            .args(["hash", "path", "--sri", "--type", "sha256"]);
        run(&nix.arg(path)).ends(0).text().trim().to_owned()
    };
    let found = hash(&dir.join("demo-1.2.3"));
    assert!(
        text(&files, PACKAGE).contains(&format!("hash = \"{found}\";")),
        "{found}"
    );

    // Of files that may be run, in folders whose names sort otherwise than their paths.
    let tree = [
        ("run.sh", true, &b"#!/bin/sh\n"[..]),
        ("a/b", false, b""),
        ("a.txt", false, b"12345678"),
        ("a-c/d/\u{e9}", true, b"x"),
    ];
    let root = dir.join("tree");
    for (path, is_executable, bytes) in tree {
        files::write(&root.join(path), bytes).unwrap();
        files::set_mode(&root.join(path), if is_executable { 0o755 } else { 0o644 }).unwrap();
    }
    let entries = tree.map(|(path, is_executable, bytes)| nar::Entry {
        path,
        is_executable,
        bytes,
    });
    let sri = |sum: Sha256| {
        let nix = bench.nix.clone().args(["hash", "to-sri", "--type", "sha256"]);
        run(&nix.arg(sum.to_string())).ends(0).text().trim().to_owned()
    };
    assert_eq!(hash(&root), sri(nar::sha256(entries)));

    // Of an archive.
    let build = paper.edition.build("x86_64-unknown-linux-musl").unwrap();
    let expected = sri(build.archive.digests.sha256);
    assert!(text(&files, "bin/package.nix").contains(&format!("hash = \"{expected}\";")));
}

#[test]
fn the_flake_shows_what_it_has_and_passes_its_check() {
    let test = "nix::the_flake_shows_what_it_has_and_passes_its_check";
    let mut sample = Sample::default();
    sample.listing.summary = HOSTILE.to_owned();
    let paper = Paper::of(&sample);
    let files = paper.files("nix");
    let Some(bench) = Bench::of(test, &files, &paper.edition.dist()) else {
        return;
    };
    let dir = scratch();
    let dir = dir.path();
    put(dir, "flake.nix", &text(&files, "flake.nix"));
    put(dir, "Cargo.lock", "version = 4\n");
    let describe = |manifest: &str| {
        put(dir, "Cargo.toml", manifest);
        if !dir.join(".git").exists() {
            git(dir, "init --quiet");
        }
        git(dir, "add --all .");
        run(&bench.flake(&["eval", "--raw", ".#demo.version"], dir))
            .ends(0)
            .text()
    };
    // The version is the workspace's, the package's, or that of the release.
    assert_eq!(describe("[workspace.package]\nversion = \"2.0.0\"\n"), "2.0.0");
    assert_eq!(describe("[package]\nversion = \"3.0.0\"\n"), "3.0.0");
    assert_eq!(describe("[workspace]\n"), "1.2.3");
    let shown = run(&bench.flake(&["flake", "show", "--json"], dir))
        .ends(0)
        .json();
    for system in ["x86_64-linux", "aarch64-linux", "aarch64-darwin"] {
        for (kind, name) in [
            ("packages", "demo"),
            ("packages", "default"),
            ("apps", "demo"),
            ("apps", "default"),
            ("devShells", "default"),
            ("checks", "demo"),
        ] {
            assert!(
                shown[kind][system][name].is_object(),
                "{kind} {system} {name}: {shown}"
            );
        }
    }
    assert!(shown["overlays"]["default"].is_object(), "{shown}");
    run(&bench.flake(&["flake", "check", "--no-build"], dir)).ends(0);
    let description = run(&bench.flake(&["eval", "--json", ".#default.meta.description"], dir)).ends(0);
    assert_eq!(description.json(), HOSTILE);
}

#[test]
fn binaries_are_installed_as_they_were_released() {
    let test = "nix::binaries_are_installed_as_they_were_released";
    let paper = Paper::plain();
    let Some(bench) = Bench::of(test, &paper.files("nix"), &paper.edition.dist()) else {
        return;
    };
    let path = bench.build("pkgs.callPackage (dir + \"/bin/package.nix\") { }");
    let build = paper.edition.build("x86_64-unknown-linux-musl").unwrap();
    let bytes = files::read(&path.join("bin/demo")).unwrap();
    assert_eq!(bytes, build.program(&build.binaries()[0]).unwrap());
    for file in [
        "share/completions/bash",
        "share/completions/fish",
        "share/completions/zsh",
        "share/man/man1/demo.1",
        "share/licenses/demo/LICENSE-MIT",
    ] {
        assert!(path.join(file).is_file(), "{file}");
    }
    // Another file at the address is refused.
    let name = "demo-1.2.3-aarch64-unknown-linux-musl.tar.gz";
    files::write(&paper.edition.dist().join(name), b"another").unwrap();
    let whole = format!(
        "(import {0}/nixpkgs/packages.nix ({{ system = \"aarch64-linux\"; }} // import {0}/nixpkgs/settings.nix)).callPackage \
         {0}/rendered/bin/package.nix {{ }}",
        bench.scratch.path().display()
    );
    let source = format!("({whole}).attributes.src");
    let refused = run(&bench
        .nix
        .clone()
        .args(["build", "--impure", "--no-link", "--expr", &source]));
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("hash mismatch"), "{}", refused.stderr);
}

#[test]
fn a_real_release_builds_and_runs() {
    let test = "nix::a_real_release_builds_and_runs";
    let Some(demo) = Demo::built(test) else {
        return;
    };
    let files = demo.files("nix");
    let Some(bench) = Bench::of(test, &files, &demo.edition.dist()) else {
        return;
    };
    let says = |path: &Path| {
        run(&clean(path.join("bin/demo"), bench.scratch.path()))
            .ends(0)
            .text()
    };
    let prebuilt = bench.build("pkgs.callPackage (dir + \"/bin/package.nix\") { }");
    assert_eq!(says(&prebuilt), "demo 1.2.3\n");
    let build = demo.edition.build("x86_64-unknown-linux-musl").unwrap();
    let bytes = files::read(&prebuilt.join("bin/demo")).unwrap();
    let entry = build
        .archive
        .entries
        .iter()
        .find(|it| it.path.ends_with("/demo"))
        .unwrap();
    assert_eq!(Sha256::of(&bytes), entry.sha256);

    let compiled = bench.build(&format!("pkgs.callPackage (dir + \"/{PACKAGE}\") {{ }}"));
    assert_eq!(says(&compiled), "demo 1.2.3\n");

    // The flake, in a clone of the repository that was released.
    let clone = bench.scratch.path().join("clone");
    git(&demo.root, &format!("clone --quiet . {}", clone.display()));
    put(&clone, "flake.nix", &text(&files, "flake.nix"));
    git(&clone, "add flake.nix");
    let told = run(&bench.flake(&["run", ".", "--", "say", "a b"], &clone)).ends(0);
    assert_eq!(told.text(), "[\"a b\"]\n");
}
