//! The flags of the compilers: what a release wants, and what keeps the build machine out of the binary.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context;
use cargo_metadata::cargo_platform::{Cfg, Platform};

use crate::build::{Batch, Builder, PROFILE};
use crate::config::Dist;
use crate::effect::{environment, files};
use crate::target::{Abi, Os, Target};
use crate::workspace::{Workspace, clean_program};

/// What a release wants where neither the workspace's `[profile.dist]` nor the settings say otherwise.
/// The panic strategy stays cargo's own, `unwind`: `abort` would change what a program does.
const PROFILE_DEFAULTS: &[(&str, &str)] = &[
    ("inherits", "\"release\""),
    ("lto", "\"fat\""),
    ("codegen-units", "1"),
    ("strip", "\"symbols\""),
];

/// Cargo's words for the features that the settings choose.
pub fn features(dist: &Dist) -> Vec<String> {
    let mut words = Vec::new();
    if dist.all_features {
        words.push("--all-features".to_owned());
    }
    if dist.no_default_features {
        words.push("--no-default-features".to_owned());
    }
    if !dist.features.is_empty() {
        words.extend(["--features".to_owned(), dist.features.join(",")]);
    }
    words
}

/// Cargo's words that complete the profile: the settings win over the workspace's own, those over the defaults.
pub fn profile(workspace: &Workspace, dist: &Dist) -> anyhow::Result<Vec<String>> {
    let own = own_profile(workspace)?;
    let is_stated = |key: &str| own.contains_key(key) || dist.profile.contains_key(key);
    let defaults = PROFILE_DEFAULTS.iter().filter(|(key, _)| !is_stated(key));
    let mut keys: Vec<(&str, String)> = defaults.map(|(key, value)| (*key, (*value).into())).collect();
    for (key, value) in &dist.profile {
        // What a profile's key may hold is written the same in JSON as in TOML.
        keys.push((key, serde_json::to_string(value)?));
    }
    let words = keys
        .iter()
        .flat_map(|(key, value)| ["--config".to_owned(), format!("profile.{PROFILE}.{key}={value}")]);
    Ok(words.collect())
}

/// Whether the profile strips the names of functions: unless the settings or the workspace say otherwise, it does.
pub fn strips_symbols(workspace: &Workspace, dist: &Dist) -> anyhow::Result<bool> {
    let own = own_profile(workspace)?;
    let stated = dist.profile.get("strip").or_else(|| own.get("strip"));
    Ok(stated.is_none_or(|it| it.as_bool() == Some(true) || it.as_str() == Some("symbols")))
}

/// `[profile.dist]` of the workspace: of `.cargo/config.toml`, which wins in cargo, and of the manifest.
fn own_profile(workspace: &Workspace) -> anyhow::Result<toml::Table> {
    let manifest: toml::Table = toml::from_str(&files::read_text(&workspace.root.join("Cargo.toml"))?)
        .context("cannot read the profiles of `Cargo.toml`")?;
    let mut own = toml::Table::new();
    for table in [manifest, cargo_config(workspace)?] {
        let profile = table.get("profile").and_then(|it| it.get(PROFILE));
        own.extend(
            profile
                .and_then(toml::Value::as_table)
                .cloned()
                .unwrap_or_default(),
        );
    }
    Ok(own)
}

/// The variables that hold flags for rustc, the C compiler and the linker.
pub fn variables(
    batch: &Batch<'_>,
    target: &Target,
    builder: Builder,
) -> anyhow::Result<Vec<(OsString, OsString)>> {
    let remapped = remapped(batch)?;
    let mut rust: Vec<String> = Vec::new();
    for (from, to) in &remapped {
        rust.push(format!("--remap-path-prefix={}={to}", from.display()));
    }
    match (target.os, builder) {
        // zig hashes debug entries with their paths into LC_UUID before rustc strips them.
        (Os::Macos, Builder::Zigbuild) => rust.extend(["-C".into(), "link-arg=-s".into()]),
        // Some distributions' gcc puts in a build id that is hashed before the binary is stripped.
        (Os::Linux, Builder::Cargo) => rust.extend(["-C".into(), "link-arg=-Wl,--build-id=none".into()]),
        _ => {}
    }
    if target.abi == Abi::Msvc {
        rust.extend(["-C".into(), "target-feature=+crt-static".into()]);
        // Without it link.exe writes the time into the header.
        rust.extend(["-C".into(), "link-arg=/Brepro".into()]);
    }
    rust.extend(workspace_flags(batch, target)?);
    rust.extend(batch.config.dist.rustflags.iter().cloned());

    // cc-rs splits its flags at spaces unless it is told that they are quoted.
    let c: Vec<String> = remapped
        .iter()
        .map(|(from, to)| quoted(&format!("-ffile-prefix-map={}={to}", from.display())))
        .collect();
    let mut variables: Vec<(OsString, OsString)> = vec![
        // Separated by the unit separator, so that a path may hold a space.
        ("CARGO_ENCODED_RUSTFLAGS".into(), rust.join("\x1f").into()),
    ];
    if target.abi != Abi::Msvc {
        let c = c.join(" ");
        variables.push(("CC_SHELL_ESCAPED_FLAGS".into(), "1".into()));
        variables.push(("CFLAGS".into(), c.clone().into()));
        variables.push(("CXXFLAGS".into(), c.into()));
    }
    if target.os == Os::Macos {
        let floor = batch.config.dist.macos_deployment_target.to_string();
        variables.push(("MACOSX_DEPLOYMENT_TARGET".into(), floor.into()));
    }
    Ok(variables)
}

/// The folders of this machine and what stands for them in the binary, the shortest first: the last match wins.
pub fn remapped(batch: &Batch<'_>) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let toolchain = batch.toolchain;
    let mut pairs: Vec<(PathBuf, String)> = vec![
        (batch.workspace.root.clone(), "/src".into()),
        (batch.workspace.target_dir.clone(), "/target".into()),
        (toolchain.sysroot.clone(), "/rust".into()),
        // With the component rust-src installed, std's own paths point into it.
        (
            toolchain.sysroot.join("lib/rustlib/src/rust"),
            format!("/rustc/{}", toolchain.commit),
        ),
    ];
    for it in &batch.source.neighbours {
        if !it.folder.starts_with(&batch.workspace.root) {
            pairs.push((it.folder.clone(), format!("/beside/{}", it.package.name)));
        }
    }
    if let Some(home) = environment::cargo_home() {
        for registry in files::list(&home.join("registry/src"))? {
            // The folder's name holds a hash of the registry's address, which a mirror changes.
            pairs.push((registry, "/registry".into()));
        }
        pairs.push((home, "/cargo".into()));
    }
    let tools = crate::tools::folder(batch.workspace);
    pairs.push((tools, "/tools".into()));
    let mut all = BTreeSet::new();
    for (from, to) in pairs {
        let real = from.canonicalize().unwrap_or_else(|_| from.clone());
        all.insert((from, to.clone()));
        all.insert((real, to));
    }
    let mut all: Vec<(PathBuf, String)> = all.into_iter().collect();
    all.sort_by_key(|(from, _)| from.as_os_str().len());
    Ok(all)
}

/// Folders of this machine that must not stand in a binary.
pub fn machine_folders(batch: &Batch<'_>) -> anyhow::Result<Vec<PathBuf>> {
    let homes = [environment::home(), environment::rustup_home()]
        .into_iter()
        .flatten();
    let mut folders: Vec<PathBuf> = remapped(batch)?
        .into_iter()
        .map(|(from, _)| from)
        .chain(homes)
        .collect();
    folders.sort();
    folders.dedup();
    Ok(folders)
}

/// The `rustflags` of the workspace's own `.cargo/config.toml`, which our variable would hide. Those of folders
/// above and of the user's home do not take part: they are not in the commit.
fn workspace_flags(batch: &Batch<'_>, target: &Target) -> anyhow::Result<Vec<String>> {
    let config = cargo_config(batch.workspace)?;
    let mut flags = Vec::new();
    let mut cfgs: Option<Vec<Cfg>> = None;
    for (key, table) in config
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten()
    {
        let Some(own) = table.get("rustflags") else {
            continue;
        };
        let platform: Platform = key
            .parse()
            .with_context(|| format!("cannot read `[target.{key}]`"))?;
        if matches!(platform, Platform::Cfg(_)) && cfgs.is_none() {
            cfgs = Some(target_cfgs(batch.workspace, target)?);
        }
        if platform.matches(target.triple, cfgs.as_deref().unwrap_or_default()) {
            flags.extend(words(own));
        }
    }
    // Cargo's rule: those of `[build]` count only where no `[target]` has any.
    if flags.is_empty()
        && let Some(own) = config.get("build").and_then(|it| it.get("rustflags"))
    {
        flags.extend(words(own));
    }
    Ok(flags)
}

/// The workspace's own settings of cargo, under the older name too, which cargo prefers where both are.
fn cargo_config(workspace: &Workspace) -> anyhow::Result<toml::Table> {
    for name in [".cargo/config", ".cargo/config.toml"] {
        if let Some(text) = files::read_text_if_present(&workspace.root.join(name))? {
            return toml::from_str(&text).with_context(|| format!("cannot read `{name}`"));
        }
    }
    Ok(toml::Table::new())
}

fn words(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        toml::Value::Array(words) => words
            .iter()
            .filter_map(|it| it.as_str())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn target_cfgs(workspace: &Workspace, target: &Target) -> anyhow::Result<Vec<Cfg>> {
    let text = clean_program("rustc", &workspace.root)
        .args(["--print", "cfg", "--target", target.triple])
        .read()?;
    text.lines()
        .map(|it| {
            it.parse()
                .with_context(|| format!("cannot read rustc's cfg `{it}`"))
        })
        .collect()
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_=./:,@+%".contains(it);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
