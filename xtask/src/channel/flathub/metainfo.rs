//! AppStream's metainfo: what a software centre shows of the application.

use crate::channel::flathub::{CHANNEL, app_id};
use crate::edition::Edition;
use crate::render::xml::Element;

/// The licence of the metainfo itself, which software centres must be free to pass on (F2).
const METADATA_LICENSE: &str = "CC0-1.0";

/// The text of the file.
pub(super) fn text(edition: &Edition, id: &str, programs: &[String]) -> String {
    let listing = edition.listing_for(&CHANNEL);
    let mut root = Element::new("component")
        .with("type", "console-application")
        .child(Element::text("id", id))
        .child(Element::text("metadata_license", METADATA_LICENSE));
    if let Some(license) = &listing.license {
        root = root.child(Element::text("project_license", license));
    }
    let repository = listing.repository.as_ref();
    let github = repository
        .filter(|it| it.github.is_some())
        .map(|it| it.url.as_str());
    let links = [
        ("homepage", listing.homepage.clone()),
        ("bugtracker", github.map(|it| format!("{it}/issues"))),
        ("help", listing.documentation.clone()),
        ("vcs-browser", repository.map(|it| it.url.clone())),
    ];
    let url = |(kind, url): (&str, Option<String>)| Some(Element::text("url", url?).with("type", kind));
    let mut release = Element::new("release")
        .with("version", edition.version().to_string())
        .with("date", edition.date());
    if let Some(page) = github {
        let tag = edition.tag().replace('+', "%2B");
        let page = format!("{page}/releases/tag/{tag}");
        release = release.child(Element::text("url", page).with("type", "details"));
    }
    root.child(Element::text("name", &listing.title))
        .child(Element::text("summary", &listing.summary))
        .child(
            Element::new("developer")
                .with("id", app_id::developer(id))
                .child(Element::text("name", &listing.publisher)),
        )
        .child(Element::new("description").children(paragraphs(&listing.description)))
        .children(links.into_iter().filter_map(url))
        .child(Element::new("provides").children(programs.iter().map(|it| Element::text("binary", it))))
        .children(keywords(&listing.keywords))
        .child(Element::new("content_rating").with("type", "oars-1.1"))
        .child(Element::new("releases").child(release))
        .document()
}

fn keywords(words: &[String]) -> Option<Element> {
    let list = Element::new("keywords").children(words.iter().map(|it| Element::text("keyword", it)));
    (!words.is_empty()).then_some(list)
}

/// Paragraphs and lists: nothing else of Markdown has a form there.
fn paragraphs(description: &str) -> Vec<Element> {
    let marker = |line: &str| {
        ["- ", "* "]
            .iter()
            .find_map(|it| line.strip_prefix(it).map(str::to_owned))
    };
    let mut elements = Vec::new();
    for block in description
        .split("\n\n")
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let items: Option<Vec<String>> = block.lines().map(|it| marker(it.trim_start())).collect();
        elements.push(match items {
            Some(items) => Element::new("ul").children(items.into_iter().map(|it| Element::text("li", it))),
            None => Element::text("p", block),
        });
    }
    elements
}
