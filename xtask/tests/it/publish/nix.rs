//! Publishing a flake is pushing its tag: against the twin, and Nix against what the twin then serves.

use xtask::apply::{Done, apply};
use xtask::channel;
use xtask::config::Config;
use xtask::edition::Edition;
use xtask::effect::files;
use xtask::effect::report::Report;
use xtask::outside::{Outside, Tempo};
use xtask::protocol::endpoint::Endpoints;
use xtask::publish::{Wish, plans};
use xtask::twin::Twin;
use xtask::workspace::Workspace;

use super::fixture::Shop;
use super::own_repository::repositories;
use crate::channels::nix::evaluated::Bench;
use crate::support::run;

const PRODUCT: &str = "owner/demo";

fn commit(shop: &Shop) -> String {
    shop.demo.edition.release.identity.commit.clone().unwrap().id
}

/// What the product's repository of the twin has a tag for.
fn tagged(twin: &Twin, tag: &str) -> Option<String> {
    repositories(twin)
        .commit_of(PRODUCT, &format!("refs/tags/{tag}"))
        .unwrap()
}

#[test]
fn a_tag_is_pushed_once_and_never_moved() {
    let Some(mut shop) = Shop::open("a_tag_is_pushed_once_and_never_moved") else {
        return;
    };
    let twin = shop.twin(
        &["github-releases", "nix"],
        &[("nix", "POST:stored502@1,GET:503@6")],
    );
    let planned = shop.planned(&["nix"]);
    let all = shop.publish(&["github-releases", "nix"]).ends(0);
    for step in &planned {
        assert!(all.stderr.contains(step), "{step}\n{}", all.stderr);
    }
    let ours = commit(&shop);
    assert_eq!(tagged(&twin, "v1.2.3").as_deref(), Some(ours.as_str()));
    let note = "the repository has no `flake.nix`";
    assert!(all.text().contains(note), "{}", all.text());

    // As before GitHub has made the tag along with the release.
    let git = || repositories(&twin).git(PRODUCT);
    git()
        .args(["update-ref", "-d", "refs/tags/v1.2.3"])
        .read()
        .unwrap();
    let again = shop.publish(&["nix"]).ends(0);
    let row = |text: String| text.lines().find(|it| it.starts_with("nix")).unwrap().to_owned();
    assert!(row(again.text()).contains("live"), "{}", again.text());
    assert_eq!(tagged(&twin, "v1.2.3").as_deref(), Some(ours.as_str()));
    let again = shop.publish(&["nix"]).ends(0);
    assert!(row(again.text()).contains("already there"), "{}", again.text());

    let other = repositories(&twin)
        .write(PRODUCT, "main", &[("x", Some(b"x"))], "by hand")
        .unwrap();
    git()
        .args(["update-ref", "refs/tags/v1.2.3", &other])
        .read()
        .unwrap();
    let refused = shop.publish(&["nix"]).ends(1);
    assert!(
        refused.stderr.contains(&ours) && refused.stderr.contains(&other),
        "{}",
        refused.stderr
    );
    assert_eq!(tagged(&twin, "v1.2.3"), Some(other));
    let status = run(&shop.command(&["status", "--json", "--channel", "nix"]));
    assert!(
        status.text().contains("\"1.2.3\""),
        "{}{}",
        status.text(),
        status.stderr
    );
}

#[test]
fn a_collection_of_ones_own_gets_the_package_of_the_programs() {
    let Some(shop) = Shop::open("a_collection_of_ones_own_gets_the_package") else {
        return;
    };
    let workspace = Workspace::load(Some(&shop.demo.root)).unwrap();
    let text = files::read_text(&shop.demo.root.join("packaging/release.toml")).unwrap();
    let text = text.replace(
        "[channel.nix]\n",
        "[channel.nix]\ncollection = \"owner/nur-packages\"\n",
    );
    let config: Config = toml::from_str(&text).unwrap();
    let editions = Edition::load(&workspace, &config, &shop.dist).unwrap();
    let mut world = shop.world();
    world.others = channel::repositories(&editions[0]);
    assert!(
        world
            .others
            .contains(&("owner".to_owned(), "nur-packages".to_owned()))
    );
    let twin = Twin::start(world, &["nix"], &std::collections::BTreeMap::default(), 0).unwrap();
    let mut endpoints = Endpoints::default();
    twin.stand_in(&mut endpoints);
    let nix = channel::find("nix").unwrap();
    let plan = plans(&editions, &config, &endpoints, &[nix], &Wish::default())
        .unwrap()
        .remove(0);
    let step = plan.steps().last().unwrap();
    let shown = step.to_string();
    assert!(shown.starts_with("commit pkgs/demo/default.nix ("), "{shown}");
    assert!(
        shown.contains(") as `demo: 1.2.3` to http://127.0.0.1:"),
        "{shown}"
    );
    let outside = Outside::new(
        &shop.dist,
        endpoints,
        twin.credentials(),
        Tempo::default(),
        Report::quiet(),
    )
    .unwrap();
    let act = outside.act(nix);
    assert_eq!(apply(step.verb(), &act, None), Ok(Done::Made));
    assert_eq!(apply(step.verb(), &act, None), Ok(Done::AlreadyThere));
    let there = repositories(&twin).read("owner/nur-packages", "main", "pkgs/demo/default.nix");
    let ours = files::read(&shop.dist.join("channels/nix/bin/package.nix")).unwrap();
    assert_eq!(there.unwrap(), Some(ours));
}

#[test]
fn nix_shows_and_builds_the_flake_of_a_tag_from_the_twin() {
    let test = "nix_shows_and_builds_the_flake_of_a_tag_from_the_twin";
    let Some(mut shop) = Shop::open(test) else { return };
    let files_of = shop.demo.files("nix");
    let Some(bench) = Bench::of(test, &files_of, &shop.dist) else {
        return;
    };
    let twin = shop.twin(&["nix"], &[]);
    let flake = &files_of["flake.nix"].bytes;
    let repositories = repositories(&twin);
    let changed = repositories.write(PRODUCT, "main", &[("flake.nix", Some(flake))], "the flake");
    let id = changed.unwrap();
    let git = repositories.git(PRODUCT);
    git.args(["update-ref", "refs/tags/v1.2.3", &id]).read().unwrap();
    let base = twin.base("github", "nix").unwrap();
    let flake = format!("git+{base}/owner/demo.git?ref=refs/tags/v1.2.3");
    let shown = run(&bench.flake(&["flake", "show", "--json", &flake], bench.scratch.path()))
        .ends(0)
        .json();
    assert!(
        shown["packages"]["x86_64-linux"]["default"].is_object(),
        "{shown}"
    );
    let said = run(&bench.flake(
        &["run", &flake, "--", "say", "from the twin"],
        bench.scratch.path(),
    ))
    .ends(0);
    assert_eq!(said.text(), "[\"from the twin\"]\n");
}

#[test]
fn a_rehearsal_installs_with_real_clients() {
    let Some(shop) = Shop::open("a_rehearsal_installs_with_real_clients") else {
        return;
    };
    let channels = ["flathub", "github-releases", "homebrew", "nix", "scoop"];
    let words: Vec<&str> = channels.iter().flat_map(|it| ["--channel", *it]).collect();
    let run = run(&shop.command(&["rehearse", "--json"]).args(words)).ends(0);
    let document = run.json();
    let outcome = |channel: &str, client: &str| {
        let rows = document["clients"].as_array().unwrap();
        let row = rows
            .iter()
            .find(|it| it["channel"] == channel && it["client"] == client);
        let row = row.unwrap_or_else(|| panic!("{document}"));
        row["outcome"].as_str().unwrap().to_owned()
    };
    for channel in ["flathub", "homebrew", "scoop"] {
        assert_eq!(outcome(channel, "git"), "compared", "{document}");
    }
    let nix = outcome("nix", "nix");
    let is_here = xtask::effect::environment::find_program("nix").is_some();
    assert_eq!(nix, if is_here { "installed" } else { "skipped" }, "{document}");
}
