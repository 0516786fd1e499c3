//! The keys of `[product]` and `[dist]`, as `init` writes them; those of channels are in the channels' own rows.

use crate::edition::{Listing, Person};
use crate::render::language::Language;

/// A key.
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is for: one line without a full stop.
    pub(super) about: &'static str,
    /// A value as TOML, where the workspace has none of its own.
    pub(super) example: &'static str,
    /// The workspace's own value as TOML.
    pub(super) own: fn(&Listing) -> Option<String>,
}

/// `[product]`, without `packages`.
pub(super) const PRODUCT: &[Key] = &[
    Key {
        name: "title",
        about: "how people write the product's name [default: the package's name]",
        example: "\"Demo\"",
        own: |it| Some(literal(&it.title)),
    },
    Key {
        name: "summary",
        about: "one line about the product [default: `description` in `Cargo.toml`]",
        example: "\"Counts the words of a text\"",
        own: |it| Some(literal(&it.summary)),
    },
    Key {
        name: "description",
        about: "paragraphs about the product, parted by empty lines [default: the summary]",
        example: "\"Counts the words of a text.\\n\\nFast.\"",
        own: |it| Some(literal(&it.description)),
    },
    Key {
        name: "publisher",
        about: "who offers it: a person, a project or a company [default: the first of `authors` in `Cargo.toml`]",
        example: "\"The Demo maintainers\"",
        own: |it| Some(literal(&it.publisher)),
    },
    Key {
        name: "maintainer",
        about: "who answers for the packages, as `Name <address>` [default: the publisher]",
        example: "\"The Demo maintainers <demo@demo.example>\"",
        own: |it| Some(person(&it.maintainer)),
    },
    Key {
        name: "copyright",
        about: "the line of copyright [default: the publisher's]",
        example: "\"Copyright (c) The Demo maintainers\"",
        own: |it| Some(literal(&it.copyright)),
    },
    Key {
        name: "download-url",
        about: "the folder of the assets, with `{tag}` and `{version}` [default: the release of the repository on GitHub]",
        example: "\"https://demo.example/download/{version}\"",
        own: |it| it.download_url.as_deref().map(literal),
    },
];

/// `[dist]`. The examples are the defaults, where a default can be written down.
pub(super) const DIST: &[Key] = &[
    dist(
        "targets",
        "the targets of `--all` [default: Linux gnu and musl, Windows and macOS, x86_64 and arm64]",
        "[\"x86_64-unknown-linux-gnu\", \"universal-apple-darwin\"]",
    ),
    dist(
        "archive",
        "the form of archives: tar.gz, tar.xz, tar.zst or zip; Windows always gets a zip",
        "\"tar.gz\"",
    ),
    dist(
        "glibc-floor",
        "the oldest glibc that the linux-gnu programs run on",
        "\"2.17\"",
    ),
    dist(
        "macos-deployment-target",
        "the oldest macOS that the programs run on",
        "\"11.0\"",
    ),
    dist("source", "pack the source of the workspace too", "true"),
    dist(
        "include",
        "further files for every archive, as patterns from the workspace's root",
        "[]",
    ),
    dist("features", "cargo features to turn on", "[]"),
    dist("all-features", "turn on every feature", "false"),
    dist("no-default-features", "leave the default features off", "false"),
    dist(
        "rustflags",
        "further flags for rustc, after those of `.cargo/config.toml`",
        "[]",
    ),
    dist(
        "pass-env",
        "variables that the build may see; its environment is made up, not inherited",
        "[]",
    ),
    dist("env", "variables that are set for the build", "{}"),
    dist(
        "profile",
        "keys of cargo's profile `dist`, winning over `[profile.dist]` in `Cargo.toml`",
        "{}",
    ),
    dist(
        "allow-libraries",
        "dynamic libraries that a program may need besides those of every system",
        "[]",
    ),
    dist("check-version", "ask the program for its version", "true"),
    dist(
        "check-paths",
        "refuse folders of the build machine inside a program",
        "true",
    ),
];

const fn dist(name: &'static str, about: &'static str, example: &'static str) -> Key {
    Key {
        name,
        about,
        example,
        own: |_| None,
    }
}

/// A text as TOML: what JSON can say of a text, TOML says the same way.
pub(super) fn literal(text: &str) -> String {
    Language::Json.literal(text)
}

fn person(person: &Person) -> String {
    match &person.email {
        Some(email) => literal(&format!("{} <{email}>", person.name)),
        None => literal(&person.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The names that the settings' own error lists.
    fn known(table: &str) -> Vec<String> {
        let problems = Config::parse(&format!("[{table}]\nno-such-key = 1\n")).unwrap_err();
        let help = problems.0[0].help[0]
            .strip_prefix("known here: ")
            .unwrap()
            .to_owned();
        help.split(", ").map(str::to_owned).collect()
    }

    #[test]
    fn no_key_is_missing_or_left_over() {
        let names = |keys: &[Key]| keys.iter().map(|it| it.name.to_owned()).collect::<Vec<_>>();
        let mut product = vec!["packages".to_owned()];
        product.extend(names(PRODUCT));
        assert_eq!(product, known("product"));
        assert_eq!(names(DIST), known("dist"));
    }

    #[test]
    fn examples_are_taken_and_those_of_dist_are_the_defaults() {
        for key in PRODUCT {
            let text = format!("[product]\n{} = {}\n", key.name, key.example);
            assert!(Config::parse(&text).is_ok(), "{text}");
        }
        let lines: Vec<String> = DIST
            .iter()
            .map(|key| format!("{} = {}", key.name, key.example))
            .collect();
        let text = format!("[dist]\n{}\n", lines.join("\n"));
        let mut dist = Config::parse(&text).unwrap().dist;
        assert_eq!(dist.targets.take().map(|it| it.len()), Some(2));
        assert_eq!(dist, Config::default().dist);
    }

    #[test]
    fn texts_are_read_back() {
        for text in ["a \"b\" \\ c", "x\ny\tz", "\u{202e} א 🦀", "#{x} ${y} '''"] {
            let table: toml::Table = format!("key = {}", literal(text)).parse().unwrap();
            assert_eq!(table["key"].as_str(), Some(text));
        }
    }
}
