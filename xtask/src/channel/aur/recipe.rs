//! The variables of a PKGBUILD as data, from which both the PKGBUILD and its `.SRCINFO` are written.

use std::collections::BTreeMap;

use crate::artifact::Artifact;
use crate::channel::aur::srcinfo;
use crate::edition::Edition;
use crate::render::language::Language;
use crate::render::template::{Value, Values, Word};

/// The variables by name, each with its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Recipe(BTreeMap<String, Vec<String>>);

/// What a package is downloaded from: a file of the release under a name that carries the version.
pub(super) struct Download {
    /// For one machine alone.
    pub(super) machine: Option<&'static str>,
    /// Where it lies.
    pub(super) url: String,
    /// What it is called beside the PKGBUILD.
    pub(super) name: String,
    /// The SHA-256.
    pub(super) sha256: String,
    /// Its top folder.
    pub(super) top: String,
}

impl Download {
    /// The download of an artifact; `None` where nobody says where the assets lie.
    pub(super) fn of(
        edition: &Edition,
        artifact: &Artifact,
        base: &str,
        pkgver: &str,
        machine: Option<&'static str>,
    ) -> Option<Download> {
        let ending = crate::config::ArchiveForm::of_name(&artifact.name).map_or("", |it| it.suffix());
        let middle = machine.map(|it| format!("-{it}")).unwrap_or_default();
        let first = artifact.entries.first().map_or("", |it| it.path.as_str());
        Some(Download {
            machine,
            url: edition.url(&artifact.name)?,
            // makepkg keeps all downloads in one folder, where another version must not be taken for this one.
            name: format!("{base}-{pkgver}{middle}{ending}"),
            sha256: artifact.digests.sha256.to_string(),
            top: first.split('/').next().unwrap_or_default().to_owned(),
        })
    }
}

impl Recipe {
    /// Sets a variable; an empty one is left out.
    pub(super) fn set<T: Into<String>>(
        &mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = T>,
    ) {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.0.insert(name.into(), values);
        }
    }

    /// The values of a variable.
    pub(super) fn get(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// What every package says: version, texts, licences, and what the settings add.
    pub(super) fn common(edition: &Edition, name: &str, pkgver: &str) -> Recipe {
        let listing = edition.listing_for(&super::CHANNEL);
        let settings = edition.settings(&super::CHANNEL);
        let mut recipe = Recipe::default();
        recipe.set("pkgname", [name]);
        recipe.set("pkgver", [pkgver]);
        recipe.set("pkgrel", [settings.text("pkgrel").unwrap_or("1")]);
        recipe.set("epoch", settings.text("epoch"));
        recipe.set("pkgdesc", Some(listing.summary).filter(|it| !it.is_empty()));
        recipe.set("url", listing.homepage.or(listing.repository.map(|it| it.url)));
        // One expression: several values would say that all of them hold (Arch's RFC 16).
        recipe.set("license", listing.license);
        recipe.set("optdepends", settings.list("optdepends").unwrap_or_default());
        recipe
    }

    /// Adds what is downloaded, with its checksum.
    pub(super) fn download(&mut self, download: &Download) {
        let suffix = download.machine.map(|it| format!("_{it}")).unwrap_or_default();
        self.set(
            format!("source{suffix}"),
            [format!("{}::{}", download.name, download.url)],
        );
        self.set(format!("sha256sums{suffix}"), [download.sha256.as_str()]);
    }

    /// Sets what is needed, for all machines at once where they need the same.
    pub(super) fn depends(&mut self, machines: &[(&'static str, Vec<String>)]) {
        let Some((_, first)) = machines.first() else {
            return;
        };
        if machines.iter().all(|(_, it)| it == first) {
            self.set("depends", first.clone());
            return;
        }
        for (machine, packages) in machines {
            self.set(format!("depends_{machine}"), packages.clone());
        }
    }

    /// The text of `.SRCINFO`.
    pub(super) fn srcinfo(&self) -> String {
        let names = self.get("pkgname");
        srcinfo::write(&names[0], names, |key| self.get(key))
    }

    /// The values of a template. `real` is the version as the release has it.
    pub(super) fn values(&self, maintainers: &[String], real: &str) -> anyhow::Result<Values> {
        let one = |key: &str| self.get(key).first().map_or("", String::as_str);
        let words = Words::of(one("pkgver"), real);
        let lines = |keys: &[&str]| -> String {
            let of = |key: &&str| {
                let mut lines = vec![words.array(key, self.get(key))];
                for machine in self.get("arch") {
                    let key = format!("{key}_{machine}");
                    lines.push(words.array(&key, self.get(&key)));
                }
                lines.concat()
            };
            keys.iter().map(of).collect()
        };
        let mut sources = lines(&["source"]);
        sources.push_str(&lines(&["sha256sums"]));
        let scalar = |key: &str, value: &str| match value {
            "" => String::new(),
            it => format!("{key}={}\n", Language::Shell.literal(it)),
        };
        let maintainers = maintainers.iter().map(|it| format!("# Maintainer: {it}\n"));
        Ok(Values::from([
            ("maintainers", Value::code(maintainers.collect::<String>())),
            ("name", Value::word(one("pkgname"))?),
            ("version", Value::word(one("pkgver"))?),
            ("real-version", Value::code(words.assignment()?)),
            ("release", Value::word(one("pkgrel"))?),
            ("epoch", Value::code(scalar("epoch", one("epoch")))),
            ("summary", Value::text(one("pkgdesc"))),
            ("homepage", Value::text(one("url"))),
            ("licenses", Value::list(self.get("license").to_vec())),
            ("machines", Value::list(self.get("arch").to_vec())),
            (
                "dependencies",
                Value::code(lines(&["depends", "makedepends", "optdepends"])),
            ),
            ("sources", Value::code(sources)),
        ]))
    }
}

/// Writes words in which the version stands as a variable, so that the next version needs one change.
pub(super) struct Words<'a> {
    pkgver: &'a str,
    real: &'a str,
}

impl<'a> Words<'a> {
    /// For a version in pacman's form and as the release has it.
    pub(super) fn of(pkgver: &'a str, real: &'a str) -> Words<'a> {
        Words { pkgver, real }
    }

    /// The variable of the release's version, where pacman's differs.
    fn assignment(&self) -> anyhow::Result<String> {
        if self.pkgver == self.real {
            return Ok(String::new());
        }
        Word::parse(self.real)?;
        Ok(format!("_pkgver={}\n", self.real))
    }

    /// A text in double quotes, in which nothing but the version is expanded.
    pub(super) fn quoted(&self, text: &str) -> String {
        format!("\"{}\"", self.inner(text))
    }

    /// The same without the quotes.
    pub(super) fn inner(&self, text: &str) -> String {
        if self.pkgver == self.real {
            return parted(text, self.pkgver, "${pkgver}", &in_double_quotes);
        }
        // The release's version is the longer one, with a hyphen that pacman's cannot have.
        parted(text, self.real, "${_pkgver}", &|rest| {
            parted(rest, self.pkgver, "${pkgver}", &in_double_quotes)
        })
    }

    fn array(&self, key: &str, values: &[String]) -> String {
        if values.is_empty() {
            return String::new();
        }
        let has_version = |it: &&String| it.contains(self.pkgver) || it.contains(self.real);
        let word = |it: &String| {
            if key.starts_with("source") && has_version(&it) {
                self.quoted(it)
            } else {
                Language::Shell.literal(it)
            }
        };
        let words: Vec<String> = values.iter().map(word).collect();
        format!("{key}=({})\n", words.join(" "))
    }
}

/// The text with a part replaced, and everything between put through `rest`.
fn parted(text: &str, part: &str, by: &str, rest: &dyn Fn(&str) -> String) -> String {
    let pieces: Vec<String> = text.split(part).map(rest).collect();
    pieces.join(by)
}

/// What double quotes do not take as it is gets a backslash.
pub(super) fn in_double_quotes(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if matches!(letter, '"' | '$' | '`' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::aur::pkgbuild::Pkgbuild;

    #[test]
    fn versions_become_variables_and_nothing_else_is_expanded() {
        let check = |pkgver, real, text: &str, expected: &str| {
            let found = Words::of(pkgver, real).quoted(text);
            assert_eq!(found, expected);
            let read = Pkgbuild::read(&format!("pkgver={pkgver}\n_pkgver={real}\na={found}\n"));
            assert_eq!(read.value("a"), Some(text));
            assert_eq!(read.unread, []);
        };
        check(
            "1.2.3",
            "1.2.3",
            "v1.2.3/a-1.2.3.x",
            "\"v${pkgver}/a-${pkgver}.x\"",
        );
        check(
            "1.0.0rc.1",
            "1.0.0-rc.1",
            "a-1.0.0rc.1::v1.0.0-rc.1",
            "\"a-${pkgver}::v${_pkgver}\"",
        );
        check("1.2.3", "1.2.3", "`$(x)\"\\${y}", "\"\\`\\$(x)\\\"\\\\\\${y}\"");
    }
}
