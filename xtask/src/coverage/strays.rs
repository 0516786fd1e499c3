//! Profiles that programs leave in the tree when a test starts them with an empty environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::effect::files;

/// Folders that no test writes a profile into, and that may be large.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// The profiles of this kind in a tree before the tests run: those are somebody else's and stay.
#[derive(Debug)]
pub struct Strays {
    root: PathBuf,
    target_dir: PathBuf,
    before: BTreeSet<PathBuf>,
}

impl Strays {
    /// Remembers what lies in the tree; the target folder is left out.
    pub fn remember(root: &Path, target_dir: &Path) -> Strays {
        Strays {
            root: root.to_owned(),
            target_dir: target_dir.to_owned(),
            before: profiles(root, target_dir).collect(),
        }
    }

    /// Moves what has come since to the other profiles, so that it counts too. Gives how many they were.
    pub fn collect(&self, profiles_dir: &Path) -> anyhow::Result<usize> {
        let mut new: Vec<PathBuf> = profiles(&self.root, &self.target_dir).collect();
        new.retain(|it| !self.before.contains(it));
        for path in &new {
            files::place(path, &profiles_dir.join(path.file_name().unwrap_or_default()))?;
        }
        Ok(new.len())
    }
}

fn profiles(root: &Path, target_dir: &Path) -> impl Iterator<Item = PathBuf> {
    WalkDir::new(root)
        .into_iter()
        .filter_entry(move |it| {
            !it.file_type().is_dir()
                || it.path() != target_dir && !SKIPPED.iter().any(|name| it.file_name() == *name)
        })
        .flatten()
        .filter(|it| it.file_type().is_file() && it.file_name().to_str().is_some_and(is_default))
        .map(walkdir::DirEntry::into_path)
}

/// Whether a name is made from `default_%m_%p.profraw`, which rustc writes into a program for the case that the
/// variable `LLVM_PROFILE_FILE` is not set.
fn is_default(name: &str) -> bool {
    name.strip_prefix("default_")
        .and_then(|it| it.strip_suffix(".profraw"))
        .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[test]
    fn only_what_came_since_is_moved() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let root = scratch.path();
        let (target_dir, profiles_dir) = (root.join("target"), root.join("target/build"));
        let put = |name: &str| files::write(&root.join(name), b"profile").unwrap();
        put("default_1_0_7.profraw");
        put("target/build/own.profraw");
        let strays = Strays::remember(root, &target_dir);
        put("a/default_2_0_8.profraw");
        put("a/mine.profraw");
        put(".git/default_3_0_9.profraw");
        assert_eq!(strays.collect(&profiles_dir).unwrap(), 1);
        assert_eq!(strays.collect(&profiles_dir).unwrap(), 0);
        for stays in [
            "default_1_0_7.profraw",
            "a/mine.profraw",
            ".git/default_3_0_9.profraw",
        ] {
            assert!(root.join(stays).exists(), "{stays}");
        }
        assert!(!root.join("a/default_2_0_8.profraw").exists());
        assert!(profiles_dir.join("default_2_0_8.profraw").exists());
    }

    #[test]
    fn the_name_tells() {
        assert!(is_default("default_11356246615497468619_0_17506.profraw"));
        assert!(!is_default("default_profile.profraw") && !is_default("default_1_0_7.profdata"));
    }
}
