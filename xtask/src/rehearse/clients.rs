//! The table of real clients that a rehearsal installs with.

mod cargo;
mod npm;
mod nuget;
mod python;
mod taken;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    nuget::CLIENT,
    cargo::CLIENT,
    npm::GITHUB,
    npm::NPM,
    python::PIP,
    python::UV,
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
