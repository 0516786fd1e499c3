//! What all channels serve now, against the version of the workspace: reads only, all at the same time.

use std::fmt::Write;

use semver::Version;
use serde::Serialize;

use crate::channel::Channel;
use crate::edition::Edition;
use crate::effect::report::Report;
use crate::outside::Outside;
use crate::publish::Live;
use crate::standing::Failure;

/// How a channel stands to the version of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// It serves this version.
    Live,
    /// This version was sent, and others decide.
    Pending,
    /// It serves an older one.
    Behind,
    /// It serves a newer one.
    Ahead,
    /// It serves one that cannot be compared.
    Other,
    /// It serves none.
    Absent,
    /// It does not take this version.
    Refused,
    /// It did not tell.
    Unknown,
}

impl Place {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Place::Live => "live",
            Place::Pending => "pending",
            Place::Behind => "behind",
            Place::Ahead => "ahead",
            Place::Other => "other",
            Place::Absent => "absent",
            Place::Refused => "refused",
            Place::Unknown => "unknown",
        }
    }

    /// Whether nothing is left to do for a maintainer.
    pub fn is_settled(self) -> bool {
        matches!(self, Place::Live | Place::Pending | Place::Refused)
    }
}

/// A channel and a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The channel.
    pub channel: &'static str,
    /// The package.
    pub package: String,
    /// The version of the workspace, in the channel's form.
    pub wanted: Option<String>,
    /// How the channel stands to it.
    pub standing: Place,
    /// What it serves.
    #[serde(flatten)]
    pub live: Live,
    /// Why it is not known, not taken, or waits.
    pub why: Option<String>,
}

/// Asks the channels about the packages.
pub fn ask(editions: &[Edition], channels: &[&'static Channel], outside: &Outside) -> Vec<Row> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = channels
            .iter()
            .flat_map(|channel| editions.iter().map(move |edition| (*channel, edition)))
            .map(|(channel, edition)| scope.spawn(move || row(channel, edition, outside)))
            .collect();
        let joined = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn row(channel: &'static Channel, edition: &Edition, outside: &Outside) -> Row {
    let wanted = (channel.version)(edition.version());
    let found = (channel.live)(&outside.look(channel), edition);
    judge(channel.name, &edition.listing.package, wanted, found)
}

/// What follows from the version that is wanted and what the channel has told.
fn judge(
    channel: &'static str,
    package: &str,
    wanted: Result<String, String>,
    found: Result<Live, Failure>,
) -> Row {
    let mut row = Row {
        channel,
        package: package.to_owned(),
        wanted: wanted.as_ref().ok().cloned(),
        standing: Place::Unknown,
        live: Live::default(),
        why: None,
    };
    match (wanted, found) {
        (_, Err(failure)) => row.why = Some(failure.to_string()),
        (Err(why), Ok(live)) => {
            row.standing = Place::Refused;
            row.why = Some(why);
            row.live = live;
        }
        (Ok(wanted), Ok(live)) => {
            row.standing = place(&wanted, &live);
            if row.standing == Place::Pending {
                row.why = live.pending.as_ref().map(|it| it.1.clone());
            }
            row.live = live;
        }
    }
    row
}

fn place(wanted: &str, live: &Live) -> Place {
    if live.version.as_deref() == Some(wanted) {
        return Place::Live;
    }
    if live.pending.as_ref().is_some_and(|it| it.0 == wanted) {
        return Place::Pending;
    }
    let Some(there) = &live.version else {
        return Place::Absent;
    };
    match (Version::parse(there), Version::parse(wanted)) {
        (Ok(there), Ok(wanted)) if there < wanted => Place::Behind,
        (Ok(_), Ok(_)) => Place::Ahead,
        _ => Place::Other,
    }
}

/// The line at the end: `11/14 channels at 1.2.3 (79 %)`.
pub fn sum(rows: &[Row], version: &Version) -> String {
    let live = rows.iter().filter(|it| it.standing == Place::Live).count();
    let share = (live * 100 + rows.len() / 2)
        .checked_div(rows.len())
        .unwrap_or_default();
    format!("{live}/{} channels at {version} ({share} %)", rows.len())
}

/// The table for people.
pub fn table(rows: &[Row], version: &Version, now_s: i64) -> String {
    let several = rows.iter().any(|it| it.package != rows[0].package);
    let name = |row: &Row| {
        if several {
            format!("{} {}", row.channel, row.package)
        } else {
            row.channel.to_owned()
        }
    };
    let width = rows.iter().map(|it| name(it).len()).max().unwrap_or_default();
    let versions = rows.iter().map(|it| shown(it).len()).max().unwrap_or_default();
    let mut out = String::new();
    for row in rows {
        let mut line = format!(
            "{:<width$}  {:<7}  {:<versions$}",
            name(row),
            row.standing.word(),
            shown(row)
        );
        if let Some(since_s) = row.live.since_s {
            let _ = write!(line, "  {} ago", span(now_s - since_s));
        }
        if let Some((until_s, what)) = &row.live.deadline {
            let left = until_s - now_s;
            let _ = if left > 0 {
                write!(line, "  {} left: {what}", span(left))
            } else {
                write!(line, "  over since {}: {what}", span(-left))
            };
        }
        if let Some(why) = &row.why {
            let _ = write!(line, "  {why}");
        }
        out += line.trim_end();
        out.push('\n');
    }
    out + &sum(rows, version)
}

fn shown(row: &Row) -> &str {
    row.live.version.as_deref().unwrap_or("–")
}

/// A span of time in its largest unit.
fn span(seconds: i64) -> String {
    const UNITS: &[(i64, &str)] = &[(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (size, word) = UNITS.iter().find(|it| seconds >= it.0).unwrap_or(&(1, "second"));
    let count = seconds / size;
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Prints the table.
pub fn print(text: &str, report: Report) {
    for line in text.lines() {
        report.data(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(version: Option<&str>) -> Live {
        Live {
            version: version.map(str::to_owned),
            ..Live::default()
        }
    }

    #[test]
    fn a_channel_stands_to_the_wanted_version() {
        let check = |there: Option<&str>, expected| assert_eq!(place("1.2.3", &live(there)), expected);
        check(Some("1.2.3"), Place::Live);
        check(Some("1.2.2"), Place::Behind);
        check(Some("1.10.0"), Place::Ahead);
        check(Some("r12"), Place::Other);
        check(None, Place::Absent);
        let sent = Live {
            pending: Some(("1.2.3".to_owned(), "moderation".to_owned())),
            ..live(Some("1.2.2"))
        };
        assert_eq!(place("1.2.3", &sent), Place::Pending);
    }

    #[test]
    fn what_does_not_answer_is_unknown_and_never_absent() {
        let row = judge(
            "npm",
            "demo",
            Ok("1.2.3".to_owned()),
            Err(Failure::transient("no route")),
        );
        assert_eq!(
            (row.standing, row.why.as_deref()),
            (Place::Unknown, Some("no route"))
        );
    }

    #[test]
    fn the_table_counts_what_is_live() {
        let row = |version, standing| Row {
            standing,
            ..judge("npm", "demo", Ok("1.2.3".to_owned()), Ok(live(version)))
        };
        let mut rows = vec![row(Some("1.2.3"), Place::Live), row(Some("1.2.2"), Place::Behind)];
        rows[0].live.since_s = Some(0);
        rows[0].live.deadline = Some((86_400 * 3, "a version can be taken back".to_owned()));
        rows.push(row(None, Place::Absent));
        let text = table(&rows, &Version::new(1, 2, 3), 7200);
        assert_eq!(
            text,
            "npm  live     1.2.3  2 hours ago  2 days left: a version can be taken back\n\
             npm  behind   1.2.2\n\
             npm  absent   –\n\
             1/3 channels at 1.2.3 (33 %)"
        );
    }
}
