//! A registry that nobody here wrote: ktra.

use std::path::{Path, PathBuf};

use xtask::digest::Sha256;
use xtask::effect::http::{Http, Request};
use xtask::effect::{environment, files};

use super::{CHANNEL, ends, rendered};
use crate::channels::fixture::house;
use crate::dist::fixture::program;
use crate::publish::fixture::Shop;
use crate::publish::foreign::{Foreign, free_port};
use crate::support::{put, run, skipped};
use crate::version::fixture::git;

/// The server; `None` where it is not installed, which is said. It takes four minutes to compile, which `.ci/run` does not
/// pay: the test runs where somebody has paid.
fn ktra(test: &str) -> Option<PathBuf> {
    let here = house().tools_dir().join("ktra-0.7.0/bin/ktra");
    let found = environment::executable(&here).or_else(|| environment::find_program("ktra"));
    if found.is_none() {
        skipped(
            test,
            "`ktra` is not installed: cargo install --locked ktra@0.7.0 --root .tools/ktra-0.7.0",
        );
    }
    found
}

/// A user's token.
fn token(base: &str) -> String {
    let request = Request::post(format!("{base}/ktra/api/v1/new_user/owner"))
        .json(&serde_json::json!({ "password": "a word for this test" }));
    let answer: serde_json::Value = Http::new().send(&request).unwrap().json().unwrap();
    answer["token"].as_str().unwrap().to_owned()
}

/// Its index, a git repository.
fn index(dir: &Path, base: &str) -> String {
    let work = dir.join("work");
    put(
        &work,
        "config.json",
        &format!("{{\"dl\":\"{base}/dl\",\"api\":\"{base}\"}}\n"),
    );
    git(&work, "init --quiet --initial-branch main");
    git(&work, "add --all .");
    git(&work, "commit --quiet --message first");
    git(dir, "clone --quiet --bare work index.git");
    format!("file://{}", dir.join("index.git").display())
}

#[test]
fn ktra_takes_the_crate_once() {
    let test = "crates_io::ktra_takes_the_crate_once";
    let Some(mut shop) = Shop::open(test) else { return };
    let dir = shop.scratch.path().join("ktra");
    files::create_dir(&dir).unwrap();
    let Some(ktra) = ktra(test) else { return };
    let port = free_port();
    let base = format!("http://127.0.0.1:{port}");
    let index = index(&dir, &base);
    let settings = format!(
        "[index_config]\nremote_url = \"{index}\"\nbranch = \"main\"\nname = \"ktra\"\nemail = \"ktra@registry.example\"\n\
         [server_config]\naddress = [127, 0, 0, 1]\nport = {port}\n"
    );
    let settings = put(&dir, "ktra.toml", &settings);
    let _server = Foreign::start(&ktra, &["-c", &settings.to_string_lossy()], &dir, port);
    shop.endpoint("cargo", &index);
    shop.variable("CARGO_REGISTRY_TOKEN", "not-a-token-of-ktra");
    let refused = shop.publish(&[CHANNEL]);
    ends(&refused, "failed", 1);
    assert!(refused.text().contains("403"), "{}", refused.text());

    let token = token(&base);
    shop.variable("CARGO_REGISTRY_TOKEN", &token);
    let first = shop.publish(&[CHANNEL]);
    ends(&first, "live", 0);
    ends(&shop.publish(&[CHANNEL]), "already there", 0);
    let served = Http::new()
        .send(&Request::get(format!("{base}/dl/demo/1.2.3/download")))
        .unwrap();
    assert_eq!(Sha256::of(&served.body), rendered(&shop));

    // Another release of the same version, and one that was yanked.
    let cargo = program("cargo", &dir)
        .env("CARGO_NET_OFFLINE", "false")
        .env("CARGO_HOME", dir.join("home"))
        .env("CARGO_REGISTRIES_KTRA_INDEX", &index)
        .env("CARGO_REGISTRIES_KTRA_TOKEN", &token)
        .args(["yank", "--registry", "ktra", "demo@1.2.3"]);
    run(&cargo).ends(0);
    let yanked = shop.publish(&[CHANNEL]);
    assert_eq!(yanked.code, Some(1));
    assert!(
        yanked.stderr.contains("cargo yank --undo demo@1.2.3"),
        "{}",
        yanked.stderr
    );
    for run in [&refused, &first, &yanked] {
        assert!(!format!("{}{}", run.text(), run.stderr).contains(&token));
    }
}
