//! Rules about a .crate and the manifest in it, as cargo has normalised it.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use semver::Version;
use toml::{Table, Value};

use super::super::{ORDER, Order};
use super::opened::{MOST_UNPACKED, each, open};
use crate::edition::Edition;
use crate::lint::{File, Flaw, Subject, licence};
use crate::pack::read::Packed;

const MOST_BYTES: usize = 10 << 20;

pub(super) fn form(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".crate") {
        let opened = match open(file) {
            Ok(opened) => opened,
            Err(why) => {
                flaws.push(Flaw::file(file, why));
                continue;
            }
        };
        let of = |key: &str| opened.text(key).unwrap_or_default();
        let stem = format!("{}-{}", of("name"), of("version"));
        if file.name() != format!("{stem}.crate") {
            flaws.push(Flaw::file(file, format!("it is the crate `{stem}`")));
        }
        let is_inside = |it: &&Packed| {
            let below = it.path.strip_prefix(&stem).and_then(|it| it.strip_prefix('/'));
            below.is_some_and(|it| it.split('/').all(|part| !matches!(part, "" | "." | "..")))
        };
        for entry in opened.files.iter().filter(|it| !is_inside(it)) {
            let path = entry.path.escape_debug();
            flaws.push(Flaw::file(
                opened.file,
                format!("`{path}` lies outside of `{stem}`"),
            ));
        }
    }
    flaws
}

/// Names that the compiler, cargo or Windows mean something else by.
const RESERVED: &[&str] = &[
    "alloc",
    "arena",
    "ast",
    "aux",
    "builtins",
    "collections",
    "com1",
    "compiler-builtins",
    "compiler-rt",
    "compiletest",
    "con",
    "core",
    "coretest",
    "debug",
    "driver",
    "flate",
    "fmt_macros",
    "grammar",
    "graphviz",
    "lpt1",
    "macro",
    "macros",
    "main",
    "nul",
    "prn",
    "proc_macro",
    "rbml",
    "rust",
    "rust-installer",
    "rustbook",
    "rustc",
    "rustdoc",
    "rustllvm",
    "rustuv",
    "serialize",
    "std",
    "std_inject",
    "syntax",
    "test",
    "unicode",
];

pub(super) fn name(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let name = it.text("name").unwrap_or_default();
        let is_letter = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        let is_fine = name.starts_with(|it: char| it.is_ascii_alphabetic())
            && name.chars().all(is_letter)
            && name.len() <= 64;
        if !is_fine {
            return vec![format!("`{}` is no name of a crate", name.escape_debug())];
        }
        // `-` and `_` are one to the registry, and so are the cases.
        let same = |one: &str| {
            one.replace('-', "_")
                .eq_ignore_ascii_case(&name.replace('-', "_"))
        };
        let taken = RESERVED.iter().find(|it| same(it));
        Vec::from_iter(taken.map(|it| format!("the name `{it}` is reserved")))
    })
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let text = it.text("version").unwrap_or_default();
        let Ok(version) = Version::parse(text) else {
            return vec![format!("`{}` is no version", text.escape_debug())];
        };
        if text.len() > 150 {
            return vec![format!("the version has {} characters", text.len())];
        }
        let own = subject.edition.as_ref().map(Edition::version);
        let other = own.filter(|own| **own != version);
        Vec::from_iter(other.map(|own| format!("its version is {version}, that of the release {own}")))
    })
}

pub(super) fn build_metadata(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let build = it.text("version").and_then(|it| it.split_once('+'));
        Vec::from_iter(build.map(|it| format!("the version ends with `+{}`", it.1.escape_debug())))
    })
}

pub(super) fn description(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let text = it.text("description").unwrap_or_default();
        let length = text.chars().count();
        if text.trim().is_empty() {
            return vec!["there is no description".to_owned()];
        }
        Vec::from_iter((length > 1000).then(|| format!("the description has {length} characters")))
    })
}

pub(super) fn license(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let of = |key: &str| it.text(key).filter(|it| !it.trim().is_empty());
        match (of("license"), of("license-file")) {
            (None, None) => vec!["there is no licence".to_owned()],
            (Some(text), _) => {
                // Old manifests have `MIT/Apache-2.0`, which is still taken.
                let text = text.replace('/', " OR ");
                let wrong = licence::mistake(&text);
                Vec::from_iter(
                    wrong.map(|why| format!("`{}` is no SPDX expression: {why}", text.escape_debug())),
                )
            }
            (None, Some(path)) => {
                let is_packed = it.paths().any(|it| it == path.trim_start_matches("./"));
                Vec::from_iter((!is_packed).then(|| format!("`{}` is not packed", path.escape_debug())))
            }
        }
    })
}

pub(super) fn keywords(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let words = it.list("keywords");
        let is_fine = |it: &str| {
            it.starts_with(|it: char| it.is_ascii_alphanumeric())
                && it.len() <= 20
                && it
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "_-+".contains(it))
        };
        let odd = words.iter().filter(|it| !is_fine(it));
        let mut found: Vec<String> = odd
            .map(|it| format!("`{}` is no keyword", it.escape_debug()))
            .collect();
        if words.len() > 5 {
            found.push(format!("there are {} keywords", words.len()));
        }
        found
    })
}

pub(super) fn categories(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let slugs = it.list("categories");
        let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        let is_part =
            |it: &str| it.starts_with(|it: char| it.is_ascii_lowercase()) && it.chars().all(is_letter);
        let odd = slugs.iter().filter(|it| !it.split("::").all(is_part));
        let mut found: Vec<String> = odd
            .map(|it| format!("`{}` is no category", it.escape_debug()))
            .collect();
        if slugs.len() > 5 {
            found.push(format!("there are {} categories", slugs.len()));
        }
        if slugs.iter().collect::<BTreeSet<_>>().len() < slugs.len() {
            found.push("a category stands there twice".to_owned());
        }
        found
    })
}

pub(super) fn urls(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let is_url = |it: &str| {
            let rest = it.strip_prefix("https://").or_else(|| it.strip_prefix("http://"));
            rest.is_some_and(|it| !it.is_empty() && !it.contains(char::is_whitespace))
        };
        ["homepage", "documentation", "repository"]
            .into_iter()
            .filter_map(|key| Some((key, it.text(key)?)))
            .filter(|(_, text)| !is_url(text))
            .map(|(key, text)| format!("the {key} `{}` is no URL", text.escape_debug()))
            .collect()
    })
}

pub(super) fn dependencies(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let mut found = Vec::new();
        let all = it.dependencies(&["dependencies", "build-dependencies", "dev-dependencies"]);
        for (name, value) in &all {
            let key = |key: &str| value.get(key).and_then(Value::as_str);
            match value.as_str().or_else(|| key("version")) {
                None => found.push(format!("`{name}` has no version")),
                Some(text) if matches!(text.trim(), "" | "*") => {
                    found.push(format!("`{name}` takes any version"));
                }
                Some(text) if semver::VersionReq::parse(text).is_err() => {
                    found.push(format!("`{}` of `{name}` is no requirement", text.escape_debug()));
                }
                Some(_) => {}
            }
            for from in ["path", "git", "registry-index"] {
                if key(from).is_some() {
                    found.push(format!("`{name}` comes from a {from}"));
                }
            }
        }
        if all.len() > 500 {
            found.push(format!("there are {} dependencies", all.len()));
        }
        found
    })
}

pub(super) fn features(subject: &Subject) -> Vec<Flaw> {
    each(subject, |it| {
        let count = it
            .manifest
            .get("features")
            .and_then(Value::as_table)
            .map_or(0, Table::len);
        Vec::from_iter((count > 300).then(|| format!("there are {count} features")))
    })
}

pub(super) fn size(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".crate") {
        if file.bytes.len() > MOST_BYTES {
            flaws.push(Flaw::file(file, format!("it has {} bytes", file.bytes.len())));
        }
        let mut reader = GzDecoder::new(file.bytes.as_slice()).take(MOST_UNPACKED + 1);
        let unpacked = std::io::copy(&mut reader, &mut std::io::sink()).unwrap_or_default();
        if unpacked > MOST_UNPACKED {
            flaws.push(Flaw::file(file, "it has more than 512 MiB unpacked"));
        }
    }
    flaws
}

pub(super) fn files(subject: &Subject) -> Vec<Flaw> {
    /// What should lie on one machine only.
    const SECRET: &[&str] = &[
        ".env",
        ".netrc",
        ".npmrc",
        ".pypirc",
        "credentials.toml",
        "id_ed25519",
        "id_rsa",
    ];
    each(subject, |it| {
        let mut found = Vec::new();
        if let Some(readme) = it.text("readme")
            && !it.paths().any(|it| it == readme.trim_start_matches("./"))
        {
            found.push(format!("the readme `{}` is not packed", readme.escape_debug()));
        }
        for path in it.paths() {
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_key = [".pem", ".p12"].iter().any(|it| name.ends_with(it));
            let is_built = ["target/", "dist/"].iter().any(|it| path.starts_with(it));
            if SECRET.contains(&name) || is_key || is_built {
                found.push(format!("`{}` is packed", path.escape_debug()));
            }
        }
        found
    })
}

pub(super) fn commit(subject: &Subject) -> Vec<Flaw> {
    let edition = subject.edition.as_ref();
    let Some(built) = edition.and_then(|it| it.release.identity.commit.as_ref()) else {
        return Vec::new();
    };
    each(subject, |it| {
        let is_it = |it: &&Packed| {
            it.path
                .split_once('/')
                .is_some_and(|it| it.1 == ".cargo_vcs_info.json")
        };
        let file = it.files.iter().find(is_it);
        let info = file.and_then(|it| serde_json::from_slice::<serde_json::Value>(&it.bytes).ok());
        let named = info.as_ref().and_then(|it| it["git"]["sha1"].as_str());
        let other = named.filter(|it| *it != built.id);
        let say = |it: &str| {
            format!(
                "it was packed from the commit {}, and `dist/` was built from {}",
                it.escape_debug(),
                built.id
            )
        };
        Vec::from_iter(other.map(say))
    })
}

pub(super) fn order(subject: &Subject) -> Vec<Flaw> {
    let Some(file) = subject.file(ORDER) else {
        let is_missing = subject.is_whole && subject.ending(".crate").count() > 1;
        return Vec::from_iter(is_missing.then(|| Flaw::all(format!("there is no `{ORDER}`"))));
    };
    let order: Order = match serde_json::from_slice(&file.bytes) {
        Ok(order) => order,
        Err(error) => return vec![Flaw::file(file, format!("it is no order of crates: {error}"))],
    };
    let mut flaws = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for row in &order.crates {
        let mut say = |what: String| flaws.push(Flaw::at(file, &format!("\"{}\"", row.name), what));
        if done.contains(&row.name.as_str()) {
            say(format!("`{}` stands there twice", row.name));
        }
        match subject.files.iter().find(|it| it.name() == row.file) {
            None => say(format!("there is no `{}`", row.file)),
            Some(packed) => {
                let is_later = |it: &String| {
                    let is_there = order.crates.iter().any(|one| one.name == *it);
                    is_there && *it != row.name && !done.contains(&it.as_str())
                };
                for it in needs(packed).iter().filter(|it| is_later(it)) {
                    say(format!("`{}` depends on `{it}`, which comes later", row.name));
                }
            }
        }
        done.push(&row.name);
    }
    for packed in subject.ending(".crate") {
        if !order.crates.iter().any(|it| it.file == packed.name()) {
            flaws.push(Flaw::file(file, format!("`{}` is not named", packed.name())));
        }
    }
    flaws
}

/// The crates that one depends on, by their names in the registry.
fn needs(packed: &File) -> Vec<String> {
    let Ok(opened) = open(packed) else {
        return Vec::new();
    };
    let all = opened.dependencies(&["dependencies", "build-dependencies"]);
    let name = |(key, value): (&String, &Value)| {
        let package = value.get("package").and_then(Value::as_str);
        package.unwrap_or(key).to_owned()
    };
    all.into_iter().map(name).collect()
}
