//! npm's own client against the twin, and what the twin refuses.

use serde_json::json;
use xtask::effect::process::Program;
use xtask::twin::credential;

use super::{open, seed};
use crate::channels::fixture::judge;
use crate::support::{put, run};

/// npm with an account of the twin's.
fn npm(shop: &crate::publish::fixture::Shop, base: &str, token: &str, test: &str) -> Program {
    let home = shop.scratch.path().join("npm");
    let (_, host) = base.split_once("://").unwrap();
    let text = format!(
        "registry={base}/\n//{host}/:_authToken={token}\naudit=false\nfund=false\nupdate-notifier=false\n"
    );
    put(&home, ".npmrc", &text);
    judge("npm", test, &home).unwrap().env("HOME", &home)
}

#[test]
fn npm_manages_what_the_twin_serves() {
    let test = "publish::npm::clients::npm_manages_what_the_twin_serves";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[]);
    let base = twin.base("npm", "npm").unwrap();
    seed::put(&base, "demo", "1.0.0");
    seed::put(&base, "demo", "1.1.0");
    let npm = npm(&shop, &base, &credential::of("NODE_AUTH_TOKEN"), test);
    let said = |words: &[&str]| run(&npm.clone().args(words)).ends(0).text();
    let refused = |words: &[&str]| {
        let run = run(&npm.clone().args(words));
        assert_ne!(run.code, Some(0), "{words:?}");
        run.stderr
    };
    assert_eq!(said(&["whoami"]), "rehearsal\n");
    assert_eq!(said(&["view", "demo", "version"]), "1.1.0\n");
    assert_eq!(
        said(&["dist-tag", "add", "demo@1.0.0", "old"]),
        "+old: demo@1.0.0\n"
    );
    assert_eq!(said(&["dist-tag", "ls", "demo"]), "latest: 1.1.0\nold: 1.0.0\n");
    assert!(refused(&["dist-tag", "add", "demo@9.9.9", "new"]).contains("E404"));
    assert!(refused(&["dist-tag", "rm", "demo", "latest"]).contains("E400"));
    said(&["dist-tag", "rm", "demo", "old"]);
    said(&["deprecate", "demo@1.0.0", "use another"]);
    assert_eq!(said(&["view", "demo@1.0.0", "deprecated"]), "use another\n");
    said(&["unpublish", "demo@1.1.0", "--force"]);
    assert_eq!(said(&["view", "demo", "version"]), "1.0.0\n");
    assert!(refused(&["view", "demo@1.1.0", "--json", "none"]).contains("404"));

    let tarball = shop.dist.join("channels/npm/demo-1.2.3.tgz");
    let tarball = tarball.to_str().unwrap();
    said(&["publish", tarball]);
    assert!(
        refused(&["publish", tarball])
            .contains("You cannot publish over the previously published versions: 1.2.3")
    );
    let wrong = self::npm(&shop, &base, "none", test);
    let other = shop.dist.join("channels/npm/demo-linux-x64-1.2.3.tgz");
    assert!(run(&wrong.arg("publish").arg(other)).stderr.contains("E401"));
}

#[test]
fn the_twin_refuses_what_the_registry_refuses() {
    let test = "publish::npm::clients::the_twin_refuses_what_the_registry_refuses";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[]);
    let base = twin.base("npm", "npm").unwrap();
    let token = credential::of("NODE_AUTH_TOKEN");
    let check = |name: &str, change: &dyn Fn(&mut serde_json::Value), status: u16, words: &str| {
        let (mut document, _) = seed::document(name, "1.0.0");
        change(&mut document);
        let (found, said) = seed::send(&base, name, &document, &token);
        assert_eq!(found, status, "{words}: {said}");
        assert!(said.contains(words), "{said}");
    };
    let tarball = "a-1.0.0.tgz";
    check("a", &|it| it["_id"] = json!("b"), 400, "not of `a`");
    check(
        "a",
        &|it| it["versions"]["1.0.0"]["dist"]["shasum"] = json!("00"),
        400,
        "has the shasum",
    );
    check(
        "a",
        &|it| it["versions"]["1.0.0"]["dist"]["integrity"] = json!("sha512-x"),
        400,
        "has the integrity",
    );
    check(
        "a",
        &|it| it["versions"]["1.0.0"]["private"] = json!(true),
        400,
        "marked as private",
    );
    check(
        "a",
        &|it| it["versions"]["1.0.0"]["name"] = json!("b"),
        400,
        "another name or version",
    );
    check(
        "a",
        &|it| it["_attachments"][tarball]["length"] = json!(1),
        400,
        "another length",
    );
    check(
        "a",
        &|it| it["_attachments"][tarball]["data"] = json!("?"),
        400,
        "no base64",
    );
    check(
        "a",
        &|it| it["_attachments"] = json!({"b.tgz": {}}),
        400,
        "is none of",
    );
    check(
        "a",
        &|it| it["dist-tags"] = json!({"1.x": "1.0.0"}),
        400,
        "reads as a range",
    );
    check("a", &|it| it["dist-tags"] = json!({}), 400, "no dist-tag");
    check("A", &|_| {}, 400, "capital letters");
    check(
        "@scope/a",
        &|it| it["access"] = json!("restricted"),
        402,
        "private packages",
    );
    check("@scope/a", &|_| {}, 200, "");
    let inside = |it: &mut serde_json::Value| {
        let (other, _) = seed::document("b", "1.0.0");
        it["versions"]["1.0.0"]["dist"] = other["versions"]["1.0.0"]["dist"].clone();
        it["_attachments"][tarball] = other["_attachments"]["b-1.0.0.tgz"].clone();
    };
    check("a", &inside, 400, "package.json in the tarball is of b@1.0.0");
    check("a", &|_| {}, 200, "");
    check(
        "a",
        &|_| {},
        403,
        "You cannot publish over the previously published versions: 1.0.0.",
    );
    let (document, _) = seed::document("c", "1.0.0");
    assert_eq!(seed::send(&base, "c", &document, "").0, 401);
    assert_eq!(seed::send(&base, "c", &document, "none").0, 401);
}

#[test]
fn a_rehearsal_installs_with_npm() {
    let test = "publish::npm::clients::a_rehearsal_installs_with_npm";
    let Some(shop) = open(test) else { return };
    let document = run(&shop.command(&["rehearse", "--channel", "npm", "--json"]))
        .ends(0)
        .json();
    let client = &document["clients"][0];
    assert_eq!(client["client"], "npm", "{document}");
    let expected = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        "installed"
    } else {
        "compared"
    };
    assert_eq!(client["outcome"], expected, "{document}");
}
