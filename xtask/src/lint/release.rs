//! What rules ask of the release that files were rendered from.

use crate::artifact::{Artifact, Binary};
use crate::digest::Sha256;
use crate::edition::Edition;

/// The artifact that a URL names: the one that is downloaded from just there.
pub fn artifact_of<'a>(edition: &'a Edition, url: &str) -> Option<&'a Artifact> {
    // An anchor tells a client how to name the file, and is not asked of the server.
    let url = url.split('#').next().unwrap_or(url);
    let mut artifacts = edition.release.artifacts.iter();
    artifacts.find(|it| url.ends_with(&escaped(&it.name)) && edition.url(&it.name).as_deref() == Some(url))
}

/// A file name as it stands in a URL.
fn escaped(name: &str) -> String {
    name.replace('+', "%2B")
}

/// What is wrong with a pair of URL and SHA-256, either case: the release has no such file, or another digest for it.
pub fn wrong_pair(edition: &Edition, url: &str, sha256: &str) -> Option<String> {
    let Some(artifact) = artifact_of(edition, url) else {
        return Some(format!("the release has no file at `{url}`"));
    };
    let expected = artifact.digests.sha256.to_string();
    (!expected.eq_ignore_ascii_case(sha256)).then(|| {
        format!(
            "the SHA-256 of `{}` is `{expected}`, not `{sha256}`",
            artifact.name
        )
    })
}

/// Whether an archive holds a file of this path, with its top folder and `/`.
pub fn holds(artifact: &Artifact, path: &str) -> bool {
    artifact.entries.iter().any(|it| it.path == path)
}

/// Whether a program of this digest was built, for this machine (`x86_64`, `aarch64` …) where one is said.
pub fn is_program(edition: &Edition, sum: Sha256, machine: Option<&str>) -> bool {
    edition.release.artifacts.iter().any(|artifact| {
        let is_it = |path: &str| {
            artifact
                .entries
                .iter()
                .any(|it| it.path == path && it.sha256 == sum)
        };
        let is_for =
            |it: &Binary| machine.is_none_or(|machine| it.facts.machines.iter().any(|it| it == machine));
        artifact.binaries.iter().any(|it| is_it(&it.path) && is_for(it))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;

    #[test]
    fn a_url_and_its_digest_belong_together() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let edition = Sample::default().write(scratch.path()).unwrap();
        let build = &edition.builds()[0];
        let url = edition.url(&build.archive.name).unwrap();
        let sum = build.archive.digests.sha256.to_string();
        assert_eq!(wrong_pair(&edition, &url, &sum), None);
        assert_eq!(wrong_pair(&edition, &url, &sum.to_uppercase()), None);
        assert_eq!(wrong_pair(&edition, &format!("{url}#/demo.tar.gz"), &sum), None);
        let other = edition.builds()[1].archive.digests.sha256.to_string();
        assert!(wrong_pair(&edition, &url, &other).unwrap().contains(&other));
        let elsewhere = url.replace("owner", "other");
        assert!(
            wrong_pair(&edition, &elsewhere, &sum)
                .unwrap()
                .contains("no file")
        );
        assert!(holds(&build.archive, &build.binaries()[0].path));
        assert!(!holds(&build.archive, "demo"));
    }
}
