//! The feed of a NuGet gallery (OData, version 2): what it says of a package's versions.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use roxmltree::{Document, Node};

use super::words;
use crate::digest::Algorithm;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::protocol::answer;
use crate::standing::Failure;

/// What may not stand in a key in a URL.
const KEY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'%')
    .add(b'?')
    .add(b'#')
    .add(b'/')
    .add(b'+')
    .add(b'"');

/// How many pages of a list are read.
const MOST_PAGES: usize = 20;

/// The entries of a document, and the address of its next part.
type Page = (Vec<Entry>, Option<String>);

/// A version of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The id of the package.
    pub id: String,
    /// The version.
    pub version: String,
    /// The digest of the package, in base64, and its algorithm.
    pub hash: Option<(String, String)>,
    /// Whether a moderator has approved it; `None` where nobody moderates.
    pub approved: Option<bool>,
    /// `Submitted`, `Approved`, `Rejected`, `Exempted`.
    pub status: Option<String>,
    /// While it is submitted: `Pending`, `Ready`, `Waiting`, `Responded`, `Updated`.
    pub submitted: Option<String>,
    /// When it was published, and when a moderator has looked at it last, as the feed writes times.
    pub published: Option<String>,
    /// When a moderator has looked at it last.
    pub reviewed: Option<String>,
    /// Whether it is the newest of those that are no pre-releases.
    pub is_latest: bool,
    /// The page for people.
    pub page: Option<String>,
    /// The product's page.
    pub project: Option<String>,
}

impl Entry {
    /// Whether users get it.
    pub fn is_approved(&self) -> bool {
        self.approved != Some(false) || self.status.as_deref() == Some("Exempted")
    }

    /// Whether a moderator has rejected it.
    pub fn is_rejected(&self) -> bool {
        self.status.as_deref() == Some("Rejected")
    }

    /// What moderation has come to, in words.
    pub fn state(&self) -> String {
        let meaning = match self.submitted.as_deref() {
            Some("Waiting") => "waits for its maintainer to answer the moderators",
            Some("Responded" | "Updated") => "waits for a moderator to look again",
            _ => "waits for the automatic checks and a moderator",
        };
        format!("submitted, and {meaning}")
    }

    /// The digest in a form that can be compared.
    pub(super) fn hash(&self) -> Option<(Algorithm, &str)> {
        let (name, value) = self.hash.as_ref()?;
        Some((super::algorithm(name)?, value))
    }
}

/// One version. A feed without it may answer with a list, or nothing; then the list of all versions decides.
pub fn version(look: &Look<'_>, feed: &str, id: &str, version: &str) -> Result<Option<Entry>, Failure> {
    let (key, number) = (utf8_percent_encode(id, KEY), utf8_percent_encode(version, KEY));
    let url = format!("{feed}/api/v2/Packages(Id='{key}',Version='{number}')");
    let one = ask(look, &url)?.map(|it| it.0).unwrap_or_default();
    let is_it = |it: &Entry| it.id.eq_ignore_ascii_case(id) && it.version.eq_ignore_ascii_case(version);
    if let Some(found) = one.into_iter().find(is_it) {
        return Ok(Some(found));
    }
    Ok(versions(look, feed, id)?.into_iter().find(is_it))
}

/// All versions that the feed shows; none when it does not know the package.
pub fn versions(look: &Look<'_>, feed: &str, id: &str) -> Result<Vec<Entry>, Failure> {
    let key = utf8_percent_encode(id, KEY);
    let mut next = Some(format!("{feed}/api/v2/FindPackagesById()?id='{key}'"));
    let mut all = Vec::new();
    for _ in 0..MOST_PAGES {
        let Some(url) = next else { break };
        let Some((entries, further)) = ask(look, &url)? else {
            break;
        };
        all.extend(entries);
        next = further;
    }
    Ok(all)
}

/// The SHA-256 of what the feed gives to those who download a version.
pub fn download(look: &Look<'_>, feed: &str, id: &str, version: &str) -> Result<Option<String>, Failure> {
    let url = format!("{feed}/api/v2/package/{id}/{version}");
    let found = look.digest_of(&Request::get(url))?;
    Ok(found.map(|(_, digest)| digest.to_string()))
}

/// The entries of a document and the address of its next part; `None` when there is no such thing.
fn ask(look: &Look<'_>, url: &str) -> Result<Option<Page>, Failure> {
    let request = Request::get(url).accept("application/atom+xml, application/xml");
    let answer = look.ask(&request)?;
    match answer.status {
        200 => read(&answer.text())
            .map(Some)
            .ok_or_else(|| Failure::new(format!("`{url}` answered no feed of packages"))),
        404 => Ok(None),
        _ => Err(answer::failure(&request, &answer, &words(&answer))),
    }
}

/// Reads an entry or a list of them (Atom, RFC 4287, with OData's properties).
fn read(text: &str) -> Option<Page> {
    let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "entry" | "feed") {
        return None;
    }
    let entries = root.descendants().filter(|it| it.has_tag_name_of("entry"));
    let next = root
        .children()
        .find(|it| it.has_tag_name_of("link") && it.attribute("rel") == Some("next"))
        .and_then(|it| it.attribute("href"));
    Some((entries.filter_map(entry).collect(), next.map(str::to_owned)))
}

/// Names are compared without their namespaces, of which galleries write several.
trait Named {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn entry(node: Node<'_, '_>) -> Option<Entry> {
    let properties = node.descendants().find(|it| it.has_tag_name_of("properties"))?;
    let text = |name: &str| {
        let found = properties.children().find(|it| it.has_tag_name_of(name))?;
        found
            .text()
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
    };
    let is = |name: &str| text(name).map(|it| it.eq_ignore_ascii_case("true"));
    // The community's gallery has the id in the title alone.
    let title = node.children().find(|it| it.has_tag_name_of("title"));
    let title = title.and_then(|it| it.text()).map(|it| it.trim().to_owned());
    Some(Entry {
        id: text("Id").or(title)?,
        version: text("NormalizedVersion").or_else(|| text("Version"))?,
        hash: text("PackageHashAlgorithm").zip(text("PackageHash")),
        approved: is("IsApproved"),
        status: text("PackageStatus"),
        submitted: text("PackageSubmittedStatus"),
        published: text("Published"),
        reviewed: text("PackageReviewedDate"),
        is_latest: is("IsLatestVersion").unwrap_or_default(),
        page: text("GalleryDetailsUrl"),
        project: text("ProjectUrl"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_whatever_its_namespaces() {
        let text = "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:d=\"d\" xmlns:m=\"m\">\
            <title>Packages</title><link rel=\"next\" href=\"http://x/next\" /><entry><title type=\"text\">demo</title>\
            <m:properties><d:Version>1.2.3</d:Version><d:IsApproved m:type=\"Edm.Boolean\">false</d:IsApproved>\
            <d:PackageStatus>Submitted</d:PackageStatus><d:PackageSubmittedStatus>Waiting</d:PackageSubmittedStatus>\
            <d:PackageHash>aa==</d:PackageHash><d:PackageHashAlgorithm>SHA512</d:PackageHashAlgorithm>\
            <d:PackageReviewedDate m:null=\"true\"></d:PackageReviewedDate></m:properties></entry></feed>";
        let (entries, next) = read(text).unwrap();
        assert_eq!(next.as_deref(), Some("http://x/next"));
        let entry = &entries[0];
        assert_eq!((entry.id.as_str(), entry.version.as_str()), ("demo", "1.2.3"));
        assert_eq!(entry.hash(), Some((Algorithm::Sha512, "aa==")));
        assert!(!entry.is_approved() && !entry.is_rejected());
        assert!(entry.state().contains("its maintainer"));
        assert_eq!(entry.reviewed, None);
        assert_eq!(read("<html/>"), None);
        assert_eq!(read("x"), None);
    }
}
