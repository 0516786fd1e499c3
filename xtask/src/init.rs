//! What `cargo xtask init` writes: `packaging/release.toml` and the templates, decided from what `Cargo.toml` says and what is
//! there already.

mod facts;
mod keys;
mod reason;
mod settings;

use serde::Serialize;

use crate::channel::{CHANNELS, Channel};
use crate::config::{self, Config};
use crate::edition::TEMPLATES;
use crate::effect::files;
use crate::problem::Problem;
use crate::workspace::Workspace;

pub use facts::Facts;

/// How a file that is there compares with what would be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is not there.
    Missing,
    /// Settings that lack the tables of some channels.
    Incomplete,
    /// It holds the built-in text.
    Same,
    /// Somebody has made it their own.
    Differs,
}

/// A file that belongs there.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path from the root, with `/`.
    pub path: String,
    /// How it compares.
    pub standing: Standing,
    /// What it would hold after it was written.
    pub text: String,
    /// Whether it is a template, which may be put back to its built-in text.
    pub is_template: bool,
}

/// A channel, and why it is written down as turned off.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The channel.
    pub channel: &'static str,
    /// Whether its table was there.
    pub is_there: bool,
    /// Why it is off.
    pub off: Option<String>,
}

/// All that belongs there.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The settings first, then the templates by channel.
    pub entries: Vec<Entry>,
    /// The channels, in the order of the table.
    pub channels: Vec<Row>,
}

impl Plan {
    /// Decides for a workspace; nothing is written.
    pub fn of(workspace: &Workspace) -> anyhow::Result<Plan> {
        let config = Config::load(&workspace.root)?;
        let facts = Facts::of(workspace, &config)?;
        let there = files::read_text_if_present(&workspace.root.join(config::FILE))?;
        let is_there = |it: &Channel| config.channel.has(it);
        let channels: Vec<Row> = CHANNELS
            .into_iter()
            .map(|it| Row {
                channel: it.name,
                is_there: is_there(it),
                off: reason::of(it, &facts),
            })
            .collect();
        let missing: Vec<&'static Channel> = CHANNELS.into_iter().filter(|it| !is_there(it)).collect();
        let tables = settings::channels(&missing, &facts);
        let mut entries = vec![match there {
            None => Entry {
                path: config::FILE.to_owned(),
                standing: Standing::Missing,
                text: settings::text(&facts) + &tables,
                is_template: false,
            },
            Some(text) => Entry {
                path: config::FILE.to_owned(),
                standing: if missing.is_empty() {
                    Standing::Differs
                } else {
                    Standing::Incomplete
                },
                text: appended(&text, &tables),
                is_template: false,
            },
        }];
        check(&entries[0])?;
        for channel in CHANNELS {
            for template in channel.templates {
                let path = format!("{TEMPLATES}/{}/{}", channel.name, template.name);
                let there = files::read_text_if_present(&workspace.root.join(&path))?;
                entries.push(Entry {
                    path,
                    standing: match there.map(|it| it.replace("\r\n", "\n")) {
                        None => Standing::Missing,
                        Some(text) if text == template.text => Standing::Same,
                        Some(_) => Standing::Differs,
                    },
                    text: template.text.to_owned(),
                    is_template: true,
                });
            }
        }
        Ok(Plan { entries, channels })
    }
}

/// The tables behind what a person has written, with its line ends.
fn appended(text: &str, tables: &str) -> String {
    if tables.is_empty() {
        return text.to_owned();
    }
    let parting = match text {
        "" => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let more = format!("{parting}{tables}");
    let is_dos = text.contains("\r\n");
    format!("{text}{}", if is_dos { more.replace('\n', "\r\n") } else { more })
}

/// Settings that would not be read back are never written.
fn check(settings: &Entry) -> anyhow::Result<()> {
    Config::parse(&settings.text).map(drop).map_err(|problems| {
        let why: Vec<String> = problems.0.iter().map(|it| it.what.clone()).collect();
        Problem::new(format!(
            "cannot add the tables of the channels to `{}`: {}",
            settings.path,
            why.join("; ")
        ))
        .help("write `[channel.…]` as tables of their own, not as one value `channel = { … }`")
        .into()
    })
}
