//! Rules of METADATA: what the index reads of it, and refuses.

use crate::lint::{Flaw, Rule, Severity, Subject};
use crate::pack::wheel::normalised;

use super::super::metadata::Metadata;
use super::super::wheel_file::{WheelFile, is_normal_version};
use super::each;

pub(super) const VERSION_KNOWN: Rule = Rule {
    id: "pypi/metadata-version",
    source: "P2",
    severity: Severity::Refused,
    demands: "Metadata-Version is one of those that the index reads",
    help: "write METADATA of version 2.4",
    check: |subject| {
        fields(subject, |_, metadata| {
            const KNOWN: &[&str] = &["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"];
            let version = metadata.get("Metadata-Version").unwrap_or_default();
            let is_known = KNOWN.contains(&version);
            one(!is_known, || {
                format!("the index does not read Metadata-Version `{version}`")
            })
        })
    },
};

pub(super) const AGREES: Rule = Rule {
    id: "pypi/metadata-agrees",
    source: "P1",
    severity: Severity::Refused,
    demands: "METADATA has the name and the version of the file",
    help: "pack the wheel anew: `cargo xtask manifests`",
    check: |subject| {
        fields(subject, |wheel, metadata| {
            let name = metadata.get("Name").unwrap_or_default();
            let version = metadata.get("Version").unwrap_or_default();
            let mut found = Vec::new();
            if normalised(name) != normalised(wheel.name.distribution) {
                found.push(format!("METADATA has the name `{name}`"));
            }
            if version != wheel.name.version {
                found.push(format!("METADATA has the version `{version}`"));
            }
            if !is_normal_version(version) {
                found.push(format!("`{version}` is no version that the index takes"));
            }
            found
        })
    },
};

pub(super) const NAME: Rule = Rule {
    id: "pypi/name",
    source: "P1",
    severity: Severity::Refused,
    demands: "a name has ASCII letters, digits and `._-`, and begins and ends with a letter or a digit",
    help: "choose another with `[channel.pypi] name`",
    check: |subject| {
        fields(subject, |_, metadata| {
            let name = metadata.get("Name").unwrap_or_default();
            let is_edge = |it: char| it.is_ascii_alphanumeric();
            let is_name = name.starts_with(is_edge)
                && name.ends_with(is_edge)
                && name.chars().all(|it| is_edge(it) || "._-".contains(it));
            one(!is_name, || format!("`{name}` is no name that the index takes"))
        })
    },
};

pub(super) const SUMMARY: Rule = Rule {
    id: "pypi/summary",
    source: "P2",
    severity: Severity::Refused,
    demands: "a summary is one line of at most 512 characters",
    help: "write a shorter one into `[channel.pypi] summary`",
    check: |subject| {
        fields(subject, |_, metadata| {
            let summary = metadata.get("Summary").unwrap_or_default();
            let length = summary.chars().count();
            let mut found = one(length > 512, || format!("the summary has {length} characters"));
            found.extend(one(summary.contains('\n'), || {
                "the summary has several lines".to_owned()
            }));
            found
        })
    },
};

pub(super) const URL: Rule = Rule {
    id: "pypi/project-url",
    source: "P2",
    severity: Severity::Refused,
    demands: "a project's URL has a label of at most 32 characters and begins with `https://` or `http://`",
    help: "write it as `Label, https://…`",
    check: |subject| {
        fields(subject, |_, metadata| {
            let is_bad = |it: &&str| {
                let (label, url) = it.split_once(',').unwrap_or((it, ""));
                let (label, url) = (label.trim(), url.trim());
                let is_web = ["https://", "http://"].iter().any(|it| url.starts_with(it));
                label.is_empty() || label.chars().count() > 32 || !is_web
            };
            let bad = metadata.all("Project-URL").filter(is_bad);
            bad.map(|it| format!("the index does not take the URL `{it}`"))
                .collect()
        })
    },
};

pub(super) const CLASSIFIER: Rule = Rule {
    id: "pypi/classifier",
    source: "P2",
    severity: Severity::Refused,
    demands: "a classifier is one of the index's list, and no `Private ::`",
    help: "choose from the list of trove classifiers for `[channel.pypi] classifiers`",
    check: |subject| {
        fields(subject, |_, metadata| {
            // The list itself grows by the month; its groups do not.
            const GROUPS: &[&str] = &[
                "Development Status",
                "Environment",
                "Framework",
                "Intended Audience",
                "License",
                "Natural Language",
                "Operating System",
                "Programming Language",
                "Topic",
                "Typing",
            ];
            let is_bad = |it: &&str| {
                let mut parts = it.split(" :: ");
                let group = parts.next().unwrap_or_default();
                let is_group = GROUPS.contains(&group);
                !is_group
                    || (group != "Typing" && parts.clone().next().is_none())
                    || parts.any(|it| it.trim() != it || it.is_empty())
            };
            let bad = metadata.all("Classifier").filter(is_bad);
            bad.map(|it| format!("`{it}` is no classifier of the index"))
                .collect()
        })
    },
};

pub(super) const LICENSE: Rule = Rule {
    id: "pypi/license",
    source: "P2",
    severity: Severity::Refused,
    demands: "License-Expression is an SPDX expression, and no License stands beside it",
    help: "write an SPDX expression, such as `MIT OR Apache-2.0`, and nothing else",
    check: |subject| {
        fields(subject, |_, metadata| {
            let Some(expression) = metadata.get("License-Expression") else {
                return Vec::new();
            };
            let mut found = Vec::new();
            if let Err(error) = spdx::Expression::parse(expression) {
                found.push(format!("`{expression}` is no SPDX expression: {}", error.reason));
            }
            if metadata.get("License").is_some() {
                found.push("License and License-Expression exclude each other".to_owned());
            }
            found
        })
    },
};

pub(super) const LICENSE_CLASSIFIER: Rule = Rule {
    id: "pypi/license-classifier",
    source: "P4",
    severity: Severity::Warned,
    demands: "no licence classifier stands beside License-Expression",
    help: "leave the classifier out",
    check: |subject| {
        fields(subject, |_, metadata| {
            let mut classifiers = metadata.all("Classifier");
            let found = classifiers.find(|it| it.starts_with("License ::"));
            let found = found.filter(|_| metadata.get("License-Expression").is_some());
            found
                .map(|it| format!("`{it}` stands beside License-Expression"))
                .into_iter()
                .collect()
        })
    },
};

pub(super) const LICENSE_FILE: Rule = Rule {
    id: "pypi/license-file",
    source: "P1",
    severity: Severity::Refused,
    demands: "each License-File is in `.dist-info/licenses`, since Metadata-Version 2.4",
    help: "pack the file, or leave the line out",
    check: |subject| {
        fields(subject, |wheel, metadata| {
            let info = wheel.info.as_deref().unwrap_or_default();
            // Where they lie is written since then; tools wrote the field before.
            let version = metadata.get("Metadata-Version").unwrap_or_default();
            if ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3"].contains(&version) {
                return Vec::new();
            }
            let is_missing = |it: &&str| {
                let path = format!("{info}/licenses/{it}");
                !wheel.members.iter().any(|member| member.path == path)
            };
            let missing = metadata.all("License-File").filter(is_missing);
            missing
                .map(|it| format!("there is no `{info}/licenses/{it}`"))
                .collect()
        })
    },
};

pub(super) const DESCRIPTION: Rule = Rule {
    id: "pypi/description",
    source: "P2",
    severity: Severity::Refused,
    demands: "the description is in a content type that the index renders",
    help: "add a readme, or write `[channel.pypi] description`",
    check: |subject| {
        fields(subject, |_, metadata| {
            const TYPES: &[&str] = &["text/markdown", "text/plain", "text/x-rst"];
            const VARIANTS: &[&str] = &["CommonMark", "GFM"];
            let mut found = Vec::new();
            let text = metadata.get("Description-Content-Type").unwrap_or_default();
            let mut parts = text.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_lowercase();
            if !kind.is_empty() && !TYPES.contains(&kind.as_str()) {
                found.push(format!("the index does not render `{text}`"));
            }
            for (name, value) in parts.filter_map(|it| it.split_once('=')) {
                let is_fine = match name.to_lowercase().as_str() {
                    "charset" => value.eq_ignore_ascii_case("utf-8"),
                    "variant" => VARIANTS.contains(&value),
                    _ => true,
                };
                found.extend(one(!is_fine, || {
                    format!("the index does not know `{name}={value}`")
                }));
            }
            found
        })
    },
};

pub(super) const PAGE: Rule = Rule {
    id: "pypi/page",
    source: "P2",
    severity: Severity::Warned,
    demands: "there is a description, which is the package's page",
    help: "add a readme, or write `[channel.pypi] description`",
    check: |subject| {
        fields(subject, |_, metadata| {
            let is_empty = metadata.body.trim().is_empty() && metadata.get("Description").is_none();
            one(is_empty, || "there is no description".to_owned())
        })
    },
};

pub(super) const DIRECT: Rule = Rule {
    id: "pypi/direct-url",
    source: "P2",
    severity: Severity::Refused,
    demands: "no dependency is a URL",
    help: "depend on a version of a package of the index",
    check: |subject| {
        fields(subject, |_, metadata| {
            let direct = metadata.all("Requires-Dist").filter(|it| it.contains(" @ "));
            direct
                .map(|it| format!("the dependency `{it}` is a URL"))
                .collect()
        })
    },
};

pub(super) const SAME: Rule = Rule {
    id: "pypi/metadata-same",
    source: "P4",
    severity: Severity::Warned,
    demands: "all wheels of a version say the same about themselves",
    help: "pack them together: resolvers read the metadata of one and take it for that of all",
    check: same,
};

fn one(is_wrong: bool, what: impl FnOnce() -> String) -> Vec<String> {
    is_wrong.then(what).into_iter().collect()
}

/// What a check finds in the metadata of each wheel that has it.
fn fields(subject: &Subject, check: impl Fn(&WheelFile<'_>, &Metadata) -> Vec<String>) -> Vec<Flaw> {
    each(subject, |wheel| {
        let metadata = wheel.metadata();
        metadata.map(|it| check(wheel, &it)).unwrap_or_default()
    })
}

fn same(subject: &Subject) -> Vec<Flaw> {
    let mut first: Vec<(String, String, Metadata)> = Vec::new();
    let mut flaws = Vec::new();
    for wheel in WheelFile::all(subject) {
        let Some(metadata) = wheel.metadata() else {
            continue;
        };
        let key = format!("{}-{}", wheel.name.distribution, wheel.name.version);
        match first.iter().find(|it| it.0 == key) {
            Some((_, path, other)) if *other != metadata => flaws.push(Flaw::file(
                wheel.file,
                format!("its METADATA differs from that of `{path}`"),
            )),
            Some(_) => {}
            None => first.push((key, wheel.file.path.clone(), metadata)),
        }
    }
    flaws
}
