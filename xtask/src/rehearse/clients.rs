//! The table of real clients that a rehearsal installs with.

mod makepkg;
mod unsquashfs;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    Client {
        name: "makepkg",
        channel: "aur",
        programs: &["makepkg", "bsdtar", "fakeroot", "git", "curl"],
        install: "apt-get install makepkg pacman-package-manager libarchive-tools fakeroot git curl",
        run: makepkg::run,
    },
    Client {
        name: "unsquashfs",
        channel: "snap",
        programs: &["unsquashfs"],
        install: "apt-get install squashfs-tools",
        run: unsquashfs::run,
    },
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
