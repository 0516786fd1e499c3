//! GitHub REST: releases, assets, and pull requests without a clone.

pub mod client;
pub mod place;
pub mod release;
pub mod served;
pub mod shelf;
pub mod upload;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::standing::{Failure, Standing};

pub use release::{About, Draft, Publish};
pub use served::{Served, served};
pub use upload::Upload;

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Makes the draft of a release.
    Draft(Draft),
    /// Sends an asset.
    Upload(Upload),
    /// Publishes a draft.
    Publish(Publish),
    /// Waits until an address serves a file.
    Served(Served),
}

impl Verb {
    /// What the kind of change knows of itself.
    fn inner(&self) -> &dyn plan::Verb {
        match self {
            Verb::Draft(it) => it,
            Verb::Upload(it) => it,
            Verb::Publish(it) => it,
            Verb::Served(it) => it,
        }
    }
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        self.inner().probe(look)
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        self.inner().perform(act)
    }

    fn item(&self) -> Option<&Item> {
        self.inner().item()
    }

    fn patience(&self) -> Duration {
        self.inner().patience()
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner().fmt(f)
    }
}
