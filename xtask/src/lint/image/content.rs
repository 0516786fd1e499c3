//! What is in an image: its program, its user, and what it says of itself.

use serde_json::Value;

use crate::channel::docker_hub::image::MACHINES;
use crate::digest::Sha256;
use crate::inspect::{self, Format, Linkage};
use crate::lint::image::{Image, each, each_image, list, text};
use crate::lint::{Flaw, Subject, release};

/// What the standard's keys begin with.
const KEYS: &str = "org.opencontainers.image.";

fn config_flaw(image: &Image<'_>, what: impl Into<String>) -> Vec<Flaw> {
    vec![Flaw::file(image.config_file.unwrap_or(image.file), what)]
}

/// The values of a key of the standard: in labels, in the manifest's annotations, in those of the index.
fn values<'v>(image: &'v Image<'_>, key: &str) -> Vec<&'v str> {
    let key = format!("{KEYS}{key}");
    let nodes: [&Value; 3] = [
        &image.config["config"]["Labels"],
        &image.manifest["annotations"],
        &image.index["annotations"],
    ];
    nodes.iter().filter_map(|it| it[key.as_str()].as_str()).collect()
}

/// The program runs as somebody who is not root.
pub(crate) fn non_root(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |_, image| {
        let user = text(&image.config["config"], "User");
        let name = user.split(':').next().unwrap_or_default();
        let is_root = matches!(name, "" | "root") || name.parse() == Ok(0_u64);
        if is_root && image.config_file.is_some() {
            return config_flaw(image, format!("the user is `{user}`, which is root"));
        }
        Vec::new()
    })
}

/// The user is a number.
pub(crate) fn user_number(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |_, image| {
        let user = text(&image.config["config"], "User");
        if user.split(':').all(|it| it.parse::<u32>().is_ok()) || user.is_empty() {
            return Vec::new();
        }
        config_flaw(image, format!("the user `{user}` is no number"))
    })
}

/// What is started is there and can be started.
pub(crate) fn entrypoint(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |layout, image| {
        if image.config_file.is_none() {
            return Vec::new();
        }
        let running = &image.config["config"];
        let Some(program) = list(running, "Entrypoint")
            .iter()
            .chain(list(running, "Cmd"))
            .next()
        else {
            return config_flaw(image, "there is nothing to run: neither `Entrypoint` nor `Cmd`");
        };
        let Some(path) = program.as_str().and_then(|it| it.strip_prefix('/')) else {
            return config_flaw(image, format!("{program} is no absolute path"));
        };
        let Ok(files) = layout.files(image) else {
            return Vec::new();
        };
        match files.iter().rfind(|it| it.path.trim_start_matches("./") == path) {
            _ if files.is_empty() => Vec::new(),
            None => config_flaw(image, format!("`/{path}` is in no layer")),
            Some(file) if file.mode & 0o111 == 0 => {
                config_flaw(image, format!("`/{path}` is not executable"))
            }
            Some(_) => Vec::new(),
        }
    })
}

/// The programs are for the image's machine, and need no loader that the image does not have.
pub(crate) fn machine(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |layout, image| {
        let Ok(files) = layout.files(image) else {
            return Vec::new();
        };
        let architecture = text(&image.config, "architecture");
        let code = MACHINES
            .iter()
            .find(|it| it.architecture == architecture)
            .map(|it| it.code);
        let mut flaws = Vec::new();
        for file in files.iter().filter(|it| it.mode & 0o111 != 0) {
            let Ok(facts) = inspect::facts(&file.bytes) else {
                continue;
            };
            let what = match facts.interpreter.as_deref() {
                _ if facts.format != Format::Elf => format!("is no program for Linux but {}", facts.format),
                _ if code.is_some_and(|it| facts.machines != [it]) => {
                    format!(
                        "is for {}, the image for {architecture}",
                        facts.machines.join(", ")
                    )
                }
                Some(loader) if !files.iter().any(|it| it.path == loader.trim_start_matches('/')) => {
                    format!("is started by `{loader}`, which the image does not have")
                }
                None if facts.linkage == Linkage::Dynamic => "needs libraries, and has no loader".to_owned(),
                _ => continue,
            };
            flaws.push(Flaw::file(image.file, format!("`/{}` {what}", file.path)));
        }
        flaws
    })
}

/// The paths of a layer stay below the root, each stands once, and nobody becomes another by a bit.
pub(crate) fn paths(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |layout, image| {
        let Ok(files) = layout.files(image) else {
            return Vec::new();
        };
        let mut flaws = Vec::new();
        for (at, file) in files.iter().enumerate() {
            let what = match () {
                () if file.path.starts_with('/') || file.path.split('/').any(|it| it == "..") => {
                    "leaves the root"
                }
                () if files[..at].iter().any(|it| it.path == file.path)
                    && list(&image.manifest, "layers").len() == 1 =>
                {
                    "stands twice"
                }
                () if file.mode & 0o6000 != 0 => "changes its user when it is run",
                () => continue,
            };
            flaws.push(Flaw::file(
                image.file,
                format!("`{}` {what}", file.path.escape_debug()),
            ));
        }
        flaws
    })
}

/// A port is a number, with the protocol.
pub(crate) fn ports(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |_, image| {
        let ports = image.config["config"]["ExposedPorts"].as_object();
        let is_port = |text: &str| {
            let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
            matches!(protocol, "tcp" | "udp" | "sctp") && number.parse::<u16>().is_ok_and(|it| it > 0)
        };
        let wrong = ports
            .into_iter()
            .flat_map(|it| it.keys())
            .filter(|it| !is_port(it));
        wrong
            .flat_map(|it| config_flaw(image, format!("`{}` is no port", it.escape_debug())))
            .collect()
    })
}

/// Every file that can be run is one that was built, for this machine.
pub(crate) fn programs(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each_image(subject, |layout, image| {
        let Ok(files) = layout.files(image) else {
            return Vec::new();
        };
        let architecture = text(&image.config, "architecture");
        let code = MACHINES
            .iter()
            .find(|it| it.architecture == architecture)
            .map(|it| it.code);
        let mut flaws = Vec::new();
        for file in files.iter().filter(|it| it.mode & 0o111 != 0) {
            let sum = Sha256::of(&file.bytes);
            if !release::is_program(edition, sum, code) {
                let what = format!(
                    "`/{}` is none of the programs that were built for {architecture}",
                    file.path
                );
                flaws.push(Flaw::file(image.file, what));
            }
        }
        flaws
    })
}

/// What registries and people look for is said, in labels and in annotations, and both say the same.
pub(crate) fn labels(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |_, image| {
        let mut flaws = Vec::new();
        if image.config_file.is_none() {
            return flaws;
        }
        for key in ["title", "description", "version", "created", "licenses", "source"] {
            let found = values(image, key);
            if found.iter().all(|it| it.trim().is_empty()) {
                flaws.extend(config_flaw(image, format!("there is no label `{KEYS}{key}`")));
            } else if found.iter().any(|it| *it != found[0]) {
                flaws.extend(config_flaw(
                    image,
                    format!("`{KEYS}{key}` differs between label and annotation"),
                ));
            }
        }
        flaws
    })
}

/// The label is the release's version; of an image that another tool wrote, one that a tag says too.
pub(crate) fn version_label(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |layout, image| {
        let tags: Vec<&str> = list(&layout.json, "manifests")
            .iter()
            .filter_map(|it| it["annotations"][crate::pack::oci::REF_NAME].as_str())
            .collect();
        let mut flaws = Vec::new();
        for version in values(image, "version") {
            let expected = subject.edition.as_ref().map(|it| it.version().to_string());
            let tag = version.replace('+', "-");
            let is_fine = match &expected {
                Some(expected) => version == expected,
                None => tags.is_empty() || tags.iter().any(|it| it.trim_start_matches('v') == tag),
            };
            if !is_fine {
                let should = expected.unwrap_or_else(|| tags.join(", "));
                flaws.extend(config_flaw(
                    image,
                    format!("`{KEYS}version` is `{version}`, not {should}"),
                ));
            }
        }
        flaws.dedup();
        flaws
    })
}

/// Times have the form of RFC 3339.
pub(crate) fn created(subject: &Subject) -> Vec<Flaw> {
    each_image(subject, |_, image| {
        let mut times = values(image, "created");
        times.extend(image.config["created"].as_str());
        times.extend(
            list(&image.config, "history")
                .iter()
                .filter_map(|it| it["created"].as_str()),
        );
        let mut wrong: Vec<&str> = times.into_iter().filter(|it| !is_rfc3339(it)).collect();
        wrong.dedup();
        wrong
            .into_iter()
            .flat_map(|it| config_flaw(image, format!("`{it}` is no time of RFC 3339")))
            .collect()
    })
}

fn is_rfc3339(text: &str) -> bool {
    let fits = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(it, form)| match form {
                b'0' => it.is_ascii_digit(),
                other => it == other,
            })
    };
    let Some((time, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let number = |from: usize| {
        time.get(from..from + 2)
            .and_then(|it| it.parse::<u32>().ok())
            .unwrap_or(99)
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|it: char| it.is_ascii_digit()),
        None => rest,
    };
    fits(time, "0000-00-00T00:00:00")
        && (1..=12).contains(&number(5))
        && (1..=31).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) <= 60
        && !rest.starts_with(".Z")
        && (zone == "Z" || fits(zone, "+00:00") || fits(zone, "-00:00"))
}

/// The licence is an SPDX expression.
pub(crate) fn licences(subject: &Subject) -> Vec<Flaw> {
    each(subject, |layout| {
        let mut flaws = Vec::new();
        for image in layout.images() {
            for licence in values(&image, "licenses") {
                if let Err(error) = spdx::Expression::parse(licence) {
                    let what = format!(
                        "`{}` is no SPDX expression: {}",
                        licence.escape_debug(),
                        error.reason
                    );
                    flaws.extend(config_flaw(&image, what));
                }
            }
        }
        flaws.dedup();
        flaws
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for text in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123+01:00"] {
            assert!(is_rfc3339(text), "{text}");
        }
        for text in [
            "",
            "2026-01-02",
            "2026-13-02T03:04:05Z",
            "2026-01-02 03:04:05Z",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05.Z",
            "ü026-01-02T03:04:0Z",
        ] {
            assert!(!is_rfc3339(text), "{text}");
        }
    }
}
