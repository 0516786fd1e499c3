//! The twin: local registries that speak the channels' protocols, for rehearsals and tests.

pub mod credential;
pub mod fault;
pub mod git;
pub mod identity;
pub mod server;

mod aur;
mod crates;
mod github;
mod npm;
mod nuget;
mod oci;
mod pypi;
mod snap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::effect::files;
use crate::outside::Credentials;
use crate::problem::Problem;
use crate::protocol::endpoint::Endpoints;
use crate::twin::fault::Faults;
use crate::twin::server::{Server, Site};

/// What the registries of a rehearsal are told of the product.
#[derive(Clone, Debug)]
pub struct World {
    /// A folder for what must be on disk: git repositories.
    pub dir: PathBuf,
    /// The product's repository on GitHub, as owner and name.
    pub repository: (String, String),
    /// Further repositories there, as owner and name, that the product's owner may write to: a tap, a bucket.
    pub others: Vec<(String, String)>,
    /// The workspace, whose commits the twin's copy of the repository gets; `None` for one made up.
    pub root: Option<PathBuf>,
    /// The version, tag and commit that are released.
    pub version: String,
    /// The commit that was built.
    pub commit: Option<String>,
    /// The names of the packages: registered already where a store wants that of a person.
    pub names: Vec<String>,
}

/// A registry of the twin.
pub struct Row {
    /// Its name, in lists and logs.
    pub name: &'static str,
    /// The channels that speak to it. Each gets an address of its own, so that faults hit one channel alone.
    pub channels: &'static [&'static str],
    /// The endpoints that it stands in for, with `{base}` for its address.
    pub endpoints: &'static [(&'static str, &'static str)],
    /// Opens it, empty but for what is there in the real one before anybody publishes.
    pub open: fn(&World) -> anyhow::Result<Arc<dyn Site>>,
}

/// All registries, in the order of their names.
pub const SITES: &[Row] = &[
    Row {
        name: "aur",
        channels: &["aur"],
        endpoints: &[("aur-git", "{base}/git"), ("aur-rpc", "{base}")],
        open: aur::open,
    },
    Row {
        name: "chocolatey",
        channels: &["chocolatey"],
        endpoints: &[("chocolatey-feed", "{base}"), ("chocolatey-push", "{base}")],
        open: nuget::open,
    },
    Row {
        name: "crates",
        channels: &["crates-io"],
        endpoints: &[("cargo", "sparse+{base}/index/")],
        open: crates::open,
    },
    Row {
        name: "docker-hub",
        channels: &["docker-hub"],
        endpoints: &[("docker-hub", "{base}")],
        open: oci::docker_hub,
    },
    Row {
        name: "ghcr",
        channels: &["github-packages"],
        endpoints: &[("ghcr", "{base}")],
        open: oci::ghcr,
    },
    Row {
        name: "github",
        channels: &[
            "aur",
            "chocolatey",
            "flathub",
            "github-releases",
            "homebrew",
            "nix",
            "scoop",
            "snap",
            "winget",
        ],
        endpoints: &[
            ("flathub", "{base}/flathub"),
            ("github", "{base}/api"),
            ("github-web", "{base}"),
            ("homebrew-core", "{base}/homebrew-core"),
        ],
        open: github::open,
    },
    Row {
        name: "npm",
        channels: &["npm"],
        endpoints: &[("npm", "{base}")],
        open: npm::open,
    },
    Row {
        name: "npm-github",
        channels: &["github-packages"],
        endpoints: &[("npm-github", "{base}")],
        open: npm::open_github,
    },
    Row {
        name: "pypi",
        channels: &["pypi"],
        endpoints: &[("pypi-simple", "{base}/simple"), ("pypi-upload", "{base}/legacy")],
        open: pypi::open,
    },
    Row {
        name: "snap",
        channels: &["snap"],
        endpoints: &[
            ("snap-api", "{base}"),
            ("snap-dashboard", "{base}"),
            ("snap-storage", "{base}"),
        ],
        open: snap::open,
    },
];

/// A running server, and for whom it is.
pub struct Running {
    /// The registry.
    pub row: &'static Row,
    /// The channel.
    pub channel: &'static str,
    /// The server.
    pub server: Server,
}

/// The registries of a rehearsal, running on the loopback until the value goes.
pub struct Twin {
    /// The servers, one for each registry and channel.
    pub servers: Vec<Running>,
    world: World,
}

impl Twin {
    /// Starts the registries that some channels need. `port` is that of the first, counted on from there; 0 takes free ones.
    pub fn start(
        world: World,
        channels: &[&str],
        faults: &BTreeMap<String, Faults>,
        port: u16,
    ) -> anyhow::Result<Twin> {
        files::create_dir(&world.dir)?;
        let mut servers = Vec::new();
        for row in SITES {
            let wanted: Vec<&'static str> = row
                .channels
                .iter()
                .copied()
                .filter(|it| channels.contains(it))
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let site = (row.open)(&world)?;
            for channel in wanted {
                let own = if port == 0 {
                    0
                } else {
                    let count = u16::try_from(servers.len()).unwrap_or(u16::MAX);
                    port.checked_add(count).ok_or_else(|| {
                        Problem::usage(format!(
                            "no port is left from {port} on: every registry has one of its own"
                        ))
                        .help("name a lower one, or leave `--port` out")
                    })?
                };
                let faults = faults.get(channel).cloned().unwrap_or_default();
                servers.push(Running {
                    row,
                    channel,
                    server: Server::start(Arc::clone(&site), own, faults)?,
                });
            }
        }
        Ok(Twin { servers, world })
    }

    /// Puts the twin's addresses in the place of the public ones.
    pub fn stand_in(&self, endpoints: &mut Endpoints) {
        for running in &self.servers {
            let base = running.server.base();
            for (name, form) in running.row.endpoints {
                endpoints.set_for(running.channel, name, &form.replace("{base}", &base));
            }
        }
    }

    /// The credentials that the twin takes, and no others.
    pub fn credentials(&self) -> Credentials {
        credential::all()
    }

    /// The address of a registry as a channel has it.
    pub fn base(&self, name: &str, channel: &str) -> Option<String> {
        let found = self
            .servers
            .iter()
            .find(|it| it.row.name == name && it.channel == channel);
        found.map(|it| it.server.base())
    }

    /// Where the twin keeps what must be on disk.
    pub fn dir(&self) -> &Path {
        &self.world.dir
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel;
    use crate::protocol::endpoint::ENDPOINTS;

    #[test]
    fn rows_are_sorted_and_name_what_there_is() {
        assert!(SITES.is_sorted_by(|a, b| a.name < b.name));
        for row in SITES {
            assert!(
                row.channels.iter().all(|it| channel::find(it).is_some()),
                "{}",
                row.name
            );
            let knows = |name: &str| ENDPOINTS.iter().any(|it| it.name == name);
            assert!(row.endpoints.iter().all(|it| knows(it.0)), "{}", row.name);
        }
    }

    #[test]
    fn every_endpoint_has_a_stand_in() {
        for endpoint in ENDPOINTS {
            let has = |row: &Row| row.endpoints.iter().any(|it| it.0 == endpoint.name);
            assert!(SITES.iter().any(has), "{}", endpoint.name);
        }
    }
}
