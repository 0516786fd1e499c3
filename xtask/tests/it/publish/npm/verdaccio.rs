//! verdaccio, a registry that nobody here wrote, takes what we publish, and npm installs it from there.

use serde_json::{Value, json};
use xtask::effect::files;
use xtask::effect::http::{Http, Request};
use xtask::effect::secret::Secret;

use super::{open, row, seed};
use crate::channels::fixture::{house, judge};
use crate::publish::foreign::{Foreign, free_port};
use crate::support::{clean, put, run};

const SETTINGS: &str = "storage: ./storage\nauth:\n  htpasswd:\n    file: ./htpasswd\n    max_users: 10\nuplinks: {}\n\
    packages:\n  '**':\n    access: $all\n    publish: $authenticated\n    unpublish: $authenticated\n\
    max_body_size: 100mb\nlog: {type: stdout, format: pretty, level: error}\n";

/// Makes an account, and gives its token.
fn account(base: &str) -> String {
    let user = json!({"name": "owner", "password": "canary-of-the-account", "type": "user"});
    let request = Request::put(format!("{base}/-/user/org.couchdb.user:owner")).json(&user);
    let answer = Http::new().send(&request).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let document: Value = answer.json().unwrap();
    document["token"].as_str().unwrap().to_owned()
}

#[test]
fn verdaccio_takes_it_and_npm_installs_it() {
    let test = "publish::npm::verdaccio::verdaccio_takes_it_and_npm_installs_it";
    let Some(mut shop) = open(test) else { return };
    let dir = shop.scratch.path().join("verdaccio");
    put(&dir, "config.yaml", SETTINGS);
    if judge("verdaccio", test, &dir).is_none() {
        return;
    }
    let program = xtask::judges::Judge::find("verdaccio")
        .unwrap()
        .path(house())
        .unwrap();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let _server = Foreign::start(
        &program,
        &["--config", "config.yaml", "--listen", &listen],
        &dir,
        port,
    );
    let base = format!("http://{listen}");
    let token = account(&base);
    shop.endpoint("npm", &base);
    shop.variable("NPM_TOKEN", &token);

    let first = shop.publish(&["npm"]).ends(0);
    assert!(row(&first).contains("live"), "{}", first.text());
    assert!(!first.stderr.contains(&token));
    let again = shop.publish(&["npm"]).ends(0);
    assert!(row(&again).contains("already there"), "{}", again.text());

    let home = dir.join("home");
    files::create_dir(&home).unwrap();
    let npm = judge("npm", test, &home).unwrap();
    let install = npm
        .env("HOME", &home)
        .args([
            "install",
            "--global",
            "demo",
            "--no-audit",
            "--no-fund",
            "--prefix",
        ])
        .arg(dir.join("prefix"))
        .args(["--registry", &base]);
    run(&install).ends(0);
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let said = run(&clean(dir.join("prefix/bin/demo"), &dir)).ends(0).text();
        assert_eq!(said, "demo 1.2.3\n");
    }

    // Other bytes under a name of ours: it is found before anything is sent.
    let secret = Secret::new("NPM_TOKEN", &token);
    let (document, integrity) = seed::document("demo-linux-x64", "1.2.3");
    let remove = Request::delete(format!("{base}/demo-linux-x64/-rev/{}", revision(&base)))
        .secret("authorization", secret.header("Bearer"));
    assert!(Http::new().send(&remove).unwrap().is_success());
    let (status, words) = seed::send(&base, "demo-linux-x64", &document, &token);
    assert_eq!(status, 201, "{words}");
    let refused = shop.publish(&["npm"]).ends(1);
    assert!(refused.stderr.contains(&integrity), "{}", refused.stderr);

    shop.variable("NPM_TOKEN", "no-token-of-this-registry");
    let xtask = shop.command(&["doctor", "--channel", "npm"]);
    let said = run(&xtask).ends(1).text();
    assert!(
        said.contains("is not taken: it is wrong, revoked, or has expired"),
        "{said}"
    );
}

fn revision(base: &str) -> String {
    let answer = Http::new()
        .send(&Request::get(format!("{base}/demo-linux-x64?write=true")))
        .unwrap();
    let document: Value = answer.json().unwrap();
    document["_rev"].as_str().unwrap().to_owned()
}
