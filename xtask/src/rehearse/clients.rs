//! The table of real clients that a rehearsal installs with.

mod cargo;
mod github;
mod image;
mod makepkg;
mod nix;
mod npm;
mod nuget;
mod podman;
mod python;
mod repository;
mod skopeo;
mod taken;
mod unsquashfs;
mod winget;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    makepkg::CLIENT,
    nuget::CLIENT,
    cargo::CLIENT,
    podman::HUB,
    skopeo::HUB,
    repository::FLATHUB,
    npm::GITHUB,
    podman::GITHUB,
    skopeo::GITHUB,
    github::CURL,
    github::INSTALLER,
    repository::HOMEBREW,
    nix::NIX,
    npm::NPM,
    python::PIP,
    python::UV,
    repository::SCOOP,
    unsquashfs::CLIENT,
    winget::WINGET,
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
