//! The nuspec: what a package says of itself.

use crate::channel::chocolatey::CHANNEL;
use crate::edition::Edition;
use crate::edition::licence::below_top;
use crate::pack::nupkg::Core;
use crate::render::xml::Element;

/// The namespace of the form that Chocolatey writes (K1).
pub(super) const NAMESPACE: &str = "http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd";

/// The fewest characters of a description (K2).
pub(super) const SHORTEST: usize = 30;

/// The id: lower case, words parted by `-` (K2).
pub(super) fn id(edition: &Edition) -> String {
    edition
        .listing_for(&CHANNEL)
        .name
        .to_lowercase()
        .replace('_', "-")
}

/// What stands in the nuspec and in the package's core properties.
pub(super) fn core(edition: &Edition, version: &str) -> Core {
    let listing = edition.listing_for(&CHANNEL);
    let authors: Vec<&str> = listing.authors.iter().map(|it| it.name.as_str()).collect();
    Core {
        id: id(edition),
        version: version.to_owned(),
        authors: if authors.is_empty() {
            listing.publisher.clone()
        } else {
            authors.join(", ")
        },
        description: description(edition),
        tags: tags(edition),
    }
}

/// The text of the nuspec. What is not known is left out: an empty link is an error for Chocolatey (K1).
pub(super) fn text(edition: &Edition, core: &Core) -> String {
    let listing = edition.listing_for(&CHANNEL);
    let settings = edition.settings(&CHANNEL);
    let own = |key: &str| settings.text(key).map(str::to_owned);
    let repository = listing.repository.as_ref();
    let source = repository.map(|it| it.url.clone());
    let github = repository
        .filter(|it| it.github.is_some())
        .map(|it| it.url.clone());
    let license = own("license-url").or_else(|| license_url(edition));
    let acceptance = license.as_ref().map(|_| "false".to_owned());
    let tag = edition.tag().replace('+', "%2B");
    let fields = [
        ("id", Some(core.id.clone())),
        ("version", Some(core.version.clone())),
        (
            "packageSourceUrl",
            own("package-source-url").or_else(|| source.clone()),
        ),
        ("owners", own("owners")),
        ("title", Some(listing.title.clone())),
        ("authors", Some(core.authors.clone())),
        ("projectUrl", listing.homepage.clone().or_else(|| source.clone())),
        ("iconUrl", own("icon-url")),
        ("copyright", Some(listing.copyright.clone())),
        ("licenseUrl", license),
        ("requireLicenseAcceptance", acceptance),
        ("projectSourceUrl", source),
        ("docsUrl", listing.documentation.clone()),
        ("mailingListUrl", own("mailing-list-url")),
        ("bugTrackerUrl", github.as_ref().map(|it| format!("{it}/issues"))),
        ("tags", Some(core.tags.clone())),
        ("summary", Some(listing.summary.clone())),
        ("description", Some(core.description.clone())),
        (
            "releaseNotes",
            github.map(|it| format!("{it}/releases/tag/{tag}")),
        ),
    ];
    let fields = fields.into_iter().filter_map(|(name, text)| {
        let text = text.filter(|it| !it.trim().is_empty())?;
        Some(Element::text(name, text))
    });
    let dependencies = settings.list("depends").filter(|it| !it.is_empty());
    Element::new("package")
        .with("xmlns", NAMESPACE)
        .child(
            Element::new("metadata")
                .children(fields)
                .children(dependencies.map(|it| depends(&it))),
        )
        .document()
}

/// `name` or `name version`, where the version is NuGet's: a smallest one, or a range.
fn depends(words: &[&str]) -> Element {
    Element::new("dependencies").children(words.iter().map(|it| {
        let (name, version) = it
            .split_once(' ')
            .map_or((*it, None), |it| (it.0, Some(it.1.trim())));
        let element = Element::new("dependency").with("id", name);
        match version {
            Some(version) => element.with("version", version),
            None => element,
        }
    }))
}

/// The first licence file in the repository, at the tag.
fn license_url(edition: &Edition) -> Option<String> {
    let repository = edition
        .listing
        .repository
        .as_ref()
        .filter(|it| it.github.is_some())?;
    let mut files: Vec<_> = edition.licence_entries().collect();
    files.sort_by_key(|it| below_top(&it.path).len());
    let path = edition.path_in_source(files.first()?);
    let tag = edition.tag().replace('+', "%2B");
    Some(format!(
        "{}/blob/{tag}/{}",
        repository.url,
        path.replace(' ', "%20")
    ))
}

/// Markdown. What only looks like a heading, `#x`, is escaped, since a moderator's tool takes it for a broken one; what is
/// too short for the rules says what it is about.
fn description(edition: &Edition) -> String {
    let listing = edition.listing_for(&CHANNEL);
    let lines = listing.description.lines().map(|line| {
        let rest = line.trim_start_matches('#');
        let is_heading = rest.is_empty() || rest.starts_with(' ');
        if rest.len() == line.len() || is_heading {
            line.to_owned()
        } else {
            format!("\\{line}")
        }
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    if text.chars().count() >= SHORTEST {
        return text;
    }
    let page = listing
        .homepage
        .map(|it| format!("\n\nSee <{it}>."))
        .unwrap_or_default();
    format!("{}: {text}{page}", listing.title)
}

/// Words parted by spaces; a keyword of several words is joined by `-`.
fn tags(edition: &Edition) -> String {
    let listing = edition.listing_for(&CHANNEL);
    let settings = edition.settings(&CHANNEL);
    let own = settings.list("tags");
    let words = own.unwrap_or_else(|| listing.keywords.iter().map(String::as_str).collect());
    let words: Vec<String> = words
        .iter()
        .map(|it| it.split_whitespace().collect::<Vec<_>>().join("-"))
        .filter(|it| !it.is_empty())
        .collect();
    if words.is_empty() {
        id(edition)
    } else {
        words.join(" ")
    }
}
