//! The table of real clients that a rehearsal installs with.

mod github;
mod nix;
mod npm;
mod python;
mod repository;
mod taken;
mod winget;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    npm::GITHUB,
    github::CURL,
    github::INSTALLER,
    nix::NIX,
    npm::NPM,
    python::PIP,
    python::UV,
    winget::WINGET,
    repository::SCOOP,
    repository::HOMEBREW,
    repository::FLATHUB,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_their_channels_exist() {
        assert!(CLIENTS.is_sorted_by(|a, b| (a.channel, a.name) < (b.channel, b.name)));
        assert!(
            CLIENTS
                .iter()
                .all(|it| crate::channel::find(it.channel).is_some())
        );
    }
}
