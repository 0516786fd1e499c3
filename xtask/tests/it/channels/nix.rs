//! Nix's expressions: golden files, settings, gaps and the rules.

pub(crate) mod evaluated;

use xtask::channel;
use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{Paper, all_rules_are_tried, findings, golden, rule};

/// Where the package for nixpkgs lies.
pub(super) const PACKAGE: &str = "pkgs/by-name/de/demo/package.nix";

/// A text with everything that means something to Nix, right-to-left letters and an emoji.
pub(super) const HOSTILE: &str =
    "It's \"${x}\" $${x} ''${y}'' \\${z} \\ # /* \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f980} $HOME `id` \\\"; }";

pub(super) fn sample(settings: &str) -> Sample {
    let sample = Sample::default();
    Sample {
        settings: sample
            .settings
            .replace("[channel.nix]\n", &format!("[channel.nix]\n{settings}")),
        ..sample
    }
}

pub(super) fn text(files: &Files, path: &str) -> String {
    let file = files
        .get(path)
        .unwrap_or_else(|| panic!("no `{path}` in {:?}", files.keys()));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn targets(triples: &[&str]) -> Vec<&'static Target> {
    triples.iter().map(|it| Target::parse(it).unwrap()).collect()
}

fn gaps(sample: &Sample) -> (Vec<String>, Vec<String>) {
    let (files, gaps) = Paper::of(sample).rendered("nix");
    (
        files.into_keys().collect(),
        gaps.into_iter().map(|it| it.missing).collect(),
    )
}

#[test]
fn the_expressions() {
    let paper = Paper::plain();
    let files = paper.files("nix");
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["bin/package.nix", "flake.nix", PACKAGE]);
    golden("nix", "flake.nix", &text(&files, "flake.nix"));
    golden("nix", "package.nix", &text(&files, PACKAGE));
    golden("nix", "bin.nix", &text(&files, "bin/package.nix"));
    assert_eq!(paper.findings("nix"), Vec::<String>::new());
    assert_eq!(Paper::plain().files("nix"), files, "rendered twice");
    let install = channel::find("nix").unwrap().install;
    assert_eq!(
        install(&paper.edition).as_deref(),
        Some("nix profile install github:owner/demo/v1.2.3")
    );
}

#[test]
fn what_is_missing_is_said_and_the_rest_is_rendered() {
    let always = [
        "no `flake.lock`",
        "no hash of the vendored crates",
        "no maintainer in nixpkgs",
    ];
    assert_eq!(gaps(&Sample::default()).1, always);

    let filled = sample(
        "maintainers = [\"someone\"]\ncargo-hash = \"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n",
    );
    assert_eq!(gaps(&filled).1, ["no `flake.lock`"]);
    let package = Paper::of(&filled).text("nix", PACKAGE);
    assert!(
        package.contains("maintainers = with lib.maintainers; [ someone ];"),
        "{package}"
    );
    assert!(!package.contains("fakeHash"));

    let windows = Sample {
        targets: targets(&["x86_64-pc-windows-gnullvm"]),
        ..Sample::default()
    };
    let (files, missing) = gaps(&windows);
    assert_eq!(files, ["flake.nix", PACKAGE]);
    assert_eq!(
        missing[3..],
        [
            "no build for x86_64-linux",
            "no build for aarch64-linux",
            "no build for aarch64-darwin"
        ]
    );

    let mut nowhere = Sample::default();
    nowhere.listing.download_url = None;
    let (files, missing) = gaps(&nowhere);
    assert_eq!(files, ["flake.nix"]);
    assert!(missing.contains(&"no address to download from".to_owned()));
}

#[test]
fn programs_for_glibc_are_patched_and_others_are_not() {
    let paper = Paper::of(&Sample {
        targets: targets(&[
            "x86_64-unknown-linux-gnu",
            "universal-apple-darwin",
            "armv7-unknown-linux-gnueabihf",
        ]),
        ..sample("systems = [\"x86_64-linux\", \"armv7l-linux\", \"aarch64-darwin\"]\n")
    });
    golden("nix", "bin-glibc.nix", &paper.text("nix", "bin/package.nix"));
    assert_eq!(paper.findings("nix"), Vec::<String>::new());
}

#[test]
fn settings_reach_the_expressions_and_wrong_ones_are_refused() {
    let files = Paper::of(&sample(
        "nixpkgs = \"github:NixOS/nixpkgs/nixos-26.05\"\nbuild-flags = [\"--features\", \"a b\"]\n\
         native-build-inputs = [\"pkg-config\"]\nbuild-inputs = [\"xorg.libX11\", \"openssl\"]\n",
    ))
    .files("nix");
    let (flake, package) = (text(&files, "flake.nix"), text(&files, PACKAGE));
    assert!(flake.contains("inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";"));
    assert!(
        flake.contains("pkgs.xorg.libX11\n            pkgs.openssl\n"),
        "{flake}"
    );
    assert!(
        package.contains("  installShellFiles,\n  openssl,\n  pkg-config,\n  xorg,\n"),
        "{package}"
    );
    assert!(package.contains("    \"--features\"\n    \"a b\"\n"), "{package}");

    for (wrong, expected) in [
        ("source = \"gitlab\"\n", "no source `gitlab`"),
        (
            "build-inputs = [\"a; b\"]\n",
            "`a; b` is no name of a package of nixpkgs",
        ),
    ] {
        let paper = Paper::of(&sample(wrong));
        let channels = [channel::find("nix").unwrap()];
        let rows = manifests::render(std::slice::from_ref(&paper.edition), &channels, Extent::Texts);
        let Outcome::Failed(error) = &rows[0].outcome else {
            panic!("{wrong} was taken");
        };
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn the_tree_of_the_tag_is_hashed_when_it_is_asked_for() {
    let paper = Paper::of(&sample("source = \"github\"\n"));
    let (files, missing) = paper.rendered("nix");
    let package = text(&files, PACKAGE);
    assert!(
        package.contains("    tag = \"v${finalAttrs.version}\";\n    hash = \"sha256-"),
        "{package}"
    );
    assert!(
        missing.iter().any(|it| it.missing.starts_with("no proof")),
        "{missing:?}"
    );
    assert_eq!(paper.findings("nix"), Vec::<String>::new());
}

#[test]
fn texts_stay_texts_and_nothing_is_cut() {
    let mut sample = Sample::default();
    sample.listing.summary = "X".repeat(10_000);
    assert!(
        Paper::of(&sample)
            .text("nix", PACKAGE)
            .contains(&sample.listing.summary)
    );
    sample.listing.summary = HOSTILE.to_owned();
    let paper = Paper::of(&sample);
    assert_eq!(paper.findings("nix"), Vec::<String>::new());
}

#[test]
fn a_candidate_and_a_version_with_build_metadata() {
    for version in ["1.2.3-rc.1", "1.2.3+build.5"] {
        let paper = Paper::of(&Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        });
        let files = paper.files("nix");
        assert!(text(&files, PACKAGE).contains(&format!("version = \"{version}\";")));
        assert_eq!(paper.findings("nix"), Vec::<String>::new(), "{version}");
    }
}

#[test]
fn an_edited_template_is_used() {
    let built_in = channel::find("nix").unwrap().templates[2].text;
    let paper = Paper::of(&Sample {
        templates: vec![(
            "nix/package.nix".to_owned(),
            built_in.replace("  passthru", "  doCheck = false;\n\n  passthru"),
        )],
        ..Sample::default()
    });
    assert!(paper.text("nix", PACKAGE).contains("  doCheck = false;\n"));
    assert_eq!(paper.findings("nix"), Vec::<String>::new());
}

#[test]
fn rules() {
    let maintained =
        "maintainers = [\"someone\"]\ncargo-hash = \"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n";
    let paper = Paper::of(&sample(maintained));
    let files = paper.files("nix");
    let mut tried = Vec::new();
    let mut check = |id: &'static str, path: &'static str, from: &str, to: &str| {
        let good = text(&files, path);
        assert!(good.contains(from), "{from}");
        rule(id, path, good.clone(), good.replace(from, to));
        tried.push(id);
    };
    check("nix/by-name", PACKAGE, "pname = \"demo\"", "pname = \"demos\"");
    for bad in [
        "counts",
        "A count",
        "The count",
        "Demo counts",
        "Demo: counts",
        "",
        "Counts\\nthem",
    ] {
        let to = format!("description = \"{bad}\"");
        check(
            "nix/description-style",
            PACKAGE,
            "description = \"Counts the words of a text\"",
            &to,
        );
    }
    check("nix/description-style", PACKAGE, "of a text\"", "of a text.\"");
    check(
        "nix/description-style",
        "flake.nix",
        "        description = \"Counts",
        "        description = \"counts",
    );
    let hash = "\"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"";
    check("nix/fake-hash", PACKAGE, hash, "lib.fakeHash");
    check(
        "nix/fake-hash",
        PACKAGE,
        hash,
        &format!("\"sha256-{}=\"", "A".repeat(43)),
    );
    check("nix/flake-outputs", "flake.nix", "  outputs =", "  output =");
    check(
        "nix/flake-outputs",
        "flake.nix",
        "inputs.nixpkgs",
        "input.nixpkgs",
    );
    check("nix/function", PACKAGE, "}:\n\nrust", "}\n\nrust");
    for bad in ["sha256:abc", "", "sha256-abc", "1b2m2y8asgtpgamy7phcfnq8"] {
        check("nix/hash-form", PACKAGE, hash, &format!("\"{bad}\""));
    }
    check(
        "nix/main-program",
        PACKAGE,
        "mainProgram = \"demo\"",
        "mainProgram = finalAttrs.pname",
    );
    check("nix/main-program", PACKAGE, "mainProgram", "program");
    check(
        "nix/maintainers",
        PACKAGE,
        "with lib.maintainers; [ someone ]",
        "[ ]",
    );
    check(
        "nix/meta-last",
        PACKAGE,
        "  };\n})",
        "  };\n  doCheck = true;\n})",
    );
    check(
        "nix/meta-last",
        PACKAGE,
        "    mainProgram = ",
        "    longDescription = \"x\";\n    mainProgram = ",
    );
    check("nix/meta-required", PACKAGE, "license = ", "licence = ");
    for bad in ["Demo", "de mo", "d\u{e9}mo", "de.mo", ""] {
        check(
            "nix/name-form",
            PACKAGE,
            "pname = \"demo\"",
            &format!("pname = \"{bad}\""),
        );
    }
    for bad in ["../x", "/etc/x", "<nixpkgs>", "~/x"] {
        check(
            "nix/paths-inside",
            PACKAGE,
            "cargoHash =",
            &format!("patches = [ {bad} ];\n  cargoHash ="),
        );
    }
    check(
        "nix/provenance",
        "bin/package.nix",
        "sourceProvenance",
        "provenance",
    );
    check("nix/style", PACKAGE, "(finalAttrs: {", "(rec {");
    check("nix/style", PACKAGE, "meta = {", "meta = with lib; {");
    check(
        "nix/style",
        PACKAGE,
        "    url = ",
        "    rev = \"v1\";\n    url = ",
    );
    check("nix/syntax", PACKAGE, "})", "}");
    check("nix/syntax", PACKAGE, "\"demo\"", "\"demo");
    check(
        "nix/systems",
        "flake.nix",
        "\"aarch64-darwin\"",
        "\"x86_64-darwin\"",
    );
    check(
        "nix/systems",
        "flake.nix",
        "\"aarch64-darwin\"",
        "\"arm64-darwin\"",
    );
    check("nix/url-form", PACKAGE, "url = \"https:", "url = \"http:");
    check(
        "nix/version-form",
        PACKAGE,
        "version = \"1.2.3\"",
        "version = \"v1.2.3\"",
    );

    let mut check = |id: &'static str, path: &str, from: &str, to: &str| {
        let find = |text: String| {
            findings(&Subject {
                channel: channel::find("nix").unwrap(),
                files: vec![File::new(path, text)],
                edition: Some(paper.edition.clone()),
                is_whole: false,
                rendered: None,
            })
            .into_iter()
            .filter(|it| it.starts_with(&format!("{id}: ")))
            .count()
        };
        let good = text(&files, path);
        assert!(good.contains(from), "{from}");
        assert_eq!(find(good.clone()), 0, "{id}");
        assert_ne!(find(good.replace(from, to)), 0, "{id}: {to}");
        tried.push(id);
    };
    check(
        "nix/all-systems",
        "bin/package.nix",
        "aarch64-darwin =",
        "aarch64-freebsd =",
    );
    check(
        "nix/hash-of-url",
        "bin/package.nix",
        "-x86_64-unknown-linux-musl",
        "-x86_64-unknown-linux-gnu",
    );
    check("nix/hash-of-url", PACKAGE, "-source.tar", "-sauce.tar");
    check(
        "nix/main-program",
        PACKAGE,
        "mainProgram = \"demo\"",
        "mainProgram = \"other\"",
    );
    check(
        "nix/version-agrees",
        PACKAGE,
        "version = \"1.2.3\"",
        "version = \"1.2.4\"",
    );
    all_rules_are_tried("nix", &tried);
}
