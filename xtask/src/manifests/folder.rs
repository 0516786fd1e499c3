//! The folder of a channel in `dist/channels/`: what stands there, how it differs from what was rendered, and writing it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::digest::Sha256;
use crate::effect::files;
use crate::pack::Mode;
use crate::problem::{Problem, Problems};
use crate::render::Files;

/// The folder in `dist/` that holds the folders of the channels.
pub const FOLDER: &str = "channels";

/// The file in a channel's folder that lists what was written there, so that what a person put beside it can be told.
pub const LIST: &str = ".rendered.json";

/// What was written into a channel's folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The form of this document.
    pub schema: u32,
    /// The SHA-256 of each file, by path below the folder.
    pub files: BTreeMap<String, Sha256>,
}

/// How a folder differs from what was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is not there.
    Missing,
    /// It is there with other bytes.
    Differs,
    /// It was written once and is rendered no more.
    LeftOver,
}

impl Change {
    /// What it means, after the file's name.
    pub fn sentence(self) -> &'static str {
        match self {
            Change::Missing => "is not there",
            Change::Differs => "differs from what is rendered",
            Change::LeftOver => "is rendered no more",
        }
    }
}

/// The folder of a channel.
pub fn of(dist: &Path, channel: &Channel) -> PathBuf {
    dist.join(FOLDER).join(channel.name)
}

/// How the folder differs, by path.
pub fn changes(folder: &Path, rendered: &Files) -> anyhow::Result<BTreeMap<String, Change>> {
    let mut changes = BTreeMap::new();
    for (path, file) in rendered {
        let whole = folder.join(path);
        if !whole.is_file() {
            changes.insert(path.clone(), Change::Missing);
        } else if files::read(&whole)? != file.bytes || !has_mode(&whole, file.mode) {
            changes.insert(path.clone(), Change::Differs);
        }
    }
    for path in list(folder)?.files.into_keys() {
        if !rendered.contains_key(&path) && folder.join(&path).exists() {
            changes.insert(path, Change::LeftOver);
        }
    }
    Ok(changes)
}

/// Writes what was rendered and takes away what is rendered no more. A file that somebody has changed or put there in
/// our place is a problem, all at once and before anything is written, unless `force`.
pub fn write(folder: &Path, rendered: &Files, force: bool) -> anyhow::Result<BTreeMap<String, Change>> {
    let changes = changes(folder, rendered)?;
    let before = list(folder)?;
    let mut problems = Problems::default();
    for (path, change) in &changes {
        let whole = folder.join(path);
        if force || (*change == Change::Missing && !whole.exists()) {
            continue;
        }
        let is_ours = whole.is_file() && before.files.get(path) == Some(&Sha256::of(&files::read(&whole)?));
        if !is_ours {
            let what = if before.files.contains_key(path) {
                "was changed since it was written"
            } else {
                "was not written by this program, and is in the way"
            };
            problems.push(
                Problem::new(format!("`{}` {what}", whole.display()))
                    .help("texts are edited in `packaging/`, where they stay: `cargo xtask init` writes the templates")
                    .help("`--force` overwrites it"),
            );
        }
    }
    problems.into_result()?;
    for (path, change) in &changes {
        let whole = folder.join(path);
        match (change, rendered.get(path)) {
            (Change::LeftOver, _) | (_, None) => remove(folder, &whole)?,
            (_, Some(file)) => {
                files::write(&whole, &file.bytes)?;
                files::set_mode(&whole, file.mode.bits())?;
            }
        }
    }
    let sums = rendered
        .iter()
        .map(|(path, file)| (path.clone(), Sha256::of(&file.bytes)));
    let list = List {
        schema: 1,
        files: sums.collect(),
    };
    if list != before {
        let text = serde_json::to_string_pretty(&list)? + "\n";
        files::write(&folder.join(LIST), text.as_bytes())?;
    }
    Ok(changes)
}

/// What was written into a folder; nothing where none was.
pub fn list(folder: &Path) -> anyhow::Result<List> {
    let path = folder.join(LIST);
    match files::read_text_if_present(&path)? {
        Some(text) => serde_json::from_str(&text).map_err(|error| {
            Problem::new(format!("cannot read `{}`: {error}", path.display()))
                .help("remove it: then nothing in the folder counts as written by this program")
                .into()
        }),
        None => Ok(List::default()),
    }
}

/// Removes a file, and the folders above it that are empty then.
fn remove(folder: &Path, path: &Path) -> anyhow::Result<()> {
    files::remove(path)?;
    for dir in path.ancestors().skip(1).take_while(|it| *it != folder) {
        if !files::list(dir)?.is_empty() {
            break;
        }
        files::remove_dir(dir)?;
    }
    Ok(())
}

#[cfg(unix)]
fn has_mode(path: &Path, mode: Mode) -> bool {
    use std::os::unix::fs::PermissionsExt;
    // Who may read it is for the user's umask to say.
    path.metadata()
        .is_ok_and(|it| (it.permissions().mode() & 0o100 != 0) == (mode == Mode::Executable))
}

#[cfg(not(unix))]
fn has_mode(_: &Path, _: Mode) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::pack::File;

    fn rendered(list: &[(&str, &str)]) -> Files {
        let file = |text: &str| File {
            mode: Mode::Plain,
            bytes: text.as_bytes().to_vec(),
        };
        list.iter()
            .map(|(path, text)| ((*path).to_owned(), file(text)))
            .collect()
    }

    #[test]
    fn what_is_rendered_no_more_goes_and_what_a_person_made_stays() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let folder = scratch.path().join("channels/aur");
        write(&folder, &rendered(&[("a/b", "1"), ("c", "2")]), false).unwrap();
        assert!(
            changes(&folder, &rendered(&[("a/b", "1"), ("c", "2")]))
                .unwrap()
                .is_empty()
        );
        files::write(&folder.join("mine"), b"x").unwrap();
        let changed = write(&folder, &rendered(&[("c", "3")]), false).unwrap();
        assert_eq!(changed["a/b"], Change::LeftOver);
        assert_eq!(changed["c"], Change::Differs);
        assert!(!folder.join("a").exists() && folder.join("mine").exists());

        files::write(&folder.join("c"), b"edited").unwrap();
        let error = write(&folder, &rendered(&[("c", "4")]), false).unwrap_err();
        assert!(
            error.to_string().contains("was changed since it was written"),
            "{error}"
        );
        assert_eq!(files::read(&folder.join("c")).unwrap(), b"edited");
        write(&folder, &rendered(&[("c", "4")]), true).unwrap();
        assert_eq!(files::read(&folder.join("c")).unwrap(), b"4");
        let error = write(&folder, &rendered(&[("c", "4"), ("mine", "y")]), false).unwrap_err();
        assert!(error.to_string().contains("mine"), "{error}");
    }
}
