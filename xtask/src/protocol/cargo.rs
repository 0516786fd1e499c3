//! Cargo: crates go to a registry by cargo itself, packed again to the very bytes that were rendered.

pub mod index;
pub mod pack;
pub mod registry;
mod source;
mod token;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::outside::{Act, Look, Pace};
use crate::plan::{self, Item};
use crate::standing::{Failure, Standing};

pub use registry::Registry;
pub use source::Source;

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Publishes a crate.
    Publish {
        /// The name of the crate.
        name: String,
        /// Its version.
        version: String,
        /// The `.crate` that was rendered.
        item: Item,
        /// Where it goes.
        registry: Registry,
        /// What cargo packs it from.
        #[serde(skip)]
        source: Arc<Source>,
    },
}

/// How long the index may lag behind: cargo itself waits for a minute, a cache in front of it may take longer.
const PATIENCE: Duration = Duration::from_mins(5);

/// The limit of the public registry on versions of crates that it has (its `rate_limiter.rs`).
const VERSIONS: Pace = Pace {
    name: "crates",
    burst: 30,
    every: Duration::from_mins(1),
    why: "the registry takes 30 new versions at once and then one a minute",
};

/// The same on names that it does not have yet.
const NAMES: Pace = Pace {
    name: "new crates",
    burst: 5,
    every: Duration::from_mins(10),
    why: "the registry takes 5 new crates at once and then one every ten minutes",
};

impl plan::Verb for Verb {
    /// Cargo's own question. Where nothing is there, it is also made sure that cargo would send the rendered bytes: a tree
    /// that has changed since is found before anything is.
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Verb::Publish {
            name,
            version,
            item,
            registry,
            source,
        } = self;
        let shelf = registry.ask(look, name, Some(version))?;
        let standing = shelf.standing(name, version, &item.sha256.to_string());
        if standing == Standing::Absent {
            if shelf.lines.is_empty() {
                look.remember(&new_key(name), "new");
            }
            source.folder(look)?;
        }
        Ok(standing)
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        let Verb::Publish {
            name,
            version,
            registry,
            source,
            ..
        } = self;
        let dir = source.folder(act)?;
        // The limits of other registries are not known.
        if registry.index.is_none() {
            let is_new = act.recall(&new_key(name)).is_some();
            act.pace(if is_new { &NAMES } else { &VERSIONS });
        }
        let token = token::Token::get(act, registry, name)?;
        let mut program = registry
            .client(&dir)
            .args(["publish", "--no-verify", "--color", "never", "--package", name])
            .args(["--registry", registry.name()])
            .arg("--target-dir")
            .arg(Source::target(act))
            .args(source.flags())
            .env(registry.token_variable(), token.secret().reveal().trim());
        if registry.stands_in {
            program = program.args(["--config", &registry.replacement()]);
        }
        let outcome = act.run(&program);
        token.give_back(act);
        let outcome = outcome?;
        let said = String::from_utf8_lossy(&outcome.stderr);
        if outcome.is_success() {
            for line in said.lines().filter(|it| it.starts_with("warning: ")) {
                act.report().warn(format_args!("{}: {line}", act.channel));
            }
            return Ok(());
        }
        Err(words::failure(
            &format!("`cargo publish` of `{name}` {version} to {registry} failed"),
            &said,
        ))
    }

    fn item(&self) -> Option<&Item> {
        let Verb::Publish { item, .. } = self;
        Some(item)
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

fn new_key(name: &str) -> String {
    format!("new/{name}")
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verb::Publish { item, registry, .. } = self;
        let size = crate::size::size(item.size_bytes);
        let digest = item.sha256.to_string();
        write!(
            f,
            "publish {} ({size}, sha256 {}…) by cargo to {registry}",
            item.name(),
            &digest[..8]
        )
    }
}
