//! Trusted publishing: an identity of GitHub Actions in the place of a token, exchanged once for all files.

use xtask::twin::{credential, identity};

use super::{COUNT, log, open, row, uploads};

#[test]
fn a_workflow_publishes_without_a_token() {
    let test = "publish::pypi::trusted::a_workflow_publishes_without_a_token";
    let Some(mut shop) = open(test, "uv") else { return };
    let twin = shop.twin(&["pypi"], &[]);
    let base = twin.base("pypi", "pypi").unwrap();
    let token = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    shop.variable("UV_PUBLISH_TOKEN", "");
    shop.variable("GITHUB_ACTIONS", "true");
    shop.variable(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        &format!("{base}{}?api-version=2.0", identity::PATH),
    );
    shop.variable(token, "wrong");
    let refused = shop.publish(&["pypi"]).ends(1);
    assert!(row(&refused).contains("failed"), "{}", refused.text());
    assert!(
        refused.text().contains("GitHub Actions gives no ID token"),
        "{}",
        refused.text()
    );

    shop.variable(token, &credential::of(token));
    let before = log(&twin).len();
    let done = shop.publish(&["pypi"]).ends(0);
    assert!(row(&done).contains("live"), "{}", done.text());
    let after = &log(&twin)[before..];
    let minted = after.iter().filter(|it| it.path == "/_/oidc/mint-token").count();
    assert_eq!(minted, 1, "one token for all files");
    assert_eq!(uploads(after).iter().filter(|it| **it == 200).count(), COUNT + 1);
    // The runner is told what to hide, in lines that it does not log.
    let shown = format!("{}{}", done.text(), done.stderr);
    let mut lines = shown.lines().filter(|it| !it.starts_with("::add-mask::"));
    assert!(lines.all(|it| !it.contains("pypi-minted-")), "{shown}");
}
