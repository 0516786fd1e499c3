//! Completion scripts: what clap writes for a program `cargo-xtask`, and the hook by which cargo's own completion finds it.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// A script for a shell. `cargo xtask` is no program of its own but a word behind `cargo`, so the script takes part in
/// what completes `cargo`; where a shell has no way to do so, it completes a function or alias `xtask`.
pub fn script(shell: Shell) -> Vec<u8> {
    match shell {
        // With a hyphen in the name clap's script for bash knows no subcommand.
        Shell::Bash => joined(&[
            &generated(shell, "cargo_xtask"),
            include_str!("completions/hook.bash"),
        ]),
        Shell::Fish => joined(&[
            &generated(shell, "cargo-xtask"),
            include_str!("completions/hook.fish"),
        ]),
        Shell::Zsh => {
            let text = generated(shell, "cargo-xtask");
            // The file may also be the body of the function, whose last lines call what the others define.
            let end = text
                .rfind("\nif [ \"$funcstack[1]\"")
                .map_or(text.len(), |it| it + 1);
            joined(&[&text[..end], include_str!("completions/hook.zsh"), &text[end..]])
        }
        _ => generated(shell, "xtask").into_bytes(),
    }
}

fn joined(parts: &[&str]) -> Vec<u8> {
    parts.join("\n").into_bytes()
}

/// What clap writes for a program of this name, which must be the command's own name too: it is in the names of functions.
fn generated(shell: Shell, name: &'static str) -> String {
    let mut bytes = Vec::new();
    let mut command = Cli::command().name(name).bin_name(name);
    clap_complete::generate(shell, &mut command, name, &mut bytes);
    String::from_utf8(bytes).expect("clap writes text")
}
