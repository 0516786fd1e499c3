//! The pull request to an application's repository on Flathub, when a person asks for it; never the first submission.

use crate::channel::flathub::{CHANNEL, app_id};
use crate::plan::{Item, Plan};
use crate::protocol::github::place::Place;
use crate::protocol::github::{Existing, Placed, Proposal};
use crate::publish::Stock;
use crate::publish::request::{Request, branch_name};

/// The steps of an update, where the settings say that users get the application from Flathub; else what stands against it.
pub(super) fn update(stock: &Stock<'_>, console: &str, plan: &mut Plan) {
    let is_there = stock.main().settings(&CHANNEL).text("remote") == Some("flathub");
    if !is_there || !stock.wish.open_pr {
        plan.block(format!("Flathub: {console}"));
        if stock.wish.open_pr {
            plan.note(
                "Flathub: the first submission is a person's; `--open-pr` updates an application that is there, which \
                 `[channel.flathub] remote = \"flathub\"` says",
            );
        }
        return;
    }
    for id in stock.editions.iter().filter_map(app_id::of) {
        let files: Vec<(&str, &Item)> = stock.below(&id).collect();
        if files.is_empty() {
            plan.block(format!(
                "Flathub: no manifest of `{id}` that builds from source was rendered"
            ));
            continue;
        }
        request(stock, &id, &plan.version, files).add(plan, Vec::new());
    }
}

fn request(stock: &Stock<'_>, id: &str, version: &str, files: Vec<(&str, &Item)>) -> Request {
    let placed = files.into_iter().map(|(path, item)| Placed {
        to: path.to_owned(),
        item: item.clone(),
    });
    let title = format!("Update to {version}");
    Request {
        proposal: Proposal {
            to: Place {
                api: stock.endpoint("github").unwrap_or_default().to_owned(),
                repository: format!("flathub/{id}"),
            },
            onto: "master".to_owned(),
            fork: None,
            branch: branch_name(&format!("update-{version}")),
            files: placed.collect(),
            folder: None,
            existing: Existing::Replaced,
            named: Vec::new(),
            again: true,
            token: stock.channel.credentials,
        },
        message: title.clone(),
        title,
        first: None,
        body: "The manifest was written by the project's own release automation; a maintainer has asked for this and answers \
               for it.\n\n- [ ] the test build was installed and tried\n"
            .to_owned(),
        meanings: &[],
    }
}
