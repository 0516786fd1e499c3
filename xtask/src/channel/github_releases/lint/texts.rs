//! Rules about the notes.

use super::super::notes::NOTES;
use crate::channel::{CHANNELS, Channel};
use crate::lint::{File, Flaw, Subject};

/// What GitHub takes as the text of a release.
const MOST_CHARACTERS: usize = 125_000;

fn notes(subject: &Subject) -> impl Iterator<Item = &File> {
    subject.files.iter().filter(|it| it.name() == NOTES)
}

pub(super) fn length(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in notes(subject) {
        match file.text().map(|it| it.chars().count()) {
            None => flaws.push(Flaw::file(file, "it is no text")),
            Some(count) if count > MOST_CHARACTERS => {
                flaws.push(Flaw::file(file, format!("the notes have {count} characters")));
            }
            Some(_) => {}
        }
    }
    flaws
}

/// A channel is told of by a heading with code below it; a changelog may have headings of the same words.
pub(super) fn channels(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let is_single = edition.release.identity.packages.len() == 1;
    let is_served = |channel: &'static Channel| {
        edition.channels_on().any(|it| it.name == channel.name)
            && (channel.version)(edition.version()).is_ok()
            // Of the other packages of the release nothing is known here.
            && (!is_single || (channel.install)(edition).is_some())
    };
    let mut flaws = Vec::new();
    for file in notes(subject) {
        let mut heading = None;
        for (line, text) in file.lines().filter(|it| !it.1.trim().is_empty()) {
            if let Some((line, channel)) = heading.take().filter(|_| text.starts_with("```")) {
                let channel: &'static Channel = channel;
                if !is_served(channel) {
                    let what = format!("the channel `{}` has nothing to install", channel.name);
                    flaws.push(Flaw::line(file, line, what));
                }
            }
            let title = text.strip_prefix("### ").unwrap_or_default();
            let title = title.split(": ").next().unwrap_or(title);
            heading = CHANNELS
                .into_iter()
                .find(|it| it.title == title)
                .map(|it| (line, it));
        }
    }
    flaws
}
