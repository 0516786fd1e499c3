//! The version in the form of each channel: SemVer 2.0.0 goes in, what the channel compares rightly comes out, or the
//! reason why it cannot take this one.

use semver::Version;

/// What the identifiers of a pre-release say, where they have the usual form: `rc.1`, `beta.2`, `alpha`.
struct Pre<'a> {
    word: &'a str,
    number: u64,
}

fn pre(version: &Version) -> Option<Pre<'_>> {
    let text = version.pre.as_str();
    let (word, number) = if let Some((word, number)) = text.split_once('.') {
        (word, number.parse().ok()?)
    } else {
        let at = text.find(|it: char| it.is_ascii_digit()).unwrap_or(text.len());
        let digits = &text[at..];
        (
            &text[..at],
            if digits.is_empty() {
                0
            } else {
                digits.parse().ok()?
            },
        )
    };
    (!word.is_empty()).then_some(Pre { word, number })
}

fn numbers(version: &Version) -> String {
    format!("{}.{}.{}", version.major, version.minor, version.patch)
}

/// The version as it is.
pub fn plain(version: &Version) -> Result<String, String> {
    Ok(version.to_string())
}

/// PEP 440 (packaging.python.org, version specifiers): `1.2.3-rc.1` is `1.2.3rc1`, `-dev.4` is `.dev4`.
pub fn pep440(version: &Version) -> Result<String, String> {
    if !version.build.is_empty() {
        return Err(format!(
            "`+{}` would become a local version, which the index rejects",
            version.build
        ));
    }
    if version.pre.is_empty() {
        return Ok(numbers(version));
    }
    let words = [
        ("alpha", "a"),
        ("a", "a"),
        ("beta", "b"),
        ("b", "b"),
        ("rc", "rc"),
        ("dev", ".dev"),
    ];
    let found = pre(version).and_then(|pre| {
        let word = words.iter().find(|(it, _)| *it == pre.word)?.1;
        Some(format!("{}{word}{}", numbers(version), pre.number))
    });
    found.ok_or_else(|| {
        format!(
            "PEP 440 has no pre-release `-{}`: it knows `-alpha.N`, `-beta.N`, `-rc.N` and `-dev.N`",
            version.pre
        )
    })
}

/// npm drops the build: two versions that differ in it alone are one.
pub fn npm(version: &Version) -> Result<String, String> {
    Ok(Version {
        build: semver::BuildMetadata::EMPTY,
        ..version.clone()
    }
    .to_string())
}

/// The npm dist-tag: `latest` for a release, else the first identifier of the pre-release where it is a word.
pub fn npm_tag(version: &Version) -> String {
    if version.pre.is_empty() {
        return "latest".to_owned();
    }
    let word = version.pre.split('.').next().unwrap_or_default();
    let is_word = word.starts_with(|it: char| it.is_ascii_alphabetic())
        && word.chars().all(|it| it.is_ascii_alphabetic() || it == '-')
        // A tag that reads as a range of versions is refused, and `v` or `x` does.
        && !matches!(word, "v" | "x" | "X" | "latest");
    if is_word {
        word.to_owned()
    } else {
        "next".to_owned()
    }
}

/// A tag of an image (distribution-spec 1.1): `+` is not in its alphabet.
pub fn oci(version: &Version) -> Result<String, String> {
    let tag = version.to_string().replace('+', "-");
    if tag.len() > 128 {
        return Err(format!("the tag `{tag}` has more than 128 characters"));
    }
    Ok(tag)
}

/// Every tag of an image: the exact one first, then those that move with releases.
pub fn oci_tags(version: &Version) -> Result<Vec<String>, String> {
    let mut tags = vec![oci(version)?];
    if version.pre.is_empty() && version.build.is_empty() {
        // `0` says nothing about compatibility, so it does not move.
        tags.push(format!("{}.{}", version.major, version.minor));
        if version.major > 0 {
            tags.push(version.major.to_string());
        }
        tags.push("latest".to_owned());
    }
    Ok(tags)
}

/// `pkgver` of a PKGBUILD. A hyphen is forbidden, and `vercmp` takes `1.0.0_rc1` and `1.0.0.rc1` for newer than `1.0.0`;
/// letters that follow the number at once are older. So `-rc.1` is attached: `1.0.0rc.1`.
pub fn pkgver(version: &Version) -> Result<String, String> {
    if !version.build.is_empty() {
        // `1.0.0+1` is newer than `1.0.0` for `vercmp`, and is for nobody else.
        return Err(format!("`vercmp` takes `+{}` for a newer version", version.build));
    }
    if version.pre.is_empty() {
        return Ok(numbers(version));
    }
    let pre = version.pre.as_str();
    if !pre.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return Err(format!(
            "`vercmp` would take `-{pre}` for newer than the release: let it begin with a letter"
        ));
    }
    Ok(format!("{}{}", numbers(version), pre.replace('-', ".")))
}

/// A version of a snap (snapd, `snap/validate.go`): at most 32 characters of a narrow alphabet.
pub fn snap(version: &Version) -> Result<String, String> {
    let text = version.to_string();
    if text.len() > 32 {
        return Err(format!(
            "`{text}` has {} characters, a snap's version at most 32",
            text.len()
        ));
    }
    if text.ends_with(['.', ':', '-']) {
        return Err(format!("a snap's version must not end like `{text}`"));
    }
    Ok(text)
}

/// The risk level of the store's channels that a version goes to.
pub fn snap_risk(version: &Version) -> &'static str {
    match version.pre.split('.').next().unwrap_or_default() {
        "" => "stable",
        it if it.starts_with("rc") => "candidate",
        it if it.starts_with("beta") => "beta",
        _ => "edge",
    }
}

/// NuGet as Chocolatey normalises it: `1.2.3-rc.1` is `1.2.3-rc01`, since versions with dots in the pre-release are seen
/// only by choco 2, and texts compare letter by letter.
pub fn nuget(version: &Version) -> Result<String, String> {
    if version.pre.is_empty() {
        return Ok(numbers(version));
    }
    let text = match pre(version) {
        Some(pre) if version.pre.contains(|it: char| it.is_ascii_digit()) => {
            if pre.number > 99 {
                return Err(format!("`-{}` would sort before `-{}.99`", version.pre, pre.word));
            }
            format!("{}{:02}", pre.word, pre.number)
        }
        _ => version.pre.replace('.', "-"),
    };
    if text.len() > 20 {
        return Err(format!("the pre-release `{text}` has more than 20 characters"));
    }
    if !text.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return Err(format!("the pre-release `{text}` must begin with a letter"));
    }
    Ok(format!("{}-{text}", numbers(version)))
}

/// A version of a Debian package, with the revision of its packaging: `~` sorts before everything, even before the end
/// (policy 5.6.12), so `1.2.3~rc.1-1` is older than `1.2.3-1`.
pub fn debian(version: &Version) -> String {
    format!("{}-1", with_tilde(version))
}

/// A version of an rpm, which has no hyphen; `~` sorts as it does for Debian since rpm 4.10.
pub fn rpm(version: &Version) -> String {
    with_tilde(version).replace('-', "_")
}

fn with_tilde(version: &Version) -> String {
    let mut text = numbers(version);
    if !version.pre.is_empty() {
        text = format!("{text}~{}", version.pre);
    }
    if !version.build.is_empty() {
        text = format!("{text}+{}", version.build);
    }
    text
}

/// WinGet forbids only what a path cannot hold; SemVer has none of that.
pub fn winget(version: &Version) -> Result<String, String> {
    let text = version.to_string();
    if text.len() > 128 {
        return Err(format!("`{text}` has more than 128 characters"));
    }
    Ok(text)
}

/// A repository of stable versions only.
pub fn stable(version: &Version) -> Result<String, String> {
    if version.pre.is_empty() {
        return Ok(version.to_string());
    }
    Err(format!(
        "`{version}` is a pre-release, and only stable versions go there"
    ))
}

/// The registry of Rust crates: at most 150 characters (crates_io_validation).
pub fn crates_io(version: &Version) -> Result<String, String> {
    let text = version.to_string();
    if text.len() > 150 {
        return Err(format!("`{text}` has more than 150 characters"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Form = fn(&Version) -> Result<String, String>;

    #[track_caller]
    fn check(form: Form, version: &str, expected: Result<&str, &str>) {
        let found = form(&Version::parse(version).unwrap());
        match expected {
            Ok(text) => assert_eq!(found.as_deref(), Ok(text), "{version}"),
            Err(part) => {
                let error = found.expect_err(version);
                assert!(error.contains(part), "{version}: {error}");
            }
        }
    }

    #[test]
    fn python() {
        check(pep440, "1.2.3", Ok("1.2.3"));
        check(pep440, "1.2.3-alpha.1", Ok("1.2.3a1"));
        check(pep440, "1.2.3-beta.2", Ok("1.2.3b2"));
        check(pep440, "1.2.3-rc.10", Ok("1.2.3rc10"));
        check(pep440, "1.2.3-rc1", Ok("1.2.3rc1"));
        check(pep440, "1.2.3-alpha", Ok("1.2.3a0"));
        check(pep440, "1.2.3-dev.4", Ok("1.2.3.dev4"));
        check(pep440, "1.2.3-nightly.4", Err("no pre-release `-nightly.4`"));
        check(pep440, "1.2.3-rc.1.2", Err("no pre-release"));
        check(pep440, "1.2.3+5", Err("local version"));
    }

    #[test]
    fn npm_and_its_tags() {
        check(npm, "1.2.3-rc.1+a", Ok("1.2.3-rc.1"));
        for (version, tag) in [
            ("1.2.3", "latest"),
            ("1.2.3-rc.1", "rc"),
            ("1.2.3-alpha", "alpha"),
            ("1.2.3-0", "next"),
            ("1.2.3-rc1", "next"),
            ("1.2.3-x.1", "next"),
            ("1.2.3-latest.1", "next"),
        ] {
            assert_eq!(npm_tag(&Version::parse(version).unwrap()), tag, "{version}");
        }
    }

    #[test]
    fn images() {
        let tags = |version| oci_tags(&Version::parse(version).unwrap()).unwrap();
        assert_eq!(tags("1.2.3"), ["1.2.3", "1.2", "1", "latest"]);
        assert_eq!(tags("0.2.3"), ["0.2.3", "0.2", "latest"]);
        assert_eq!(tags("1.2.3-rc.1"), ["1.2.3-rc.1"]);
        assert_eq!(tags("1.2.3+b.5"), ["1.2.3-b.5"]);
    }

    #[test]
    fn arch_linux_without_the_trap() {
        check(pkgver, "1.2.3", Ok("1.2.3"));
        check(pkgver, "1.2.3-rc.1", Ok("1.2.3rc.1"));
        check(pkgver, "1.2.3-alpha-x.1", Ok("1.2.3alpha.x.1"));
        check(pkgver, "1.2.3-1", Err("begin with a letter"));
        check(pkgver, "1.2.3+5", Err("newer"));
    }

    #[test]
    fn snaps() {
        check(snap, "1.2.3-rc.1+5", Ok("1.2.3-rc.1+5"));
        check(snap, "1.2.3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Err("at most 32"));
        let risk = |version| snap_risk(&Version::parse(version).unwrap());
        assert_eq!(
            ["1.2.3", "1.2.3-rc.1", "1.2.3-beta", "1.2.3-alpha.1", "1.2.3-0"].map(risk),
            ["stable", "candidate", "beta", "edge", "edge"]
        );
    }

    #[test]
    fn chocolatey() {
        check(nuget, "1.2.3", Ok("1.2.3"));
        check(nuget, "1.2.3+5", Ok("1.2.3"));
        check(nuget, "1.2.3-rc.1", Ok("1.2.3-rc01"));
        check(nuget, "1.2.3-rc.10", Ok("1.2.3-rc10"));
        check(nuget, "1.2.3-beta", Ok("1.2.3-beta"));
        check(nuget, "1.2.3-rc.100", Err("would sort before"));
        check(nuget, "1.2.3-1", Err("begin with a letter"));
    }

    #[test]
    fn packages_of_linux() {
        for (version, deb, package) in [
            ("1.2.3", "1.2.3-1", "1.2.3"),
            ("1.2.3-rc.1", "1.2.3~rc.1-1", "1.2.3~rc.1"),
            ("1.2.3-x-y.1+b-5", "1.2.3~x-y.1+b-5-1", "1.2.3~x_y.1+b_5"),
        ] {
            let version = Version::parse(version).unwrap();
            assert_eq!(
                (debian(&version), rpm(&version)),
                (deb.to_owned(), package.to_owned())
            );
        }
    }

    #[test]
    fn only_stable_ones() {
        check(stable, "1.2.3", Ok("1.2.3"));
        check(stable, "1.2.3-rc.1", Err("pre-release"));
    }
}
