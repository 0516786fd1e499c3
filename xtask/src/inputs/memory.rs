//! What the last build of a target saw, kept below `target/`: it finds what time stamps do not show.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::build::Batch;
use crate::digest::Sha256;
use crate::effect::files;
use crate::inputs::{self, Source};
use crate::target::Target;
use crate::workspace::Workspace;

/// What is remembered of a target's last build.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    seen: Option<Seen>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    /// The digest of what build scripts may look at besides files.
    scene: Sha256,
    /// The source files.
    files: BTreeMap<String, Sha256>,
}

impl Memory {
    /// Reads what is remembered; a file that cannot be read is nothing remembered.
    pub fn load(workspace: &Workspace, target: &Target) -> Memory {
        // Several workspaces may build into one target folder.
        let root = Sha256::of(workspace.root.to_string_lossy().as_bytes()).to_string();
        let name = format!("{target}-{}.json", &root[..16]);
        let path = workspace.state_dir().join("built").join(name);
        let text = files::read_text(&path).ok();
        let seen = text.and_then(|it| serde_json::from_str(&it).ok());
        Memory { path, seen }
    }

    /// The paths whose content is another than at the last build, new and gone ones included; `None` when nothing
    /// is remembered.
    pub fn changed(&self, source: &Source) -> Option<Vec<String>> {
        let before = &self.seen.as_ref()?.files;
        let paths = before.keys().chain(source.files.keys());
        let mut changed: Vec<String> = paths
            .filter(|it| before.get(*it) != source.files.get(*it))
            .cloned()
            .collect();
        changed.sort();
        changed.dedup();
        Some(changed)
    }

    /// Whether the time or a variable that builds may see is another than at the last build.
    pub fn is_other_scene(&self, batch: &Batch<'_>) -> bool {
        self.seen.as_ref().is_some_and(|it| it.scene != scene(batch))
    }

    /// Forgets, before a build begins that may break off.
    pub fn forget(&self) -> anyhow::Result<()> {
        files::remove(&self.path)
    }

    /// Remembers what a finished build saw.
    pub fn keep(&self, batch: &Batch<'_>) -> anyhow::Result<()> {
        let seen = Seen {
            scene: scene(batch),
            files: batch.source.files.clone(),
        };
        files::write(&self.path, &serde_json::to_vec(&seen)?)
    }
}

fn scene(batch: &Batch<'_>) -> Sha256 {
    let scene = (batch.time_s, &batch.config.dist.env, inputs::passed(batch.config));
    Sha256::of(&serde_json::to_vec(&scene).expect("texts and numbers are JSON"))
}
