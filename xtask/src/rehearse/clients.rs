//! The table of real clients that a rehearsal installs with.

mod makepkg;
mod npm;
mod python;
mod taken;
mod unsquashfs;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    makepkg::CLIENT,
    npm::GITHUB,
    npm::NPM,
    python::PIP,
    python::UV,
    unsquashfs::CLIENT,
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
