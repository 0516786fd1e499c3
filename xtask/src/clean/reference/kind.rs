//! What a file is to those that look for references in it: a document of some form, code, or nothing.

use crate::clean::path::{TreePath, name_of};

/// What kind of file holds a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// Text for people: a reference in it can be rewritten.
    Document,
    /// Whatever a program reads: a reference in it stops the move.
    Code,
}

/// How links are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Markdown,
    RestructuredText,
    Asciidoc,
    Org,
    Plain,
    Code,
}

impl Format {
    pub(crate) fn kind(self) -> FileKind {
        match self {
            Format::Code => FileKind::Code,
            _ => FileKind::Document,
        }
    }
}

/// The forms of documents, by extension.
const DOCUMENTS: &[(&str, Format)] = &[
    ("md", Format::Markdown),
    ("markdown", Format::Markdown),
    ("mdown", Format::Markdown),
    ("mdx", Format::Markdown),
    ("mkd", Format::Markdown),
    ("rst", Format::RestructuredText),
    ("rest", Format::RestructuredText),
    ("adoc", Format::Asciidoc),
    ("asciidoc", Format::Asciidoc),
    ("org", Format::Org),
    ("text", Format::Plain),
    ("txt", Format::Plain),
];

/// Documents without an extension, whose names are written in capitals.
const BARE_DOCUMENTS: &[&str] = &[
    "authors",
    "changelog",
    "changes",
    "contributing",
    "copying",
    "history",
    "install",
    "license",
    "maintainers",
    "news",
    "notice",
    "readme",
    "roadmap",
    "security",
    "todo",
];

/// Texts that programs read, although they end like documents.
const PROGRAM_TEXTS: &[&str] = &[
    "ads.txt",
    "cmakecache.txt",
    "cmakelists.txt",
    "conanfile.txt",
    "entry_points.txt",
    "meson_options.txt",
    "robots.txt",
    "runtime.txt",
    "sources.txt",
    "top_level.txt",
];

/// Folders whose files tests compare with: rewriting one changes what is tested.
const FIXTURE_FOLDERS: &[&[u8]] = &[
    b"__snapshots__",
    b"fixtures",
    b"golden",
    b"snapshots",
    b"testdata",
];

/// Files that name others without needing them to be where they are: locks are written by programs from other files.
const LOCKS: &[&str] = &[
    ".gitattributes",
    ".terraform.lock.hcl",
    "bun.lock",
    "cargo.lock",
    "composer.lock",
    "deno.lock",
    "flake.lock",
    "gemfile.lock",
    "go.sum",
    "go.work.sum",
    "gradle.lockfile",
    "mix.lock",
    "module.bazel.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pipfile.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Records of what has been: what a log or profile names was there once, and nothing reads it from there.
const RECORDS: &[&str] = &["lcov", "log", "out"];

/// What a file is, told by its path; `None` for files in which no mention is a reference.
pub(crate) fn of(path: &[u8]) -> Option<Format> {
    let name = String::from_utf8_lossy(name_of(path));
    let lower = name.to_ascii_lowercase();
    let (_, extension) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let is_ignore = lower.starts_with('.') && lower.ends_with("ignore");
    if is_ignore || LOCKS.contains(&&*lower) || RECORDS.contains(&extension) {
        return None;
    }
    let document = DOCUMENTS.iter().find(|it| it.0 == extension).map(|it| it.1);
    let is_bare_document = BARE_DOCUMENTS.contains(&&*lower) && *name == lower.to_ascii_uppercase();
    let document = document.or(is_bare_document.then_some(Format::Plain));
    let is_read_by_programs = extension == "txt" && is_program_text(path, &lower)
        || path
            .split(|it| *it == b'/')
            .any(|it| FIXTURE_FOLDERS.contains(&it));
    Some(document.filter(|_| !is_read_by_programs).unwrap_or(Format::Code))
}

/// Lists of Python packages may have many names, or a folder.
fn is_program_text(path: &[u8], lower: &str) -> bool {
    PROGRAM_TEXTS.contains(&lower)
        || lower.contains("requirements")
        || lower.contains("constraints")
        || path.split(|it| *it == b'/').any(|it| it == b"requirements")
}

/// What kind of file this is, told by its path; `None` for files in which no mention is a reference: ignore files,
/// `.gitattributes`, lock files, logs and other records.
pub fn kind_of(path: &TreePath) -> Option<FileKind> {
    of(path.bytes()).map(Format::kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: Option<Format>, paths: &[&str]) {
        for path in paths {
            assert_eq!(of(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn documents() {
        check(
            Some(Format::Markdown),
            &["README.md", "a/b.MD", "x.mdx", ".github/y.md"],
        );
        check(Some(Format::RestructuredText), &["docs/index.rst"]);
        check(Some(Format::Asciidoc), &["a.adoc"]);
        check(Some(Format::Org), &["notes.org"]);
        check(Some(Format::Plain), &["notes.txt", "README", "docs/NEWS"]);
    }

    #[test]
    fn code() {
        check(
            Some(Format::Code),
            &[
                "Makefile",
                "src/main.rs",
                "index.html",
                "CMakeLists.txt",
                "requirements.txt",
                "dev-requirements-3.txt",
                "requirements/base.txt",
                "robots.txt",
                "tests/golden/a.md",
                "x/testdata/README",
                "readme",
                "md",
                ".md5",
            ],
        );
    }

    #[test]
    fn files_that_refer_to_nothing() {
        check(
            None,
            &[
                ".gitignore",
                "a/.dockerignore",
                ".npmignore",
                ".gitattributes",
                "Cargo.lock",
                "web/package-lock.json",
                "go.sum",
                "run.log",
                "cover.out",
            ],
        );
        assert_eq!(kind_of(&TreePath::from("a.md")), Some(FileKind::Document));
        assert_eq!(kind_of(&TreePath::from("a.sh")), Some(FileKind::Code));
    }

    #[test]
    fn tables_are_sorted_and_lowercase_where_names_are_compared_so() {
        assert!(LOCKS.is_sorted() && PROGRAM_TEXTS.is_sorted() && BARE_DOCUMENTS.is_sorted());
        assert!(FIXTURE_FOLDERS.is_sorted() && RECORDS.is_sorted());
        for name in LOCKS
            .iter()
            .chain(PROGRAM_TEXTS)
            .chain(RECORDS)
            .chain(BARE_DOCUMENTS)
        {
            assert_eq!(*name, name.to_ascii_lowercase());
        }
    }
}
