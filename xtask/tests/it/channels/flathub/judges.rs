//! What AppStream, the desktop's own checker and flatpak-builder say of what is rendered, and whether our rules agree.

use xtask::channel;
use xtask::lint::{File, Severity, Subject};

use crate::channels::fixture::{Paper, fits_schema, judge};
use crate::channels::flathub::{ID, hostile};
use crate::support::{put, run, scratch};

/// Whether no rule of the channel finds that the store would refuse a file.
fn is_fine(name: &str, text: &str) -> bool {
    let found = xtask::lint::check(&Subject {
        channel: channel::find("flathub").unwrap(),
        files: vec![File::new(name, text)],
        edition: None,
        is_whole: false,
        rendered: None,
    });
    let of_flathub = found
        .iter()
        .map(|it| it.rule)
        .filter(|it| it.id.starts_with("flathub/"));
    !of_flathub.into_iter().any(|it| it.severity == Severity::Refused)
}

#[test]
fn manifests_fit_the_schema_and_flatpak_builder_reads_them() {
    let test = "flathub::judges::manifests";
    for paper in [Paper::plain(), Paper::of(&hostile())] {
        let dir = paper.put("flathub");
        let manifests = [
            dir.join(format!("{ID}/{ID}.yml")),
            dir.join(format!("bundle/{ID}.yml")),
        ];
        for manifest in &manifests {
            fits_schema("flatpak/flatpak-manifest.schema.json", test, &[manifest]);
            let Some(builder) = judge("flatpak-builder", test, &dir) else {
                return;
            };
            let shown = run(&builder.env("HOME", &dir).arg("--show-manifest").arg(manifest)).ends(0);
            let json = shown.json();
            assert_eq!(json["id"], ID);
            assert_eq!(json["runtime-version"], "26.08");
            let commands = json["modules"][0]["build-commands"].as_array().unwrap();
            assert!(commands.len() >= 4, "{commands:?}");
        }
    }
}

#[test]
fn appstream_takes_the_metainfo_and_refuses_what_our_rules_refuse() {
    let test = "flathub::judges::appstream";
    let dir = scratch();
    let Some(appstream) = judge("appstreamcli", test, dir.path()) else {
        return;
    };
    let name = format!("{ID}.metainfo.xml");
    let good = Paper::plain().text("flathub", &format!("{ID}/{name}"));
    let takes = |text: &str| {
        let file = put(dir.path(), &name, text);
        let asked = appstream
            .clone()
            .args(["validate", "--no-net", "--no-color"])
            .arg(file);
        let run = run(&asked);
        (run.code == Some(0), run.text())
    };
    let (is_taken, said) = takes(&good);
    assert!(is_taken && is_fine(&name, &good), "{said}");
    let odd = Paper::of(&hostile()).text("flathub", &format!("{ID}/{name}"));
    let (is_taken, said) = takes(&odd);
    assert!(is_taken && is_fine(&name, &odd), "{said}");
    for (from, to) in [
        ("<name>Demo</name>", ""),
        ("CC0-1.0", "GPL-3.0-only"),
        ("date=\"2026-01-02\"", "date=\"someday\""),
        ("<p>Demo", "<h1>x</h1><p>Demo"),
        ("https://demo.example<", "demo.example<"),
        ("type=\"help\"", "type=\"docs\""),
        ("<id>io.github.owner.demo", "<id>"),
        ("<summary>Counts the words of a text</summary>", ""),
        ("</component>", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        let (is_taken, said) = takes(&bad);
        assert_eq!(
            (is_taken, is_fine(&name, &bad)),
            (false, false),
            "{from} -> {to}\n{said}"
        );
    }
}

#[test]
fn the_desktop_takes_the_entry_and_refuses_what_our_rules_refuse() {
    let test = "flathub::judges::desktop";
    let dir = scratch();
    let Some(check) = judge("desktop-file-validate", test, dir.path()) else {
        return;
    };
    let name = format!("{ID}.desktop");
    let takes = |text: &str| {
        let file = put(dir.path(), &name, text);
        let run = run(&check.clone().arg("--no-hints").arg(file));
        (run.code == Some(0), run.text())
    };
    let good = Paper::plain().text("flathub", &format!("{ID}/{name}"));
    for text in [
        &good,
        &Paper::of(&hostile()).text("flathub", &format!("{ID}/{name}")),
    ] {
        let (is_taken, said) = takes(text);
        assert!(is_taken && is_fine(&name, text), "{said}\n{text}");
    }
    for (from, to) in [
        ("[Desktop Entry]", "[Desktop]"),
        ("Type=Application\n", ""),
        ("Name=Demo\n", ""),
        ("Terminal=true", "Terminal=yes"),
        ("Exec=demo\n", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        let (is_taken, said) = takes(&bad);
        // A command is missing only for Flathub's linter: what starts by a message of the bus needs none.
        assert!(!is_taken || from.starts_with("Exec"), "{from} -> {to}\n{said}");
        assert!(!is_fine(&name, &bad), "{from} -> {to}");
    }
}
