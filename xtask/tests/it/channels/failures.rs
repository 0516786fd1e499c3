//! What release tools get wrong: each must be impossible here, or be refused before it leaves the house.

use std::collections::BTreeSet;

use semver::Version;
use xtask::channel::{self, CHANNELS};
use xtask::edition::sample::Sample;
use xtask::effect::files;
use xtask::lint::{self, File, Severity, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::pack::npm;
use xtask::render::Files;

use crate::channels::fixture::Paper;

/// The rules that refuse these files as what the release renders for the channel.
fn refusals(paper: &Paper, channel: &str, files: &Files) -> BTreeSet<&'static str> {
    let subject = Subject {
        channel: channel::find(channel).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(paper.edition.clone()),
        is_whole: true,
        rendered: None,
    };
    let found = lint::check(&subject).into_iter();
    found
        .filter(|it| it.rule.severity == Severity::Refused)
        .map(|it| it.rule.id)
        .collect()
}

/// Fails unless these files are fine, and refused by all of these rules once a text is another in all of them.
#[track_caller]
fn refused(channel: &str, from: &str, to: &str, rules: &[&str]) {
    let paper = Paper::plain();
    let mut files = paper.files(channel);
    assert_eq!(refusals(&paper, channel, &files), BTreeSet::new(), "{channel}");
    let mut is_changed = false;
    for file in files.values_mut() {
        if let Ok(text) = String::from_utf8(file.bytes.clone())
            && text.contains(from)
        {
            is_changed = true;
            file.bytes = text.replace(from, to).into_bytes();
        }
    }
    assert!(is_changed, "{channel}: nothing holds `{from}`");
    let found = refusals(&paper, channel, &files);
    assert!(rules.iter().all(|it| found.contains(it)), "{channel}: {found:?}");
}

fn archive(paper: &Paper, triple: &str) -> xtask::artifact::Artifact {
    paper.edition.build(triple).unwrap().archive.clone()
}

const WINDOWS: &str = "x86_64-pc-windows-gnullvm";
const LINUX: &str = "x86_64-unknown-linux-gnu";

#[test]
fn a_checksum_of_something_that_was_not_built() {
    let other = xtask::digest::Sha256::of(b"something else").to_string();
    let paper = Paper::plain();
    let windows = archive(&paper, WINDOWS).digests.sha256.to_string();
    let linux = archive(&paper, LINUX).digests.sha256.to_string();
    for (channel, sum) in [
        ("scoop", windows.clone()),
        ("winget", windows.to_uppercase()),
        ("homebrew", linux.clone()),
        ("aur", linux.clone()),
        ("github-releases", linux),
    ] {
        refused(channel, &sum, &other, &["any/hash-known"]);
    }

    // A file of `dist/` that is no longer what was built gives nothing at all.
    let name = archive(&paper, WINDOWS).name;
    files::write(&paper.edition.dist().join(&name), b"swapped").unwrap();
    let mut failed = 0;
    for row in manifests::render(
        std::slice::from_ref(&paper.edition),
        &CHANNELS,
        Extent::Everything,
    ) {
        match &row.outcome {
            Outcome::Failed(error) => {
                assert!(
                    format!("{error:#}").contains("is not what was built"),
                    "{error:#}"
                );
                failed += 1;
            }
            Outcome::Files(_, files) => {
                let swapped = |it: &xtask::pack::File| it.bytes.windows(7).any(|it| it == b"swapped");
                assert!(!files.values().any(swapped), "{}", row.channel);
            }
            Outcome::Refused(_) => {}
        }
    }
    assert!(failed >= 4, "{failed} channels carry the program for Windows");
}

#[test]
fn an_empty_or_placeholder_hash() {
    let paper = Paper::plain();
    let windows = archive(&paper, WINDOWS).digests.sha256.to_string();
    let linux = archive(&paper, LINUX).digests.sha256.to_string();
    let rows = [
        ("scoop", windows.clone()),
        ("winget", windows.to_uppercase()),
        ("homebrew", linux.clone()),
        ("aur", linux),
    ];
    for (channel, sum) in rows {
        refused(channel, &sum, &"0".repeat(64), &["any/hash-placeholder"]);
        let mut files = paper.files(channel);
        for file in files.values_mut() {
            if let Ok(text) = String::from_utf8(file.bytes.clone()) {
                file.bytes = text.replace(&sum, "").into_bytes();
            }
        }
        let found = refusals(&paper, channel, &files);
        assert!(
            found.iter().any(|it| it.contains("hash") || it.contains("sums")),
            "{channel}: {found:?}"
        );
    }
}

#[test]
fn a_version_edited_by_a_pattern_that_hits_another_key() {
    // The owner, the host and a crate have the digits of the version: nothing but the version may move.
    let mut sample = Sample::default();
    sample.listing.repository = Some(xtask::edition::Repository::parse(
        "https://github.com/owner-1.2.3/demo",
    ));
    sample.listing.download_url = Some("https://dl-1.2.3.example/1.2.3x/{tag}".to_owned());
    sample.lock = sample.lock.map(|it| it.replace("2.7.6", "1.2.3"));
    sample.settings = sample
        .settings
        .replace("[channel.homebrew]\n", "[channel.homebrew]\ncask = true\n");
    let paper = Paper::of(&sample);
    let scoop = paper.text("scoop", "bucket/demo.json");
    assert!(
        scoop.contains(
            "https://dl-1.2.3.example/1.2.3x/v$version/demo-$version-x86_64-pc-windows-gnullvm.zip"
        ),
        "{scoop}"
    );
    let cask = paper.text("homebrew", "tap/Casks/demo.rb");
    assert!(
        cask.contains("https://dl-1.2.3.example/1.2.3x/v#{version}/demo-#{version}-"),
        "{cask}"
    );

    // The next release changes the version and what follows from it, and no other line.
    let next = Sample {
        version: Version::new(1, 2, 4),
        ..sample.clone()
    };
    let sources = |sample: &Sample| {
        let files = Paper::of(sample).files("flathub");
        let found = files
            .iter()
            .find(|(path, _)| path.ends_with("cargo-sources.json"));
        String::from_utf8(found.unwrap().1.bytes.clone()).unwrap()
    };
    assert_eq!(
        sources(&sample),
        sources(&next),
        "the crate of the same version stays"
    );
}

#[test]
fn an_archive_name_that_differs_between_producer_and_consumer() {
    let paper = Paper::plain();
    let assets = paper.text("github-releases", "assets.json");
    let assets: serde_json::Value = serde_json::from_str(&assets).unwrap();
    let assets: BTreeSet<&str> = assets["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    let base = "https://github.com/owner/demo/releases/download/v1.2.3/";
    let mut seen = 0;
    for channel in CHANNELS {
        for (path, file) in paper.files(channel.name) {
            let Ok(text) = String::from_utf8(file.bytes) else {
                continue;
            };
            for part in text.split(base).skip(1) {
                let end = part.find(|it: char| !it.is_ascii_alphanumeric() && !"._-".contains(it));
                let name = part[..end.unwrap_or(part.len())].trim_end_matches('.');
                // A name that is put together when the file is read is held against the release by the channel's own rules.
                if name.is_empty() || part[end.unwrap_or(part.len())..].starts_with(['$', '{', '#']) {
                    continue;
                }
                seen += 1;
                assert!(
                    assets.contains(name),
                    "{}: {path} cites `{name}`, which is no asset",
                    channel.name
                );
            }
        }
    }
    assert!(seen > 20, "{seen} links were looked at");
    let zip = archive(&paper, WINDOWS).name;
    refused(
        "scoop",
        &zip,
        &zip.replace("demo-", "demo_"),
        &["scoop/hash-of-url"],
    );
}

#[test]
fn a_wrong_path_inside_the_archive() {
    let paper = Paper::plain();
    let top = "demo-1.2.3-x86_64-pc-windows-gnullvm";
    let json = paper.text("scoop", "bucket/demo.json");
    let found = {
        let mut files = paper.files("scoop");
        let folder = format!("\"extract_dir\": \"{top}\"");
        assert!(json.contains(&folder));
        let text = json.replace(&folder, "\"extract_dir\": \"demo\"");
        files.get_mut("bucket/demo.json").unwrap().bytes = text.into_bytes();
        refusals(&paper, "scoop", &files)
    };
    assert!(!found.is_empty(), "Scoop's extract_dir");
    refused(
        "winget",
        &format!("{top}\\demo.exe"),
        "demo.exe",
        &["winget/path-in-archive"],
    );
}

#[test]
fn a_v_where_it_does_not_belong() {
    refused(
        "scoop",
        "\"version\": \"1.2.3\"",
        "\"version\": \"v1.2.3\"",
        &["scoop/version-form"],
    );
    refused(
        "winget",
        "PackageVersion: \"1.2.3\"",
        "PackageVersion: \"v1.2.3\"",
        &["winget/version-of-release"],
    );
    refused(
        "aur",
        "pkgver=1.2.3",
        "pkgver=v1.2.3",
        &["aur/pkgver-order", "aur/version-agrees"],
    );
    refused(
        "chocolatey",
        "<version>1.2.3",
        "<version>v1.2.3",
        &["chocolatey/version"],
    );
    refused(
        "snap",
        "version: \"1.2.3\"",
        "version: \"v1.2.3\"",
        &["snap/version"],
    );
    refused(
        "nix",
        "version = \"1.2.3\"",
        "version = \"v1.2.3\"",
        &["nix/version-form"],
    );
}

#[test]
fn a_srcinfo_that_disagrees_with_its_pkgbuild() {
    refused(
        "aur",
        "\tpkgver = 1.2.3",
        "\tpkgver = 1.2.4",
        &["aur/srcinfo-agrees"],
    );
    refused(
        "aur",
        "\tpkgdesc = Counts",
        "\tpkgdesc = Count",
        &["aur/srcinfo-agrees"],
    );
}

#[test]
fn npm_versions_that_differ_between_root_and_platforms() {
    let paper = Paper::plain();
    let newer = Paper::of(&Sample {
        version: Version::new(1, 2, 4),
        ..Sample::default()
    });
    let mut files = paper.files("npm");
    let root = newer
        .files("npm")
        .remove(&npm::file_name("demo", "1.2.4"))
        .unwrap();
    files.remove(&npm::file_name("demo", "1.2.3")).unwrap();
    files.insert(npm::file_name("demo", "1.2.4"), root);
    let found = refusals(&paper, "npm", &files);
    assert!(found.contains("npm/version-skew"), "{found:?}");
}

#[test]
fn a_formula_without_one_of_the_platforms() {
    let paper = Paper::plain();
    let path = "tap/Formula/demo.rb";
    let formula = paper.text("homebrew", path);
    let start = formula.find("  on_linux do").unwrap();
    let end = start + formula[start..].find("\n  end\n").unwrap() + "\n  end\n".len();
    let mut files = paper.files("homebrew");
    let without = format!("{}{}", &formula[..start], &formula[end..]);
    files.get_mut(path).unwrap().bytes = without.into_bytes();
    let found = refusals(&paper, "homebrew", &files);
    assert!(found.contains("homebrew/platforms-complete"), "{found:?}");
}

#[test]
fn an_image_labelled_with_another_version() {
    let paper = Paper::plain();
    let newer = Paper::of(&Sample {
        version: Version::new(1, 2, 4),
        ..Sample::default()
    });
    let found = refusals(&paper, "docker-hub", &newer.files("docker-hub"));
    assert!(found.contains("docker-hub/version-label"), "{found:?}");
}

#[test]
fn a_snap_built_a_second_time_from_source_with_other_bytes() {
    refused("snap", "plugin: dump", "plugin: rust", &["snap/prebuilt"]);
    // The program in the snap is the release's own.
    let paper = Paper::plain();
    let other = Paper::of(&Sample {
        program_bytes: 5000,
        ..Sample::default()
    });
    let found = refusals(&paper, "snap", &other.files("snap"));
    assert!(!found.is_empty(), "a snap with another program passes");
}
