//! What twine, check-wheel-contents, Python and pip say of wheels.

use std::path::{Path, PathBuf};

use xtask::edition::sample::Sample;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::lint::{File, Subject};

use super::{LINUX, findings_of, hostile};
use crate::channels::fixture::{Demo, Paper, findings, judge, rule_of};
use crate::support::{clean, run, scratch};

/// The wheels in a folder.
fn wheels(dir: &Path) -> Vec<PathBuf> {
    let mut found = files::list(dir).unwrap();
    found.retain(|it| it.extension().is_some_and(|it| it == "whl"));
    found
}

/// Asks every judge of form.
fn ask(paper: &Paper, test: &str) {
    let dir = paper.put("pypi");
    let wheels = wheels(&dir);
    if let Some(twine) = judge("twine", test, &dir) {
        run(&twine.env("HOME", &dir).args(["check", "--strict"]).args(&wheels)).ends(0);
    }
    if let Some(check) = judge("check-wheel-contents", test, &dir) {
        // A wheel with nothing but a program has no library.
        run(&check.args(["--ignore", "W007"]).args(&wheels)).ends(0);
    }
    if let Some(python) = judge("python3", test, &dir) {
        for wheel in &wheels {
            run(&python.clone().args(["-m", "zipfile", "-t"]).arg(wheel)).ends(0);
        }
    }
}

#[test]
fn the_form() {
    ask(&Paper::plain(), "pypi::judges::the_form");
    ask(&hostile(), "pypi::judges::the_form");
    let sample = Sample {
        version: "1.2.3-rc.1".parse().unwrap(),
        settings: "[channel.pypi]\nname = \"Demo.Tool\"\ndescription = \"**Counts**\"\n".to_owned(),
        ..Sample::default()
    };
    ask(&Paper::of(&sample), "pypi::judges::the_form");
}

#[test]
fn twine_and_the_rules_agree_on_what_is_bad() {
    let test = "pypi::judges::twine_and_the_rules_agree_on_what_is_bad";
    let paper = Paper::plain();
    let dir = scratch();
    let Some(twine) = judge("twine", test, dir.path()) else {
        return;
    };
    let good = paper.files("pypi")[LINUX].bytes.clone();
    let changes: [(&str, &str, &str); 4] = [
        ("pypi/description", "text/markdown", "text/asciidoc"),
        (
            "pypi/metadata-version",
            "Metadata-Version: 2.4",
            "Metadata-Version: 3.0",
        ),
        ("pypi/name", "Name: demo", "Name: -demo"),
        ("pypi/license", "MIT OR Apache-2.0", "MIT/X"),
    ];
    for (rule, from, to) in changes {
        let bad = super::changed(&good, "/METADATA", |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{text}");
            Some(text.replace(from, to).into_bytes())
        });
        let path = dir.path().join(LINUX);
        files::write(&path, &bad).unwrap();
        let said = run(&twine
            .clone()
            .env("HOME", dir.path())
            .args(["check", "--strict"])
            .arg(&path));
        assert_ne!(said.code, Some(0), "{from}: {}", said.text());
        let found = findings(&Subject {
            channel: xtask::channel::find("pypi").unwrap(),
            files: vec![File::new(LINUX, bad)],
            edition: None,
            is_whole: false,
            rendered: None,
        });
        assert!(found.iter().any(|it| it.starts_with(rule)), "{from}: {found:?}");
    }
}

/// pip of a virtual environment of its own.
fn pip(dir: &Path, test: &str) -> Option<Program> {
    let python = judge("python3", test, dir)?;
    run(&python.args(["-m", "venv", "venv"])).ends(0);
    let pip = clean(dir.join("venv/bin/python"), dir);
    Some(
        pip.env("HOME", dir)
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .args(["-m", "pip"]),
    )
}

/// Holds what was installed against its RECORD.
const RECORD: &str = "\
import base64, hashlib, importlib.metadata
checked = 0
for it in importlib.metadata.files('demo'):
    if it.hash:
        digest = hashlib.new(it.hash.mode, it.read_binary()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b'=').decode() == it.hash.value, it
        checked += 1
assert checked > 4, checked
";

#[test]
fn pip_installs_and_the_program_runs() {
    let test = "pypi::judges::pip_installs_and_the_program_runs";
    let Some(demo) = Demo::built(test) else {
        return;
    };
    let scratch = scratch();
    let dir = scratch.path();
    let wheels = demo.put("pypi", dir);
    assert_eq!(
        findings_of(&demo.edition, &demo.files("pypi")),
        Vec::<String>::new()
    );
    let Some(pip) = pip(dir, test) else {
        return;
    };
    let find = |program: Program| {
        program
            .args(["--no-index", "--no-deps", "--find-links"])
            .arg(&wheels)
    };
    run(&find(pip.clone().arg("install")).arg("demo==1.2.3")).ends(0);
    let program = dir.join("venv/bin/demo");
    assert_eq!(run(&clean(&program, dir)).ends(0).text(), "demo 1.2.3\n");
    run(&clean(&program, dir).args(["exit", "7"])).ends(7);
    let built = demo.edition.build("x86_64-unknown-linux-gnu").unwrap();
    assert_eq!(
        files::read(&program).unwrap(),
        built.program(&built.binaries()[0]).unwrap()
    );

    let shown = run(&pip.clone().args(["show", "--files", "demo"])).ends(0).text();
    for part in [
        "Summary: Counts the words of a text\n",
        "bin/demo\n",
        "dist-info/licenses/LICENSE\n",
        "dist-info/sboms/",
    ] {
        // pip says the licence since 24.1.
        assert!(
            shown.contains(part) || part.starts_with("License"),
            "{part}: {shown}"
        );
    }
    run(&clean(dir.join("venv/bin/python"), dir).args(["-c", RECORD])).ends(0);
    run(&pip.clone().arg("check")).ends(0);
    run(&pip.clone().args(["uninstall", "--yes", "demo"])).ends(0);
    assert!(!program.exists());
}

#[test]
fn pip_finds_the_wheel_of_each_platform() {
    let test = "pypi::judges::pip_finds_the_wheel_of_each_platform";
    let paper = Paper::plain();
    let wheels = paper.put("pypi");
    let scratch = scratch();
    let dir = scratch.path();
    let Some(pip) = pip(dir, test) else {
        return;
    };
    for (platform, expected) in [
        ("manylinux2014_x86_64", LINUX),
        ("manylinux_2_17_x86_64", LINUX),
        (
            "manylinux_2_17_aarch64",
            "demo-1.2.3-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
        ),
        (
            "musllinux_1_2_aarch64",
            "demo-1.2.3-py3-none-musllinux_1_2_aarch64.whl",
        ),
        ("macosx_14_0_arm64", "demo-1.2.3-py3-none-macosx_11_0_arm64.whl"),
        ("macosx_11_0_x86_64", "demo-1.2.3-py3-none-macosx_11_0_x86_64.whl"),
        ("win_amd64", "demo-1.2.3-py3-none-win_amd64.whl"),
        ("win_arm64", "demo-1.2.3-py3-none-win_arm64.whl"),
    ] {
        let to = dir.join(platform);
        let words = [
            "download",
            "--no-index",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--platform",
            platform,
        ];
        let from = |it: Program| it.arg("--find-links").arg(&wheels).arg("--dest").arg(&to);
        run(&from(pip.clone().args(words)).arg("demo")).ends(0);
        let found = super::judges::wheels(&to);
        assert_eq!(found.len(), 1, "{platform}");
        assert_eq!(found[0].file_name().unwrap(), expected, "{platform}");
    }
    let words = [
        "download",
        "--no-index",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--platform",
        "win32",
    ];
    let none = run(&pip.args(words).arg("--find-links").arg(&wheels).arg("demo"));
    assert_ne!(none.code, Some(0));
}

#[test]
fn tags_must_keep_what_they_promise() {
    let test = "pypi::judges::tags_must_keep_what_they_promise";
    let Some(demo) = Demo::built(test) else {
        return;
    };
    let files = demo.files("pypi");
    let check = |from: &str, to: &str, rule: &str, part: &str| {
        let from = files.iter().find(|(name, _)| name.contains(from)).unwrap();
        let found = findings(&Subject {
            channel: xtask::channel::find("pypi").unwrap(),
            files: vec![File::new(
                format!("demo-1.2.3-py3-none-{to}.whl"),
                from.1.bytes.clone(),
            )],
            edition: None,
            is_whole: false,
            rendered: None,
        });
        let is_it = |it: &String| it.starts_with(rule) && it.contains(part);
        assert!(found.iter().any(is_it), "{to}: {found:?}");
    };
    let fits = "pypi/program-fits";
    check("manylinux_2_17_x86_64", "win_amd64", fits, "not for `win_amd64`");
    check(
        "manylinux_2_17_x86_64",
        "manylinux_2_17_aarch64",
        fits,
        "no code for aarch64",
    );
    check(
        "manylinux_2_17_x86_64",
        "manylinux_2_5_x86_64",
        fits,
        "promises less",
    );
    check(
        "manylinux_2_17_x86_64",
        "musllinux_1_2_x86_64",
        fits,
        "needs glibc",
    );
    check(
        "macosx_11_0_arm64",
        "macosx_10_12_arm64",
        fits,
        "needs macOS 11.0",
    );
    check(
        "macosx_11_0_arm64",
        "macosx_11_0_universal2",
        fits,
        "no code for x86_64",
    );

    let linux = files
        .iter()
        .find(|(name, _)| name.contains("manylinux_2_17_x86_64"))
        .unwrap();
    let bad = super::changed(&linux.1.bytes, "scripts/demo", |program| {
        let at = program.windows(10).position(|it| it == b"libc.so.6\0").unwrap();
        let mut program = program.clone();
        program[at..at + 9].copy_from_slice(b"libq.so.6");
        Some(program)
    });
    let good = linux.1.bytes.clone();
    rule_of("pypi/libraries", &[(LINUX, good.clone())], &[(LINUX, bad)]);
    let arm = "demo-1.2.3-py3-none-manylinux_2_17_aarch64.whl";
    rule_of("pypi/program-fits", &[(LINUX, good.clone())], &[(arm, good)]);
}
