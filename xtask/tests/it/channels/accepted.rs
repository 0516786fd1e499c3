//! What other tools and people write in other ways than we do, and stores take, is refused by no rule.

use xtask::lint::File;
use xtask::pack::{self, Mode, npm, wheel, zip};

use crate::channels::fixture::refused;

const SUM: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

#[track_caller]
fn taken(channel: &str, path: &str, text: &str) {
    taken_all(channel, &[(path, text)]);
}

#[track_caller]
fn taken_all(channel: &str, files: &[(&str, &str)]) {
    let files = files
        .iter()
        .map(|(path, text)| File::new(*path, text.replace("{SUM}", SUM)));
    assert_eq!(refused(channel, files.collect()), Vec::<String>::new());
}

/// Braces, a slice with two colons, changes beside the recipe, and a version that counts commits.
#[test]
fn recipes_of_arch() {
    let rest =
        "pkgrel=1\npkgdesc='Counts words'\narch=('x86_64')\nurl='https://words.example'\nlicense=('MIT')\n";
    taken(
        "aur",
        "PKGBUILD",
        &format!(
            "pkgname=words\npkgver=1.2.3\n{rest}_name=${{pkgname//s/}}\nsource=(\"https://words.example/${{_name::1}}/\
             $pkgver.tar.gz\"{{,.sig}} fix.patch)\nsha256sums=('{{SUM}}' SKIP SKIP)\nbuild() {{\n  make\n}}\npackage() {{\n  \
             make DESTDIR=\"$pkgdir\" install\n}}\n"
        ),
    );
    taken(
        "aur",
        "PKGBUILD",
        &format!(
            "_type=-git\npkgname=(\"words$_type\")\npkgver=v1.2.r3.gabcdef0\n{rest}[[ $_type ]] && pkgname+=(more)\n\
             source=(git+https://words.example/words.git)\nsha256sums=(SKIP)\npkgver() {{\n  git describe\n}}\n\
             eval \"package_words-git() {{ :; }}\"\n"
        ),
    );
}

/// A nuspec with two numbers, in no namespace and with an empty text, and scripts that remove or are not packed.
#[test]
fn packages_of_chocolatey() {
    let nuspec = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<package>\n<metadata>\n<id>Words</id>\n<version>1.2</version>\n\
                  <authors>The authors</authors>\n<projectUrl>https://words.example</projectUrl>\n<tags>words words</tags>\n\
                  <description>It counts the words of a text, and of many.</description>\n<releaseNotes></releaseNotes>\n\
                  </metadata>\n</package>\n";
    let removes =
        "$ErrorActionPreference = 'Stop'\nUninstall-ChocolateyPackage -PackageName 'words' -FileType 'exe'\n";
    let updates = "$ErrorActionPreference = 'Stop'\nGet-ChocolateyWebFile -Url 'http://words.example'\n$x = '(?<version>.)'\n";
    taken_all(
        "chocolatey",
        &[
            ("words.nuspec", nuspec),
            ("tools/chocolateyUninstall.ps1", removes),
            ("tools/words.exe.gui", ""),
            ("update.ps1", updates),
        ],
    );
}

fn packed(path: &str, mode: Mode, bytes: &[u8]) -> (String, pack::File) {
    let bytes = bytes.to_vec();
    (path.to_owned(), pack::File { mode, bytes })
}

/// A program beside package.json, one word for a list, and a pre-release whose tag is said when it is published.
#[test]
fn packages_of_npm() {
    let json = br#"{"name": "words-linux-x64", "version": "1.2.3-dev.1", "os": ["linux"], "cpu": "x64", "libc": "musl"}"#;
    let files = [
        packed("package.json", Mode::Plain, json),
        packed("words", Mode::Executable, b"\x7fELF"),
    ];
    let bytes = npm::tarball(&files, 0).unwrap();
    let file = File::new("words-linux-x64-1.2.3-dev.1.tgz", bytes);
    assert_eq!(refused("npm", vec![file]), Vec::<String>::new());
}

/// Tags that are not sorted, several of them in one row, a licence file of old, no page, and a program for Windows.
#[test]
fn wheels() {
    let check = |platform: &str, script: &str| {
        let (data, info) = ("words-1.2.3.data/scripts", "words-1.2.3.dist-info");
        let metadata = "Metadata-Version: 2.3\nName: words\nVersion: 1.2.3\nLicense-Expression: MIT\n\
                        Classifier: License :: OSI Approved :: MIT License\nLicense-File: LICENSE\n\n";
        let about = format!("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-{platform}\n");
        let mut files = vec![
            packed(&format!("{info}/METADATA"), Mode::Plain, metadata.as_bytes()),
            packed(&format!("{info}/WHEEL"), Mode::Plain, about.as_bytes()),
            packed(&format!("{data}/{script}"), Mode::Plain, b"MZ"),
        ];
        if script == "words" {
            files[2].1.mode = Mode::Executable;
        }
        let row = |(path, it): &(String, pack::File)| {
            format!("{path},{},{}\n", wheel::digest(&it.bytes), it.bytes.len())
        };
        let record = files.iter().map(row).collect::<String>() + &format!("{info}/RECORD,,\n");
        files.push(packed(&format!("{info}/RECORD"), Mode::Plain, record.as_bytes()));
        let bytes = zip::write_files(files.iter().map(|(path, it)| (path.clone(), it)), 0).unwrap();
        let file = File::new(format!("words-1.2.3-py3-none-{platform}.whl"), bytes);
        assert_eq!(refused("pypi", vec![file]), Vec::<String>::new());
    };
    check("manylinux_2_17_x86_64.manylinux2014_x86_64", "words");
    check("win_amd64", "words.exe");
}

/// The SDK as the runtime, a version that no reader takes for a number, crates of one repository, a module of its own.
#[test]
fn applications_of_flathub() {
    let manifest = "id: org.words.Words\nruntime: org.freedesktop.Sdk\nruntime-version: 5.15-24.08\nsdk: org.freedesktop.Sdk\n\
                    command: words\nmodules:\n  - more.yml\n  - name: words\n    buildsystem: simple\n    sources:\n      - type: git\n        \
                    url: https://words.example/words.git\n        commit: \"0123456789012345678901234567890123456789\"\n      \
                    - type: patch\n        path: ./fix.patch\n      - type: archive\n        url: http://words.example/a.tar.gz\n        \
                    sha256: {SUM}\n";
    let crates = r#"[
        {"type": "git", "url": "https://words.example", "dest": "flatpak-cargo/git/words",
         "commit": "0123456789012345678901234567890123456789"},
        {"type": "inline", "dest": "cargo/vendor/words", "dest-filename": ".cargo-checksum.json",
         "contents": "{\"package\": null, \"files\": {}}"},
        {"type": "inline", "dest": "cargo", "dest-filename": "config", "contents": "replace-with = \"vendored\""}
    ]"#;
    taken_all(
        "flathub",
        &[
            ("org.words.Words.yml", manifest),
            ("more.yml", "name: more\nsources: []\n"),
            ("cargo-sources.json", crates),
            (
                "org.words.Words-url.desktop",
                "[Desktop Entry]\nType=Application\nName=Words\nExec=words %u\n",
            ),
            ("fix.patch", concat!("-TO", "DO\n")),
            (".github/workflows/update.yml", "on: push\n"),
        ],
    );
}

/// A version from a set, and hashes whose algorithm the name says.
#[test]
fn packages_of_nix() {
    taken(
        "nix",
        "words/package.nix",
        "{\n  lib,\n  stdenv,\n  fetchurl,\n  data ? { version = \"1\"; },\n}:\nstdenv.mkDerivation {\n  pname = \"words\";\n  inherit (data) version;\n  \
         src = fetchurl {\n    url = \"https://words.example/words.tar.gz\";\n    sha256 = \
         \"1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzsx4ss\";\n  };\n  meta = {\n    description = \"Counts words\";\n    \
         homepage = \"https://words.example\";\n    license = lib.licenses.mit;\n    maintainers = [ lib.maintainers.words ];\n  \
         };\n}\n",
    );
}

/// A licence that the SPDX list has given up.
#[test]
fn snaps() {
    taken(
        "snap",
        "snapcraft.yaml",
        "name: words\nbase: core24\nversion: '1.2.3'\nsummary: Counts words\ndescription: It counts words.\nlicense: GPL-3.0\n\
         grade: stable\nconfinement: strict\napps:\n  words:\n    command: bin/words\nparts:\n  words:\n    plugin: rust\n    \
         source: .\n",
    );
}

/// What is broken is still known for what it is, so that the rules can say what is wrong.
#[test]
fn broken_files_are_recognised() {
    let check = |channel: &str, path: &str, text: &str| {
        let file = File::new(path, text);
        let known = xtask::channel::CHANNELS
            .into_iter()
            .filter(|it| (it.recognises)(&file));
        let known: Vec<&str> = known.map(|it| it.name).collect();
        assert_eq!(known, [channel], "{text}");
    };
    check(
        "winget",
        "a.yaml",
        "PackageIdentifier: A.B\nPackageVersion: 1\nPackageVersion: 1\nManifestType: version\n",
    );
    check("winget", "a.yaml", "PackageVersion: 1\nManifestVersion: 1.12.0\n");
    check(
        "winget",
        "a.yaml",
        "# $schema=https://aka.ms/winget-manifest.version.1.12.0.schema.json\n",
    );
    check(
        "flathub",
        "org.a.B.yml",
        "runtime: a\nsdk: b\nmodules:\n  - name: x\n",
    );
    check(
        "flathub",
        "org.a.B.yml",
        "id: org.a.B\nid: org.a.B\nruntime: a\nmodules:\n  - name: x\n",
    );
    check(
        "flathub",
        "org.a.B.json",
        "{\"id\": \"org.a.B\",\n\"runtime\": \"a\",\n\"sdk\": \"b\"",
    );
    check(
        "scoop",
        "a.json",
        "{\"homepage\": \"a\", \"license\": \"MIT\", \"url\": \"b\", \"bin\": \"a.exe\"}",
    );
    check(
        "scoop",
        "a.json",
        "{\"version\": 1, \"license\": \"MIT\", \"architecture\": {}}",
    );
    check(
        "scoop",
        "a.json",
        "{\"version\": \"1\", \"homepage\": \"a\", \"architecture\": {},}",
    );
    for text in [
        "{\"name\": \"a\", \"version\": \"1\", \"license\": \"MIT\", \"homepage\": \"a\", \"bin\": {}}",
        "[]",
        "{",
    ] {
        let file = File::new("package.json", text);
        assert!(
            !xtask::channel::CHANNELS
                .into_iter()
                .any(|it| (it.recognises)(&file)),
            "{text}"
        );
    }
}
