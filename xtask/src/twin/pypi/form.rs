//! Reads a form with files (RFC 7578).

use memchr::memmem;

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) value: Vec<u8>,
}

/// The fields of a body with this `content-type`; `None` when it is no form.
pub(super) fn read(content_type: &str, body: &[u8]) -> Option<Vec<Field>> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    let line = format!("--{boundary}");
    let body = body.strip_prefix(line.as_bytes())?;
    let between = format!("\r\n{line}");
    let mut fields = Vec::new();
    let mut rest = body;
    loop {
        if rest.starts_with(b"--") {
            return Some(fields);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = memmem::find(rest, between.as_bytes())?;
        fields.push(field(&rest[..end])?);
        rest = &rest[end + between.len()..];
    }
}

fn field(part: &[u8]) -> Option<Field> {
    let at = memmem::find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..at]).ok()?;
    let mut field = Field {
        value: part[at + 4..].to_vec(),
        ..Field::default()
    };
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        match name.trim().to_lowercase().as_str() {
            "content-disposition" => {
                field.name = parameter(value, "name")?;
                field.file_name = parameter(value, "filename");
            }
            "content-type" => field.content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    (!field.name.is_empty()).then_some(field)
}

/// The value of a parameter such as `name="content"`.
fn parameter(text: &str, name: &str) -> Option<String> {
    text.split(';').find_map(|it| {
        let (key, value) = it.trim().split_once('=')?;
        let is_it = key.eq_ignore_ascii_case(name);
        is_it.then(|| value.trim_matches('"').replace("%22", "\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n--x\r\n\
            content-disposition: form-data; name=\"content\"; filename=\"a.whl\"\r\nContent-Type: application/zip\r\n\r\n\
            \r\n--y\r\n\r\n--x--\r\n";
        let fields = read("multipart/form-data; boundary=x", body).unwrap();
        assert_eq!(fields[0].name, ":action");
        assert_eq!(fields[0].value, b"file_upload");
        assert_eq!(fields[1].file_name.as_deref(), Some("a.whl"));
        assert_eq!(fields[1].content_type.as_deref(), Some("application/zip"));
        assert_eq!(fields[1].value, b"\r\n--y\r\n");
        assert_eq!(read("multipart/form-data; boundary=\"z\"", body), None);
        assert_eq!(read("application/json", body), None);
        assert_eq!(
            read("multipart/form-data; boundary=x", &body[..body.len() - 10]),
            None
        );
    }
}
