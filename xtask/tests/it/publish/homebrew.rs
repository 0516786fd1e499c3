//! Publishing to a tap: against the twin and its faults, by git itself.

use super::fixture::Shop;
use xtask::effect::secret::Secret;
use xtask::effect::{environment, files};

use super::own_repository::{Case, repositories};

const TAP: Case = Case {
    channel: "homebrew",
    repository: "owner/homebrew-tap",
    path: "Formula/demo.rb",
    rendered: "tap/Formula/demo.rb",
    subject: "demo 1.2.3",
};

#[test]
fn a_formula_reaches_the_tap_and_is_found_there() {
    TAP.lives("a_formula_reaches_the_tap_and_is_found_there");
}

#[test]
fn a_tap_survives_what_passes() {
    TAP.survives(
        "a_tap_survives_what_passes",
        &[
            "GET:503@12,POST:stored502@1",
            "POST:reset@1,GET:429@4:retry-after=1",
        ],
    );
}

#[test]
fn a_tap_gives_up_with_the_servers_words() {
    let faults = [
        ("POST:403@1*", "403"),
        ("/owner/homebrew-tap.git/:401@1*", "does not take the token (401)"),
    ];
    TAP.gives_up("a_tap_gives_up_with_the_servers_words", &faults);
}

#[test]
fn a_token_of_somebody_else_is_refused_with_githubs_words() {
    let Some(mut shop) = Shop::open("a_token_of_somebody_else_is_refused") else {
        return;
    };
    let twin = shop.twin(&["github-releases", "homebrew"], &[]);
    let stranger = xtask::twin::credential::of("GITHUB_STRANGERS_TOKEN");
    shop.variable("HOMEBREW_TAP_TOKEN", &stranger);
    let run = shop.publish(&["github-releases", "homebrew"]).ends(1);
    let all = run.text() + &run.stderr;
    assert!(
        all.contains("Permission to owner/homebrew-tap.git denied to stranger."),
        "{all}"
    );
    assert!(all.contains("the token may not write to the tap"), "{all}");
    assert!(!all.contains(&stranger), "{all}");
    assert_eq!(
        repositories(&twin)
            .commit_of("owner/homebrew-tap", "main")
            .unwrap(),
        None
    );
    let doctor = crate::support::run(&shop.command(&["doctor", "--channel", "homebrew"]));
    assert!(doctor.text().contains("denied to stranger"), "{}", doctor.text());
}

#[test]
fn nothing_points_to_what_is_not_served() {
    let Some(mut shop) = Shop::open("nothing_points_to_what_is_not_served") else {
        return;
    };
    let twin = shop.twin(&["github-releases", "homebrew"], &[]);
    let run = crate::support::run(&shop.publishing(&["homebrew"])).ends(1);
    let all = run.text() + &run.stderr;
    assert!(all.contains("serves nothing"), "{all}");
    assert!(
        all.contains("`cargo xtask publish --channel github-releases --channel homebrew`"),
        "{all}"
    );
    assert_eq!(
        repositories(&twin)
            .commit_of("owner/homebrew-tap", "main")
            .unwrap(),
        None
    );
}

/// A git that writes down its words and hands over to the real one.
#[cfg(unix)]
#[test]
fn the_token_stands_in_no_words_of_git_no_output_and_no_receipt() {
    let test = "the_token_stands_in_no_words_of_git_no_output_and_no_receipt";
    let Some(mut shop) = Shop::open(test) else { return };
    let _twin = shop.twin(&["github-releases", "homebrew"], &[]);
    let dir = shop.scratch.path().join("bin");
    let log = shop.scratch.path().join("words");
    let real = environment::find_program("git").unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{}'\ncat /proc/$$/cmdline >> '{0}' 2>/dev/null\nexec '{}' \"$@\"\n",
        log.display(),
        real.display()
    );
    files::write(&dir.join("git"), script.as_bytes()).unwrap();
    files::set_mode(&dir.join("git"), 0o755).unwrap();
    let path = environment::path_with(&[dir]).unwrap();
    shop.variable("PATH", path.to_str().unwrap());
    let run = shop.publish(&["github-releases", "homebrew"]).ends(0);
    let words = files::read_text(&log).unwrap();
    assert!(words.contains("push --porcelain"), "{words}");
    let receipt = files::read_text(&shop.dist.join("receipts/homebrew.json")).unwrap();
    let token = xtask::twin::credential::of("HOMEBREW_TAP_TOKEN");
    let header = Secret::new("TEST", &token)
        .basic("x-access-token")
        .reveal()
        .to_owned();
    for text in [words, run.text(), run.stderr, receipt] {
        assert!(!text.contains(&token) && !text.contains(&header), "{text}");
    }
}

#[test]
fn the_commit_is_by_the_user_else_by_who_started_the_job_else_by_the_maintainer() {
    let test = "the_commit_is_by_the_user_else_by_who_started_the_job_else_by_the_maintainer";
    let Some(mut shop) = Shop::open(test) else { return };
    let twin = shop.twin(&["github-releases", "homebrew"], &[]);
    let git = || repositories(&twin).git("owner/homebrew-tap");
    let by = |shop: &Shop, channels: &[&str]| {
        shop.publish(channels).ends(0);
        let by = git()
            .args(["log", "-1", "--format=%an <%ae> %cn <%ce>", "main"])
            .read()
            .unwrap();
        git()
            .args(["update-ref", "-d", "refs/heads/main"])
            .read()
            .unwrap();
        by
    };
    let maintainer = "The Demo maintainers <demo@demo.example>";
    let both = |it: &str| format!("{it} {it}");
    assert_eq!(by(&shop, &["github-releases", "homebrew"]), both(maintainer));

    let ci = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTOR", "octo"),
        ("GITHUB_ACTOR_ID", "42"),
    ];
    for (name, value) in ci {
        shop.variable(name, value);
    }
    let octo = "octo <42+octo@users.noreply.github.com>";
    assert_eq!(by(&shop, &["homebrew"]), both(octo));

    let home = shop.scratch.path().join("home");
    files::write(
        &home.join(".gitconfig"),
        b"[user]\nname = User\nemail = user@git.example\n",
    )
    .unwrap();
    assert_eq!(by(&shop, &["homebrew"]), both("User <user@git.example>"));
}
