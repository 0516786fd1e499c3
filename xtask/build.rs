//! Tells the toolkit the digest of its own source: what another toolkit made is made anew.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script is a program of its own, before there is an `effect`, and speaks to cargo by printing"
)]

use std::path::{Path, PathBuf};

fn main() {
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    files.sort();
    // FNV-1a with 64 bits: this tells versions of our own files apart, nobody attacks it.
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for file in &files {
        let name = file.to_string_lossy().replace('\\', "/");
        let content = std::fs::read(file).expect("a file that was just listed can be read");
        for byte in name.bytes().chain([0]).chain(content) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=XTASK_SOURCE_DIGEST={digest:016x}");
    println!("cargo::rerun-if-changed=src");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the source folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}
