//! The table of real clients that a rehearsal installs with.

mod image;
mod podman;
mod skopeo;

use super::Client;

/// All clients, in the order of channel and name.
pub const CLIENTS: &[Client] = &[
    Client {
        name: "podman",
        channel: "docker-hub",
        programs: &["podman"],
        install: "apt-get install podman runc",
        run: podman::run,
    },
    Client {
        name: "skopeo",
        channel: "docker-hub",
        programs: &["skopeo"],
        install: "apt-get install skopeo",
        run: skopeo::run,
    },
    Client {
        name: "podman",
        channel: "github-packages",
        programs: &["podman"],
        install: "apt-get install podman runc",
        run: podman::run,
    },
    Client {
        name: "skopeo",
        channel: "github-packages",
        programs: &["skopeo"],
        install: "apt-get install skopeo",
        run: skopeo::run,
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
