//! The registry of Rust crates: the .crate of every package that may be published, as cargo packs it.

mod lint;
mod members;
mod package;
mod publish;

use serde::{Deserialize, Serialize};

use crate::channel::workflow::Workflow;
use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::protocol::oidc;
use crate::render::Output;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "crates-io",
    title: "Cargo registry",
    holds: "the .crate of every package that may be published, as cargo packs it",
    systems: &[],
    programs: &["cargo"],
    credentials: &[&["CARGO_REGISTRY_TOKEN"], oidc::ACTIONS],
    after: &[],
    is_reviewed: false,
    is_final: true,
    workflow: &Workflow {
        permissions: &[],
        trusted: Some("in the settings of each crate, once a first publication with a token has made it"),
    },
    policy: &["a version can be yanked, never replaced"],
    keys: &[],
    templates: &[],
    version: version::crates_io,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: lint::RULES,
    plan: publish::plan,
    live: publish::live,
    examine: publish::examine,
    guide: &publish::GUIDE,
};

/// The file that says in which order the crates are published.
const ORDER: &str = "order.json";

/// What it holds.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    /// The form of this document.
    schema: u32,
    /// The crates, each after those that it depends on.
    crates: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    name: String,
    version: String,
    file: String,
}

/// Cargo packs all packages of the release at once, since one may depend on another that no registry has yet; so the
/// first edition speaks for all.
fn render(edition: &Edition, output: &mut Output) -> anyhow::Result<()> {
    if !edition.is_main {
        return Ok(());
    }
    let Some(workspace) = &edition.workspace else {
        // A release without its workspace, as benchmarks have it: there is nothing that cargo could pack.
        return Ok(());
    };
    let identity = &edition.release.identity;
    for name in members::unpublished(workspace, &identity.packages) {
        output.gap(
            format!("`{name}` may not be published"),
            format!("no .crate of `{name}`, nor of what depends on it"),
            "remove `publish = false` from its `Cargo.toml`",
        );
    }
    let members = members::in_order(workspace, &identity.packages);
    if members.is_empty() {
        return Ok(());
    }
    if identity.is_dirty {
        output.gap(
            "a commit of what was built",
            "the crates hold changes that are in no commit",
            "commit them, then run `cargo xtask dist` again",
        );
    }
    let crates: Vec<Row> = members
        .iter()
        .map(|it| Row {
            name: it.name.to_string(),
            version: it.version.to_string(),
            file: format!("{}-{}.crate", it.name, it.version),
        })
        .collect();
    let names: Vec<(String, String)> = crates
        .iter()
        .map(|it| (it.name.clone(), it.file.clone()))
        .collect();
    let order = serde_json::to_string_pretty(&Order { schema: 1, crates })? + "\n";
    output.text(ORDER, order);
    let job = package::Job {
        workspace: workspace.clone(),
        packages: names,
        commit: identity.commit.as_ref().map(|it| it.id.clone()),
        is_dirty: identity.is_dirty,
        has_lock: edition.lock.is_some(),
    };
    output.group("the crates", move || package::make(&job));
    Ok(())
}

/// A program is compiled by its users; a library alone is added to a manifest.
fn install(edition: &Edition) -> Option<String> {
    let workspace = edition.workspace.as_ref()?;
    let identity = &edition.release.identity;
    let package = &edition.listing.package;
    let members = members::in_order(workspace, &identity.packages);
    members.iter().find(|it| it.name.as_str() == package)?;
    // Without a version cargo takes the newest that is no pre-release.
    let exact = if edition.version().pre.is_empty() {
        String::new()
    } else {
        format!("@{}", edition.version())
    };
    Some(format!("cargo install --locked {package}{exact}"))
}

fn recognises(file: &File) -> bool {
    file.name().strip_suffix(".crate").is_some()
}
