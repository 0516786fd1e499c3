//! Which members of the workspace are published, and in which order.

use cargo_metadata::{DependencyKind, Package};

use crate::workspace::Workspace;

/// Whether a package may go to a public registry. A list of registries that has entries names others.
fn is_published(package: &Package) -> bool {
    package
        .publish
        .as_ref()
        .is_none_or(|it| it.iter().any(|one| one == "crates-io"))
}

/// The members that a package depends on. What only its tests need is left out of what users get, if it has no version.
fn needs<'a>(workspace: &'a Workspace, package: &'a Package) -> Vec<&'a Package> {
    let is_due = |it: &&cargo_metadata::Dependency| {
        it.path.is_some() && (it.kind != DependencyKind::Development || !it.req.comparators.is_empty())
    };
    let mut found = Vec::new();
    for dependency in package.dependencies.iter().filter(is_due) {
        let of = |it: &&Package| it.name.as_str() == dependency.name && it.id != package.id;
        found.extend(workspace.members.iter().find(of));
    }
    found
}

/// The packages and what they depend on, each after its dependencies. A circle, which only dependencies of tests can
/// make, is cut where it closes.
fn all<'a>(workspace: &'a Workspace, packages: &[String]) -> Vec<&'a Package> {
    fn visit<'a>(
        workspace: &'a Workspace,
        package: &'a Package,
        seen: &mut Vec<&'a Package>,
        done: &mut Vec<&'a Package>,
    ) {
        if seen.iter().any(|it| it.id == package.id) {
            return;
        }
        seen.push(package);
        for one in needs(workspace, package) {
            visit(workspace, one, seen, done);
        }
        done.push(package);
    }
    let (mut seen, mut done) = (Vec::new(), Vec::new());
    for name in packages {
        if let Some(package) = workspace.members.iter().find(|it| it.name.as_str() == name) {
            visit(workspace, package, &mut seen, &mut done);
        }
    }
    done
}

/// Those of the release, or needed by it, that may not be published.
pub(super) fn unpublished(workspace: &Workspace, packages: &[String]) -> Vec<String> {
    let all = all(workspace, packages);
    all.iter()
        .filter(|it| !is_published(it))
        .map(|it| it.name.to_string())
        .collect()
}

/// Those that are published, in the order of publishing: themselves and all that they need may be.
pub(super) fn in_order<'a>(workspace: &'a Workspace, packages: &[String]) -> Vec<&'a Package> {
    let mut found: Vec<&Package> = Vec::new();
    for package in all(workspace, packages) {
        let is_complete = needs(workspace, package).iter().all(|it| {
            // Of a circle the other half comes later.
            found.iter().any(|one| one.id == it.id) || is_published(it)
        });
        if is_published(package) && is_complete {
            found.push(package);
        }
    }
    found
}
