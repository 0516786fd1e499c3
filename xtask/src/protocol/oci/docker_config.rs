//! What `docker login` has left in `~/.docker/config.json`: a user name and a token for a registry. It is only read.

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::effect::{environment, files};

/// The variable that names the folder in the place of `~/.docker`.
const FOLDER: &str = "DOCKER_CONFIG";

/// User name and token for a registry, by one of the names that clients write for it.
///
/// What a helper keeps (`credsStore`) is not asked for: that is another program, which may open a window.
pub fn credential(names: &[&str]) -> Option<(String, String)> {
    let folder = environment::path_var(FOLDER).or_else(|| Some(environment::home()?.join(".docker")))?;
    let path: PathBuf = folder.join("config.json");
    find(&files::read_text_if_present(&path).ok()??, names)
}

fn find(text: &str, names: &[&str]) -> Option<(String, String)> {
    let document: Value = serde_json::from_str(text).ok()?;
    let entry = names.iter().find_map(|it| document["auths"].get(*it))?;
    let plain = |it: &str| entry[it].as_str().map(str::to_owned);
    if let (Some(user), Some(password)) = (plain("username"), plain("password")) {
        return Some((user, password));
    }
    let pair = BASE64_STANDARD.decode(entry["auth"].as_str()?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (user, password) = pair.split_once(':')?;
    let is_whole = !user.is_empty() && !password.is_empty();
    is_whole.then(|| (user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_their_names() {
        let text = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"dXNlcjp0OmtleQ=="},"ghcr.io":{},"x":{"auth":"?"},
            "y":{"username":"a","password":"b"}},"credsStore":"desktop"}"#;
        let pair = |user: &str, token: &str| Some((user.to_owned(), token.to_owned()));
        assert_eq!(
            find(text, &["docker.io", "https://index.docker.io/v1/"]),
            pair("user", "t:key")
        );
        assert_eq!(find(text, &["y"]), pair("a", "b"));
        for nothing in ["ghcr.io", "x", "z"] {
            assert_eq!(find(text, &[nothing]), None, "{nothing}");
        }
        assert_eq!(find("", &["x"]), None);
    }
}
