//! What the index shows: the simple pages in HTML and JSON (PEP 503, 691, 700), and the interface of a project.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::upload::Stored;
use crate::twin::server::{Incoming, Reply};

/// The media type of the pages in JSON.
const JSON: &str = "application/vnd.pypi.simple.v1+json";

fn wants_json(request: &Incoming) -> bool {
    request.header("accept").is_some_and(|it| it.contains(JSON))
}

fn as_json(document: &Value) -> Reply {
    Reply::bytes(200, Some(JSON), document.to_string().into_bytes())
}

fn as_html(title: &str, links: &str) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"1.1\">\n    \
         <title>{title}</title>\n  </head>\n  <body>\n    <h1>{title}</h1>\n{links}  </body>\n</html>\n"
    );
    Reply::bytes(200, Some("text/html; charset=UTF-8"), page.into_bytes())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The list of projects.
pub(super) fn all<'a>(names: impl Iterator<Item = &'a String>, request: &Incoming) -> Reply {
    if wants_json(request) {
        let projects: Vec<Value> = names.map(|it| json!({"name": it})).collect();
        return as_json(&json!({"meta": {"api-version": "1.1"}, "projects": projects}));
    }
    let links: String = names
        .flat_map(|it| ["    <a href=\"/simple/", it, "/\">", it, "</a>\n"])
        .collect();
    as_html("Simple index", &links)
}

fn url(file: &Stored, base: &str) -> String {
    format!("{base}/files/{}/{}", file.sha256, file.name)
}

/// The page of a project.
pub(super) fn project(name: &str, files: &[Stored], request: &Incoming, base: &str) -> Reply {
    if !wants_json(request) {
        let link = |it: &Stored| {
            let python = it.requires_python.as_deref();
            let python = python.map(|it| format!(" data-requires-python=\"{}\"", escaped(it)));
            format!(
                "    <a href=\"{}#sha256={}\"{}>{}</a><br />\n",
                url(it, base),
                it.sha256,
                python.unwrap_or_default(),
                it.name
            )
        };
        return as_html(
            &format!("Links for {name}"),
            &files.iter().map(link).collect::<String>(),
        );
    }
    let versions: BTreeSet<&str> = files.iter().map(|it| it.version.as_str()).collect();
    let rows: Vec<Value> = files
        .iter()
        .map(|it| {
            json!({
                "filename": it.name,
                "url": url(it, base),
                "hashes": {"sha256": it.sha256},
                "requires-python": it.requires_python,
                "size": it.bytes.len(),
                "upload-time": crate::time::rfc3339(it.since_s),
                "yanked": false,
            })
        })
        .collect();
    as_json(&json!({
        "meta": {"api-version": "1.1"},
        "name": name,
        "versions": versions,
        "files": rows,
    }))
}

/// The document of a project, or of one version; `None` for a version that is not there.
pub(super) fn document(files: &[Stored], version: Option<&str>, base: &str) -> Option<Value> {
    let row = |it: &Stored| {
        json!({
            "filename": it.name,
            "url": url(it, base),
            "digests": {"sha256": it.sha256, "blake2b_256": it.blake2},
            "packagetype": it.kind,
            "python_version": it.python,
            "size": it.bytes.len(),
            "upload_time_iso_8601": crate::time::rfc3339(it.since_s),
            "yanked": false,
        })
    };
    let mut releases: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for file in files {
        releases.entry(&file.version).or_default().push(row(file));
    }
    // The last one that came is the newest as far as this index cares.
    let last = files.last()?;
    let shown = version.unwrap_or(&last.version);
    let urls = releases.get(shown)?.clone();
    let info = files.iter().find(|it| it.version == shown)?;
    let page = format!("{base}/project/{}/", info.project);
    Some(json!({
        "info": {
            "name": info.title,
            "version": shown,
            "summary": info.summary,
            "requires_python": info.requires_python,
            "package_url": page,
            "project_url": page,
        },
        "releases": releases,
        "urls": urls,
    }))
}
