//! A file that is looked at, and the ways of reading it.

use std::path::Path;

use crate::pack;
use crate::pack::read::Packed;
use crate::render::yaml::Yaml;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below what is looked at, with `/`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
        File {
            path: path.into(),
            bytes: bytes.into(),
        }
    }

    /// A file that was rendered.
    pub fn of(path: &str, file: &pack::File) -> File {
        File::new(path, file.bytes.clone())
    }

    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether its name has an extension, such as `json`, in whatever case.
    pub fn is_a(&self, extension: &str) -> bool {
        let found = Path::new(&self.path).extension();
        found.is_some_and(|it| it.eq_ignore_ascii_case(extension))
    }

    /// Its text; `None` when it is no UTF-8 or holds a NUL, as packages do.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes)
            .ok()
            .filter(|it| !it.contains('\0'))
    }

    /// Its lines, counted from 1; of a package none.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text()
            .unwrap_or_default()
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
    }

    /// Its YAML, every scalar a text.
    pub fn yaml(&self) -> anyhow::Result<Yaml> {
        Yaml::parse(self.text().unwrap_or_default(), &self.path)
    }

    /// Its JSON.
    pub fn json(&self) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.bytes)?)
    }

    /// The files in it, if it is an archive whose name says its form.
    pub fn packed(&self) -> anyhow::Result<Vec<Packed>> {
        pack::read::files(self.name(), &self.bytes)
    }
}
