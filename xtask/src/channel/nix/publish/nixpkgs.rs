//! The pull request to nixpkgs: opened when a person asks for it, and prepared for them otherwise.

use crate::plan::{Item, Plan};
use crate::protocol::github::place::Place;
use crate::protocol::github::{Existing, Placed, Proposal};
use crate::publish::Stock;
use crate::publish::request::{Request, branch_name};

/// Where the packages for it lie among what is rendered, and there.
const PACKAGES: &str = "pkgs";

/// What a package has that nobody can build or keep yet, with the reason.
const UNFINISHED: &[(&str, &str)] = &[
    (
        "lib.fakeHash",
        "its `cargoHash` is a fake: build it with Nix, and write the hash that Nix names to `[channel.nix] cargo-hash`",
    ),
    (
        "maintainers = [ ]",
        "it has no maintainer: write your name of `maintainers/maintainer-list.nix` to `[channel.nix] maintainers`",
    ),
];

/// The steps, the note, or what stands against it.
pub(super) fn nixpkgs(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    for (path, item) in stock.below(PACKAGES).collect::<Vec<_>>() {
        let text = stock.text(item)?;
        let request = request(stock, &plan.version, path, item);
        let mut unfinished = UNFINISHED.iter().filter(|it| text.contains(it.0)).peekable();
        if unfinished.peek().is_some() {
            for (_, why) in unfinished {
                plan.block(format!("nixpkgs: `pkgs/{path}` is not sent: {why}"));
            }
        } else if stock.wish.open_pr {
            request.add(plan, Vec::new());
            plan.note("nixpkgs: tick in the pull request what you have done; once the package is in, a bot asks for new versions");
        } else {
            request.note(
                plan,
                stock,
                "a new package is asked for by a person who keeps it, and who says what automation was used for",
            );
        }
    }
    Ok(())
}

fn request(stock: &Stock<'_>, version: &str, path: &str, item: &Item) -> Request {
    // `by-name/de/demo/package.nix`.
    let name = path.rsplit('/').nth(1).unwrap_or(path).to_owned();
    let title = format!("{name}: init at {version}");
    Request {
        proposal: Proposal {
            to: Place {
                api: stock.endpoint("github").unwrap_or_default().to_owned(),
                repository: "NixOS/nixpkgs".to_owned(),
            },
            onto: "master".to_owned(),
            fork: None,
            branch: branch_name(&format!("{name}-{version}")),
            files: vec![Placed {
                to: format!("{PACKAGES}/{path}"),
                item: item.clone(),
            }],
            folder: None,
            existing: Existing::Kept,
            named: vec![name, "init at".to_owned()],
            again: stock.wish.open_pr,
            token: stock.channel.credentials,
        },
        message: title.clone(),
        title,
        first: None,
        body: "The package was written from a template by the project's own release automation, and is sent by a maintainer \
               who answers for it.\n\n\
               - [ ] built on x86_64-linux\n\
               - [ ] built on aarch64-linux\n\
               - [ ] built on aarch64-darwin\n\
               - [ ] the programs in `result/bin/` were tried\n\
               - [ ] fits the contributing guidelines\n"
            .to_owned(),
        meanings: &[],
    }
}
