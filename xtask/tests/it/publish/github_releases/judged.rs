//! Every request of ours and every answer of the local GitHub, by GitHub's own description.

use serde_json::{Value, json};
use xtask::effect::http::{Http, Method, Request};
use xtask::twin::credential;

use super::{CHANNEL, outcome};
use crate::publish::fixture::Shop;
use crate::publish::judged::Judged;

#[test]
fn all_that_is_asked_and_answered_is_as_github_describes_it() {
    let test = "all_that_is_asked_and_answered_is_as_github_describes_it";
    let Some(mut shop) = Shop::open(test) else { return };
    let Some(judged) = Judged::open(&shop.world(), test) else {
        return;
    };
    let base = judged.base();
    shop.endpoint("github", &format!("{base}/api"));
    shop.endpoint("github-web", &base);
    shop.variable("GITHUB_TOKEN", &credential::of("GITHUB_TOKEN"));
    outcome(&shop.publish(&[CHANNEL]), "live");
    outcome(&shop.publish(&[CHANNEL]), "already there");
    assert_eq!(judged.complaints(), Vec::<String>::new());
    let least = shop.planned(&[CHANNEL]).len();
    assert!(
        judged.passed() > least,
        "{} requests were looked at",
        judged.passed()
    );

    // A draft with a left-over that is replaced, in the same repository.
    let ask = |method: Method, path: &str, document: Option<&Value>| {
        let token = format!("Bearer {}", credential::of("GITHUB_TOKEN"));
        let request =
            Request::new(method, format!("{base}/api/repos/owner/demo{path}")).header("authorization", token);
        let request = document.map_or_else(|| request.clone(), |it| request.clone().json(it));
        let answer = Http::new().send(&request).unwrap();
        (
            answer.status,
            serde_json::from_slice::<Value>(&answer.body).unwrap_or_default(),
        )
    };
    let (_, release) = ask(Method::Get, "/releases/tags/v1.2.3", None);
    let (status, _) = ask(
        Method::Delete,
        &format!("/releases/assets/{}", release["assets"][0]["id"]),
        None,
    );
    assert_eq!(status, 204);
    let draft = json!({ "draft": true });
    let path = format!("/releases/{}", release["id"]);
    assert_eq!(ask(Method::Patch, &path, Some(&draft)).0, 200);
    outcome(&shop.publish(&[CHANNEL]), "live");
    assert_eq!(judged.complaints(), Vec::<String>::new());

    // The judge does judge: the type of a field is looked at.
    let wrong = json!({ "tag_name": "v9.9.9", "make_latest": true });
    assert_eq!(ask(Method::Post, "/releases", Some(&wrong)).0, 422);
    let complaints = judged.complaints();
    assert!(complaints[0].contains("make_latest"), "{complaints:?}");
}
