//! The pull request to homebrew-core: opened when a person asks for it, and prepared for them otherwise.

use crate::channel::own_repository as own;
use crate::plan::{Item, Plan};
use crate::protocol::github::place::Place;
use crate::protocol::github::{self, Existing, Placed, Proposal};
use crate::publish::Stock;
use crate::publish::request::{Request, branch_name};

/// Where the formulae for it lie among what is rendered.
const CORE: &str = "core";

/// The token of brew itself, which may write for the account; that of the tap may not.
const TOKEN: &[&[&str]] = &[&["HOMEBREW_GITHUB_API_TOKEN"], &["GITHUB_TOKEN"]];

/// The steps, or the note.
pub(super) fn core(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let files: Vec<(&str, &Item)> = stock.below(CORE).collect();
    for (path, item) in files {
        let request = request(stock, &plan.version, path, item);
        if stock.wish.open_pr {
            let cited = own::cited(stock, [item])?;
            let served = github::served(stock, &cited);
            request.add(plan, served);
            plan.note(
                "homebrew-core: tick in the pull request what you have done, and say what AI was used for; once the formula \
                 is in, BrewTestBot asks for new versions by itself",
            );
        } else {
            request.note(
                plan,
                stock,
                "a new formula is asked for by a person who has reviewed and built it, and who says what AI was used for",
            );
        }
    }
    Ok(())
}

fn request(stock: &Stock<'_>, version: &str, path: &str, item: &Item) -> Request {
    let name = item.name().trim_end_matches(".rb").to_owned();
    // The form that their style guide has for the one commit (H5).
    let title = format!("{name} {version} (new formula)");
    Request {
        proposal: Proposal {
            to: Place {
                api: stock.endpoint("github").unwrap_or_default().to_owned(),
                repository: "Homebrew/homebrew-core".to_owned(),
            },
            onto: "main".to_owned(),
            fork: None,
            branch: branch_name(&format!("{name}-{version}")),
            files: vec![Placed {
                to: format!("Formula/{path}"),
                item: item.clone(),
            }],
            folder: None,
            existing: Existing::Kept,
            named: vec![name.clone(), "new formula".to_owned()],
            again: stock.wish.open_pr,
            token: TOKEN,
        },
        message: title.clone(),
        title,
        first: None,
        body: format!(
            "The formula was written from a template by the project's own release automation, and is sent by a maintainer.\n\n\
             - [ ] I have read the contributing guidelines, and there is no other open pull request for this formula\n\
             - [ ] `HOMEBREW_NO_INSTALL_FROM_API=1 brew install --build-from-source {name}` works\n\
             - [ ] `brew test {name}` and `brew audit --new {name}` pass\n\
             - [ ] AI was used for this pull request; if so: for what, and how it was checked\n"
        ),
        meanings: &[],
    }
}
