//! A real build, installation and run on a runtime of our own, without any network.

use std::path::{Path, PathBuf};

use xtask::digest::Sha256;
use xtask::edition::registry::locked;
use xtask::edition::sample::Sample;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;

use crate::channels::fixture::{Demo, Paper, house, judge};
use crate::channels::flathub::ID;
use crate::support::{clean, put, run, scratch, skipped};
use crate::version::fixture::git;

/// The version that the manifests ask for.
const VERSION: &str = "26.08";

/// The folder of a user who has the runtime installed.
struct Home {
    builder: Program,
    dir: PathBuf,
}

/// `install` as the manifests call it, which busybox lacks.
const INSTALL: &str = "#!/bin/sh\nmode=${1#-Dm}; folder=$3; shift 3\nmkdir -p \"$folder\"\nfor file in \"$@\"; do\n  \
    cp \"$file\" \"$folder/\" && chmod \"$mode\" \"$folder/${file##*/}\"\ndone\n";

impl Home {
    /// Makes a runtime of busybox and the C library of this machine, under the name of Freedesktop's.
    fn new(test: &str, dir: &Path) -> Option<Home> {
        let builder = judge("flatpak-builder", test, dir)?;
        let busybox = judge("busybox", test, dir)?;
        let machine = std::env::consts::ARCH;
        let home = Home {
            builder: builder.env("HOME", dir),
            dir: dir.to_owned(),
        };
        for kind in ["Platform", "Sdk"] {
            let root = dir.join("runtimes").join(kind);
            put(
                &root,
                "metadata",
                &format!(
                    "[Runtime]\nname=org.freedesktop.{kind}\nruntime=org.freedesktop.Platform/{machine}/{VERSION}\n\
                 sdk=org.freedesktop.Sdk/{machine}/{VERSION}\n"
                ),
            );
            files::create_dir(&root.join("export")).unwrap();
            // The wrapper finds busybox where it lies here: a static one would do as well.
            let found =
                environment::find_program("busybox").unwrap_or_else(|| PathBuf::from(busybox.shown()));
            let bin = root.join("files/bin");
            for name in [
                "sh", "mkdir", "cp", "chmod", "ls", "cat", "env", "true", "test", "sed",
            ] {
                files::create_dir(&bin).unwrap();
                files::copy(&found, &bin.join(name)).unwrap();
            }
            let lib = root.join(format!("files/lib/{machine}-linux-gnu"));
            files::create_dir(&lib).unwrap();
            files::create_dir(&root.join("files/lib64")).unwrap();
            for name in [
                "libc.so.6",
                "libgcc_s.so.1",
                "libm.so.6",
                "libresolv.so.2",
                "libpthread.so.0",
                "libdl.so.2",
            ] {
                let from = PathBuf::from(format!("/lib/{machine}-linux-gnu/{name}"));
                files::copy(&from, &lib.join(name)).ok()?;
            }
            let loader = "lib64/ld-linux-x86-64.so.2";
            files::copy(&Path::new("/").join(loader), &root.join("files").join(loader)).ok()?;
            // flatpak-builder asks the SDK's own program to read the metainfo.
            for (name, script) in [("install", INSTALL), ("appstream-compose", "#!/bin/sh\nexit 0\n")] {
                let path = put(&bin, name, script);
                files::set_mode(&path, 0o755).unwrap();
            }
            home.flatpak(&[
                "build-export",
                "--runtime",
                "--files=files",
                "repo",
                &format!("runtimes/{kind}"),
                VERSION,
            ]);
        }
        let link = format!("file://{}", dir.join("repo").display());
        home.flatpak(&["--user", "remote-add", "--no-gpg-verify", "runtimes", &link]);
        let names = ["Platform", "Sdk"].map(|it| format!("org.freedesktop.{it}//{VERSION}"));
        home.flatpak(&[
            "--user",
            "install",
            "-y",
            "--noninteractive",
            "runtimes",
            &names[0],
            &names[1],
        ]);
        Some(home)
    }

    #[track_caller]
    fn flatpak(&self, words: &[&str]) -> String {
        let program = clean("flatpak", &self.dir).env("HOME", &self.dir);
        run(&program.args(words)).ends(0).text()
    }

    /// Builds a manifest into `build/`, and into the repository `out`.
    #[track_caller]
    fn build(&self, manifest: &Path) -> PathBuf {
        let words = [
            "--force-clean",
            "--user",
            "--disable-rofiles-fuse",
            "--repo=out",
            "build",
        ];
        run(&self.builder.clone().args(words).arg(manifest)).ends(0);
        self.dir.join("build/files")
    }
}

#[test]
fn the_bundle_is_built_installed_and_run() {
    let test = "flathub::runtime::the_bundle";
    let dir = scratch();
    let Some(demo) = Demo::built(test) else { return };
    let Some(home) = Home::new(test, dir.path()) else {
        return;
    };
    let rendered = demo.put("flathub", dir.path());
    // What the release serves is served from the folder where it lies.
    let manifest = rendered.join(format!("bundle/{ID}.yml"));
    let dist = format!("file://{}", demo.edition.dist().display());
    let base = "https://github.com/owner/demo/releases/download/v1.2.3";
    let text = files::read_text(&manifest).unwrap();
    assert!(text.contains(base), "{text}");
    put(&rendered, format!("bundle/{ID}.yml"), &text.replace(base, &dist));
    let built = home.build(&manifest);

    let build = demo.edition.build("x86_64-unknown-linux-gnu").unwrap();
    let program = build.program(&build.binaries()[0]).unwrap();
    let installed = files::read(&built.join("bin/demo")).unwrap();
    assert_eq!(
        Sha256::of(&installed),
        Sha256::of(&program),
        "the very bytes of the release"
    );
    let licence = built.join(format!("share/licenses/{ID}/LICENSE"));
    assert_eq!(files::read_text(&licence).unwrap(), "The text of the licence.\n");

    let link = format!("file://{}", dir.path().join("out").display());
    home.flatpak(&["--user", "remote-add", "--no-gpg-verify", "out", &link]);
    home.flatpak(&["--user", "install", "-y", "--noninteractive", "out", ID]);
    assert_eq!(home.flatpak(&["--user", "run", ID]), "demo 1.2.3\n");
    assert_eq!(home.flatpak(&["--user", "run", ID, "say", "a b"]), "[\"a b\"]\n");
    home.flatpak(&["build-bundle", "out", "demo.flatpak", ID]);
    assert!(dir.path().join("demo.flatpak").is_file());
}

#[test]
fn flatpak_builder_unpacks_the_crates_and_cargo_builds_with_them() {
    let test = "flathub::runtime::crates";
    let dir = scratch();
    // A crate without dependencies of its own, which every build of the toolkit has fetched.
    let lock = files::read_text(&house().root.join("Cargo.lock")).unwrap();
    let package = locked(&lock).into_iter().find(|it| it.name == "cfg-if").unwrap();
    let file = format!("cfg-if-{}.crate", package.version);
    let cache = environment::cargo_home().unwrap().join("registry/cache");
    let found = files::list(&cache).unwrap_or_default();
    let Some(found) = found.iter().map(|it| it.join(&file)).find(|it| it.is_file()) else {
        skipped(test, &format!("cargo has not fetched `{file}`"));
        return;
    };
    let Some(home) = Home::new(test, dir.path()) else {
        return;
    };
    files::create_dir(&dir.path().join("registry")).unwrap();
    files::copy(&found, &dir.path().join("registry").join(&file)).unwrap();
    let dl = format!(
        "file://{}/{{crate}}-{{version}}.crate",
        dir.path().join("registry").display()
    );
    let (source, sum) = (package.source.unwrap(), package.checksum.unwrap());
    let version = &package.version;
    let app_lock = format!(
        "version = 4\n\n[[package]]\nname = \"cfg-if\"\nversion = \"{version}\"\nsource = \"{source}\"\n\
         checksum = \"{sum}\"\n\n[[package]]\nname = \"demo\"\nversion = \"1.2.3\"\ndependencies = [\n \"cfg-if\",\n]\n"
    );
    let paper = Paper::of(&Sample {
        lock: Some(app_lock.clone()),
        settings: format!("[channel.flathub]\nregistry-dl = \"{dl}\"\n"),
        ..Sample::default()
    });
    let crates = paper.text("flathub", &format!("{ID}/cargo-sources.json"));

    // The runtime has no cargo: flatpak-builder fetches, checks and unpacks here, and the compiler of this machine
    // builds from what it has unpacked, with the settings that it has written.
    let folder = dir.path().join("manifest");
    put(&folder, "cargo-sources.json", &crates);
    let manifest = put(
        &folder,
        format!("{ID}.yml"),
        &format!(
            "id: {ID}\nruntime: org.freedesktop.Platform\nruntime-version: \"{VERSION}\"\nsdk: org.freedesktop.Sdk\n\
             command: demo\nmodules:\n- name: demo\n  buildsystem: simple\n  build-commands:\n  \
             - cp -r cargo \"${{FLATPAK_DEST}}/cargo\"\n  - install -Dm0755 -t \"${{FLATPAK_DEST}}/bin\" demo\n  \
             sources:\n  - cargo-sources.json\n  - type: inline\n    contents: \"#!/bin/sh\"\n    \
             dest-filename: demo\n"
        ),
    );
    let built = home.build(&manifest);

    put(
        &built,
        "Cargo.toml",
        &format!(
            "[package]\nname = \"demo\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\n[dependencies]\ncfg-if = \"{version}\"\n"
        ),
    );
    put(&built, "Cargo.lock", &app_lock);
    put(
        &built,
        "src/main.rs",
        "fn main() {\n    cfg_if::cfg_if! { if #[cfg(unix)] { println!(\"built\") } }\n}\n",
    );
    let toolchain = files::read_text(&house().root.join("rust-toolchain.toml")).unwrap();
    put(&built, "rust-toolchain.toml", &toolchain);
    let cargo = clean("cargo", &built)
        .env("CARGO_HOME", built.join("cargo"))
        .env("RUSTUP_HOME", environment::rustup_home().unwrap())
        .env("CARGO_TARGET_DIR", built.join("target"));
    run(&cargo.args(["--offline", "run", "--quiet", "--locked"])).ends(0);
}

#[test]
fn the_source_is_fetched_and_the_commands_build_and_install_from_it() {
    let test = "flathub::runtime::source";
    let dir = scratch();
    let Some(demo) = Demo::built(test) else { return };
    let Some(builder) = judge("flatpak-builder", test, dir.path()) else {
        return;
    };
    // The repository as it would be published: with the tag of the release.
    let commit = demo.edition.release.identity.commit.clone().unwrap().id;
    let published = dir.path().join("published");
    let from = format!("clone --quiet {} {}", demo.root.display(), published.display());
    git(dir.path(), &from);
    git(&published, &format!("tag v1.2.3 {commit}"));
    let rendered = demo.put("flathub", dir.path()).join(ID);
    let manifest = rendered.join(format!("{ID}.yml"));
    let text = files::read_text(&manifest).unwrap();
    let link = "https://github.com/owner/demo.git";
    assert!(text.contains(link) && text.contains(&commit), "{text}");
    put(
        &rendered,
        format!("{ID}.yml"),
        &text.replace(link, &format!("file://{}", published.display())),
    );
    let builder = builder.env("HOME", dir.path());
    run(&builder
        .clone()
        .args(["--download-only", "--user", "build"])
        .arg(&manifest))
    .ends(0);

    // The runtime has no compiler: what the manifest would run there is run here, on the same files.
    git(&published, "checkout --quiet v1.2.3");
    for end in ["metainfo.xml", "desktop"] {
        let name = format!("{ID}.{end}");
        files::copy(&rendered.join(&name), &published.join(&name)).unwrap();
    }
    let shown = run(&builder.arg("--show-manifest").arg(&manifest)).ends(0).json();
    let to = dir.path().join("app");
    for command in shown["modules"][0]["build-commands"].as_array().unwrap() {
        let shell = clean("sh", &published)
            .env("RUSTUP_HOME", environment::rustup_home().unwrap())
            .env("CARGO_HOME", dir.path().join("cargo"))
            .env("FLATPAK_DEST", &to)
            .env("FLATPAK_ID", ID);
        run(&shell.arg("-c").arg(command.as_str().unwrap())).ends(0);
    }
    assert_eq!(
        run(&clean(to.join("bin/demo"), &to)).ends(0).text(),
        "demo 1.2.3\n"
    );
    for path in [
        format!("share/licenses/{ID}/LICENSE"),
        format!("share/metainfo/{ID}.metainfo.xml"),
        format!("share/applications/{ID}.desktop"),
    ] {
        assert!(to.join(&path).is_file(), "{path}");
    }
}
