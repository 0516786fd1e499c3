//! Answers of web APIs that were saved to be looked at: each carries the address or the number it was fetched by.

use serde_json::{Deserializer, Map, Value};

use super::Sample;
use super::json::has;
use super::text::holds;

/// A larger answer is told by its head.
const PARSE_LIMIT_BYTES: usize = 8 << 20;

/// JSON, or several documents one after the other as `gh api --paginate` prints them, each an answer.
pub(super) fn is_dump(sample: &Sample<'_>) -> bool {
    let text = sample.text();
    let text = text.trim_ascii();
    if !text.starts_with(b"{") && !text.starts_with(b"[") {
        return false;
    }
    if sample.is_cut() || text.len() > PARSE_LIMIT_BYTES {
        let head = &text[..text.len().min(1 << 16)];
        let is_list = holds(head, "\"total_count\"") && holds(head, "_url\"");
        return is_list || holds(head, "\"node_id\"") && holds(head, "\"html_url\"");
    }
    let mut documents = Deserializer::from_slice(text).into_iter::<Value>();
    documents.all(|it| it.is_ok_and(|it| is_answer(&it)))
}

fn is_answer(value: &Value) -> bool {
    match value {
        Value::Array(list) => is_list(list),
        Value::Object(object) => {
            let is_counted =
                object.get("total_count").is_some_and(Value::is_u64) && object.values().any(Value::is_array);
            let is_refusal = object.get("message").is_some_and(Value::is_string)
                && object.contains_key("documentation_url");
            let is_query = object.get("data").is_some_and(is_query);
            let holds_list = object
                .values()
                .any(|it| it.as_array().is_some_and(|it| is_list(it)));
            is_counted || is_refusal || is_query || holds_list || is_thing(object)
        }
        _ => false,
    }
}

fn is_list(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|it| it.as_object().is_some_and(is_thing))
}

/// What the first field of GitHub's GraphQL schema can be.
fn is_query(data: &Value) -> bool {
    [
        "repository",
        "viewer",
        "organization",
        "user",
        "search",
        "node",
        "nodes",
    ]
    .iter()
    .any(|it| has(data, &[it]) && data[*it].is_object() || data[*it].is_array())
}

/// Whether this is one thing of an API: with the address of the API that it has there (GitHub, Gitea), or the page
/// and the number (GitLab), or links to itself (HAL), or the number that `gh --json` prints.
fn is_thing(object: &Map<String, Value>) -> bool {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let is_number = |key: &str| object.get(key).is_some_and(Value::is_u64);
    let url = text("url");
    let is_api = url.starts_with("http") && (url.contains("://api.") || url.contains("/api/"));
    let is_named =
        object.contains_key("id") || object.contains_key("node_id") || object.contains_key("html_url");
    is_api && is_named
        || text("web_url").starts_with("http") && is_number("id")
        || object.get("_links").is_some_and(|it| has(it, &["self"]))
        || is_number("databaseId") && (!url.is_empty() || object.contains_key("status"))
}
