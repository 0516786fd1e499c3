//! The rehearsal of the AUR and of the store of snaps, with the real clients at its end.

use crate::channels::fixture::judge;
use crate::publish::fixture::Shop;
use crate::support::{is_here, run};

#[test]
fn real_clients_get_the_very_programs() {
    const TEST: &str = "publish::snap::rehearsal::real_clients_get_the_very_programs";
    let Some(shop) = Shop::open(TEST) else { return };
    for name in [
        "mksquashfs",
        "unsquashfs",
        "makepkg",
        "bsdtar",
        "fakeroot",
        "unshare",
    ] {
        if judge(name, TEST, shop.scratch.path()).is_none() {
            return;
        }
    }
    if !is_here("curl", TEST) {
        return;
    }
    let words = [
        "rehearse",
        "--json",
        "--channel",
        "github-releases",
        "--channel",
        "aur",
        "--channel",
        "snap",
    ];
    let run = run(&shop.command(&words)).ends(0);
    let told = run.json();
    for row in told["channels"].as_array().unwrap() {
        assert_eq!(row["outcome"], "live", "{row}");
        // Who reads the table must not take a stand-in for the program.
        let note = "`snapcraft` is not here: a stand-in of this program spoke to the registry in its place";
        let is_noted = row["notes"].as_array().unwrap().iter().any(|it| it == note);
        let is_missing = xtask::effect::environment::find_program("snapcraft").is_none();
        assert_eq!(is_noted, row["channel"] == "snap" && is_missing, "{row}");
    }
    let client = |name: &str| {
        let mut clients = told["clients"].as_array().unwrap().iter();
        clients.find(|it| it["client"] == name).unwrap().clone()
    };
    let built = client("makepkg");
    assert_eq!(built["outcome"], "installed", "{built}");
    assert!(
        built["detail"]
            .as_str()
            .unwrap()
            .starts_with("demo-bin built from what the AUR serves")
    );
    let taken_apart = client("unsquashfs");
    assert_eq!(taken_apart["outcome"], "compared", "{taken_apart}");
    assert!(
        taken_apart["detail"].as_str().unwrap().contains("amd64, arm64"),
        "{taken_apart}"
    );
}
