//! The pages `docs/deployment/<channel>.md`: what people need to know to publish to a channel, from its row.

use std::fmt::Write;

use crate::channel::document::anchor;
use crate::channel::{CHANNELS, Channel};
use crate::publish::programs;

/// The page of a channel. A test holds the file against it, and `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites the file.
pub fn page(channel: &Channel) -> String {
    let guide = channel.guide;
    let mut out = format!(
        "# Publishing to {title}\n\nThis page is made from the channel's row ([`xtask/src/channel/{file}.rs`]\
         (../../xtask/src/channel/{file}.rs)). Its settings are in [channels.md](../channels.md#{anchor}).\n\n\
         ```console\n$ cargo xtask doctor --channel {name}\n$ cargo xtask publish --channel {name} --dry-run\n\
         $ cargo xtask rehearse --channel {name}\n$ cargo xtask publish --channel {name}\n```\n",
        title = channel.title,
        file = channel.name.replace('-', "_"),
        anchor = anchor(channel.title),
        name = channel.name,
    );
    numbered(&mut out, "Set-up, once", guide.setup);
    credentials(&mut out, channel);
    needs(&mut out, channel);
    bullets(&mut out, "The first publication", guide.first);
    push(&mut out, format_args!("\n## Afterwards\n\n{}\n", guide.after));
    bullets(&mut out, "Rules of the place", &sentences(channel.policy));
    troubles(&mut out, channel);
    bullets(&mut out, "How to undo", guide.undo);
    out
}

/// The page that leads to the others.
pub fn index() -> String {
    let mut out = String::from(
        "# Publishing, channel by channel\n\nWhat each of the fourteen channels asks for, what can go wrong there, and how to \
         undo. How the run works is told in [api/publish.md](../api/publish.md).\n\n\
         | channel | comes after | reviewed by people | can be taken back |\n|---|---|---|---|\n",
    );
    for channel in CHANNELS {
        let after: Vec<String> = channel.after.iter().map(|it| format!("`{it}`")).collect();
        push(
            &mut out,
            format_args!(
                "| [{}]({}.md) | {} | {} | {} |\n",
                channel.title,
                channel.name,
                if after.is_empty() {
                    "–".to_owned()
                } else {
                    after.join(", ")
                },
                if channel.is_reviewed { "yes" } else { "no" },
                if channel.is_final { "no" } else { "yes" },
            ),
        );
    }
    out
}

fn credentials(out: &mut String, channel: &Channel) {
    if channel.credentials.is_empty() {
        return;
    }
    *out += "\n## Credentials\n\nThe first complete row of these variables is taken:\n\n";
    for way in channel.credentials {
        let names: Vec<String> = way.iter().map(|it| format!("`{it}`")).collect();
        push(out, format_args!("- {}\n", names.join(" with ")));
    }
    push(out, format_args!("\nMade at: {}\n", channel.guide.credential));
}

fn needs(out: &mut String, channel: &Channel) {
    if channel.programs.is_empty() {
        *out += "\n## Programs\n\nNone: the registry is spoken to directly.\n";
        return;
    }
    *out += "\n## Programs\n\n";
    for word in channel.programs {
        let rows = programs::alternatives(word)
            .into_iter()
            .filter_map(programs::find);
        let texts: Vec<String> = rows.map(|it| format!("`{}` ({})", it.name, it.install)).collect();
        push(out, format_args!("- {}\n", texts.join(", or ")));
    }
}

fn troubles(out: &mut String, channel: &Channel) {
    if channel.guide.troubles.is_empty() {
        return;
    }
    *out += "\n## What can go wrong\n\n| it says | it means | what to do |\n|---|---|---|\n";
    for trouble in channel.guide.troubles {
        let cell = |text: &str| text.replace('|', "\\|");
        push(
            out,
            format_args!(
                "| `{}` | {} | {} |\n",
                cell(trouble.says),
                cell(trouble.means),
                cell(trouble.next)
            ),
        );
    }
}

fn numbered(out: &mut String, title: &str, lines: &[&str]) {
    if !lines.is_empty() {
        push(out, format_args!("\n## {title}\n\n"));
        for (number, line) in lines.iter().enumerate() {
            push(out, format_args!("{}. {line}\n", number + 1));
        }
    }
}

fn bullets<T: AsRef<str>>(out: &mut String, title: &str, lines: &[T]) {
    if !lines.is_empty() {
        push(out, format_args!("\n## {title}\n\n"));
        for line in lines {
            push(out, format_args!("- {}\n", line.as_ref()));
        }
    }
}

/// Policies are written without capital and full stop.
fn sentences(lines: &[&str]) -> Vec<String> {
    let sentence = |line: &&str| {
        let mut letters = line.chars();
        let first = letters.next().map(|it| it.to_uppercase().to_string());
        format!("{}{}.", first.unwrap_or_default(), letters.as_str())
    };
    lines.iter().map(sentence).collect()
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes everything");
}
