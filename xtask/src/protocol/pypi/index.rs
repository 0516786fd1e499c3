//! An index of Python packages: where it is read and where it takes files.

use std::fmt;

use serde::Serialize;

use super::listing::Listing;
use crate::effect::http::Request;
use crate::outside::Look;
use crate::protocol::answer;
use crate::standing::Failure;

/// The key under which the address that the clients know is remembered.
const KNOWN: &str = "pypi-index";

/// A project that is asked for, without a network, to hear where a client would look for it.
const NOBODY: &str = "xtask-asks-where";

/// What an index is asked for (PEP 691): JSON first, then the page that every index has.
const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// An index. What is `None` is what its own clients know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Index {
    /// Where it is read (PEP 503), without a `/` at the end.
    pub simple: Option<String>,
    /// Where it takes files, without a `/` at the end.
    pub upload: Option<String>,
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.upload.as_deref().unwrap_or("PyPI"))
    }
}

impl Index {
    /// The index at these addresses.
    pub fn new(simple: Option<&str>, upload: Option<&str>) -> Index {
        let bare = |it: &str| it.trim_end_matches('/').to_owned();
        Index {
            simple: simple.map(bare),
            upload: upload.map(bare),
        }
    }

    /// Where it is read: the setting, else what uv or pip say that they read.
    pub fn address(&self, look: &Look<'_>) -> Result<String, Failure> {
        if let Some(url) = &self.simple {
            return Ok(url.clone());
        }
        if self.upload.is_some() {
            return Err(Failure::new(
                "files go to an index of their own, and nobody has said where it is read",
            )
            .help("set `[endpoints] pypi-simple` beside `pypi-upload`"));
        }
        if let Some(url) = look.recall(KNOWN) {
            return Ok(url);
        }
        let url = of_uv(look)?.map_or_else(|| of_pip(look), |it| Ok(Some(it)))?;
        let url = url.ok_or_else(|| {
            Failure::new("neither uv nor pip says where the index is")
                .help("install uv or pip, or set `[endpoints] pypi-simple`")
        })?;
        look.remember(KNOWN, &url);
        Ok(url)
    }

    /// The files of a project; `None` when there is none.
    pub fn listing(&self, look: &Look<'_>, project: &str) -> Result<Option<Listing>, Failure> {
        let url = format!("{}/{project}/", self.address(look)?);
        let request = Request::get(url).accept(ACCEPT);
        let answer = look.ask(&request)?;
        match answer.status {
            200 => Ok(Some(Listing::read(&answer)?)),
            404 => Ok(None),
            _ => Err(answer::failure(&request, &answer, &answer.text())),
        }
    }
}

/// Where uv reads by itself. It has no command that tells it, but says it when it looks for a project, also offline.
fn of_uv(look: &Look<'_>) -> Result<Option<String>, Failure> {
    if !look.has_program("uv") {
        return Ok(None);
    }
    let program = [
        "UV_INDEX",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_NO_INDEX",
    ]
    .iter()
    .fold(look.program("uv"), crate::effect::process::Program::env_remove)
    .dir(look.scratch())
    .args([
        "--no-config",
        "--offline",
        "--no-cache",
        "--color",
        "never",
        "--verbose",
    ])
    .args([
        "pip",
        "install",
        "--system",
        "--break-system-packages",
        "--dry-run",
        NOBODY,
    ]);
    let outcome = look.read(&program)?;
    Ok(before(&String::from_utf8_lossy(&outcome.stderr), NOBODY))
}

/// Where pip reads by itself.
fn of_pip(look: &Look<'_>) -> Result<Option<String>, Failure> {
    const WORDS: &str = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    for name in ["python3", "python"] {
        if look.has_program(name) {
            let program = look.program(name).dir(look.scratch()).args(["-c", WORDS]);
            let outcome = look.read(&program)?;
            let text = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
            if outcome.is_success() && text.contains("://") {
                return Ok(Some(text.trim_end_matches('/').to_owned()));
            }
        }
    }
    Ok(None)
}

/// The address in a text that ends with the name of a project, without that.
fn before(text: &str, project: &str) -> Option<String> {
    let end = format!("/{project}/");
    let mut words = text.split(|it: char| it.is_whitespace() || it == '`');
    let found = words.find_map(|it| {
        it.trim_end_matches([',', '.'])
            .strip_suffix(&end)
            .filter(|it| it.contains("://"))
    })?;
    Some(found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_what_uv_says() {
        let text = "DEBUG Solving\nDEBUG Sending fresh GET request for: https://pypi.registry.example/simple/a-b/\nerror: a-b\n";
        assert_eq!(
            before(text, "a-b").as_deref(),
            Some("https://pypi.registry.example/simple")
        );
        assert_eq!(before(text, "c"), None);
    }
}
