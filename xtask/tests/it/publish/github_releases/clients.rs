//! What people get from a release: with curl and its sums, and with the installer.

use super::CHANNEL;
use crate::publish::fixture::Shop;
use crate::support::run;

#[test]
fn a_rehearsal_installs_with_the_clients_that_are_here() {
    let Some(shop) = Shop::open("a_rehearsal_installs_with_the_clients_that_are_here") else {
        return;
    };
    let rehearsed = run(&shop.command(&["rehearse", "--channel", CHANNEL]));
    assert_eq!(
        rehearsed.code,
        Some(0),
        "{}{}",
        rehearsed.text(),
        rehearsed.stderr
    );
    let text = rehearsed.text();
    let row = |client: &str| {
        text.lines()
            .find(|it| it.contains(client))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(row(" curl ").contains("compared"), "{text}");
    if cfg!(target_os = "linux") {
        assert!(row(" installer.sh ").contains("which says demo 1.2.3"), "{text}");
    }
}
