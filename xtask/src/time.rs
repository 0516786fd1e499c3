//! Dates of the Gregorian calendar from seconds since 1970, in UTC, and the clock.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

const SECONDS_A_DAY: i64 = 86_400;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year, such as 2026.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, 1 to 31.
    pub day: u32,
}

impl Date {
    /// The day that holds a time in seconds since 1970-01-01T00:00:00Z.
    pub fn of(time_s: i64) -> Date {
        // Counted from 1 March of year 0, so that the leap day is the last of its year; 400 years are 146,097 days.
        let days = time_s.div_euclid(SECONDS_A_DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date {
            year,
            month: narrow(month),
            day: narrow(day),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The time now, in seconds since 1970-01-01T00:00:00Z.
pub fn now_s() -> anyhow::Result<i64> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is set before 1970")?;
    Ok(now.as_secs().try_into()?)
}

/// The time in the form of RFC 3339, such as `2026-11-22T19:13:36Z`.
pub fn rfc3339(time_s: i64) -> String {
    let second = time_s.rem_euclid(SECONDS_A_DAY);
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        Date::of(time_s),
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Reads a time in the form of RFC 3339, such as `2026-11-22T19:13:36.5Z`, or with an offset; parts of a second are
/// dropped. Without a zone, as OData writes it, it is UTC.
pub fn of_rfc3339(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let rest = text
        .get(19..)?
        .trim_start_matches(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    // A fraction and an offset both hold digits, so the offset is looked for from its sign on.
    let offset = text
        .get(19..)?
        .find(['+', '-'])
        .and_then(|at| text.get(19 + at..));
    let offset_s = match (rest, offset) {
        (_, Some(offset)) => {
            let part = |from: usize, to: usize| offset.get(from..to)?.parse::<i64>().ok();
            let size = part(1, 3)? * 3600 + part(4, 6)? * 60;
            if offset.starts_with('-') { -size } else { size }
        }
        ("Z" | "z" | "", None) => 0,
        _ => return None,
    };
    Some(midnight_s(year, month, day)? + hour * 3600 + minute * 60 + second - offset_s)
}

/// The seconds of the beginning of a day: the inverse of [`Date::of`].
fn midnight_s(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // March is the first month of the year.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * SECONDS_A_DAY)
}

/// The time in the form of RFC 5322, such as `Sun, 22 Nov 2026 19:13:36 +0000`.
pub fn rfc5322(time_s: i64) -> String {
    /// 1 January 1970 was a Thursday.
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let Date { year, month, day } = Date::of(time_s);
    let clock = &rfc3339(time_s.rem_euclid(SECONDS_A_DAY))[11..19];
    let weekday =
        DAYS[usize::try_from(time_s.div_euclid(SECONDS_A_DAY).rem_euclid(7)).expect("a day of seven")];
    format!(
        "{weekday}, {day:02} {} {year} {clock} +0000",
        MONTHS[month as usize - 1]
    )
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The seconds of a date as HTTP writes it, `Sun, 22 Nov 2026 19:13:36 GMT` (RFC 9110, section 5.6.7).
pub fn of_http_date(text: &str) -> Option<i64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, day, month, year, clock, "GMT"] = words.as_slice() else {
        return None;
    };
    let month = i64::try_from(MONTHS.iter().position(|it| it == month)?).ok()? + 1;
    let midnight_s = midnight_s(year.parse().ok()?, month, day.parse().ok()?)?;
    let number = |from: usize, to: usize| clock.get(from..to)?.parse::<i64>().ok();
    Some(midnight_s + number(0, 2)? * 3600 + number(3, 5)? * 60 + number(6, 8)?)
}

fn narrow(number: i64) -> u32 {
    u32::try_from(number).expect("a month or a day")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        let check = |time_s, expected: &str| assert_eq!(rfc3339(time_s), expected);
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_700_000_000, "2023-11-14T22:13:20Z");
        check(4_107_542_399, "2100-02-28T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        check(-1, "1969-12-31T23:59:59Z");
    }

    #[test]
    fn written_times_are_read_back() {
        for time_s in [0, 951_782_400, 1_700_000_000, 4_107_542_399, 4_107_542_400, -1] {
            assert_eq!(of_rfc3339(&rfc3339(time_s)), Some(time_s));
        }
        let check = |text, expected| assert_eq!(of_rfc3339(text), expected, "{text}");
        check("2023-11-14T22:13:20.123456Z", Some(1_700_000_000));
        check("2023-11-14T23:13:20+01:00", Some(1_700_000_000));
        check("2023-11-14T21:43:20.5-00:30", Some(1_700_000_000));
        for bad in [
            "",
            "2023-11-14",
            "2023-13-14T22:13:20Z",
            "2023-11-14T22:13:20 CET",
            "é023-11-14T22:13:20Z",
        ] {
            check(bad, None);
        }
        check("2023-11-14T22:13:20.523", Some(1_700_000_000));
        let http = rfc5322(1_700_000_000).replace("+0000", "GMT");
        assert_eq!(of_http_date(&http), Some(1_700_000_000));
        assert_eq!(of_http_date("Sun, 22 Nov 2026 19:13:36 CET"), None);
    }

    #[test]
    fn days_of_the_week() {
        assert_eq!(rfc5322(0), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(rfc5322(1_700_000_000), "Tue, 14 Nov 2023 22:13:20 +0000");
        assert_eq!(rfc5322(-1), "Wed, 31 Dec 1969 23:59:59 +0000");
    }
}
