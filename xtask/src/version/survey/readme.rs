//! What READMEs say.

use std::path::PathBuf;

use semver::Version;

use super::{Kind, Standing, Survey};
use crate::effect::files;
use crate::version::mention::{self, Ours};
use crate::workspace::Workspace;

impl Survey {
    pub(super) fn read_readmes(
        &mut self,
        workspace: &Workspace,
        last_release: Option<&Version>,
    ) -> anyhow::Result<()> {
        let root = self.find_file(|it| {
            ["readme.md", "readme", "readme.rst", "readme.adoc", "readme.txt"]
                .iter()
                .position(|name| *name == it)
        });
        let members = workspace
            .members
            .iter()
            .filter_map(|it| Some(it.readme()?.into_std_path_buf()));
        let mut paths: Vec<PathBuf> = root
            .into_iter()
            .chain(members)
            .filter_map(|it| it.canonicalize().ok())
            .collect();
        paths.sort();
        paths.dedup();
        let real_root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let ours = Ours {
            names: self.names.clone(),
            repositories: repositories(workspace),
        };
        let mut is_any = false;
        for path in paths {
            let Ok(inside) = path.strip_prefix(&real_root) else {
                continue;
            };
            let path = self.root.join(inside);
            // Text in another encoding is a README, only not one that can be searched.
            is_any = true;
            let Ok(text) = String::from_utf8(files::read(&path)?) else {
                continue;
            };
            let mentions = mention::find(&text, &ours);
            self.texts.insert(path.clone(), text.clone());
            for it in mentions {
                let stated = &text[it.span.clone()];
                let is = |version: &Version| it.form.render(stated, version).is_ok_and(|it| it == stated);
                let standing = if is(&self.version) {
                    Standing::Agrees
                } else if last_release.is_some_and(is) {
                    Standing::LastRelease
                } else {
                    Standing::Differs
                };
                self.push(
                    Kind::Readme,
                    None,
                    &path,
                    it.span.start,
                    "mention",
                    stated,
                    standing,
                );
                self.follow(&path, &it.span, it.form);
                if standing == Standing::Differs {
                    self.found_settable(format!(
                        "it says `{stated}`, but the version is `{}`",
                        self.version
                    ));
                    let keep = format!(
                        "or write `<!-- {} -->` into the line, if it is about an old release",
                        mention::KEEP
                    );
                    let problem = self.carriers.last_mut().and_then(|it| it.problem.as_mut());
                    problem.expect("just found").help.push(keep);
                }
            }
        }
        if !is_any {
            self.absent.push("readme");
        }
        Ok(())
    }
}

/// `owner/name` of the repositories that the members name.
fn repositories(workspace: &Workspace) -> Vec<String> {
    let mut found: Vec<String> = workspace
        .members
        .iter()
        .filter_map(|it| {
            let url = it
                .repository
                .as_deref()?
                .trim_end_matches('/')
                .trim_end_matches(".git");
            let (rest, name) = url.rsplit_once('/')?;
            let owner = rest.rsplit('/').next()?;
            Some(format!("{owner}/{name}"))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
