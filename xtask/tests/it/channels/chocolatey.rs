//! Chocolatey's nuspec and package.

mod judges;
mod rules;

use xtask::digest::Sha256;
use xtask::edition::sample::Sample;
use xtask::manifests::{self, Extent, Outcome};
use xtask::pack::read::{self, Packed};
use xtask::target::Target;

use crate::channels::fixture::{Demo, Paper, golden};

/// The name of the sample's package.
const PACKAGE: &str = "demo.1.2.3.nupkg";

fn with_settings(lines: &str) -> Sample {
    Sample {
        settings: format!("[channel.chocolatey]\n{lines}\n"),
        ..Sample::default()
    }
}

fn with_targets(triples: &[&str]) -> Sample {
    Sample {
        targets: triples.iter().map(|it| Target::parse(it).unwrap()).collect(),
        ..Sample::default()
    }
}

/// The files of a package.
#[track_caller]
fn unpacked(paper: &Paper, name: &str) -> Vec<Packed> {
    let files = paper.files("chocolatey");
    let package = files
        .get(name)
        .unwrap_or_else(|| panic!("no `{name}` in {:?}", files.keys()));
    read::files(name, &package.bytes).unwrap()
}

/// A text of a package.
#[track_caller]
fn text(files: &[Packed], path: &str) -> String {
    let file = files
        .iter()
        .find(|it| it.path == path)
        .unwrap_or_else(|| panic!("no `{path}`"));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn paths(files: &[Packed]) -> Vec<&str> {
    files.iter().map(|it| it.path.as_str()).collect()
}

#[test]
fn what_is_rendered() {
    let paper = Paper::plain();
    let files = paper.files("chocolatey");
    assert_eq!(files.keys().collect::<Vec<_>>(), [PACKAGE, "demo.nuspec"]);
    golden(
        "chocolatey",
        "demo.nuspec",
        &paper.text("chocolatey", "demo.nuspec"),
    );
    let package = unpacked(&paper, PACKAGE);
    let core = package.last().unwrap().path.clone();
    assert!(core.starts_with("package/services/metadata/core-properties/") && core.ends_with(".psmdcp"));
    assert_eq!(
        paths(&package),
        [
            "[Content_Types].xml",
            "_rels/.rels",
            "demo.nuspec",
            "tools/LICENSE.txt",
            "tools/VERIFICATION.txt",
            "tools/arm64/demo.exe",
            "tools/arm64/demo.exe.ignore",
            "tools/chocolateyinstall.ps1",
            "tools/chocolateyuninstall.ps1",
            "tools/x64/demo.exe",
            "tools/x64/demo.exe.ignore",
            core.as_str(),
        ]
    );
    for name in [
        "chocolateyinstall.ps1",
        "chocolateyuninstall.ps1",
        "VERIFICATION.txt",
        "LICENSE.txt",
    ] {
        golden("chocolatey", name, &text(&package, &format!("tools/{name}")));
    }
    golden(
        "chocolatey",
        "Content_Types.xml",
        &text(&package, "[Content_Types].xml"),
    );
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());
    assert!(files == paper.files("chocolatey"), "two renderings differ");
}

#[test]
fn one_machine_needs_no_script() {
    let paper = Paper::of(&with_targets(&[
        "x86_64-pc-windows-gnullvm",
        "x86_64-unknown-linux-gnu",
    ]));
    let package = unpacked(&paper, PACKAGE);
    let tools: Vec<&str> = paths(&package)
        .into_iter()
        .filter(|it| it.starts_with("tools/"))
        .collect();
    assert_eq!(
        tools,
        ["tools/LICENSE.txt", "tools/VERIFICATION.txt", "tools/demo.exe"]
    );
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());
}

#[test]
fn a_package_that_downloads() {
    let paper = Paper::of(&with_settings("embed = false"));
    let package = unpacked(&paper, PACKAGE);
    let tools: Vec<&str> = paths(&package)
        .into_iter()
        .filter(|it| it.starts_with("tools/"))
        .collect();
    assert_eq!(tools, ["tools/chocolateyinstall.ps1"]);
    golden(
        "chocolatey",
        "chocolateyinstall-download.ps1",
        &text(&package, "tools/chocolateyinstall.ps1"),
    );
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());

    let mut sample = with_targets(&["x86_64-pc-windows-msvc"]);
    sample.settings = "[channel.chocolatey]\nembed = false\n".to_owned();
    let paper = Paper::of(&sample);
    let script = text(&unpacked(&paper, PACKAGE), "tools/chocolateyinstall.ps1");
    assert!(!script.contains("ARM64"), "{script}");
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());
}

#[test]
fn what_is_missing_is_said_with_what_mends_it() {
    let (files, gaps) = Paper::of(&with_targets(&["x86_64-unknown-linux-gnu"])).rendered("chocolatey");
    assert!(files.is_empty());
    assert_eq!(gaps[0].missing, "no build for Windows");

    let paper = Paper::of(&with_targets(&["aarch64-pc-windows-gnullvm"]));
    let (_, gaps) = paper.rendered("chocolatey");
    assert_eq!(gaps[0].missing, "no build for Windows on x64");
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());

    let mut sample = with_settings("embed = false");
    sample.listing.download_url = None;
    let (files, gaps) = Paper::of(&sample).rendered("chocolatey");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["demo.nuspec"]);
    assert_eq!(gaps[0].missing, "no link to the archives");
}

#[test]
fn versions_are_put_into_its_form() {
    for (version, expected, install) in [
        ("1.2.3-rc.1", Some("1.2.3-rc01"), "choco install demo --pre"),
        ("1.2.3+5", Some("1.2.3"), "choco install demo"),
        ("1.2.3-1", None, ""),
    ] {
        let sample = Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        };
        let paper = Paper::of(&sample);
        let channel = xtask::channel::find("chocolatey").unwrap();
        let mut rows = manifests::render(
            std::slice::from_ref(&paper.edition),
            &[channel],
            Extent::Everything,
        );
        match (rows.remove(0).outcome, expected) {
            (Outcome::Files(found, files), Some(expected)) => {
                assert_eq!(found, expected);
                assert!(
                    files.contains_key(&format!("demo.{expected}.nupkg")),
                    "{:?}",
                    files.keys()
                );
                assert_eq!((channel.install)(&paper.edition).as_deref(), Some(install));
                assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());
            }
            (Outcome::Refused(_), None) => {}
            (outcome, _) => panic!("{version}: {outcome:?}"),
        }
    }
}

#[test]
fn settings_and_templates() {
    let mut sample = with_settings(
        "name = \"Great_Demo\"\nowners = \"owner\"\nicon-url = \"https://cdn.demo.example/icon.png\"\n\
         license-url = \"https://demo.example/license\"\nmailing-list-url = \"https://demo.example/forum\"\n\
         package-source-url = \"https://demo.example/packaging\"\ndepends = [\"vcredist140 14.0.0\", \"other\"]\n\
         tags = [\"words\", \"two words\"]",
    );
    let install = "$ErrorActionPreference = 'Stop'\n# \u{fc}\nforeach ($it in {{programs}}) { Install-BinFile -Name $it -Path $it }\n";
    sample.templates = vec![("chocolatey/chocolateyinstall.ps1".to_owned(), install.to_owned())];
    let paper = Paper::of(&sample);
    let nuspec = paper.text("chocolatey", "great-demo.nuspec");
    for line in [
        "<owners>owner</owners>",
        "<iconUrl>https://cdn.demo.example/icon.png</iconUrl>",
        "<licenseUrl>https://demo.example/license</licenseUrl>",
        "<mailingListUrl>https://demo.example/forum</mailingListUrl>",
        "<packageSourceUrl>https://demo.example/packaging</packageSourceUrl>",
        "<tags>words two-words</tags>",
        "<dependency id=\"vcredist140\" version=\"14.0.0\" />",
        "<dependency id=\"other\" />",
    ] {
        assert!(nuspec.contains(line), "{line}\n{nuspec}");
    }
    let script = text(
        &unpacked(&paper, "great-demo.1.2.3.nupkg"),
        "tools/chocolateyinstall.ps1",
    );
    assert!(
        script.starts_with('\u{feff}') && script.contains("in @('demo'))"),
        "{script}"
    );
    assert_eq!(paper.findings("chocolatey"), Vec::<String>::new());
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut sample = Sample::default();
    sample.listing.repository = None;
    sample.listing.documentation = None;
    sample.listing.keywords.clear();
    sample.listing.summary = "Counts words".to_owned();
    sample.listing.description = "Counts words".to_owned();
    let paper = Paper::of(&sample);
    let nuspec = paper.text("chocolatey", "demo.nuspec");
    for name in [
        "docsUrl",
        "projectSourceUrl",
        "bugTrackerUrl",
        "licenseUrl",
        "requireLicenseAcceptance",
        "owners",
    ] {
        assert!(!nuspec.contains(name), "{name}\n{nuspec}");
    }
    assert!(nuspec.contains("<tags>demo</tags>"), "{nuspec}");
    assert!(
        nuspec.contains("Demo: Counts words\n\nSee &lt;https://demo.example&gt;."),
        "{nuspec}"
    );
    let found = paper.findings("chocolatey");
    assert!(
        found.iter().all(|it| it.starts_with("chocolatey/guidelines: ")),
        "{found:?}"
    );
}

/// Texts that would break out of a literal or a tag, and more of them than a package may have.
fn hostile() -> Sample {
    let text = "</description> \"q\" 'q' \u{2019} `id` $(id) ${HOME} #{x} %n ]]> & \\ \u{1f980} \u{5d0}\u{5d1} \u{202e}x\u{202c}";
    let mut sample = Sample::default();
    sample.listing.title = format!("Demo {text}");
    text.clone_into(&mut sample.listing.summary);
    sample.listing.description = format!("{text}\n#{text}\n\n{}", "long ".repeat(2000).trim());
    text.clone_into(&mut sample.listing.publisher);
    text.clone_into(&mut sample.listing.copyright);
    sample
}

#[test]
fn hostile_texts_stay_texts_and_nothing_is_cut() {
    let sample = hostile();
    let paper = Paper::of(&sample);
    let nuspec = paper.text("chocolatey", "demo.nuspec");
    let document = roxmltree::Document::parse(&nuspec).unwrap();
    let text = |name: &str| {
        let mut nodes = document.descendants().filter(|it| it.tag_name().name() == name);
        nodes.next().unwrap().text().unwrap().to_owned()
    };
    assert_eq!(text("summary"), sample.listing.summary);
    assert_eq!(text("copyright"), sample.listing.copyright);
    assert!(text("description").ends_with("long long long"));
    assert!(text("description").contains("\n\\#</description>"), "{nuspec}");
    let found = paper.findings("chocolatey");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("chocolatey/description: the description has 10"),
        "{found:?}"
    );
    assert!(
        found[0].ends_with("set `[channel.chocolatey] description`"),
        "{found:?}"
    );
}

#[test]
fn a_real_release_is_packed_byte_for_byte() {
    let Some(demo) = Demo::built("chocolatey::a_real_release") else {
        return;
    };
    let files = demo.files("chocolatey");
    let package = read::files(PACKAGE, &files[PACKAGE].bytes).unwrap();
    for (folder, triple) in [
        ("x64", "x86_64-pc-windows-gnullvm"),
        ("arm64", "aarch64-pc-windows-gnullvm"),
    ] {
        let build = demo.edition.build(triple).unwrap();
        let program = build.program(&build.binaries()[0]).unwrap();
        let path = format!("tools/{folder}/demo.exe");
        let packed = package.iter().find(|it| it.path == path).unwrap();
        assert_eq!(Sha256::of(&packed.bytes), Sha256::of(&program), "{path}");
        let verification = text(&package, "tools/VERIFICATION.txt");
        for sum in [Sha256::of(&program), build.archive.digests.sha256] {
            assert!(verification.contains(&sum.to_string()), "{verification}");
        }
    }
}
