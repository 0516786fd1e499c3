//! `cargo xtask checksum`, in both directions with the tools that people verify releases with.

use std::ffi::OsString;
use std::path::Path;

use xtask::effect::files;

use crate::support::{clean, is_here, put, run, scratch, skipped, xtask};

/// SHA-256 of `a`, of `b`, and of nothing.
const A: &str = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const B: &str = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The tools of GNU coreutils, and our names for what they compute.
const TOOLS: [(&str, &str); 3] = [
    ("sha256sum", "sha256"),
    ("sha512sum", "sha512"),
    ("b2sum", "blake2b"),
];

/// File names that break what is not written with care.
fn hostile() -> Vec<OsString> {
    let names = [
        "plain",
        "two  spaces ",
        "-dash",
        "sub/in",
        "ünï",
        "#hash",
        "a) = b",
    ];
    #[cfg_attr(
        not(unix),
        expect(unused_mut, reason = "other systems refuse the names that follow")
    )]
    let mut names = names.map(OsString::from).to_vec();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        names.extend(["new\nline", "back\\slash", "*star", "\\n", "-"].map(OsString::from));
        names.push(OsString::from_vec(b"not\xffutf8".to_vec()));
    }
    names
}

fn gnu(tool: &str, test: &str) -> bool {
    if !is_here(tool, test) {
        return false;
    }
    let version = run(&clean(tool, Path::new(".")).arg("--version")).text();
    if !version.contains("GNU coreutils") {
        skipped(test, &format!("`{tool}` is not that of GNU coreutils"));
        return false;
    }
    true
}

#[test]
fn gnu_tools_accept_what_is_written() {
    for (tool, algorithm) in TOOLS {
        if !gnu(tool, "gnu_tools_accept_what_is_written") {
            continue;
        }
        let scratch = scratch();
        for (at, name) in hostile().iter().enumerate() {
            put(scratch.path(), name, &"x".repeat(at));
        }
        for form in [&[][..], &["--tag"]] {
            let words = ["checksum", ".", "--output", "SUMS", "--algorithm", algorithm];
            xtask(scratch.path(), words.iter().chain(form)).ends(0);
            let checked = run(&clean(tool, scratch.path()).args(["--strict", "-c", "SUMS"])).ends(0);
            assert_eq!(
                checked.text().matches(": OK\n").count(),
                hostile().len(),
                "{}",
                checked.text()
            );
            let words = [
                "checksum",
                "--verify",
                "--strict",
                "SUMS",
                "--algorithm",
                algorithm,
            ];
            xtask(scratch.path(), words).ends(0);
        }
    }
}

#[test]
fn what_gnu_tools_write_is_verified() {
    for (tool, algorithm) in TOOLS {
        if !gnu(tool, "what_gnu_tools_write_is_verified") {
            continue;
        }
        let scratch = scratch();
        for (at, name) in hostile().iter().enumerate() {
            put(scratch.path(), name, &"x".repeat(at));
        }
        for form in ["--text", "--binary", "--tag"] {
            let program = clean(tool, scratch.path()).args([form, "--"]);
            let names = hostile()
                .into_iter()
                .map(|it| if it == "-" { "./-".into() } else { it });
            let sums = run(&program.args(names)).ends(0).stdout;
            files::write(&scratch.path().join("SUMS"), &sums).unwrap();
            let words = [
                "checksum",
                "--verify",
                "--strict",
                "SUMS",
                "--algorithm",
                algorithm,
            ];
            let verified = xtask(scratch.path(), words).ends(0);
            assert_eq!(
                verified.text().matches(": ok\n").count(),
                hostile().len(),
                "{}",
                verified.text()
            );
        }
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let scratch = scratch();
    let dir = scratch.path();
    for name in ["same", "tampered", "new/extra"] {
        put(dir, Path::new("dist").join(name), "a");
    }
    let sums = format!("{A}  same\r\n{B}  tampered\r\nnonsense\r\n\r\n# note\r\n{A} *gone\r\n{A}  new\r\n");
    put(dir, "dist/SHA256SUMS", &sums);
    put(dir, "dist/SHA256SUMS.asc", "a signature is not extra");

    let found = xtask(dir, ["checksum", "--verify"]).ends(1);
    assert_eq!(
        found.text().replace('\\', "/"),
        "dist/same: ok\ndist/tampered: changed\ndist/gone: missing\ndist/new: unreadable\ndist/new/extra: extra\n"
    );
    for expected in [
        "`dist/tampered` has changed: its sha256 is ca978112",
        "line 2 of `dist/SHA256SUMS` says 3e23e816",
        "error: cannot use line 3 of `dist/SHA256SUMS`: neither",
        "`dist/gone` is missing: line 6 of",
        "`dist/new` is a folder, which has no sum; line 7 of",
        "note: not named by `dist/SHA256SUMS`: new/extra",
        "4 files of `dist/SHA256SUMS`: 1 ok, 1 changed, 1 missing, 1 unreadable, 1 extra, 1 malformed",
    ] {
        let said = found.stderr.replace('\\', "/");
        assert!(said.contains(expected), "{expected}\nis not in\n{said}");
    }

    let document = xtask(dir, ["checksum", "--verify", "--json"]).ends(1).json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["sums"][0]["files"][1]["standing"], "changed");
    assert_eq!(document["sums"][0]["files"][1]["actual"], A);
    assert_eq!(document["sums"][0]["files"][1]["expected"], B);
    assert_eq!(document["sums"][0]["malformed"][0]["line"], 3);
    assert_eq!(document["sums"][0]["extra"][0]["name"], "new/extra");
    assert_eq!(document["problems"].as_array().unwrap().len(), 4);
}

#[test]
fn extra_files_fail_only_when_asked() {
    let scratch = scratch();
    put(scratch.path(), "a", "a");
    put(scratch.path(), "b", "b");
    let sums = |name: &str, text: &str| drop(put(scratch.path(), name, text));
    let check = |words: &[&str], code: i32, expected: &str| {
        let words = ["checksum", "--verify"].iter().chain(words);
        assert_eq!(xtask(scratch.path(), words).ends(code).text(), expected);
    };
    sums("SHA256SUMS", &format!("{A}  a\n"));
    check(&["SHA256SUMS"], 0, "a: ok\nb: extra\n");
    check(&["SHA256SUMS", "--strict"], 1, "a: ok\nb: extra\n");
    // The sums of one file beside it say nothing about its neighbours.
    sums("a.sha256", &format!("{A}  a\n"));
    check(&["a.sha256", "--strict"], 0, "a: ok\n");
    // Several sums files are verified in one run, and one that cannot be read does not hide the others.
    check(&["a.sha256", "none", "a.sha256"], 1, "a: ok\na: ok\n");
}

#[test]
fn names_are_relative_to_the_sums_file_which_is_left_out() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "in/b", "b");
    put(dir, "in/sub/a", "a");
    put(dir, "a", "a");
    let written = |path: &str| files::read_text(&dir.join(path)).unwrap();

    for _ in 0..2 {
        xtask(dir, ["checksum", "in", "a", "--output", "in/sums"]).ends(0);
        assert_eq!(written("in/sums"), format!("{A}  ../a\n{B}  b\n{A}  sub/a\n"));
    }
    xtask(
        dir,
        ["checksum", "in/b", "in/../in/b", "a", "-o", "out/new/SHA256SUMS"],
    )
    .ends(0);
    assert_eq!(
        written("out/new/SHA256SUMS"),
        format!("{A}  ../../a\n{B}  ../../in/b\n")
    );
    xtask(dir, ["checksum", "--verify", "out/new/SHA256SUMS"]).ends(0);

    let shown = xtask(dir, ["checksum", "in/sub", "a"]).ends(0).text();
    assert_eq!(shown.replace('\\', "/"), format!("{A}  a\n{A}  in/sub/a\n"));
}

#[test]
fn without_paths_it_is_the_dist_folder() {
    let scratch = scratch();
    let dir = scratch.path();
    for words in [&["checksum"][..], &["checksum", "--verify"]] {
        let run = xtask(dir, words).ends(1);
        assert!(
            run.stderr.contains("help: run `cargo xtask dist` first"),
            "{}",
            run.stderr
        );
    }
    files::create_dir(&dir.join("ws/dist")).unwrap();
    let run = xtask(&dir.join("ws"), ["checksum"]).ends(1);
    assert!(run.stderr.contains("no files in `dist`"), "{}", run.stderr);

    put(dir, "ws/dist/empty", "");
    put(dir, "ws/dist/B2SUMS", "not hashed");
    let text = format!("{NOTHING}  empty\n");
    assert_eq!(xtask(dir, ["-C", "ws", "checksum"]).ends(0).text(), text);
    put(dir, "ws/dist/SHA256SUMS", &text);
    xtask(dir, ["-C", "ws", "checksum", "--verify", "--strict"]).ends(0);
    let run = xtask(dir, ["-C", "ws", "checksum", "--verify", "-a", "blake2b"]).ends(1);
    assert!(
        run.stderr.contains("holds no sums: line 1: neither"),
        "{}",
        run.stderr
    );
}

#[test]
fn inside_a_workspace_it_is_the_dist_folder_of_its_root() {
    let scratch = scratch();
    let dir = scratch.path();
    put(
        dir,
        "ws/Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    put(dir, "ws/dist/empty", "");
    put(dir, "ws/dist/SHA256SUMS", &format!("{NOTHING}  empty\n"));
    put(dir, "ws/src/lib.rs", "");
    put(dir, "else/x", "");
    let check = |from: &str, words: &[&str], dist: &str| {
        let run = xtask(&dir.join(from), words.iter().chain(&["checksum", "--verify"])).ends(0);
        assert_eq!(run.text().replace('\\', "/"), format!("{dist}/empty: ok\n"));
        let run = xtask(&dir.join(from), words.iter().chain(&["checksum"])).ends(0);
        assert_eq!(run.text(), format!("{NOTHING}  empty\n"));
    };
    check("ws", &[], "dist");
    check("ws/src", &[], "../dist");
    check("else", &["-C", "../ws"], "../ws/dist");
    check("else", &["-C", "../ws/src"], "../ws/dist");
}

#[test]
fn only_sums_are_overwritten() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "a", "a");
    put(dir, "precious.zip", "PK");
    put(dir, "SHA256SUMS", &format!("{B}  b\n"));
    let run = xtask(dir, ["checksum", "-o", "precious.zip", "a", "gone"]).ends(1);
    assert_eq!(
        run.stderr,
        "error: cannot read `gone`: no such file\n\
         error: cannot write the sums to `precious.zip`: it holds something else than sums\n\
         help: name another file, or take this one away first; without `--output` sums go to standard output\n"
    );
    assert_eq!(files::read_text(&dir.join("precious.zip")).unwrap(), "PK");
    xtask(dir, ["checksum", "-o", "SHA256SUMS", "a"]).ends(0);
    assert_eq!(
        files::read_text(&dir.join("SHA256SUMS")).unwrap(),
        format!("{A}  a\n")
    );
    let run = xtask(dir, ["checksum", "-o", "SHA256SUMS", "SHA256SUMS"]).ends(1);
    assert!(
        run.stderr
            .starts_with("error: no files in `SHA256SUMS`\nhelp: `SHA256SUMS` is left out"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_the_sums_file_stays() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "a", "a");
    put(dir, "real/SHA256SUMS", "");
    std::os::unix::fs::symlink("real/SHA256SUMS", dir.join("link")).unwrap();
    xtask(dir, ["checksum", "-o", "link", "a"]).ends(0);
    assert!(dir.join("link").is_symlink());
    let text = files::read_text(&dir.join("real/SHA256SUMS")).unwrap();
    assert_eq!(text, format!("{A}  a\n"));
}

#[test]
fn a_sums_file_that_was_named_wrongly_gets_advice_of_its_own() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "d/a", "a");
    let run = xtask(dir, ["checksum", "--verify", "d", "gone"]).ends(1);
    assert_eq!(
        run.stderr.replace('\\', "/"),
        "error: cannot read `d`: it is a folder\n\
         help: name a sums file: `cargo xtask checksum --verify d/SHA256SUMS`\n\
         error: cannot read `gone`: no such file\n\
         help: paths start from the current folder, also with `-C`\n"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "a", "a");
    let check = |words: &str| {
        let script = format!("\"$0\" {words} > /dev/full");
        let program = clean("sh", dir).args(["-c", &script, env!("CARGO_BIN_EXE_xtask")]);
        let found = run(&program).ends(1).stderr;
        assert!(
            found.starts_with("error: cannot write to standard output: No space left on device"),
            "{found}"
        );
    };
    check("checksum a");
    check("checksum --json a");
    check("ci --list");
    check("bench");
}

#[test]
fn what_cannot_be_hashed_is_named_and_nothing_is_written() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "d/good", "a");
    let as_it_was = format!("{B}  b\n");
    put(dir, "sums", &as_it_was);
    let run = xtask(dir, ["checksum", "d", "none", "neither", "--output", "sums"]).ends(1);
    assert!(
        run.stderr.contains("cannot read `none`: no such file"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("cannot read `neither`: no such file"),
        "{}",
        run.stderr
    );
    assert_eq!(files::read_text(&dir.join("sums")).unwrap(), as_it_was);

    let run = xtask(dir, ["checksum", "d", "none", "--json"]).ends(1);
    assert_eq!(run.json()["files"][0]["checksum"], A);
    assert_eq!(run.json()["problems"][0], "cannot read `none`: no such file");
}

#[cfg(unix)]
#[test]
fn links_and_special_files() {
    use std::os::unix::fs::symlink;
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "real/a", "a");
    put(dir, "d/b", "b");
    symlink("../real", dir.join("d/folder")).unwrap();
    symlink("../real/a", dir.join("d/file")).unwrap();
    let run = xtask(dir, ["checksum", "d", "-o", "d/SHA256SUMS"]).ends(0);
    assert!(
        run.stderr
            .contains("`d/folder` is a link to a folder, which is left out"),
        "{}",
        run.stderr
    );
    assert_eq!(
        files::read_text(&dir.join("d/SHA256SUMS")).unwrap(),
        format!("{B}  b\n{A}  file\n")
    );
    xtask(dir, ["checksum", "--verify", "--strict", "d/SHA256SUMS"]).ends(0);

    symlink("nowhere", dir.join("d/lost")).unwrap();
    let run = xtask(dir, ["checksum", "d"]).ends(1);
    assert!(
        run.stderr.contains("`d/lost` is a link that leads nowhere"),
        "{}",
        run.stderr
    );

    if is_here("mkfifo", "links_and_special_files") {
        crate::support::run(&clean("mkfifo", dir).arg("pipe")).ends(0);
        let run = xtask(dir, ["checksum", "pipe"]).ends(1);
        assert!(
            run.stderr.contains("`pipe` is a named pipe, which has no sum"),
            "{}",
            run.stderr
        );
        put(dir, "sums", &format!("{A}  pipe\n"));
        let run = xtask(dir, ["checksum", "--verify", "sums"]).ends(1);
        assert!(run.text().starts_with("pipe: unreadable\n"), "{}", run.text());
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_not_a_changed_one() {
    let scratch = scratch();
    let dir = scratch.path();
    let secret = put(dir, "secret", "a");
    put(dir, "SHA256SUMS", &format!("{A}  secret\n"));
    files::set_mode(&secret, 0).unwrap();
    if files::open(&secret).is_ok() {
        skipped(
            "an_unreadable_file_is_not_a_changed_one",
            "this user reads files of any mode",
        );
        return;
    }
    let run = xtask(dir, ["checksum", "--verify", "SHA256SUMS"]).ends(1);
    assert_eq!(run.text(), "secret: unreadable\n");
    assert!(
        run.stderr.contains("cannot read `secret`: permission denied"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_dash_is_standard_input_and_a_file_of_that_name_is_not() {
    let scratch = scratch();
    let dir = scratch.path();
    put(dir, "d/-", "a");
    // The tests give programs an empty standard input.
    assert_eq!(
        xtask(dir, ["checksum", "-"]).ends(0).text(),
        format!("{NOTHING}  -\n")
    );
    xtask(dir, ["checksum", "d", "-o", "d/SHA256SUMS"]).ends(0);
    assert_eq!(
        files::read_text(&dir.join("d/SHA256SUMS")).unwrap(),
        format!("{A}  ./-\n")
    );
    put(dir, "input", &format!("{NOTHING}  -\n"));
    assert_eq!(
        xtask(dir, ["checksum", "--verify", "input"])
            .ends(0)
            .text()
            .lines()
            .next(),
        Some("-: ok")
    );
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let scratch = scratch();
    for at in 0..50 {
        put(scratch.path(), format!("d/{at}"), &"x".repeat(at * at * 100));
    }
    let one = xtask(scratch.path(), ["checksum", "d", "--jobs", "1"])
        .ends(0)
        .text();
    let many = xtask(scratch.path(), ["checksum", "d", "--jobs", "7"])
        .ends(0)
        .text();
    assert_eq!(one.lines().count(), 50);
    assert_eq!(one, many);
}

#[test]
fn wrong_usage_ends_with_2() {
    let scratch = scratch();
    let check = |words: &[&str], expected: &str| {
        let run = xtask(scratch.path(), ["checksum"].iter().chain(words)).ends(2);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    };
    check(&["--algorithm", "sah256"], "'sha256'");
    check(&["--strict"], "--verify");
    check(&["--verify", "--output", "x"], "--output");
    check(&["--verify", "--tag"], "--tag");
    check(&["--jobs", "0"], "--jobs");
    check(&["--jobs", "-1"], "invalid value '-1' for '--jobs <N>'");
    for words in [&["-C", "nowhere"][..], &["-C", "nowhere", "--verify", "x"]] {
        check(words, "error: cannot work on `nowhere`: no such folder\nhelp: ");
    }
    put(scratch.path(), "file", "");
    check(
        &["-C", "file"],
        "error: cannot work on `file`: it is no folder\nhelp: ",
    );
}

/// The output is longer than a pipe holds, so the program does write after the reader has gone.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_harmless() {
    let scratch = scratch();
    let dir = scratch.path();
    for at in 0..300 {
        put(dir, format!("d/{at:0200}"), "");
    }
    let script = r#"("$0" checksum d; echo "$?" > code) | true; while [ ! -s code ]; do sleep 0.01; done"#;
    let program = clean("sh", dir).args(["-c", script, env!("CARGO_BIN_EXE_xtask")]);
    let run = run(&program).ends(0);
    assert_eq!(run.stderr, "");
    assert_eq!(files::read_text(&dir.join("code")).unwrap(), "0\n");
}
