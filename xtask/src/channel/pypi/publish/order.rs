//! The order of versions (PEP 440), for those in the normal form, which is what an index has in file names.

/// A version as it is compared: epoch, numbers without zeros at the end, pre-release, post-release, development release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    epoch: u64,
    numbers: Vec<u64>,
    pre: Pre,
    post: Option<u64>,
    dev: Dev,
}

/// A development release without a pre-release comes before all of them, no pre-release after all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pre {
    OnlyDev,
    Alpha(u64),
    Beta(u64),
    Candidate(u64),
    None,
}

/// A development release comes before what it develops.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Some(u64),
    None,
}

/// Makes a pre-release of a number.
type Make = fn(u64) -> Pre;

/// The words of pre-releases.
const KINDS: &[(&str, Make)] = &[("a", Pre::Alpha), ("b", Pre::Beta), ("rc", Pre::Candidate)];

impl Order {
    /// Reads a version in the normal form.
    pub(super) fn of(text: &str) -> Option<Order> {
        let (epoch, rest) = match text.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, text),
        };
        let (mut numbers, mut rest) = {
            let (first, rest) = number(rest)?;
            (vec![first], rest)
        };
        while let Some((next, after)) = rest.strip_prefix('.').and_then(number) {
            numbers.push(next);
            rest = after;
        }
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        let found = KINDS.iter().find_map(|(word, make)| {
            let (number, after) = number(rest.strip_prefix(word)?)?;
            Some((make(number), after))
        });
        let (pre, rest) = found.map_or((None, rest), |it| (Some(it.0), it.1));
        let (post, rest) = tail(rest, ".post");
        let (dev, rest) = tail(rest, ".dev");
        let only_dev = if dev.is_some() && post.is_none() {
            Pre::OnlyDev
        } else {
            Pre::None
        };
        rest.is_empty().then(|| Order {
            epoch,
            numbers,
            pre: pre.unwrap_or(only_dev),
            post,
            dev: dev.map_or(Dev::None, Dev::Some),
        })
    }

    /// Whether installers leave it out unless it is asked for.
    pub(super) fn is_pre(&self) -> bool {
        self.pre != Pre::None || self.dev != Dev::None
    }
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn tail<'a>(text: &'a str, word: &str) -> (Option<u64>, &'a str) {
    match text.strip_prefix(word).and_then(number) {
        Some((number, rest)) => (Some(number), rest),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_their_order() {
        let sorted = [
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a2",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0.post1.dev2",
            "1.0.post1",
            "1.0.1",
            "1.9",
            "1.10",
            "1!0.1",
        ];
        let orders: Vec<Order> = sorted.iter().map(|it| Order::of(it).unwrap()).collect();
        assert!(orders.is_sorted_by(|a, b| a < b), "{orders:?}");
        assert_eq!(Order::of("1.2"), Order::of("1.2.0"));
        assert!(Order::of("1.0.dev1").unwrap().is_pre() && !Order::of("1.0.post1").unwrap().is_pre());
        for bad in ["", "x", "1.0-1", "1.0+x"] {
            assert_eq!(Order::of(bad), None, "{bad}");
        }
    }
}
