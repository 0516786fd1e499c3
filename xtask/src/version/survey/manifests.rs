//! What manifests say: the source, the members, the requirements on them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use semver::VersionReq;

use super::{IsOurs, Kind, Standing, Survey};
use crate::version::form::Form;
use crate::version::manifest::{Manifest, PackageVersion, PathRequirement, Stated};
use crate::version::source::{Repeating, Source};
use crate::workspace::Workspace;

impl Survey {
    pub(super) fn read_packages(&mut self, source: &Source, manifests: &[(Option<&Package>, Manifest)]) {
        let stated = &source.stated;
        self.push(
            Kind::Source,
            None,
            &source.path,
            stated.span.start,
            &stated.key,
            &stated.text,
            Standing::Source,
        );
        self.follow(&source.path, &stated.span, Form::Exact);
        for (package, manifest) in manifests {
            let Some(package) = package else { continue };
            let name = package.name.as_str();
            let is_private = package.publish.as_ref().is_some_and(Vec::is_empty);
            let mut is_ours = IsOurs::Ours;
            match manifest.package_version() {
                Some(PackageVersion::Own(own)) => {
                    let is_source = manifest.path == source.path && own.key == stated.key;
                    let standing = if is_source {
                        Standing::Source
                    } else if is_private && source.repeating != Repeating::All {
                        Standing::Independent
                    } else if own.text == self.version.to_string() {
                        Standing::Agrees
                    } else if source.repeating == Repeating::Published {
                        Standing::Differs
                    } else {
                        Standing::Independent
                    };
                    if matches!(standing, Standing::Independent | Standing::Differs) {
                        is_ours = IsOurs::Independent;
                    }
                    if is_source {
                        self.carriers[0].package = Some(name.to_owned());
                    } else {
                        self.push(
                            Kind::Member,
                            Some(name),
                            &manifest.path,
                            own.span.start,
                            &own.key,
                            &own.text,
                            standing,
                        );
                    }
                    if standing == Standing::Agrees {
                        self.follow(&manifest.path, &own.span, Form::Exact);
                    }
                    if standing == Standing::Differs {
                        self.found(
                            format!("package `{name}` is at `{}`", own.text),
                            &[
                                "write `version.workspace = true` there",
                                "or `publish = false`, when it is no part of the release",
                            ],
                        );
                    }
                }
                Some(PackageVersion::Inherits(at)) => {
                    let key = "package.version.workspace";
                    self.push(
                        Kind::Member,
                        Some(name),
                        &manifest.path,
                        at,
                        key,
                        "true",
                        Standing::Inherits,
                    );
                }
                Some(PackageVersion::None) | None => is_ours = IsOurs::Independent,
            }
            if is_ours == IsOurs::Ours {
                self.names.push(name.to_owned());
            }
            self.members
                .push((name.to_owned(), package.version.clone(), is_ours));
        }
    }

    pub(super) fn read_requirements(
        &mut self,
        workspace: &Workspace,
        manifests: &[(Option<&Package>, Manifest)],
    ) {
        let folder = |it: &Path| it.canonicalize().ok();
        let members: BTreeMap<PathBuf, &Package> = workspace
            .members
            .iter()
            .filter_map(|it| Some((folder(it.manifest_path.as_std_path().parent()?)?, it)))
            .collect();
        for (_, manifest) in manifests {
            for requirement in manifest.path_requirements() {
                let member = folder(&requirement.dir).and_then(|it| members.get(&it).copied());
                if let Some(member) = member {
                    self.read_requirement(member, manifest, &requirement);
                }
            }
        }
    }

    fn read_requirement(&mut self, member: &Package, manifest: &Manifest, requirement: &PathRequirement) {
        let Stated { key, span, text } = &requirement.stated;
        let name = member.name.as_str();
        let is_ours = self.names.iter().any(|it| it == name);
        let rendered = Form::Requirement.render(text, &member.version);
        let allows = VersionReq::parse(text).is_ok_and(|it| it.matches(&member.version));
        let standing = match (is_ours, &rendered) {
            (true, Ok(it)) if it == text => Standing::Agrees,
            (false, _) if allows => Standing::Independent,
            _ => Standing::Differs,
        };
        self.push(
            Kind::Requirement,
            Some(name),
            &manifest.path,
            span.start,
            key,
            text,
            standing,
        );
        if is_ours {
            self.follow(&manifest.path, span, Form::Requirement);
        }
        if standing == Standing::Differs {
            let what = format!(
                "`{key}` asks for `{text}` of package `{name}`, which is at `{}`",
                member.version
            );
            match rendered {
                Ok(it) if !is_ours => self.found(what, &[&format!("write `{it}` there")]),
                Ok(_) => self.found_settable(what),
                Err(problem) => {
                    let help: Vec<&str> = problem.help.iter().map(String::as_str).collect();
                    self.found(what, &help);
                }
            }
        }
    }
}
