//! The cask for a tap: the programs for macOS alone.

use anyhow::{Context, ensure};

use super::{CHANNEL, extras, is_preview, paragraph};
use crate::edition::{Build, Edition, Listing};
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Value;

/// The template.
pub(super) const TEMPLATE: &str = "cask.rb";

/// What the URL has where the processors differ.
const ARM: &str = "aarch64";
const INTEL: &str = "x86_64";

/// Homebrew's words for releases of macOS, the newest first (`macos_version.rb`).
const RELEASES: &[(&[u32], &str)] = &[
    (&[27], "golden_gate"),
    (&[26], "tahoe"),
    (&[15], "sequoia"),
    (&[14], "sonoma"),
    (&[13], "ventura"),
    (&[12], "monterey"),
    (&[11], "big_sur"),
];

/// The builds that a cask offers.
enum Offer<'a> {
    /// One for each processor.
    Two(&'a Build, &'a Build),
    /// One for both, or for the only processor that was built for, with Homebrew's word for that.
    One(&'a Build, Option<&'static str>),
}

impl Offer<'_> {
    fn of(edition: &Edition) -> Option<Offer<'_>> {
        let arm = edition.build("aarch64-apple-darwin");
        let intel = edition.build("x86_64-apple-darwin");
        let both = edition.build("universal-apple-darwin");
        match (arm, intel, both) {
            (Some(arm), Some(intel), _) => Some(Offer::Two(arm, intel)),
            (_, _, Some(both)) => Some(Offer::One(both, None)),
            (Some(arm), None, None) => Some(Offer::One(arm, Some("arm64"))),
            (None, Some(intel), None) => Some(Offer::One(intel, Some("x86_64"))),
            (None, None, None) => None,
        }
    }

    /// All builds, the one that paths are taken from first.
    fn builds(&self) -> Vec<&Build> {
        match self {
            Offer::Two(arm, intel) => vec![arm, intel],
            Offer::One(build, _) => vec![build],
        }
    }
}

pub(super) fn render(edition: &Edition, listing: &Listing, output: &mut Output) -> anyhow::Result<()> {
    let Some(offer) = Offer::of(edition) else {
        output.gap(
            "no build for macOS",
            "no cask",
            "cargo xtask dist --target universal-apple-darwin",
        );
        return Ok(());
    };
    // Casks of other channels of a product are told apart by what stands behind an @.
    let token = if is_preview(edition) {
        format!("{}@preview", listing.name)
    } else {
        listing.name.clone()
    };
    let first = offer.builds()[0];
    let sum = |it: &Build| Language::Ruby.literal(&it.archive.digests.sha256.to_string());
    let (arch, sha256) = match &offer {
        Offer::Two(arm, intel) => (
            format!("arch arm: \"{ARM}\", intel: \"{INTEL}\"\n\n"),
            format!("sha256 arm:   {},\n       intel: {}", sum(arm), sum(intel)),
        ),
        Offer::One(build, _) => (String::new(), format!("sha256 {}", sum(build))),
    };
    let caveats = edition.settings(&CHANNEL).text("caveats");
    let caveats = caveats
        .map(|it| format!("caveats {}", Language::Ruby.literal(it)))
        .unwrap_or_default();
    let mut artifacts = artifacts(edition, &offer)?;
    if !caveats.is_empty() {
        artifacts.push_str("\n\n");
    }
    let mut values = super::common(listing);
    values.insert("token", Value::text(&token));
    values.insert("arch", Value::code(arch));
    values.insert("version", Value::text(edition.version().to_string()));
    values.insert("sha256", Value::code(sha256));
    values.insert("url", Value::code(url(edition, &offer)?));
    values.insert("title", Value::text(&listing.title));
    values.insert("livecheck", paragraph(livecheck(listing)));
    values.insert("conflicts", conflicts(edition, listing));
    values.insert("depends", Value::code(depends(&offer, first)));
    values.insert("artifacts", Value::code(artifacts));
    values.insert("caveats", Value::code(caveats));
    let text = edition.fill(&CHANNEL, TEMPLATE, &values)?;
    output.text(format!("tap/Casks/{token}.rb"), text);
    Ok(())
}

/// Stands for the version while a literal is written: a letter for private use, which is in no text of ours.
const PLACE: &str = "\u{e000}";

/// A text of every build as one literal, with the version and the processor taken from above in the file. `of` puts a word
/// in the place of the version, so that other text with the same digits stays.
fn interpolated(
    edition: &Edition,
    offer: &Offer<'_>,
    of: impl Fn(&Build, &str) -> String,
) -> anyhow::Result<String> {
    let builds = offer.builds();
    let version = edition.version().to_string();
    let is_two = builds.len() == 2;
    let mut text = Language::Ruby.literal(&of(builds[0], PLACE));
    if is_two {
        text = text.replace(&format!("{ARM}-apple-darwin"), "#{arch}-apple-darwin");
    }
    let text = text.replace(PLACE, "#{version}");
    for (build, arch) in builds.iter().zip([ARM, INTEL]) {
        let read = text.replace("#{version}", &version).replace("#{arch}", arch);
        ensure!(
            read == Language::Ruby.literal(&of(build, &version)),
            "cannot write one cask for both processors: the names of their files differ in more than the processor"
        );
    }
    Ok(text)
}

fn url(edition: &Edition, offer: &Offer<'_>) -> anyhow::Result<String> {
    let of = |build: &Build, word: &str| {
        edition
            .url_of(word, &build.archive.name)
            .context("cannot tell where the assets lie: set `[product] download-url`")
    };
    of(offer.builds()[0], "")?;
    interpolated(edition, offer, |it, word| of(it, word).unwrap_or_default())
}

/// Homebrew's robot looks for the latest release on GitHub.
fn livecheck(listing: &Listing) -> &'static str {
    let url = listing.download_url.as_deref().unwrap_or_default();
    if url.starts_with("https://github.com/") {
        "livecheck do\n  url :url\n  strategy :github_latest\nend"
    } else {
        ""
    }
}

fn conflicts(edition: &Edition, listing: &Listing) -> Value {
    if !is_preview(edition) {
        return Value::code("");
    }
    Value::code(format!(
        "conflicts_with cask: {}",
        Language::Ruby.literal(&listing.name)
    ))
}

/// Homebrew takes a cask for one of macOS by what it depends on, and not by its artifacts.
fn depends(offer: &Offer<'_>, build: &Build) -> String {
    let facts = build.binaries().iter().map(|it| &it.facts);
    let oldest = facts.filter_map(|it| it.minimum_os.as_ref()).max();
    let release = RELEASES
        .iter()
        .find(|(first, _)| oldest.is_some_and(|it| it.0.first() >= first.first()));
    let macos = release.map_or_else(
        || "depends_on :macos".to_owned(),
        |it| format!("depends_on macos: :{}", it.1),
    );
    match offer {
        Offer::One(_, Some(machine)) => format!("depends_on arch: :{machine}\n{macos}"),
        _ => macos,
    }
}

/// The stanzas for the programs, and for the man pages and completions that every archive has.
fn artifacts(edition: &Edition, offer: &Offer<'_>) -> anyhow::Result<String> {
    let builds = offer.builds();
    let first = builds[0];
    let whole = |below: &str| {
        interpolated(edition, offer, |it, word| {
            format!("{}/{below}", edition.name_of(word, it.top()))
        })
    };
    let mut lines = Vec::new();
    for binary in first.binaries() {
        lines.push(format!("binary {}", whole(first.path_below_top(binary))?));
    }
    let programs: Vec<String> = first.binaries().iter().map(|it| first.file_name(it)).collect();
    let program = match first.binaries().first() {
        Some(it) => whole(first.path_below_top(it))?,
        None => String::new(),
    };
    let generated = super::generated_completions(edition, &program);
    let mut found = extras::find(&first.archive.entries, &programs);
    found.retain(|extra| {
        let has = |it: &&Build| {
            let path = format!("{}/{}", it.top(), extra.path());
            it.archive.entries.iter().any(|it| it.path == path)
        };
        builds.iter().all(has) && (generated.is_none() || !extra.is_completion())
    });
    // Stanzas have an order of their own: man pages, then bash, fish, zsh (rubocops/cask/constants/stanza.rb).
    for stanza in ["manpage", "bash_completion", "fish_completion", "zsh_completion"] {
        for extra in found.iter().filter(|it| it.stanza() == stanza) {
            lines.push(format!("{stanza} {}", whole(extra.path())?));
        }
    }
    if let Some(words) = generated {
        lines.push(format!("generate_completions_from_executable {words}"));
    }
    Ok(lines.join("\n"))
}
