//! `.SRCINFO`: what the AUR's server reads instead of running a PKGBUILD, as `makepkg --printsrcinfo` prints it.

use std::collections::BTreeMap;

/// The algorithms of checksums, in makepkg's order (util/schema.sh).
pub const SUMS: &[&str] = &[
    "cksums",
    "md5sums",
    "sha1sums",
    "sha224sums",
    "sha256sums",
    "sha384sums",
    "sha512sums",
    "b2sums",
];

const SINGLE: &[&str] = &[
    "pkgdesc",
    "pkgver",
    "pkgrel",
    "epoch",
    "url",
    "install",
    "changelog",
];

const SEVERAL: &[&str] = &[
    "arch",
    "groups",
    "license",
    "checkdepends",
    "makedepends",
    "depends",
    "optdepends",
    "provides",
    "conflicts",
    "replaces",
    "noextract",
    "options",
    "backup",
    "source",
    "validpgpkeys",
];

/// What may be said for one machine alone.
const BY_MACHINE: &[&str] = &[
    "source",
    "provides",
    "conflicts",
    "depends",
    "replaces",
    "optdepends",
    "makedepends",
    "checkdepends",
];

/// Writes the text for a base of one or several packages that differ in nothing but the name. `values` gives those of a
/// variable.
pub fn write<'a>(base: &str, names: &[String], values: impl Fn(&str) -> &'a [String]) -> String {
    let mut lines = vec![format!("pkgbase = {base}\n")];
    let mut put = |key: &str, values: &[String]| {
        let line = |it: &String| format!("\t{key} = {}\n", one_line(it));
        lines.extend(values.iter().map(line));
    };
    for key in SINGLE {
        if let Some(value) = values(key).first().filter(|it| !it.is_empty()) {
            put(key, std::slice::from_ref(value));
        }
    }
    for key in SEVERAL.iter().chain(SUMS) {
        put(key, values(key));
    }
    for machine in values("arch").iter().filter(|it| *it != "any") {
        for key in BY_MACHINE.iter().chain(SUMS) {
            let key = format!("{key}_{machine}");
            put(&key, values(&key));
        }
    }
    lines.extend(names.iter().map(|it| format!("\npkgname = {it}\n")));
    lines.concat()
}

/// makepkg makes one space of all white space, and takes it away at the ends.
fn one_line(text: &str) -> String {
    let is_space = |it: char| matches!(it, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
    let parts: Vec<&str> = text.split(is_space).filter(|it| !it.is_empty()).collect();
    parts.join(" ")
}

/// What stands in a `.SRCINFO`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SrcInfo {
    /// The package base.
    pub base: String,
    /// The packages.
    pub names: Vec<String>,
    /// The values of the base, in their order, by key.
    pub values: BTreeMap<String, Vec<String>>,
    /// Lines, counted from 1, that have no such form, and why.
    pub wrong: Vec<(usize, String)>,
}

impl SrcInfo {
    /// Reads a text.
    pub fn read(text: &str) -> SrcInfo {
        let mut found = SrcInfo::default();
        for (at, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let Some((key, value)) = trimmed.split_once(" = ") else {
                let why = format!("`{trimmed}` is no `key = value`");
                found.wrong.push((at + 1, why));
                continue;
            };
            match key {
                "pkgbase" if at == 0 || found.base.is_empty() => value.clone_into(&mut found.base),
                "pkgbase" => found.wrong.push((at + 1, "a second `pkgbase`".to_owned())),
                "pkgname" => found.names.push(value.to_owned()),
                _ if found.base.is_empty() => {
                    found
                        .wrong
                        .push((at + 1, format!("`{key}` stands before `pkgbase`")));
                }
                _ if found.names.is_empty() => {
                    found
                        .values
                        .entry(key.to_owned())
                        .or_default()
                        .push(value.to_owned());
                }
                // What a package of several says otherwise.
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_makepkgs() {
        let table: BTreeMap<&str, Vec<String>> = [
            ("pkgdesc", vec!["  a \t b\n"]),
            ("pkgver", vec!["1"]),
            ("epoch", vec![""]),
            ("arch", vec!["x86_64", "any"]),
            ("depends", vec!["glibc", "gcc-libs"]),
            ("source", vec!["a"]),
            ("sha256sums_x86_64", vec!["0"]),
            ("source_x86_64", vec!["b"]),
            ("source_any", vec!["c"]),
        ]
        .map(|(key, values)| (key, values.into_iter().map(str::to_owned).collect()))
        .into();
        let text = write("x", &["x".to_owned()], |key| {
            table.get(key).map_or(&[][..], Vec::as_slice)
        });
        let expected = "pkgbase = x\n\tpkgdesc = a b\n\tpkgver = 1\n\tarch = x86_64\n\tarch = any\n\tdepends = glibc\n\
                        \tdepends = gcc-libs\n\tsource = a\n\tsource_x86_64 = b\n\tsha256sums_x86_64 = 0\n\npkgname = x\n";
        assert_eq!(text, expected);
        let read = SrcInfo::read(&text);
        assert_eq!(
            (read.base.as_str(), read.names.as_slice()),
            ("x", &["x".to_owned()][..])
        );
        assert_eq!(read.values["depends"], ["glibc", "gcc-libs"]);
        assert_eq!(read.wrong, []);
    }

    #[test]
    fn lines_of_another_form_are_found() {
        for text in ["x", "\tpkgver = 1\n", "pkgbase = a\npkgbase = b\n"] {
            assert_ne!(SrcInfo::read(text).wrong, [], "{text}");
        }
    }
}
