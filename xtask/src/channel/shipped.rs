//! What an archive holds besides its programs, told by its list of files alone: completions, man pages, licences.

use std::collections::BTreeSet;

use crate::digest::Sha256;
use crate::edition::{Build, Edition};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
    /// A man page, with its section.
    Man(char),
    /// The text of a licence.
    Licence,
}

/// A file that goes with the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// What it is for.
    pub role: Role,
    /// Its path below the archive's top folder.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
}

impl Shipped {
    /// The last part of its path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The program that completions are for.
    pub fn program(&self) -> &str {
        let name = self.file_name();
        match self.role {
            Role::Bash => name.strip_suffix(".bash").unwrap_or(name),
            Role::Fish => name.strip_suffix(".fish").unwrap_or(name),
            Role::Zsh => name.strip_prefix('_').unwrap_or(name),
            Role::Man(_) | Role::Licence => name,
        }
    }

    /// Where Unix systems look for it, below the prefix; licences go elsewhere on each.
    pub fn place(&self) -> Option<String> {
        let (name, program) = (self.file_name(), self.program());
        match self.role {
            Role::Bash => Some(format!("share/bash-completion/completions/{program}")),
            Role::Zsh => Some(format!("share/zsh/site-functions/{name}")),
            Role::Fish => Some(format!("share/fish/vendor_completions.d/{name}")),
            Role::Man(section) => Some(format!("share/man/man{section}/{name}")),
            Role::Licence => None,
        }
    }

    /// The path of the same file below the top folder of the source archive. A build script makes what is not there.
    pub fn in_source(&self, edition: &Edition) -> Option<String> {
        let entries = &edition.source()?.entries;
        let same = entries.iter().filter(|it| it.sha256 == self.sha256);
        let below = same.filter_map(|it| it.path.split_once('/').map(|it| it.1));
        // A copy under another name would mislead whoever reads the recipe.
        let named = below.filter(|it| it.rsplit('/').next() == Some(self.file_name()));
        named.min_by_key(|it| it.len()).map(str::to_owned)
    }
}

/// The files of a build that a packager installs, in the order of their roles and paths.
pub fn of(build: &Build) -> Vec<Shipped> {
    let programs: BTreeSet<&str> = build.binaries().iter().map(|it| it.path.as_str()).collect();
    let mut found: Vec<Shipped> = build
        .archive
        .entries
        .iter()
        .filter(|it| !programs.contains(it.path.as_str()))
        .filter_map(|it| {
            let path = it.path.split_once('/').map_or(it.path.as_str(), |it| it.1);
            Some(Shipped {
                role: role(path)?,
                path: path.to_owned(),
                sha256: it.sha256,
            })
        })
        .collect();
    found.sort_by(|a, b| (a.role, &a.path).cmp(&(b.role, &b.path)));
    found
}

fn role(path: &str) -> Option<Role> {
    let Some((folder, name)) = path.rsplit_once('/') else {
        const NAMES: &[&str] = &[
            "license",
            "licence",
            "copying",
            "notice",
            "unlicense",
            "copyright",
        ];
        let lower = path.to_lowercase();
        return NAMES
            .iter()
            .any(|it| lower.starts_with(it))
            .then_some(Role::Licence);
    };
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if folder.contains("complet") {
        return match ending {
            "bash" => Some(Role::Bash),
            "fish" => Some(Role::Fish),
            "" if name.starts_with('_') => Some(Role::Zsh),
            _ => None,
        };
    }
    let section = ending.chars().next().filter(|it| ('1'..='8').contains(it))?;
    let is_page = folder.rsplit('/').next()?.starts_with("man") && ending.len() == 1 && !stem.is_empty();
    is_page.then_some(Role::Man(section))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_follow_from_paths() {
        let check = |path, expected| assert_eq!(role(path), expected, "{path}");
        check("completions/demo.bash", Some(Role::Bash));
        check("completions/_demo", Some(Role::Zsh));
        check("completions/demo.fish", Some(Role::Fish));
        check("completions/_demo.ps1", None);
        check("man/demo.1", Some(Role::Man('1')));
        check("man/demo.conf.5", Some(Role::Man('5')));
        check("man/1", None);
        check("docs/demo.1", None);
        check("LICENSE-MIT", Some(Role::Licence));
        check("COPYING", Some(Role::Licence));
        check("README.md", None);
    }
}
