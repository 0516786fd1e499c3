//! GitHub REST: releases, assets, and pull requests without a clone.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::standing::{Failure, Standing};

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {}

impl plan::Verb for Verb {
    fn probe(&self, _: &Look<'_>) -> Result<Standing, Failure> {
        match *self {}
    }

    fn perform(&self, _: &Act<'_>) -> Result<(), Failure> {
        match *self {}
    }

    fn item(&self) -> Option<&Item> {
        match *self {}
    }

    fn patience(&self) -> Duration {
        match *self {}
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
