//! The two packages that are rendered for the AUR.

use std::collections::BTreeSet;

use crate::channel::aur::pkgbuild::Pkgbuild;
use crate::channel::aur::recipe::{self, Download, Recipe, Words};
use crate::channel::aur::{CHANNEL, MACHINES, builds, is_on, licence, name, srcinfo};
use crate::channel::shipped::{self, Role, Shipped};
use crate::channel::version;
use crate::edition::{Build, Edition};
use crate::render::Output;
use crate::render::language::Language;
use crate::render::template::Value;
use crate::target::{Abi, TARGETS};

/// The package of a library, by the start of the library's name.
const LIBRARIES: &[(&str, &str)] = &[
    ("ld-linux", "glibc"),
    ("libasound.so", "alsa-lib"),
    ("libc.so", "glibc"),
    ("libcrypto.so", "openssl"),
    ("libdbus-1.so", "dbus"),
    ("libdl.so", "glibc"),
    ("libgcc_s.so", "gcc-libs"),
    ("libm.so", "glibc"),
    ("libpthread.so", "glibc"),
    ("librt.so", "glibc"),
    ("libsqlite3.so", "sqlite"),
    ("libssl.so", "openssl"),
    ("libstdc++.so", "gcc-libs"),
    ("libsystemd.so", "systemd-libs"),
    ("libudev.so", "systemd-libs"),
    ("libutil.so", "glibc"),
    ("libz.so", "zlib"),
];

/// Who keeps the packages, as `Name <address>`.
pub(super) fn maintainers(edition: &Edition) -> Vec<String> {
    if let Some(list) = edition.settings(&CHANNEL).list("maintainers") {
        // A line feed would end the comment that they stand in.
        return list
            .iter()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
    }
    let person = &edition.listing.maintainer;
    match &person.email {
        Some(email) => vec![format!("{} <{email}>", person.name)],
        None => vec![person.name.clone()],
    }
}

/// The licence that Arch asks for: its text is short, and it demands nothing.
const LICENSE: &str = include_str!("LICENSE");

/// What is the same for both packages.
pub(super) struct Job<'a> {
    edition: &'a Edition,
    name: String,
    pkgver: String,
    real: String,
}

impl<'a> Job<'a> {
    /// What is the same for both packages of an edition.
    pub(super) fn of(edition: &'a Edition) -> anyhow::Result<Job<'a>> {
        let version = edition.version();
        Ok(Job {
            edition,
            name: name(edition),
            pkgver: version::pkgver(version).map_err(anyhow::Error::msg)?,
            real: version.to_string(),
        })
    }

    /// The package that compiles the source.
    pub(super) fn compiled(&self, output: &mut Output) -> anyhow::Result<()> {
        let (edition, name) = (self.edition, self.name.as_str());
        let settings = edition.settings(&CHANNEL);
        let download = edition
            .source()
            .and_then(|it| Download::of(edition, it, name, &self.pkgver, None));
        let Some(download) = download else {
            output.gap(
                "no archive of the source",
                "no package that is built from source",
                "leave `source = false` out of `[dist]`, then `cargo xtask dist`",
            );
            return Ok(());
        };
        let mut recipe = Recipe::common(edition, name, &self.pkgver);
        // rustc knows them all, whatever was built here.
        recipe.set("arch", MACHINES.iter().map(|it| it.0));
        // What rustc makes on Arch is linked with these two; the rest follows from what was built here.
        let mut depends = BTreeSet::from(["gcc-libs".to_owned(), "glibc".to_owned()]);
        for (_, build) in builds(edition) {
            depends.extend(Self::libraries(build, output));
        }
        recipe.depends(&[("", self.with_own(depends))]);
        let more = settings.list("makedepends").unwrap_or_default();
        recipe.set("makedepends", ["cargo"].into_iter().chain(more));
        recipe.set("options", ["!lto"]);
        recipe.download(&download);

        let words = Words::of(&self.pkgver, &self.real);
        let folder = format!("\"$srcdir/{}\"", words.inner(&download.top));
        let flags = settings.list("build-flags").unwrap_or_default();
        let flags: Vec<String> = flags
            .iter()
            .map(|it| format!(" {}", Language::Shell.literal(it)))
            .collect();
        let mut values = recipe.values(&maintainers(self.edition), &self.real)?;
        values.insert("folder", Value::code(folder));
        values.insert("package", Value::word(&edition.listing.package)?);
        values.insert("flags", Value::code(flags.concat()));
        values.insert("install", Value::code(self.installs_from_source(output)));
        let text = edition.fill(&CHANNEL, "PKGBUILD", &values)?;
        self.put(output, name, "PKGBUILD", text, &recipe);
        Ok(())
    }

    /// The package of what was built already.
    pub(super) fn prebuilt(&self, output: &mut Output) -> anyhow::Result<()> {
        let edition = self.edition;
        let name = format!("{}-bin", self.name);
        for (machine, triples) in MACHINES {
            let is_usual = triples
                .iter()
                .any(|it| TARGETS.iter().any(|row| row.triple == *it && row.is_default));
            if is_usual && edition.first_of(triples).is_none() {
                output.gap(
                    format!("no build for Linux on {machine}"),
                    format!("`{name}` cannot be installed there"),
                    format!("cargo xtask dist --target {}", triples[0]),
                );
            }
        }
        let builds = builds(edition);
        let Some((_, first)) = builds.first() else {
            return Ok(());
        };
        let mut recipe = Recipe::common(edition, &name, &self.pkgver);
        recipe.set("arch", builds.iter().map(|it| it.0));
        let depends: Vec<(&'static str, Vec<String>)> = builds
            .iter()
            .map(|(machine, build)| (*machine, self.with_own(Self::libraries(build, output))))
            .collect();
        recipe.depends(&depends);
        recipe.set("provides", [self.name.as_str()]);
        recipe.set("conflicts", [self.name.as_str()]);
        recipe.set("options", ["!strip"]);
        let words = Words::of(&self.pkgver, &self.real);
        let mut folders = Vec::new();
        for (machine, build) in &builds {
            let download = Download::of(edition, &build.archive, &name, &self.pkgver, Some(machine));
            let download = download.expect("the address was asked for at the start");
            recipe.download(&download);
            folders.push(format!("_folder_{machine}={}", words.quoted(&download.top)));
        }
        let mut values = recipe.values(&maintainers(self.edition), &self.real)?;
        values.insert("provides", Value::list([self.name.as_str()]));
        values.insert("folders", Value::code(folders.join("\n")));
        values.insert("install", Value::code(self.installs_prebuilt(first, output)));
        let text = edition.fill(&CHANNEL, "PKGBUILD-bin", &values)?;
        self.put(output, &name, "PKGBUILD-bin", text, &recipe);
        Ok(())
    }

    /// Writes the files of a package base.
    fn put(&self, output: &mut Output, name: &str, template: &str, text: String, recipe: &Recipe) {
        let is_own = self
            .edition
            .templates
            .contains_key(&format!("{}/{template}", CHANNEL.name));
        let mut srcinfo = recipe.srcinfo();
        // Whoever edits the template may set other variables than those that are known here.
        if is_own {
            let read = Pkgbuild::read(&text);
            if let Some((line, why)) = read.unread.first() {
                output.gap(
                    format!("line {line} of the `PKGBUILD` of `{name}` cannot be read here: {why}"),
                    "its `.SRCINFO` is that of the built-in template".to_owned(),
                    "run `makepkg --printsrcinfo > .SRCINFO` beside it, or write that line without bash's own means",
                );
            } else {
                let names = read.values("pkgname");
                let base = read.value("pkgbase").or(names.first().map(String::as_str));
                srcinfo = srcinfo::write(base.unwrap_or(name), names, |key| read.values(key));
            }
        }
        output.text(format!("{name}/PKGBUILD"), text);
        output.text(format!("{name}/.SRCINFO"), srcinfo);
        if is_on(self.edition, "recipe-license") {
            let holder = maintainers(self.edition).join(", ");
            output.text(format!("{name}/LICENSE"), LICENSE.replace("{{holder}}", &holder));
        }
    }

    fn with_own(&self, mut packages: BTreeSet<String>) -> Vec<String> {
        let own = self
            .edition
            .settings(&CHANNEL)
            .list("depends")
            .unwrap_or_default();
        packages.extend(own.into_iter().map(str::to_owned));
        packages.into_iter().collect()
    }

    /// The packages of the libraries that a build is linked with.
    fn libraries(build: &Build, output: &mut Output) -> BTreeSet<String> {
        let mut packages = BTreeSet::new();
        if build.target.abi == Abi::Musl {
            return packages;
        }
        for library in build.binaries().iter().flat_map(|it| &it.facts.libraries) {
            match LIBRARIES.iter().find(|(start, _)| library.starts_with(start)) {
                Some((_, package)) => {
                    packages.insert((*package).to_owned());
                }
                None => output.gap(
                    format!("no package known that holds `{library}`"),
                    "it is missing in `depends`",
                    "name the package in `depends` under `[channel.aur]`",
                ),
            }
        }
        packages
    }

    /// The lines that install what an archive holds.
    fn installs_prebuilt(&self, build: &Build, output: &mut Output) -> String {
        let mut lines: Vec<String> = build
            .binaries()
            .iter()
            .map(|it| {
                let file = build.file_name(it);
                format!(
                    "install -Dm755 {} -t \"$pkgdir/usr/bin\"",
                    Language::Shell.literal(&file)
                )
            })
            .collect();
        let files = shipped::of(build);
        lines.extend(
            files
                .iter()
                .filter_map(|it| self.installs(it, &Language::Shell.literal(&it.path))),
        );
        self.look_for_licence(&files, output);
        lines.join("\n")
    }

    /// The lines that install what cargo has built, and what of the archive's other files the source has or makes.
    fn installs_from_source(&self, output: &mut Output) -> String {
        let Some(build) = self.edition.builds().first() else {
            // The names of the programs are known from what was built.
            output.gap(
                "no build of this package",
                "the programs of the package that is built from source are not known",
                "cargo xtask dist",
            );
            return ":".to_owned();
        };
        let mut lines: Vec<String> = build
            .binaries()
            .iter()
            .map(|it| {
                let file = format!("target/release/{}", it.name);
                format!(
                    "install -Dm755 {} -t \"$pkgdir/usr/bin\"",
                    Language::Shell.literal(&file)
                )
            })
            .collect();
        let files = shipped::of(build);
        for file in &files {
            let from = match file.in_source(self.edition) {
                Some(path) => Language::Shell.literal(&path),
                // `dist` has taken it from the folder of a build script, whose name has a digest in it.
                None if file.role != Role::Licence => format!(
                    "\"$(find target/release/build -path {} -print -quit)\"",
                    Language::Shell.literal(&format!("*/out/{}", file.path))
                ),
                None => continue,
            };
            lines.extend(self.installs(file, &from));
        }
        self.look_for_licence(&files, output);
        lines.join("\n")
    }

    /// The line that installs a file; `None` for the text of a licence that comes with Arch.
    fn installs(&self, file: &Shipped, from: &str) -> Option<String> {
        if let Some(place) = file.place() {
            let place = recipe::in_double_quotes(&place);
            return Some(format!("install -Dm644 {from} \"$pkgdir/usr/{place}\""));
        }
        let license = self.edition.listing.license.as_deref();
        license
            .is_none_or(licence::needs_text)
            .then(|| format!("install -Dm644 {from} -t \"$pkgdir/usr/share/licenses/$pkgname\""))
    }

    fn look_for_licence(&self, files: &[Shipped], output: &mut Output) {
        let license = self.edition.listing.license.as_deref();
        if license.is_some_and(licence::needs_text) && !files.iter().any(|it| it.role == Role::Licence) {
            output.gap(
                "no text of the licence in the archives",
                "the packages lack it, though it is not among those that Arch installs",
                "put a file `LICENSE` beside `Cargo.toml`, then `cargo xtask dist`",
            );
        }
    }
}
