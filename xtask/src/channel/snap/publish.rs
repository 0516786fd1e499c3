//! Snap: what publishing changes there, what it serves, and what people need to know.

use crate::channel::snap::{CHANNEL, builds, name, yaml};
use crate::channel::version;
use crate::edition::Edition;
use crate::outside::Look;
use crate::plan::{Gate, Plan, Step};
use crate::problem::Problem;
use crate::protocol::snapcraft::store::{self, Info, Login, Mapped, Revision};
use crate::protocol::snapcraft::{Upload, Verb, macaroon};
use crate::publish::{Finding, Guide, Live, Stock, Trouble, Weight};
use crate::standing::Failure;
use crate::time::{self, rfc3339};

/// The risks, the best first.
const RISKS: &[&str] = &["stable", "candidate", "beta", "edge"];

/// A login that ends within so many seconds is worth a word: two weeks.
const SOON_S: i64 = 14 * 86_400;

/// The steps.
pub(super) fn plan(stock: &Stock<'_>, plan: &mut Plan) -> anyhow::Result<()> {
    let mut steps = Vec::new();
    for edition in stock.editions {
        let name = name(&edition.listing_for(&CHANNEL));
        let channels = channels(edition);
        check(edition, &channels)?;
        for (machine, _) in builds(edition) {
            let file = format!("{name}_{}_{}.snap", plan.version, machine.name);
            let Some(item) = stock.file(&file) else { continue };
            steps.push(Step::Snapcraft(Verb::Upload(Upload {
                item: item.clone(),
                name: name.clone(),
                version: plan.version.clone(),
                machine: machine.name.to_owned(),
                channels: channels.clone(),
                time_s: edition.time_s(),
                api: address(stock, "snap-api"),
                dashboard: address(stock, "snap-dashboard"),
                storage: address(stock, "snap-storage"),
            })));
        }
        if yaml::confinement(edition) == "classic" {
            plan.note(format!(
                "a snap with classic confinement is held for review until the store's reviewers have granted it to `{name}`: \
                 ask at https://forum.snapcraft.io/c/store-requests"
            ));
        }
    }
    plan.stage(Gate::Public, steps);
    Ok(())
}

fn address(stock: &Stock<'_>, name: &str) -> String {
    let address = stock.endpoint(name);
    address.expect("the store's addresses are public").to_owned()
}

/// The channels that the release goes to: those of the settings, or the risk that the version says.
fn channels(edition: &Edition) -> Vec<String> {
    let set = edition.settings(&CHANNEL).list("channels");
    match set {
        Some(channels) if !channels.is_empty() => channels.into_iter().map(store::whole).collect(),
        _ => vec![store::whole(version::snap_risk(edition.version()))],
    }
}

/// The store lets no snap of grade `devel` and none in devmode into `stable` or `candidate`.
fn check(edition: &Edition, channels: &[String]) -> anyhow::Result<()> {
    let (grade, confinement) = (yaml::grade(edition), yaml::confinement(edition));
    let why = match (grade, confinement) {
        ("devel", _) => "a snap of grade `devel`",
        (_, "devmode") => "a snap in devmode",
        _ => return Ok(()),
    };
    let too_good = channels
        .iter()
        .find(|it| RISKS[..2].contains(&it.split('/').nth(1).unwrap_or_default()));
    match too_good {
        None => Ok(()),
        Some(channel) => Err(Problem::new(format!("the store does not release {why} to `{channel}`"))
            .help("set `channels = [\"beta\"]` or `[\"edge\"]` under `[channel.snap]`, or another grade or confinement")
            .into()),
    }
}

/// What is served.
pub(super) fn live(look: &Look<'_>, edition: &Edition) -> Result<Live, Failure> {
    let name = name(&edition.listing_for(&CHANNEL));
    let info = store::info(look, &endpoint(look, "snap-api"), &name)?.unwrap_or_default();
    let best = offered(&info, edition).or_else(|| best(&info));
    let releases = store::releases(look, &endpoint(look, "snap-dashboard"), &name);
    // Without a login it is only not known whether something waits.
    let held = releases.ok().flatten().and_then(|it| {
        let held: Option<Revision> = it.revisions.into_iter().find(Revision::is_in_review);
        held.map(|it| (it.version, format!("revision {}: {}", it.revision, it.status)))
    });
    Ok(Live {
        version: best.map(|it| it.version.clone()),
        pending: held,
        since_s: best
            .and_then(|it| it.channel.released_at.as_deref())
            .and_then(seconds),
        deadline: None,
        page: Some(format!("https://snapcraft.io/{name}")),
    })
}

/// What the channels of this release serve: of several machines one that lags behind, if any does.
fn offered<'a>(info: &'a Info, edition: &Edition) -> Option<&'a Mapped> {
    let channels = channels(edition);
    let ours = version::snap(edition.version()).unwrap_or_default();
    let is_in = |it: &&Mapped| channels.iter().any(|name| it.channel.is(name));
    info.map.iter().filter(is_in).min_by_key(|it| it.version == ours)
}

/// What a user gets without asking for more: the best risk that has anything.
fn best(info: &Info) -> Option<&Mapped> {
    let rank = |it: &&Mapped| {
        let risk = RISKS.iter().position(|risk| *risk == it.channel.risk);
        (risk.unwrap_or(RISKS.len()), it.channel.track != "latest")
    };
    info.map.iter().min_by_key(rank)
}

fn endpoint(look: &Look<'_>, name: &str) -> String {
    look.endpoint(name).expect("the store's addresses are public")
}

/// Seconds since 1970 of a time such as `2026-11-22T19:13:36.123456+00:00`, which the store writes in UTC.
fn seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let clock = number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // Counted from 1 March of year 0, as in `time`.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1
        - 719_468;
    Some(days * 86_400 + clock)
}

/// What is right and wrong with the access, the names and the settings.
pub(super) fn examine(look: &Look<'_>, edition: &Edition) -> Vec<Finding> {
    let name = name(&edition.listing_for(&CHANNEL));
    let mut findings = Vec::new();
    if let Err(error) = check(edition, &channels(edition)) {
        findings.push(Finding::new(Weight::Bad, format!("{error:#}")));
    }
    let Ok(credential) = look.credential() else {
        // That it is missing is told for all channels alike.
        return findings;
    };
    if let Err(why) = macaroon::authorization(credential.token().reveal()) {
        let what = format!("`{}` cannot be looked into: {why}", store::CREDENTIALS);
        findings.push(Finding::new(Weight::Warning, what).help(EXPORT));
        return findings;
    }
    let dashboard = endpoint(look, "snap-dashboard");
    match store::login(look, &dashboard) {
        Ok(Some(login)) => findings.extend(of_login(&login, &name)),
        Ok(None) => {}
        Err(failure) => {
            findings.push(of_failure(&failure, "the store does not take the login"));
            return findings;
        }
    }
    match store::releases(look, &dashboard, &name) {
        Ok(Some(_)) => findings.push(Finding::new(Weight::Good, format!("the name `{name}` is ours"))),
        Ok(None) => {}
        Err(failure) if failure.what.contains("resource-not-found") => {
            let what = format!("the name `{name}` is not registered by this account");
            findings.push(Finding::new(Weight::Bad, what).help(format!("snapcraft register {name}")));
        }
        Err(failure) => findings.push(of_failure(&failure, "the store does not show the revisions")),
    }
    findings
}

/// How the credential is made.
const EXPORT: &str =
    "snapcraft export-login --snaps=NAME --acls=package_access,package_push,package_release,package_update -";

fn of_failure(failure: &Failure, what: &str) -> Finding {
    let is_refused = [" 401:", " 403:"].iter().any(|it| failure.what.contains(it));
    let weight = if is_refused { Weight::Bad } else { Weight::Unknown };
    Finding::new(weight, format!("{what}: {failure}")).help(EXPORT)
}

fn of_login(login: &Login, name: &str) -> Vec<Finding> {
    let mut findings = vec![Finding::new(
        Weight::Good,
        format!("logged in to the store as `{}`", login.account.username),
    )];
    let mut bad = |what: String| findings.push(Finding::new(Weight::Bad, what).help(EXPORT));
    if let Some(permissions) = &login.permissions {
        let may = |names: &[&str]| permissions.iter().any(|it| names.contains(&it.as_str()));
        if !may(&["package_push", "package_upload", "package_manage"]) {
            bad("the login may not upload: it lacks `package_push`".to_owned());
        }
        if !may(&["package_release", "package_manage"]) {
            bad("the login may not release: it lacks `package_release`".to_owned());
        }
    }
    if let Some(packages) = login.packages.as_ref().filter(|it| !it.is_empty())
        && !packages.iter().any(|it| it.name == name)
    {
        bad(format!("the login is for other snaps than `{name}`"));
    }
    let ends = login.expires.as_deref().and_then(seconds);
    if let (Some(ends), Ok(now)) = (ends, time::now_s()) {
        let when = rfc3339(ends);
        if ends < now {
            bad(format!("the login has ended on {when}"));
        } else if ends < now + SOON_S {
            findings.push(Finding::new(Weight::Warning, format!("the login ends on {when}")).help(EXPORT));
        } else {
            findings.push(Finding::new(
                Weight::Good,
                format!("the login holds until {when}"),
            ));
        }
    }
    findings
}

/// What people need to know.
pub(super) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account at <https://snapcraft.io/account>, and install snapcraft (`sudo snap install snapcraft --classic`) \
         and squashfs-tools 4.4 or later.",
        "Register the name: `snapcraft register NAME`. Names can be reserved or disputed; a person answers then.",
        "Export a login that can do no more than this: `snapcraft export-login --snaps=NAME \
         --acls=package_access,package_push,package_release,package_update --expires=YYYY-MM-DD -`, and put it into the \
         secret `SNAPCRAFT_STORE_CREDENTIALS`.",
    ],
    credential: "https://documentation.ubuntu.com/snapcraft/stable/how-to/publishing/authenticate/",
    first: &[
        "The name must be registered before the first upload; the first revision opens its channel.",
        "Classic confinement, `personal-files` and `system-files` are held for review until the store's reviewers have \
         granted them: ask at <https://forum.snapcraft.io/c/store-requests>.",
    ],
    after: "The store looks at each snap by program, within a minute or so, and releases it then; its caches take some \
            minutes more. What is held for review takes days, and is released when people have let it through.",
    troubles: &[
        Trouble {
            says: "Snap not found for name=",
            means: "the name is not registered, or by another account, or the registration still waits",
            next: "`snapcraft register NAME`, then wait until `snapcraft names` lists it",
        },
        Trouble {
            says: "reserved_name",
            means: "the name is reserved",
            next: "ask for it on the page that `snapcraft register` names, or set `name` under `[channel.snap]`",
        },
        Trouble {
            says: "already_registered",
            means: "another account has registered the name",
            next: "dispute it on the page that `snapcraft register` names, or set another `name` under `[channel.snap]`",
        },
        Trouble {
            says: "exact same content has already been uploaded",
            means: "the store has these bytes already, as a revision that is in no channel or that was rejected",
            next: "`snapcraft revisions NAME` shows it, and `snapcraft release NAME REVISION CHANNEL` releases it",
        },
        Trouble {
            says: "no longer valid for the Snap Store",
            means: "the exported login has ended or was revoked",
            next: "`snapcraft export-login …` again, and put it into `SNAPCRAFT_STORE_CREDENTIALS`",
        },
        Trouble {
            says: "cannot target a stable channel",
            means: "a snap of grade `devel` or in devmode goes to beta and edge only",
            next: "set `channels` or `grade` under `[channel.snap]`",
        },
        Trouble {
            says: "checksums do not match",
            means: "the store packed the snap again and got other bytes",
            next: "install squashfs-tools of the same series as the snap's base and publish again",
        },
        Trouble {
            says: "(NEEDS REVIEW)",
            means: "the snap has arrived, and people of the store look at it: `publish` says `waiting`",
            next: "ask for the interface or the confinement at https://forum.snapcraft.io/c/store-requests, and do not send it again",
        },
        Trouble {
            says: "Waiting for previous upload(s) to complete their review",
            means: "the snap has arrived, and stands behind an earlier one that people look at: `publish` says `waiting`",
            next: "reject the earlier one at https://dashboard.snapcraft.io if it is no longer wanted",
        },
        Trouble {
            says: "[403] Forbidden",
            means: "the exported login may not do this",
            next: "export one with `package_push` and `package_release`, for this snap and these channels",
        },
    ],
    undo: &[
        "Release the revision before: `snapcraft release NAME REVISION stable`. Those who have refreshed go back with it.",
        "Or close the channel: `snapcraft close NAME edge`; its users follow the next safer one.",
        "Revisions stay in the store for ever; a version may be used again.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[test]
    fn releases_go_where_their_version_and_grade_let_them() {
        let check = |version: &str, settings: &str, expected: Result<&str, &str>| {
            let sample = Sample {
                version: version.parse().unwrap(),
                settings: format!("[channel.snap]\n{settings}"),
                ..Sample::default()
            };
            let scratch = Scratch::new(&environment::temp_dir()).unwrap();
            let edition = sample.write(scratch.path()).unwrap();
            let channels = channels(&edition);
            let found = check(&edition, &channels).map(|()| channels.join(" "));
            let found = found.map_err(|it| it.to_string());
            assert_eq!(
                found.as_deref().map_err(String::as_str),
                expected,
                "{version} {settings}"
            );
        };
        check("1.2.3", "", Ok("latest/stable"));
        check("1.2.3-rc.1", "", Ok("latest/candidate"));
        check("1.2.3-beta.1", "", Ok("latest/beta"));
        check("1.2.3-dev.1", "", Ok("latest/edge"));
        check(
            "1.2.3",
            "channels = [\"edge\", \"2.0/stable\"]",
            Ok("latest/edge 2.0/stable"),
        );
        check(
            "1.2.3",
            "grade = \"devel\"",
            Err("the store does not release a snap of grade `devel` to `latest/stable`"),
        );
        check(
            "1.2.3-beta.1",
            "channels = [\"beta\", \"candidate\"]",
            Err("the store does not release a snap of grade `devel` to `latest/candidate`"),
        );
        check(
            "1.2.3",
            "confinement = \"devmode\"",
            Err("the store does not release a snap in devmode to `latest/stable`"),
        );
        check(
            "1.2.3",
            "confinement = \"devmode\"\nchannels = [\"edge\"]",
            Ok("latest/edge"),
        );
    }

    #[test]
    fn times_of_the_store() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T12:34:56Z",
            "2026-11-22T19:13:36Z",
        ] {
            assert_eq!(rfc3339(seconds(text).unwrap()), text);
        }
        assert_eq!(
            seconds("2026-11-22T19:13:36.123456+00:00"),
            seconds("2026-11-22T19:13:36Z")
        );
        assert_eq!(seconds("soon"), None);
    }
}
