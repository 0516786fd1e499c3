//! Asking the keepers of another repository to take something in: the steps, and what a person is told instead.

use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::protocol::github::client::{self, Client};
use crate::protocol::github::place::Place;
use crate::protocol::github::{Branch, First, Fork, Open, Proposal, Sync, Verb, fork, proposal};
use crate::publish::{Finding, Stock, Weight};
use crate::standing::{Failure, Standing};

/// A pull request that is wanted.
pub struct Request {
    /// What it puts where.
    pub proposal: Proposal,
    /// The message of its commit.
    pub message: String,
    /// Its title.
    pub title: String,
    /// The title of a first one, where that is another.
    pub first: Option<First>,
    /// Its text.
    pub body: String,
    /// What labels of the place mean.
    pub meanings: &'static [(&'static str, &'static str)],
}

impl Request {
    /// Adds the stages: fork, branch, and the pull request once the steps in `before` are done.
    pub fn add(self, plan: &mut Plan, before: Vec<Step>) {
        let Request {
            proposal, message, ..
        } = self;
        let step = |verb| [Step::Github(verb)];
        plan.stage(Gate::Private, step(Verb::Fork(Fork(proposal.clone()))));
        plan.stage(Gate::Private, step(Verb::Sync(Sync(proposal.clone()))));
        let branch = Branch {
            proposal: proposal.clone(),
            message,
        };
        plan.stage(Gate::Private, step(Verb::Branch(branch)));
        plan.stage(Gate::Public, before);
        let open = Open {
            proposal,
            title: self.title,
            first: self.first,
            body: self.body,
            meanings: self.meanings,
        };
        plan.stage(Gate::Public, step(Verb::Open(open)));
    }

    /// What a person is told who opens it by hand: where the files lie and go, the title, and the text.
    pub fn note(&self, plan: &mut Plan, stock: &Stock<'_>, why: &str) {
        let files: Vec<String> = (self.proposal.files.iter())
            .map(|it| format!("`dist/{}` as `{}`", it.item.path, it.to))
            .collect();
        let channel = stock.channel;
        plan.note(format!(
            "{}: {why}; the files are ready: {}. A person opens the pull request `{}`, or lets `cargo xtask publish \
             --channel {channel} --open-pr` do it, with the text: {}",
            self.proposal.to.repository,
            files.join(", "),
            self.title,
            self.body.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
    }
}

/// A name as a branch: what git or a URL would stumble over becomes a hyphen (git-check-ref-format).
pub fn branch_name(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "._-+".contains(it);
    let name: String = text.chars().map(|it| if plain(it) { it } else { '-' }).collect();
    let name = name.replace("..", "-.");
    let name = name.trim_matches(|it| it == '.' || it == '-');
    name.strip_suffix(".lock").unwrap_or(name).to_owned()
}

/// Forms of tokens that cannot write to repositories of others (GitHub's documentation: what fine-grained tokens do not
/// support, and the permissions of a job's token).
const UNFIT: &[(&str, &str)] = &[
    (
        "ghs_",
        "the token is that of a job or an app (`ghs_…`), which cannot write to repositories of others",
    ),
    (
        "github_pat_",
        "the token is a fine-grained one (`github_pat_…`), which cannot open pull requests at repositories of others",
    ),
];

/// Where a token is made that can.
pub const TOKEN_PAGE: &str = "https://github.com/settings/tokens/new?scopes=public_repo";

/// What is right and wrong with the token, the repository of others and the fork, by reading alone.
pub fn examine(look: &Look<'_>, proposal: &Proposal) -> Vec<Finding> {
    let mut found = Vec::new();
    let client = match Client::with(look, &proposal.to.api, proposal.token) {
        Ok(client) => Some(client),
        Err(failure) => {
            found.push(weighed(Weight::Bad, failure));
            None
        }
    };
    let visitor = Client::visiting(look, &proposal.to.api);
    found.push(reachable(&visitor, &proposal.to).unwrap_or_else(|it| weighed(Weight::Unknown, it)));
    let Some(client) = client else { return found };
    if let Ok(credential) = look.credential_of(proposal.token)
        && let Some((_, what)) = UNFIT
            .iter()
            .find(|it| credential.token().reveal().starts_with(it.0))
    {
        let help = format!("make a classic token with the scope `public_repo`: {TOKEN_PAGE}");
        found.push(Finding::new(Weight::Bad, *what).help(help));
        return found;
    }
    let rest = (|| {
        let who = scopes(&client, &mut found)?;
        let place = proposal.fork_of(&who);
        found.push(forked(&client, &proposal.to, &place)?);
        Ok(())
    })();
    found.extend(rest.err().map(|it: Failure| weighed(Weight::Unknown, it)));
    found
}

/// The account of the token, and whether its scopes are enough: a classic token has them in every answer.
fn scopes(client: &Client<'_>, found: &mut Vec<Finding>) -> Result<String, Failure> {
    #[derive(serde::Deserialize)]
    struct User {
        login: String,
    }
    let request = client.request(crate::effect::http::Method::Get, "/user");
    let answer = client.ask(&request)?;
    if answer.status != 200 {
        return Err(client::failure(&request, &answer).help(format!("make a token: {TOKEN_PAGE}")));
    }
    let login = client::read::<User>(&answer)?.login;
    found.push(Finding::new(
        Weight::Good,
        format!("the token is that of the account `{login}`"),
    ));
    if let Some(scopes) = answer.header("x-oauth-scopes") {
        let mut words = scopes.split(',').map(str::trim);
        found.push(if words.any(|it| it == "repo" || it == "public_repo") {
            Finding::new(Weight::Good, format!("the token has the scopes {scopes}"))
        } else {
            let what = format!("the token lacks the scope `public_repo`: it has [{scopes}]");
            Finding::new(Weight::Bad, what).help(TOKEN_PAGE)
        });
    }
    Ok(login)
}

fn reachable(client: &Client<'_>, to: &Place) -> Result<Finding, Failure> {
    let there: Option<serde_json::Value> = client.find(&to.path(""))?;
    Ok(match there {
        Some(_) => Finding::new(
            Weight::Good,
            format!("the repository `{}` is there", to.repository),
        ),
        None => Finding::new(Weight::Bad, format!("there is no repository `{}`", to.repository)),
    })
}

fn forked(client: &Client<'_>, to: &Place, place: &Place) -> Result<Finding, Failure> {
    let name = &place.repository;
    Ok(match fork::standing(client, to, place)? {
        Standing::Same => Finding::new(
            Weight::Good,
            format!("the fork `{name}` is there and can be written to"),
        ),
        Standing::Absent => Finding::new(
            Weight::Good,
            format!("there is no fork `{name}` yet: the first publication makes it"),
        ),
        Standing::Differs { why } | Standing::Pending { why } | Standing::Unknown { why } => {
            Finding::new(Weight::Bad, why)
                .help("rename that repository, or name another fork in the settings")
        }
    })
}

fn weighed(weight: Weight, failure: Failure) -> Finding {
    let help = (!failure.help.is_empty()).then(|| failure.help.join("; "));
    Finding {
        help,
        ..Finding::new(weight, failure.what)
    }
}

/// The login of the channel's token, if it has one and GitHub tells.
pub fn login(look: &Look<'_>, api: &str) -> Option<String> {
    let client = Client::new(look, api).ok()?;
    proposal::login(look, &client).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_have_names_that_git_takes() {
        let check = |text: &str, expected: &str| assert_eq!(branch_name(text), expected);
        check("Owner.Demo-1.2.3", "Owner.Demo-1.2.3");
        check("M\u{fc}ller.Demo-1.2.3-rc.1+5", "M-ller.Demo-1.2.3-rc.1+5");
        check("a..b~c^d", "a-.b-c-d");
        check(".a b.lock", "a-b");
    }
}
