//! What `status` and `doctor` tell of a release, before, in the middle and afterwards.

use serde_json::{Value, json};
use xtask::effect::http::Method;

use super::{CHANNEL, Eye, outcome};
use crate::publish::fixture::Shop;
use crate::support::run;

/// The channel's row of `status`.
fn status(shop: &Shop) -> Value {
    let document = run(&shop.command(&["status", "--channel", CHANNEL, "--json"])).json();
    document["channels"][0].clone()
}

/// The findings of `doctor`, one a line.
fn doctor(shop: &Shop) -> String {
    let run = run(&shop.command(&["doctor", "--channel", CHANNEL]));
    run.text()
}

#[test]
fn a_release_is_told_from_its_draft() {
    let Some(mut shop) = Shop::open("a_release_is_told_from_its_draft") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[(CHANNEL, "PATCH:422@1")]);
    let before = doctor(&shop);
    for expected in [
        "the repository `owner/demo` is there",
        "the account may write to the repository",
        "the tag `v1.2.3` is free",
        "there is no release `v1.2.3` yet",
    ] {
        assert!(before.contains(expected), "{expected}\n{before}");
    }
    let row = status(&shop);
    assert_eq!(
        (&row["wanted"], &row["version"]),
        (&json!("1.2.3"), &Value::Null),
        "{row}"
    );

    outcome(&shop.publish(&[CHANNEL]), "failed");
    let row = status(&shop).to_string();
    assert!(row.contains("a draft with 27 of 27 assets"), "{row}");
    assert!(doctor(&shop).contains("is a draft with 27 assets"));

    outcome(&shop.publish(&[CHANNEL]), "live");
    let row = status(&shop).to_string();
    assert!(row.contains("1.2.3") && !row.contains("draft"), "{row}");
    assert!(doctor(&shop).contains("the release `v1.2.3` is published"));

    let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
    let release = owner.api(Method::Get, "/releases/latest", None, 200);
    let path = format!("/releases/assets/{}", release["assets"][0]["id"]);
    owner.api(Method::Delete, &path, None, 204);
    assert!(status(&shop).to_string().contains("1 of 27 assets are missing"));
}

#[test]
fn a_token_that_may_not_write_is_found_out() {
    let Some(mut shop) = Shop::open("a_token_that_may_not_write_is_found_out") else {
        return;
    };
    let _twin = shop.twin(&[CHANNEL], &[]);
    for (variable, expected) in [
        (
            "GITHUB_STRANGERS_TOKEN",
            "the account may not write to the repository",
        ),
        ("NO_TOKEN_OF_ANYBODY", "GitHub does not take the token"),
    ] {
        shop.variable("GITHUB_TOKEN", &xtask::twin::credential::of(variable));
        let told = doctor(&shop);
        assert!(told.contains(expected), "{told}");
    }
}
