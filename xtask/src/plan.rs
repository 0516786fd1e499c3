//! A plan: what publishing a release to a channel changes outside, as data that can be printed, probed and performed.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::channel::Channel;
use crate::digest::Sha256;
use crate::outside::{Act, Look};
use crate::protocol::{cargo, git, github, npm, nuget, oci, pypi, snapcraft};
use crate::standing::{Failure, Standing};

/// A file that a step carries: somewhere in `dist/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Item {
    /// Its path below `dist/`, with `/`.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl Item {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |it| it.1)
    }
}

/// One change to the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "protocol", rename_all = "kebab-case")]
pub enum Step {
    /// To a registry of images.
    Oci(oci::Verb),
    /// To a registry of npm packages, by npm.
    Npm(npm::Verb),
    /// To an index of Python packages, by uv or twine.
    Pypi(pypi::Verb),
    /// To a registry of crates, by cargo.
    Cargo(cargo::Verb),
    /// To GitHub, by its REST API.
    Github(github::Verb),
    /// To a git repository.
    Git(git::Verb),
    /// To a feed of NuGet packages.
    Nuget(nuget::Verb),
    /// To the store of snaps, by snapcraft.
    Snapcraft(snapcraft::Verb),
}

/// What a protocol knows of each of its verbs.
pub trait Verb: fmt::Display {
    /// Reads what is there.
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure>;

    /// Makes the change. It is called after a probe has found nothing, and again after a failure that may pass, when
    /// another probe has still found nothing.
    fn perform(&self, act: &Act<'_>) -> Result<(), Failure>;

    /// The file that it carries, whose digest goes into the receipt.
    fn item(&self) -> Option<&Item>;

    /// How long it may take until what was made shows; zero where the answer is proof enough and no probe follows.
    fn patience(&self) -> Duration;
}

impl Step {
    /// What the protocol knows of it.
    pub fn verb(&self) -> &dyn Verb {
        match self {
            Step::Oci(it) => it,
            Step::Npm(it) => it,
            Step::Pypi(it) => it,
            Step::Cargo(it) => it,
            Step::Github(it) => it,
            Step::Git(it) => it,
            Step::Nuget(it) => it,
            Step::Snapcraft(it) => it,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.verb().fmt(f)
    }
}

/// Whether what a stage makes can be seen by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Nothing of it is public, so it need not wait for other channels.
    Private,
    /// It is public: the channels that it points to come first.
    Public,
}

/// Steps that may be taken at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Whether others see what it makes.
    pub gate: Gate,
    /// The steps.
    pub steps: Vec<Step>,
}

/// The ordered steps of one channel.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The channel.
    pub channel: &'static Channel,
    /// The version in the channel's form.
    pub version: String,
    /// The stages, one after the other.
    pub stages: Vec<Stage>,
    /// Rules of the place that this release may not walk past, in a sentence each.
    pub blocked: Vec<String>,
    /// What a person has to do or to know.
    pub notes: Vec<String>,
}

impl Plan {
    /// A plan without steps.
    pub fn new(channel: &'static Channel, version: impl Into<String>) -> Plan {
        Plan {
            channel,
            version: version.into(),
            stages: Vec::new(),
            blocked: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a stage, unless it is empty.
    pub fn stage(&mut self, gate: Gate, steps: impl IntoIterator<Item = Step>) {
        let steps: Vec<Step> = steps.into_iter().collect();
        if !steps.is_empty() {
            self.stages.push(Stage { gate, steps });
        }
    }

    /// Says that a rule of the place stands against it.
    pub fn block(&mut self, why: impl Into<String>) {
        self.blocked.push(why.into());
    }

    /// Says what a person has to do or to know.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// All steps in their order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.stages.iter().flat_map(|it| &it.steps)
    }
}
