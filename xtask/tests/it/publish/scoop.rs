//! Publishing to a bucket: against the twin and its faults, by git itself.

use super::own_repository::Case;

const BUCKET: Case = Case {
    channel: "scoop",
    repository: "owner/scoop-bucket",
    path: "bucket/demo.json",
    rendered: "bucket/demo.json",
    subject: "demo: Update to version 1.2.3",
};

#[test]
fn a_manifest_reaches_the_bucket_and_is_found_there() {
    BUCKET.lives("a_manifest_reaches_the_bucket_and_is_found_there");
}

#[test]
fn a_bucket_survives_what_passes() {
    BUCKET.survives("a_bucket_survives_what_passes", &["POST:500@1,GET:reset@6"]);
}
