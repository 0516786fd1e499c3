//! Whether npm signs where a package was built: only a CI can, and only for what everybody may read.

use std::path::Path;

use crate::channel::npm::CHANNEL;
use crate::effect::{environment, files};
use crate::protocol::npm::Registry;
use crate::protocol::oidc;
use crate::publish::Stock;

/// Whether each package gets a statement, or why not (npm's documentation, generating provenance statements).
pub(super) fn decide(stock: &Stock<'_>, registry: &Registry) -> Result<(), String> {
    let settings = stock.settings();
    if settings.flag("provenance") == Some(false) {
        return Err("the settings turn it off".to_owned());
    }
    if registry.url.is_some() {
        return Err("only the public registry checks it".to_owned());
    }
    if settings.text("access").is_some_and(|it| it != "public") {
        return Err(format!("`[channel.{CHANNEL}] access` is not `public`"));
    }
    if environment::is_github() {
        github(stock)
    } else if environment::var("GITLAB_CI").is_some() {
        gitlab()
    } else {
        Err("only GitHub Actions and GitLab can sign where it was built".to_owned())
    }
}

fn github(stock: &Stock<'_>) -> Result<(), String> {
    if oidc::ACTIONS.iter().any(|it| environment::var(it).is_none()) {
        return Err("the job lacks `permissions: id-token: write`".to_owned());
    }
    let here = environment::var("GITHUB_REPOSITORY").unwrap_or_default();
    let said = stock.repository().map(|(owner, name)| format!("{owner}/{name}"));
    let said = said.map_err(|_| "the product has no repository on GitHub".to_owned())?;
    // The registry compares them letter by letter.
    if said != here {
        return Err(format!(
            "this runs in the repository `{here}`, and `Cargo.toml` names `{said}`"
        ));
    }
    if is_public() == Some(true) {
        Ok(())
    } else {
        Err("the repository is not known to be public".to_owned())
    }
}

/// What the event that started the run says of the repository.
fn is_public() -> Option<bool> {
    let path = environment::var("GITHUB_EVENT_PATH")?;
    let text = files::read_text_if_present(Path::new(&path)).ok()??;
    let event: serde_json::Value = serde_json::from_str(&text).ok()?;
    let repository = &event["repository"];
    let by_word = repository["visibility"].as_str().map(|it| it == "public");
    by_word.or_else(|| repository["private"].as_bool().map(|it| !it))
}

fn gitlab() -> Result<(), String> {
    if environment::var("SIGSTORE_ID_TOKEN").is_none() {
        return Err("the job lacks an `id_tokens` named `SIGSTORE_ID_TOKEN`".to_owned());
    }
    if environment::var("CI_PROJECT_VISIBILITY").as_deref() == Some("public") {
        Ok(())
    } else {
        Err("the project is not public".to_owned())
    }
}
