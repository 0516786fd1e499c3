//! Workspaces of every shape, and the programs that judge them.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::WalkDir;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;

use crate::support::{Run, clean, put, run};

/// A workspace at version 0.1.0, and what some of its files say at 0.2.0.
pub(crate) struct Shape {
    /// What is special about it.
    pub(crate) name: &'static str,
    before: &'static [(&'static str, &'static str)],
    /// Files after the version was set to 0.2.0.
    pub(crate) after: &'static [(&'static str, &'static str)],
}

impl Shape {
    /// The shape of this name.
    pub(crate) fn named(name: &str) -> &'static Shape {
        shapes()
            .iter()
            .find(|it| it.name == name)
            .expect("a shape of the list")
    }

    /// Writes the files.
    pub(crate) fn write(&self, dir: &Path) {
        for (name, text) in self.before {
            put(dir, name, text);
            if name.ends_with("Cargo.toml") && text.contains("package") && text.contains("name =") {
                put(dir, Path::new(name).with_file_name("src").join("lib.rs"), "");
            }
        }
    }
}

/// All shapes.
pub(crate) fn shapes() -> &'static [Shape] {
    &[
        Shape {
            name: "single package",
            before: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.1.0\" # here\nedition = \"2021\"\n",
                ),
                (
                    "README.md",
                    "app = \"0.1\"\n\n    cargo install app --version 0.1.0\n\nother@0.1.0\n",
                ),
            ],
            after: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.2.0\" # here\nedition = \"2021\"\n",
                ),
                (
                    "README.md",
                    "app = \"0.2\"\n\n    cargo install app --version 0.2.0\n\nother@0.1.0\n",
                ),
            ],
        },
        Shape {
            name: "inherited",
            before: &[
                (
                    "Cargo.toml",
                    "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"core\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\
                     edition = \"2021\"\n\n[workspace.dependencies]\ncore = { version = \"=0.1.0\", path = \"core\" }\n",
                ),
                (
                    "app/Cargo.toml",
                    "[package]\nname = \"app\"\nversion.workspace = true\nedition.workspace = true\n\n[dependencies]\n\
                     core.workspace = true\n",
                ),
                (
                    "core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion.workspace = true\nedition.workspace = true\n",
                ),
            ],
            after: &[(
                "Cargo.toml",
                "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"core\"]\n\n[workspace.package]\nversion = \"0.2.0\"\n\
                 edition = \"2021\"\n\n[workspace.dependencies]\ncore = { version = \"=0.2.0\", path = \"core\" }\n",
            )],
        },
        Shape {
            name: "each its own",
            before: &[
                (
                    "Cargo.toml",
                    "[workspace]\nresolver = \"2\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n",
                ),
                (
                    "app/Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
                     [dependencies]\ncore = { path = \"../core\", version = \"^0.1\" }\n\n\
                     [dev-dependencies.testing]\nversion = '~0.1.0'\npath = '../testing'\n\n\
                     [target.'cfg(unix)'.build-dependencies]\ncore.path = \"../core\"\ncore.version = \"0.1.0\"\n",
                ),
                (
                    "core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = '0.1.0'\nedition = \"2021\"\n",
                ),
                (
                    "testing/Cargo.toml",
                    "[package]\nname = \"testing\"\nversion = \"\"\"0.1.0\"\"\"\nedition = \"2021\"\n",
                ),
            ],
            after: &[
                (
                    "app/Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.2.0\"\nedition = \"2021\"\n\n\
                     [dependencies]\ncore = { path = \"../core\", version = \"^0.2\" }\n\n\
                     [dev-dependencies.testing]\nversion = '~0.2.0'\npath = '../testing'\n\n\
                     [target.'cfg(unix)'.build-dependencies]\ncore.path = \"../core\"\ncore.version = \"0.2.0\"\n",
                ),
                (
                    "core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = '0.2.0'\nedition = \"2021\"\n",
                ),
                (
                    "testing/Cargo.toml",
                    "[package]\nname = \"testing\"\nversion = \"\"\"0.2.0\"\"\"\nedition = \"2021\"\n",
                ),
            ],
        },
        Shape {
            name: "inherited, own and renamed",
            before: &[
                (
                    "Cargo.toml",
                    "workspace.members = [\"lib\", \"macros\"]\nworkspace.package.version = \"0.1.0\"\n\n[package]\n\
                     name = \"app\"\nedition = \"2021\"\nversion = { workspace = true }\n\n[dependencies]\n\
                     engine = { package = \"app-lib\", version = \"0.1.0\", path = \"lib\", default-features = false }\n\n\
                     [dependencies.version]\npackage = \"app-macros\"\npath = \"./lib/../macros\"\nversion = \"0.1\"\n",
                ),
                (
                    "lib/Cargo.toml",
                    "package.name = \"app-lib\"\npackage.version = \"0.1.0\"\npackage.edition = \"2021\"\n",
                ),
                (
                    "macros/Cargo.toml",
                    "package = { name = \"app-macros\", version = \"0.1.0\", edition = \"2021\" }",
                ),
            ],
            after: &[
                (
                    "Cargo.toml",
                    "workspace.members = [\"lib\", \"macros\"]\nworkspace.package.version = \"0.2.0\"\n\n[package]\n\
                     name = \"app\"\nedition = \"2021\"\nversion = { workspace = true }\n\n[dependencies]\n\
                     engine = { package = \"app-lib\", version = \"0.2.0\", path = \"lib\", default-features = false }\n\n\
                     [dependencies.version]\npackage = \"app-macros\"\npath = \"./lib/../macros\"\nversion = \"0.2\"\n",
                ),
                (
                    "lib/Cargo.toml",
                    "package.name = \"app-lib\"\npackage.version = \"0.2.0\"\npackage.edition = \"2021\"\n",
                ),
                (
                    "macros/Cargo.toml",
                    "package = { name = \"app-macros\", version = \"0.2.0\", edition = \"2021\" }",
                ),
            ],
        },
        Shape {
            name: "private member",
            before: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\nmembers = [\"tools\"]\n\n\
                     [build-dependencies]\ntools = { version = \"^7\", path = \"tools\" }\n",
                ),
                (
                    "tools/Cargo.toml",
                    "[package]\nname = \"tools\"\nversion = \"7.0.0\"\nedition = \"2021\"\npublish = false\n",
                ),
            ],
            after: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.2.0\"\nedition = \"2021\"\n\n[workspace]\nmembers = [\"tools\"]\n\n\
                     [build-dependencies]\ntools = { version = \"^7\", path = \"tools\" }\n",
                ),
                (
                    "tools/Cargo.toml",
                    "[package]\nname = \"tools\"\nversion = \"7.0.0\"\nedition = \"2021\"\npublish = false\n",
                ),
            ],
        },
        Shape {
            name: "another package of the same name outside",
            before: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\nmembers = [\"core\"]\n\
                     exclude = [\"outside\"]\n\n[dependencies]\ncore = { version = \"0.1.0\", path = \"core\" }\n\
                     old = { version = \"0.1.5\", path = \"outside/core\", package = \"core\" }\n",
                ),
                (
                    "core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
                ),
                (
                    "outside/core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = \"0.1.5\"\nedition = \"2021\"\n",
                ),
            ],
            after: &[
                (
                    "outside/core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = \"0.1.5\"\nedition = \"2021\"\n",
                ),
                (
                    "core/Cargo.toml",
                    "[package]\nname = \"core\"\nversion = \"0.2.0\"\nedition = \"2021\"\n",
                ),
            ],
        },
    ]
}

/// A program that finds the toolchain, has no network, and lives on one day.
fn program(name: &str, dir: &Path) -> Program {
    let homes = [
        ("CARGO_HOME", environment::cargo_home()),
        ("RUSTUP_HOME", environment::rustup_home()),
    ];
    let homes = homes.into_iter().filter_map(|(name, home)| Some((name, home?)));
    clean(name, dir)
        .envs(homes)
        .env("CARGO_NET_OFFLINE", "true")
        .env("SOURCE_DATE_EPOCH", "1700000000")
}

/// Runs `cargo xtask version` with words that are parted by spaces.
pub(crate) fn version(dir: &Path, words: &str) -> Run {
    run(&program(env!("CARGO_BIN_EXE_xtask"), dir)
        .arg("version")
        .args(words.split_whitespace()))
}

/// Runs cargo with words that are parted by spaces.
pub(crate) fn cargo(dir: &Path, words: &str) -> Run {
    run(&program("cargo", dir).args(words.split_whitespace()))
}

/// Runs git as nobody in particular, with words that are parted by spaces.
#[track_caller]
pub(crate) fn git(dir: &Path, words: &str) {
    let identity = [
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    ];
    let program = clean("git", dir)
        .envs(identity.map(|it| (it, "test@mail.example")))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "")
        .args(words.split_whitespace());
    run(&program).ends(0);
}

/// Lets cargo write the lock file.
#[track_caller]
pub(crate) fn lock(dir: &Path) {
    cargo(dir, "generate-lockfile --offline").ends(0);
}

/// Lets cargo judge whether the manifests agree with each other and with the lock file.
#[track_caller]
pub(crate) fn assert_in_step(dir: &Path, what: &str) {
    let run = cargo(dir, "metadata --locked --offline --format-version 1");
    assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
}

/// Every file below a folder but git's own, by its path from there.
pub(crate) fn texts(dir: &Path) -> BTreeMap<String, String> {
    WalkDir::new(dir)
        .into_iter()
        .filter_entry(|it| it.file_name() != ".git")
        .map(|it| it.expect("a scratch folder can be read"))
        .filter(|it| it.path().is_file())
        .map(|it| {
            let name = it.path().strip_prefix(dir).expect("below the folder");
            let text = files::read_text(it.path()).expect("a text");
            (name.to_string_lossy().replace('\\', "/"), text)
        })
        .collect()
}
