//! `status` and `doctor` on the Cargo registry: what it serves, and what stands in the way.

use serde_json::Value;
use xtask::effect::http::{Http, Request};
use xtask::twin::credential;

use super::{CHANNEL, MANIFEST, ends, put, upload};
use crate::publish::fixture::Shop;
use crate::support::run;

/// The row of the channel.
#[track_caller]
fn status(shop: &Shop, code: i32) -> Value {
    let document = run(&shop.command(&["status", "--channel", CHANNEL, "--json"]))
        .ends(code)
        .json();
    document["channels"][0].clone()
}

/// What is found of the channel.
#[track_caller]
fn findings(shop: &Shop) -> String {
    let run = run(&shop.command(&["doctor", "--channel", CHANNEL, "--json"]));
    let document = run.json();
    let chapters = document["chapters"].as_array().unwrap();
    let own = chapters.iter().find(|it| it["about"] == CHANNEL).unwrap();
    own["findings"].to_string()
}

#[test]
fn status_tells_the_newest_version_that_users_get() {
    let Some(mut shop) = Shop::open("crates_io::status") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let row = status(&shop, 1);
    assert!(row["standing"] == "absent" && row["version"].is_null(), "{row}");
    ends(&shop.publish(&[CHANNEL]), "live", 0);
    let row = status(&shop, 0);
    assert!(row["standing"] == "live" && row["version"] == "1.2.3", "{row}");
    assert!(row["since_s"].as_i64().unwrap() > 1_700_000_000, "{row}");
    let base = twin.base("crates", CHANNEL).unwrap();
    let yank = Request::delete(format!("{base}/api/v1/crates/demo/1.2.3/yank"))
        .header("authorization", credential::of("CARGO_REGISTRY_TOKEN"));
    assert_eq!(Http::new().send(&yank).unwrap().status, 200);
    let row = status(&shop, 1);
    assert!(row["standing"] == "absent", "{row}");
    // Nobody there is not the same as nothing there.
    drop(twin);
    let row = status(&shop, 1);
    assert!(row["standing"] == "unknown" && row["why"].is_string(), "{row}");
}

#[test]
fn doctor_tells_whose_the_name_is() {
    let Some(mut shop) = Shop::open("crates_io::doctor") else {
        return;
    };
    let twin = shop.twin(&[CHANNEL], &[]);
    let found = findings(&shop);
    assert!(found.contains("the name `demo` is free"), "{found}");
    ends(&shop.publish(&[CHANNEL]), "live", 0);
    let found = findings(&shop);
    assert!(found.contains("`demo` is there, from this repository"), "{found}");

    let mut other = Shop::open("crates_io::doctor").unwrap();
    drop(twin);
    let twin = other.twin(&[CHANNEL], &[]);
    let base = twin.base("crates", CHANNEL).unwrap();
    let manifest = format!("{MANIFEST}repository = \"https://other.example/demo\"\n");
    let token = credential::of("CARGO_REGISTRY_TOKEN");
    assert_eq!(put(&base, Some(&token), upload("demo", &manifest)).0, 200);
    let found = findings(&other);
    assert!(
        found.contains("from another repository: https://other.example/demo"),
        "{found}"
    );
    // Trusted publishing makes no new names.
    let mut trusted = Shop::open("crates_io::doctor").unwrap();
    let _twin = trusted.twin(&[CHANNEL], &[]);
    trusted.variable("CARGO_REGISTRY_TOKEN", "");
    trusted.variable("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:9/");
    trusted.variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x");
    let found = findings(&trusted);
    assert!(
        found.contains("trusted publishing makes no new crates"),
        "{found}"
    );
}

#[test]
fn the_public_registry_s_token_has_a_form() {
    let Some(mut shop) = Shop::open("crates_io::form") else {
        return;
    };
    shop.variable(
        "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS",
        "sparse+http://127.0.0.1:9/index/",
    );
    shop.variable("CARGO_REGISTRY_TOKEN", "ghp_this-is-a-token-of-another-place");
    let found = findings(&shop);
    assert!(
        found.contains("has not the form of a token") && found.contains("\"unknown\""),
        "{found}"
    );
}
