//! Single values: lengths, patterns and lists of the schemas.

use std::collections::BTreeSet;

use super::super::identifier;
use super::{at, installers, scalars, text};
use crate::lint::{File, Flaw};
use crate::render::yaml::Yaml;

/// The least and the most characters of a text, by its key.
const LENGTHS: &[(&str, usize, usize)] = &[
    ("Agreement", 1, 10_000),
    ("AgreementLabel", 1, 100),
    ("Author", 2, 256),
    ("Channel", 1, 16),
    ("Commands", 1, 40),
    ("Copyright", 3, 512),
    ("Description", 3, 10_000),
    ("DocumentLabel", 1, 100),
    ("ExternalDependencies", 1, 128),
    ("FileExtensions", 1, 64),
    ("InstallationNotes", 1, 10_000),
    ("License", 3, 512),
    ("Moniker", 1, 40),
    ("PackageName", 2, 256),
    ("PortableCommandAlias", 1, 40),
    ("ProductCode", 1, 255),
    ("Publisher", 2, 256),
    ("RelativeFilePath", 1, 512),
    ("ReleaseNotes", 1, 10_000),
    ("ShortDescription", 3, 256),
    ("Tags", 1, 40),
];

/// The values that a key may have.
const VALUES: &[(&str, &[&str])] = &[
    ("Architecture", &["x86", "x64", "arm", "arm64", "neutral"]),
    (
        "ElevationRequirement",
        &["elevationRequired", "elevationProhibited", "elevatesSelf"],
    ),
    ("InstallModes", &["interactive", "silent", "silentWithProgress"]),
    (
        "InstallerType",
        &[
            "msix", "msi", "appx", "exe", "zip", "inno", "nullsoft", "wix", "burn", "pwa", "portable", "font",
        ],
    ),
    (
        "ManifestType",
        &["version", "installer", "defaultLocale", "locale", "singleton"],
    ),
    (
        "NestedInstallerType",
        &[
            "msix", "msi", "appx", "exe", "inno", "nullsoft", "wix", "burn", "portable", "font",
        ],
    ),
    ("Platform", &["Windows.Desktop", "Windows.Universal"]),
    ("RepairBehavior", &["modify", "uninstaller", "installer"]),
    ("UnsupportedArguments", &["log", "location"]),
    ("UpgradeBehavior", &["install", "uninstallPrevious", "deny"]),
];

fn each(file: &File, yaml: &Yaml, check: impl Fn(&str, &str) -> Option<String>) -> Vec<Flaw> {
    let wrong = |(key, value)| Some(at(file, key, value, check(key, value)?));
    scalars(yaml).into_iter().filter_map(wrong).collect()
}

pub(super) fn lengths(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let (_, least, most) = LENGTHS.iter().find(|it| it.0 == key)?;
        let count = value.chars().count();
        (!(*least..=*most).contains(&count))
            .then(|| format!("`{key}` has {count} characters, and must have {least} to {most}"))
    })
}

pub(super) fn values(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = each(file, yaml, |key, value| {
        let (_, known) = VALUES.iter().find(|it| it.0 == key)?;
        (!known.contains(&value))
            .then(|| format!("`{key}` is `{value}`, and must be one of {}", known.join(", ")))
    });
    // The word means something else in the settings of a sign-in.
    let roots = std::iter::once(yaml).chain(installers(yaml));
    for scope in roots.map(|it| text(it, "Scope")) {
        if !["", "user", "machine"].contains(&scope) {
            flaws.push(at(
                file,
                "Scope",
                scope,
                format!("`Scope` is `{scope}`, and must be one of user, machine"),
            ));
        }
    }
    flaws
}

pub(super) fn identifier(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let what = identifier::flaw(value).filter(|_| key == "PackageIdentifier")?;
        Some(format!("the identifier `{value}` {what}"))
    })
}

pub(super) fn version(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let is_version = key == "PackageVersion" || key == "MinimumVersion";
        let what = identifier::version_flaw(value).filter(|_| is_version)?;
        Some(format!("the version `{value}` {what}"))
    })
}

pub(super) fn bare_version(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let rest = value
            .strip_prefix(['v', 'V'])
            .filter(|_| key == "PackageVersion")?;
        rest.starts_with(|it: char| it.is_ascii_digit())
            .then(|| format!("`{value}` has a `v` in front"))
    })
}

fn is_url(key: &str) -> bool {
    key.ends_with("Url")
}

pub(super) fn urls(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let lower = value.to_ascii_lowercase();
        let rest = lower
            .strip_prefix("https://")
            .or_else(|| lower.strip_prefix("http://"));
        let is_fine = rest.is_some_and(|it| !it.is_empty())
            && value.chars().count() <= 2048
            && !value.contains(|it: char| it.is_whitespace() || it.is_control());
        (is_url(key) && !is_fine).then(|| format!("`{value}` is no URL"))
    })
}

pub(super) fn secure(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let is_open = value.to_ascii_lowercase().starts_with("http://");
        (is_url(key) && is_open).then(|| format!("`{value}` does not begin with `https://`"))
    })
}

pub(super) fn hashes(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let is_fine = value.len() == 64 && value.bytes().all(|it| it.is_ascii_hexdigit());
        (key.ends_with("Sha256") && !is_fine).then(|| format!("`{value}` is no SHA-256"))
    })
}

pub(super) fn hash_case(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        let is_lower = value.contains(|it: char| it.is_ascii_lowercase());
        (key.ends_with("Sha256") && is_lower).then(|| format!("`{value}` is not upper case"))
    })
}

pub(super) fn date(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    each(file, yaml, |key, value| {
        (key == "ReleaseDate" && !is_day(value)).then(|| format!("`{value}` is no day"))
    })
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, length: usize| -> Option<u32> {
        let part = parts.get(at)?;
        let is_digits = part.len() == length && part.bytes().all(|it| it.is_ascii_digit());
        part.parse().ok().filter(|_| is_digits)
    };
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(1, 2), number(2, 2)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    parts.len() == 3 && (1..=12).contains(&month) && (1..=days).contains(&day)
}

pub(super) fn locales(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    const KEYS: &[&str] = &["PackageLocale", "DefaultLocale", "InstallerLocale"];
    each(file, yaml, |key, value| {
        (KEYS.contains(&key) && !is_locale(value)).then(|| format!("`{value}` is no language tag"))
    })
}

/// The schema's pattern.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_word = |it: &str| it.bytes().all(|it| it.is_ascii_alphabetic()) && !it.is_empty();
    let rest: Vec<&str> = parts.collect();
    let is_language = matches!(first.len(), 2 | 3) || (first.eq_ignore_ascii_case("x") && !rest.is_empty());
    text.len() <= 20 && is_word(first) && is_language && rest.iter().all(|it| is_word(it) && it.len() <= 8)
}

pub(super) fn tags(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for key in ["Tags", "Commands"] {
        let items = yaml.get(key).map(Yaml::items).unwrap_or_default();
        if items.len() > 16 {
            let what = format!("`{key}` has {} entries, and WinGet takes 16", items.len());
            flaws.push(Flaw::at(file, &format!("{key}:"), what));
        }
        let mut seen = BTreeSet::new();
        for item in items.iter().filter_map(Yaml::as_str) {
            if !seen.insert(item) {
                flaws.push(Flaw::at(
                    file,
                    &format!("- {item}"),
                    format!("`{item}` is there twice"),
                ));
            }
        }
    }
    flaws
}

pub(super) fn manifest_version(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let found = text(yaml, "ManifestVersion");
    let numbers: Option<Vec<u32>> = found.split('.').map(|it| it.parse().ok()).collect();
    let what = match numbers {
        Some(numbers) if numbers.len() == 3 && numbers > vec![1, 6, 0] => return Vec::new(),
        Some(numbers) if numbers.len() == 3 => format!("the schema `{found}` is deprecated"),
        _ => format!("`{found}` is no version of a schema"),
    };
    vec![at(file, "ManifestVersion", found, what)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_locales() {
        for day in ["2026-01-02", "2024-02-29", "2000-02-29"] {
            assert!(is_day(day), "{day}");
        }
        for day in [
            "2026-1-2",
            "2026-02-29",
            "2026-13-01",
            "1900-02-29",
            "2026-01-02T",
            "2026-01-02-03",
            "",
            "+026-01-02",
        ] {
            assert!(!is_day(day), "{day}");
        }
        for locale in ["en-US", "de", "zh-Hans-CN", "x-own"] {
            assert!(is_locale(locale), "{locale}");
        }
        for locale in ["", "e", "english", "en_US", "en-", "x", "en-US-abcdefghi"] {
            assert!(!is_locale(locale), "{locale}");
        }
    }
}
