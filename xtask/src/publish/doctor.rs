//! What stands in the way of publishing, all at once: the release, the programs, the credentials, and what each channel's
//! own registry tells about access and names.

use std::time::Duration;

use serde::Serialize;

use crate::channel::Channel;
use crate::config::Config;
use crate::edition::Edition;
use crate::effect::process::Program;
use crate::effect::report::Report;
use crate::git::Git;
use crate::outside::Outside;
use crate::publish::{self, Finding, Stock, Weight, Wish, programs};
use crate::release::Release;
use crate::workspace::Workspace;

/// How long a program may take to tell its version.
const VERSION_WAIT: Duration = Duration::from_secs(20);

/// How the failure begins that says what a credential lacks.
const NO_CREDENTIAL: &str = "no credential: ";

/// What was found about a channel, or about the workspace.
#[derive(Clone, Debug, Serialize)]
pub struct Chapter {
    /// The channel, or `workspace`.
    pub about: &'static str,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// Looks at the workspace and at the channels, all at the same time.
pub fn examine(
    workspace: &Workspace,
    config: &Config,
    editions: &[Edition],
    channels: &[&'static Channel],
    outside: &Outside,
) -> Vec<Chapter> {
    let mut chapters = vec![Chapter {
        about: "workspace",
        findings: release(workspace, config, &editions[0], channels, outside),
    }];
    chapters.extend(std::thread::scope(|scope| {
        let asked: Vec<_> = channels
            .iter()
            .map(|channel| scope.spawn(move || one(channel, editions, outside)))
            .collect();
        let joined = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    }));
    chapters
}

/// Whether the tree, the tag and `dist/` are of one state.
fn release(
    workspace: &Workspace,
    config: &Config,
    edition: &Edition,
    channels: &[&'static Channel],
    outside: &Outside,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let version = edition.version();
    tree(workspace, edition, &mut found);
    let Ok(built) = Release::load(&outside.dist) else {
        found.push(
            Finding::new(
                Weight::Bad,
                format!("no release in `{}`", workspace.shown(&outside.dist)),
            )
            .help("cargo xtask dist --all"),
        );
        return found;
    };
    let identity = &built.identity;
    let head = edition.release.identity.commit.as_ref();
    let mut state = |is_good: bool, good: String, bad: String, help: &str| {
        found.push(if is_good {
            Finding::new(Weight::Good, good)
        } else {
            Finding::new(Weight::Bad, bad).help(help)
        });
    };
    state(
        identity.version == *version,
        format!("`dist/` holds {version}"),
        format!("`dist/` holds {}, the workspace has {version}", identity.version),
        "cargo xtask dist --all",
    );
    state(
        identity.commit.as_ref().map(|it| &it.id) == head.map(|it| &it.id),
        "`dist/` was built from the commit that is checked out".to_owned(),
        "`dist/` was built from another commit than is checked out".to_owned(),
        "check that commit out, or run `cargo xtask dist --all`",
    );
    state(
        !identity.is_dirty,
        "`dist/` was built from a clean tree".to_owned(),
        "`dist/` was built from a tree with changes that are in no commit".to_owned(),
        "commit, then run `cargo xtask dist --all`",
    );
    let unbuilt = publish::unbuilt(&built, config);
    state(
        unbuilt.is_empty(),
        "`dist/` holds every target that is wanted".to_owned(),
        format!("`dist/` lacks {}", unbuilt.join(", ")),
        "cargo xtask dist --all",
    );
    found.extend(rendered(workspace, config, channels, outside));
    found
}

/// Whether `dist/` is intact, and what was rendered for each channel is as it was rendered.
fn rendered(
    workspace: &Workspace,
    config: &Config,
    channels: &[&'static Channel],
    outside: &Outside,
) -> Vec<Finding> {
    let bad = |about: &str, error: &anyhow::Error| -> Vec<Finding> {
        let problems = crate::problem::lines(error).into_iter();
        problems
            .map(|it| {
                let finding = Finding::new(Weight::Bad, format!("{about}{}", it.what));
                it.help
                    .first()
                    .map_or(finding.clone(), |help| finding.help(help.clone()))
            })
            .collect()
    };
    let editions = match Edition::load(workspace, config, &outside.dist) {
        Ok(editions) => editions,
        Err(error) => return bad("", &error),
    };
    let mut found = Vec::new();
    for channel in channels {
        // What a channel does not take was not rendered.
        if (channel.version)(editions[0].version()).is_err() {
            continue;
        }
        let wish = Wish::default();
        if let Err(error) = Stock::load(&editions, config, &outside.endpoints, channel, &wish) {
            found.extend(bad(&format!("{channel}: "), &error));
        }
    }
    if found.is_empty() {
        let good = "manifests are rendered for every channel, and as they were rendered";
        found.push(Finding::new(Weight::Good, good));
    }
    found
}

/// Whether what is checked out is what a release would be made of.
fn tree(workspace: &Workspace, edition: &Edition, found: &mut Vec<Finding>) {
    let Ok(Some(git)) = Git::find(&workspace.root) else {
        found.push(
            Finding::new(Weight::Bad, "the workspace is in no git repository")
                .help("a release names the commit that it was built from: git init, then commit"),
        );
        return;
    };
    match git.is_dirty(&[workspace.dist_dir()]) {
        Ok(false) => found.push(Finding::new(Weight::Good, "the tree is clean")),
        Ok(true) => found.push(
            Finding::new(Weight::Bad, "the tree has changes that are in no commit")
                .help("git status; git commit"),
        ),
        Err(error) => found.push(Finding::new(Weight::Unknown, format!("{error:#}"))),
    }
    let tag = edition.tag();
    match git.tags_at_head() {
        Ok(tags) if tags.contains(&tag) => {
            found.push(Finding::new(
                Weight::Good,
                format!("the commit has the tag `{tag}`"),
            ));
        }
        Ok(_) => found.push(
            Finding::new(Weight::Warning, format!("the commit has no tag `{tag}`"))
                .help(format!("git tag {tag}")),
        ),
        Err(error) => found.push(Finding::new(Weight::Unknown, format!("{error:#}"))),
    }
}

fn one(channel: &'static Channel, editions: &[Edition], outside: &Outside) -> Chapter {
    let mut findings = Vec::new();
    for word in channel.programs {
        findings.push(program(&programs::alternatives(word), channel, outside));
    }
    findings.extend(credential(channel, outside));
    let look = outside.look(channel);
    for edition in editions {
        if let Err(why) = (channel.version)(edition.version()) {
            findings.push(
                Finding::new(Weight::Warning, why).help("it is left out until a version that it takes"),
            );
        }
        let found = (channel.examine)(&look, edition);
        // Whether a credential is there was told above.
        findings.extend(found.into_iter().filter(|it| !it.what.starts_with(NO_CREDENTIAL)));
    }
    Chapter {
        about: channel.name,
        findings,
    }
}

/// The first of the programs that is there, with its version.
fn program(names: &[&'static str], channel: &'static Channel, outside: &Outside) -> Finding {
    let look = outside.look(channel);
    let Some(name) = names.iter().find(|it| look.has_program(it)) else {
        let installs: Vec<String> = names
            .iter()
            .filter_map(|it| Some(format!("{it}: {}", programs::find(it)?.install)))
            .collect();
        return Finding::new(Weight::Bad, format!("`{}` is not here", names.join("` or `")))
            .help(installs.join(", or "));
    };
    let words = programs::find(name).map_or(&["--version"][..], |it| it.version);
    let told = version(&look.program(name).args(words));
    Finding::new(
        Weight::Good,
        format!("`{name}`: {}", told.unwrap_or_else(|| "is here".to_owned())),
    )
}

/// The first line that has a number in it: some say their version on standard error.
fn version(program: &Program) -> Option<String> {
    let outcome = program.output(Some(VERSION_WAIT)).ok()?;
    let text = [outcome.stdout, outcome.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text
        .lines()
        .find(|it| it.contains(|it: char| it.is_ascii_digit()))?;
    Some(line.trim().chars().take(80).collect())
}

/// Whether a complete way of the channel's credentials is there; never its value.
fn credential(channel: &'static Channel, outside: &Outside) -> Option<Finding> {
    if channel.credentials.is_empty() {
        return None;
    }
    Some(match outside.look(channel).credential() {
        Ok(found) => {
            let names: Vec<String> = found.all().iter().map(|it| format!("`{}`", it.name())).collect();
            Finding::new(Weight::Good, format!("{} is set", names.join(" with ")))
        }
        Err(failure) => {
            let page = channel.guide.credential;
            Finding::new(Weight::Bad, failure.what).help(format!("make it: {page}"))
        }
    })
}

/// Prints the chapters: what is good in one line each, too, so that nobody wonders whether it was looked at.
pub fn print(chapters: &[Chapter], report: Report) {
    for chapter in chapters {
        report.data(chapter.about);
        for finding in &chapter.findings {
            let mark = match finding.weight {
                Weight::Good => "ok",
                Weight::Unknown => "unknown",
                Weight::Warning => "warning",
                Weight::Bad => "bad",
            };
            report.data(format_args!("  {mark:<8} {}", finding.what));
            if let Some(help) = &finding.help {
                report.data(format_args!("  {:<8}   {help}", ""));
            }
        }
    }
    let count = |weight| {
        let all = chapters.iter().flat_map(|it| &it.findings);
        all.filter(|it| it.weight == weight).count()
    };
    report.data(format_args!(
        "{} in the way, {} to know, {} unknown",
        count(Weight::Bad),
        count(Weight::Warning),
        count(Weight::Unknown)
    ));
}
