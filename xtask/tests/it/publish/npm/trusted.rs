//! Trusted publishing: an identity of GitHub Actions in the place of a token.

use xtask::twin::{credential, identity};

use super::{each_once, log, open, row, seed};

#[test]
fn a_workflow_publishes_without_a_token() {
    let test = "publish::npm::trusted::a_workflow_publishes_without_a_token";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["npm"], &[]);
    let base = twin.base("npm", "npm").unwrap();
    let token = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    shop.variable("NODE_AUTH_TOKEN", "");
    shop.variable(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        &format!("{base}{}?api-version=2.0", identity::PATH),
    );
    shop.variable(token, "wrong");
    let refused = shop.publish(&["npm"]).ends(1);
    assert!(
        refused.text().contains("GitHub Actions gives no ID token"),
        "{}",
        refused.text()
    );

    // A package that is not there has no trusted publisher.
    shop.variable(token, &credential::of(token));
    let refused = shop.publish(&["npm"]).ends(1);
    let said = refused.text();
    assert!(said.contains("trusted publishing was refused"), "{said}");
    assert!(
        said.contains("package not found"),
        "the registry's own words: {said}"
    );
    assert!(said.contains("needs a token"), "{said}");
    assert!(log(&twin).iter().all(|it| it.method != "PUT"));

    for name in super::NAMES {
        seed::put(&base, name, "1.0.0");
    }
    let before = log(&twin).len();
    let done = shop.publish(&["npm"]).ends(0);
    assert!(row(&done).contains("live"), "{}", done.text());
    let after = &log(&twin)[before..];
    each_once(after);
    let exchanged = after.iter().filter(|it| it.path.contains("/oidc/")).count();
    assert_eq!(exchanged, super::NAMES.len(), "one exchange a package");
    for run in [&refused, &done] {
        let shown = format!("{}{}", run.text(), run.stderr);
        for canary in [credential::of(token), "npm_exchanged_".to_owned()] {
            assert!(!shown.contains(&canary), "{canary} is shown");
        }
    }
}

#[test]
fn what_a_package_is_signed_for_is_said_in_the_plan() {
    let test = "publish::npm::trusted::what_a_package_is_signed_for_is_said_in_the_plan";
    let Some(mut shop) = open(test) else { return };
    let plan = |shop: &crate::publish::fixture::Shop| {
        let run = crate::support::run(&shop.publishing(&["npm"]).arg("--dry-run")).ends(0);
        run.text()
    };
    let said = plan(&shop);
    assert!(
        said.contains("note: no provenance: only GitHub Actions and GitLab can sign"),
        "{said}"
    );
    shop.variable("GITHUB_ACTIONS", "true");
    assert!(plan(&shop).contains("no provenance: the job lacks `permissions: id-token: write`"));
    shop.variable("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/");
    shop.variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-of-the-runner");
    shop.variable("GITHUB_REPOSITORY", "somebody/demo");
    assert!(
        plan(&shop).contains("runs in the repository `somebody/demo`, and `Cargo.toml` names `owner/demo`")
    );
    shop.variable("GITHUB_REPOSITORY", "owner/demo");
    let event = shop.scratch.path().join("event.json");
    for (text, expected) in [
        (
            "{\"repository\": {\"private\": true}}",
            "the repository is not known to be public",
        ),
        (
            "{\"repository\": {\"private\": false}}",
            "gets a signed statement of where it was built",
        ),
    ] {
        xtask::effect::files::write(&event, text.as_bytes()).unwrap();
        shop.variable("GITHUB_EVENT_PATH", event.to_str().unwrap());
        let said = plan(&shop);
        assert!(said.contains(expected), "{said}");
        assert_eq!(
            said.contains(", with provenance"),
            text.contains("false"),
            "{said}"
        );
    }
}
