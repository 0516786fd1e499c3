//! Publishing the manifest of a bundle to a repository of one's own; Flathub itself takes none of this.

use super::fixture::Shop;
use super::own_repository::Case;

const OWN: Case = Case {
    channel: "flathub",
    repository: "owner/flatpak",
    path: "io.github.owner.demo/io.github.owner.demo.metainfo.xml",
    rendered: "bundle/io.github.owner.demo.metainfo.xml",
    subject: "io.github.owner.demo 1.2.3",
};

#[test]
fn a_manifest_reaches_the_repository_of_ones_own() {
    OWN.lives("a_manifest_reaches_the_repository_of_ones_own");
}

#[test]
fn flathub_itself_is_never_asked_and_the_reason_is_said() {
    let Some(mut shop) = Shop::open("flathub_itself_is_never_asked") else {
        return;
    };
    let twin = shop.twin(&["github-releases", "flathub"], &[]);
    let run = shop.publish(&["github-releases", "flathub"]).ends(0);
    assert!(
        run.text()
            .contains("Flathub: blocked by policy: console application"),
        "{}",
        run.text()
    );
    let own = twin.servers.iter().filter(|it| it.channel == "flathub");
    let log: Vec<_> = own.flat_map(|it| it.server.log()).collect();
    assert!(log.iter().all(|it| !it.path.contains("/flathub/")), "{log:?}");
}
