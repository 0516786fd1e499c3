//! The text of `packaging/release.toml`, with every key as a comment.

use crate::channel::{self, COMMON, Channel};
use crate::init::facts::Facts;
use crate::init::keys::{DIST, Key, PRODUCT, literal};
use crate::init::reason;

/// How wide comments are.
const WIDTH: usize = 100;

const HEAD: &str = "\
# What `cargo xtask` releases, and where it is offered. Every key can be left out: a line such as
# `# title = \"Demo\"` shows one, with what holds without it or with an example.
";

/// The head of the file, `[product]` and `[dist]`.
pub(super) fn text(facts: &Facts) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\n[product]\n");
    packages(&mut out, facts);
    for key in PRODUCT {
        let own = facts.listing.as_ref().and_then(key.own);
        entry(
            &mut out,
            key.name,
            key.about,
            own.as_deref().unwrap_or(key.example),
        );
    }
    out.push_str("\n[dist]\n");
    for Key {
        name, about, example, ..
    } in DIST
    {
        entry(&mut out, name, about, example);
    }
    out.push('\n');
    out
}

/// The packages are no comment: who reads the file sees what is released.
fn packages(out: &mut String, facts: &Facts) {
    comment(
        out,
        "the packages to release [default: every member with a program that may be published]",
    );
    if let Some(why) = &facts.why_not_all {
        comment(out, &format!("Not all are released: {why}"));
    }
    let names: Vec<String> = facts.packages.iter().map(|it| literal(it)).collect();
    match names.as_slice() {
        [] => line(out, "# packages = [\"demo\"]"),
        names => line(out, &format!("packages = [{}]", names.join(", "))),
    }
}

/// The tables of channels, parted by empty lines, below what all of them have; nothing for no channel.
pub(super) fn channels(channels: &[&'static Channel], facts: &Facts) -> String {
    if channels.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    comment(
        &mut out,
        "Channels. One without its table, or with `enabled = false`, is not served. Each of them has these keys, and some \
         have further ones:",
    );
    for key in COMMON {
        comment(&mut out, &format!("`{}`: {}", key.name, key.about));
    }
    for channel in channels {
        out.push('\n');
        out.push_str(&table(channel, facts));
    }
    out
}

fn table(channel: &'static Channel, facts: &Facts) -> String {
    let mut out = String::new();
    comment(&mut out, &format!("{}: {}", channel.title, channel.holds));
    for policy in channel.policy {
        comment(&mut out, &format!("Its policy: {policy}"));
    }
    for template in channel.templates {
        comment(
            &mut out,
            &format!(
                "`packaging/{}/{}`: {}",
                channel.name, template.name, template.about
            ),
        );
    }
    line(&mut out, &format!("[channel.{}]", channel.name));
    let off = reason::of(channel, facts);
    if let Some(why) = &off {
        comment(&mut out, &format!("Off: {why}"));
        line(&mut out, "enabled = false");
    }
    for key in COMMON.iter().filter(|it| off.is_none() || it.name != "enabled") {
        out.push_str(&shown(key.name, &common(key, facts)));
    }
    for key in channel.keys {
        entry(&mut out, key.name, key.about, key.example);
    }
    out
}

/// What holds without a key that all channels have, where `Cargo.toml` says it in a line; else an example.
fn common(key: &channel::Key, facts: &Facts) -> String {
    let own = facts.listing.as_ref().and_then(|it| match key.name {
        "name" => Some(&it.name),
        "summary" => Some(&it.summary),
        _ => None,
    });
    own.map_or_else(|| key.example.to_owned(), |it| literal(it))
}

/// A key as a comment, with what it is for above it.
fn entry(out: &mut String, name: &str, about: &str, value: &str) {
    comment(out, about);
    out.push_str(&shown(name, value));
}

/// A key as a comment. A value of several lines stays one that can be uncommented.
fn shown(name: &str, value: &str) -> String {
    format!("# {name} = {}\n", value.replace('\n', "\n# "))
}

/// A comment, in lines that are not too long.
fn comment(out: &mut String, text: &str) {
    let mut line = "#".to_owned();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
            self::line(out, &line);
            "#  ".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    self::line(out, &line);
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
