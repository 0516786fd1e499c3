//! The templates that people have put into `packaging/`, and the names there that are slips of the hand.

use std::collections::BTreeMap;
use std::path::Path;

use super::TEMPLATES;
use crate::channel::{CHANNELS, Channel};
use crate::effect::files;
use crate::problem::{Place, Problem, Problems, distance};

/// The texts below `packaging/<channel>/`, by path below `packaging/`. A name that is near to one that would be read is
/// an error, since a change in such a file would do nothing; files of all other names are left alone.
pub(super) fn read(root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut problems = Problems::default();
    for folder in files::list(&root.join(TEMPLATES))? {
        let name = name_of(&folder);
        let Some(channel) = CHANNELS.iter().find(|it| it.name == name) else {
            let meant = CHANNELS.iter().map(|it| it.name).find(|it| is_near(&name, it));
            if let Some(meant) = meant.filter(|_| folder.is_dir()) {
                problems.push(slip(&name, "no channel has the folder", meant));
            }
            continue;
        };
        if !folder.exists() {
            problems.push(dangling(&name));
            continue;
        }
        of_channel(channel, &folder, &mut found, &mut problems)?;
    }
    problems.into_result()?;
    Ok(found)
}

fn of_channel(
    channel: &Channel,
    folder: &Path,
    found: &mut BTreeMap<String, String>,
    problems: &mut Problems,
) -> anyhow::Result<()> {
    for file in files::list(folder)? {
        let name = name_of(&file);
        let path = format!("{}/{name}", channel.name);
        let names = || channel.templates.iter().map(|it| it.name);
        if names().any(|it| it == name) {
            match files::read_text_if_present(&file)? {
                Some(text) => drop(found.insert(path, text.replace("\r\n", "\n"))),
                None => problems.push(dangling(&path)),
            }
        } else if let Some(meant) = names().find(|it| is_near(&name, it)) {
            problems.push(slip(&path, "no template has the name", meant));
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Whether a name is a slip for another. What an editor leaves beside a file, `formula.rb~` and `formula.rb.orig`, is
/// none; and what has another ending is near by one letter only, since `flake.lock` may well lie beside `flake.nix`.
fn is_near(name: &str, known: &str) -> bool {
    let rest = name.strip_prefix(known);
    if name.starts_with(['.', '#']) || rest.is_some_and(|it| it.starts_with(['~', '.'])) {
        return false;
    }
    let (name, known) = (name.to_lowercase(), known.to_lowercase());
    match (name.rsplit_once('.'), known.rsplit_once('.')) {
        (None, None) => is_slip(&name, &known),
        (Some((name, left)), Some((known, right))) if left == right => is_slip(name, known),
        _ => distance(&name, &known) <= 1,
    }
}

/// A third of the letters may be wrong, word by word: `PKGBUILD-git` is no slip for `PKGBUILD-bin`.
fn is_slip(name: &str, known: &str) -> bool {
    let is_near = |name: &str, known: &str| distance(name, known) <= (known.chars().count() / 3).max(1);
    let (words, known_words) = (name.split('-'), known.split('-'));
    if words.clone().count() != known_words.clone().count() {
        return is_near(name, known);
    }
    words.zip(known_words).all(|(name, known)| is_near(name, known))
}

fn slip(path: &str, what: &str, meant: &str) -> Problem {
    let path = format!("{TEMPLATES}/{path}");
    let what = format!("{what}, so it would not be read; did you mean `{meant}`?");
    Problem::at(Place::file(path.as_str()), what).help("rename it, or move what is no template elsewhere")
}

fn dangling(path: &str) -> Problem {
    let path = format!("{TEMPLATES}/{path}");
    Problem::at(Place::file(path.as_str()), "it is a link to nothing")
        .help("mend the link, or remove it: the built-in text is taken where there is no file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;

    #[test]
    fn slips_are_near_and_neighbours_are_not() {
        for (name, known) in [
            ("formual.rb", "formula.rb"),
            ("Formula.rb", "formula.rb"),
            ("formula.br", "formula.rb"),
            ("pkgbuild", "PKGBUILD"),
            ("PKGBULD-bin", "PKGBUILD-bin"),
            ("homebrw", "homebrew"),
            ("snaps", "snap"),
        ] {
            assert!(is_near(name, known), "{name}");
        }
        for (name, known) in [
            ("formula.rb~", "formula.rb"),
            ("formula.rb.orig", "formula.rb"),
            (".formula.rb", "formula.rb"),
            ("flake.lock", "flake.nix"),
            ("main.nix", "bin.nix"),
            ("installer.bat", "installer.ps1"),
            ("icon.png", "icon.svg"),
            ("PKGBUILD-git", "PKGBUILD-bin"),
            ("nsis", "nix"),
            ("app", "aur"),
            ("docker", "docker-hub"),
        ] {
            assert!(!is_near(name, known), "{name}");
        }
    }

    #[test]
    fn the_folder_is_read_and_slips_are_told_at_once() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let root = scratch.path();
        assert!(read(root).unwrap().is_empty());
        let put = |path: &str| files::write(&root.join(TEMPLATES).join(path), b"a\r\n").unwrap();
        for path in [
            "release.toml",
            "debian/rules",
            "homebrew/formula.rb",
            "nix/flake.lock",
            "snap/README.md",
        ] {
            put(path);
        }
        let found = read(root).unwrap();
        assert_eq!(
            found,
            BTreeMap::from([("homebrew/formula.rb".to_owned(), "a\n".to_owned())])
        );
        put("homebrew/formual.rb");
        put("homebrw/formula.rb");
        #[cfg(unix)]
        files::link_folder(
            &root.join("nowhere"),
            &root.join(TEMPLATES).join("homebrew/cask.rb"),
        )
        .unwrap();
        let error = read(root).unwrap_err().downcast::<Problems>().unwrap();
        let whats: Vec<&str> = error.0.iter().map(|it| it.what.as_str()).collect();
        let expected = [
            #[cfg(unix)]
            "packaging/homebrew/cask.rb: it is a link to nothing",
            "packaging/homebrew/formual.rb: no template has the name, so it would not be read; did you mean `formula.rb`?",
            "packaging/homebrw: no channel has the folder, so it would not be read; did you mean `homebrew`?",
        ];
        assert_eq!(whats, expected);
    }
}
