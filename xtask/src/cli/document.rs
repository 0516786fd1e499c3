//! The page `docs/cli.md`: every command with its options, as clap knows them.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::Cli;

/// The text of the page. A test holds the file against it, and `UPDATE_GOLDEN=1 cargo test -p xtask` rewrites the file.
pub fn page() -> String {
    let mut cli = Cli::command();
    // Only then do commands have their whole names, and the options that all share.
    cli.build();
    let mut out = String::from(
        "# The command line\n\nThis page is made from the command line itself ([`xtask/src/cli.rs`]\
         (../xtask/src/cli.rs)); `cargo xtask ‹command› --help` says the same. What a command reads, writes and prints is \
         told in `api/`.\n\n| command | what it does |\n|---|---|\n",
    );
    let commands: Vec<&Command> = cli.get_subcommands().flat_map(with_inner).collect();
    for command in &commands {
        let name = name(command);
        let anchor = name.replace(' ', "-");
        let row = format!("| [`{name}`](#{anchor}) | {} |\n", cell(&about(command)));
        out.push_str(&row);
    }
    out += "\n## With every command\n\n";
    let shared = || cli.get_arguments().filter(|it| it.is_global_set());
    options(&mut out, shared().chain(help(&cli)));
    let is_shared = |it: &Arg| shared().any(|other| other.get_id() == it.get_id());
    for command in commands {
        section(&mut out, command, is_shared);
    }
    out
}

/// A command, and those below it. That which explains others is left out.
fn with_inner(command: &Command) -> Vec<&Command> {
    if command.get_name() == "help" || command.is_hide_set() {
        return Vec::new();
    }
    let inner = command.get_subcommands().flat_map(with_inner);
    std::iter::once(command).chain(inner).collect()
}

fn section(out: &mut String, command: &Command, is_shared: impl Fn(&Arg) -> bool) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    let lines: Vec<&str> = usage.lines().map(str::trim).collect();
    let about = about(command);
    let _ = write!(
        out,
        "\n## {}\n\n{}.\n\n```\n{}\n```\n",
        name(command),
        plain(&about),
        lines.join("\n")
    );
    let own = || {
        command
            .get_arguments()
            .filter(|it| !is_shared(it) && !it.is_hide_set() && !is_help(it))
    };
    if own().next().is_some() {
        out.push('\n');
        options(out, own());
    }
    let more = command.get_after_long_help().or(command.get_after_help());
    if let Some(more) = more.map(ToString::to_string) {
        // Lines that are to be typed stand indented, and must stay lines.
        let has_lines = more.lines().any(|it| it.starts_with("  "));
        let more = if has_lines {
            format!("```text\n{more}\n```")
        } else {
            plain(&more)
        };
        let _ = write!(out, "\n{more}\n");
    }
}

fn options<'a>(out: &mut String, list: impl Iterator<Item = &'a Arg>) {
    out.push_str("| option | meaning |\n|---|---|\n");
    for it in list {
        let _ = writeln!(out, "| `{}` | {} |", words(it), cell(&meaning(it)));
    }
}

/// How it is written: `-p, --package <NAME>`.
fn words(arg: &Arg) -> String {
    let names: Vec<String> = [
        arg.get_short().map(|it| format!("-{it}")),
        arg.get_long().map(|it| format!("--{it}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let values = arg.get_value_names().unwrap_or_default();
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let dots = if arg.get_num_args().is_some_and(|it| it.max_values() > 1) {
        "..."
    } else {
        ""
    };
    let values: Vec<String> = values
        .iter()
        .filter(|_| takes_value)
        .map(|it| format!("<{it}>{dots}"))
        .collect();
    [names.join(", "), values.join(" ")].join(" ").trim().to_owned()
}

/// Its help, with the values that it takes and the one that it has when it is not given.
fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help());
    let mut text = help.map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    let values: Vec<&str> = values
        .iter()
        .filter(|it| !it.is_hide_set())
        .map(PossibleValue::get_name)
        .collect();
    if !values.is_empty() && !arg.is_hide_possible_values_set() && arg.get_action().takes_values() {
        let _ = write!(text, " [possible values: {}]", values.join(", "));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, " [default: {}]", defaults.join(", "));
    }
    text
}

fn about(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string);
    about.unwrap_or_default().trim_end_matches('.').to_owned()
}

/// `checksum` for `cargo xtask checksum`.
fn name(command: &Command) -> String {
    let whole = command.get_bin_name().unwrap_or(command.get_name());
    whole.trim_start_matches("cargo xtask ").to_owned()
}

fn help(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|it| is_help(it))
}

fn is_help(arg: &Arg) -> bool {
    use ArgAction::{Help, HelpLong, HelpShort, Version};
    matches!(arg.get_action(), Help | HelpLong | HelpShort | Version)
}

/// A text for one cell of a table.
fn cell(text: &str) -> String {
    plain(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// A text in which `<` begins no tag, outside of what stands in backticks.
fn plain(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::new();
    for letter in text.chars() {
        is_code ^= letter == '`';
        if letter == '<' && !is_code {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_page_is_escaped() {
        assert_eq!(cell("a | <b>\n  `<c>`"), "a \\| \\<b> `<c>`");
    }

    #[test]
    fn no_command_and_no_option_is_left_out() {
        let page = page();
        let mut cli = Cli::command();
        cli.build();
        let mut waiting: Vec<&Command> = cli
            .get_subcommands()
            .filter(|it| it.get_name() != "help" && !it.is_hide_set())
            .collect();
        while let Some(command) = waiting.pop() {
            assert!(
                page.contains(&format!("\n## {}\n", name(command))),
                "{}",
                name(command)
            );
            for arg in command.get_arguments().filter(|it| !it.is_hide_set()) {
                let words = words(arg);
                assert!(
                    page.contains(&format!("| `{words}` | ")),
                    "{} {words}",
                    name(command)
                );
                assert!(!meaning(arg).is_empty(), "{} {words} has no help", name(command));
            }
            waiting.extend(command.get_subcommands().filter(|it| it.get_name() != "help"));
        }
    }
}
