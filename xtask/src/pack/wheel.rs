//! Writes wheels (binary distribution format, PEP 427, 639 and 770), and reads them entry by entry.

mod member;

use std::fmt::Write;

use anyhow::anyhow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digest::Sha256;
use crate::pack::{File, Mode, Paths, zip};

pub use member::{Member, faults, members};

/// What a wheel is made of.
#[derive(Clone, Debug)]
pub struct Wheel {
    /// The distribution's name, normalised and with `_` for `-`.
    pub name: String,
    /// The version, as PEP 440 has it.
    pub version: String,
    /// The platform tags, sorted.
    pub platforms: Vec<String>,
    /// The text of `METADATA`.
    pub metadata: String,
    /// The files below `.data/`, such as `scripts/demo`.
    pub data: Vec<(String, File)>,
    /// The files below `.dist-info/` other than `METADATA`, `WHEEL` and `RECORD`.
    pub info: Vec<(String, File)>,
}

/// What the file `WHEEL` says that it was made by. No version: the same release is the same wheel.
const GENERATOR: &str = "cargo-xtask";

impl Wheel {
    /// The file name: `‹name›-‹version›-py3-none-‹platforms›.whl`.
    pub fn file_name(&self) -> String {
        format!(
            "{}-{}-py3-none-{}.whl",
            self.name,
            self.version,
            self.platforms.join(".")
        )
    }

    /// The bytes. What is installed comes first and `.dist-info` last, with `RECORD` at its end, so that the metadata can
    /// be read without the rest.
    pub fn write(&self, time_s: i64) -> anyhow::Result<Vec<u8>> {
        let stem = format!("{}-{}", self.name, self.version);
        let below =
            |folder: &str, (path, file): &(String, File)| (format!("{stem}.{folder}/{path}"), file.clone());
        let plain = |path: &str, text: String| {
            let (mode, bytes) = (Mode::Plain, text.into_bytes());
            (format!("{stem}.dist-info/{path}"), File { mode, bytes })
        };
        let mut files: Vec<(String, File)> = self.data.iter().map(|it| below("data", it)).collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut info: Vec<(String, File)> = self.info.iter().map(|it| below("dist-info", it)).collect();
        info.sort_by(|a, b| a.0.cmp(&b.0));
        files.extend(info);
        files.push(plain("METADATA", self.metadata.clone()));
        files.push(plain("WHEEL", self.tags()));
        let mut taken = Paths::default();
        for (path, _) in &files {
            let fits = taken.take(path);
            fits.map_err(|why| anyhow!("cannot pack `{path}`: {why}"))?;
        }
        let record = format!("{stem}.dist-info/RECORD");
        let text = record_of(&files, &record);
        files.push(plain("RECORD", text));
        zip::write_files(files.iter().map(|(path, file)| (path.clone(), file)), time_s)
    }

    fn tags(&self) -> String {
        let mut text = format!("Wheel-Version: 1.0\nGenerator: {GENERATOR}\nRoot-Is-Purelib: false\n");
        for platform in &self.platforms {
            writeln!(text, "Tag: py3-none-{platform}").expect("a string takes everything");
        }
        text
    }
}

/// The lines of `RECORD`: path, digest and size of each file, and its own path alone.
fn record_of(files: &[(String, File)], own: &str) -> String {
    let mut text = String::new();
    for (path, file) in files {
        let (digest, size) = (digest(&file.bytes), file.bytes.len());
        writeln!(text, "{},{digest},{size}", field(path)).expect("a string takes everything");
    }
    writeln!(text, "{},,", field(own)).expect("a string takes everything");
    text
}

/// A digest as `RECORD` writes it: the URL-safe alphabet, no padding.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256={}", URL_SAFE_NO_PAD.encode(Sha256::of(bytes).bytes()))
}

/// A field of CSV (RFC 4180), which is what `RECORD` is.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The fields of a line of CSV.
pub fn fields(line: &str) -> Vec<String> {
    let (mut found, mut is_quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = found.last_mut().expect("there is one from the start");
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                last.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => found.push(String::new()),
            it => last.push(it),
        }
    }
    found
}

/// A distribution's name as two are compared: lower case, runs of `-_.` as one `-` (PEP 503).
pub fn normalised(name: &str) -> String {
    let mut text = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            '-' | '_' | '.' if text.ends_with('-') => {}
            '-' | '_' | '.' => text.push('-'),
            it => text.push(it),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::read;

    fn wheel() -> Wheel {
        let file = |mode, text: &str| File {
            mode,
            bytes: text.as_bytes().to_vec(),
        };
        Wheel {
            name: "a_b".to_owned(),
            version: "1.2.3rc1".to_owned(),
            platforms: vec![
                "manylinux2014_x86_64".to_owned(),
                "manylinux_2_17_x86_64".to_owned(),
            ],
            metadata: "Metadata-Version: 2.4\n".to_owned(),
            data: vec![("scripts/demo".to_owned(), file(Mode::Executable, "#!/bin/sh\n"))],
            info: vec![("licenses/LICENSE, too".to_owned(), file(Mode::Plain, "text"))],
        }
    }

    #[test]
    fn the_record_comes_last_and_lists_the_rest() {
        let wheel = wheel();
        assert_eq!(
            wheel.file_name(),
            "a_b-1.2.3rc1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
        );
        let bytes = wheel.write(1_700_000_000).unwrap();
        assert_eq!(bytes, wheel.write(1_700_000_000).unwrap());
        assert_eq!(faults(&bytes).unwrap(), Vec::<String>::new());
        let files = read::files("a.whl", &bytes).unwrap();
        let paths: Vec<(&str, u32)> = files.iter().map(|it| (it.path.as_str(), it.mode)).collect();
        assert_eq!(
            paths,
            [
                ("a_b-1.2.3rc1.data/scripts/demo", 0o755),
                ("a_b-1.2.3rc1.dist-info/licenses/LICENSE, too", 0o644),
                ("a_b-1.2.3rc1.dist-info/METADATA", 0o644),
                ("a_b-1.2.3rc1.dist-info/WHEEL", 0o644),
                ("a_b-1.2.3rc1.dist-info/RECORD", 0o644),
            ]
        );
        let record = String::from_utf8(files[4].bytes.clone()).unwrap();
        let rows: Vec<Vec<String>> = record.lines().map(fields).collect();
        assert_eq!(rows[1][0], "a_b-1.2.3rc1.dist-info/licenses/LICENSE, too");
        assert_eq!(rows[1][1..], [digest(b"text"), "4".to_owned()]);
        assert_eq!(rows[4], ["a_b-1.2.3rc1.dist-info/RECORD", "", ""]);
    }

    #[test]
    fn names_are_compared_in_one_form() {
        for name in ["A.B", "a__b", "a-_.b", "a-b"] {
            assert_eq!(normalised(name), "a-b");
        }
    }
}
