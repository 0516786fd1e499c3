//! The twin, asked by NuGet itself on mono: push, list, install.

use std::path::PathBuf;

use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::judges::Judge;

use super::{CHANNEL, FILE, Gallery, base, changes, ends, key, moderate, package};
use crate::channels::fixture::{house, judge};
use crate::publish::fixture::Shop;
use crate::support::run;

#[test]
fn nuget_pushes_lists_and_installs() {
    let test = "chocolatey::nuget";
    let Some(mut shop) = Shop::open(test) else { return };
    let dir = shop.scratch.path().join("client");
    files::create_dir(&dir).unwrap();
    let (Some(mono), Some(_)) = (judge("mono", test, &dir), judge("nuget-5.8.0.exe", test, &dir)) else {
        return;
    };
    let nuget: PathBuf = Judge::find("nuget-5.8.0.exe").unwrap().path(house()).unwrap();
    let twin = Gallery::of(&mut shop, "");
    let base = base(&twin);
    let nuget = |words: &[&str]| {
        let mono = mono.clone().env("HOME", &dir).arg(&nuget).args(words);
        run(&mono.arg("-NonInteractive"))
    };
    let feed = format!("{base}/api/v2/");
    ends(&shop.publish(&[CHANNEL]), "waiting", 0);
    // Nobody has approved it: lists do not show it, and who names the version gets it.
    let listed = nuget(&["list", "-Source", &feed, "-AllVersions"]).ends(0).text();
    assert!(!listed.contains("demo"), "{listed}");
    let out = dir.join("out");
    let shown = out.to_string_lossy();
    let words = [
        "install",
        "demo",
        "-Version",
        "1.2.3",
        "-NoCache",
        "-Source",
        &feed,
        "-OutputDirectory",
        &shown,
    ];
    nuget(&words).ends(0);
    let installed = files::read(&out.join("demo.1.2.3/tools/x64/demo.exe")).unwrap();
    let build = shop.demo.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    let program = build.program(&build.binaries()[0]).unwrap();
    assert_eq!(Sha256::of(&installed), Sha256::of(&program));
    moderate(&twin, "1.2.3", "Approved");
    let listed = nuget(&["list", "demo", "-Source", &feed]).ends(0).text();
    assert!(listed.contains("demo 1.2.3"), "{listed}");

    // Its push is like ours.
    let ours = changes(&twin)
        .iter()
        .filter(|it| it.starts_with("PUT"))
        .cloned()
        .collect::<Vec<_>>();
    let other = dir.join("other.1.0.0.nupkg");
    files::write(&other, &package("other", "1.0.0")).unwrap();
    let other = other.to_string_lossy().into_owned();
    nuget(&["push", &other, "-Source", &base, "-ApiKey", &key()]).ends(0);
    let theirs = changes(&twin).pop().unwrap();
    assert_eq!(ours, [theirs]);
    let again = shop.dist.join(FILE);
    let refused = nuget(&[
        "push",
        &again.to_string_lossy(),
        "-Source",
        &base,
        "-ApiKey",
        &key(),
    ]);
    let said = format!("{}{}", refused.text(), refused.stderr);
    assert!(refused.code != Some(0) && said.contains("409"), "{said}");
}
