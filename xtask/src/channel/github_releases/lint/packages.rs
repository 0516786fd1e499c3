//! Rules about .deb and .rpm.

use std::collections::BTreeMap;

use crate::channel::version;
use crate::digest::Sha256;
use crate::lint::{File, Flaw, Subject};
use crate::pack::deb;
use crate::pack::read::Packed;
use crate::pack::rpm::{self, Value, tag};
use crate::render::language::is_deceptive;

fn each_deb(subject: &Subject, check: impl Fn(&deb::Opened) -> Vec<String>) -> Vec<Flaw> {
    let of = |file: &File| deb::read(&file.bytes).map_or_else(|_| Vec::new(), |it| said(file, check(&it)));
    subject.ending(".deb").flat_map(of).collect()
}

fn each_rpm(subject: &Subject, check: impl Fn(&rpm::Opened) -> Vec<String>) -> Vec<Flaw> {
    let of = |file: &File| rpm::read(&file.bytes).map_or_else(|_| Vec::new(), |it| said(file, check(&it)));
    subject.ending(".rpm").flat_map(of).collect()
}

fn said(file: &File, all: Vec<String>) -> Vec<Flaw> {
    all.into_iter().map(|it| Flaw::file(file, it)).collect()
}

pub(super) fn deb_form(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".deb") {
        match deb::read(&file.bytes) {
            Err(error) => flaws.push(Flaw::file(file, format!("it is no .deb: {error:#}"))),
            Ok(opened) => {
                let starts =
                    |at: usize, with: &str| opened.parts.get(at).is_some_and(|it| it.starts_with(with));
                if !starts(0, "debian-binary") || !starts(1, "control.tar") || !starts(2, "data.tar") {
                    flaws.push(Flaw::file(
                        file,
                        format!("its parts are {}", opened.parts.join(", ")),
                    ));
                }
                if !opened.version.starts_with("2.") {
                    flaws.push(Flaw::file(file, format!("its form is `{}`", opened.version)));
                }
            }
        }
    }
    flaws
}

/// Policy 5.6.7: lower case, digits and `+-.`, at least two, the first no sign.
fn is_debian_name(name: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    name.len() >= 2
        && name.starts_with(is_letter)
        && name.chars().all(|it| is_letter(it) || "+-.".contains(it))
}

/// Policy 5.6.12, with an epoch.
fn is_debian_version(text: &str) -> bool {
    let rest = text.split_once(':').map_or(text, |(epoch, rest)| {
        if epoch.bytes().all(|it| it.is_ascii_digit()) {
            rest
        } else {
            ""
        }
    });
    rest.starts_with(|it: char| it.is_ascii_digit())
        && rest
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || ".+-~".contains(it))
}

pub(super) fn deb_control(subject: &Subject) -> Vec<Flaw> {
    each_deb(subject, |deb| {
        let mut found: Vec<String> = ["Package", "Version", "Architecture", "Maintainer", "Description"]
            .into_iter()
            .filter(|it| deb.field(it).is_none_or(str::is_empty))
            .map(|it| format!("there is no `{it}`"))
            .collect();
        let mut check = |field: &str, is_fine: &dyn Fn(&str) -> bool| {
            if let Some(value) = deb.field(field).filter(|it| !it.is_empty() && !is_fine(it)) {
                found.push(format!("`{}` is no value of {field}", value.escape_debug()));
            }
        };
        check("Package", &is_debian_name);
        check("Version", &is_debian_version);
        check("Architecture", &|it| {
            it.bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
        });
        check("Maintainer", &|it| {
            let address = it.strip_suffix('>').and_then(|it| it.split_once(" <"));
            address.is_some_and(|(name, it)| !name.is_empty() && it.contains('@') && !it.contains([' ', '<']))
        });
        check("Homepage", &|it| {
            it.starts_with("https://") || it.starts_with("http://")
        });
        check("Installed-Size", &|it| it.bytes().all(|it| it.is_ascii_digit()));
        for (at, line) in deb.control.trim_end().lines().enumerate() {
            let is_field = line
                .split_once(':')
                .is_some_and(|it| !it.0.is_empty() && it.0.bytes().all(|it| it.is_ascii_graphic()));
            if line.trim().is_empty() || !(line.starts_with([' ', '\t']) || is_field) {
                found.push(format!("line {} of `control` is no field", at + 1));
            }
        }
        found
    })
}

pub(super) fn deb_description(subject: &Subject) -> Vec<Flaw> {
    each_deb(subject, |deb| {
        let mut found = Vec::new();
        let summary = deb.field("Description").unwrap_or_default();
        let length = summary.chars().count();
        if length > 80 {
            found.push(format!("the summary has {length} characters"));
        }
        if summary.ends_with('.') {
            found.push("the summary ends with a full stop".to_owned());
        }
        let lower = summary.to_lowercase();
        if ["a ", "an ", "the "].iter().any(|it| lower.starts_with(it)) {
            found.push("the summary begins with an article".to_owned());
        }
        if deb.further("Description").next().is_none() {
            found.push("nothing follows the summary".to_owned());
        }
        found
    })
}

pub(super) fn deb_files(subject: &Subject) -> Vec<Flaw> {
    each_deb(subject, |deb| {
        let docs = format!("usr/share/doc/{}/", deb.field("Package").unwrap_or_default());
        let has = |name: &str| deb.files.iter().any(|it| it.path == format!("{docs}{name}"));
        let mut found = misplaced(&deb.files);
        if !has("copyright") {
            found.push(format!("there is no `{docs}copyright`"));
        }
        if !has("changelog.Debian.gz") && !has("changelog.gz") {
            found.push(format!("there is no changelog in `{docs}`"));
        }
        found
    })
}

/// Files that a package of a distribution does not bring, and programs that cannot be run.
fn misplaced(files: &[Packed]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let is_out = file.path.starts_with('/') || file.path.split('/').any(|it| it == "..");
        let is_local = ["usr/local/", "home/", "tmp/", "root/"]
            .iter()
            .any(|it| file.path.starts_with(it));
        if is_out || is_local {
            found.push(format!(
                "`{}` does not belong to a package",
                file.path.escape_debug()
            ));
        }
        if file.path.starts_with("usr/bin/") && file.mode & 0o111 != 0o111 {
            found.push(format!("`{}` cannot be run by all", file.path));
        }
        if file.mode & 0o022 != 0 {
            found.push(format!("`{}` can be written by others", file.path));
        }
    }
    found
}

pub(super) fn rpm_form(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.ending(".rpm") {
        let opened = match rpm::read(&file.bytes) {
            Ok(opened) => opened,
            Err(error) => {
                flaws.push(Flaw::file(file, format!("it is no .rpm: {error:#}")));
                continue;
            }
        };
        let mut say = |what: &str| flaws.push(Flaw::file(file, what));
        match opened.signature.get(&tag::SIG_SHA256) {
            Some(Value::Text(sum)) if *sum != opened.header_sha256.to_string() => {
                say("the SHA-256 of the header is another");
            }
            None => say("it has no SHA-256 of the header"),
            _ => {}
        }
        match opened.texts(tag::PAYLOAD_DIGEST) {
            [sum] if *sum == opened.payload_sha256.to_string() => {}
            [] => say("it has no SHA-256 of the payload"),
            _ => say("the SHA-256 of the payload is another"),
        }
        if !opened.tags.contains_key(&tag::IMMUTABLE) {
            say("the header has no region");
        }
    }
    flaws
}

pub(super) fn rpm_tags(subject: &Subject) -> Vec<Flaw> {
    const NEEDED: &[(u32, &str)] = &[
        (tag::NAME, "Name"),
        (tag::VERSION, "Version"),
        (tag::RELEASE, "Release"),
        (tag::SUMMARY, "Summary"),
        (tag::DESCRIPTION, "Description"),
        (tag::LICENSE, "License"),
        (tag::OS, "Os"),
        (tag::ARCH, "Arch"),
        (tag::SOURCE_RPM, "Sourcerpm"),
        (tag::PAYLOAD_FORMAT, "Payloadformat"),
    ];
    each_rpm(subject, |rpm| {
        let mut found: Vec<String> = NEEDED
            .iter()
            .filter(|(tag, _)| rpm.text(*tag).is_none_or(str::is_empty))
            .map(|(_, name)| format!("there is no `{name}`"))
            .collect();
        let is_plain = |it: &str, more: &str| {
            it.chars()
                .all(|it| it.is_ascii_alphanumeric() || more.contains(it))
        };
        if let Some(name) = rpm.text(tag::NAME).filter(|it| !is_plain(it, "-._+")) {
            found.push(format!("`{}` is no name of a package", name.escape_debug()));
        }
        for number in [tag::VERSION, tag::RELEASE] {
            if let Some(text) = rpm.text(number).filter(|it| !is_plain(it, "._+~^")) {
                found.push(format!("`{}` is no version of rpm's form", text.escape_debug()));
            }
        }
        if rpm.text(tag::SUMMARY).is_some_and(|it| it.contains('\n')) {
            found.push("the summary has more than one line".to_owned());
        }
        let names = rpm.texts(tag::BASE_NAMES).len();
        let digests = rpm.texts(tag::FILE_DIGESTS);
        if digests.len() != names {
            found.push(format!("it lists {names} files and {} digests", digests.len()));
        }
        for file in &rpm.files {
            if !digests.contains(&Sha256::of(&file.bytes).to_string()) {
                found.push(format!("no digest is that of `{}`", file.path.escape_debug()));
            }
        }
        found.extend(misplaced(&rpm.files));
        found
    })
}

/// Words that begin a pre-release; behind `~` they sort before the release.
fn hides_a_release(upstream: &str) -> bool {
    const WORDS: &[&str] = &["alpha", "beta", "rc", "pre", "dev"];
    let lower = upstream.to_lowercase();
    WORDS.iter().any(|word| {
        lower
            .find(word)
            .is_some_and(|at| !lower[..at].contains(['~', '+']))
    })
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    let expected = subject
        .edition
        .as_ref()
        .map(|it| (version::debian(it.version()), version::rpm(it.version())));
    let judge = |found: Option<&str>, expected: Option<&str>| {
        let found = found.unwrap_or_default();
        match expected {
            Some(expected) if found != expected => {
                vec![format!("its version is `{found}`, not `{expected}`")]
            }
            None if hides_a_release(found) => {
                vec![format!(
                    "`{found}` is newer than the release that it comes before"
                )]
            }
            _ => Vec::new(),
        }
    };
    let mut flaws = each_deb(subject, |it| {
        judge(it.field("Version"), expected.as_ref().map(|it| it.0.as_str()))
    });
    flaws.extend(each_rpm(subject, |it| {
        judge(it.text(tag::VERSION), expected.as_ref().map(|it| it.1.as_str()))
    }));
    flaws
}

pub(super) fn programs(subject: &Subject) -> Vec<Flaw> {
    let built: Option<BTreeMap<Sha256, &str>> = subject.edition.as_ref().map(|edition| {
        let entries = edition.release.artifacts.iter().flat_map(|it| &it.entries);
        entries.map(|it| (it.sha256, it.path.as_str())).collect()
    });
    let judge = |files: &[Packed]| {
        let programs: Vec<&Packed> = files
            .iter()
            .filter(|it| it.path.starts_with("usr/bin/"))
            .collect();
        // Others pack libraries, too, and programs of the system.
        let can_run = |it: &Packed| it.mode & 0o111 == 0o111 || it.path.starts_with("usr/lib/");
        if programs.is_empty() && (built.is_some() || !files.iter().any(can_run)) {
            return vec!["it holds no program".to_owned()];
        }
        let Some(built) = &built else {
            return Vec::new();
        };
        let strange = programs
            .into_iter()
            .filter(|it| !built.contains_key(&Sha256::of(&it.bytes)));
        strange
            .map(|it| format!("`{}` is no program that was built", it.path))
            .collect()
    };
    let mut flaws = each_deb(subject, |it| judge(&it.files));
    flaws.extend(each_rpm(subject, |it| judge(&it.files)));
    flaws
}

pub(super) fn texts(subject: &Subject) -> Vec<Flaw> {
    let judge = |texts: &[&str]| {
        let odd = texts
            .iter()
            .flat_map(|it| it.chars())
            .find(|it| is_deceptive(*it));
        let said = odd.map(|it| {
            format!(
                "the invisible character `{}` stands in a text",
                it.escape_unicode()
            )
        });
        Vec::from_iter(said)
    };
    let mut flaws = each_deb(subject, |it| judge(&[&it.control]));
    flaws.extend(each_rpm(subject, |it| {
        let texts = [tag::SUMMARY, tag::DESCRIPTION, tag::VENDOR, tag::PACKAGER];
        judge(&texts.map(|tag| it.text(tag).unwrap_or_default()))
    }));
    flaws
}
