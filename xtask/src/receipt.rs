//! Receipts: what was done in a channel, with digests, in `dist/receipts/`. The registry is the truth, this is the memory.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::effect::files;
use crate::effect::report::mask;
use crate::plan::{Plan, Step};
use crate::problem::Problem;

/// Its folder in `dist/`.
pub const FOLDER: &str = "receipts";

/// What was done in a channel for one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The form of this document.
    pub schema: u32,
    /// The channel.
    pub channel: String,
    /// The version, in the channel's form.
    pub version: String,
    /// The steps, in the order in which they ended.
    pub steps: Vec<Entry>,
}

/// A step that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it was, as the plan words it.
    pub step: String,
    /// What became of it: `done`, `already-there`, `waiting` or `failed`.
    pub outcome: String,
    /// Why it waits, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The digest of the file that it carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When it ended, in the form of RFC 3339.
    pub at: String,
}

/// The receipt of a channel, written anew after each step.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    receipt: Mutex<Receipt>,
}

/// The file of a channel's receipt, in the folder of the receipts.
pub fn path(receipts: &Path, channel: &str) -> PathBuf {
    receipts.join(format!("{channel}.json"))
}

/// Reads the receipt of a channel, if there is one.
pub fn read(receipts: &Path, channel: &str) -> anyhow::Result<Option<Receipt>> {
    let path = path(receipts, channel);
    let Some(text) = files::read_text_if_present(&path)? else {
        return Ok(None);
    };
    let receipt = serde_json::from_str(&text).map_err(|error| {
        Problem::new(format!("cannot read `{}`: {error}", path.display()))
            .help("remove it: a run asks the registries what is there, and writes it anew")
    })?;
    Ok(Some(receipt))
}

impl Book {
    /// Opens the receipt of a plan's channel: what was written for this version is kept.
    pub fn open(receipts: &Path, plan: &Plan) -> anyhow::Result<Book> {
        let before = read(receipts, plan.channel.name)?.filter(|it| it.version == plan.version);
        Ok(Book {
            path: path(receipts, plan.channel.name),
            receipt: Mutex::new(before.unwrap_or_else(|| Receipt {
                schema: 1,
                channel: plan.channel.name.to_owned(),
                version: plan.version.clone(),
                steps: Vec::new(),
            })),
        })
    }

    /// Writes down how a step has ended. What an earlier run wrote about the same step goes, unless that run did it and this
    /// one has found it there.
    pub fn write(&self, step: &Step, outcome: &str, why: Option<&str>) -> anyhow::Result<()> {
        let mut receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner);
        let text = mask::clean(&step.to_string());
        let is_done = |it: &Entry| it.step == text && it.outcome == "done";
        if outcome == "already-there" && receipt.steps.iter().any(is_done) {
            return Ok(());
        }
        receipt.steps.retain(|it| it.step != text);
        receipt.steps.push(Entry {
            step: text,
            outcome: outcome.to_owned(),
            why: why.map(mask::clean),
            sha256: step.verb().item().map(|it| it.sha256.to_string()),
            at: crate::time::rfc3339(crate::time::now_s()?),
        });
        let text = serde_json::to_string_pretty(&*receipt)? + "\n";
        files::write(&self.path, text.as_bytes())
    }
}
