//! What is made once all files are there: the sums and the list of all assets, and the text of the release.

use std::fmt::Write;

use super::asset::{self, Asset, LIST, List, SCHEMA};
use super::machine::MACHINES;
use super::{CHANNEL, deb, rpm};
use crate::digest::sums::{self, Form};
use crate::digest::{Checksum, Sha256};
use crate::edition::Edition;
use crate::manifests::folder;
use crate::pack::{File, Mode};
use crate::release::{FILE, SUMS_FILE};
use crate::render::Files;
use crate::render::language::Language;
use crate::render::template::{Value, Values};
use crate::target::Target;
use crate::version::changelog;

/// The text of the release.
pub(super) const NOTES: &str = "notes.md";

/// The sums, the list and the notes.
pub(super) fn finish(editions: &[Edition], files: &Files) -> anyhow::Result<Vec<(String, File)>> {
    let Some(main) = editions.iter().find(|it| it.is_main).or(editions.first()) else {
        return Ok(Vec::new());
    };
    let mut assets = assets(editions, main, files)?;
    let lines: Vec<(&[u8], Checksum)> = assets
        .iter()
        .map(|it| (it.name.as_bytes(), Checksum::Sha256(it.sha256)))
        .collect();
    let sums = sums::write(lines.iter().map(|(name, sum)| (*name, sum)), Form::Plain);
    let notes = notes(editions, main, &assets)?;
    assets.push(Asset {
        name: SUMS_FILE.to_owned(),
        path: format!("{}/{}/{SUMS_FILE}", folder::FOLDER, CHANNEL.name),
        size_bytes: sums.len() as u64,
        sha256: Sha256::of(&sums),
        content_type: asset::content_type(SUMS_FILE).to_owned(),
        label: "SHA-256 of all files".to_owned(),
    });
    assets.sort_by(|a, b| a.name.cmp(&b.name));
    let list = List {
        schema: SCHEMA,
        tag: main.tag(),
        assets,
    };
    let list = serde_json::to_string_pretty(&list)? + "\n";
    let plain = |bytes: Vec<u8>| File {
        mode: Mode::Plain,
        bytes,
    };
    Ok(vec![
        (SUMS_FILE.to_owned(), plain(sums)),
        (LIST.to_owned(), plain(list.into_bytes())),
        (NOTES.to_owned(), plain(notes.into_bytes())),
    ])
}

/// Every asset but the sums, by name.
fn assets(editions: &[Edition], main: &Edition, files: &Files) -> anyhow::Result<Vec<Asset>> {
    let mut assets: Vec<Asset> = main
        .release
        .artifacts
        .iter()
        .map(|it| Asset {
            name: it.name.clone(),
            path: it.name.clone(),
            size_bytes: it.size_bytes,
            sha256: it.digests.sha256,
            content_type: asset::content_type(&it.name).to_owned(),
            label: asset::label(it),
        })
        .collect();
    let document = main.release.text()?;
    let made = |name: &str, path: String, bytes: &[u8], label: String| Asset {
        name: name.to_owned(),
        path,
        size_bytes: bytes.len() as u64,
        sha256: Sha256::of(bytes),
        content_type: asset::content_type(name).to_owned(),
        label,
    };
    let about = "What every archive holds, as JSON".to_owned();
    assets.push(made(FILE, FILE.to_owned(), document.as_bytes(), about));
    let labels = labels(editions)?;
    for (path, file) in files {
        let known = labels.iter().find(|it| it.0 == *path);
        let label = known.map_or_else(|| path.clone(), |it| it.1.clone());
        let whole = format!("{}/{}/{path}", folder::FOLDER, CHANNEL.name);
        assets.push(made(path, whole, &file.bytes, label));
    }
    assets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(assets)
}

/// What the files that are made here are, by name.
fn labels(editions: &[Edition]) -> anyhow::Result<Vec<(String, String)>> {
    let mut labels = Vec::new();
    for edition in editions {
        let name = asset::name(edition)?;
        for machine in MACHINES {
            let words = Target::parse(machine.gnu).map_or(machine.debian, asset::machine);
            labels.push((
                deb::file_name(edition, machine)?,
                format!("Debian and Ubuntu, {words}"),
            ));
            labels.push((
                rpm::file_name(edition, machine)?,
                format!("Fedora, RHEL and openSUSE, {words}"),
            ));
        }
        labels.push((
            asset::installer(&name, super::Format::Sh),
            "Installer for Linux and macOS".to_owned(),
        ));
        labels.push((
            asset::installer(&name, super::Format::Ps1),
            "Installer for Windows".to_owned(),
        ));
    }
    Ok(labels)
}

fn notes(editions: &[Edition], main: &Edition, assets: &[Asset]) -> anyhow::Result<String> {
    let listing = main.listing_for(&CHANNEL);
    let install: Vec<String> = editions.iter().map(install).collect();
    let verify = "Put `SHA256SUMS` beside what you have downloaded, then run \
                  `sha256sum --check --ignore-missing SHA256SUMS`.";
    let values = Values::from([
        ("changes", Value::code(main.changes()?.unwrap_or_default())),
        ("install", Value::code(install.concat().trim_end())),
        ("downloads", Value::code(downloads(main, assets))),
        ("verify", Value::code(verify)),
        ("compare", Value::code(compare(main)?.unwrap_or_default())),
        ("title", Value::text(listing.title)),
        ("version", Value::word(&main.version().to_string())?),
        ("tag", Value::text(main.tag())),
        ("date", Value::text(main.date())),
    ]);
    let text = main.fill(&CHANNEL, "notes.md", &values)?;
    // A value that is empty leaves two empty lines where one is meant.
    let mut out = String::new();
    let mut is_code = false;
    for line in text.trim_start_matches('\n').split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        if is_code || line != "\n" || !out.ends_with("\n\n") {
            out.push_str(line);
        }
    }
    Ok(out.trim_end().to_owned() + "\n")
}

/// A heading and the command of each channel that is on, takes this version and has something to install.
fn install(edition: &Edition) -> String {
    let mut text = String::new();
    let is_alone = edition.release.identity.packages.len() == 1;
    for channel in edition.channels_on() {
        if (channel.version)(edition.version()).is_err() {
            continue;
        }
        let Some(command) = (channel.install)(edition) else {
            continue;
        };
        let of = if is_alone {
            String::new()
        } else {
            format!(": {}", Language::Markdown.literal(&edition.listing.package))
        };
        let fence = fence(&command);
        let _ = write!(
            text,
            "### {}{of}\n\n{fence}\n{}\n{fence}\n\n",
            channel.title,
            command.trim_end()
        );
    }
    text
}

/// A fence that the text cannot end.
fn fence(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// A table of what people download; bills of materials and the like are in the sums alone.
fn downloads(main: &Edition, assets: &[Asset]) -> String {
    let mut text = "| File | For | SHA-256 |\n|---|---|---|\n".to_owned();
    let is_download = |it: &&Asset| !it.content_type.ends_with("json");
    for asset in assets.iter().filter(is_download) {
        let name = match main.url(&asset.name) {
            Some(url) => format!("[{}]({url})", Language::Markdown.literal(&asset.name)),
            None => Language::Markdown.literal(&asset.name),
        };
        let _ = writeln!(text, "| {name} | {} | `{}` |", asset.label, asset.sha256);
    }
    text
}

/// A link to what changed since the version that the changelog has before this one.
fn compare(main: &Edition) -> anyhow::Result<Option<String>> {
    let Some(repository) = main.listing.repository.as_ref().filter(|it| it.github.is_some()) else {
        return Ok(None);
    };
    let Some(text) = main.changelog()? else {
        return Ok(None);
    };
    let names = main.packages();
    let releases = changelog::read(&text, &names).releases;
    let older = releases.iter().filter(|it| it.version < *main.version());
    let Some(before) = older.max_by(|a, b| a.version.cmp(&b.version)) else {
        return Ok(None);
    };
    let tag = main.tag();
    // The tag of the version before has the form of this one's.
    let previous = tag.replace(&main.version().to_string(), &before.version.to_string());
    if previous == tag {
        return Ok(None);
    }
    let link = format!("{}/compare/{previous}...{tag}", repository.url).replace('+', "%2B");
    Ok(Some(format!(
        "[All changes since {}]({link})",
        Language::Markdown.literal(&before.version.to_string())
    )))
}
