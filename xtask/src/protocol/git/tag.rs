//! A tag: named on the server as it is in the workspace.

use super::client::Client;
use super::saying;
use super::{Remote, Tag};
use crate::outside::{Act, Look};
use crate::standing::{Failure, Standing};

pub(super) fn probe(tag: &Tag, look: &Look<'_>) -> Result<Standing, Failure> {
    let client = Client::open(look, &tag.remote)?;
    let name = format!("refs/tags/{}", tag.name);
    // An annotated tag is an object of its own; the second name is that of the commit in it.
    let peeled = format!("{name}^{{}}");
    let program = client
        .git(look.scratch())
        .args(["ls-remote", client.url(), &name, &peeled]);
    let outcome = client.ask("read", &program)?;
    let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
    let id_of = |wanted: &str| {
        let mut rows = text.lines().filter_map(|it| it.split_once('\t'));
        rows.find(|it| it.1 == wanted).map(|it| it.0)
    };
    let there = id_of(&peeled).or_else(|| id_of(&name));
    Ok(match there {
        None => Standing::Absent,
        Some(id) if id == tag.commit => Standing::Same,
        Some(id) => Standing::Differs {
            why: format!(
                "the tag `{}` of `{}` names the commit {id}, the release is of {}",
                tag.name, tag.remote.url, tag.commit
            ),
        },
    })
}

pub(super) fn perform(tag: &Tag, act: &Act<'_>) -> Result<(), Failure> {
    let client = Client::open(act, &tag.remote)?;
    let name = format!("refs/tags/{}", tag.name);
    // The tag that a person made, with its message and signature, where it names the same commit.
    let own = client
        .git(&tag.root)
        .args(["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
    let own = act.read(&own)?;
    let source = if own.stdout.trim_ascii() == tag.commit.as_bytes() {
        &name
    } else {
        &tag.commit
    };
    let push = client
        .git(&tag.root)
        .args(["push", "--porcelain", "--no-follow-tags", client.url()])
        .arg(format!("{source}:{name}"));
    let outcome = act.run(&push)?;
    if outcome.is_success() {
        return Ok(());
    }
    Err(saying::failure("push to", client.url(), &outcome))
}

/// The names of a repository's tags.
pub fn tags(look: &Look<'_>, remote: &Remote) -> Result<Vec<String>, Failure> {
    let client = Client::open(look, remote)?;
    let program = client
        .git(look.scratch())
        .args(["ls-remote", "--tags", "--refs", client.url()]);
    let outcome = client.ask("read", &program)?;
    let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
    let names = text.lines().filter_map(|it| it.split_once("\trefs/tags/"));
    Ok(names.map(|it| it.1.to_owned()).collect())
}
