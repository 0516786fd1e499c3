//! Rules for the layout of this workspace: commands stand where they are looked for, and the two halves stay apart.

use super::{Finding, Tree};

/// The package that the toolkit is.
const TOOLKIT: &str = "xtask";

pub(super) fn commands(tree: &Tree) -> Vec<Finding> {
    let cli = tree
        .file("xtask/src/cli.rs")
        .and_then(|it| it.text())
        .unwrap_or_default();
    tree.files
        .iter()
        .filter_map(|file| {
            let name = file.path.strip_prefix("xtask/src/cmd/")?.strip_suffix(".rs")?;
            // A folder below holds the parts of a command.
            let is_command = !name.contains('/');
            let is_known = cli.contains(&format!("({name}::Options)"));
            (is_command && !is_known).then(|| {
                Finding::new(
                    &file.path,
                    0,
                    format!("`xtask/src/cli.rs` has no command with `{name}::Options`"),
                )
            })
        })
        .collect()
}

pub(super) fn dependencies(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in &tree.members {
        for name in &member.dependencies {
            let is_member = tree.members.iter().any(|it| it.name == *name);
            if member.name == TOOLKIT && is_member {
                found.push(Finding::new(
                    &member.manifest,
                    0,
                    format!("the toolkit depends on the product crate `{name}`"),
                ));
            }
            if member.name != TOOLKIT && name == TOOLKIT {
                found.push(Finding::new(
                    &member.manifest,
                    0,
                    format!("the product crate `{}` depends on the toolkit", member.name),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Member;
    use super::*;

    #[test]
    fn a_command_is_in_the_command_line() {
        let cli = (
            "xtask/src/cli.rs",
            "pub enum Command {\n    Ci(ci::Options),\n}\n",
        );
        let found = |path| commands(&Tree::of(&[cli, (path, "")])).len();
        assert_eq!(found("xtask/src/cmd/ci.rs"), 0);
        assert_eq!(found("xtask/src/cmd/ci/table.rs"), 0);
        assert_eq!(found("xtask/src/cmd/c.rs"), 1);
        assert_eq!(found("xtask/src/cmd/new.rs"), 1);
    }

    #[test]
    fn the_two_halves_stay_apart() {
        let found = |pairs: &[(&str, &str)]| {
            let member = |(name, dependency): &(&str, &str)| Member {
                name: (*name).to_owned(),
                manifest: format!("{name}/Cargo.toml"),
                dependencies: vec![(*dependency).to_owned()],
            };
            let tree = Tree {
                files: Vec::new(),
                members: pairs.iter().map(member).collect(),
            };
            dependencies(&tree)
                .into_iter()
                .map(|it| it.path)
                .collect::<Vec<_>>()
        };
        let nothing: &[&str] = &[];
        assert_eq!(
            found(&[("app", "core"), ("core", "serde"), ("xtask", "serde")]),
            nothing
        );
        assert_eq!(found(&[("app", "xtask"), ("xtask", "serde")]), ["app/Cargo.toml"]);
        assert_eq!(
            found(&[("core", "serde"), ("xtask", "core")]),
            ["xtask/Cargo.toml"]
        );
    }
}
