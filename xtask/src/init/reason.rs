//! Why a channel cannot work in a workspace as it is: it is written down all the same, turned off.

use crate::channel::Channel;
use crate::init::Facts;
use crate::target::Os;

/// The policy of a channel that shuts out programs like those that this toolkit builds.
const SHUT: &str = "console applications are not accepted";

/// The reason, if there is one; the first that holds.
pub(super) fn of(channel: &Channel, facts: &Facts) -> Option<String> {
    let Some(listing) = &facts.listing else {
        return Some("no package has a program, so `cargo xtask dist` has nothing to build".to_owned());
    };
    if !channel.systems.is_empty() && !channel.systems.iter().any(|it| facts.systems.contains(it)) {
        let names: Vec<&str> = channel.systems.iter().map(|it| name(*it)).collect();
        return Some(format!("`[dist] targets` has none for {}", names.join(" or ")));
    }
    let is_on_github = listing.repository.as_ref().is_some_and(|it| it.github.is_some());
    let is_at_github = channel.name.starts_with("github-");
    let points_to_assets = channel.after.contains(&"github-releases");
    if (is_at_github || points_to_assets) && listing.repository.is_none() {
        return Some("`Cargo.toml` has no `repository`".to_owned());
    }
    if is_at_github && !is_on_github {
        return Some("`repository` in `Cargo.toml` is not on GitHub".to_owned());
    }
    if points_to_assets && listing.download_url.is_none() {
        return Some("nobody knows where the assets will lie: set `[product] download-url`".to_owned());
    }
    if channel.name == "crates-io"
        && let Err(why) = &facts.registry
    {
        return Some(why.clone());
    }
    let is_shut = channel.policy.contains(&SHUT);
    is_shut.then(|| format!("{SHUT}; turn it on if yours has a window"))
}

fn name(os: Os) -> &'static str {
    match os {
        Os::Linux => "Linux",
        Os::Windows => "Windows",
        Os::Macos => "macOS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::CHANNELS;

    #[test]
    fn one_channel_shuts_out_console_programs() {
        let shut: Vec<&str> = CHANNELS
            .into_iter()
            .filter(|it| it.policy.contains(&SHUT))
            .map(|it| it.name)
            .collect();
        assert_eq!(shut, ["flathub"]);
    }
}
