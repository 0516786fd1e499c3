//! The programs that publishing runs: how each tells its version, and how it is installed.

/// A program.
#[derive(Debug)]
pub struct Program {
    /// Its name on the search path.
    pub name: &'static str,
    /// The words after which it tells its version.
    pub version: &'static [&'static str],
    /// The command or page that installs it.
    pub install: &'static str,
}

/// All programs, in the order of their names.
pub const PROGRAMS: &[Program] = &[
    row("cargo", &["--version"], "install rustup: https://rustup.rs"),
    row(
        "git",
        &["--version"],
        "Debian: apt-get install git; macOS: xcode-select --install; Windows: winget install Git.Git",
    ),
    row(
        "mksquashfs",
        &["-version"],
        "Debian: apt-get install squashfs-tools; macOS: brew install squashfs",
    ),
    row(
        "npm",
        &["--version"],
        "install Node.js, which brings it: https://nodejs.org/en/download",
    ),
    row("snapcraft", &["--version"], "snap install snapcraft --classic"),
    row(
        "ssh",
        &["-V"],
        "Debian: apt-get install openssh-client; other systems have it",
    ),
    row("twine", &["--version"], "pipx install twine"),
    row(
        "uv",
        &["--version"],
        "https://docs.astral.sh/uv/getting-started/installation",
    ),
];

const fn row(name: &'static str, version: &'static [&'static str], install: &'static str) -> Program {
    Program {
        name,
        version,
        install,
    }
}

/// The row of a program.
pub fn find(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|it| it.name == name)
}

/// The names that a channel's row means: alternatives are written as one word, `uv|twine`, the best first.
pub fn alternatives(word: &'static str) -> Vec<&'static str> {
    word.split('|').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::CHANNELS;

    #[test]
    fn rows_are_sorted_and_every_program_of_a_channel_has_one() {
        assert!(PROGRAMS.is_sorted_by(|a, b| a.name < b.name));
        for channel in CHANNELS {
            for name in channel.programs.iter().flat_map(|it| alternatives(it)) {
                assert!(find(name).is_some(), "{channel}: {name}");
            }
        }
    }
}
