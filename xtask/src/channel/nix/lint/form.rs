//! Rules about names, versions, hashes, paths and style.

use crate::channel::nix::expression::parse_sri;
use crate::channel::nix::lint::{expressions, is_package};
use crate::channel::nix::reader::{Expression, Token};
use crate::channel::nix::{SYSTEMS, by_name as folder_of};
use crate::lint::{File, Flaw, Subject};

pub(super) fn syntax(file: &File, read: &Expression) -> Vec<Flaw> {
    let wrong = read.wrong.iter();
    let mut flaws: Vec<Flaw> = wrong
        .map(|(line, why)| Flaw::line(file, *line, why.clone()))
        .collect();
    if read.tokens.is_empty() {
        flaws.push(Flaw::file(file, "there is no expression"));
    }
    flaws
}

pub(super) fn by_name(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject) {
        let Some(start) = file.path.find("pkgs/by-name/").filter(|_| is_package(file)) else {
            continue;
        };
        let folder = file.path[start..]
            .strip_suffix("/package.nix")
            .unwrap_or_default();
        let name = folder.rsplit('/').next().unwrap_or_default();
        if folder != folder_of(name) {
            let what = format!("`{name}` belongs into `{}`", folder_of(name));
            flaws.push(Flaw::file(file, what));
        }
        let pname = read.at(&["pname"]);
        if let Some((attribute, pname)) = pname.and_then(|it| Some((it, read.text(it)?)))
            && pname != name
        {
            let what = format!("`pname` is `{pname}`, the folder is `{name}`");
            flaws.push(Flaw::line(file, attribute.line, what));
        }
    }
    flaws
}

pub(super) fn names(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for attribute in read.ending(&["pname"]) {
        let Some(name) = read.text(attribute) else {
            continue;
        };
        let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it);
        if name.is_empty() || !name.chars().all(is_letter) {
            let what = format!("`{name}` is no name of a package");
            flaws.push(Flaw::line(file, attribute.line, what));
        }
    }
    let is_named = read.at(&["pname"]).is_some() || read.inherits("pname");
    if is_package(file) && !is_named {
        flaws.push(Flaw::file(file, "there is no `pname`"));
    }
    flaws
}

pub(super) fn version(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for attribute in read.ending(&["version"]) {
        let Some(text) = read.text(attribute) else {
            continue;
        };
        if !text.starts_with(|it: char| it.is_ascii_digit()) {
            let what = format!("`{text}` does not begin with a digit");
            flaws.push(Flaw::line(file, attribute.line, what));
        }
    }
    let is_said = read.at(&["version"]).is_some() || read.inherits("version");
    if is_package(file) && !is_said {
        flaws.push(Flaw::file(file, "there is no `version`"));
    }
    flaws
}

/// The attributes that hold a hash.
const HASHES: &[&str] = &[
    "hash",
    "cargoHash",
    "sha256",
    "outputHash",
    "vendorHash",
    "cargoSha256",
];

/// A SHA-256 in one of the forms of Nix without the algorithm: base 16, 32 or 64.
fn is_sha256(text: &str) -> bool {
    let has = |letters: &dyn Fn(u8) -> bool| text.bytes().all(letters);
    match text.len() {
        64 => has(&|it| it.is_ascii_hexdigit()),
        52 => has(&|it| (it.is_ascii_lowercase() || it.is_ascii_digit()) && !b"eotu".contains(&it)),
        44 => parse_sri(&format!("sha256-{text}")).is_some(),
        _ => false,
    }
}

pub(super) fn hashes(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for name in HASHES {
        for attribute in read.ending(&[name]) {
            let Some(text) = read.text(attribute) else {
                continue;
            };
            // The algorithm may be said by the name alone; new packages of nixpkgs do not.
            let is_bare = name.ends_with("256") && is_sha256(text);
            if parse_sri(text).is_none() && !is_bare {
                flaws.push(Flaw::line(
                    file,
                    attribute.line,
                    format!("`{text}` is no hash of `{name}`"),
                ));
            }
        }
    }
    flaws
}

/// What was rendered here says its fake hash as a gap, with the command that mends it.
pub(super) fn fake_hash(subject: &Subject) -> Vec<Flaw> {
    if subject.edition.is_some() {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    for (file, read) in expressions(subject) {
        for name in ["fakeHash", "fakeSha256", "fakeSha512"] {
            for line in read.words(name) {
                flaws.push(Flaw::line(file, line, format!("`{name}` stands for a hash")));
            }
        }
        for attribute in HASHES.iter().flat_map(|it| read.ending(std::slice::from_ref(it))) {
            let bytes = read.text(attribute).and_then(parse_sri);
            if bytes.is_some_and(|it| it.iter().all(|it| *it == 0)) {
                flaws.push(Flaw::line(file, attribute.line, "the hash is of zeros only"));
            }
        }
    }
    flaws
}

pub(super) fn function(file: &File, read: &Expression) -> Vec<Flaw> {
    let starts = matches!(read.tokens.first(), Some((_, Token::Mark("{"))));
    let mut depth = 0_usize;
    let closes = read.tokens.iter().position(|(_, it)| {
        match it {
            // What an argument is without one may be a set, too.
            Token::Mark("{" | "${") => depth += 1,
            Token::Mark("}") => depth = depth.saturating_sub(1),
            _ => {}
        }
        *it == Token::Mark("}") && depth == 0
    });
    let follows = closes.and_then(|it| read.tokens.get(it + 1)).map(|it| &it.1);
    let is_function = starts && matches!(follows, Some(Token::Mark(":" | "@")));
    if is_package(file) && !is_function {
        return vec![Flaw::file(file, "it does not begin with `{ … }:`")];
    }
    Vec::new()
}

pub(super) fn flake_outputs(file: &File, read: &Expression) -> Vec<Flaw> {
    if file.name() != "flake.nix" {
        return Vec::new();
    }
    let mut flaws: Vec<Flaw> = ["description", "outputs"]
        .iter()
        .filter(|it| read.at(&[it]).is_none())
        .map(|it| Flaw::file(file, format!("there is no `{it}`")))
        .collect();
    let has_inputs = read
        .attributes
        .iter()
        .any(|it| it.path.first().is_some_and(|it| it == "inputs"));
    if !has_inputs && read.words("nixpkgs").next().is_some() {
        flaws.push(Flaw::file(
            file,
            "`nixpkgs` is no input, so it is whatever the registry says",
        ));
    }
    flaws
}

pub(super) fn paths(file: &File, read: &Expression) -> Vec<Flaw> {
    let leads_out = |path: &str| path.starts_with(['/', '~', '<']) || path.split('/').any(|it| it == "..");
    let outside = read.tokens.iter().filter_map(|(line, token)| match token {
        Token::Path(path) if leads_out(path) => Some((*line, path)),
        _ => None,
    });
    outside
        .map(|(line, path)| Flaw::line(file, line, format!("`{path}` leads out of the folder")))
        .collect()
}

pub(super) fn style(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (at, (line, token)) in read.tokens.iter().enumerate() {
        let follows = |count: usize| read.tokens.get(at + count).map(|it| &it.1);
        let is_word =
            |it: Option<&Token>, word: &str| matches!(it, Some(Token::Word(found)) if found == word);
        if is_word(Some(token), "rec") && follows(1) == Some(&Token::Mark("{")) {
            flaws.push(Flaw::line(file, *line, "`rec { }` ignores what overrides it"));
        }
        let is_with_lib = is_word(Some(token), "with") && is_word(follows(1), "lib");
        if is_with_lib && follows(2) == Some(&Token::Mark(";")) {
            flaws.push(Flaw::line(file, *line, "`with lib;` hides where names are from"));
        }
    }
    for attribute in read.ending(&["src", "rev"]) {
        if read.text(attribute).is_some_and(|it| it.starts_with('v')) {
            flaws.push(Flaw::line(file, attribute.line, "`rev` holds a tag"));
        }
    }
    flaws
}

/// Looks at strings and at attributes that have the form of a system.
pub(super) fn systems(file: &File, read: &Expression) -> Vec<Flaw> {
    let is_system = |it: &str| {
        let ends = it.ends_with("-linux") || it.ends_with("-darwin");
        ends && it.split('-').count() == 2 && it.starts_with(|it: char| it.is_ascii_alphabetic())
    };
    let known = |it: &str| {
        it != "x86_64-darwin"
            && (SYSTEMS.iter().any(|row| row.0 == it)
                || matches!(
                    it,
                    "riscv64-linux" | "powerpc64le-linux" | "loongarch64-linux" | "armv6l-linux"
                ))
    };
    let mut flaws = Vec::new();
    for (line, token) in &read.tokens {
        let (Token::Text(text) | Token::Word(text)) = token else {
            continue;
        };
        if is_system(text) && !known(text) {
            flaws.push(Flaw::line(
                file,
                *line,
                format!("`{text}` is no system of nixpkgs"),
            ));
        }
    }
    flaws
}

pub(super) fn addresses(file: &File, read: &Expression) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for name in ["url", "homepage", "changelog", "downloadPage"] {
        for attribute in read.ending(&[name]) {
            let text = read.text(attribute).unwrap_or_default();
            if ["http://", "ftp://"].iter().any(|it| text.starts_with(it)) {
                flaws.push(Flaw::line(
                    file,
                    attribute.line,
                    format!("`{text}` does not begin with https"),
                ));
            }
        }
    }
    flaws
}
