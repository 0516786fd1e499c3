//! What a registry of images says when it refuses (distribution-spec, "Error Codes"; the texts are distribution's).

use serde_json::{Value, json};

use crate::twin::server::Reply;

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    Denied,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    PaginationNumberInvalid,
    RangeInvalid,
    SizeInvalid,
    TagInvalid,
    Unauthorized,
    Unsupported,
}

impl Code {
    /// The code, the status and the text.
    fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Code::BlobUnknown => ("BLOB_UNKNOWN", 404, "blob unknown to registry"),
            Code::BlobUploadInvalid => ("BLOB_UPLOAD_INVALID", 400, "blob upload invalid"),
            Code::BlobUploadUnknown => ("BLOB_UPLOAD_UNKNOWN", 404, "blob upload unknown to registry"),
            Code::Denied => ("DENIED", 403, "requested access to the resource is denied"),
            Code::DigestInvalid => (
                "DIGEST_INVALID",
                400,
                "provided digest did not match uploaded content",
            ),
            Code::ManifestBlobUnknown => ("MANIFEST_BLOB_UNKNOWN", 404, "blob unknown to registry"),
            Code::ManifestInvalid => ("MANIFEST_INVALID", 400, "manifest invalid"),
            Code::ManifestUnknown => ("MANIFEST_UNKNOWN", 404, "manifest unknown"),
            Code::NameInvalid => ("NAME_INVALID", 400, "invalid repository name"),
            Code::NameUnknown => ("NAME_UNKNOWN", 404, "repository name not known to registry"),
            Code::PaginationNumberInvalid => (
                "PAGINATION_NUMBER_INVALID",
                400,
                "invalid number of results requested",
            ),
            Code::RangeInvalid => ("RANGE_INVALID", 416, "invalid content range"),
            Code::SizeInvalid => (
                "SIZE_INVALID",
                400,
                "provided length did not match content length",
            ),
            Code::TagInvalid => ("TAG_INVALID", 400, "manifest tag did not match URI"),
            Code::Unauthorized => ("UNAUTHORIZED", 401, "authentication required"),
            Code::Unsupported => ("UNSUPPORTED", 405, "The operation is unsupported."),
        }
    }

    /// The answer.
    pub(super) fn reply(self) -> Reply {
        self.with(&Value::Null)
    }

    /// The answer with what it is about.
    pub(super) fn with(self, detail: &Value) -> Reply {
        self.say(self.row().2, detail)
    }

    /// The answer in other words.
    pub(super) fn say(self, message: &str, detail: &Value) -> Reply {
        let (code, status, _) = self.row();
        self.status(status, code, message, detail)
    }

    /// The answer with another status: Docker Hub says `DENIED` with 401.
    pub(super) fn as_challenge(self, message: &str, challenge: &str, detail: &Value) -> Reply {
        self.status(401, self.row().0, message, detail)
            .with("www-authenticate", challenge)
    }

    fn status(self, status: u16, code: &str, message: &str, detail: &Value) -> Reply {
        Reply::json(
            status,
            &json!({ "errors": [{ "code": code, "message": message, "detail": detail }] }),
        )
    }
}
