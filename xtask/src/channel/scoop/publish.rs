//! Scoop: what publishing changes there, what it serves, and what people need to know.

use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::Plan;
use crate::publish::{Finding, Guide, Live, Stock};
use crate::standing::Failure;

/// The steps.
pub(super) fn plan(_: &Stock<'_>, _: &mut Plan) -> anyhow::Result<()> {
    anyhow::bail!("not there yet")
}

/// What is served.
pub(super) fn live(_: &Look<'_>, _: &Edition) -> Result<Live, Failure> {
    Err(Failure::new("not there yet"))
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(_: &Look<'_>, _: &Edition) -> Vec<Finding> {
    Vec::new()
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[],
    credential: "",
    first: &[],
    after: "",
    troubles: &[],
    undo: &[],
};
