//! The version that a file of a repository offers, and which of two is newer.

use std::cmp::Ordering;

use semver::Version;
use serde::Serialize;

/// How a file says its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A formula or cask of Homebrew: its line `version`, else the folder of a release on GitHub.
    Ruby,
    /// JSON with a key `version`.
    Json,
    /// A `.SRCINFO`: epoch, `pkgver` and `pkgrel`.
    Srcinfo,
    /// An expression of Nix: `version = "…"`.
    Nix,
    /// AppStream's metainfo: the first `<release>`.
    Metainfo,
}

/// What stands before the version, the surest first.
const BEFORE: &[(Form, &[&str])] = &[
    (
        Form::Ruby,
        &["\n  version \"", "/releases/download/v", "/releases/download/"],
    ),
    (Form::Json, &["\"version\": \"", "\"version\":\""]),
    (Form::Nix, &["version = \""]),
    (Form::Metainfo, &["<release version=\""]),
];

impl Form {
    /// The version that a text says.
    pub fn read(self, text: &str) -> Option<String> {
        if self == Form::Srcinfo {
            return srcinfo(text);
        }
        let (_, before) = BEFORE.iter().find(|it| it.0 == self)?;
        before.iter().find_map(|before| {
            let rest = &text[text.find(before)? + before.len()..];
            let end = rest.find(['"', '/', '\n'])?;
            let version = rest[..end].replace("%2B", "+");
            (!version.is_empty()).then_some(version)
        })
    }
}

fn srcinfo(text: &str) -> Option<String> {
    let value = |key: &str| {
        let mut pairs = text.lines().filter_map(|it| it.split_once('='));
        pairs.find(|it| it.0.trim() == key).map(|it| it.1.trim())
    };
    let version = format!("{}-{}", value("pkgver")?, value("pkgrel")?);
    Some(match value("epoch").filter(|it| *it != "0") {
        Some(epoch) => format!("{epoch}:{version}"),
        None => version,
    })
}

/// Compares two versions: by SemVer where both are, else as pacman does.
pub fn compare(form: Form, a: &str, b: &str) -> Ordering {
    if form != Form::Srcinfo
        && let (Ok(a), Ok(b)) = (Version::parse(a), Version::parse(b))
    {
        return a.cmp_precedence(&b);
    }
    let (a, b) = (Pacman::of(a), Pacman::of(b));
    let order = segments(a.epoch, b.epoch).then_with(|| segments(a.version, b.version));
    match (a.release, b.release) {
        (Some(a), Some(b)) => order.then_with(|| segments(a, b)),
        _ => order,
    }
}

/// `[epoch:]version[-release]`.
struct Pacman<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

impl Pacman<'_> {
    fn of(text: &str) -> Pacman<'_> {
        let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if is_number(epoch) => (if epoch.is_empty() { "0" } else { epoch }, rest),
            _ => ("0", text),
        };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        Pacman {
            epoch,
            version,
            release,
        }
    }
}

/// Compares runs of digits and of letters one after the other, as vercmp(8) describes it: `1.0rc` < `1.0` < `1.0.a` <
/// `1.0.1`.
fn segments(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = (skip(a), skip(b));
        if left.is_empty() || right.is_empty() {
            // What goes on with letters right at the end of a number is older than what has ended; all else is newer.
            let goes_on = |rest: &str, whole: &str| {
                rest.starts_with(|it: char| it.is_ascii_alphabetic()) && rest.len() == whole.len()
            };
            return match (left.is_empty(), right.is_empty()) {
                (true, true) => Ordering::Equal,
                (false, true) if goes_on(left, a) => Ordering::Less,
                (true, false) if goes_on(right, b) => Ordering::Greater,
                (false, true) => Ordering::Greater,
                (true, false) => Ordering::Less,
                (false, false) => unreachable!("one of them is empty"),
            };
        }
        // More separators between two segments count as newer.
        let gaps = (a.len() - left.len()).cmp(&(b.len() - right.len()));
        if gaps != Ordering::Equal {
            return gaps;
        }
        let is_digits = left.starts_with(|it: char| it.is_ascii_digit());
        let (left, rest_left) = run(left, is_digits);
        let (right, rest_right) = run(right, is_digits);
        if right.is_empty() {
            // A number is newer than letters.
            return if is_digits {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        let order = if is_digits {
            let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        } else {
            left.cmp(right)
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_left, rest_right);
    }
}

fn skip(text: &str) -> &str {
    text.trim_start_matches(|it: char| !it.is_ascii_alphanumeric())
}

fn run(text: &str, is_digits: bool) -> (&str, &str) {
    let belongs = |it: char| {
        if is_digits {
            it.is_ascii_digit()
        } else {
            it.is_ascii_alphabetic()
        }
    };
    text.split_at(text.find(|it| !belongs(it)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_their_versions() {
        let check = |form: Form, text: &str, expected: Option<&str>| {
            assert_eq!(form.read(text).as_deref(), expected, "{text}");
        };
        let url = "      url \"https://github.com/o/demo/releases/download/v1.2.3%2B5/demo.tar.gz\"\n";
        check(Form::Ruby, url, Some("1.2.3+5"));
        check(
            Form::Ruby,
            &format!("class Demo\n  version \"2.0.0\"\n{url}"),
            Some("2.0.0"),
        );
        check(Form::Ruby, "class Demo\n", None);
        check(Form::Json, "{\n    \"version\": \"1.2.3\",\n", Some("1.2.3"));
        check(
            Form::Nix,
            "  pname = \"demo\";\n  version = \"1.2.3\";\n",
            Some("1.2.3"),
        );
        check(
            Form::Metainfo,
            "<releases><release version=\"1.2.3\" date",
            Some("1.2.3"),
        );
        let info = "pkgbase = demo\n\tpkgver = 1.2.3\n\tpkgrel = 2\n";
        check(Form::Srcinfo, info, Some("1.2.3-2"));
        check(Form::Srcinfo, &format!("{info}\tepoch = 1\n"), Some("1:1.2.3-2"));
        check(Form::Srcinfo, "pkgbase = demo\n", None);
    }

    #[test]
    fn the_newer_one_is_told() {
        let check = |form, a: &str, b: &str, expected| {
            assert_eq!(compare(form, a, b), expected, "{a} {b}");
            assert_eq!(compare(form, b, a), expected.reverse(), "{b} {a}");
        };
        check(Form::Json, "1.10.0", "1.9.0", Ordering::Greater);
        check(Form::Json, "1.0.0-rc.1", "1.0.0", Ordering::Less);
        check(Form::Json, "1.0.0+1", "1.0.0", Ordering::Equal);
        check(Form::Json, "2024.1", "2024.02", Ordering::Less);
        // What vercmp 6.0.2 prints.
        check(Form::Srcinfo, "1.0.0rc1-1", "1.0.0-1", Ordering::Less);
        check(Form::Srcinfo, "1.0.0.rc1-1", "1.0.0-1", Ordering::Greater);
        check(Form::Srcinfo, "1.0.0_rc1-1", "1.0.0-1", Ordering::Greater);
        check(Form::Srcinfo, "1.0.0-2", "1.0.0-1", Ordering::Greater);
        check(Form::Srcinfo, "1:1.0.0-1", "2.0.0-1", Ordering::Greater);
        check(Form::Srcinfo, "1.0.a-1", "1.0.1-1", Ordering::Less);
        check(Form::Srcinfo, "1.0-1", "1.0", Ordering::Equal);
        check(Form::Srcinfo, "1.01-1", "1.1-1", Ordering::Equal);
        check(Form::Srcinfo, "1.0..1-1", "1.0.1-1", Ordering::Greater);
    }
}
