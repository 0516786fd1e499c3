//! PyPI: one wheel a platform.

use crate::channel::{Channel, finish_nothing, version};
use crate::edition::Edition;
use crate::lint::File;
use crate::render::Output;
use crate::target::Os;

/// The row.
pub const CHANNEL: Channel = Channel {
    name: "pypi",
    title: "PyPI",
    holds: "one wheel a platform",
    systems: &[Os::Linux, Os::Windows, Os::Macos],
    programs: &["uv", "twine"],
    credentials: &[
        &["UV_PUBLISH_TOKEN"],
        &["TWINE_USERNAME", "TWINE_PASSWORD"],
        &["MATURIN_PYPI_TOKEN"],
    ],
    after: &[],
    is_reviewed: false,
    policy: &[
        "no new file for a release older than 14 days",
        "a file name is taken for ever",
    ],
    keys: &[],
    templates: &[],
    version: version::pep440,
    render,
    finish: finish_nothing,
    install,
    recognises,
    rules: &[],
};

fn render(_: &Edition, _: &mut Output) -> anyhow::Result<()> {
    Ok(())
}

fn install(_: &Edition) -> Option<String> {
    None
}

fn recognises(_: &File) -> bool {
    false
}
