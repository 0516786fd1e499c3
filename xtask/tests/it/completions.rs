//! `cargo xtask completions`: the scripts, asked by the shells that read them.

use std::path::Path;

use xtask::channel::CHANNELS;
use xtask::effect::environment;
use xtask::effect::process::Program;
use xtask::judges::Judge;
use xtask::workspace::Workspace;

use crate::support::{clean, put, run, scratch, skipped, xtask};

/// A shell with a clean environment in a folder; `None` where it is not installed, which is said. Where `CI` is set that is
/// a failure, on the system that `.ci/run` installs them on.
#[track_caller]
fn shell(name: &str, test: &str, dir: &Path) -> Option<Program> {
    let house = Workspace::load(Some(Path::new(env!("CARGO_MANIFEST_DIR")))).unwrap();
    let judge = Judge::find(name).unwrap();
    let path = judge.path(&house);
    if path.is_none() {
        let why = format!("`{name}` is not installed: {}", judge.install());
        assert!(
            !(environment::is_ci() && cfg!(target_os = "linux")),
            "{test}: {why}"
        );
        skipped(test, &why);
    }
    path.map(|it| clean(it, dir))
}

/// Writes the script of a shell into a folder.
#[track_caller]
fn script(dir: &Path, shell: &str, name: &str) -> String {
    let script = xtask(dir, ["completions", shell]).ends(0).text();
    put(dir, name, &script).to_string_lossy().into_owned()
}

fn channels() -> Vec<&'static str> {
    CHANNELS.iter().map(|it| it.name).collect()
}

/// Asks bash as its readline does: the words, the number of the current one, the function that is told.
const ASK: &str = r#"
ask() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    "$(complete -p cargo | sed 's/.*-F \([^ ]*\).*/\1/')" cargo "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "$*: ${COMPREPLY[*]}"
}
"#;

#[test]
fn bash_completes_behind_cargo() {
    let scratch = scratch();
    let dir = scratch.path();
    let test = "bash_completes_behind_cargo";
    let Some(bash) = shell("bash", test, dir) else {
        return;
    };
    let script = script(dir, "bash", "script");
    let ask = |before: &str, questions: &str| {
        let text = format!("{before}\nsource '{script}'\n{ASK}\n{questions}");
        let bash = bash.clone().args(["--norc", "--noprofile", "-c", &text]);
        let said = run(&bash).ends(0);
        assert_eq!(said.stderr, "");
        said.text()
    };
    let questions = "ask cargo xtask manifests --channel ''\nask cargo xtask manifests --channel s\n\
         ask cargo +nightly xtask man\nask cargo xtask clean-repo --un\nask cargo xtask completions f\n\
         ask cargo xt\nask cargo build --rel\n";
    let expected = |cargo: &str| {
        format!(
            "cargo xtask manifests --channel : {}\ncargo xtask manifests --channel s: scoop snap\n\
             cargo +nightly xtask man: manifests\ncargo xtask clean-repo --un: --undo\n\
             cargo xtask completions f: fish\n{cargo}",
            channels().join(" ")
        )
    };
    // Where nothing else completes cargo.
    let alone = ask("", questions);
    assert_eq!(alone, expected("cargo xt: xtask\ncargo build --rel: \n"));
    // Where cargo's own does; being read twice does not make it ask itself.
    let before = format!(
        "_cargo() {{ COMPREPLY=(\"own-$2\"); }}\ncomplete -o nosort -F _cargo cargo\nsource '{script}'"
    );
    let beside = ask(&before, questions);
    assert_eq!(
        beside,
        expected("cargo xt: own-xt xtask\ncargo build --rel: own---rel\n")
    );
}

#[test]
fn fish_completes_behind_cargo() {
    let scratch = scratch();
    let dir = scratch.path();
    let Some(fish) = shell("fish", "fish_completes_behind_cargo", dir) else {
        return;
    };
    let script = script(dir, "fish", "script");
    let ask = |line: &str| {
        let text = format!("source '{script}'; complete --do-complete '{line}'");
        // Without a home it warns of having no place for its history.
        let fish = fish.clone().env("HOME", dir).args(["--no-config", "-c", &text]);
        let said = run(&fish).ends(0).text();
        let names = said
            .lines()
            .map(|it| it.split('\t').next().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(ask("cargo xtask manifests --channel "), channels());
    assert_eq!(ask("cargo +nightly xtask manif"), ["manifests"]);
    assert_eq!(ask("cargo xtask clean-repo --und"), ["--undo"]);
    assert_eq!(ask("cargo xtas"), ["xtask"]);
    assert_eq!(ask("cargo build --rel"), [""; 0]);
}

/// Types a line into an interactive zsh, presses the tabulator twice, and prints what stands there when the last name does.
const TYPE: &str = r#"
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=''; LISTMAX=10000; TERM=dumb; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; $2; print READY-''NOW"
zpty -r shell out '*READY-NOW*'
zpty -w -n shell "$3"$'\t\t'
zpty -r shell out "*$4*"
print -r -- "$out"
zpty -d shell
"#;

#[test]
fn zsh_completes_behind_cargo() {
    let scratch = scratch();
    let dir = scratch.path();
    let Some(zsh) = shell("zsh", "zsh_completes_behind_cargo", dir) else {
        return;
    };
    let script = script(dir, "zsh", "functions/_cargo-xtask");
    let ask = |functions: &str, source: &str, line: &str, last: &str| {
        let zsh = zsh.clone().env("HOME", dir).args(["-f", "-c", TYPE, "zsh"]);
        run(&zsh.args([functions, source, line, last])).ends(0).text()
    };
    let has_all = |said: &str| {
        for name in channels() {
            assert!(said.contains(name), "no `{name}` in {said}");
        }
    };
    // As a file that is read, where nothing else completes cargo.
    let line = "cargo xtask manifests --channel ";
    has_all(&ask("", &format!("source {script}"), line, "winget"));
    // As a function that is loaded when cargo's own completion calls it, as it does for each command it does not know.
    put(
        dir,
        "own/_cargo",
        "#compdef cargo\nshift words\n(( CURRENT-- ))\n_call_function ret _cargo-${words[1]}\n",
    );
    let (own, functions) = (dir.join("own"), dir.join("functions"));
    let folders = format!("{} {}", own.display(), functions.display());
    has_all(&ask(&folders, "true", line, "winget"));
    let said = ask(&folders, "true", "cargo xtask clean-repo --und", "--undo");
    assert!(said.contains("--undo"), "{said}");
}

#[test]
fn other_shells_complete_a_function_of_that_name() {
    let scratch = scratch();
    for (shell, start) in [
        (
            "powershell",
            "Register-ArgumentCompleter -Native -CommandName 'xtask'",
        ),
        ("elvish", "set edit:completion:arg-completer[xtask]"),
    ] {
        let text = xtask(scratch.path(), ["completions", shell]).ends(0).text();
        assert!(text.contains(start), "{text}");
    }
    let said = xtask(scratch.path(), ["completions", "bsh"]).ends(2).stderr;
    assert!(said.contains("bash, elvish, fish, powershell, zsh"), "{said}");
}
