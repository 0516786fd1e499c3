//! What goes along with a program: the readme, man pages and completions of shells; and the systems that have none.

use crate::edition::Edition;
use crate::pack::read::Packed;
use crate::render::Output;
use crate::target::Os;

/// The readme; `None` where the package has none.
pub(in crate::channel) fn readme(edition: &Edition) -> anyhow::Result<Option<&Packed>> {
    let is_readme = |it: &&Packed| !it.path.contains('/') && it.path.to_lowercase().starts_with("readme");
    Ok(edition.documents()?.iter().find(is_readme))
}

/// Where a man page or a completion lies below `share/`, by the habits of Linux and of what reads them; `None` for other
/// documents.
pub(in crate::channel) fn share(path: &str) -> Option<String> {
    let (folder, name) = path.split_once('/')?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match (folder, ending) {
        ("man", section) if section.starts_with(|it: char| it.is_ascii_digit()) => {
            Some(format!("man/man{}/{name}", &section[..1]))
        }
        ("completions", "bash") => Some(format!("bash-completion/completions/{stem}")),
        ("completions", "fish") => Some(format!("fish/vendor_completions.d/{name}")),
        ("completions", "") if name.starts_with('_') => Some(format!("zsh/site-functions/{name}")),
        _ => None,
    }
}

/// Says for which systems the release has no build, and how one is had.
pub(in crate::channel) fn systems_without_build(edition: &Edition, what: &str, output: &mut Output) {
    const SYSTEMS: &[(Os, &str, &str)] = &[
        (Os::Linux, "Linux", "x86_64-unknown-linux-gnu"),
        (Os::Macos, "macOS", "aarch64-apple-darwin"),
        (Os::Windows, "Windows", "x86_64-pc-windows-gnullvm"),
    ];
    for (os, word, triple) in SYSTEMS {
        if !edition.builds().iter().any(|it| it.target.os == *os) {
            output.gap(
                format!("no build for {word}"),
                format!("no {what} for {word}"),
                format!("cargo xtask dist --target {triple}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_pages_and_completions_lie() {
        let check = |path, expected: Option<&str>| assert_eq!(share(path).as_deref(), expected, "{path}");
        check("man/demo.1", Some("man/man1/demo.1"));
        check("completions/demo.bash", Some("bash-completion/completions/demo"));
        check("completions/_demo", Some("zsh/site-functions/_demo"));
        check(
            "completions/demo.fish",
            Some("fish/vendor_completions.d/demo.fish"),
        );
        check("completions/_demo.ps1", None);
        check("README.md", None);
        check("man/readme", None);
    }
}
