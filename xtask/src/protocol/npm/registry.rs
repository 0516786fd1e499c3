//! A registry of npm packages: where it is, and reading it.

use std::fmt;

use serde::Serialize;

use super::packument::{Detail, Packument};
use crate::effect::http::Request;
use crate::outside::Look;
use crate::protocol::{answer, oidc};
use crate::standing::Failure;

/// The key under which the address that npm knows is remembered.
const KNOWN: &str = "npm-registry";

/// A registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registry {
    /// What it is called.
    pub title: &'static str,
    /// Its address, without a `/` at the end; `None` for the one that npm itself knows.
    pub url: Option<String>,
    /// Whether it asks readers, too, who they are.
    pub is_closed: bool,
    /// Whether it takes an identity in the place of a token.
    pub takes_identity: bool,
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_deref().unwrap_or(self.title))
    }
}

impl Registry {
    /// The registry that npm speaks to by itself, or another in its place.
    pub fn npm(url: Option<&str>) -> Registry {
        Registry {
            title: "npm",
            url: url.map(|it| it.trim_end_matches('/').to_owned()),
            is_closed: false,
            takes_identity: true,
        }
    }

    /// GitHub's, which shows also public packages to nobody without a token (G3).
    pub fn github(url: &str) -> Registry {
        Registry {
            title: "GitHub's registry of npm packages",
            url: Some(url.trim_end_matches('/').to_owned()),
            is_closed: true,
            takes_identity: false,
        }
    }

    /// The address: the setting, else what npm says.
    pub fn address(&self, look: &Look<'_>) -> Result<String, Failure> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        if let Some(url) = look.recall(KNOWN) {
            return Ok(url);
        }
        let program = look
            .program("npm")
            .dir(look.scratch())
            .env("npm_config_update_notifier", "false")
            .args(["config", "get", "registry"]);
        let outcome = look.read(&program)?;
        let text = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
        if !outcome.is_success() || !text.contains("://") {
            return Err(Failure::new(format!(
                "`npm config get registry` names no registry: {}",
                String::from_utf8_lossy(&outcome.stderr).trim()
            ))
            .help("set `[endpoints] npm`, or npm's own setting `registry`"));
        }
        let url = text.trim_end_matches('/');
        look.remember(KNOWN, url);
        Ok(url.to_owned())
    }

    /// A request that reads, with the token where the registry wants one.
    pub fn get(&self, look: &Look<'_>, url: &str) -> Result<Request, Failure> {
        let request = Request::get(url);
        if !self.is_closed {
            return Ok(request);
        }
        Ok(request.secret("authorization", look.credential()?.token().header("Bearer")))
    }

    /// What is there of a package; `None` where there is none.
    pub fn packument(
        &self,
        look: &Look<'_>,
        name: &str,
        detail: Detail,
    ) -> Result<Option<Packument>, Failure> {
        let url = format!("{}/{}", self.address(look)?, escaped(name));
        let request = self.get(look, &url)?.accept(detail.media_type());
        let answer = look.ask(&request)?;
        match answer.status {
            200 => Ok(Some(answer.json().map_err(answer::of_trouble)?)),
            404 => Ok(None),
            _ => Err(answer::failure(&request, &answer, &oidc::words(&answer))),
        }
    }
}

/// A name as it stands in a path: its one slash is escaped.
pub(super) fn escaped(name: &str) -> String {
    name.replace('/', "%2f")
}
