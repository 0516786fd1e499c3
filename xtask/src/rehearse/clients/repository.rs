//! Repositories that users install from, cloned by git as they do: what is cited there is fetched and compared with `dist/`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::channel::{flathub, homebrew, scoop};
use crate::digest::{Algorithm, Checksum, Sha256};
use crate::edition::{Build, Edition};
use crate::effect::files::{self, Atomic};
use crate::effect::http::Request;
use crate::effect::process::Program;
use crate::rehearse::{Client, Scene, Tried};

/// Flatpak's manifest.
pub(super) const FLATHUB: Client = client("flathub", |scene| try_with(scene, flathub::repository, ""));

/// The tap.
pub(super) const HOMEBREW: Client = client("homebrew", |scene| {
    try_with(scene, homebrew::repository, "Formula")
});

/// The bucket.
pub(super) const SCOOP: Client = client("scoop", |scene| try_with(scene, scoop::repository, "bucket"));

const fn client(channel: &'static str, run: fn(&Scene<'_>) -> anyhow::Result<Tried>) -> Client {
    Client {
        name: "git",
        channel,
        programs: &["git"],
        install: "apt-get install git",
        run,
    }
}

/// What Homebrew's own loader would find, told by Ruby: a stand-in for its classes, in one file.
const LOADER: &str = include_str!("repository/loader.rb");

/// How long a download may take, in seconds.
const WAIT_S: f64 = 600.0;

/// The public address that files cite, whatever stands in for it.
const PUBLIC: &str = "https://github.com/";

fn try_with(
    scene: &Scene<'_>,
    repository: fn(&Edition) -> Option<String>,
    folder: &str,
) -> anyhow::Result<Tried> {
    let repository = repository(scene.stock.main()).context("the channel has no repository")?;
    let tree = clone(scene, &repository, None)?;
    let mut found: BTreeSet<(String, Sha256)> = BTreeSet::new();
    for path in listed(&tree.join(folder))? {
        let text = files::read_text(&path)?;
        found.extend(cited(&text));
    }
    ensure!(!found.is_empty(), "`{repository}` cites no download");
    for (url, digest) in &found {
        compare(scene, url, *digest)?;
    }
    let ruby = scene.outside.look(scene.channel).has_program("ruby");
    let evaluated = if folder == "Formula" && ruby {
        evaluate(scene, &tree.join(folder), &found)?
    } else {
        String::new()
    };
    let what = scene.channel.title;
    Ok(Tried::Compared(format!(
        "{} downloads that the clone cites hold the programs of `dist/`{evaluated}; {what} itself does not run here",
        found.len()
    )))
}

/// Clones a repository from the twin as anybody may: without a token, and without the settings of this machine.
pub(super) fn clone(
    scene: &Scene<'_>,
    repository: &str,
    tag: Option<&str>,
) -> anyhow::Result<std::path::PathBuf> {
    let web = web(scene);
    let tree = scene.dir.join("clone");
    let mut git = crate::git::program()
        .dir(scene.dir)
        .env("HOME", scene.dir)
        .env("XDG_CONFIG_HOME", scene.dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["-c", "advice.detachedHead=false", "clone", "--quiet", "--depth=1"]);
    if let Some(tag) = tag {
        git = git.args(["--branch", tag]);
    }
    git.arg(format!("{web}/{repository}.git")).arg(&tree).read()?;
    Ok(tree)
}

/// Where the twin serves what is public on GitHub.
pub(super) fn web(scene: &Scene<'_>) -> String {
    let look = scene.outside.look(scene.channel);
    look.endpoint("github-web").unwrap_or_default()
}

/// The files below a folder, git's own left out.
pub(super) fn listed(dir: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for path in files::list(dir)? {
        if path.is_dir() && path.file_name().is_some_and(|it| it != ".git") {
            found.extend(listed(&path)?);
        } else if path.is_file() {
            found.push(path);
        }
    }
    Ok(found)
}

/// The addresses of a text, each with the SHA-256 that follows it before the next address. Formulae, manifests of Scoop's
/// and of Flatpak's all have them in this order.
pub(super) fn cited(text: &str) -> Vec<(String, Sha256)> {
    let mut found = Vec::new();
    let mut url: Option<&str> = None;
    for word in text.split([' ', '\n', '\t', '"', '\'', ',']) {
        if word.starts_with("https://") || word.starts_with("http://") {
            url = Some(word);
        } else if let (Some(address), Ok(digest)) = (url, Sha256::parse(word)) {
            found.push((address.to_owned(), digest));
            url = None;
        }
    }
    found
}

/// Fetches what is cited, compares the digest with the one beside it, and the programs in it with those of `dist/`.
pub(super) fn compare(scene: &Scene<'_>, url: &str, digest: Sha256) -> anyhow::Result<()> {
    let url = match url.strip_prefix(PUBLIC) {
        Some(rest) => format!("{}/{rest}", web(scene)),
        None => url.to_owned(),
    };
    let name = url.rsplit('/').next().unwrap_or_default().replace("%2B", "+");
    let path = scene.dir.join("downloads").join(&name);
    let mut file = Atomic::create(&path)?;
    let request = Request::get(&url).wait_s(WAIT_S).redirects(5);
    let answer = scene.outside.http.fetch(&request, &mut file);
    let answer = answer.map_err(|trouble| anyhow::anyhow!("{trouble}"))?;
    ensure!(answer.is_success(), "`{url}` was answered with {}", answer.status);
    file.commit()?;
    let there = crate::digest::file(&path, Algorithm::Sha256)?;
    ensure!(
        there == Checksum::Sha256(digest),
        "`{url}` serves {there}, and is cited with {digest}"
    );
    let builds = scene.stock.editions.iter().flat_map(|it| it.builds().iter());
    let mut builds = builds.filter(|it| it.archive.name == name);
    match builds.next() {
        Some(build) => programs(&name, &path, build),
        None => Ok(()),
    }
}

fn programs(name: &str, path: &Path, build: &Build) -> anyhow::Result<()> {
    let packed = crate::pack::read::files(name, &files::read(path)?)?;
    for binary in build.binaries() {
        let built = build.archive.entries.iter().find(|it| it.path == binary.path);
        let built = built.context("an archive lists its programs")?;
        let there = packed.iter().find(|it| it.path == binary.path);
        let there = there.with_context(|| format!("`{name}` holds no `{}`", binary.path))?;
        let digest = crate::digest::digests_of_bytes(&there.bytes).sha256;
        ensure!(
            digest == built.sha256,
            "`{}` of `{name}` is {digest}, ours is {}",
            binary.path,
            built.sha256
        );
    }
    Ok(())
}

/// Lets Ruby evaluate each formula for each system and processor: what it names is among what was compared.
fn evaluate(scene: &Scene<'_>, dir: &Path, found: &BTreeSet<(String, Sha256)>) -> anyhow::Result<String> {
    let loader = scene.dir.join("loader.rb");
    files::write(&loader, LOADER.as_bytes())?;
    let mut count = 0;
    for path in listed(dir)? {
        let text = Program::new("ruby")
            .dir(scene.dir)
            .arg(&loader)
            .arg(&path)
            .read()
            .with_context(|| format!("Ruby cannot evaluate `{}`", path.display()))?;
        for line in text.lines() {
            let mut words = line.split(' ');
            let pair = words
                .next()
                .zip(words.next().and_then(|it| Sha256::parse(it).ok()));
            let (url, digest): (&str, Sha256) = pair.context("the loader prints an address and a digest")?;
            ensure!(
                found.contains(&(url.to_owned(), digest)),
                "Ruby found `{url}` with {digest}, which the text does not say"
            );
            count += 1;
        }
    }
    ensure!(count > 0, "Ruby found no download in any formula");
    Ok(format!(
        ", and Ruby finds {count} of them by system and processor"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_digest_that_follows() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let formula =
            format!("homepage \"https://x.example\"\nurl \"https://x.example/1\"\n  sha256 \"{a}\"\n");
        let json = format!(
            "{{\"url\": \"https://x.example/2\",\n \"hash\": \"{b}\",\n \"u\": \"https://x.example/$v\"}}"
        );
        let found: Vec<String> = [formula, json]
            .iter()
            .flat_map(|it| cited(it))
            .map(|(url, digest)| format!("{url} {digest}"))
            .collect();
        assert_eq!(
            found,
            [
                format!("https://x.example/1 {a}"),
                format!("https://x.example/2 {b}")
            ]
        );
    }
}
