//! The table of real clients that a rehearsal installs with.

<<<<<<< HEAD
mod github;
mod makepkg;
mod nix;
=======
mod image;
>>>>>>> oci
mod npm;
mod podman;
mod python;
<<<<<<< HEAD
mod repository;
=======
mod skopeo;
>>>>>>> oci
mod taken;
mod unsquashfs;
mod winget;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
<<<<<<< HEAD
    makepkg::CLIENT,
    repository::FLATHUB,
    npm::GITHUB,
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
=======
    podman::HUB,
    skopeo::HUB,
    npm::GITHUB,
    podman::GITHUB,
    skopeo::GITHUB,
    npm::NPM,
    python::PIP,
    python::UV,
>>>>>>> oci
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
