//! What the channels get: rendered from the release, compared with what stands in `dist/channels/`, and written there.

pub mod difference;
pub mod folder;

use serde::Serialize;

use crate::channel::{Channel, value};
use crate::edition::Edition;
use crate::render::{self, Files, Gap, Output};

/// What became of a channel.
#[derive(Debug)]
pub struct Rendered {
    /// The channel.
    pub channel: &'static Channel,
    /// What it takes, or why it takes nothing.
    pub outcome: Outcome,
    /// What the release lacks.
    pub gaps: Vec<Gap>,
}

/// The files of a channel, or why there are none.
#[derive(Debug)]
pub enum Outcome {
    /// The version in the channel's form, and the files.
    Files(String, Files),
    /// The channel does not take this version, for this reason.
    Refused(String),
    /// Rendering went wrong.
    Failed(anyhow::Error),
}

impl Outcome {
    /// The word for tables and documents.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Files(..) => "rendered",
            Outcome::Refused(_) => "refused",
            Outcome::Failed(_) => "failed",
        }
    }
}

/// How much is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Extent {
    /// Texts and packages.
    Everything,
    /// Only what takes no compression.
    Texts,
}

/// Renders the editions of a release for channels. One channel's failure does not stop the others.
pub fn render(editions: &[Edition], channels: &[&'static Channel], extent: Extent) -> Vec<Rendered> {
    let mut outputs = Vec::new();
    let mut rows = Vec::new();
    for channel in channels {
        match output(editions, channel) {
            Ok((version, output)) => {
                rows.push((*channel, Ok(version), output.gaps()));
                outputs.push(output);
            }
            Err(outcome) => rows.push((*channel, Err(outcome), Vec::new())),
        }
    }
    let mut made = match extent {
        Extent::Everything => render::make(outputs),
        Extent::Texts => outputs.into_iter().map(Output::texts).collect(),
    }
    .into_iter();
    rows.into_iter()
        .map(|(channel, row, gaps)| {
            let outcome = match row {
                Err(outcome) => outcome,
                Ok(version) => {
                    let files = made.next().expect("each output was made");
                    match files.and_then(|it| finish(editions, channel, it, extent)) {
                        Ok(files) => Outcome::Files(version, files),
                        Err(error) => Outcome::Failed(error),
                    }
                }
            };
            Rendered {
                channel,
                outcome,
                gaps,
            }
        })
        .collect()
}

fn output(editions: &[Edition], channel: &'static Channel) -> Result<(String, Output), Outcome> {
    let mut output = Output::default();
    let mut form = String::new();
    for edition in editions {
        form = (channel.version)(edition.version()).map_err(Outcome::Refused)?;
        value::check(channel, &edition.settings(channel)).map_err(|it| Outcome::Failed(it.into()))?;
        (channel.render)(edition, &mut output).map_err(Outcome::Failed)?;
    }
    Ok((form, output))
}

fn finish(
    editions: &[Edition],
    channel: &'static Channel,
    mut files: Files,
    extent: Extent,
) -> anyhow::Result<Files> {
    if extent == Extent::Everything {
        files.extend((channel.finish)(editions, &files)?);
    }
    Ok(files)
}
