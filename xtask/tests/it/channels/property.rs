//! Any valid release: whatever is rendered passes the rules of the stores and the official schemas, twice the same.

use std::path::PathBuf;

use xtask::channel::CHANNELS;
use xtask::edition::sample::Sample;
use xtask::lint::{self, File, Severity, Subject};
use xtask::manifests::{self, Extent, Outcome};
use xtask::render::Files;
use xtask::target::{TARGETS, Target};

use crate::channels::fixture::{Paper, fits_schema, put_files};
use crate::dice::{Dice, seeds};
use crate::support::scratch;

/// What could end a string, begin a command, a comment, a tag or a value in some format.
const SHARDS: &[&str] = &[
    "words",
    "of a text",
    "\"quoted\"",
    "'single'",
    "it's",
    "$HOME",
    "${x}",
    "$(id)",
    "`id`",
    "#{1+1}",
    "#$0",
    "%s",
    "100%",
    "</description>",
    "<!--",
    "]]>",
    "&amp;",
    "a & b",
    "\\",
    "\\n",
    "\u{1f980}",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
    "gr\u{fc}\u{df}e",
    "a: b",
    "- c",
    "# d",
    "{e}",
    "[f]",
    "*g*",
    "_h_",
    "@i",
    "|",
    ">",
    "!j",
    "k;",
    "l,",
    "EOF",
    "'@",
    "\u{2019}",
    "\u{201c}x\u{201d}",
    "=",
    "~",
    "''",
    "\"\"",
    "//",
    "/*",
    "--",
];

const WORDS: &[&str] = &[
    "ant", "bee", "cat", "dog2", "elk", "fox", "gnu", "hen9", "ibis", "jay",
];

const LICENSES: &[&str] = &[
    "MIT",
    "MIT OR Apache-2.0",
    "Apache-2.0",
    "GPL-3.0-or-later",
    "MPL-2.0",
    "BSD-3-Clause AND MIT",
    "Apache-2.0 WITH LLVM-exception",
    "(MIT OR Apache-2.0) AND Unicode-3.0",
    "Zlib OR Apache-2.0 OR MIT",
];

const VERSIONS: &[&str] = &[
    "1.2.3",
    "0.1.0",
    "10.20.30",
    "1.2.3-alpha.1",
    "1.2.3-beta.2",
    "1.2.3-rc.1",
    "2.0.0-rc.12",
    "0.0.1-dev.3",
    "1.2.3+5",
    "1.0.0-nightly.20260102",
];

fn sample(dice: &mut Dice) -> Sample {
    let mut sample = Sample::default();
    let mut name = dice.one_of(WORDS).to_owned();
    while dice.is(2) {
        name = format!("{name}-{}", dice.one_of(WORDS));
    }
    sample.version = dice.one_of(VERSIONS).parse().unwrap();
    let mut targets: Vec<&'static Target> = TARGETS.iter().filter(|_| !dice.is(3)).collect();
    if targets.is_empty() {
        targets.push(&TARGETS[dice.below(TARGETS.len())]);
    }
    sample.targets = targets;
    sample.binaries = vec![name.clone()];
    if dice.is(3) {
        sample.binaries.push(format!("{name}-helper"));
    }
    // One line of 20 to 70 characters, as every store asks for: a capital first, no full stop last.
    let mut summary = "Counts".to_owned();
    while summary.chars().count() < 20 || dice.is(2) {
        let shard = dice.one_of(SHARDS);
        if summary.chars().count() + shard.chars().count() > 68 {
            break;
        }
        summary = format!("{summary} {shard}");
    }
    let mut description = format!("{summary}.");
    for _ in 0..dice.below(60) {
        description += dice.one_of(&[" ", " ", " ", "\n", "\n\n"]);
        description += dice.one_of(SHARDS);
    }
    // What the style of these two forbids in one line is allowed elsewhere: their own summary stands in the settings.
    for channel in ["homebrew", "nix"] {
        let table = format!("[channel.{channel}]\n");
        let with_summary = format!("{table}summary = \"Counts the words of a text\"\n");
        sample.settings = sample.settings.replace(&table, &with_summary);
    }
    let listing = &mut sample.listing;
    listing.package.clone_from(&name);
    dice.one_of(&["Ant", "Great Bee", "Caf\u{e9}"])
        .clone_into(&mut listing.title);
    listing.name = name;
    listing.summary = summary;
    description.trim().clone_into(&mut listing.description);
    listing.license = Some(dice.one_of(LICENSES).to_owned());
    listing.keywords = WORDS
        .iter()
        .filter(|_| dice.is(3))
        .take(5)
        .map(|it| (*it).to_owned())
        .collect();
    if dice.is(3) {
        listing.documentation = None;
    }
    if dice.is(4) {
        listing.homepage = listing.repository.as_ref().map(|it| it.url.clone());
    }
    sample
}

/// The files with an official schema: the schema, and which files it is about.
const SCHEMAS: &[(&str, &str, &str)] = &[
    ("scoop/schema.json", "scoop", ".json"),
    ("flatpak/flatpak-manifest.schema.json", "flathub", ".yml"),
    ("snap/snapcraft.json", "snap", "snapcraft.yaml"),
];

#[test]
fn everything_rendered_passes_the_rules_and_the_schemas() {
    let folder = scratch();
    let mut to_judge: Vec<Vec<PathBuf>> = vec![Vec::new(); SCHEMAS.len()];
    for seed in seeds(24) {
        let mut dice = Dice::new(seed);
        let sample = sample(&mut dice);
        let paper = Paper::of(&sample);
        let editions = std::slice::from_ref(&paper.edition);
        let render = || manifests::render(editions, &CHANNELS, Extent::Everything);
        let again = render();
        for (row, second) in render().into_iter().zip(again) {
            let files = match (&row.outcome, &second.outcome) {
                (Outcome::Refused(_), Outcome::Refused(_)) => continue,
                (Outcome::Files(_, files), Outcome::Files(_, second)) => {
                    assert!(
                        files == second,
                        "seed {seed}: {}: two renderings differ",
                        row.channel
                    );
                    files
                }
                (Outcome::Failed(error), _) => panic!("seed {seed}: {}: {error:#}\n{sample:#?}", row.channel),
                _ => panic!("seed {seed}: {}: two renderings differ", row.channel),
            };
            assert_fine(seed, &paper, &sample, row.channel.name, files);
            let dir = folder.path().join(seed.to_string()).join(row.channel.name);
            for (at, (_, channel, end)) in SCHEMAS.iter().enumerate() {
                if *channel == row.channel.name {
                    put_files(&dir, files);
                    let paths = files
                        .keys()
                        .filter(|it| it.ends_with(end) && !it.contains("sources"));
                    to_judge[at].extend(
                        paths
                            .filter(|it| !it.ends_with("flathub.json"))
                            .map(|it| dir.join(it)),
                    );
                }
            }
        }
    }
    for ((schema, channel, _), paths) in SCHEMAS.iter().zip(&to_judge) {
        assert!(!paths.is_empty(), "no seed has rendered anything for {channel}");
        let paths: Vec<&std::path::Path> = paths.iter().map(PathBuf::as_path).collect();
        fits_schema(schema, "property::everything_rendered", &paths);
    }
}

#[track_caller]
fn assert_fine(seed: u64, paper: &Paper, sample: &Sample, channel: &str, files: &Files) {
    let subject = Subject {
        channel: xtask::channel::find(channel).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: Some(paper.edition.clone()),
        is_whole: true,
        rendered: None,
    };
    let refused: Vec<String> = lint::check(&subject)
        .into_iter()
        .filter(|it| it.rule.severity == Severity::Refused)
        .map(|it| format!("{}: {:?} {}", it.rule.id, it.flaw.path, it.flaw.what))
        .collect();
    assert!(
        refused.is_empty(),
        "seed {seed}: {channel}: {refused:#?}\n{:#?}",
        sample.listing
    );
}
