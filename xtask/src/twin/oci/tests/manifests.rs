//! Manifests, tags and what is attached.

use super::*;
use crate::pack::oci::INDEX;

#[test]
fn manifests_name_what_is_there() {
    let talk = Talk::hub();
    let config = talk.blob(b"{}");
    let put = |reference: &str, kind: &str, body: &[u8]| {
        talk.send(
            "PUT",
            &format!("/v2/owner/demo/manifests/{reference}"),
            &[("content-type", kind)],
            body,
        )
    };
    let refused = |reference: &str, kind: &str, body: &[u8], status: u16, code: &str| {
        let reply = put(reference, kind, body);
        assert_eq!(
            (reply.status, json(&reply)["errors"][0]["code"].as_str()),
            (status, Some(code)),
            "{code}"
        );
    };
    let good = manifest(&config, 2);
    refused("1", "application/json", &good, 400, "MANIFEST_INVALID");
    refused("1", INDEX, &good, 400, "MANIFEST_INVALID");
    refused("1", MANIFEST, b"{", 400, "MANIFEST_INVALID");
    refused("1", MANIFEST, &manifest(&config, 3), 400, "MANIFEST_INVALID");
    refused(
        "1",
        MANIFEST,
        &manifest(&digest(b"y"), 1),
        404,
        "MANIFEST_BLOB_UNKNOWN",
    );
    refused("-1", MANIFEST, &good, 400, "TAG_INVALID");
    refused(&digest(b"y"), MANIFEST, &good, 400, "DIGEST_INVALID");
    assert_eq!(
        put("1", MANIFEST, &good).header("docker-content-digest"),
        Some(digest(&good).as_str())
    );
    let path = "/v2/owner/demo/manifests/1";
    talk.refused("GET", path, &[], b"", 404, "MANIFEST_UNKNOWN");
    talk.refused("GET", path, &[("accept", INDEX)], b"", 404, "MANIFEST_UNKNOWN");
    let got = talk.send(
        "GET",
        path,
        &[("accept", &format!("{INDEX}, {MANIFEST};q=1"))],
        b"",
    );
    assert_eq!((got.status, got.body == good), (200, true));
    let index = |child: &str| {
        json!({ "schemaVersion": 2, "mediaType": INDEX,
            "manifests": [{ "mediaType": MANIFEST, "digest": child, "size": good.len() }] })
        .to_string()
        .into_bytes()
    };
    refused("2", INDEX, &index(&digest(b"y")), 404, "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(put("2", INDEX, &index(&digest(&good))).status, 201);
    assert_eq!(talk.send("DELETE", path, &[], b"").status, 202);
    talk.refused("DELETE", path, &[], b"", 404, "MANIFEST_UNKNOWN");
}

#[test]
fn tags_come_page_by_page() {
    let talk = Talk::hub();
    let body = manifest(&talk.blob(b"{}"), 2);
    for tag in ["1", "1.2", "1.2.3"] {
        let path = format!("/v2/owner/demo/manifests/{tag}");
        assert_eq!(
            talk.send("PUT", &path, &[("content-type", MANIFEST)], &body)
                .status,
            201
        );
    }
    let page = talk.send("GET", "/v2/owner/demo/tags/list?n=2", &[], b"");
    assert_eq!(json(&page)["tags"], json!(["1", "1.2"]));
    assert_eq!(
        page.header("link"),
        Some("</v2/owner/demo/tags/list?last=1.2&n=2>; rel=\"next\"")
    );
    let rest = talk.send("GET", "/v2/owner/demo/tags/list?n=2&last=1.2", &[], b"");
    assert_eq!(
        (json(&rest)["tags"].clone(), rest.header("link")),
        (json!(["1.2.3"]), None)
    );
    talk.refused(
        "GET",
        "/v2/owner/demo/tags/list?n=x",
        &[],
        b"",
        400,
        "PAGINATION_NUMBER_INVALID",
    );
}

#[test]
fn what_is_attached_is_listed_where_the_registry_does_so() {
    let talk = Talk::hub();
    let config = talk.blob(b"{}");
    let image = manifest(&config, 2);
    let mut sbom: Value = serde_json::from_slice(&image).unwrap();
    sbom["artifactType"] = "text/plain".into();
    sbom["subject"] = json!({ "mediaType": MANIFEST, "digest": digest(&image), "size": image.len() });
    let sbom = sbom.to_string().into_bytes();
    let path = format!("/v2/owner/demo/manifests/{}", digest(&sbom));
    let put = talk.send("PUT", &path, &[("content-type", MANIFEST)], &sbom);
    assert_eq!(put.header("oci-subject"), Some(digest(&image).as_str()));
    let list = |kind: &str| {
        let query = if kind.is_empty() {
            String::new()
        } else {
            format!("?artifactType={kind}")
        };
        let path = format!("/v2/owner/demo/referrers/{}{query}", digest(&image));
        json(&talk.send("GET", &path, &[], b""))["manifests"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((list(""), list("text/plain"), list("text/html")), (1, 1, 0));
    let mut other = Talk::new(&GHCR);
    other.login("x", "GITHUB_TOKEN", "repository:owner/demo:pull");
    let path = format!("/v2/owner/demo/referrers/{}", digest(&image));
    assert_eq!(other.send("GET", &path, &[], b"").status, 404);
}
