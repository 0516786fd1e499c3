//! Cases of names and places, and a comparison with trying each pattern of each rule.

use super::*;
use crate::clean::pattern::tests::Dice;
use crate::clean::rule::Origin;

fn rule(names: &[&str], except: &[&str], kind: Kind, place: Place) -> Rule {
    let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
    Rule {
        name: "r".to_owned(),
        reason: "r".to_owned(),
        names: owned(names),
        except: owned(except),
        kind,
        place,
        content: Vec::new(),
        takes_ignored: false,
        is_remade: false,
        action: Action::Report,
        ignore: Vec::new(),
        origin: Origin::Settings,
    }
}

fn excluding(patterns: &[&str]) -> Matcher {
    let patterns: Vec<Pattern> = patterns.iter().map(|it| Pattern::parse(it).unwrap()).collect();
    Matcher::new(&[], &patterns)
}

#[test]
fn rules_in_order_with_place_and_exceptions() {
    let rules = [
        rule(&["*"], &[], Kind::File, Place::Root),
        rule(
            &["*.out", "a.*"],
            &["keep.out", "**/testdata/**"],
            Kind::File,
            Place::Everywhere,
        ),
        rule(&["*.out"], &[], Kind::Folder, Place::Everywhere),
        rule(&["docs/*.out"], &[], Kind::File, Place::Everywhere),
    ];
    let matcher = Matcher::new(&rules, &[]);
    let check = |path: &str, files: &[usize], folders: &[usize]| {
        assert_eq!(matcher.files(path.as_bytes()), files, "{path}");
        assert_eq!(matcher.folders(path.as_bytes()), folders, "{path}");
    };
    check("a.out", &[0, 1], &[2]);
    check("docs/a.out", &[1, 3], &[2]);
    check("keep.out", &[0], &[2]);
    check("x/testdata/a.out", &[], &[2]);
    check("src/main.rs", &[], &[]);
    check("README.md", &[], &[]);
    assert!(!matcher.is_telling(0, b"a.out"));
    assert!(matcher.is_telling(1, b"a.out"));
    assert!(!matcher.is_telling(1, b"x/a.out"));
}

#[test]
fn what_lies_where_it_belongs_fits_nothing() {
    let mut it = rule(&["*.out", "coverage"], &[], Kind::File, Place::Everywhere);
    it.action = Action::Move {
        to: TreePath::from("coverage"),
    };
    let matcher = Matcher::new(&[it], &[]);
    for (path, expected) in [
        ("a.out", 1),
        ("coverage/x/a.out", 0),
        ("coverages/a.out", 1),
        ("x/coverage/a.out", 1),
        ("coverage", 0),
    ] {
        assert_eq!(matcher.files(path.as_bytes()).len(), expected, "{path}");
        assert_eq!(matcher.is_home(0, path.as_bytes()), expected == 0, "{path}");
    }
}

#[test]
fn exclusion_reaches_into_folders() {
    let matcher = excluding(&["vendor", "docs/old", "*.keep"]);
    for (path, expected) in [
        ("vendor", true),
        ("x/Vendor/y/z", true),
        ("docs/old/a", true),
        ("x/docs/old/a", false),
        ("a/b.keep", true),
        ("a/b", false),
    ] {
        assert_eq!(matcher.is_excluded(path.as_bytes()), expected, "{path}");
    }
    assert!(!excluding(&[]).is_excluded(b"vendor"));
}

#[test]
fn agrees_with_trying_each_pattern() {
    const NAMES: &[&str] = &[
        "*.out",
        "*.tar.gz",
        "a",
        "b.c",
        "*",
        "a*",
        "*~",
        "?a",
        "[ab]*",
        ".*.sw?",
        "*a*",
        "a/*.out",
        "**/a",
        "a/**",
        "{a,b}.out",
        "*.{c,gz}",
        "/a",
        "*a.c",
        "#*#",
    ];
    let mut dice = Dice(7);
    let mut fitted = 0;
    for _ in 0..300 {
        let mut pick = |count: usize| -> Vec<&str> {
            (0..dice.below(count))
                .map(|_| NAMES[dice.below(NAMES.len())])
                .collect()
        };
        let rules: Vec<Rule> = (0..4)
            .map(|number| {
                let kind = [Kind::File, Kind::Folder][number % 2];
                let place = [Place::Root, Place::Everywhere][pick(2).len() % 2];
                rule(&pick(5), &pick(2), kind, place)
            })
            .collect();
        let matcher = Matcher::new(&rules, &[]);
        for _ in 0..50 {
            let path = dice.text(
                &["a", "b", "A", ".out", ".c", ".gz", "~", "#", ".", "/x", "/a", "é"],
                5,
            );
            let path = path.trim_start_matches('/').as_bytes();
            let fits = |texts: &[String]| texts.iter().any(|it| Pattern::parse(it).unwrap().matches(path));
            let naive = |kind: Kind| -> Vec<usize> {
                let is_fitting = |it: &Rule| {
                    it.kind == kind
                        && (it.place == Place::Everywhere || !path.contains(&b'/'))
                        && fits(&it.names)
                        && !fits(&it.except)
                };
                (0..rules.len()).filter(|it| is_fitting(&rules[*it])).collect()
            };
            let expected = naive(Kind::File);
            fitted += expected.len();
            assert_eq!(matcher.files(path), expected, "{rules:?} {path:?}");
            assert_eq!(matcher.folders(path), naive(Kind::Folder), "{rules:?} {path:?}");
        }
    }
    assert!(fitted > 1000, "{fitted}");
}
