//! Rules of a manifest's sources: pinned, beside it, and those of the release.

use crate::channel::flathub::MACHINES;
use crate::channel::flathub::lint::manifest::{each, modules, sources, word};
use crate::edition::{Build, Edition};
use crate::lint::{File, Flaw, Subject};
use crate::render::yaml::Yaml;
use crate::target::Os;

/// Sources by URL are pinned (F3, `*-source-md5-deprecated`, `*-source-sha1-deprecated`).
pub(super) fn digests(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for source in sources(yaml) {
        let kind = word(source, "type").unwrap_or_default();
        let Some(url) = word(source, "url").filter(|_| ["archive", "file", "extra-data"].contains(&kind))
        else {
            continue;
        };
        let has = |key: &str, length: usize| {
            word(source, key).is_some_and(|it| {
                it.len() == length && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
            })
        };
        if !has("sha256", 64) && !has("sha512", 128) {
            flaws.push(Flaw::at(
                file,
                url,
                format!("`{url}` has no SHA-256 of 64 digits in lower case"),
            ));
        }
        for old in ["md5", "sha1"] {
            if source.get(old).is_some() {
                flaws.push(Flaw::at(file, old, format!("`{old}` is not safe any more")));
            }
        }
        if !["https://", "http://"].iter().any(|it| url.starts_with(it)) {
            flaws.push(Flaw::at(file, url, format!("`{url}` is no link")));
        }
    }
    flaws
}

/// Links that others can neither read nor change.
pub(super) fn secure(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let urls = sources(yaml).into_iter().filter_map(|it| word(it, "url"));
    urls.filter(|it| it.starts_with("http://"))
        .map(|it| Flaw::at(file, it, format!("`{it}` is no link with https")))
        .collect()
}

/// The tag of a repository, beside its commit.
pub(super) fn tags(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let sources = sources(yaml)
        .into_iter()
        .filter(|it| word(it, "type") == Some("git"));
    let bare = sources.filter(|it| word(it, "tag").is_none());
    bare.filter_map(|it| word(it, "url"))
        .map(|it| Flaw::at(file, it, format!("`{it}` has no tag")))
        .collect()
}

/// A repository is pinned by the commit (F3, `*-source-git-*`); with a tag alone it is refused in a submission.
pub(super) fn repositories(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for source in sources(yaml)
        .into_iter()
        .filter(|it| word(it, "type") == Some("git"))
    {
        let url = word(source, "url").unwrap_or_default();
        let mut push = |what: String| flaws.push(Flaw::at(file, url, what));
        if !["https://", "http://"].iter().any(|it| url.starts_with(it)) {
            push(format!("`{url}` is no link to a repository"));
        }
        let commit = word(source, "commit").unwrap_or_default();
        let is_commit =
            commit.len() == 40 && commit.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        if !is_commit {
            push(format!("`{url}` has no commit of 40 digits"));
        }
        if word(source, "branch").is_some() {
            push(format!("`{url}` follows a branch"));
        }
    }
    flaws
}

/// Folders of the machine that builds (F3, `*-source-dir-not-allowed`), and paths that leave the repository.
pub(super) fn folders(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for source in sources(yaml) {
        if word(source, "type") == Some("dir") {
            flaws.push(Flaw::file(file, "a source is a folder of one machine"));
        }
        for key in ["path", "dest", "dest-filename"] {
            let text = word(source, key).unwrap_or_default();
            let is_bad = text.starts_with('/')
                || text.split('/').any(|it| it == "..")
                || (key == "dest-filename" && text.contains('/'));
            if is_bad {
                flaws.push(Flaw::at(
                    file,
                    text,
                    format!("`{key}` leaves its folder: `{text}`"),
                ));
            }
        }
    }
    flaws
}

/// The files that a manifest reads lie beside it.
pub(super) fn companions(subject: &Subject) -> Vec<Flaw> {
    if !subject.is_whole {
        return Vec::new();
    }
    each(subject, |file, yaml| {
        let folder = file.path.rsplit_once('/').map_or("", |it| it.0);
        let inline = sources(yaml).into_iter().filter_map(|it| word(it, "path"));
        let included = modules(yaml)
            .into_iter()
            .flat_map(|it| it.get("sources").map_or(&[][..], Yaml::items));
        let names = inline.chain(included.filter_map(Yaml::as_str));
        let path = |name: &str| {
            let name = name.trim_start_matches("./");
            format!("{folder}/{name}").trim_start_matches('/').to_owned()
        };
        let missing = names.filter(|it| subject.file(&path(it)).is_none());
        missing
            .map(|it| Flaw::at(file, it, format!("`{it}` is not there")))
            .collect()
    })
}

/// What a manifest says of the release: the commit and the tag, and the digest of each archive.
pub(super) fn release(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each(subject, |file, yaml| {
        let mut flaws = Vec::new();
        for source in sources(yaml) {
            let artifact = word(source, "url").and_then(|url| {
                let of = |it: &&crate::artifact::Artifact| edition.url(&it.name).as_deref() == Some(url);
                edition.release.artifacts.iter().find(of)
            });
            if let Some(artifact) = artifact
                && word(source, "sha256") != Some(artifact.digests.sha256.to_string().as_str())
            {
                let what = format!("the digest of `{}` is {}", artifact.name, artifact.digests.sha256);
                flaws.push(Flaw::at(file, &artifact.name, what));
            }
            let repository = edition.listing.repository.as_ref().map(|it| it.url.as_str());
            let is_ours = word(source, "url").map(|it| it.trim_end_matches(".git")) == repository;
            if is_ours && word(source, "type") == Some("git") {
                let commit = edition.release.identity.commit.as_ref().map(|it| it.id.as_str());
                if word(source, "commit") != commit || word(source, "tag") != Some(edition.tag().as_str()) {
                    let what = format!("the release is the tag `{}`, commit {commit:?}", edition.tag());
                    flaws.push(Flaw::at(file, "commit", what));
                }
            }
        }
        flaws.extend(left_out(file, yaml, edition));
        flaws
    })
}

/// A manifest that packs what was built leaves no machine out.
fn left_out(file: &File, yaml: &Yaml, edition: &Edition) -> Vec<Flaw> {
    let urls: Vec<&str> = sources(yaml)
        .into_iter()
        .filter_map(|it| word(it, "url"))
        .collect();
    let linux = || edition.builds().iter().filter(|it| it.target.os == Os::Linux);
    let is_named = |build: &Build| {
        edition
            .url(&build.archive.name)
            .is_some_and(|it| urls.contains(&it.as_str()))
    };
    let packs = linux().any(is_named);
    let missing = MACHINES.iter().filter(|machine| {
        let of = || linux().filter(|it| it.target.triple.starts_with(**machine));
        packs && of().next().is_some() && !of().any(is_named)
    });
    missing
        .map(|it| Flaw::file(file, format!("what was built for `{it}` is not there")))
        .collect()
}
