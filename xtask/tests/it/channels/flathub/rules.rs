//! Each rule of Flathub, with a bad file that it catches and the good one beside it.

use xtask::channel;
use xtask::lint::{File, Subject};

use crate::channels::fixture::{Paper, all_rules_are_tried, findings, rule, rule_of};
use crate::channels::flathub::ID;

/// A file of the sample, by the end of its path.
fn text(paper: &Paper, end: &str) -> String {
    paper.text("flathub", &format!("{ID}/{end}"))
}

#[test]
fn each_catches_the_bad_and_leaves_the_good() {
    let paper = Paper::plain();
    let manifest = text(&paper, &format!("{ID}.yml"));
    let metainfo = text(&paper, &format!("{ID}.metainfo.xml"));
    let desktop = text(&paper, &format!("{ID}.desktop"));
    let crates = text(&paper, "cargo-sources.json");
    let bundle = paper.text("flathub", &format!("bundle/{ID}.yml"));
    let mut tried = Vec::new();
    let mut check = |id: &'static str, end: &str, good: &str, changes: &[(&str, &str)]| {
        for (from, to) in changes {
            assert!(good.contains(from), "{id}: {from}");
            let path = if end.starts_with('.') {
                format!("{ID}{end}")
            } else {
                end.to_owned()
            };
            rule(id, &path, good, good.replacen(from, to, 1));
        }
        tried.push(id);
    };
    check(
        "flathub/yaml",
        ".yml",
        &manifest,
        &[("id:", "id: ["), ("modules:", "moduls:")],
    );
    check(
        "flathub/app-id",
        ".yml",
        &manifest,
        &[
            (ID, "demo"),
            (ID, "com.github.owner.demo"),
            (ID, "io.github.1owner.demo"),
            ("id:", "name:"),
        ],
    );
    check(
        "flathub/app-id-agrees",
        ".yml",
        &manifest,
        &[(ID, "io.github.owner.other")],
    );
    check(
        "flathub/app-id-agrees",
        ".metainfo.xml",
        &metainfo,
        &[(ID, "io.github.owner.other")],
    );
    check(
        "flathub/unknown-keys",
        ".yml",
        &manifest,
        &[
            ("command:", "comand:"),
            ("buildsystem:", "build-system:"),
            ("simple", "cargo"),
            ("commit:", "rev:"),
            ("type: git", "type: hg"),
        ],
    );
    check(
        "flathub/runtime",
        ".yml",
        &manifest,
        &[
            ("\"26.08\"", "26.08"),
            ("\"26.08\"", "26"),
            ("runtime-version", "x-runtime-version"),
            ("freedesktop.Platform", "example.Platform"),
            ("sdk: org.freedesktop.Sdk", "sdk: org.gnome.Sdk"),
        ],
    );
    check(
        "flathub/command",
        ".yml",
        &manifest,
        &[("command: demo", "command: /app/bin/demo"), ("command:", "x-c:")],
    );
    let arguments = "finish-args:\n- --share=network\nmodules:";
    let with = manifest.replace("modules:", arguments);
    check(
        "flathub/finish-args",
        ".yml",
        &with,
        &[
            ("--share=network", "--filesystem=host"),
            ("--share=network", "--filesystem=home:ro"),
            ("--share=network", "--socket=session-bus"),
            ("--share=network", "share=network"),
        ],
    );
    check(
        "flathub/network",
        ".yml",
        &manifest,
        &[
            ("cargo --offline", "cargo"),
            (
                "append-path",
                "build-args:\n    - --share=network\n    append-path",
            ),
        ],
    );
    check(
        "flathub/source-digest",
        ".yml",
        &bundle,
        &[
            ("sha256:", "sha1:"),
            ("sha256: \"", "sha256: \"0"),
            ("https://", "ftp://"),
        ],
    );
    check(
        "flathub/source-https",
        ".yml",
        &bundle,
        &[("https://", "http://")],
    );
    check(
        "flathub/source-tag",
        ".yml",
        &manifest,
        &[("    tag:", "    x-tag:")],
    );
    check(
        "flathub/source-git",
        ".yml",
        &manifest,
        &[
            ("    tag: v1.2.3", "    tag: v1.2.3\n    branch: main"),
            ("commit: \"0123", "commit: \"123"),
            ("https://github", "git://github"),
        ],
    );
    check(
        "flathub/source-folder",
        ".yml",
        &manifest,
        &[
            ("type: git", "type: dir"),
            ("path: io", "path: ../io"),
            ("path: io", "path: /io"),
        ],
    );
    check(
        "flathub/crates",
        "cargo-sources.json",
        &crates,
        &[
            ("[", "{"),
            ("\\\"package\\\":\\\"f52b", "\\\"package\\\":\\\"052b"),
            ("\"sha256\": \"f52b", "\"sha256\": \"52b"),
            ("https://registry", "http://registry"),
            ("replace-with", "replaced-with"),
            ("\\\"files\\\":{}", "\\\"files\\\":1"),
        ],
    );
    let json = "{\"only-arches\": [\"x86_64\"]}";
    check(
        "flathub/settings",
        "flathub.json",
        json,
        &[
            ("\"x86_64\"", ""),
            ("x86_64", "amd64"),
            ("{", "["),
            (
                "\"only-arches\"",
                "\"automerge-flathubbot-prs\": true, \"only-arches\"",
            ),
        ],
    );
    check(
        "flathub/desktop",
        ".desktop",
        &desktop,
        &[
            ("[Desktop Entry]", "[Desktop]"),
            ("Type=Application", "Type=Link"),
            ("Exec=demo", "Exec="),
            ("Exec=demo", "Exec=flatpak run demo"),
            ("NoDisplay=true", "Hidden=true"),
            ("Terminal=true", "Terminal=yes"),
            ("Utility;ConsoleOnly;", "GNOME;"),
            ("Name=", "Name"),
        ],
    );
    check(
        "flathub/metainfo",
        ".metainfo.xml",
        &metainfo,
        &[("</id>", "</name>"), ("<component", "<thing"), ("<", "")],
    );
    check(
        "flathub/metainfo-required",
        ".metainfo.xml",
        &metainfo,
        &[
            ("<name>Demo</name>", ""),
            ("<developer id=\"io.github.owner\">", "<developer>"),
            ("type=\"homepage\"", "type=\"help\""),
            ("<content_rating type=\"oars-1.1\" />", ""),
            ("<binary>demo</binary>", ""),
            ("type=\"console-application\"", ""),
            ("<project_license>MIT OR Apache-2.0</project_license>", ""),
        ],
    );
    check(
        "flathub/metainfo-licence",
        ".metainfo.xml",
        &metainfo,
        &[
            ("CC0-1.0", "GPL-3.0-only"),
            ("MIT OR Apache-2.0", "MIT/Apache-2.0"),
            ("MIT OR", "Nonesuch OR"),
        ],
    );
    check(
        "flathub/summary",
        ".metainfo.xml",
        &metainfo,
        &[("of a text<", "of\na text<")],
    );
    check(
        "flathub/quality",
        ".metainfo.xml",
        &metainfo,
        &[
            ("of a text<", "of a text, one by one<"),
            ("<name>Demo", "<name>Demo, which counts words"),
            ("<summary>Counts", "<summary>A counter of"),
            ("<summary>Counts", "<summary>Demo counts"),
            ("of a text<", "of a text.<"),
            ("version=\"1.2.3\"", "version=\"v1.2.3\""),
        ],
    );
    check(
        "flathub/description",
        ".metainfo.xml",
        &metainfo,
        &[
            ("<p>Demo", "bare <p>Demo"),
            ("<p>Demo", "<h1>x</h1><p>Demo"),
            ("<p>Demo", "<p></p><p>Demo"),
        ],
    );
    check(
        "flathub/links",
        ".metainfo.xml",
        &metainfo,
        &[
            ("https://demo.example<", "demo.example<"),
            ("type=\"help\"", "type=\"docs\""),
        ],
    );
    check(
        "flathub/releases",
        ".metainfo.xml",
        &metainfo,
        &[
            ("version=\"1.2.3\"", "version=\"\""),
            ("2026-01-02", "02.01.2026"),
            ("2026-01-02", "2026-02-30"),
            ("<release ", "<release type=\"development\" "),
            (
                "<release ",
                "<release version=\"1.2.2\" date=\"2026-01-01\" /><release ",
            ),
            ("version=\"1.2.3\"", "version=\"1.2.3-rc.1\""),
        ],
    );
    check(
        "flathub/console-application",
        ".metainfo.xml",
        &metainfo.replace("console-application", "desktop-application"),
        &[("desktop-application", "console-application")],
    );

    let path = |end: &str| format!("a/{ID}{end}");
    let (yml, xml, entry) = (path(".yml"), path(".metainfo.xml"), path(".desktop"));
    let whole = vec![
        (yml.as_str(), manifest.clone().into_bytes()),
        (xml.as_str(), metainfo.clone().into_bytes()),
        (entry.as_str(), desktop.clone().into_bytes()),
        ("a/cargo-sources.json", crates.clone().into_bytes()),
    ];
    rule_of("flathub/companions", &whole, &whole[..3]);
    tried.push("flathub/companions");
    let bad = desktop.replace("Terminal=true\nNoDisplay=true\n", "");
    let mut shown = whole.clone();
    shown[2].1 = bad.into_bytes();
    rule_of("flathub/desktop-terminal", &whole, &shown);
    tried.push("flathub/desktop-terminal");
    tried.extend([
        "flathub/release",
        "flathub/crates-complete",
        "flathub/release-version",
    ]);
    all_rules_are_tried("flathub", &tried);
}

#[test]
fn what_is_not_that_of_the_release_is_found() {
    let paper = Paper::plain();
    let check = |path: &str, from: &str, to: &str, expected: &str| {
        let files = paper.files("flathub");
        let files = files.iter().map(|(it, file)| {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            let is_bad = it == path;
            assert!(!is_bad || text.contains(from), "{path}: {from}");
            File::new(
                it.as_str(),
                if is_bad { text.replacen(from, to, 1) } else { text },
            )
        });
        let found = findings(&Subject {
            channel: channel::find("flathub").unwrap(),
            files: files.collect(),
            edition: Some(paper.edition.clone()),
            is_whole: true,
            rendered: None,
        });
        assert!(
            found.iter().any(|it| it.starts_with(expected)),
            "{expected}: {found:?}"
        );
    };
    let in_folder = |end: &str| format!("{ID}/{ID}{end}");
    check(
        &in_folder(".yml"),
        "tag: v1.2.3",
        "tag: v1.2.2",
        "flathub/release: ",
    );
    check(
        &in_folder(".yml"),
        "commit: \"0",
        "commit: \"1",
        "flathub/release: ",
    );
    check(
        &format!("bundle/{ID}.yml"),
        "sha256: \"",
        "sha256: \"0",
        "flathub/release: ",
    );
    check(
        &in_folder(".metainfo.xml"),
        "\"1.2.3\"",
        "\"1.2.2\"",
        "flathub/release-version: ",
    );
    check(
        &format!("bundle/{ID}.yml"),
        "demo-1.2.3-aarch64-unknown-linux-gnu.tar.gz",
        "x.tar.gz",
        "flathub/release: what was built for `aarch64`",
    );
    let crates = format!("{ID}/cargo-sources.json");
    check(
        &crates,
        "vendor/memchr-2.7.6",
        "vendor/memchr-2.7.5",
        "flathub/crates-complete: ",
    );
}

#[test]
fn broken_files_are_findings_and_no_more() {
    let of = |name: &str, bytes: &[u8]| {
        findings(&Subject {
            channel: channel::find("flathub").unwrap(),
            files: vec![File::new(name, bytes)],
            edition: None,
            is_whole: false,
            rendered: None,
        })
    };
    for bytes in [
        &b"\xff\xfe\0"[..],
        b"",
        b"[",
        b"{}",
        b"- a\n- b\n",
        b"modules: x\nsources: {}\nid: [a]\nruntime: {}\n",
    ] {
        for name in [
            "a.yml",
            "a.json",
            "a.metainfo.xml",
            "a.desktop",
            "flathub.json",
            "cargo-sources.json",
        ] {
            let _ = of(name, bytes);
        }
        assert_ne!(of("a.yml", bytes), Vec::<String>::new());
        assert_ne!(of("a.metainfo.xml", bytes), Vec::<String>::new());
    }
}

#[test]
fn files_of_this_channel_are_recognised() {
    let flathub = channel::find("flathub").unwrap();
    let is_ours = |name: &str, text: &str| (flathub.recognises)(&File::new(name, text));
    for (path, file) in Paper::plain().files("flathub") {
        assert!(
            is_ours(&path, std::str::from_utf8(&file.bytes).unwrap()),
            "{path}"
        );
    }
    assert!(is_ours(
        "org.x.Y.json",
        r#"{"app-id": "org.x.Y", "runtime": "r", "modules": []}"#
    ));
    for (name, text) in [
        ("snapcraft.yaml", "name: demo\nparts: {}\n"),
        ("demo.json", r#"{"version": "1.2.3", "architecture": {}}"#),
        ("demo.desktop", "[Desktop Entry]\n"),
        ("demo.nuspec", "<package/>"),
    ] {
        assert!(!is_ours(name, text), "{name}");
    }
}
