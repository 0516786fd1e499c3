//! What a public address serves: others cite it with its digest, so the bytes are looked at before anything points there.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::upload::told;
use crate::effect::http::Request;
use crate::outside::{Act, Look};
use crate::plan::{Item, Step, Verb};
use crate::publish::Stock;
use crate::standing::{Failure, Standing};

/// How long a download may take, in seconds.
const WAIT_S: f64 = 3600.0;

/// How long it may take until what was published is served everywhere.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until an address serves a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    /// The address, as manifests cite it.
    pub url: String,
    /// The file.
    pub item: Item,
}

/// The steps that see to it that artifacts are served as manifests cite them: put them first into a public stage that
/// points to downloads. An artifact that has no address is none that a manifest can cite.
pub fn served(stock: &Stock<'_>, artifacts: &[&str]) -> Vec<Step> {
    let web = stock.endpoint("github-web").unwrap_or_default();
    let one = |name: &&str| {
        let item = stock.artifact(name)?;
        let url = stock.main().url(name)?;
        let url = match url.strip_prefix("https://github.com/") {
            Some(rest) => format!("{web}/{rest}"),
            None => url,
        };
        Some(Step::Github(super::Verb::Served(Served { url, item })))
    };
    artifacts.iter().filter_map(one).collect()
}

impl Verb for Served {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let key = format!("served {}", self.url);
        let ours = self.item.sha256.to_string();
        if look.recall(&key).as_ref() == Some(&ours) {
            return Ok(Standing::Same);
        }
        let request = Request::get(&self.url).wait_s(WAIT_S);
        let Some((_, there)) = look.digest_of(&request)? else {
            return Ok(Standing::Absent);
        };
        let standing = Standing::of_digest(Some(&there.to_string()), &ours, &format!("`{}`", self.url));
        if standing == Standing::Same {
            look.remember(&key, &ours);
        }
        Ok(standing)
    }

    /// There is nothing to make here: what is missing is made by another channel, and shows a moment later.
    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        match self.probe(act)? {
            Standing::Absent => Err(Failure::transient(format!("`{}` serves nothing", self.url)).help(
                format!(
                    "the release must be public first: `{}`",
                    act.command(&["github-releases", act.channel.name])
                ),
            )),
            _ => Ok(()),
        }
    }

    fn item(&self) -> Option<&Item> {
        Some(&self.item)
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wait until {} serves {}", self.url, told(&self.item))
    }
}
