//! Cases of patterns, and a comparison with the plainest matcher that can be written.

use super::*;

#[track_caller]
fn check(pattern: &str, path: &str, expected: bool) {
    let pattern = Pattern::parse(pattern).unwrap();
    assert_eq!(
        pattern.matches(path.as_bytes()),
        expected,
        "{} on {path}",
        pattern.text()
    );
}

#[track_caller]
fn refused(pattern: &str, why: &str) {
    let problem = Pattern::parse(pattern).unwrap_err();
    assert!(problem.what.ends_with(why), "{}", problem.what);
}

#[test]
fn names_fit_at_any_depth() {
    check("*.out", "coverage.out", true);
    check("*.out", "a/b/COVERAGE.OUT", true);
    check("*.out", "a.out/b", false);
    check("a.out", "x/A.Out", true);
    check("*", "a/b", true);
    check("*_AUDIT*.md", "SECURITY_AUDIT_2.md", true);
    check("*_AUDIT*.md", "AUDIT.md", false);
}

#[test]
fn questions_classes_and_braces() {
    check("?.c", "ä.c", true);
    check("??.c", "ä.c", false);
    check("v[0-9]*_*.md", "V1038_plan.md", true);
    check("v[0-9]*_*.md", "vx_plan.md", false);
    check("[!a-c]x", "dx", true);
    check("[!a-c]x", "Bx", false);
    check("[!a]x", "äx", true);
    check("[]x]", "]", true);
    check("[a-]", "-", true);
    check("[A-Z]", "q", true);
    check("x.{tar.{gz,xz},zip}", "x.tar.xz", true);
    check("x.{tar.{gz,xz},zip}", "x.zip", true);
    check("x.{tar.{gz,xz},zip}", "x.tar", false);
    check("a{,b}", "a", true);
    check("\\*\\{[*]", "*{*", true);
    check("\\*", "x", false);
    check("[{,}]", ",", true);
}

#[test]
fn paths_count_from_the_root() {
    check("docs/*.md", "docs/a.md", true);
    check("docs/*.md", "docs/a/b.md", false);
    check("docs/*.md", "x/docs/a.md", false);
    check("docs/**/*.md", "docs/a.md", true);
    check("docs/**/*.md", "docs/a/b/c.md", true);
    check("**/testdata/**", "testdata/a", true);
    check("**/testdata/**", "x/y/testdata/a/b", true);
    check("**/testdata/**", "x/testdata", false);
    check("/coverage", "coverage", true);
    check("/coverage", "web/coverage", false);
    check("**/coverage", "web/coverage", true);
    check("a/**/b/**/c", "a/x/b/b/y/c", true);
    check("a/**/b/**/c", "a/x/y/c", false);
}

#[test]
fn any_bytes() {
    let pattern = Pattern::parse("?*.out").unwrap();
    assert!(pattern.matches(b"\xff\xfe\n.out"));
    assert!(!pattern.matches(b".out"));
    assert!(Pattern::parse("Ä*").unwrap().matches("Äx".as_bytes()));
}

#[test]
fn what_is_wrong_is_named() {
    refused("", "is empty");
    refused("a[b", "has a `[` without its `]`");
    refused("a{b,c", "has a `{` without its `}`");
    refused("a\\", "ends with a `\\`");
    refused("a//b", "has an empty part between two `/`, or ends with one");
    refused("a/", "has an empty part between two `/`, or ends with one");
    refused("../a", "has a part `..`: it counts from the root");
    refused("[z-a]", "has the range `z-a`, which is empty");
    refused("{a,}", "can stand for an empty name");
    refused("[ä]", "has `ä` between `[` and `]`, where only ASCII may stand");
    refused(&"{a,b}".repeat(9), "stands for more than 256 names");
}

#[test]
fn catch_alls() {
    for (pattern, expected) in [
        ("*", true),
        ("**", true),
        ("**/*", true),
        ("**/**", true),
        ("docs/**", false),
        ("/*", false),
        ("*.md", false),
        ("{a,*}", true),
        ("?*", false),
    ] {
        assert_eq!(
            Pattern::parse(pattern).unwrap().is_catch_all(),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn telling_names() {
    for (pattern, path, expected) in [
        ("*.out", "a.out", true),
        ("*[_-]PLAN.md", "x/A_PLAN.md", true),
        ("nohup.out", "nohup.out", true),
        ("nohup.out", "a.out", false),
        ("*cover*.html", "cover.html", false),
        ("test*.txt", "test.txt", false),
        ("{*,a.out}", "a.out", true),
        ("{*,a.out}", "b.out", false),
        ("**/x/*.json", "x/a.json", true),
    ] {
        let pattern = Pattern::parse(pattern).unwrap();
        assert_eq!(
            pattern.is_telling(path.as_bytes()),
            expected,
            "{} {path}",
            pattern.text()
        );
    }
}

#[test]
fn many_stars_end_soon() {
    let pattern = Pattern::parse(&format!("{}b", "*a".repeat(100))).unwrap();
    assert!(!pattern.matches(&vec![b'a'; 4000]));
    let pattern = Pattern::parse(&format!("{}b", "**/a/".repeat(100))).unwrap();
    assert!(!pattern.matches("a/".repeat(1500).as_bytes()));
}

/// Numbers that look random and are the same in every run (the generator of Marsaglia, "xorshift").
pub(in crate::clean) struct Dice(pub(in crate::clean) u64);

impl Dice {
    pub(in crate::clean) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    pub(in crate::clean) fn text(&mut self, pieces: &[&str], longest: usize) -> String {
        let length = 1 + self.below(longest);
        (0..length).map(|_| pieces[self.below(pieces.len())]).collect()
    }
}

/// The plainest matcher: tries everything.
fn naive(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        ([b'*', b'*', b'/', rest @ ..], _) => {
            naive(rest, path) || memchr::memchr(b'/', path).is_some_and(|at| naive(pattern, &path[at + 1..]))
        }
        ([b'*', rest @ ..], _) => {
            naive(rest, path) || path.first().is_some_and(|it| *it != b'/') && naive(pattern, &path[1..])
        }
        ([b'?', rest @ ..], [byte, after @ ..]) => *byte != b'/' && naive(rest, after),
        ([one, rest @ ..], [other, after @ ..]) => one.eq_ignore_ascii_case(other) && naive(rest, after),
        _ => false,
    }
}

#[test]
fn agrees_with_trying_everything() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut found = [0, 0];
    for _ in 0..40_000 {
        // A `**/` only where a component begins, as the plain matcher knows no other.
        let mut pattern = dice.text(&["a", "b", "B", "*", "?", "/", ".x"], 6);
        while pattern.contains("**") {
            pattern = pattern.replace("**", "*");
        }
        for _ in 0..dice.below(3) {
            pattern.insert_str(0, "**/");
        }
        if pattern.contains('/') && dice.below(2) == 0 {
            pattern = pattern.replace('/', "/**/");
        }
        let path = dice.text(&["a", "b", "A", "/", ".x", "ab"], 7);
        let Ok(parsed) = Pattern::parse(&pattern) else {
            continue;
        };
        if path.starts_with('/') || path.ends_with('/') || path.contains("//") {
            continue;
        }
        let pattern = pattern.trim_start_matches('/');
        let expected = if parsed.text().contains('/') {
            naive(pattern.as_bytes(), path.as_bytes())
        } else {
            naive(pattern.as_bytes(), name_of(path.as_bytes()))
        };
        assert_eq!(parsed.matches(path.as_bytes()), expected, "{pattern} on {path}");
        found[usize::from(expected)] += 1;
    }
    assert!(found.iter().all(|it| *it > 300), "{found:?}");
}
