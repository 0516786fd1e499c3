//! Publishing: what each channel is handed, the plans made of it, what is checked before the first change, and the run.

pub mod doctor;
pub mod document;
pub mod equipment;
pub mod guide;
pub mod live;
pub mod outcome;
pub mod preflight;
pub mod programs;
pub mod request;
pub mod run;
pub mod stock;
pub mod survey;

pub use guide::{Guide, Trouble};
pub use live::{Finding, Live, Weight};
pub use stock::{Stock, Wish};

use crate::artifact::Kind;
use crate::channel::Channel;
use crate::config::Config;
use crate::edition::Edition;
use crate::plan::Plan;
use crate::problem::{Problem, Problems};
use crate::protocol::endpoint::Endpoints;
use crate::release::Release;

/// The plans of channels for the release in `dist/`: pure, apart from reading what was rendered there. All that stands
/// against any of them is found at once.
pub fn plans(
    editions: &[Edition],
    config: &Config,
    endpoints: &Endpoints,
    channels: &[&'static Channel],
    wish: &Wish,
) -> anyhow::Result<Vec<Plan>> {
    let mut problems = Problems::default();
    let mut plans = Vec::new();
    for channel in channels {
        match plan(editions, config, endpoints, channel, wish) {
            Ok(plan) => plans.push(plan),
            Err(error) => problems
                .0
                .extend(crate::problem::lines(&error).into_iter().map(|it| Problem {
                    what: format!("{channel}: {}", it.what),
                    ..it
                })),
        }
    }
    problems.into_result()?;
    Ok(plans)
}

fn plan(
    editions: &[Edition],
    config: &Config,
    endpoints: &Endpoints,
    channel: &'static Channel,
    wish: &Wish,
) -> anyhow::Result<Plan> {
    let first = &editions[0];
    let version = match (channel.version)(first.version()) {
        Ok(version) => version,
        Err(why) => {
            let mut plan = Plan::new(channel, first.version().to_string());
            plan.block(why);
            return Ok(plan);
        }
    };
    let stock = Stock::load(editions, config, endpoints, channel, wish)?;
    let mut plan = Plan::new(channel, version);
    (channel.plan)(&stock, &mut plan)?;
    if plan.steps().next().is_none() && plan.blocked.is_empty() {
        plan.block("the release holds nothing for it: `cargo xtask manifests` says what is missing");
    }
    Ok(plan)
}

/// The targets that the settings want and the release does not hold.
pub fn unbuilt(release: &Release, config: &Config) -> Vec<String> {
    let is_built = |triple: &str| {
        let archives = release.artifacts.iter().filter(|it| it.kind == Kind::Archive);
        archives.into_iter().any(|it| it.is_for(triple))
    };
    let wanted = config.dist.all_targets().into_iter();
    wanted.filter(|it| !is_built(it)).collect()
}

/// Puts plans in the order in which their channels become public: what points comes after what it points to, and what can
/// never be taken back last.
pub fn order(plans: &mut [Plan]) {
    let depth = |channel: &'static Channel| depth_of(channel, 0);
    plans.sort_by_key(|it| (depth(it.channel), it.channel.is_final, it.channel.name));
}

/// How many channels stand in a row before one.
fn depth_of(channel: &'static Channel, turns: usize) -> usize {
    assert!(
        turns < crate::channel::CHANNELS.len(),
        "channels point in a circle"
    );
    let before = channel.after.iter().filter_map(|it| crate::channel::find(it));
    before
        .map(|it| depth_of(it, turns + 1) + 1)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::CHANNELS;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[test]
    fn a_release_that_lacks_a_wanted_target_is_told() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let edition = Sample::default().write(scratch.path()).unwrap();
        let mut release = edition.release.clone();
        let config = Config::default();
        assert_eq!(unbuilt(&release, &config), Vec::<String>::new());
        release.artifacts.retain(|it| !it.is_for("x86_64-apple-darwin"));
        assert_eq!(unbuilt(&release, &config), ["x86_64-apple-darwin"]);
    }

    #[test]
    fn what_is_pointed_to_comes_first_and_what_is_final_last_of_its_depth() {
        let mut plans: Vec<Plan> = CHANNELS.iter().map(|it| Plan::new(it, "1.2.3")).collect();
        order(&mut plans);
        let at = |name: &str| plans.iter().position(|it| it.channel.name == name).unwrap();
        for channel in CHANNELS {
            for before in channel.after {
                assert!(at(before) < at(channel.name), "{before} before {channel}");
            }
        }
        assert!(at("github-releases") < at("npm") && at("docker-hub") < at("crates-io"));
    }
}
