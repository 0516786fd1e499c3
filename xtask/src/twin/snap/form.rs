//! Reads a file out of a form (RFC 7578).

use memchr::memmem;

use crate::twin::server::Incoming;

/// The content of the field of this name, which must have a file name.
pub(super) fn file(request: &Incoming, name: &str) -> Result<Vec<u8>, String> {
    let kind = request.header("content-type").unwrap_or_default();
    let boundary = kind
        .strip_prefix("multipart/form-data")
        .and_then(|it| it.split_once("boundary="))
        .map(|it| it.1.split(';').next().unwrap_or_default().trim_matches('"'))
        .ok_or("the request is no multipart/form-data")?;
    let delimiter = format!("--{boundary}");
    let places: Vec<usize> = memmem::find_iter(&request.body, &delimiter).collect();
    for two in places.windows(2) {
        let part = &request.body[two[0] + delimiter.len()..two[1]];
        let Some(end) = memmem::find(part, b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        let has = |it: &str| head.contains(it);
        if has(&format!("name=\"{name}\"")) && has("filename=\"") {
            let content = &part[end + 4..];
            return Ok(content.strip_suffix(b"\r\n").unwrap_or(content).to_vec());
        }
    }
    Err(format!("{name}: This field is required."))
}
