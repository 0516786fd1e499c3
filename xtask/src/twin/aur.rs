//! The AUR: git repositories behind its hook, and the interface for questions.

use std::sync::Arc;

use crate::twin::World;
use crate::twin::server::Site;

/// Opens it, empty.
pub(super) fn open(_: &World) -> anyhow::Result<Arc<dyn Site>> {
    anyhow::bail!("not there yet")
}
