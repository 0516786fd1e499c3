//! Rules about the files of a package base, which is a git repository of its own, and about `.SRCINFO`.

use std::collections::BTreeSet;

use crate::channel::aur::lint::pkgbuilds;
use crate::channel::aur::lint::sources::{Source, arrays};
use crate::channel::aur::srcinfo::{self, SrcInfo};
use crate::lint::{File, Flaw, Subject};

/// 250 KiB (aurweb, conf/config.defaults).
const BLOB_BYTES: usize = 256_000;

/// The folder of a file, with its `/`.
fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |it| it + 1)]
}

/// The folders that hold a PKGBUILD or a `.SRCINFO`.
fn bases(subject: &Subject) -> BTreeSet<&str> {
    let files = subject.files.iter();
    files
        .filter(|it| matches!(it.name(), "PKGBUILD" | ".SRCINFO"))
        .map(|it| folder(&it.path))
        .collect()
}

pub(super) fn files(subject: &Subject) -> Vec<Flaw> {
    if !subject.is_whole {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    let bases = bases(subject);
    for base in &bases {
        for name in ["PKGBUILD", ".SRCINFO"] {
            if subject.file(&format!("{base}{name}")).is_none() {
                flaws.push(Flaw::all(format!("there is no `{base}{name}`")));
            }
        }
        for file in &subject.files {
            let Some(inner) = file.path.strip_prefix(base) else {
                continue;
            };
            // What git keeps for itself is not pushed.
            let is_fine = match inner.rsplit_once('/') {
                None => true,
                Some(("keys/pgp", name)) => name.rsplit('.').next() == Some("asc"),
                Some((folder, _)) => folder == "LICENSES" || folder.split('/').next() == Some(".git"),
            };
            let is_of_another = bases
                .iter()
                .any(|it| it.len() > base.len() && file.path.starts_with(it));
            if !is_fine && !is_of_another {
                flaws.push(Flaw::file(file, "the file lies in a folder"));
            }
        }
    }
    flaws
}

pub(super) fn blob_size(subject: &Subject) -> Vec<Flaw> {
    let large = subject.files.iter().filter(|it| it.bytes.len() > BLOB_BYTES);
    large
        .map(|it| Flaw::file(it, format!("the file has {} bytes", it.bytes.len())))
        .collect()
}

pub(super) fn companions(subject: &Subject) -> Vec<Flaw> {
    if !subject.is_whole {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject) {
        let local = arrays(&read).flat_map(|(name, _, values)| {
            let local = values
                .iter()
                .map(|it| Source::of(it))
                .filter(|it| !it.is_remote());
            local.map(move |it| (name, it.name)).collect::<Vec<_>>()
        });
        let named = ["install", "changelog"]
            .into_iter()
            .filter_map(|key| Some((key, read.value(key)?)));
        for (key, name) in named.chain(local) {
            if subject.file(&format!("{}{name}", folder(&file.path))).is_none() {
                let what = format!("`{key}` names `{name}`, which is not there");
                flaws.push(Flaw::line(file, read.line(key), what));
            }
        }
    }
    flaws
}

/// The folder stands for the repository, whose name the hook compares.
pub(super) fn base(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject) {
        let base = read.value("pkgbase").or(read.value("pkgname"));
        let folder = folder(&file.path).trim_end_matches('/').rsplit('/').next();
        if let (Some(base), Some(folder)) = (base, folder.filter(|it| !it.is_empty()))
            && base != folder
        {
            let what = format!("the package base `{base}` lies in the folder `{folder}`");
            flaws.push(Flaw::line(file, read.line("pkgname"), what));
        }
    }
    flaws
}

fn srcinfos(subject: &Subject) -> impl Iterator<Item = (&File, SrcInfo)> {
    let named = subject.files.iter().filter(|it| it.name() == ".SRCINFO");
    named.map(|it| (it, SrcInfo::read(it.text().unwrap_or_default())))
}

pub(super) fn srcinfo_form(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (file, read) in srcinfos(subject) {
        flaws.extend(
            read.wrong
                .iter()
                .map(|(line, why)| Flaw::line(file, *line, why.clone())),
        );
        if read.base.is_empty() {
            flaws.push(Flaw::file(file, "there is no `pkgbase`"));
        }
        if read.names.is_empty() {
            flaws.push(Flaw::file(file, "there is no `pkgname`"));
        }
        for key in ["pkgver", "pkgrel", "arch"] {
            if !read.values.contains_key(key) {
                flaws.push(Flaw::file(file, format!("there is no `{key}`")));
            }
        }
    }
    flaws
}

/// Compares with what the PKGBUILD would give. A PKGBUILD that needs bash is told by `aur/readable`, and by nothing here.
pub(super) fn agrees(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (file, read) in pkgbuilds(subject) {
        let path = format!("{}.SRCINFO", folder(&file.path));
        let Some(srcinfo) = subject.file(&path) else {
            continue;
        };
        if !read.unread.is_empty() {
            continue;
        }
        let names = read.values("pkgname");
        let base = read.value("pkgbase").or(names.first().map(String::as_str));
        let expected = srcinfo::write(base.unwrap_or_default(), names, |key| read.values(key));
        let expected = SrcInfo::read(&expected);
        let found = SrcInfo::read(srcinfo.text().unwrap_or_default());
        if found.base != expected.base || found.names != expected.names {
            let what = format!("it is for `{}`, the PKGBUILD for `{}`", found.base, expected.base);
            flaws.push(Flaw::file(srcinfo, what));
        }
        let keys: BTreeSet<&String> = found.values.keys().chain(expected.values.keys()).collect();
        for key in keys {
            let say = |it: &SrcInfo| match it.values.get(key) {
                None => "nothing".to_owned(),
                Some(values) => format!("`{}`", values.join("`, `")),
            };
            // An array goes with its checksums by position; of others nobody minds the order.
            let sorted = |it: &SrcInfo| {
                let mut values = it.values.get(key).cloned();
                let is_paired = key.starts_with("source") || key.contains("sums");
                if let Some(values) = values.as_mut().filter(|_| !is_paired) {
                    values.sort();
                }
                values
            };
            if sorted(&found) != sorted(&expected) {
                let what = format!(
                    "`{key}` is {} here, {} in the PKGBUILD",
                    say(&found),
                    say(&expected)
                );
                flaws.push(Flaw::at(srcinfo, &format!("\t{key} = "), what));
            }
        }
    }
    flaws
}
