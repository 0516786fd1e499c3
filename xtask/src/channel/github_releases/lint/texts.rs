//! Rules about the notes.

use super::super::notes::NOTES;
use crate::channel::CHANNELS;
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

/// Headings of channels stand between code, whose lines may begin like one.
pub(super) fn channels(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in notes(subject) {
        let mut is_code = false;
        for (line, text) in file.lines() {
            is_code ^= text.trim_start().starts_with("```");
            let title = match text.strip_prefix("### ") {
                Some(title) if !is_code => title.split(": ").next().unwrap_or(title),
                _ => continue,
            };
            let Some(channel) = CHANNELS.iter().find(|it| it.title == title) else {
                continue;
            };
            let Some(edition) = &subject.edition else {
                continue;
            };
            let is_served = edition.channels_on().any(|it| it.name == channel.name)
                && (channel.version)(edition.version()).is_ok()
                // Of the other packages of the release nothing is known here.
                && (edition.release.identity.packages.len() > 1 || (channel.install)(edition).is_some());
            if !is_served {
                flaws.push(Flaw::line(
                    file,
                    line,
                    format!("the channel `{}` has nothing to install", channel.name),
                ));
            }
        }
    }
    flaws
}
