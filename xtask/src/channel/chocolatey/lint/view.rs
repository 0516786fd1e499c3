//! What is looked at: nuspecs and scripts, whether they lie as files or in a package.

use roxmltree::{Document, Node};

use crate::channel::chocolatey::has_ending;
use crate::lint::{File, Flaw, Subject};
use crate::pack::read::{self, Packed};

/// A text, and the file that holds it.
pub(super) struct View<'a> {
    /// The file: the text itself, or the package.
    pub(super) file: &'a File,
    /// Its path in the package.
    pub(super) inner: Option<String>,
    /// The text.
    pub(super) text: String,
    /// Whether a byte order mark stood before it.
    pub(super) is_marked: bool,
}

impl<'a> View<'a> {
    fn new(file: &'a File, inner: Option<String>, bytes: &[u8]) -> Option<View<'a>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let bare = text.strip_prefix('\u{feff}');
        Some(View {
            file,
            inner,
            text: bare.unwrap_or(text).to_owned(),
            is_marked: bare.is_some(),
        })
    }

    /// About the first line that holds a part; in a package the line has no use for an editor.
    pub(super) fn flaw(&self, part: &str, what: impl Into<String>) -> Flaw {
        let what = what.into();
        match &self.inner {
            None => Flaw::at(self.file, part, what),
            Some(path) => Flaw::file(self.file, format!("`{path}`: {what}")),
        }
    }
}

/// The packages.
pub(super) fn packages(subject: &Subject) -> impl Iterator<Item = &File> {
    subject.ending(".nupkg")
}

/// The files of a package; the contents of those alone that are asked for.
pub(super) fn unpacked(file: &File, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Packed> {
    read::zip(&file.bytes, is_wanted).unwrap_or_default()
}

fn views<'a>(subject: &'a Subject, is_wanted: &dyn Fn(&str) -> bool) -> Vec<View<'a>> {
    let mut found = Vec::new();
    for file in &subject.files {
        if is_wanted(&file.path) {
            found.extend(View::new(file, None, &file.bytes));
        } else if has_ending(&file.path, &["nupkg"]) {
            for packed in unpacked(file, is_wanted) {
                if is_wanted(&packed.path) {
                    found.extend(View::new(file, Some(packed.path), &packed.bytes));
                }
            }
        }
    }
    found
}

/// The scripts. Beside a nuspec lie also those with which its authors keep it up to date, and they are not packed.
pub(super) fn scripts(subject: &Subject) -> Vec<View<'_>> {
    let has_nuspec = subject.files.iter().any(|it| has_ending(&it.path, &["nuspec"]));
    let mut views = views(subject, &|path| has_ending(path, &["ps1"]));
    views.retain(|it| {
        let mut folders = it.file.path.split('/').rev().skip(1);
        it.inner.is_some() || !has_nuspec || folders.any(|it| it.eq_ignore_ascii_case("tools"))
    });
    views
}

/// The nuspecs, beside packages and in them.
pub(super) fn all_nuspecs(subject: &Subject) -> Vec<View<'_>> {
    views(subject, &|path| has_ending(path, &["nuspec"]))
}

/// The nuspecs, each text once: what is wrong in the one beside a package need not be said of the one in it.
pub(super) fn nuspecs(subject: &Subject) -> Vec<View<'_>> {
    let mut views = all_nuspecs(subject);
    let outer: Vec<String> = views
        .iter()
        .filter(|it| it.inner.is_none())
        .map(|it| it.text.clone())
        .collect();
    views.retain(|it| it.inner.is_none() || !outer.contains(&it.text));
    views
}

/// Looks at each script without its remarks.
pub(super) fn each_script(subject: &Subject, check: impl Fn(&View<'_>, &str) -> Vec<Flaw>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for view in scripts(subject) {
        let lines = view.text.lines().filter(|it| !it.trim_start().starts_with('#'));
        let code = lines.collect::<Vec<_>>().join("\n");
        flaws.extend(check(&view, &code));
    }
    flaws
}

/// Looks at the metadata of each nuspec that can be read.
pub(super) fn each(subject: &Subject, check: impl Fn(&View<'_>, Node<'_, '_>) -> Vec<Flaw>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for view in nuspecs(subject) {
        if let Ok(document) = Document::parse(&view.text)
            && let Some(metadata) = metadata(&document)
        {
            flaws.extend(check(&view, metadata));
        }
    }
    flaws
}

/// The metadata, whatever the namespace.
pub(super) fn metadata<'a>(document: &'a Document<'_>) -> Option<Node<'a, 'a>> {
    let root = document.root_element();
    let is_package = root.tag_name().name() == "package";
    root.children()
        .find(|it| is_package && it.tag_name().name() == "metadata")
}

/// The text of an element of the metadata; `None` where it is missing or empty.
pub(super) fn text<'a>(metadata: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let element = metadata.children().find(|it| it.tag_name().name() == name)?;
    Some(element.text().unwrap_or_default().trim()).filter(|it| !it.is_empty())
}
