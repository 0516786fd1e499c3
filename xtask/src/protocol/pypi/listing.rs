//! The page of a project: its files, in JSON (PEP 691, 700) or in HTML (PEP 503), as the index prefers.

use serde_json::Value;

use crate::effect::http::Answer;
use crate::protocol::answer;
use crate::standing::Failure;

/// The files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its files, in the index's order.
    pub entries: Vec<Entry>,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Its digest, in lower case, if the index tells it.
    pub sha256: Option<String>,
    /// When it came, in seconds since 1970, if the index tells it.
    pub since_s: Option<i64>,
    /// Whether installers pass it over unless its version is asked for (PEP 592).
    pub is_yanked: bool,
}

impl Listing {
    /// Reads an answer in either form.
    pub fn read(answer: &Answer) -> Result<Listing, Failure> {
        let kind = answer.header("content-type").unwrap_or_default();
        if !kind.contains("json") {
            return Ok(html(&answer.text(), &answer.url));
        }
        let document: Value = answer.json().map_err(answer::of_trouble)?;
        let files = document["files"].as_array().into_iter().flatten();
        let entries = files.map(|file| {
            let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
            Entry {
                name: text(&file["filename"]),
                url: resolved(&text(&file["url"]), &answer.url),
                sha256: file["hashes"]["sha256"].as_str().map(str::to_lowercase),
                since_s: file["upload-time"].as_str().and_then(crate::time::of_rfc3339),
                // Either a flag or the reason.
                is_yanked: file["yanked"].as_str().is_some() || file["yanked"] == true,
            }
        });
        Ok(Listing {
            entries: entries.collect(),
        })
    }
}

/// The links of a page: the text is the name of a file, and its digest stands behind the `#`.
fn html(text: &str, page: &str) -> Listing {
    let mut entries = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<a ") {
        rest = &rest[at + 3..];
        let Some((tag, after)) = rest.split_once('>') else {
            break;
        };
        let Some((name, _)) = after.split_once("</a") else {
            break;
        };
        let Some(link) = attribute(tag, "href") else {
            continue;
        };
        let (link, fragment) = link.split_once('#').unwrap_or((&link, ""));
        entries.push(Entry {
            name: unescaped(name.trim()),
            url: resolved(link, page),
            sha256: fragment.strip_prefix("sha256=").map(str::to_lowercase),
            since_s: None,
            is_yanked: tag.contains("data-yanked"),
        });
    }
    Listing { entries }
}

/// The value of an attribute in a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!("{name}="))?;
    let value = &tag[at + name.len() + 1..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// A link of a page as a whole address (RFC 3986, section 5.2, as far as such links go).
fn resolved(link: &str, page: &str) -> String {
    if link.contains("://") {
        return link.to_owned();
    }
    let scheme = page.find("://").map_or(0, |it| it + 3);
    let host = page[scheme..].find('/').map_or(page.len(), |it| scheme + it);
    if link.starts_with('/') {
        return format!("{}{link}", &page[..host]);
    }
    let mut path: Vec<&str> = page[host..].split('/').skip(1).collect();
    path.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    format!("{}/{}", &page[..host], path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: &str, body: &str) -> Answer {
        Answer {
            status: 200,
            reason: String::new(),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: body.as_bytes().to_vec(),
            url: "https://pypi.registry.example/root/simple/demo/".to_owned(),
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        let json = r#"{"files":[
            {"filename":"a-1.whl","url":"../../f/a-1.whl","hashes":{"sha256":"AB"},"yanked":false,"upload-time":"1970-01-01T00:00:01Z"},
            {"filename":"b-1.whl","url":"https://files.registry.example/b-1.whl","hashes":{},"yanked":"bad"}]}"#;
        let page = r#"<!DOCTYPE html><html><body><h1>Links</h1>
            <a href="../../f/a-1.whl#sha256=AB" data-requires-python="&gt;=3.7">a-1.whl</a><br/>
            <a class=x href='https://files.registry.example/b-1.whl' data-yanked="bad">b-1.whl</a></body></html>"#;
        let mut first = Listing::read(&answer("application/vnd.pypi.simple.v1+json", json)).unwrap();
        assert_eq!(first.entries[0].since_s.take(), Some(1));
        assert_eq!(
            first,
            Listing::read(&answer("text/html; charset=utf-8", page)).unwrap()
        );
        assert_eq!(
            first.entries[0].url,
            "https://pypi.registry.example/root/f/a-1.whl"
        );
        assert_eq!(first.entries[0].sha256.as_deref(), Some("ab"));
        assert!(first.entries[1].is_yanked && first.entries[1].sha256.is_none());
    }

    #[test]
    fn links_are_made_whole() {
        let page = "http://127.0.0.1:1/simple/demo/";
        let check = |link, expected: &str| assert_eq!(resolved(link, page), expected);
        check("/f/a", "http://127.0.0.1:1/f/a");
        check("a", "http://127.0.0.1:1/simple/demo/a");
        check("../../../a", "http://127.0.0.1:1/a");
        check("http://x/a", "http://x/a");
    }
}
