//! How GitHub says no.

use serde_json::{Value, json};

use crate::twin::server::Reply;

/// Where GitHub's answers point to.
const DOCS: &str = "https://docs.github.com/rest";

/// A refusal with a message alone.
pub(super) fn refusal(status: u16, message: &str) -> Reply {
    let document = json!({ "message": message, "documentation_url": DOCS, "status": status.to_string() });
    Reply::json(status, &document)
}

/// Nothing is there, or nothing that this visitor may know of.
pub(super) fn not_found() -> Reply {
    refusal(404, "Not Found")
}

/// The token is none of ours.
pub(super) fn bad_credentials() -> Reply {
    refusal(401, "Bad credentials")
}

/// The change needs a token.
pub(super) fn requires_authentication() -> Reply {
    refusal(401, "Requires authentication")
}

/// The token lacks the permission to write.
pub(super) fn not_permitted() -> Reply {
    refusal(403, "Resource not accessible by personal access token")
}

/// The body is no JSON, or has a value of another type.
pub(super) fn bad_json() -> Reply {
    refusal(400, "Problems parsing JSON")
}

/// A flaw of a field, as GitHub words it: `missing_field`, `already_exists`, `invalid`, …
pub(super) fn flaw(resource: &str, field: &str, code: &str) -> Value {
    json!({ "resource": resource, "code": code, "field": field })
}

/// A flaw with words of its own.
pub(super) fn custom(resource: &str, field: &str, message: &str) -> Value {
    json!({ "resource": resource, "code": "custom", "field": field, "message": message })
}

/// The document has flaws.
pub(super) fn invalid(flaws: &[Value]) -> Reply {
    let document = json!({
        "message": "Validation Failed",
        "errors": flaws,
        "documentation_url": DOCS,
        "status": "422",
    });
    Reply::json(422, &document)
}
