//! Rules about what is downloaded, and its checksums.

use crate::channel::aur::pkgbuild::Pkgbuild;
use crate::channel::aur::srcinfo::SUMS;
use crate::lint::{File, Flaw};

/// The AUR's database has columns of this many bytes (schema.py).
const ADDRESS_BYTES: usize = 8000;

/// The digits of each algorithm.
const DIGITS: &[(&str, usize)] = &[
    ("md5sums", 32),
    ("sha1sums", 40),
    ("sha224sums", 56),
    ("sha256sums", 64),
    ("sha384sums", 96),
    ("sha512sums", 128),
    ("b2sums", 128),
];

/// The start of an address that is a repository.
const REPOSITORIES: &[&str] = &["git", "hg", "svn", "bzr", "fossil"];

/// A source: the name that it gets, and where it is from.
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) address: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn of(text: &'a str) -> Source<'a> {
        match text.split_once("::") {
            Some((name, address)) => Source { name, address },
            None => Source {
                name: text.rsplit('/').next().unwrap_or(text),
                address: text,
            },
        }
    }

    pub(super) fn is_remote(&self) -> bool {
        self.address.contains("://")
    }

    fn is_repository(&self) -> bool {
        let scheme = self.address.split("://").next().unwrap_or_default();
        let first = scheme.split('+').next().unwrap_or_default();
        self.is_remote() && REPOSITORIES.contains(&first)
    }
}

/// The arrays of sources that could be read: the name, what follows in it, the values.
pub(super) fn arrays(read: &Pkgbuild) -> impl Iterator<Item = (&str, &str, &[String])> {
    read.variables.iter().filter_map(|(name, variable)| {
        let suffix = name.strip_prefix("source")?;
        let is_one = suffix.is_empty() || suffix.starts_with('_');
        (is_one && variable.is_read).then_some((name.as_str(), suffix, variable.values.as_slice()))
    })
}

pub(super) fn length(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let url = ("url", "", read.values("url"));
    let mut flaws = Vec::new();
    for (name, _, values) in arrays(read).chain([url]) {
        for value in values.iter().filter(|it| it.len() > ADDRESS_BYTES) {
            let what = format!("a value of `{name}` has {} bytes", value.len());
            flaws.push(Flaw::line(file, read.line(name), what));
        }
    }
    flaws
}

pub(super) fn versioned(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let version = read.value("pkgver").unwrap_or_default();
    let mut flaws = Vec::new();
    for (name, _, values) in arrays(read) {
        for value in values {
            let source = Source::of(value);
            if source.is_remote() && !source.is_repository() && !source.name.contains(version) {
                let what = format!("`{}` has no version in its name", source.name);
                flaws.push(Flaw::line(file, read.line(name), what));
            }
        }
    }
    flaws
}

pub(super) fn count(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (name, suffix, values) in arrays(read) {
        let mut has_any = false;
        for sums in SUMS {
            let key = format!("{sums}{suffix}");
            let Some(variable) = read.variables.get(&key) else {
                continue;
            };
            has_any = true;
            if variable.is_read && variable.values.len() != values.len() {
                let what = format!(
                    "`{name}` has {} values, `{key}` {}",
                    values.len(),
                    variable.values.len()
                );
                flaws.push(Flaw::line(file, variable.line, what));
            }
        }
        if !has_any && !values.is_empty() {
            flaws.push(Flaw::line(
                file,
                read.line(name),
                format!("`{name}` has no checksums"),
            ));
        }
    }
    flaws
}

pub(super) fn form(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (_, suffix, sources) in arrays(read) {
        for (sums, digits) in DIGITS {
            let key = format!("{sums}{suffix}");
            let values = read.values(&key).iter().enumerate();
            for (at, sum) in values.filter(|_| read.is_read(&key)) {
                let line = read.line(&key);
                if sum == "SKIP" {
                    let source = sources.get(at).map(|it| Source::of(it));
                    // The signature of a file is checked by its key.
                    let is_signature = |it: &Source<'_>| {
                        let ending = it.name.rsplit('.').next();
                        matches!(ending, Some("sig" | "asc" | "sign" | "minisig"))
                    };
                    // What lies beside the PKGBUILD is known by the same commit.
                    let is_checked =
                        |it: &Source<'_>| !it.is_remote() || it.is_repository() || is_signature(it);
                    if let Some(source) = source.filter(|it| !is_checked(it)) {
                        flaws.push(Flaw::line(
                            file,
                            line,
                            format!("`{}` is not checked", source.name),
                        ));
                    }
                } else if sum.len() != *digits || !sum.bytes().all(|it| it.is_ascii_hexdigit()) {
                    flaws.push(Flaw::line(file, line, format!("`{sum}` is no value of `{key}`")));
                }
            }
        }
    }
    flaws
}

pub(super) fn strong(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    const STRONG: &[&str] = &["sha256sums", "sha384sums", "sha512sums", "b2sums"];
    let has = |list: &[&str], suffix: &str| {
        list.iter()
            .any(|it| !read.values(&format!("{it}{suffix}")).is_empty())
    };
    arrays(read)
        .filter(|(_, suffix, _)| has(SUMS, suffix) && !has(STRONG, suffix))
        .map(|(name, ..)| Flaw::line(file, read.line(name), format!("`{name}` has weak checksums only")))
        .collect()
}

pub(super) fn addresses(file: &File, read: &Pkgbuild) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    match read.value("url") {
        None => flaws.push(Flaw::file(file, "there is no `url`")),
        Some(url) if !url.starts_with("https://") => {
            flaws.push(Flaw::line(
                file,
                read.line("url"),
                format!("`{url}` does not begin with https"),
            ));
        }
        Some(_) => {}
    }
    for (name, _, values) in arrays(read) {
        for source in values.iter().map(|it| Source::of(it)) {
            let is_plain = ["http://", "ftp://"]
                .iter()
                .any(|it| source.address.starts_with(it));
            if is_plain {
                let what = format!("`{}` is fetched without https", source.address);
                flaws.push(Flaw::line(file, read.line(name), what));
            }
        }
    }
    flaws
}
