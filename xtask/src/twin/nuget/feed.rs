//! The feed: entries of Atom with OData's properties, as the community's gallery writes them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Package;
use crate::digest::{self, Algorithm};
use crate::render::xml::Element;
use crate::time;
use crate::twin::server::{Incoming, Reply};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const APP: &str = "http://www.w3.org/2007/app";
const DATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices";
const METADATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
const SCHEME: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme";
const EDMX: &str = "http://schemas.microsoft.com/ado/2007/06/edmx";
const EDM: &str = "http://schemas.microsoft.com/ado/2006/04/edm";

/// The names of the properties in the description of the service.
const PROPERTIES: &[(&str, &str)] = &[
    ("Id", "Edm.String"),
    ("Version", "Edm.String"),
    ("Title", "Edm.String"),
    ("Description", "Edm.String"),
    ("Tags", "Edm.String"),
    ("Dependencies", "Edm.String"),
    ("IsLatestVersion", "Edm.Boolean"),
    ("IsAbsoluteLatestVersion", "Edm.Boolean"),
    ("IsPrerelease", "Edm.Boolean"),
    ("Published", "Edm.DateTime"),
    ("PackageHash", "Edm.String"),
    ("PackageHashAlgorithm", "Edm.String"),
    ("PackageSize", "Edm.Int64"),
    ("IsApproved", "Edm.Boolean"),
    ("PackageStatus", "Edm.String"),
];

/// Answers a question below `/api/v2`.
pub(super) fn answer(packages: &[Package], request: &Incoming, rest: &[&str], base: &str) -> Reply {
    let argument = |name: &str| request.argument(name).map(|it| it.trim_matches('\''));
    match rest {
        [] => xml("application/xml", &service(base)),
        ["$metadata"] => xml("application/xml", &description()),
        ["FindPackagesById()"] => {
            let id = argument("id").unwrap_or_default();
            list(packages, base, "FindPackagesById", |it| {
                it.id.eq_ignore_ascii_case(id)
            })
        }
        ["Search()" | "Packages()" | "Packages"] => {
            let words = argument("searchTerm").unwrap_or_default().to_lowercase();
            list(packages, base, "Search", |it| {
                it.id.to_lowercase().contains(&words)
                    || it.text("description").to_lowercase().contains(&words)
            })
        }
        [key] => match one(key) {
            // Who names a version gets it, approved or not.
            Some((id, version)) => match packages.iter().find(|it| it.is(&id, &version)) {
                Some(found) => {
                    let entry = entry(found, packages, base)
                        .with("xmlns", ATOM)
                        .with("xmlns:d", DATA)
                        .with("xmlns:m", METADATA);
                    xml("application/atom+xml;type=entry;charset=utf-8", &entry)
                }
                None => missing(),
            },
            None => missing(),
        },
        _ => missing(),
    }
}

fn xml(kind: &str, element: &Element) -> Reply {
    Reply::bytes(200, Some(kind), element.document().into_bytes()).with("dataserviceversion", "2.0;")
}

fn missing() -> Reply {
    let error = Element::new("error")
        .with("xmlns", METADATA)
        .child(Element::text("code", ""))
        .child(Element::text(
            "message",
            "Resource not found for the segment 'Packages'.",
        ));
    Reply::bytes(404, Some("application/xml"), error.document().into_bytes())
}

/// The key in `Packages(Id='demo',Version='1.2.3')`.
fn one(segment: &str) -> Option<(String, String)> {
    let inner = segment.strip_prefix("Packages(")?.strip_suffix(')')?;
    let (id, version) = inner.split_once(',')?;
    let value = |text: &str, name: &str| {
        let text = text.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(text.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())
    };
    Some((value(id, "Id")?, value(version, "Version")?))
}

/// The versions that lists show.
fn list(packages: &[Package], base: &str, title: &str, is_wanted: impl Fn(&Package) -> bool) -> Reply {
    let found = packages.iter().filter(|it| it.is_listed() && is_wanted(it));
    let feed = Element::new("feed")
        .with("xml:base", format!("{base}/api/v2/"))
        .with("xmlns", ATOM)
        .with("xmlns:d", DATA)
        .with("xmlns:m", METADATA)
        .child(Element::text("title", title).with("type", "text"))
        .child(Element::text("id", format!("{base}/api/v2/{title}")))
        .child(Element::text("updated", time::rfc3339(0)))
        .children(found.map(|it| entry(it, packages, base)));
    xml("application/atom+xml;type=feed;charset=utf-8", &feed)
}

fn entry(package: &Package, packages: &[Package], base: &str) -> Element {
    let key = format!("Packages(Id='{}',Version='{}')", package.id, package.version);
    let source = format!("{base}/api/v2/package/{}/{}", package.id, package.version);
    let author = Element::new("author").child(Element::text("name", package.text("authors")));
    Element::new("entry")
        .child(Element::text("id", format!("{base}/api/v2/{key}")))
        .child(
            Element::new("category")
                .with("term", "Gallery.V2FeedPackage")
                .with("scheme", SCHEME),
        )
        .child(Element::text("title", package.id.as_str()).with("type", "text"))
        .child(Element::text("summary", package.text("summary")).with("type", "text"))
        .child(Element::text("updated", time::rfc3339(package.time_s)))
        .child(author)
        .child(
            Element::new("content")
                .with("type", "application/zip")
                .with("src", source),
        )
        .child(properties(package, packages, base))
}

fn properties(package: &Package, packages: &[Package], base: &str) -> Element {
    let hash = digest::bytes(&package.bytes, Algorithm::Sha512);
    let newest = |is_stable: bool| {
        let others = packages.iter().filter(|it| {
            it.is_listed() && it.id.eq_ignore_ascii_case(&package.id) && !(is_stable && it.is_prerelease())
        });
        others
            .max_by_key(|it| (order(&it.version), it.time_s))
            .is_some_and(|it| it.version == package.version)
    };
    let date = time::rfc3339(package.time_s);
    let date = date.trim_end_matches('Z');
    let flag = |it: bool| if it { "true" } else { "false" };
    let page = format!("{base}/packages/{}/{}", package.id, package.version);
    let size = package.bytes.len().to_string();
    let rows: [(&str, &str, Option<&str>); 19] = [
        ("Version", &package.version, None),
        ("Title", package.text("title"), None),
        ("Description", package.text("description"), None),
        ("Tags", package.text("tags"), None),
        ("Created", date, Some("Edm.DateTime")),
        ("Dependencies", "", None),
        ("GalleryDetailsUrl", &page, None),
        ("IsLatestVersion", flag(newest(true)), Some("Edm.Boolean")),
        (
            "IsAbsoluteLatestVersion",
            flag(newest(false)),
            Some("Edm.Boolean"),
        ),
        ("IsPrerelease", flag(package.is_prerelease()), Some("Edm.Boolean")),
        ("Published", date, Some("Edm.DateTime")),
        ("PackageHash", &BASE64_STANDARD.encode(hash.bytes()), None),
        ("PackageHashAlgorithm", "SHA512", None),
        ("PackageSize", &size, Some("Edm.Int64")),
        ("ProjectUrl", package.text("projectUrl"), None),
        ("RequireLicenseAcceptance", "false", Some("Edm.Boolean")),
        (
            "IsApproved",
            flag(package.status == super::Status::Approved),
            Some("Edm.Boolean"),
        ),
        ("PackageStatus", package.status.word(), None),
        ("PackageSubmittedStatus", "Ready", None),
    ];
    let element = |(name, text, kind): (&str, &str, Option<&str>)| {
        let element = Element::text(&format!("d:{name}"), text);
        match kind {
            Some(kind) => element.with("m:type", kind),
            None => element,
        }
    };
    Element::new("m:properties").children(rows.map(element))
}

/// A version for comparing: its numbers, and what has no pre-release after what has one.
fn order(version: &str) -> (Vec<u64>, bool, String) {
    let (numbers, pre) = version.split_once('-').unwrap_or((version, ""));
    let numbers = numbers.split('.').map(|it| it.parse().unwrap_or_default());
    (numbers.collect(), pre.is_empty(), pre.to_owned())
}

/// The service document (RFC 5023).
fn service(base: &str) -> Element {
    let collection = Element::new("collection")
        .with("href", "Packages")
        .child(Element::text("atom:title", "Packages"));
    Element::new("service")
        .with("xml:base", format!("{base}/api/v2/"))
        .with("xmlns", APP)
        .with("xmlns:atom", ATOM)
        .child(
            Element::new("workspace")
                .child(Element::text("atom:title", "Default"))
                .child(collection),
        )
}

/// The description of the service: clients look there for what it can.
fn description() -> Element {
    let key = Element::new("Key")
        .child(Element::new("PropertyRef").with("Name", "Id"))
        .child(Element::new("PropertyRef").with("Name", "Version"));
    let property =
        |(name, kind): &(&str, &str)| Element::new("Property").with("Name", *name).with("Type", *kind);
    let function = |name: &str, parameters: &[&str]| {
        let parameter = |it: &&str| {
            Element::new("Parameter")
                .with("Name", *it)
                .with("Type", "Edm.String")
        };
        Element::new("FunctionImport")
            .with("Name", name)
            .with("EntitySet", "Packages")
            .with("ReturnType", "Collection(Gallery.V2FeedPackage)")
            .with("m:HttpMethod", "GET")
            .children(parameters.iter().map(parameter))
    };
    let container = Element::new("EntityContainer")
        .with("Name", "FeedContext")
        .with("m:IsDefaultEntityContainer", "true")
        .child(
            Element::new("EntitySet")
                .with("Name", "Packages")
                .with("EntityType", "Gallery.V2FeedPackage"),
        )
        .child(function(
            "Search",
            &["searchTerm", "targetFramework", "includePrerelease"],
        ))
        .child(function("FindPackagesById", &["id"]));
    let schema = Element::new("Schema")
        .with("Namespace", "Gallery")
        .with("xmlns", EDM)
        .with("xmlns:m", METADATA)
        .child(
            Element::new("EntityType")
                .with("Name", "V2FeedPackage")
                .with("m:HasStream", "true")
                .child(key)
                .children(PROPERTIES.iter().map(property)),
        )
        .child(container);
    Element::new("edmx:Edmx")
        .with("Version", "1.0")
        .with("xmlns:edmx", EDMX)
        .child(
            Element::new("edmx:DataServices")
                .with("m:DataServiceVersion", "2.0")
                .with("xmlns:m", METADATA)
                .child(schema),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let found = one(text);
            let found = found.as_ref().map(|it| (it.0.as_str(), it.1.as_str()));
            assert_eq!(found, expected, "{text}");
        };
        check("Packages(Id='demo',Version='1.2.3')", Some(("demo", "1.2.3")));
        check("Packages(Id='demo')", None);
        check("Packages", None);
        assert!(order("1.10.0") > order("1.9.0") && order("1.0.0") > order("1.0.0-rc01"));
    }
}
