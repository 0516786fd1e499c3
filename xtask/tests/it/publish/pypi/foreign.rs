//! devpi and pypiserver, indexes that nobody here wrote, take what we publish, and pip installs it from there.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use xtask::digest::sha1;
use xtask::effect::http::{Http, Request};
use xtask::judges::Judge;

use super::{open, row};
use crate::channels::fixture::{house, judge};
use crate::publish::fixture::Shop;
use crate::publish::foreign::{Foreign, free_port};
use crate::support::{clean, put, run};

/// What an account of a test has for a password.
const PASSWORD: &str = "canary-of-the-account";

/// Publishes by both clients, finds it there again, and installs it with pip.
fn published(shop: &mut Shop, simple: &str, upload: &str, test: &str) {
    shop.endpoint("pypi-simple", simple);
    shop.endpoint("pypi-upload", upload);
    shop.variable("TWINE_USERNAME", "root");
    shop.variable("TWINE_PASSWORD", PASSWORD);
    let first = shop.publish(&["pypi"]).ends(0);
    assert!(row(&first).contains("live"), "{}", first.text());
    assert!(!format!("{}{}", first.text(), first.stderr).contains(PASSWORD));
    let again = shop.publish(&["pypi"]).ends(0);
    assert!(row(&again).contains("already there"), "{}", again.text());
    let dir = shop.scratch.path().join("installed");
    put(&dir, "pip.conf", "");
    let pip = judge("python3", test, &dir).unwrap().env("HOME", &dir);
    let words = [
        "-m",
        "pip",
        "--isolated",
        "--no-cache-dir",
        "install",
        "--quiet",
        "--index-url",
        simple,
    ];
    run(&pip.args(words).args(["--target", "site", "demo==1.2.3"])).ends(0);
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        assert_eq!(
            run(&clean(dir.join("site/bin/demo"), &dir)).ends(0).text(),
            "demo 1.2.3\n"
        );
    }
    shop.variable("TWINE_PASSWORD", "wrong");
}

fn program(name: &str) -> std::path::PathBuf {
    Judge::find(name).unwrap().path(house()).unwrap()
}

#[test]
fn devpi_takes_it_and_pip_installs_it() {
    let test = "publish::pypi::foreign::devpi_takes_it_and_pip_installs_it";
    let Some(mut shop) = open(test, "twine") else {
        return;
    };
    let dir = shop.scratch.path().join("devpi");
    put(&dir, "devpi", "");
    let (Some(init), Some(_)) = (judge("devpi-init", test, &dir), judge("devpi-server", test, &dir)) else {
        return;
    };
    let words = [
        "--serverdir",
        "server",
        "--no-root-pypi",
        "--root-passwd",
        PASSWORD,
    ];
    run(&init.env("HOME", &dir).args(words)).ends(0);
    let port = free_port();
    let text = port.to_string();
    let words = ["--serverdir", "server", "--host", "127.0.0.1", "--port", &text];
    let _server = Foreign::start(&program("devpi-server"), &words, &dir, port);
    let base = format!("http://127.0.0.1:{port}");
    index(&base);
    let there = format!("{base}/root/dev");
    published(&mut shop, &format!("{there}/+simple"), &there, test);
}

/// Makes an index whose files are never replaced.
fn index(base: &str) {
    let http = Http::new();
    let login = Request::post(format!("{base}/+login")).json(&json!({"user": "root", "password": PASSWORD}));
    let document: Value = http.send(&login).unwrap().json().unwrap();
    let key = document["result"]["password"].as_str().unwrap();
    let make = Request::put(format!("{base}/root/dev"))
        .json(&json!({"type": "stage", "bases": [], "volatile": false}))
        .header("x-devpi-auth", BASE64_STANDARD.encode(format!("root:{key}")));
    let answer = http.send(&make).unwrap();
    assert!(answer.is_success(), "{}", answer.text());
}

#[test]
fn pypiserver_takes_it_and_pip_installs_it() {
    let test = "publish::pypi::foreign::pypiserver_takes_it_and_pip_installs_it";
    let Some(mut shop) = open(test, "uv") else { return };
    let dir = shop.scratch.path().join("pypiserver");
    let hash = BASE64_STANDARD.encode(sha1(PASSWORD.as_bytes()));
    put(&dir, "htpasswd", &format!("root:{{SHA}}{hash}\n"));
    put(&dir, "packages/.keep", "");
    if judge("pypi-server", test, &dir).is_none() {
        return;
    }
    let port = free_port();
    let text = port.to_string();
    // By itself it sends those who ask for what it lacks to the public index.
    let words = [
        "run",
        "--disable-fallback",
        "-i",
        "127.0.0.1",
        "-p",
        &text,
        "-P",
        "htpasswd",
        "-a",
        "update",
        "packages",
    ];
    let _server = Foreign::start(&program("pypi-server"), &words, &dir, port);
    let base = format!("http://127.0.0.1:{port}");
    published(&mut shop, &format!("{base}/simple"), &base, test);
}
