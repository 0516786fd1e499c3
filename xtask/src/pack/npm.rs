//! Writes and reads npm's tarballs: every file below `package/`, the manifest first.

use std::io::Read;

use anyhow::{Context, ensure};
use flate2::read::GzDecoder;

use crate::config::ArchiveForm;
use crate::pack::read::{self, Packed};
use crate::pack::{File, Paths, tarball};

/// The one top folder. npm strips whatever stands there, and writes this.
pub const TOP: &str = "package";

/// The file that describes a package.
pub const MANIFEST: &str = "package.json";

/// The bytes of a tarball. The manifest comes first, so that a reader finds it without unpacking the rest; the other
/// files follow in byte order. `time_s` is the time of every entry in seconds since 1970.
pub fn tarball(files: &[(String, File)], time_s: i64) -> anyhow::Result<Vec<u8>> {
    let mut taken = Paths::default();
    for (path, _) in files {
        let fits = taken.take(path);
        fits.map_err(|why| anyhow::anyhow!("cannot pack `{path}`: {why}"))?;
    }
    ensure!(
        files.iter().any(|(path, _)| path == MANIFEST),
        "cannot pack an npm package without `{MANIFEST}`"
    );
    let mut sorted: Vec<&(String, File)> = files.iter().collect();
    sorted.sort_by_key(|(path, _)| (path != MANIFEST, path));
    let named = sorted.iter().map(|(path, file)| (format!("{TOP}/{path}"), file));
    tarball::write_files(named, ArchiveForm::TarGz, time_s)
}

/// The name that npm gives a tarball: the scope without its `@` and with a hyphen for the `/`.
pub fn file_name(name: &str, version: &str) -> String {
    let flat = name.trim_start_matches('@').replace('/', "-");
    format!("{flat}-{version}.tgz")
}

/// The files of a tarball, in its own order, with the top folder.
pub fn files(bytes: &[u8]) -> anyhow::Result<Vec<Packed>> {
    // A tarball is a `.tar.gz`, whatever it is called.
    read::files("package.tar.gz", bytes)
}

/// The entries that are neither files nor folders: links and devices, which npm leaves out.
pub fn odd_entries(bytes: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(GzDecoder::new(bytes)).entries()? {
        let entry = entry?;
        let kind = entry.header().entry_type();
        if !kind.is_file() && !kind.is_dir() && !kind.is_pax_global_extensions() {
            found.push(String::from_utf8_lossy(&entry.path_bytes()).into_owned());
        }
    }
    Ok(found)
}

/// The text of `package.json` alone, without unpacking what follows it.
pub fn manifest(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    for entry in tar::Archive::new(GzDecoder::new(bytes)).entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path.split_once('/').is_some_and(|it| it.1 == MANIFEST) {
            let mut text = Vec::new();
            entry.read_to_end(&mut text)?;
            return Ok(text);
        }
    }
    None.with_context(|| format!("there is no `{MANIFEST}` below the top folder"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Mode;

    fn file(mode: Mode, text: &str) -> File {
        let bytes = text.as_bytes().to_vec();
        File { mode, bytes }
    }

    #[test]
    fn the_manifest_comes_first_and_nothing_is_said_of_folders() {
        let list = [
            ("bin/demo".to_owned(), file(Mode::Executable, "#!")),
            ("README.md".to_owned(), file(Mode::Plain, "# Demo\n")),
            (MANIFEST.to_owned(), file(Mode::Plain, "{}")),
        ];
        let bytes = tarball(&list, 1_700_000_000).unwrap();
        assert_eq!(bytes, tarball(&list, 1_700_000_000).unwrap());
        let found = files(&bytes).unwrap();
        let rows: Vec<(&str, u32)> = found.iter().map(|it| (it.path.as_str(), it.mode)).collect();
        assert_eq!(
            rows,
            [
                ("package/package.json", 0o644),
                ("package/README.md", 0o644),
                ("package/bin/demo", 0o755),
            ]
        );
        assert_eq!(manifest(&bytes).unwrap(), b"{}");
        assert_eq!(odd_entries(&bytes).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_package_is_refused() {
        let only = |path: &str| [(path.to_owned(), file(Mode::Plain, "x"))];
        assert!(tarball(&only("a"), 0).is_err());
        assert!(tarball(&only("../package.json"), 0).is_err());
        assert!(manifest(b"no gzip").is_err());
    }

    #[test]
    fn names_of_tarballs() {
        assert_eq!(file_name("demo", "1.2.3"), "demo-1.2.3.tgz");
        assert_eq!(file_name("@a/demo", "1.2.3-rc.1"), "a-demo-1.2.3-rc.1.tgz");
    }
}
