//! The AUR's package bases: golden files, settings, gaps and the rules.

mod makepkg;

use xtask::channel;
use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{Paper, all_rules_are_tried, findings, golden, rule, rule_of};

/// A text with everything that means something to a shell, right-to-left letters and an emoji.
pub(super) const HOSTILE: &str = "it's \"$(touch x)\" `id` ${HOME} $HOME \\ \\' #x %s !! {a,b} *; </pre> \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f980}";

pub(super) fn sample(settings: &str) -> Sample {
    let sample = Sample::default();
    Sample {
        settings: sample
            .settings
            .replace("[channel.aur]\n", &format!("[channel.aur]\n{settings}")),
        ..sample
    }
}

pub(super) fn text(files: &Files, path: &str) -> String {
    let file = files
        .get(path)
        .unwrap_or_else(|| panic!("no `{path}` in {:?}", files.keys()));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn targets(triples: &[&str]) -> Vec<&'static Target> {
    triples.iter().map(|it| Target::parse(it).unwrap()).collect()
}

#[test]
fn the_recipes() {
    let paper = Paper::plain();
    let files = paper.files("aur");
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "demo-bin/.SRCINFO",
            "demo-bin/LICENSE",
            "demo-bin/PKGBUILD",
            "demo/.SRCINFO",
            "demo/LICENSE",
            "demo/PKGBUILD"
        ]
    );
    golden("aur", "demo.PKGBUILD", &text(&files, "demo/PKGBUILD"));
    golden("aur", "demo.SRCINFO", &text(&files, "demo/.SRCINFO"));
    golden("aur", "demo-bin.PKGBUILD", &text(&files, "demo-bin/PKGBUILD"));
    golden("aur", "demo-bin.SRCINFO", &text(&files, "demo-bin/.SRCINFO"));
    assert_eq!(paper.findings("aur"), Vec::<String>::new());
    assert_eq!(paper.rendered("aur").1, []);
    assert_eq!(Paper::plain().files("aur"), files, "rendered twice");
}

#[test]
fn a_candidate_is_older_than_the_release() {
    let paper = Paper::of(&Sample {
        version: "1.2.3-rc.1".parse().unwrap(),
        ..Sample::default()
    });
    let files = paper.files("aur");
    golden("aur", "candidate.PKGBUILD", &text(&files, "demo-bin/PKGBUILD"));
    assert!(text(&files, "demo/.SRCINFO").contains("/v1.2.3-rc.1/demo-1.2.3-rc.1-source.tar.gz\n"));
    assert_eq!(paper.findings("aur"), Vec::<String>::new());
    let install = channel::find("aur").unwrap().install;
    assert_eq!(
        install(&paper.edition).unwrap().lines().next(),
        Some("git clone https://aur.archlinux.org/demo-bin.git")
    );
}

#[test]
fn machines_that_need_other_packages_say_so_each() {
    let paper = Paper::of(&Sample {
        targets: targets(&[
            "aarch64-unknown-linux-musl",
            "armv7-unknown-linux-gnueabihf",
            "i686-unknown-linux-gnu",
            "x86_64-unknown-linux-gnu",
        ]),
        ..sample("depends = [\"git\"]\noptdepends = [\"less: to page\"]\npkgrel = \"2\"\nepoch = \"1\"\n")
    });
    let info = text(&paper.files("aur"), "demo-bin/.SRCINFO");
    for part in [
        "\tpkgrel = 2\n\tepoch = 1\n",
        "\tarch = x86_64\n\tarch = aarch64\n\tarch = armv7h\n\tarch = i686\n",
        "\toptdepends = less: to page\n",
        "\tdepends_x86_64 = git\n\tdepends_x86_64 = glibc\n",
        "\tdepends_aarch64 = git\n\tsha256sums_aarch64",
    ] {
        assert!(info.contains(part), "{part}\n{info}");
    }
    assert_eq!(paper.findings("aur"), Vec::<String>::new());
}

#[test]
fn what_is_missing_is_said_and_the_rest_is_rendered() {
    let gaps = |sample: &Sample| -> (Vec<String>, Vec<String>) {
        let (files, gaps) = Paper::of(sample).rendered("aur");
        (
            files.into_keys().filter(|it| it.ends_with("PKGBUILD")).collect(),
            gaps.into_iter().map(|it| it.missing).collect(),
        )
    };
    let windows = Sample {
        targets: targets(&["x86_64-pc-windows-gnullvm"]),
        ..Sample::default()
    };
    let (files, missing) = gaps(&windows);
    assert_eq!(files, ["demo/PKGBUILD"]);
    assert_eq!(
        missing,
        ["no build for Linux on x86_64", "no build for Linux on aarch64"]
    );

    let mut nowhere = Sample::default();
    nowhere.listing.download_url = None;
    let (files, missing) = gaps(&nowhere);
    assert_eq!(files, Vec::<String>::new());
    assert_eq!(missing, ["no address to download from"]);

    let (files, _) = gaps(&sample("prebuilt = false\n"));
    assert_eq!(files, ["demo/PKGBUILD"]);
    let (files, _) = gaps(&sample("from-source = false\n"));
    assert_eq!(files, ["demo-bin/PKGBUILD"]);
}

#[test]
fn texts_stay_texts_and_nothing_is_cut() {
    let mut sample = Sample::default();
    sample.listing.summary = "x".repeat(10_000);
    let paper = Paper::of(&sample);
    assert!(text(&paper.files("aur"), "demo/.SRCINFO").contains(&sample.listing.summary));
    let found = paper.findings("aur");
    assert!(
        found.contains(&"aur/pkgdesc-length: `pkgdesc` has 10000 bytes".to_owned()),
        "{found:?}"
    );
    sample.listing.summary = HOSTILE.to_owned();
    let paper = Paper::of(&sample);
    assert_eq!(paper.findings("aur"), Vec::<String>::new());
}

#[test]
fn an_edited_template_gives_its_own_srcinfo() {
    let built_in = channel::find("aur").unwrap().templates[0].text;
    let render = |from: &str, to: &str| {
        let edited = built_in.replace(from, to);
        assert_ne!(edited, built_in);
        let paper = Paper::of(&Sample {
            templates: vec![("aur/PKGBUILD".to_owned(), edited)],
            ..Sample::default()
        });
        let (files, gaps) = paper.rendered("aur");
        (text(&files, "demo/.SRCINFO"), gaps, paper.findings("aur"))
    };
    let (info, gaps, found) = render("options=('!lto')", "options=('!lto')\nmakedepends+=('cmake')\n");
    assert!(
        info.contains("\tmakedepends = cargo\n\tmakedepends = cmake\n"),
        "{info}"
    );
    assert_eq!((gaps, found), (Vec::new(), Vec::new()));

    let (_, gaps, found) = render("options=('!lto')", "options=($(cat options))");
    assert!(gaps[0].missing.contains("cannot be read here"), "{gaps:?}");
    assert_eq!(found, ["aur/readable: `options` needs bash to be read"]);
}

/// The rules that look at one PKGBUILD.
#[test]
fn rules_for_a_pkgbuild() {
    let files = Paper::plain().files("aur");
    let mut tried = Vec::new();
    let mut check = |id: &'static str, base: &str, from: &str, to: &str| {
        let good = text(&files, &format!("{base}/PKGBUILD"));
        assert!(good.contains(from), "{from}");
        rule(
            id,
            &format!("{base}/PKGBUILD"),
            good.clone(),
            good.replace(from, to),
        );
        tried.push(id);
    };
    check("aur/arch-known", "demo", "'x86_64'", "'x86-64'");
    check("aur/arch-known", "demo", "'x86_64'", "'any'");
    check("aur/bin-conflicts", "demo-bin", "conflicts=", "replaces=");
    check("aur/bin-suffix", "demo-bin", "pkgname=demo-bin", "pkgname=demo");
    check(
        "aur/license-spdx",
        "demo",
        "'MIT OR Apache-2.0'",
        "'MIT' 'custom'",
    );
    check(
        "aur/license-text",
        "demo",
        "/usr/share/licenses/",
        "/usr/share/doc/",
    );
    check("aur/local-base", "demo", "pkgname=demo", "pkgname=other");
    check("aur/locked-build", "demo", "cargo build --frozen", "cargo build");
    check(
        "aur/locked-build",
        "demo",
        "makedepends=('cargo')",
        "makedepends=('cmake')",
    );
    check("aur/package-function", "demo", "package()", "install()");
    let long = format!("pkgdesc='{}", "x".repeat(255));
    check("aur/pkgdesc-length", "demo", "pkgdesc='", &long);
    check(
        "aur/pkgdesc-style",
        "demo",
        "pkgdesc='Counts",
        "pkgdesc='Demo counts",
    );
    for bad in ["Demo", ".demo", "de/mo", "d\u{e9}mo", "''"] {
        check(
            "aur/pkgname-form",
            "demo",
            "pkgname=demo",
            &format!("pkgname={bad}"),
        );
    }
    for bad in ["0x", "1.", "''", "1.2.3"] {
        check("aur/pkgrel-form", "demo", "pkgrel=1", &format!("pkgrel={bad}"));
    }
    check("aur/pkgrel-form", "demo", "pkgrel=1", "pkgrel=1\nepoch=one");
    for bad in ["1.2.3-rc.1", "1:1.2.3", "'1.2 3'", "1.2.3\u{e9}"] {
        check(
            "aur/pkgver-form",
            "demo",
            "pkgver=1.2.3",
            &format!("pkgver={bad}"),
        );
    }
    for bad in ["v1.2.3", "1.2.3_rc.1", "1.2.3.rc.1", "1.2.3+5", "1.2.3_alpha1"] {
        check(
            "aur/pkgver-order",
            "demo",
            "pkgver=1.2.3",
            &format!("pkgver={bad}"),
        );
    }
    check(
        "aur/quoted-folders",
        "demo",
        "\"$pkgdir/usr/bin\"",
        "$pkgdir/usr/bin",
    );
    check("aur/readable", "demo", "pkgver=1.2.3", "pkgver=$(git describe)");
    let long = format!("url='https://x.example/{}", "x".repeat(8000));
    check("aur/source-length", "demo", "url='", &long);
    check(
        "aur/source-versioned",
        "demo",
        "demo-${pkgver}.tar.gz::",
        "demo.tar.gz::",
    );
    check("aur/sums-count", "demo", "sha256sums=('", "sha256sums=('SKIP' '");
    check(
        "aur/sums-count",
        "demo-bin",
        "sha256sums_aarch64",
        "sha256sums_armv7h",
    );
    check("aur/sums-form", "demo", "sha256sums=('", "sha256sums=('0");
    check("aur/sums-form", "demo", "sha256sums=('", "sha256sums=('SKIP' '");
    check("aur/sums-strong", "demo", "sha256sums", "md5sums");
    check("aur/url-form", "demo", "url='https:", "url='http:");
    check("aur/url-form", "demo", "::https:", "::http:");
    rules_for_a_folder(&files, &mut tried);
    rules_for_a_release(&mut tried);
    all_rules_are_tried("aur", &tried);
}

fn rules_for_a_folder(files: &Files, tried: &mut Vec<&'static str>) {
    let of = |path: &'static str| (path, text(files, path).into_bytes());
    let good = [of("demo/.SRCINFO"), of("demo/PKGBUILD")];
    let mut check = |id: &'static str, bad: &[(&str, Vec<u8>)]| {
        rule_of(id, &good, bad);
        tried.push(id);
    };
    let changed = |path: &'static str, from: &str, to: &str| {
        let text = text(files, path);
        assert!(text.contains(from), "{from}");
        let mut all = good.to_vec();
        all.retain(|it| it.0 != path);
        all.push((path, text.replace(from, to).into_bytes()));
        all
    };
    let with = |path: &'static str, bytes: Vec<u8>| [&good[..], &[(path, bytes)]].concat();
    check("aur/blob-size", &with("demo/demo.tar.gz", vec![1; 256_001]));
    check(
        "aur/companions",
        &changed("demo/PKGBUILD", "pkgrel=1", "pkgrel=1\ninstall=demo.install"),
    );
    check(
        "aur/companions",
        &changed("demo/PKGBUILD", "source=(", "source=('a.patch' "),
    );
    check("aur/files", &good[1..]);
    check("aur/files", &good[..1]);
    check("aur/files", &with("demo/patches/a.patch", b"x".to_vec()));
    check(
        "aur/srcinfo-agrees",
        &changed("demo/.SRCINFO", "pkgrel = 1", "pkgrel = 2"),
    );
    check(
        "aur/srcinfo-agrees",
        &changed("demo/PKGBUILD", "'cargo'", "'rust'"),
    );
    check(
        "aur/srcinfo-agrees",
        &changed("demo/.SRCINFO", "pkgbase = demo", "pkgbase = x"),
    );
    check(
        "aur/srcinfo-form",
        &changed("demo/.SRCINFO", "pkgver = ", "pkgver="),
    );
    check(
        "aur/srcinfo-form",
        &changed("demo/.SRCINFO", "\tarch = ", "\tmachine = "),
    );
}

fn rules_for_a_release(tried: &mut Vec<&'static str>) {
    let paper = Paper::plain();
    let files = paper.files("aur");
    let mut check = |id: &'static str, path: &str, from: &str, to: &str| {
        let find = |text: String| {
            findings(&Subject {
                channel: channel::find("aur").unwrap(),
                files: vec![File::new(path, text)],
                edition: Some(paper.edition.clone()),
                is_whole: false,
                rendered: None,
            })
            .into_iter()
            .filter(|it| it.starts_with(&format!("{id}: ")))
            .count()
        };
        let good = text(&files, path);
        assert!(good.contains(from), "{from}");
        assert_eq!(find(good.clone()), 0, "{id}");
        assert_ne!(find(good.replace(from, to)), 0, "{id}: {to}");
        tried.push(id);
    };
    let bin = "demo-bin/PKGBUILD";
    check("aur/all-machines", bin, " 'aarch64'", "");
    check("aur/all-machines", bin, "'aarch64'", "'riscv64'");
    check("aur/version-agrees", bin, "pkgver=1.2.3", "pkgver=1.2.4");
    check(
        "aur/hash-of-url",
        bin,
        "unknown-linux-gnu.tar",
        "unknown-linux-musl.tar",
    );
    check(
        "aur/hash-of-url",
        bin,
        "/demo-${pkgver}-x86_64",
        "/demo-${pkgver}-riscv64",
    );
    check("aur/installed-is-there", bin, "'man/demo.1'", "'demo.1'");
    check("aur/installed-is-there", bin, "'demo' -t", "'LICENSE-MIT' -t");
}

#[test]
fn finished_files_are_known_by_their_names() {
    let recognises = channel::find("aur").unwrap().recognises;
    for (path, expected) in [("x/PKGBUILD", true), (".SRCINFO", true), ("PKGBUILD.md", false)] {
        assert_eq!(recognises(&File::new(path, "")), expected, "{path}");
    }
    // Broken files are judged, too.
    for bytes in [&b"\xff\0"[..], b"pkgname=(", b"package() {", b"pkgver=\"${", b""] {
        let files = ["PKGBUILD", ".SRCINFO"].map(|it| File::new(it, bytes)).to_vec();
        let subject = Subject {
            channel: channel::find("aur").unwrap(),
            files,
            edition: None,
            is_whole: true,
            rendered: None,
        };
        assert!(!findings(&subject).is_empty());
    }
}
