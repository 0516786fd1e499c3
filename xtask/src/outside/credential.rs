//! Credentials: which variables hold them, and reading them at the moment of use.

use std::collections::BTreeMap;

use crate::channel::Channel;
use crate::effect::secret::Secret;
use crate::protocol::oci;
use crate::standing::Failure;

/// A login that `docker login` and its like keep for the registries of a channel.
struct Kept {
    channel: &'static str,
    /// The names under which clients write it.
    registries: &'static [&'static str],
    /// The variables that it stands in for.
    variables: &'static [&'static str],
}

/// All of them.
const KEPT: &[Kept] = &[
    Kept {
        channel: "docker-hub",
        registries: &["https://index.docker.io/v1/", "docker.io"],
        variables: &["DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"],
    },
    Kept {
        channel: "github-packages",
        registries: &["ghcr.io"],
        variables: &["GITHUB_TOKEN"],
    },
];

/// Where secrets come from.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The environment of this program.
    Environment,
    /// These and no others: what a rehearsal hands out.
    Given(BTreeMap<&'static str, Secret>),
}

/// One way to prove who we are: the values of the variables that the channel's row names together.
#[derive(Clone, Debug)]
pub struct Credential(Vec<Secret>);

impl Credential {
    /// The value of a variable of this way.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.iter().find(|it| it.name() == name)
    }

    /// The last variable of the way: the token, where a user name comes first.
    pub fn token(&self) -> &Secret {
        self.0.last().expect("a way names a variable")
    }

    /// The variables of the way, with their values.
    pub fn all(&self) -> &[Secret] {
        &self.0
    }
}

impl Credentials {
    /// The value of a variable.
    pub fn get(&self, name: &'static str) -> Option<Secret> {
        match self {
            Credentials::Environment => Secret::from_env(name),
            Credentials::Given(all) => all.get(name).cloned(),
        }
    }

    /// The first complete way of a channel's row, else what a client of the channel keeps on this machine.
    pub fn of(&self, channel: &'static Channel) -> Result<Credential, Failure> {
        self.first_of(channel, channel.credentials)
            .or_else(|missing| self.kept(channel).ok_or(missing))
    }

    /// What a client has kept of a login. Only a run for the public asks it: a rehearsal has credentials of its own.
    fn kept(&self, channel: &'static Channel) -> Option<Credential> {
        let Credentials::Environment = self else {
            return None;
        };
        let row = KEPT.iter().find(|it| it.channel == channel.name)?;
        let (user, token) = oci::credential(row.registries)?;
        let all = [user, token];
        // A row that wants one variable wants the token.
        let values = all[all.len() - row.variables.len()..].iter();
        Some(Credential(
            row.variables
                .iter()
                .zip(values)
                .map(|(name, it)| Secret::new(name, it))
                .collect(),
        ))
    }

    /// The first of these ways that is complete.
    pub fn first_of(
        &self,
        channel: &'static Channel,
        ways: &[&[&'static str]],
    ) -> Result<Credential, Failure> {
        let complete = ways.iter().find_map(|way| {
            let found: Option<Vec<Secret>> = way.iter().map(|it| self.get(it)).collect();
            found.filter(|it| !it.is_empty()).map(Credential)
        });
        complete.ok_or_else(|| {
            let named: Vec<String> = ways
                .iter()
                .map(|way| {
                    let names: Vec<String> = way.iter().map(|it| format!("`{it}`")).collect();
                    names.join(" with ")
                })
                .collect();
            Failure::new(format!("no credential: {} is not set", named.join(", or "))).help(format!(
                "`cargo xtask doctor --channel {channel}` says where to get it"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_stand_in_for_a_way_of_their_channel() {
        for row in KEPT {
            let channel = crate::channel::find(row.channel).unwrap();
            assert!(channel.credentials.contains(&row.variables), "{}", row.channel);
        }
    }
}
