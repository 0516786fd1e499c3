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
