//! Rules of the scripts.

use crate::channel::chocolatey::lint::view::{View, each_script, scripts};
use crate::lint::{Flaw, Subject};

/// The functions of Chocolatey that download, in lower case.
const DOWNLOADS: &[&str] = &[
    "install-chocolateypackage",
    "install-chocolateyzippackage",
    "install-chocolateyvsixpackage",
    "install-chocolateypowershellcommand",
    "get-chocolateywebfile",
];

/// Whether a word stands in a text by itself.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "-_.$:\\/'\"".contains(it);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// Whether a script in lower case calls a function, and not the one that undoes it.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with("un"))
}

/// Every download has a checksum, and says that it is a SHA-256 or a SHA-512: the default is MD5 (K2).
pub(super) fn checksums(view: &View<'_>, code: &str) -> Vec<Flaw> {
    let lower = code.to_lowercase();
    let mut flaws = Vec::new();
    for name in DOWNLOADS.iter().filter(|it| calls(&lower, it)) {
        if !lower.contains("checksum") {
            flaws.push(view.flaw("", format!("`{name}` downloads without a checksum")));
        }
        let is_typed =
            lower.contains("checksumtype") && ["sha256", "sha512"].iter().any(|it| lower.contains(it));
        if !is_typed {
            flaws.push(view.flaw("", "there is no `checksumType` of `sha256`: the default is MD5"));
        }
        for bits in ["url64bit", "url64"] {
            if has_word(&lower, bits) && !lower.contains("checksum64") {
                flaws.push(view.flaw("", format!("`{bits}` has no `checksum64`")));
            }
        }
    }
    for digits in lower.lines().filter_map(checksum) {
        let is_hash = matches!(digits.len(), 64 | 128) && digits.bytes().all(|it| it.is_ascii_hexdigit());
        if !is_hash {
            flaws.push(view.flaw(digits, format!("`{digits}` is no SHA-256")));
        }
    }
    flaws
}

/// The literal that a line in lower case gives for a checksum, by an assignment or as an argument. What is looked up or
/// put together from parts is none.
fn checksum(line: &str) -> Option<&str> {
    const KEYS: &[&str] = &["checksum", "checksum32", "checksum64"];
    let (key, value) = if let Some((key, value)) = line.split_once('=') {
        (key.trim().trim_start_matches('$'), value)
    } else {
        let (_, rest) = line.split_once("-checksum")?;
        let value = rest.trim_start_matches(|it: char| it.is_ascii_digit());
        ("checksum", value.strip_prefix([' ', ':'])?)
    };
    let value = value.trim_start();
    let mark = value.chars().next().filter(|it| "'\"".contains(*it))?;
    let digits = value[1..].split(mark).next()?;
    (KEYS.contains(&key) && !digits.contains('$')).then_some(digits)
}

/// Downloads are safe from listeners.
pub(super) fn links(view: &View<'_>, code: &str) -> Vec<Flaw> {
    // Other texts name pages, and sites that a user may choose.
    let is_download = |it: &str| {
        let before = it.split("http://").next().unwrap_or_default().to_lowercase();
        before.len() < it.len() && before.contains("url")
    };
    let bad = code.lines().find(|it| is_download(it));
    bad.map(|it| view.flaw("http://", format!("`{}` downloads without https", it.trim())))
        .into_iter()
        .collect()
}

/// A script calls no `choco`, and uses nothing that is Chocolatey's own (K2).
pub(super) fn own(view: &View<'_>, code: &str) -> Vec<Flaw> {
    const COMMANDS: &[&str] = &[
        "choco",
        "choco.exe",
        "cinst",
        "cuninst",
        "cup",
        "cpack",
        "cpush",
        "clist",
    ];
    const VARIABLES: &[&str] = &[
        "$nugetchocolateypath",
        "$nugetpath",
        "$nugetexepath",
        "$nugetlibpath",
        "$nugetexe",
        "$chocinstallvariablename",
        "$chocolateytoolslocation",
    ];
    let lower = code.to_lowercase();
    let mut flaws = Vec::new();
    for line in lower.lines() {
        let first = line
            .trim_start()
            .trim_start_matches(['&', ' '])
            .split_whitespace()
            .next()
            .unwrap_or_default();
        if COMMANDS.contains(&first) {
            flaws.push(view.flaw(
                "",
                format!("it calls `{first}`: name the package in `dependencies`"),
            ));
        }
    }
    for name in VARIABLES.iter().filter(|it| lower.contains(**it)) {
        flaws.push(view.flaw("", format!("`{name}` is Chocolatey's own")));
    }
    flaws
}

/// What older PowerShells do not know, and short names that a user may have changed.
pub(super) fn language(view: &View<'_>, code: &str) -> Vec<Flaw> {
    const NEWER: &[(&str, &str)] = &[
        ("[ordered]", "3"),
        ("[pscustomobject]", "3"),
        ("invoke-webrequest", "3"),
        ("invoke-restmethod", "3"),
        ("$psscriptroot", "3"),
        ("get-ciminstance", "3"),
        ("convertfrom-json", "3"),
        ("get-filehash", "4"),
        ("expand-archive", "5"),
        ("get-itempropertyvalue", "5"),
        ("::new(", "5"),
        (" -in @(", "3"),
        ("??", "7"),
        ("&&", "7"),
    ];
    const ALIASES: &[&str] = &[
        "cat", "cd", "copy", "cp", "curl", "del", "echo", "gci", "gi", "gp", "iex", "iwr", "ls", "mkdir",
        "move", "mv", "ni", "rm", "rmdir", "saps", "sl", "sleep", "start", "wget", "%", "?",
    ];
    let lower = code.to_lowercase();
    let mut flaws = Vec::new();
    for (word, version) in NEWER.iter().filter(|it| lower.contains(it.0)) {
        flaws.push(view.flaw("", format!("`{}` needs PowerShell {version}", word.trim())));
    }
    for line in lower.lines() {
        for part in line.split(['|', ';', '{']) {
            let first = part.split_whitespace().next().unwrap_or_default();
            if ALIASES.contains(&first) {
                flaws.push(view.flaw("", format!("`{first}` is a short name: write the whole one")));
            }
        }
    }
    flaws
}

/// A failure ends the script.
pub(super) fn stops(view: &View<'_>, code: &str) -> Vec<Flaw> {
    let lower = code.to_lowercase().replace(' ', "");
    if lower.contains("$erroractionpreference='stop'") || lower.contains("$erroractionpreference=\"stop\"") {
        return Vec::new();
    }
    vec![view.flaw("", "there is no `$ErrorActionPreference = 'Stop'`")]
}

/// PowerShell 5 and older read a script without a mark in the code page of the system.
pub(super) fn encoding(subject: &Subject) -> Vec<Flaw> {
    let bad = |it: &View<'_>| !it.text.is_ascii() && !it.is_marked;
    let views = scripts(subject);
    let mut flaws: Vec<Flaw> = views
        .iter()
        .filter(|it| bad(it))
        .map(|it| it.flaw("", "it has letters outside of ASCII, and no byte order mark"))
        .collect();
    let is_script = |it: &&crate::lint::File| it.path.to_lowercase().ends_with(".ps1");
    let unread = subject.files.iter().filter(is_script);
    let unread = unread.filter(|it| std::str::from_utf8(&it.bytes).is_err());
    flaws.extend(unread.map(|it| Flaw::file(it, "it is no UTF-8")));
    flaws
}

/// What the installation makes by hand, removing takes away (K2).
pub(super) fn pairs(subject: &Subject) -> Vec<Flaw> {
    const PAIRS: &[(&str, &str)] = &[
        ("install-binfile", "uninstall-binfile"),
        (
            "install-chocolateyenvironmentvariable",
            "uninstall-chocolateyenvironmentvariable",
        ),
        ("install-chocolateypath", "uninstall-chocolateypath"),
    ];
    let views = scripts(subject);
    let mut flaws = Vec::new();
    for view in views.iter().filter(|it| it.inner.is_some() || subject.is_whole) {
        for (does, undoes) in PAIRS.iter().filter(|it| calls(&view.text.to_lowercase(), it.0)) {
            let beside = |it: &&View<'_>| it.inner.is_none() || std::ptr::eq(it.file, view.file);
            if !views
                .iter()
                .filter(beside)
                .any(|it| it.text.to_lowercase().contains(undoes))
            {
                flaws.push(view.flaw("", format!("`{does}` is undone by no `{undoes}`")));
            }
        }
    }
    flaws
}

/// What the template of `choco new` leaves where a person should have written something (K2).
pub(super) fn left_over(subject: &Subject) -> Vec<Flaw> {
    const MARKS: &[&str] = &[
        "# IMPORTANT: Before releasing this package",
        "# 1. See the _TODO.md",
        "[[PackageName",
        "__REPLACE__",
        "INSERT_PATH_TO_EXE",
        "## Template",
    ];
    let mut flaws = Vec::new();
    for view in scripts(subject) {
        for mark in MARKS.iter().filter(|it| view.text.contains(**it)) {
            flaws.push(view.flaw(mark, format!("`{mark}` is left over from a template")));
        }
    }
    flaws
}

/// Looks at each script.
pub(super) fn each(subject: &Subject, check: fn(&View<'_>, &str) -> Vec<Flaw>) -> Vec<Flaw> {
    each_script(subject, check)
}
