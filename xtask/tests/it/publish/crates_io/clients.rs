//! The twin, asked by cargo itself: install, info, search, owner, yank.

use std::path::Path;

use xtask::effect::process::Program;
use xtask::twin::credential;

use super::{CHANNEL, ends};
use crate::dist::fixture::program;
use crate::publish::fixture::Shop;
use crate::support::{clean, run};

/// Cargo with a home of its own, which knows the twin.
fn cargo(base: &str, dir: &Path) -> Program {
    program("cargo", dir)
        .env("CARGO_HOME", dir.join("cargo"))
        .env("HOME", dir)
        .env("CARGO_NET_OFFLINE", "false")
        .env("CARGO_REGISTRIES_TWIN_INDEX", format!("sparse+{base}/index/"))
        .env(
            "CARGO_REGISTRIES_TWIN_TOKEN",
            credential::of("CARGO_REGISTRY_TOKEN"),
        )
}

#[test]
fn cargo_installs_searches_and_yanks() {
    let Some(mut shop) = Shop::open("crates_io::clients") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    ends(&shop.publish(&[CHANNEL]), "live", 0);
    let base = twin.base("crates", CHANNEL).unwrap();
    let dir = shop.scratch.path().join("client");
    xtask::effect::files::create_dir(&dir).unwrap();
    let cargo = |words: &str| {
        let words = words.split_whitespace();
        run(&cargo(&base, &dir).args(words).args(["--registry", "twin"]))
    };
    let found = cargo("search counts").ends(0).text();
    assert!(found.starts_with("demo = \"1.2.3\""), "{found}");
    assert!(!cargo("search nonesuch").ends(0).text().contains("demo"));
    let info = cargo("info demo").ends(0).text();
    assert!(info.contains("version: 1.2.3"), "{info}");
    let root = dir.join("root");
    cargo(&format!(
        "install --locked --debug --root {} demo",
        root.display()
    ))
    .ends(0);
    assert_eq!(
        run(&clean(root.join("bin/demo"), &dir)).ends(0).text(),
        "demo 1.2.3\n"
    );

    let owners = cargo("owner --list demo").ends(0).text();
    assert!(owners.contains("rehearsal"), "{owners}");
    cargo("owner --add friend demo").ends(0);
    assert!(cargo("owner --list demo").ends(0).text().contains("friend"));
    cargo("owner --remove friend demo").ends(0);
    let last = cargo("owner --remove rehearsal demo");
    assert!(
        last.code != Some(0) && last.stderr.contains("at least one individual owner"),
        "{}",
        last.stderr
    );

    cargo("yank demo@1.2.3").ends(0);
    let gone = cargo(&format!(
        "install --locked --force --root {} demo",
        root.display()
    ));
    assert!(
        gone.code != Some(0) && gone.stderr.contains("could not find `demo`"),
        "{}",
        gone.stderr
    );
    cargo("yank --undo demo@1.2.3").ends(0);
    cargo("info demo").ends(0);
    let wrong = run(&cargo_with_token(&base, &dir, "nonesuch"));
    assert!(
        wrong.code != Some(0) && wrong.stderr.contains("authentication failed"),
        "{}",
        wrong.stderr
    );
}

fn cargo_with_token(base: &str, dir: &Path, token: &str) -> Program {
    cargo(base, dir).env("CARGO_REGISTRIES_TWIN_TOKEN", token).args([
        "yank",
        "demo@1.2.3",
        "--registry",
        "twin",
    ])
}

#[test]
fn a_rehearsal_compiles_what_the_twin_serves() {
    let Some(shop) = Shop::open("crates_io::rehearsal") else {
        return;
    };
    let words = ["rehearse", "--channel", CHANNEL, "--json", "--dist"];
    let rehearse = program(env!("CARGO_BIN_EXE_xtask"), &shop.demo.root).args(words);
    let document = run(&rehearse.arg(&shop.dist).env("HOME", shop.scratch.path()))
        .ends(0)
        .json();
    assert_eq!(document["channels"][0]["outcome"], "live", "{document}");
    let client = &document["clients"][0];
    assert!(
        client["client"] == "cargo" && client["outcome"] == "installed",
        "{client}"
    );
}
