//! What is installed beside the programs: man pages and completions, found by their names in an archive's listing.

use crate::artifact::Entry;
use crate::render::language::Language;

/// What a file is, in the order in which formulae install it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Bash,
    Fish,
    Zsh,
    /// A man page of a section.
    Man(char),
}

/// A file that is more than a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extra<'a> {
    kind: Kind,
    /// Its path below the archive's top folder.
    path: &'a str,
    program: &'a str,
}

/// The man pages and completions of programs, by path.
pub(super) fn find<'a>(entries: &'a [Entry], programs: &'a [String]) -> Vec<Extra<'a>> {
    let below = |it: &'a Entry| it.path.split_once('/').map_or(it.path.as_str(), |it| it.1);
    let mut found: Vec<Extra<'a>> = entries
        .iter()
        .map(below)
        .filter_map(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let (kind, program) = programs.iter().find_map(|it| Some((kind(name, it)?, it)))?;
            Some(Extra { kind, path, program })
        })
        .collect();
    found.sort_by_key(|it| (it.kind, it.path));
    // A second file of a name would overwrite the first where it is installed: nobody can tell which is meant.
    let name = |it: &Extra<'_>| it.path.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = found.iter().map(name).collect();
    found.retain(|it| names.iter().filter(|other| **other == name(it)).count() == 1);
    found
}

fn kind(name: &str, program: &str) -> Option<Kind> {
    if name.strip_prefix('_') == Some(program) {
        return Some(Kind::Zsh);
    }
    let rest = name.strip_prefix(program)?;
    match rest {
        ".bash" | ".bash-completion" => Some(Kind::Bash),
        ".fish" => Some(Kind::Fish),
        _ => {
            // `demo.1`, `demo-words.1`.
            let (words, section) = rest.rsplit_once('.')?;
            let section = section
                .chars()
                .next()
                .filter(|it| section.len() == 1 && ('1'..='8').contains(it))?;
            (words.is_empty() || words.starts_with('-')).then_some(Kind::Man(section))
        }
    }
}

impl Extra<'_> {
    pub(super) fn path(&self) -> &str {
        self.path
    }

    pub(super) fn is_completion(&self) -> bool {
        !matches!(self.kind, Kind::Man(_))
    }

    /// The line of a formula that installs it.
    pub(super) fn of_formula(&self) -> String {
        let path = Language::Ruby.literal(self.path);
        match self.kind {
            Kind::Man(section) => format!("man{section}.install {path}"),
            // Bash looks for the name of the program alone.
            Kind::Bash => {
                let name = Language::Ruby.literal(self.program);
                format!("bash_completion.install {path} => {name}")
            }
            Kind::Fish => format!("fish_completion.install {path}"),
            Kind::Zsh => format!("zsh_completion.install {path}"),
        }
    }

    /// The stanza of a cask that links it.
    pub(super) fn stanza(&self) -> &'static str {
        match self.kind {
            Kind::Man(_) => "manpage",
            Kind::Bash => "bash_completion",
            Kind::Fish => "fish_completion",
            Kind::Zsh => "zsh_completion",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    #[test]
    fn files_are_known_by_their_names() {
        let entry = |path: &str| Entry {
            path: format!("demo-1.2.3/{path}"),
            mode: "0644".to_owned(),
            size_bytes: 1,
            sha256: Sha256::of(b"x"),
        };
        let entries: Vec<Entry> = [
            "README.md",
            "completions/_demo",
            "completions/demo.bash",
            "completions/demo.fish",
            "completions/other.fish",
            "demo.1.2",
            "demo.toml",
            "man/demo-words.1",
            "man/demo.1",
            "a/demo.5",
            "b/demo.5",
        ]
        .map(entry)
        .into();
        let programs = ["demo".to_owned()];
        let found = find(&entries, &programs);
        let lines: Vec<String> = found.iter().map(Extra::of_formula).collect();
        assert_eq!(
            lines,
            [
                "bash_completion.install \"completions/demo.bash\" => \"demo\"",
                "fish_completion.install \"completions/demo.fish\"",
                "zsh_completion.install \"completions/_demo\"",
                "man1.install \"man/demo-words.1\"",
                "man1.install \"man/demo.1\"",
            ]
        );
    }
}
