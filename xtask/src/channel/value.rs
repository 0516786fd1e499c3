//! Values of settings that a channel takes from a fixed set, or of a fixed form: checked before anything is rendered.

use crate::channel::Channel;
use crate::config::Settings;
use crate::problem::{Problem, Problems, nearest};

/// What a value may be.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// The owner and the name of a repository, with `/` between them.
    Repository,
    /// A name with a scope or without.
    Name,
}

/// The keys by channel, in the order of the channels' names.
const ROWS: &[(&str, &str, Form)] = &[
    ("github-packages", "name", Form::Name),
    ("homebrew", "tap", Form::Repository),
    // What nixpkgs evaluates, `lib.systems.flakeExposed`, and what its lint knows beside it.
    (
        "nix",
        "systems",
        Form::Words(&[
            "x86_64-linux",
            "aarch64-linux",
            "aarch64-darwin",
            "x86_64-darwin",
            "armv7l-linux",
            "armv6l-linux",
            "i686-linux",
            "loongarch64-linux",
            "powerpc64le-linux",
            "riscv64-linux",
            "x86_64-freebsd",
        ]),
    ),
    ("npm", "access", Form::Word(&["public", "restricted"])),
    ("scoop", "bucket", Form::Repository),
    (
        "snap",
        "confinement",
        Form::Word(&["strict", "classic", "devmode"]),
    ),
    (
        "snap",
        "daemon",
        Form::Word(&["simple", "forking", "oneshot", "notify", "dbus"]),
    ),
    ("snap", "grade", Form::Word(&["stable", "devel"])),
    (
        "winget",
        "manifest-version",
        Form::Word(&["1.10.0", "1.12.0", "1.28.0"]),
    ),
];

/// Checks the settings of a channel; what is wrong is told all at once.
pub(crate) fn check(channel: &Channel, settings: &Settings<'_>) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (_, key, form) in ROWS.iter().filter(|it| it.0 == channel.name) {
        let values = match form {
            Form::Words(_) => settings.list(key).unwrap_or_default(),
            _ => settings.text(key).into_iter().collect(),
        };
        let wrong = values.into_iter().filter_map(|it| form.flaw(it));
        problems.0.extend(wrong.map(|(what, help)| {
            Problem::new(format!("`[channel.{}] {key}` {what}", channel.name)).help(help)
        }));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

impl Form {
    /// What is wrong with a value, and what to write.
    fn flaw(self, value: &str) -> Option<(String, String)> {
        let shown = value.escape_debug();
        match self {
            Form::Word(words) | Form::Words(words) => {
                if words.contains(&value) {
                    return None;
                }
                let guess = nearest(&value.to_lowercase(), words.iter().copied())
                    .map(|it| format!("; did you mean `{it}`?"))
                    .unwrap_or_default();
                let what = format!("cannot be `{shown}`{guess}");
                Some((what, format!("write one of {}", words.join(", "))))
            }
            Form::Repository => {
                let is_it = value
                    .split_once('/')
                    .is_some_and(|(owner, name)| is_plain(owner) && is_plain(name));
                let flaw = (!is_it).then(|| format!("is no repository: `{shown}`"));
                flaw.map(|it| (it, "write it as `owner/name`".to_owned()))
            }
            Form::Name => {
                let (scope, name) = value
                    .rsplit_once('/')
                    .map_or((None, value), |it| (Some(it.0), it.1));
                let scope = scope.map(|it| it.strip_prefix('@').unwrap_or(it));
                let flaw = (!is_plain(name) || !scope.is_none_or(is_plain))
                    .then(|| format!("is no name of a package: `{shown}`"));
                flaw.map(|it| (it, "write it as `name` or `@owner/name`".to_owned()))
            }
        }
    }
}

/// A word of letters, digits and `-_.` that begins with a letter, a digit or `_`.
fn is_plain(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_')
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel;
    use crate::config::Config;

    #[test]
    fn every_key_is_one_of_its_channel() {
        let names: Vec<_> = ROWS.iter().map(|it| (it.0, it.1)).collect();
        assert!(names.is_sorted());
        for (name, key, _) in ROWS {
            let channel = channel::find(name).unwrap();
            assert!(channel.keys().any(|it| it.name == *key), "{name} {key}");
        }
    }

    fn errors(name: &str, line: &str) -> Vec<String> {
        let config = Config::parse(&format!("[channel.{name}]\n{line}\n")).unwrap();
        let channel = channel::find(name).unwrap();
        let found = check(channel, &config.channel.of(channel))
            .err()
            .unwrap_or_default();
        found.0.into_iter().map(|it| it.what).collect()
    }

    #[test]
    fn examples_are_taken() {
        for (name, key, _) in ROWS {
            let channel = channel::find(name).unwrap();
            let example = channel.keys().find(|it| it.name == *key).unwrap().example;
            assert_eq!(
                errors(name, &format!("{key} = {example}")),
                [""; 0],
                "{name} {key}"
            );
        }
        for name in ["Demo", "@acme/demo", "acme/demo"] {
            assert_eq!(errors("github-packages", &format!("name = \"{name}\"")), [""; 0]);
        }
        assert_eq!(errors("snap", ""), [""; 0]);
    }

    #[test]
    fn other_values_are_errors_with_the_nearest() {
        let check =
            |name: &str, line: &str, expected: &[&str]| assert_eq!(errors(name, line), expected, "{line}");
        check(
            "snap",
            "confinement = \"Strct\"\ngrade = \"x\"\ndaemon = \"one-shot\"",
            &[
                "`[channel.snap] confinement` cannot be `Strct`; did you mean `strict`?",
                "`[channel.snap] daemon` cannot be `one-shot`; did you mean `oneshot`?",
                "`[channel.snap] grade` cannot be `x`",
            ],
        );
        check(
            "npm",
            "access = \"privat\"",
            &["`[channel.npm] access` cannot be `privat`"],
        );
        check(
            "winget",
            "manifest-version = \"1.11.0\"",
            &["`[channel.winget] manifest-version` cannot be `1.11.0`; did you mean `1.10.0`?"],
        );
        check(
            "nix",
            "systems = [\"x86_64-linux\", \"x86-64-linux\"]",
            &["`[channel.nix] systems` cannot be `x86-64-linux`; did you mean `x86_64-linux`?"],
        );
        for bad in [
            "name",
            "a/b/c",
            "/b",
            "a/",
            "a b/c",
            "https://x/y",
            "a/..",
            "a/$(x)",
        ] {
            assert_eq!(errors("homebrew", &format!("tap = \"{bad}\"")).len(), 1, "{bad}");
            assert_eq!(errors("scoop", &format!("bucket = \"{bad}\"")).len(), 1, "{bad}");
        }
        for bad in ["a/../../evil", "../evil", "a//b", "@/x", "x/", "a b"] {
            assert_eq!(
                errors("github-packages", &format!("name = \"{bad}\"")).len(),
                1,
                "{bad}"
            );
        }
    }
}
