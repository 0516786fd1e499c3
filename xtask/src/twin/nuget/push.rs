//! A push: its form, and what the gallery refuses in it.

use roxmltree::Document;

use super::{Package, Status, refused};
use crate::pack::read;
use crate::twin::server::{Incoming, Reply};

/// The most bytes of a package.
const MOST: usize = 350 << 20;

/// How many versions of a package may wait at a time.
const MOST_WAITING: usize = 10;

/// The most characters of an id, and of a title.
const MOST_ID: usize = 100;
const MOST_TITLE: usize = 256;

/// What a nuspec must say.
const REQUIRED: &[&str] = &["id", "version", "authors", "description"];

/// The words of a push that was taken.
const TAKEN: &str = "Package has been pushed and will show up once moderated and approved.";

/// Takes a package, or refuses it.
pub(super) fn push(packages: &mut Vec<Package>, request: &Incoming) -> Reply {
    if request.body.len() > MOST {
        return refused(413, format!("The package is larger than {} MB.", MOST >> 20));
    }
    let kind = request.header("content-type").unwrap_or_default();
    let bytes = match boundary(kind) {
        Some(boundary) => file(&request.body, &boundary),
        // An older form: the package is the body.
        None => Some(request.body.clone()),
    };
    let Some(bytes) = bytes else {
        return refused(500, "A package file is required.");
    };
    let package = match read_package(bytes) {
        Ok(package) => package,
        Err(reply) => return reply,
    };
    let of_id = |it: &&Package| it.id.eq_ignore_ascii_case(&package.id);
    let others: Vec<&Package> = packages.iter().filter(of_id).collect();
    let waiting = others.iter().filter(|it| it.status == Status::Submitted).count();
    let has_approved = others
        .iter()
        .any(|it| it.status == Status::Approved && !it.is_prerelease());
    let id = &package.id;
    match others
        .iter()
        .find(|it| it.is(id, &package.version))
        .map(|it| it.status)
    {
        Some(Status::Rejected) => {
            return refused(
                409,
                "This package has been rejected and can no longer be submitted.",
            );
        }
        Some(Status::Approved | Status::Exempted) => {
            let words = format!(
                "A package with id '{id}' and version '{}' already exists and cannot be modified.",
                package.version
            );
            return refused(409, words);
        }
        None if !has_approved && waiting > 0 => {
            return refused(
                403,
                format!(
                    "The package {id} has a previous version in a submitted state, and no approved stable releases. Please \
                     work to have the existing package version approved or rejected first."
                ),
            );
        }
        None if waiting >= MOST_WAITING => {
            return refused(
                403,
                format!(
                    "The package {id} has {waiting} versions currently in a submitted state. For moderation purposes we \
                     limit to {MOST_WAITING} versions in moderation at a time. Please wait to have the existing package \
                     version(s) approved or rejected first."
                ),
            );
        }
        // One that waits gives its place to a fix.
        None | Some(Status::Submitted) => {}
    }
    packages.retain(|it| !it.is(&package.id, &package.version));
    packages.push(package);
    Reply::text(201, TAKEN).because(TAKEN)
}

/// The boundary of a form (RFC 2046, section 5.1.1).
fn boundary(kind: &str) -> Option<String> {
    if !kind.to_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let (_, rest) = kind.split_once("boundary=")?;
    let value = rest.split(';').next()?.trim().trim_matches('"');
    Some(value.to_owned())
}

/// The first file of a form.
fn file(body: &[u8], boundary: &str) -> Option<Vec<u8>> {
    let mark = format!("--{boundary}");
    let start = memchr::memmem::find(body, mark.as_bytes())? + mark.len();
    let part = &body[start..];
    let head_end = memchr::memmem::find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&part[..head_end]).to_lowercase();
    if !head.contains("content-disposition: form-data") {
        return None;
    }
    let content = &part[head_end + 4..];
    let end = memchr::memmem::find(content, format!("\r\n{mark}").as_bytes())?;
    Some(content[..end].to_vec())
}

/// Reads a package and its nuspec.
fn read_package(bytes: Vec<u8>) -> Result<Package, Reply> {
    let malformed = |what: &str| refused(500, format!("The package is malformed: {what}"));
    let files = read::files("package.nupkg", &bytes).map_err(|error| malformed(&format!("{error:#}")))?;
    let is_nuspec =
        |it: &&read::Packed| !it.path.contains('/') && it.path.to_lowercase().ends_with(".nuspec");
    let nuspec = files
        .iter()
        .find(is_nuspec)
        .ok_or_else(|| malformed("no nuspec"))?;
    let text = String::from_utf8_lossy(&nuspec.bytes);
    let document = Document::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| malformed(&error.to_string()))?;
    let metadata = document
        .descendants()
        .find(|it| it.tag_name().name() == "metadata");
    let metadata = metadata.ok_or_else(|| malformed("no metadata"))?;
    let elements = metadata.children().filter(roxmltree::Node::is_element);
    let pairs: Vec<(String, String)> = elements
        .map(|it| {
            let value = it.text().unwrap_or_default().trim();
            (it.tag_name().name().to_owned(), value.to_owned())
        })
        .collect();
    let said = |name: &str| {
        let found = pairs.iter().find(|it| it.0 == name);
        found.map(|it| it.1.clone()).unwrap_or_default()
    };
    if let Some(missing) = REQUIRED.iter().find(|it| said(it).is_empty()) {
        return Err(malformed(&format!("the nuspec has no `{missing}`")));
    }
    let (id, version) = (said("id"), said("version"));
    if !is_normal(&version) {
        return Err(refused(
            400,
            format!("The package version '{version}' is not normalized."),
        ));
    }
    for (name, most) in [("id", MOST_ID), ("title", MOST_TITLE)] {
        if said(name).chars().count() > most {
            let words =
                format!("This package had an issue pushing: {name} must be at most {most} characters.");
            return Err(refused(409, words));
        }
    }
    // Pre-releases are not moderated.
    let status = if version.contains('-') {
        Status::Exempted
    } else {
        Status::Submitted
    };
    Ok(Package {
        nuspec: pairs,
        id,
        version,
        status,
        is_unlisted: false,
        bytes,
        time_s: crate::time::now_s().unwrap_or_default(),
    })
}

/// Whether a version is in NuGet's normal form: three numbers, or four where the last is not 0, without leading zeros, and
/// no build metadata.
fn is_normal(version: &str) -> bool {
    let (numbers, pre) = match version.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (version, None),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |it: &&str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()) && (*it == "0" || !it.starts_with('0'))
    };
    let is_right = match parts.as_slice() {
        [_, _, _] => true,
        [_, _, _, last] => *last != "0",
        _ => false,
    };
    let is_word = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
    is_right && parts.iter().all(is_number) && pre.is_none_or(|it| !it.is_empty() && it.chars().all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_versions() {
        for good in ["1.2.3", "1.2.3.4", "0.0.0", "1.2.3-rc01", "10.20.30"] {
            assert!(is_normal(good), "{good}");
        }
        for bad in [
            "1.2",
            "01.2.3",
            "1.2.3.0",
            "1.2.3+5",
            "1.2.3-",
            "x",
            "1..3",
            "1.2.3.4.5",
        ] {
            assert!(!is_normal(bad), "{bad}");
        }
    }

    #[test]
    fn the_file_of_a_form_is_found_whole() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"package\"\r\n\r\na\r\n--b\r\n--x--\r\n";
        assert_eq!(file(body, "x").unwrap(), b"a\r\n--b");
        assert_eq!(
            boundary("multipart/form-data; boundary=\"x y\"; z").as_deref(),
            Some("x y")
        );
        assert_eq!(boundary("application/zip"), None);
    }
}
