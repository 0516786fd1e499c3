//! Rules about the fields and functions of a PKGBUILD.

use crate::channel::aur::licence;
use crate::channel::aur::lint::is_prebuilt;
use crate::channel::aur::pkgbuild::Pkgbuild;
use crate::lint::{File, Flaw};

/// The AUR's database has columns of this many bytes (schema.py).
const COLUMN_BYTES: usize = 255;

/// What fits into a line of a list.
const DESCRIPTION: usize = 80;

pub(super) fn readable(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let unread = read.unread.iter();
    unread
        .map(|(line, why)| Flaw::line(file, *line, why.clone()))
        .collect()
}

/// makepkg's `lint_one_pkgname`, and the pattern of repositories in aurweb's configuration, which has no capitals.
pub(super) fn names(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let line = read.line("pkgname");
    let names = read.values("pkgname").iter().chain(read.values("pkgbase"));
    let is_read = read.is_read("pkgname") && read.is_read("pkgbase");
    let mut flaws: Vec<Flaw> = names
        .filter(|it| is_read && !is_name(it))
        .map(|it| Flaw::line(file, line, format!("`{it}` is no name of a package")))
        .collect();
    if read.values("pkgname").is_empty() {
        flaws.push(Flaw::file(file, "there is no `pkgname`"));
    }
    flaws
}

fn is_name(text: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.starts_with(is_letter)
        && text.len() <= COLUMN_BYTES
        && text.chars().all(|it| is_letter(it) || "@._+-".contains(it))
}

pub(super) fn version_form(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let Some(text) = read.value("pkgver") else {
        return vec![Flaw::file(file, "there is no `pkgver`")];
    };
    let is_fine = text.is_ascii() && !text.contains([':', '/', '-']) && !text.contains(char::is_whitespace);
    if is_fine || !read.is_read("pkgver") {
        return Vec::new();
    }
    let what = format!("`{text}` has a letter that no `pkgver` may have");
    vec![Flaw::line(file, read.line("pkgver"), what)]
}

/// `vercmp` 6.0.2 was asked: letters right behind the number are older, everything after a separator is newer.
pub(super) fn version_order(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    const WORDS: &[&str] = &["rc", "beta", "alpha", "pre", "dev", "a", "b"];
    let line = read.line("pkgver");
    // The version of what moves counts commits, and there is no release for which it would have to make way.
    let is_released = read.is_read("pkgver") && !read.is_moving();
    let Some(text) = read.value("pkgver").filter(|_| is_released) else {
        return Vec::new();
    };
    if let Some(rest) = text
        .strip_prefix('v')
        .filter(|it| it.starts_with(|it: char| it.is_ascii_digit()))
    {
        let what = format!("`{text}` begins with the `v` of the tag: write `{rest}`");
        return vec![Flaw::line(file, line, what)];
    }
    let is_digit = |it: char| it.is_ascii_digit();
    let after = text.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    let number = &text[..text.len() - after.len()];
    // A dot before the word belongs to what the number is parted with.
    let rest = after.strip_prefix(['_', '+', '~']).unwrap_or(after);
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let is_parted = number.ends_with('.') || rest.len() < after.len();
    let is_pre = WORDS.contains(&word.to_lowercase().as_str())
        || (after.starts_with('+') && rest.starts_with(is_digit));
    if is_parted && is_pre {
        let what = format!(
            "`{text}` is newer than `{}` for pacman",
            number.trim_end_matches('.')
        );
        return vec![Flaw::line(file, line, what)];
    }
    Vec::new()
}

pub(super) fn release_form(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let mut flaws = Vec::new();
    match read.value("pkgrel") {
        None => flaws.push(Flaw::file(file, "there is no `pkgrel`")),
        Some(text) => {
            let mut parts = text.splitn(2, '.');
            if !parts.all(is_number) {
                let what = format!("`{text}` is no `pkgrel`");
                flaws.push(Flaw::line(file, read.line("pkgrel"), what));
            }
        }
    }
    if let Some(text) = read.value("epoch").filter(|it| !is_number(it)) {
        flaws.push(Flaw::line(
            file,
            read.line("epoch"),
            format!("`{text}` is no `epoch`"),
        ));
    }
    flaws
}

pub(super) fn arch(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let (line, machines) = (read.line("arch"), read.values("arch"));
    if machines.is_empty() {
        return vec![Flaw::file(file, "there is no `arch`")];
    }
    let is_word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let mut flaws: Vec<Flaw> = machines
        .iter()
        .filter(|it| read.is_read("arch") && !is_word(it))
        .map(|it| Flaw::line(file, line, format!("`{it}` is no word of `arch`")))
        .collect();
    if machines.len() > 1 && machines.iter().any(|it| it == "any") {
        flaws.push(Flaw::line(file, line, "`any` stands beside others"));
    }
    flaws
}

pub(super) fn description_length(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let length = read.value("pkgdesc").map_or(0, str::len);
    if length <= COLUMN_BYTES {
        return Vec::new();
    }
    let what = format!("`pkgdesc` has {length} bytes");
    vec![Flaw::line(file, read.line("pkgdesc"), what)]
}

pub(super) fn description_style(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let Some(text) = read.value("pkgdesc") else {
        return vec![Flaw::file(file, "there is no `pkgdesc`")];
    };
    let line = read.line("pkgdesc");
    let mut flaws = Vec::new();
    let count = text.chars().count();
    if count > DESCRIPTION {
        flaws.push(Flaw::line(
            file,
            line,
            format!("`pkgdesc` has {count} characters"),
        ));
    }
    let name = read.value("pkgname").unwrap_or_default();
    let name = name.strip_suffix("-bin").unwrap_or(name);
    let first = text.split(|it: char| it.is_whitespace() || it == ':').next();
    if first.is_some_and(|it| !name.is_empty() && it.eq_ignore_ascii_case(name)) {
        flaws.push(Flaw::line(file, line, "`pkgdesc` begins with the package's name"));
    }
    flaws
}

pub(super) fn license(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let (line, licenses) = (read.line("license"), read.values("license"));
    if licenses.is_empty() {
        return vec![Flaw::file(file, "there is no `license`")];
    }
    let wrong = licenses.iter().filter_map(|it| Some((it, licence::mistake(it)?)));
    wrong
        .map(|(it, why)| Flaw::line(file, line, format!("`{it}` is no SPDX expression: {why}")))
        .collect()
}

pub(super) fn license_text(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let needs = read.values("license").iter().any(|it| licence::needs_text(it));
    let installs = read
        .functions
        .iter()
        .any(|it| it.body.contains("/usr/share/licenses/"));
    if !needs || installs || read.functions.is_empty() {
        return Vec::new();
    }
    vec![Flaw::line(
        file,
        read.line("license"),
        "the text of the licence is not installed",
    )]
}

pub(super) fn package_function(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let names = read.values("pkgname");
    let has = |name: &str| read.function(name).is_some();
    let of_each = |it: &String| has(&format!("package_{it}"));
    // Functions can be made by `eval`, too.
    let is_known = read.is_read("pkgname") && !read.unread.iter().any(|it| it.1.contains("eval "));
    // makepkg minds it in what is built; what needs others alone has nothing to install.
    let is_needed = names.len() != 1 || has("build");
    if has("package") || !is_known || !is_needed || (!names.is_empty() && names.iter().all(of_each)) {
        return Vec::new();
    }
    vec![Flaw::file(file, "there is no function `package`")]
}

pub(super) fn bin_suffix(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    // The triples of Rust stand in the names of what was built, and nothing is compiled.
    const MARKS: &[&str] = &[
        "-unknown-linux-",
        "-linux-gnu",
        "-linux-musl",
        "_linux_amd64",
        "-linux-x64",
    ];
    let sources = read
        .variables
        .iter()
        .filter(|(name, _)| name.starts_with("source"));
    let is_built = sources
        .flat_map(|(_, it)| &it.values)
        .any(|it| MARKS.iter().any(|mark| it.contains(mark)));
    if !is_built || read.function("build").is_some() || is_prebuilt(read) {
        return Vec::new();
    }
    let what = "a prebuilt program is installed, and the name does not end in `-bin`";
    vec![Flaw::line(file, read.line("pkgname"), what)]
}

pub(super) fn bin_conflicts(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let names = read.values("pkgname").iter();
    let mut flaws = Vec::new();
    for name in names.filter_map(|it| it.strip_suffix("-bin")) {
        for key in ["provides", "conflicts"] {
            let has = |it: &String| it.split(['=', '<', '>']).next() == Some(name);
            if !read.values(key).iter().any(has) {
                let what = format!("`{key}` does not name `{name}`");
                flaws.push(Flaw::line(file, read.line("pkgname"), what));
            }
        }
    }
    flaws
}

pub(super) fn locked_build(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut uses_cargo = false;
    for function in &read.functions {
        for (at, line) in function.body.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let cargo = words.iter().position(|it| *it == "cargo");
            let Some(verb) = cargo.and_then(|at| words.get(at + 1)) else {
                continue;
            };
            uses_cargo = true;
            let locks = |it: &&str| matches!(*it, "--locked" | "--frozen");
            if matches!(*verb, "build" | "install" | "test" | "fetch" | "run") && !words.iter().any(locks) {
                let what = format!("`cargo {verb}` may take other crates than those of Cargo.lock");
                flaws.push(Flaw::line(file, function.line + at, what));
            }
        }
    }
    let brings = |it: &String| {
        matches!(
            it.split(['=', '<', '>']).next(),
            Some("cargo" | "rust" | "rustup" | "cargo-nightly")
        )
    };
    if uses_cargo && !read.values("makedepends").iter().any(brings) {
        flaws.push(Flaw::line(
            file,
            read.line("makedepends"),
            "`makedepends` lacks `cargo`",
        ));
    }
    flaws
}

/// Looks at the letters of the functions alone: in double quotes or not.
pub(super) fn quoted_folders(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for function in &read.functions {
        for (at, line) in function.body.lines().enumerate() {
            if let Some(name) = unquoted(line) {
                flaws.push(Flaw::line(
                    file,
                    function.line + at,
                    format!("`${name}` is not quoted"),
                ));
            }
        }
    }
    flaws
}

/// The first of the two folders that stands in a line without quotes.
fn unquoted(line: &str) -> Option<&'static str> {
    let (mut is_double, mut is_single) = (false, false);
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match letter {
            '#' if !is_double && !is_single && before.is_whitespace() => return None,
            '"' if !is_single && before != '\\' => is_double = !is_double,
            '\'' if !is_double && before != '\\' => is_single = !is_single,
            '$' if !is_double && !is_single && before != '\\' => {
                let rest = line[at + 1..].trim_start_matches('{');
                let name = ["srcdir", "pkgdir"].into_iter().find(|it| {
                    let after = rest.strip_prefix(it);
                    after
                        .is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_'))
                });
                // An assignment is not split.
                let is_assigned = line[..at].ends_with('=');
                if name.is_some() && !is_assigned {
                    return name;
                }
            }
            _ => {}
        }
        before = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes() {
        let check = |line, expected| assert_eq!(unquoted(line), expected, "{line}");
        check("cd $srcdir/x", Some("srcdir"));
        check("install x ${pkgdir}/usr", Some("pkgdir"));
        check("install x \"$pkgdir/usr\" $pkgdirs", None);
        check("install x \"$pkgdir\"/usr", None);
        check("x='$pkgdir' # $pkgdir", None);
        check("local to=$pkgdir", None);
    }
}
