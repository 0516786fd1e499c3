//! The crates of a lock file, and where cargo downloads them from.

use std::collections::BTreeMap;
use std::path::Path;

use crate::effect::files;

/// A package of `Cargo.lock`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from; `None` for what lies in the workspace.
    pub source: Option<String>,
    /// The SHA-256 of what the registry serves.
    pub checksum: Option<String>,
}

/// The packages of a lock file. Cargo writes the file itself, one key a line, so it is read line by line: twenty times
/// faster than a reader of TOML in a debug build, and every text of every channel waits for it.
pub fn locked(lock: &str) -> Vec<Locked> {
    let mut found: Vec<Locked> = Vec::new();
    let mut is_package = false;
    for line in lock.lines() {
        if line.starts_with('[') {
            is_package = line == "[[package]]";
            found.extend(is_package.then(Locked::default));
        }
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        let value = value.trim_matches('"').to_owned();
        let Some(package) = found.last_mut().filter(|_| is_package) else {
            continue;
        };
        match key {
            "name" => package.name = value,
            "version" => package.version = value,
            "source" => package.source = Some(value),
            "checksum" => package.checksum = Some(value),
            _ => {}
        }
    }
    found
}

/// Where the crates of each registry are downloaded from: cargo's template by the registry as the lock file names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registries(BTreeMap<String, String>);

impl Registries {
    /// Registries with their templates.
    pub fn new<S: Into<String>, T: Into<String>>(pairs: impl IntoIterator<Item = (S, T)>) -> Registries {
        let pairs = pairs.into_iter();
        Registries(pairs.map(|(source, dl)| (source.into(), dl.into())).collect())
    }

    /// What cargo keeps of the registries that a lock file names: the folder that holds one of a registry's crates has
    /// its twin in the index, with the registry's own `config.json`. A registry that is not there is left out.
    pub fn load(cargo_home: &Path, lock: &str) -> Registries {
        let cache = cargo_home.join("registry/cache");
        let dirs = files::list(&cache).unwrap_or_default();
        let mut found = BTreeMap::new();
        for package in locked(lock) {
            let Some(source) = package.source.filter(|it| !it.starts_with("git+")) else {
                continue;
            };
            if found.contains_key(&source) {
                continue;
            }
            let file = format!("{}-{}.crate", package.name, package.version);
            let of = |dir: &Path| {
                let index = cargo_home.join("registry/index").join(dir.file_name()?);
                let config = files::read_text(&index.join("config.json")).ok()?;
                let config: serde_json::Value = serde_json::from_str(&config).ok()?;
                Some(config["dl"].as_str()?.to_owned())
            };
            let mut holding = dirs.iter().filter(|it| it.join(&file).is_file());
            if let Some(dl) = holding.find_map(|it| of(it)) {
                found.insert(source, dl);
            }
        }
        Registries(found)
    }

    /// The link to a crate; `None` where its registry is unknown. A template without markers gets the usual ending
    /// (The Cargo Book, registry index, index configuration).
    pub fn url(&self, package: &Locked) -> Option<String> {
        Some(link(self.0.get(package.source.as_deref()?)?, package))
    }
}

/// The link to a crate that a template of cargo's gives.
pub fn link(template: &str, package: &Locked) -> String {
    let Locked { name, version, .. } = package;
    let prefix = prefix(name);
    let checksum = package.checksum.as_deref().unwrap_or_default();
    let values = [
        ("{crate}", name.as_str()),
        ("{version}", version.as_str()),
        ("{prefix}", prefix.as_str()),
        ("{lowerprefix}", &prefix.to_lowercase()),
        ("{sha256-checksum}", checksum),
    ];
    if !values.iter().any(|(marker, _)| template.contains(marker)) {
        return format!("{}/{name}/{version}/download", template.trim_end_matches('/'));
    }
    values.iter().fold(template.to_owned(), |url, (marker, value)| {
        url.replace(marker, value)
    })
}

/// The folder of a crate in an index: `1`, `2`, `3/a`, `ab/cd`.
fn prefix(name: &str) -> String {
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    match name.len() {
        length @ 1..=2 => length.to_string(),
        3 => format!("3/{}", part(0, 1)),
        _ => format!("{}/{}", part(0, 2), part(2, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::environment;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n \"Inflector\",\n]\n\n\
        [[package]]\nname = \"Inflector\"\nversion = \"0.11.4\"\nsource = \"registry+https://registry.example/index\"\n\
        checksum = \"abc\"\n";

    #[test]
    fn packages_of_a_lock_file() {
        let found = locked(LOCK);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].source, None);
        assert_eq!(found[1].name, "Inflector");
        assert_eq!(found[1].checksum.as_deref(), Some("abc"));
    }

    #[test]
    fn templates() {
        let package = &locked(LOCK)[1];
        let check = |template: &str, expected: &str| assert_eq!(link(template, package), expected);
        check(
            "https://r.example/x/",
            "https://r.example/x/Inflector/0.11.4/download",
        );
        check(
            "https://r.example/{crate}/{crate}-{version}.crate",
            "https://r.example/Inflector/Inflector-0.11.4.crate",
        );
        check(
            "https://r.example/{prefix}/{lowerprefix}/{sha256-checksum}",
            "https://r.example/In/fl/in/fl/abc",
        );
        assert_eq!(["a", "ab", "abc", "abcd"].map(prefix), ["1", "2", "3/a", "ab/cd"]);
    }

    #[test]
    fn what_cargo_keeps_of_a_registry_is_found_by_one_of_its_crates() {
        let scratch = files::Scratch::new(&environment::temp_dir()).unwrap();
        let home = scratch.path();
        let none = Registries::load(home, LOCK);
        assert_eq!(none, Registries::default());
        files::write(&home.join("registry/cache/other-1/x-1.0.0.crate"), b"x").unwrap();
        files::write(
            &home.join("registry/cache/registry.example-2/Inflector-0.11.4.crate"),
            b"x",
        )
        .unwrap();
        for (dir, dl) in [
            ("other-1", "https://other.example"),
            ("registry.example-2", "https://dl.example/v1"),
        ] {
            let config = format!("{{\"dl\": \"{dl}\", \"api\": null}}");
            files::write(
                &home.join("registry/index").join(dir).join("config.json"),
                config.as_bytes(),
            )
            .unwrap();
        }
        let found = Registries::load(home, LOCK);
        assert_eq!(
            found.url(&locked(LOCK)[1]).as_deref(),
            Some("https://dl.example/v1/Inflector/0.11.4/download")
        );
    }
}
