//! The bill of materials of a program: CycloneDX 1.6, of what was really compiled for the target.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::build::{Batch, Unit, flags};
use crate::digest::{self, Sha256};
use crate::effect::files;
use crate::product::Product;
use crate::target::Target;
use crate::time;
use crate::workspace;

/// The text of the document. `units` are the packages that took part in the build; those that were linked are
/// required, those that only ran at build time (macros, build scripts) have the scope `excluded`.
pub fn text(
    batch: &Batch<'_>,
    product: &Product,
    target: &'static Target,
    units: &BTreeMap<String, Unit>,
) -> anyhow::Result<String> {
    let graph = Graph::load(batch, target)?;
    let document = document(batch, product, target, &graph, units)?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// The packages of the workspace as cargo resolves them for one target, with what the lock file says of them.
struct Graph {
    metadata: Metadata,
    checksums: BTreeMap<(String, String), Sha256>,
}

impl Graph {
    fn load(batch: &Batch<'_>, target: &'static Target) -> anyhow::Result<Graph> {
        let parts = target.compiled();
        let platforms = parts.iter().flat_map(|it| ["--filter-platform", it.triple]);
        let mut words: Vec<String> = platforms.map(str::to_owned).collect();
        words.extend(flags::features(&batch.config.dist));
        let lock = batch.workspace.root.join("Cargo.lock");
        if lock.is_file() {
            words.push("--locked".to_owned());
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let metadata = workspace::metadata(&batch.workspace.root, &words)?;
        let lock: toml::Table = toml::from_str(&files::read_text_if_present(&lock)?.unwrap_or_default())
            .context("cannot read `Cargo.lock`")?;
        let rows = lock
            .get("package")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        let field =
            |row: &toml::Value, name: &str| row.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        let checksums = rows
            .filter_map(|row| {
                let checksum = Sha256::parse(&field(row, "checksum")?).ok()?;
                Some(((field(row, "name")?, field(row, "version")?), checksum))
            })
            .collect();
        Ok(Graph { metadata, checksums })
    }

    /// What a package reaches through dependencies that take part in a build of it.
    fn reach(&self, from: &PackageId) -> BTreeSet<&PackageId> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&PackageId> = self.node(from).map(|it| &it.id).into_iter().collect();
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                next.extend(self.direct(id));
            }
        }
        seen
    }

    fn direct(&self, id: &PackageId) -> impl Iterator<Item = &PackageId> {
        let dependencies = self.node(id).into_iter().flat_map(|it| &it.deps);
        dependencies
            .filter(|it| {
                it.dep_kinds
                    .iter()
                    .any(|it| it.kind != DependencyKind::Development)
            })
            .map(|it| &it.pkg)
    }

    fn node(&self, id: &PackageId) -> Option<&cargo_metadata::Node> {
        self.metadata
            .resolve
            .as_ref()?
            .nodes
            .iter()
            .find(|it| it.id == *id)
    }
}

fn document(
    batch: &Batch<'_>,
    product: &Product,
    target: &'static Target,
    graph: &Graph,
    units: &BTreeMap<String, Unit>,
) -> anyhow::Result<Value> {
    let took_part = |id: &PackageId| units.contains_key(&id.repr);
    let members: Vec<&Package> = graph
        .reach(&product.package.id)
        .into_iter()
        .filter(|it| took_part(it))
        .map(|it| &graph.metadata[it])
        .collect();
    let is_product = |it: &Package| it.id == product.package.id;
    let components: BTreeMap<String, Component> = members
        .iter()
        .filter(|it| !is_product(it))
        .map(|it| (reference(it), component(it, graph, units.get(&it.id.repr))))
        .collect();
    let dependencies: BTreeMap<String, Value> = members
        .iter()
        .map(|it| {
            let to: BTreeSet<String> = graph
                .direct(&it.id)
                .filter(|it| took_part(it))
                .map(|it| reference(&graph.metadata[it]))
                .collect();
            let name = reference(it);
            (name.clone(), json!({ "ref": name, "dependsOn": to }))
        })
        .collect();
    let mut own = serde_json::to_value(component(&product.package, graph, None))?;
    own["type"] = json!("application");
    own["properties"] = json!([{ "name": "cargo:target", "value": target.triple }]);
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": time::rfc3339(batch.time_s),
            "tools": { "components": [{ "type": "application", "name": "cargo-xtask", "version": env!("CARGO_PKG_VERSION") }] },
            "component": own,
        },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies.into_values().collect::<Vec<_>>(),
    });
    document["serialNumber"] = json!(urn(&Sha256::of(&serde_json::to_vec(&document)?)));
    Ok(document)
}

#[derive(Serialize)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Value>,
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    scope: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<Value>,
    purl: String,
    #[serde(rename = "externalReferences", skip_serializing_if = "Vec::is_empty")]
    references: Vec<Value>,
}

fn component(package: &Package, graph: &Graph, unit: Option<&Unit>) -> Component {
    let version = package.version.to_string();
    let checksum = graph.checksums.get(&(package.name.to_string(), version.clone()));
    let is_linked = unit.is_none_or(|it| it.is_linked);
    let references = [("vcs", &package.repository), ("website", &package.homepage)];
    Component {
        kind: "library",
        reference: reference(package),
        authors: package.authors.iter().map(|it| json!({ "name": it })).collect(),
        name: package.name.to_string(),
        version,
        description: package
            .description
            .as_deref()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")),
        scope: if is_linked { "required" } else { "excluded" },
        hashes: checksum
            .map(|it| json!({ "alg": "SHA-256", "content": it }))
            .into_iter()
            .collect(),
        licenses: licenses(package),
        purl: purl(package),
        references: references
            .into_iter()
            .filter_map(|(kind, url)| Some(json!({ "type": kind, "url": url.as_deref()? })))
            .collect(),
    }
}

fn licenses(package: &Package) -> Vec<Value> {
    match (&package.license, &package.license_file) {
        // `MIT/Apache-2.0` is cargo's older form of a choice.
        (Some(expression), _) => vec![json!({ "expression": expression.replace('/', " OR ") })],
        (None, Some(file)) => {
            vec![json!({ "license": { "name": file.file_name().unwrap_or("see the package") } })]
        }
        (None, None) => Vec::new(),
    }
}

/// The package URL (purl specification, type `cargo`); a git source goes into the qualifier `vcs_url`.
fn purl(package: &Package) -> String {
    let plain = format!(
        "pkg:cargo/{}@{}",
        package.name,
        escaped(&package.version.to_string())
    );
    match package
        .source
        .as_ref()
        .and_then(|it| it.repr.strip_prefix("git+"))
    {
        Some(url) => format!("{plain}?vcs_url={}", escaped(&format!("git+{url}"))),
        None => plain,
    }
}

/// What the document calls a package: its package URL, which two packages of one name and version from two sources
/// do not share.
fn reference(package: &Package) -> String {
    purl(package)
}

/// Percent-encoding of everything but the unreserved characters of RFC 3986.
fn escaped(text: &str) -> String {
    let byte = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(it).to_string(),
        _ => format!("%{it:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A UUID from a digest: version 8, "custom" (RFC 9562 § 5.8), so that the same document has the same number.
fn urn(digest: &Sha256) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.bytes()[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = digest::hex(&bytes);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_uuids_of_version_8() {
        let urn = urn(&Sha256::of(b"x"));
        assert_eq!(urn.len(), "urn:uuid:00000000-0000-0000-0000-000000000000".len());
        assert_eq!(&urn[23..24], "8");
        assert!("89ab".contains(&urn[28..29]), "{urn}");
    }

    #[test]
    fn build_metadata_is_escaped() {
        assert_eq!(escaped("1.0.0+a b"), "1.0.0%2Ba%20b");
    }
}
