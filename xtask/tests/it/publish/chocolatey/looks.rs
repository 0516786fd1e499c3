//! `status` and `doctor` on Chocolatey: moderation, the key, and whose the id is.

use serde_json::Value;

use super::{CHANNEL, Gallery, base, ends, key, moderate, package, push};
use crate::publish::fixture::Shop;
use crate::support::run;

#[track_caller]
fn status(shop: &Shop, code: i32) -> Value {
    let document = run(&shop.command(&["status", "--channel", CHANNEL, "--json"]))
        .ends(code)
        .json();
    document["channels"][0].clone()
}

fn findings(shop: &Shop) -> String {
    let document = run(&shop.command(&["doctor", "--channel", CHANNEL, "--json"])).json();
    let chapters = document["chapters"].as_array().unwrap();
    let own = chapters.iter().find(|it| it["about"] == CHANNEL).unwrap();
    own["findings"].to_string()
}

#[test]
fn status_tells_what_waits_from_what_users_get() {
    let Some(mut shop) = Shop::open("chocolatey::status") else {
        return;
    };
    let gallery = Gallery::of(&mut shop, "");
    assert_eq!(status(&shop, 1)["standing"], "absent");
    ends(&shop.publish(&[CHANNEL]), "waiting", 0);
    let row = status(&shop, 0);
    assert!(row["standing"] == "pending" && row["version"].is_null(), "{row}");
    moderate(&gallery, "1.2.3", "Approved");
    let row = status(&shop, 0);
    assert!(row["standing"] == "live" && row["version"] == "1.2.3", "{row}");
    drop(gallery);
    assert_eq!(status(&shop, 1)["standing"], "unknown");
}

#[test]
fn doctor_asks_whether_the_key_may_push_and_whose_the_id_is() {
    let Some(mut shop) = Shop::open("chocolatey::doctor") else {
        return;
    };
    let gallery = Gallery::of(&mut shop, "");
    let found = findings(&shop);
    assert!(
        found.contains("the gallery knows the key") && found.contains("the id `demo` is free"),
        "{found}"
    );
    assert_eq!(
        push(&base(&gallery), Some(&key()), package("demo", "1.2.2")).0,
        201
    );
    moderate(&gallery, "1.2.2", "Approved");
    let found = findings(&shop);
    assert!(found.contains("for another product"), "{found}");
    ends(&shop.publish(&[CHANNEL]), "waiting", 0);
    moderate(&gallery, "1.2.3", "Approved");
    let found = findings(&shop);
    assert!(
        found.contains("the key may push `demo`") && found.contains("for this product"),
        "{found}"
    );
    shop.variable("CHOCOLATEY_API_KEY", "11111111-0000-4000-8000-000000000000");
    let found = findings(&shop);
    assert!(found.contains("does not provide the authority"), "{found}");
    shop.variable("CHOCOLATEY_API_KEY", "not-a-guid");
    let found = findings(&shop);
    assert!(found.contains("has the form of a GUID"), "{found}");
}
