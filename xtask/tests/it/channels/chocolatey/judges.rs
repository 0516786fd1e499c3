//! What NuGet, its schema and PowerShell's grammar say of what is rendered.

use std::path::{Path, PathBuf};

use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::judges::Judge;
use xtask::lint::{File, Subject};
use xtask::pack::{self, Mode, read, zip};
use xtask::render::language::Language;

use crate::channels::chocolatey::{PACKAGE, hostile, text, unpacked, with_settings};
use crate::channels::fixture::{Demo, Paper, findings, house, judge, schema};
use crate::channels::wine::Wine;
use crate::support::{put, run, scratch};

/// The elements that are Chocolatey's own, which NuGet's schema does not know.
const OWN: &[&str] = &[
    "packageSourceUrl",
    "projectSourceUrl",
    "docsUrl",
    "mailingListUrl",
    "bugTrackerUrl",
];

/// A nuspec as NuGet knows it.
fn for_nuget(nuspec: &str) -> String {
    let is_own = |line: &str| {
        OWN.iter()
            .any(|it| line.trim_start().starts_with(&format!("<{it}>")))
    };
    let lines: Vec<&str> = nuspec.lines().filter(|it| !is_own(it)).collect();
    lines.join("\n") + "\n"
}

#[test]
fn nuspecs_fit_the_schema() {
    let test = "chocolatey::judges::nuspecs_fit_the_schema";
    let dir = scratch();
    let (Some(schema), Some(lint)) = (
        schema("nuget/nuspec.xsd", test),
        judge("xmllint", test, dir.path()),
    ) else {
        return;
    };
    let space = "http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd";
    let schema = files::read_text(&schema).unwrap().replace("{0}", space);
    let schema = put(dir.path(), "nuspec.xsd", &schema);
    let takes = |nuspec: &str| {
        let file = put(dir.path(), "demo.nuspec", &for_nuget(nuspec));
        let run = run(&lint
            .clone()
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema)
            .arg(file));
        (run.code == Some(0), run.stderr)
    };
    let with_depends =
        with_settings("depends = [\"vcredist140 14.0.0\"]\nicon-url = \"https://demo.example/i.png\"");
    for paper in [Paper::plain(), Paper::of(&with_depends), Paper::of(&hostile())] {
        let (is_taken, said) = takes(&paper.text("chocolatey", "demo.nuspec"));
        assert!(is_taken, "{said}");
    }
    let good = Paper::plain().text("chocolatey", "demo.nuspec");
    for (from, to) in [
        ("<id>demo</id>", ""),
        ("<tags>", "<nonesuch>x</nonesuch><tags>"),
        ("AcceptanceX", ""),
    ] {
        let is_bad = good.contains(from);
        assert_eq!(takes(&good.replace(from, to)).0, !is_bad, "{from}");
    }
}

/// NuGet on mono, in a folder of its own.
fn nuget(test: &str, dir: &Path) -> Option<Program> {
    let mono = judge("mono", test, dir)?;
    judge("nuget-5.8.0.exe", test, dir)?;
    let path: PathBuf = Judge::find("nuget-5.8.0.exe")?.path(house())?;
    Some(mono.env("HOME", dir).arg(path))
}

/// The package with a nuspec of the form that NuGet reads: it knows neither the namespace nor Chocolatey's own elements.
fn translated(package: &[u8]) -> Vec<u8> {
    let parts = read::files(PACKAGE, package).unwrap();
    let files: Vec<(String, pack::File)> = parts
        .into_iter()
        .map(|it| {
            let bytes = if it.path == "demo.nuspec" {
                let nuspec = for_nuget(std::str::from_utf8(&it.bytes).unwrap());
                nuspec.replace("/2015/06/", "/2011/08/").into_bytes()
            } else {
                it.bytes
            };
            (
                it.path,
                pack::File {
                    mode: Mode::Plain,
                    bytes,
                },
            )
        })
        .collect();
    zip::write_files(
        files.iter().map(|(path, file)| (path.clone(), file)),
        1_700_000_000,
    )
    .unwrap()
}

#[test]
fn nuget_reads_and_installs_the_package() {
    let test = "chocolatey::judges::nuget";
    let dir = scratch();
    let Some(demo) = Demo::built(test) else { return };
    let Some(nuget) = nuget(test, dir.path()) else {
        return;
    };
    let rendered = demo.files("chocolatey");
    let feed = dir.path().join("feed");
    files::write(&feed.join(PACKAGE), &translated(&rendered[PACKAGE].bytes)).unwrap();
    let words = ["install", "demo", "-NonInteractive", "-Source"];
    let words = nuget
        .clone()
        .args(words)
        .arg(&feed)
        .arg("-OutputDirectory")
        .arg(dir.path().join("out"));
    run(&words).ends(0);
    let installed = dir.path().join("out/demo.1.2.3");
    let build = demo.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    let program = build.program(&build.binaries()[0]).unwrap();
    let found = files::read(&installed.join("tools/x64/demo.exe")).unwrap();
    assert_eq!(Sha256::of(&found), Sha256::of(&program));
    assert!(installed.join("tools/VERIFICATION.txt").is_file());

    // What NuGet cannot install, our rules refuse.
    let good = translated(&rendered[PACKAGE].bytes);
    let without = |name: &str| {
        let parts = read::files(PACKAGE, &good).unwrap().into_iter();
        let kept = parts.filter(|it| it.path != name);
        let kept: Vec<(String, pack::File)> = kept.map(|it| (it.path, plain(it.bytes))).collect();
        zip::write_files(
            kept.iter().map(|(path, file)| (path.clone(), file)),
            1_700_000_000,
        )
        .unwrap()
    };
    for (at, bad) in [without("demo.nuspec"), good[..good.len() / 2].to_vec()]
        .into_iter()
        .enumerate()
    {
        let feed = dir.path().join(format!("bad-{at}"));
        files::write(&feed.join(PACKAGE), &bad).unwrap();
        let words = ["install", "demo", "-NonInteractive", "-NoCache", "-Source"];
        let words = nuget.clone().args(words).arg(&feed).arg("-OutputDirectory");
        let ended = run(&words.arg(dir.path().join(format!("out-{at}"))));
        assert_ne!(ended.code, Some(0), "{at}: {}", ended.text());
        let found = findings(&Subject {
            channel: xtask::channel::find("chocolatey").unwrap(),
            files: vec![File::new(PACKAGE, bad)],
            edition: None,
            is_whole: false,
            rendered: None,
        });
        assert!(
            found.iter().any(|it| it.starts_with("chocolatey/package: ")),
            "{at}: {found:?}"
        );
    }
}

fn plain(bytes: Vec<u8>) -> pack::File {
    let mode = Mode::Plain;
    pack::File { mode, bytes }
}

/// Parses the scripts that it is given and prints the names of those that are broken.
const PARSE: &str = "\
import sys
import tree_sitter, tree_sitter_pwsh

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))
for name in sys.argv[1:]:
    with open(name, 'rb') as file:
        text = file.read()
    if parser.parse(text.removeprefix(b'\\xef\\xbb\\xbf')).root_node.has_error:
        print(name)
";

#[test]
fn scripts_are_powershell() {
    let test = "chocolatey::judges::scripts";
    let dir = scratch();
    let Some(python) = judge("tree-sitter-pwsh", test, dir.path()) else {
        return;
    };
    let parse = put(dir.path(), "parse.py", PARSE);
    let mut names = Vec::new();
    let papers = [
        ("plain", Paper::plain()),
        ("download", Paper::of(&with_settings("embed = false"))),
        ("hostile", Paper::of(&hostile())),
    ];
    for (name, paper) in &papers {
        let package = unpacked(paper, PACKAGE);
        for file in package.iter().filter(|it| it.path.contains(".ps1")) {
            let path = format!("{name}-{}", file.path.replace('/', "-"));
            names.push(put(dir.path(), &path, &text(&package, &file.path)));
        }
    }
    let literal = |text: &str| Language::PowerShell.literal(text);
    let odd = [literal("a'b"), literal("\u{2018}\u{2019} $(x) `n @' \"")].join(" + ");
    names.push(put(dir.path(), "literals.ps1", &format!("$x = {odd}\n")));
    let good = run(&python.clone().arg(&parse).args(&names)).ends(0).text();
    assert_eq!(good, "");
    let broken = put(dir.path(), "broken.ps1", "foreach ($a in @('b') { c }\n");
    let bad = run(&python.arg(&parse).arg(&broken)).ends(0).text();
    assert_eq!(bad.trim(), broken.to_string_lossy());
}

#[test]
fn the_packed_program_runs_on_windows() {
    let test = "chocolatey::judges::the_packed_program";
    let (Some(demo), Some(wine)) = (Demo::built(test), Wine::ready(test)) else {
        return;
    };
    let dir = scratch();
    let package = &demo.files("chocolatey")[PACKAGE];
    let parts = read::files(PACKAGE, &package.bytes).unwrap();
    let packed = parts.iter().find(|it| it.path == "tools/x64/demo.exe").unwrap();
    let program = dir.path().join("demo.exe");
    files::write(&program, &packed.bytes).unwrap();
    let said = run(&wine.program(test, &program)).ends(0);
    assert_eq!(said.text().trim(), "demo 1.2.3");
}
