//! What a release survives, and what ends it with the server's words.

use super::{CHANNEL, Eye, outcome};
use crate::publish::fixture::Shop;
use xtask::effect::files;
use xtask::effect::http::Method;

/// What goes wrong, and the words that a run that ends by it holds; none where it goes on.
const FAULTS: &[(&str, &[&str])] = &[
    // What passes: reading, making the draft, uploads and publication.
    (
        "GET:503@2,GET:429@5:retry-after=0,GET:reset@9,GET:truncate@12",
        &[],
    ),
    ("POST:/api:503@1,PATCH:502@1", &[]),
    ("POST:/api:stored502@1,PATCH:stored502@1", &[]),
    (
        "POST:/uploads:503@2,POST:/uploads:reset@4,POST:/uploads:stored502@6,POST:/uploads:truncate@8",
        &[],
    ),
    (
        "POST:/uploads:429@1:retry-after=0,POST:/uploads:429@3,POST:/uploads:500@5,POST:/uploads:digest@7",
        &[],
    ),
    // A limit is no lack of permission.
    (
        "POST:/uploads:403@2:retry-after=0,GET:403@4:x-ratelimit-remaining=0:x-ratelimit-reset=1",
        &[],
    ),
    ("POST:/uploads:timeout@3,PATCH:timeout@1", &[]),
    ("POST:/api:reset@1,PATCH:reset@1", &[]),
    // What stays.
    ("POST:/api:401@1*", &["answered with 401"]),
    ("POST:/api:403@1*", &["answered with 403"]),
    ("POST:/uploads:404@3*", &["upload", "answered with 404"]),
    ("POST:/uploads:409@3*", &["upload", "answered with 409"]),
    (
        "PATCH:422@1*",
        &[
            "publish the release v1.2.3",
            "answered with 422",
            "goes on from here",
        ],
    ),
    ("POST:/uploads:503@3*", &["upload", "answered with 503"]),
    ("POST:/uploads:redirect@1*", &["upload", "redirect"]),
];

#[test]
fn faults_of_every_class() {
    let Some(mut shop) = Shop::open("faults_of_every_class") else {
        return;
    };
    let planned = shop.planned(&[CHANNEL]).len();
    for (faults, words) in FAULTS {
        // Each begins with repositories as nobody has published to them.
        let dir = shop.world().dir;
        if dir.exists() {
            files::remove_dir(&dir).unwrap();
        }
        let twin = shop.twin(&[CHANNEL], &[(CHANNEL, faults)]);
        let run = shop.publish(&[CHANNEL]);
        let told = format!("{faults}\n{}{}", run.text(), run.stderr);
        if words.is_empty() {
            assert_eq!(run.code, Some(0), "{told}");
            outcome(&run, "live");
            let owner = Eye::new(&twin, Some("GITHUB_TOKEN"));
            let releases = owner.api(Method::Get, "/releases", None, 200);
            assert_eq!(
                releases.as_array().unwrap().len(),
                1,
                "one release was made: {told}"
            );
            let assets = releases[0]["assets"].as_array().unwrap();
            assert_eq!(assets.len(), planned - 2, "{told}");
            assert!(assets.iter().all(|it| it["state"] == "uploaded"), "{told}");
        } else {
            assert_eq!(run.code, Some(1), "{told}");
            for word in *words {
                assert!(run.text().contains(word), "no `{word}`: {told}");
            }
        }
    }
}
