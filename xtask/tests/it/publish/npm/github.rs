//! GitHub's registry of npm packages: only the owner's scope, and a token for readers, too.

use xtask::effect::http::{Http, Request};
use xtask::twin::credential;
use xtask::twin::server::Logged;

use super::{NAMES, open, row, seed};

#[test]
fn packages_go_under_the_scope_of_the_owner() {
    let test = "publish::npm::github::packages_go_under_the_scope_of_the_owner";
    let Some(mut shop) = open(test) else { return };
    let twin = shop.twin(&["github-packages"], &[]);
    let server = twin
        .servers
        .iter()
        .find(|it| it.row.name == "npm-github")
        .unwrap();
    let base = server.server.base();
    let first = shop.publish(&["github-packages"]).ends(0);
    assert!(row(&first).contains("live"), "{}", first.text());
    let log = server.server.log();
    let put: Vec<&Logged> = log.iter().filter(|it| it.method == "PUT").collect();
    assert_eq!(put.len(), NAMES.len());
    assert!(
        put.iter()
            .all(|it| it.status == 200 && it.path.starts_with("/@owner%2fdemo")),
        "{put:?}"
    );
    assert_eq!(put.last().unwrap().path, "/@owner%2fdemo");
    let again = shop.publish(&["github-packages"]).ends(0);
    assert!(row(&again).contains("already there"), "{}", again.text());
    assert!(
        server.server.log()[log.len()..]
            .iter()
            .all(|it| it.method == "GET")
    );

    let token = credential::of("GITHUB_TOKEN");
    let check = |name: &str, token: &str, status: u16, words: &str| {
        let (document, _) = seed::document(name, "1.2.3");
        let (found, said) = seed::send(&base, name, &document, token);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(words), "{said}");
    };
    check("@owner/demo", &token, 409, "Cannot publish over existing version");
    check("@other/demo", &token, 404, "owner not found");
    check("demo", &token, 405, "");
    check(
        "@owner/other",
        "none",
        401,
        "User cannot be authenticated with the token provided",
    );
    let read = Http::new()
        .send(&Request::get(format!("{base}/@owner%2fdemo")))
        .unwrap();
    assert_eq!(read.status, 401);
    assert!(read.text().contains("authentication token not provided"));
}
