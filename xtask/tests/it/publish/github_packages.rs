//! Publishing to GitHub Packages: against real servers, the twin, and its faults.

use serde_json::Value;
use xtask::twin::Twin;

use super::docker_hub::raw::Raw;
use super::docker_hub::{changes, log, says};
use super::fixture::Shop;
use crate::channels::fixture::judge;
use crate::support::run;

const NAME: &str = "github-packages";
const IMAGES: &str = "ghcr";

/// A release to publish; `None` where it, or npm, is not here.
#[track_caller]
fn open(test: &str) -> Option<Shop> {
    let shop = Shop::open(test)?;
    judge("npm", test, shop.scratch.path())?;
    Some(shop)
}

/// Who may do everything in the repository of the demo.
fn raw(twin: &Twin) -> Raw {
    let base = twin.base(IMAGES, NAME).unwrap();
    Raw::login(
        &base,
        "ghcr.io",
        "anybody",
        "rehearsal-github-token",
        "owner/demo",
    )
}

#[test]
fn the_image_goes_out_as_the_dry_run_says_and_only_once() {
    let Some(mut shop) =
        Shop::open("publish::github_packages::the_image_goes_out_as_the_dry_run_says_and_only_once")
    else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    let planned = shop.planned(&[NAME]);
    let run = shop.publish(&[NAME]);
    says(&run, 0, "live");
    assert!(
        run.text().contains("a package is private after its first push"),
        "{}",
        run.text()
    );
    for step in &planned {
        assert!(run.stderr.contains(step.as_str()), "{step}: {}", run.stderr);
    }
    let there = raw(&twin);
    let exact = there.digest("1.2.3");
    assert!(exact.is_some() && ["1.2", "1", "latest"].iter().all(|it| there.digest(it) == exact));
    // GitHub's registry keeps no list of what is attached, so a tag holds it for each image.
    let lists: Vec<String> = there
        .tags()
        .into_iter()
        .filter(|it| it.starts_with("sha256-"))
        .collect();
    assert!(!lists.is_empty());
    for tag in lists {
        let list: Value = there.get(&format!("manifests/{tag}")).json().unwrap();
        assert_eq!(list["manifests"].as_array().unwrap().len(), 1);
        assert_eq!(
            list["manifests"][0]["artifactType"],
            "application/vnd.cyclonedx+json"
        );
    }
    let seen = log(&twin, IMAGES).len();
    says(&shop.publish(&[NAME]), 0, "already there");
    assert!(changes(&log(&twin, IMAGES).split_off(seen)).is_empty());
    // Both halves are told of: the older of their versions is what the channel serves.
    let status = run_status(&shop);
    assert_eq!(status["channels"][0]["version"], "1.2.3", "{status}");
    there.image("latest", "1.2.2", true);
    assert_eq!(run_status(&shop)["channels"][0]["version"], "1.2.2");
}

fn run_status(shop: &Shop) -> Value {
    run(&shop.command(&["status", "--json", "--channel", NAME])).json()
}

#[test]
fn a_token_that_may_not_push_is_told_what_it_lacks() {
    let Some(mut shop) =
        Shop::open("publish::github_packages::a_token_that_may_not_push_is_told_what_it_lacks")
    else {
        return;
    };
    let twin = shop.twin(&[NAME], &[]);
    shop.variable("GITHUB_TOKEN", "another");
    says(&shop.publish(&[NAME]), 1, "was answered with 403: denied: denied");
    assert!(changes(&log(&twin, IMAGES)).is_empty());
}

#[test]
fn what_passes_ends_live_and_what_stays_keeps_the_words() {
    const TEST: &str = "publish::github_packages::what_passes_ends_live_and_what_stays_keeps_the_words";
    let manifests = "PUT:/v2/owner/demo/manifests/sha256-";
    let cases = [
        // The list of what is attached was stored, or was not.
        (
            format!("GET:/token:503@1,POST:503@1,{manifests}:stored502@1,{manifests}:503@2"),
            Ok(()),
        ),
        (format!("{manifests}:403@1"), Err("403")),
        ("POST:403@1*".to_owned(), Err("403")),
    ];
    for (fault, expected) in cases {
        let Some(mut shop) = open(TEST) else { return };
        let twin = shop.twin(&[NAME], &[(NAME, &fault)]);
        match expected {
            Ok(()) => {
                says(&shop.publish(&[NAME]), 0, "live");
                let there = raw(&twin);
                assert!(there.digest("1.2.3").is_some(), "{fault}");
                for tag in there.tags().iter().filter(|it| it.starts_with("sha256-")) {
                    let list: Value = there.get(&format!("manifests/{tag}")).json().unwrap();
                    assert_eq!(list["manifests"].as_array().unwrap().len(), 1, "{fault}");
                }
            }
            Err(words) => says(&shop.publish(&[NAME]), 1, words),
        }
        assert!(
            log(&twin, IMAGES).iter().any(|it| !it.fault.is_empty()),
            "{fault} hit nothing"
        );
    }
}

#[test]
fn a_rehearsal_pulls_with_the_clients_that_are_here() {
    const TEST: &str = "publish::github_packages::a_rehearsal_pulls_with_the_clients_that_are_here";
    let Some(shop) = open(TEST) else { return };
    if judge("skopeo", TEST, shop.scratch.path()).is_none() {
        return;
    }
    let run = run(&shop.command(&["rehearse", "--channel", NAME, "--json"])).ends(0);
    let document = run.json();
    let clients = document["clients"].as_array().unwrap();
    let skopeo = clients.iter().find(|it| it["client"] == "skopeo").unwrap();
    assert_eq!(skopeo["outcome"], "installed", "{document}");
    assert!(clients.iter().all(|it| it["outcome"] != "failed"), "{document}");
}
