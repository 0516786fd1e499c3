//! The pages about publishing say what the rows say, and the rows say what people need.

use std::path::Path;

use xtask::channel::CHANNELS;
use xtask::effect::{environment, files};
use xtask::publish::document;

#[track_caller]
fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/deployment")
        .join(name);
    if environment::var("UPDATE_GOLDEN").is_some() {
        files::write(&path, page.as_bytes()).unwrap();
    }
    let found = files::read_text(&path).unwrap();
    assert!(
        found == page,
        "docs/deployment/{name}: `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites it"
    );
}

#[test]
fn the_pages_are_those_of_the_table() {
    check("README.md", &document::index());
    for channel in CHANNELS {
        check(&format!("{channel}.md"), &document::page(channel));
    }
}

#[test]
fn every_guide_is_complete() {
    for channel in CHANNELS {
        let guide = channel.guide;
        assert!(guide.setup.len() >= 2, "{channel}: set-up");
        assert!(!guide.credential.is_empty(), "{channel}: the credential's page");
        assert!(!guide.first.is_empty(), "{channel}: the first publication");
        assert!(!guide.after.is_empty(), "{channel}: afterwards");
        assert!(guide.troubles.len() >= 3, "{channel}: troubles");
        assert!(!guide.undo.is_empty(), "{channel}: undo");
        let texts = guide
            .setup
            .iter()
            .chain(guide.first)
            .chain(guide.undo)
            .chain([&guide.after]);
        for text in texts {
            assert!(text.ends_with(['.', '`', ')']), "{channel}: no sentence: {text}");
        }
        for trouble in guide.troubles {
            let is_full = ![trouble.says, trouble.means, trouble.next]
                .iter()
                .any(|it| it.is_empty());
            assert!(is_full, "{channel}: {}", trouble.says);
        }
    }
}

#[test]
fn a_trouble_is_known_by_a_part_of_the_message() {
    for channel in CHANNELS {
        for trouble in channel.guide.troubles {
            let message = format!(
                "PUT was answered with 4xx: {}, sorry",
                trouble.says.to_uppercase()
            );
            let found = channel.guide.trouble(&message).expect("its own words find it");
            // An earlier row whose words stand in these is found instead: such rows must mean the same.
            assert!(
                found.says == trouble.says
                    || trouble.says.to_lowercase().contains(&found.says.to_lowercase()),
                "{channel}: {}",
                trouble.says
            );
        }
    }
}
