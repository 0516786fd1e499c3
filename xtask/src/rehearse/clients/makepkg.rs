//! makepkg: clones the package of what was built from the AUR, and builds it as a user does.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::effect::environment;
use crate::effect::files;
use crate::effect::process::Program;
use crate::pack;
use crate::rehearse::{Client, Scene, Tried};

/// The row.
pub(super) const CLIENT: Client = Client {
    name: "makepkg",
    channel: "aur",
    programs: &["makepkg", "bsdtar", "fakeroot", "git", "curl"],
    install: "apt-get install makepkg pacman-package-manager libarchive-tools fakeroot git curl",
    run,
};
use crate::render::language::Language;

/// The words of Arch for the machines of the builds.
const MACHINES: &[(&str, &str)] = &[
    ("x86_64-", "x86_64"),
    ("aarch64-", "aarch64"),
    ("armv7-", "armv7h"),
    ("i686-", "i686"),
];

/// Builds every package of what was built already.
fn run(scene: &Scene<'_>) -> anyhow::Result<Tried> {
    let Some(native) = scene.native() else {
        return Ok(Tried::Skipped(
            "the release holds no program for this machine".to_owned(),
        ));
    };
    let mut bases: Vec<&str> = scene
        .stock
        .files()
        .keys()
        .filter_map(|it| it.strip_suffix("/PKGBUILD"))
        .filter(|it| it.ends_with("-bin"))
        .collect();
    bases.dedup();
    if bases.is_empty() {
        return Ok(Tried::Skipped(
            "the release holds no package of what was built".to_owned(),
        ));
    }
    let git = scene
        .outside
        .look(scene.channel)
        .endpoint("aur-git")
        .context("the AUR has an address")?;
    let web = scene
        .outside
        .look(scene.channel)
        .endpoint("github-web")
        .context("GitHub has an address")?;
    let config = scene.dir.join("makepkg.conf");
    files::write_unsynced(&config, configuration(scene.dir, &web, native)?.as_bytes())?;
    let mut built = Vec::new();
    for base in bases {
        one(scene, &git, base, native, &config).with_context(|| base.to_owned())?;
        built.push(base);
    }
    Ok(Tried::Installed(format!(
        "{} built from what the AUR serves; the program is that of dist/",
        built.join(", ")
    )))
}

fn one(scene: &Scene<'_>, git: &str, base: &str, native: &str, config: &Path) -> anyhow::Result<()> {
    let dir = scene.dir.join(base);
    crate::git::program()
        .dir(scene.dir)
        .env("HOME", scene.dir.join("home"))
        .args(["clone", "--quiet"])
        .arg(format!("{git}/{base}.git"))
        .arg(&dir)
        .read()?;
    let srcinfo = makepkg(scene, &dir, config)?.arg("--printsrcinfo").read()?;
    let there = files::read_text(&dir.join(".SRCINFO"))?;
    ensure!(
        srcinfo.trim_end() == there.trim_end(),
        "makepkg prints another .SRCINFO than the AUR has"
    );
    // What it depends on is not installed here, and the download is verified all the same.
    makepkg(scene, &dir, config)?
        .args(["--nodeps", "--noconfirm", "--nocolor"])
        .read()?;
    let packages = files::list(&dir.join("packages"))?;
    let [package] = packages.as_slice() else {
        anyhow::bail!("makepkg has made {} packages, not one", packages.len());
    };
    let packed = pack::read::files("package.tar.gz", &files::read(package)?)?;
    let mut named = None;
    for (name, ours) in scene.programs(native) {
        let path = format!("usr/bin/{name}");
        let Some(program) = packed.iter().find(|it| it.path == path) else {
            // Of several packages each has a base of its own.
            continue;
        };
        let found = crate::digest::Sha256::of(&program.bytes);
        ensure!(found == ours, "`{path}` has sha256 {found}, `dist/` has {ours}");
        named = Some((name, program));
    }
    let (name, program) = named.context("the package holds no program of `dist/`")?;
    // pacman needs Arch's database; the program itself needs nothing of it.
    let unpacked = dir.join(&name);
    files::write_unsynced(&unpacked, &program.bytes)?;
    files::set_mode(&unpacked, 0o755)?;
    let version = scene.stock.main().version().to_string();
    let told = Program::new(&unpacked).arg("--version").read()?;
    ensure!(
        told.contains(&version),
        "`{name} --version` says `{told}`, not {version}"
    );
    Ok(())
}

/// makepkg in a folder. It refuses root, who becomes somebody else in a name space of his own.
fn makepkg(scene: &Scene<'_>, dir: &Path, config: &Path) -> anyhow::Result<Program> {
    let is_root = Program::new("id").arg("-u").read()? == "0";
    let program = if is_root && environment::find_program("unshare").is_some() {
        Program::new("unshare").args(["--user", "--map-user=1000", "--map-group=1000", "--", "makepkg"])
    } else {
        Program::new("makepkg")
    };
    let mut program = program
        .dir(dir)
        .arg("--config")
        .arg(config)
        .env("HOME", scene.dir.join("home"))
        .env("PACKAGER", "Rehearsal <rehearsal@twin.example>");
    for (name, folder) in [
        ("BUILDDIR", "work"),
        ("PKGDEST", "packages"),
        ("SRCDEST", "downloads"),
        ("LOGDEST", "work"),
    ] {
        let path = dir.join(folder);
        files::create_dir(&path)?;
        program = program.env(name, path);
    }
    files::create_dir(&scene.dir.join("home"))?;
    Ok(program)
}

/// Settings of makepkg by which downloads from GitHub come from the twin, and everything else fails.
fn configuration(dir: &Path, web: &str, native: &str) -> anyhow::Result<String> {
    let machine = MACHINES.iter().find(|it| native.starts_with(it.0));
    let machine = machine.context("Arch Linux has a word for this machine")?.1;
    let agent = dir.join("download");
    // `--noproxy`: the twin is on the loopback.
    let script = format!(
        "#!/bin/sh\ncase $2 in\nhttps://github.com/*) exec curl -fsSL --noproxy '*' -o \"$1\" {}/\"${{2#https://github.com/}}\" ;;\nesac\n\
         echo \"a rehearsal downloads nothing from $2\" >&2\nexit 1\n",
        Language::Shell.literal(web)
    );
    files::write_unsynced(&agent, script.as_bytes())?;
    files::set_mode(&agent, 0o755)?;
    let agent = Language::Shell.literal(&format!("https::{} %o %u", agent.display()));
    Ok(format!(
        "DLAGENTS=({agent})\nVCSCLIENTS=()\nCARCH={machine}\nCHOST={machine}-pc-linux-gnu\nBUILDENV=(!distcc color !ccache check !sign)\n\
         OPTIONS=(strip docs !libtool !staticlibs emptydirs zipman purge !debug)\nINTEGRITY_CHECK=(sha256)\nSTRIP_BINARIES=\
         '--strip-all'\nSTRIP_SHARED='--strip-unneeded'\nSTRIP_STATIC='--strip-debug'\nMAN_DIRS=(usr/share/man)\nDOC_DIRS=(usr/share/doc)\n\
         PURGE_TARGETS=()\nCOMPRESSGZ=(gzip -c -f -n)\nPKGEXT='.pkg.tar.gz'\nSRCEXT='.src.tar.gz'\n"
    ))
}
