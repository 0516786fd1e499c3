//! The page `docs/channels.md`: everything that the table of channels says, for people.

use std::fmt::Write;

use crate::channel::{CHANNELS, COMMON, Channel, Key};
use crate::lint::{Rule, common, source};
use crate::protocol::endpoint::ENDPOINTS;
use crate::target::Os;

/// The text of the page. A test holds the file against it, and `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites the file.
pub fn page() -> String {
    let mut out = String::from(
        "# The fourteen channels\n\nThis page is made from the table of channels ([`xtask/src/channel.rs`]\
         (../xtask/src/channel.rs)). How to render and check is told in [api/manifests.md](api/manifests.md) and \
         [api/lint.md](api/lint.md).\n\n",
    );
    out += "| channel | what is rendered | systems | comes after | reviewed by people |\n|---|---|---|---|---|\n";
    for channel in CHANNELS {
        let systems: Vec<&str> = channel.systems.iter().map(|it| system(*it)).collect();
        line(
            &mut out,
            &[
                &format!("[`{}`](#{})", channel.name, anchor(channel.title)),
                channel.holds,
                &or_dash(&systems.join(", ")),
                &or_dash(&codes(channel.after)),
                if channel.is_reviewed { "yes" } else { "no" },
            ],
        );
    }
    out += "\n## Keys of every channel\n\nA channel is served when `packaging/release.toml` has its table \
            `[channel.<name>]`.\n\n";
    keys(&mut out, COMMON);
    out += "\n## Rules for every channel\n\n";
    rules(&mut out, common::RULES);
    for channel in CHANNELS {
        section(&mut out, channel);
    }
    out += "\n## Endpoints\n\nThe addresses that publishing speaks to; `[endpoints]` of the settings puts others in their place. \
            Where no address stands here, the registry's own client knows it.\n\n\
            | name | public address | what is asked there |\n|---|---|---|\n";
    for endpoint in ENDPOINTS {
        let public = endpoint.public.map(|it| format!("`{it}`"));
        let name = format!("`{}`", endpoint.name);
        line(
            &mut out,
            &[&name, &or_dash(&public.unwrap_or_default()), endpoint.about],
        );
    }
    out += "\n## Sources\n\n| tag | what was read |\n|---|---|\n";
    for source in source::SOURCES {
        line(&mut out, &[source.tag, source.title]);
    }
    out
}

fn section(out: &mut String, channel: &Channel) {
    push(
        out,
        format_args!(
            "\n## {}\n\nRendered into `dist/channels/{}/`: {}.",
            channel.title, channel.name, channel.holds
        ),
    );
    let ways: Vec<String> = channel
        .credentials
        .iter()
        .map(|it| codes_with(it, " with "))
        .collect();
    push(
        out,
        format_args!(" Publishing takes the credentials {}.\n", ways.join(", or ")),
    );
    if let Some(set_up) = channel.workflow.trusted {
        push(
            out,
            format_args!(
                "\n- From GitHub Actions trusted publishing takes their place: it is set up {set_up}."
            ),
        );
        if channel.policy.is_empty() {
            out.push('\n');
        }
    }
    for policy in channel.policy {
        push(out, format_args!("\n- Policy: {policy}."));
    }
    if !channel.policy.is_empty() {
        out.push('\n');
    }
    if !channel.keys.is_empty() {
        out.push('\n');
        keys(out, channel.keys);
    }
    if !channel.templates.is_empty() {
        push(
            out,
            format_args!(
                "\n| template in `packaging/{}/` | what it becomes |\n|---|---|\n",
                channel.name
            ),
        );
        for template in channel.templates {
            line(out, &[&format!("`{}`", template.name), template.about]);
        }
    }
    if !channel.rules.is_empty() {
        out.push('\n');
        rules(out, channel.rules);
    }
}

fn keys(out: &mut String, keys: &[Key]) {
    *out += "| key | what it is for | example |\n|---|---|---|\n";
    for key in keys {
        line(
            out,
            &[
                &format!("`{}`", key.name),
                key.about,
                &format!("`{}`", key.example.replace('`', "'")),
            ],
        );
    }
}

fn rules(out: &mut String, rules: &[Rule]) {
    *out += "| rule | severity | demands | source |\n|---|---|---|---|\n";
    for rule in rules {
        line(
            out,
            &[
                &format!("`{}`", rule.id),
                rule.severity.word(),
                rule.demands,
                rule.source,
            ],
        );
    }
}

/// A row of a table: a bar in a cell would end it.
fn line(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|it| it.replace('|', "\\|")).collect();
    push(out, format_args!("| {} |\n", cells.join(" | ")));
}

fn push(out: &mut String, words: std::fmt::Arguments<'_>) {
    out.write_fmt(words).expect("a string takes everything");
}

fn codes(names: &[&str]) -> String {
    codes_with(names, ", ")
}

fn codes_with(names: &[&str], between: &str) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    names.join(between)
}

fn or_dash(text: &str) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text.to_owned()
    }
}

/// The part of a link that GitHub makes of a heading.
pub(crate) fn anchor(title: &str) -> String {
    let kept = title.to_lowercase();
    kept.chars()
        .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-'))
        .map(|it| if it == ' ' { '-' } else { it })
        .collect()
}

fn system(os: Os) -> &'static str {
    match os {
        Os::Linux => "Linux",
        Os::Macos => "macOS",
        Os::Windows => "Windows",
    }
}
