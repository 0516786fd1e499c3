//! The commands themselves: what is wrong with their words and their surroundings is told at once, before any change.

use xtask::channel::CHANNELS;
use xtask::effect::files;

use super::fixture::Shop;
use crate::support::run;

#[test]
fn mistyped_channels_get_the_nearest_name_all_at_once() {
    let Some(shop) = Shop::open("mistyped_channels_get_the_nearest_name_all_at_once") else {
        return;
    };
    let run = shop.publish(&["snpa", "nmp"]).ends(2);
    assert!(
        run.stderr.contains("no channel `snpa`; did you mean `snap`?"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("no channel `nmp`; did you mean `npm`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn nothing_is_published_without_a_word_when_nobody_can_be_asked() {
    let Some(mut shop) = Shop::open("nothing_is_published_without_a_word_when_nobody_can_be_asked") else {
        return;
    };
    let twin = shop.twin(&["docker-hub"], &[]);
    let program = shop
        .command(&["publish", "--allow-dirty", "--channel", "docker-hub"])
        .env("CI", "false");
    let run = run(&program).ends(2);
    assert!(
        run.stderr.contains("cannot ask before the first change"),
        "{}",
        run.stderr
    );
    let log = twin.servers[0].server.log();
    assert!(
        log.iter().all(|it| it.method == "GET" || it.method == "HEAD"),
        "{log:?}"
    );
}

#[test]
fn missing_credentials_of_all_channels_are_told_at_once_and_before_any_request() {
    let Some(mut shop) = Shop::open("missing_credentials_of_all_channels_are_told_at_once") else {
        return;
    };
    let names = ["docker-hub", "homebrew", "chocolatey", "winget"];
    let twin = shop.twin(&names, &[]);
    for name in names {
        for variable in CHANNELS.iter().find(|it| it.name == name).unwrap().credentials[0] {
            shop.variable(variable, "");
        }
    }
    let run = shop.publish(&names).ends(1);
    for name in names {
        assert!(
            run.stderr.contains(&format!("{name}: no credential")),
            "{}",
            run.stderr
        );
    }
    assert!(twin.servers.iter().all(|it| it.server.log().is_empty()));
}

#[test]
fn a_dry_run_needs_no_network_and_no_credentials_and_plans_every_channel() {
    let Some(mut shop) = Shop::open("a_dry_run_needs_no_network_and_no_credentials") else {
        return;
    };
    // Nobody listens there.
    for endpoint in xtask::protocol::endpoint::ENDPOINTS {
        shop.endpoint(endpoint.name, "http://127.0.0.1:9");
    }
    let run = run(&shop.command(&["publish", "--channel", "all", "--dry-run"])).ends(0);
    let text = run.text();
    for channel in CHANNELS {
        assert!(
            text.lines().any(|it| it.starts_with(&format!("{channel} 1.2.3"))),
            "{channel}: {text}"
        );
    }
    let json = run_json(&shop);
    assert_eq!(json["plans"].as_array().unwrap().len(), CHANNELS.len());
    for plan in json["plans"].as_array().unwrap() {
        let has_steps = !plan["stages"].as_array().unwrap().is_empty();
        let is_blocked = !plan["blocked"].as_array().unwrap().is_empty();
        assert!(has_steps || is_blocked, "{plan}");
    }
}

#[track_caller]
fn run_json(shop: &Shop) -> serde_json::Value {
    run(&shop.command(&["publish", "--channel", "all", "--dry-run", "--json"]))
        .ends(0)
        .json()
}

#[test]
fn what_was_changed_since_it_was_rendered_is_not_published() {
    let Some(shop) = Shop::open("what_was_changed_since_it_was_rendered_is_not_published") else {
        return;
    };
    let path = shop.dist.join("channels/scoop/bucket/demo.json");
    files::write(&path, b"{}").unwrap();
    files::rename(&shop.dist.join("channels/winget"), &shop.dist.join("elsewhere")).unwrap();
    let run = shop.publish(&["scoop", "winget"]).ends(1);
    assert!(
        run.stderr
            .contains("scoop: `bucket/demo.json` was changed since it was rendered"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("winget: nothing was rendered for it"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("cargo xtask manifests"), "{}", run.stderr);
}

#[test]
fn two_runs_over_one_release_do_not_race() {
    let Some(mut shop) = Shop::open("two_runs_over_one_release_do_not_race") else {
        return;
    };
    let _twin = shop.twin(&["docker-hub"], &[]);
    let lock = shop.dist.join("receipts/.lock");
    files::create_dir(lock.parent().unwrap()).unwrap();
    let held = files::lock(&lock).unwrap();
    assert!(held.is_some());
    let run = shop.publish(&["docker-hub"]).ends(1);
    assert!(
        run.stderr.contains("another `cargo xtask publish` is at work"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_release_of_a_changed_tree_is_not_published_by_mistake() {
    let Some(mut shop) = Shop::open("a_release_of_a_changed_tree_is_not_published_by_mistake") else {
        return;
    };
    let _twin = shop.twin(&["docker-hub"], &[]);
    let path = shop.dist.join("artifacts.json");
    let text = files::read_text(&path).unwrap();
    let changed = text.replace("\"is_dirty\": false", "\"is_dirty\": true");
    assert_ne!(text, changed);
    files::write(&path, changed.as_bytes()).unwrap();
    let run = run(&shop.command(&["publish", "--yes", "--channel", "docker-hub"])).ends(1);
    assert!(
        run.stderr.contains("built from a tree with changes"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("--allow-dirty"), "{}", run.stderr);
}

#[test]
fn faults_and_endpoints_with_slips_are_usage_errors() {
    let Some(shop) = Shop::open("faults_and_endpoints_with_slips_are_usage_errors") else {
        return;
    };
    let check = |words: &[&str], expected: &str| {
        let run = run(&shop.command(words)).ends(2);
        assert!(run.stderr.contains(expected), "{words:?}: {}", run.stderr);
    };
    check(
        &["status", "--endpoint", "nmp=http://h"],
        "no endpoint `nmp`; did you mean `npm`?",
    );
    check(&["doctor", "--channel", "snpa"], "did you mean `snap`?");
}

#[test]
fn a_server_without_tls_is_told_and_not_asked_again() {
    let Some(mut shop) = Shop::open("a_server_without_tls_is_told_and_not_asked_again") else {
        return;
    };
    let twin = shop.twin(&["docker-hub"], &[]);
    let base = twin.base("docker-hub", "docker-hub").unwrap();
    shop.endpoint("docker-hub.docker-hub", &base.replace("http:", "https:"));
    let run = shop.publish(&["docker-hub"]).ends(1);
    assert!(run.stderr.contains("no trusted connection"), "{}", run.stderr);
    // The many steps of the channel meet the same, which is told once.
    assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("more steps"), "{}", run.stderr);
    assert!(twin.servers[0].server.log().is_empty());
}
