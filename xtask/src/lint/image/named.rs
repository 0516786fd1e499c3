//! Names of images: repositories and tags, and what a layout should offer.

use std::collections::BTreeSet;

use crate::channel::docker_hub::image::{self, IMAGE_NAME};
use crate::channel::version;
use crate::lint::image::{each, list, text};
use crate::lint::{Flaw, Subject};
use crate::pack::oci::REF_NAME;

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, parted by `/`.
fn is_repository(name: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    !name.is_empty()
        && name.split('/').all(|part| {
            let separators = part.split(is_plain).filter(|it| !it.is_empty());
            part.starts_with(is_plain)
                && part.ends_with(is_plain)
                && separators
                    .into_iter()
                    .all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|it| it == b'-'))
        })
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
fn is_tag(tag: &str) -> bool {
    let is_first = |it: char| it.is_ascii_alphanumeric() || it == '_';
    tag.starts_with(is_first)
        && tag.len() <= 128
        && tag.chars().all(|it| is_first(it) || matches!(it, '.' | '-'))
}

/// The registry, the repository and the tag.
fn parts(name: &str) -> (&str, &str, &str) {
    let (host, rest) = match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
        _ => ("docker.io", name),
    };
    let (repository, tag) = rest.rsplit_once(':').unwrap_or((rest, ""));
    (host, repository, tag)
}

/// What the image is called is a name that the registry takes, and its tag is the layout's.
pub(crate) fn repository(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut flaws = Vec::new();
        for node in list(&layout.json, "manifests") {
            let name = text(&node["annotations"], IMAGE_NAME);
            if name.is_empty() {
                continue;
            }
            let (host, repository, tag) = parts(name);
            let levels = repository.split('/').count();
            let what = match () {
                () if !is_repository(repository) => {
                    format!(
                        "`{repository}` is no name of a repository: lower-case letters, digits and single `._-`"
                    )
                }
                () if name.len() - tag.len() > 256 => format!("`{repository}` has more than 255 characters"),
                () if host == "docker.io" && levels != 2 => {
                    format!("`{repository}` has {levels} parts: Docker Hub has a namespace and a name")
                }
                () if tag != text(&node["annotations"], REF_NAME) => {
                    format!(
                        "`{name}` and the tag `{}` differ",
                        text(&node["annotations"], REF_NAME)
                    )
                }
                () => continue,
            };
            flaws.push(Flaw::file(layout.list, what));
        }
        flaws.dedup();
        flaws
    })
}

/// A tag has the alphabet of tags, and stands once.
pub(crate) fn tag(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut seen = BTreeSet::new();
        let mut flaws = Vec::new();
        for node in list(&layout.json, "manifests") {
            let Some(tag) = node["annotations"][REF_NAME].as_str() else {
                continue;
            };
            if !is_tag(tag) {
                flaws.push(Flaw::file(
                    layout.list,
                    format!("`{}` is no tag", tag.escape_debug()),
                ));
            }
            if !seen.insert(tag) {
                flaws.push(Flaw::file(layout.list, format!("the tag `{tag}` stands twice")));
            }
        }
        flaws
    })
}

/// All tags name one thing; of a release, they are those of its version.
pub(crate) fn tags(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let tagged: Vec<(&str, &str)> = list(&layout.json, "manifests")
            .iter()
            .filter_map(|it| Some((it["annotations"][REF_NAME].as_str()?, text(it, "digest"))))
            .collect();
        let mut flaws = Vec::new();
        if tagged.is_empty() {
            flaws.push(Flaw::file(layout.list, "nothing has a tag"));
        }
        if let Some((tag, _)) = tagged.iter().find(|it| it.1 != tagged[0].1) {
            flaws.push(Flaw::file(
                layout.list,
                format!("`{tag}` and `{}` name two images", tagged[0].0),
            ));
        }
        let expected = subject
            .edition
            .as_ref()
            .and_then(|it| version::oci_tags(it.version()).ok());
        for tag in expected.iter().flatten() {
            if !tagged.iter().any(|it| it.0 == tag) {
                flaws.push(Flaw::file(layout.list, format!("the tag `{tag}` is missing")));
            }
        }
        if let Some(expected) = expected {
            for (tag, _) in tagged.iter().filter(|it| !expected.iter().any(|tag| tag == it.0)) {
                flaws.push(Flaw::file(layout.list, format!("the version has no tag `{tag}`")));
            }
        }
        flaws
    })
}

/// Every machine with a static build has its image.
pub(crate) fn platforms_built(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = subject.edition.as_ref().filter(|_| subject.is_whole) else {
        return Vec::new();
    };
    each(subject, |layout| {
        let images = layout.images();
        let lacks = image::builds(edition).into_iter().filter(|(machine, _)| {
            !images.iter().any(|it| {
                text(&it.config, "architecture") == machine.architecture
                    && it.config["variant"].as_str() == machine.variant
            })
        });
        lacks
            .map(|(machine, build)| {
                let what = format!(
                    "there is no image for {}, but `{}` was built",
                    machine.name(),
                    build.target
                );
                Flaw::file(layout.list, what)
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repositories() {
        for name in ["owner/demo", "a", "a.b/c_d/e__f/g---h", "0/1"] {
            assert!(is_repository(name), "{name}");
        }
        for name in [
            "",
            "Owner/demo",
            "a//b",
            "-a",
            "a-",
            "a..b",
            "a___b",
            "a._b",
            "ä",
            "/a",
            "a:b",
        ] {
            assert!(!is_repository(name), "{name}");
        }
    }

    #[test]
    fn tags_of_images() {
        for tag in ["1.2.3", "latest", "_x", "1.2.3-rc.1", &"a".repeat(128)] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in ["", "1.2.3+5", ".a", "-a", "a b", "a\n", &"a".repeat(129)] {
            assert!(!is_tag(tag), "{tag}");
        }
    }

    #[test]
    fn parts_of_names() {
        assert_eq!(parts("docker.io/owner/demo:1"), ("docker.io", "owner/demo", "1"));
        assert_eq!(parts("localhost:5000/a/b"), ("localhost:5000", "a/b", ""));
        assert_eq!(parts("owner/demo:x"), ("docker.io", "owner/demo", "x"));
    }
}
