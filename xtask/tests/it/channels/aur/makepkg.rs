//! makepkg and pacman on what is rendered: the same `.SRCINFO`, packages that build, install and run.

use std::path::{Path, PathBuf};

use semver::Version;
use xtask::digest::Sha256;
use xtask::edition::sample::Sample;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::pack;
use xtask::render::Files;

use crate::channels::aur::{HOSTILE, sample, text};
use crate::channels::fixture::{Demo, Paper, judge, put_files};
use crate::dist::fixture::program;
use crate::support::{Run, clean, run, scratch};

/// makepkg in the folder of a package base. It refuses root, who therefore becomes somebody else in a name space of his own;
/// there the files of root are that user's, the compiler's too.
fn makepkg(test: &str, dir: &Path) -> Option<Program> {
    let makepkg = judge("makepkg", test, dir)?;
    let is_root = run(&clean("id", dir).arg("-u")).text().trim() == "0";
    if !is_root {
        return Some(makepkg);
    }
    let unshare = judge("unshare", test, dir)?;
    Some(unshare.args(["--user", "--map-user=1000", "--map-group=1000", "--", "makepkg"]))
}

/// Asks makepkg for the `.SRCINFO` of every package base.
fn compare(test: &str, files: &Files) {
    let scratch = scratch();
    put_files(scratch.path(), files);
    for path in files.keys().filter(|it| it.ends_with("/PKGBUILD")) {
        let base = path.split('/').next().unwrap();
        let Some(makepkg) = makepkg(test, &scratch.path().join(base)) else {
            return;
        };
        let printed = run(&makepkg.arg("--printsrcinfo")).ends(0).text();
        assert_eq!(printed, text(files, &format!("{base}/.SRCINFO")), "{base}");
    }
}

#[test]
fn makepkg_prints_the_same_srcinfo() {
    let test = "aur::makepkg_prints_the_same_srcinfo";
    compare(test, &Paper::plain().files("aur"));

    let mut hostile =
        sample("epoch = \"3\"\ndepends = [\"a>=1:2\"]\noptdepends = [\"b: it's  \\\"$x\\\"\"]\n");
    hostile.listing.summary = format!(" {HOSTILE}\t ");
    hostile.listing.homepage = Some("https://demo.example/?a='b'&c=$d".to_owned());
    hostile.listing.download_url = Some("https://demo.example/`id`/$HOME/{tag}".to_owned());
    hostile.targets = [
        "aarch64-unknown-linux-musl",
        "armv7-unknown-linux-gnueabihf",
        "x86_64-unknown-linux-gnu",
    ]
    .map(|it| xtask::target::Target::parse(it).unwrap())
    .to_vec();
    compare(test, &Paper::of(&hostile).files("aur"));

    let candidate = Sample {
        version: Version::parse("1.2.3-rc.1").unwrap(),
        ..Sample::default()
    };
    compare(test, &Paper::of(&candidate).files("aur"));

    let built_in = xtask::channel::find("aur").unwrap().templates[1].text;
    let edited = "# mine\n_name=${pkgname%-bin}\nreplaces=(\"$_name-old\" # why\n  other)\nprovides+=(\"$_name-x=$pkgver\")\n{{sources}}";
    let edited = Sample {
        templates: vec![(
            "aur/PKGBUILD-bin".to_owned(),
            built_in.replace("{{sources}}", edited),
        )],
        ..Sample::default()
    };
    let files = Paper::of(&edited).files("aur");
    assert!(text(&files, "demo-bin/.SRCINFO").contains("\tprovides = demo-x=1.2.3\n"));
    compare(test, &files);
}

#[test]
fn pacman_takes_each_version_for_newer_than_the_one_before() {
    let scratch = scratch();
    let test = "aur::pacman_takes_each_version_for_newer_than_the_one_before";
    let Some(vercmp) = judge("vercmp", test, scratch.path()) else {
        return;
    };
    let order = [
        "1.2.2",
        "1.2.3-alpha",
        "1.2.3-alpha.1",
        "1.2.3-alpha.2",
        "1.2.3-alpha.10",
        "1.2.3-beta.1",
        "1.2.3-rc.1",
        "1.2.3-rc.2",
        "1.2.3",
        "1.2.4-rc.1",
        "1.3.0",
    ];
    let versions = order.map(|it| xtask::channel::version::pkgver(&Version::parse(it).unwrap()).unwrap());
    for pair in versions.windows(2) {
        let answer = run(&vercmp.clone().args(pair)).ends(0).text();
        assert_eq!(answer.trim(), "-1", "{pair:?}");
    }
    // The trap that the rule is about.
    for (newer, than) in [
        ("1.2.3_rc1", "1.2.3"),
        ("1.2.3.rc1", "1.2.3"),
        ("1.2.3+5", "1.2.3"),
    ] {
        assert_eq!(
            run(&vercmp.clone().args([newer, than])).text().trim(),
            "1",
            "{newer}"
        );
    }
}

/// A package base of the demo with its downloads beside it, and the place where makepkg leaves the package.
struct Bench {
    scratch: files::Scratch,
    base: &'static str,
}

impl Bench {
    fn of(demo: &Demo, base: &'static str, downloads: &[(&str, &str)]) -> Bench {
        let scratch = scratch();
        demo.put("aur", scratch.path());
        for (artifact, name) in downloads {
            let bytes = files::read(&demo.edition.dist().join(artifact)).unwrap();
            files::write(&scratch.path().join("downloads").join(name), &bytes).unwrap();
        }
        for folder in ["work", "packages", "home"] {
            files::create_dir(&scratch.path().join(folder)).unwrap();
        }
        Bench { scratch, base }
    }

    /// `makepkg -d`, with the compiler of this workspace.
    fn build(&self, test: &str) -> Option<Run> {
        let dir = self.scratch.path();
        let makepkg = makepkg(test, &dir.join("aur").join(self.base))?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sysroot = run(&program("rustc", root).args(["--print", "sysroot"]))
            .ends(0)
            .text();
        // Not rustup's own program: that would look for the toolchain `stable`, which the recipe asks for.
        let path = environment::path_with(&[PathBuf::from(sysroot.trim()).join("bin")]).unwrap();
        let makepkg = makepkg
            .args(["--nodeps", "--noconfirm", "--nocolor"])
            .env("PATH", path)
            .env("HOME", dir.join("home"))
            .env("CARGO_HOME", dir.join("home/cargo"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("SRCDEST", dir.join("downloads"))
            .env("BUILDDIR", dir.join("work"))
            .env("PKGDEST", dir.join("packages"))
            .env("PACKAGER", "The Demo maintainers <demo@demo.example>");
        Some(run(&makepkg))
    }

    /// The files of the package.
    fn package(&self) -> (PathBuf, Vec<pack::read::Packed>) {
        let found = files::list(&self.scratch.path().join("packages")).unwrap();
        let [file] = found.as_slice() else {
            panic!("not one package: {found:?}");
        };
        let packed = pack::read::files("package.tar.gz", &files::read(file).unwrap()).unwrap();
        (file.clone(), packed)
    }

    /// Installs the package into a folder with pacman, and runs the program.
    fn install(&self, test: &str, package: &Path) {
        let dir = self.scratch.path();
        let (Some(fakeroot), Some(_)) = (judge("fakeroot", test, dir), judge("pacman", test, dir)) else {
            return;
        };
        let root = dir.join("root");
        let database = root.join("var/lib/pacman");
        files::create_dir(&database).unwrap();
        let pacman = fakeroot
            .args(["--", "pacman", "--noconfirm", "--noscriptlet", "--root"])
            .arg(&root)
            .arg("--dbpath")
            .arg(&database)
            .arg("-Udd")
            .arg(package);
        run(&pacman).ends(0);
        let told = run(&clean(root.join("usr/bin/demo"), dir)).ends(0);
        assert_eq!(told.text(), "demo 1.2.3\n");
    }
}

fn listing(packed: &[pack::read::Packed]) -> Vec<&str> {
    let mut paths: Vec<&str> = packed
        .iter()
        .map(|it| it.path.as_str())
        .filter(|it| !it.starts_with('.'))
        .collect();
    paths.sort_unstable();
    paths
}

#[test]
fn the_prebuilt_package_installs_the_very_program() {
    let test = "aur::the_prebuilt_package_installs_the_very_program";
    let Some(demo) = Demo::built(test) else {
        return;
    };
    let download = (
        "demo-1.2.3-x86_64-unknown-linux-gnu.tar.gz",
        "demo-bin-1.2.3-x86_64.tar.gz",
    );
    let bench = Bench::of(demo, "demo-bin", &[download]);
    let Some(built) = bench.build(test) else {
        return;
    };
    built.ends(0);
    let (file, packed) = bench.package();
    assert_eq!(
        listing(&packed),
        ["usr/bin/demo", "usr/share/licenses/demo-bin/LICENSE"]
    );
    let program = packed.iter().find(|it| it.path == "usr/bin/demo").unwrap();
    let build = demo.edition.build("x86_64-unknown-linux-gnu").unwrap();
    let entry = build
        .archive
        .entries
        .iter()
        .find(|it| it.path.ends_with("/demo"))
        .unwrap();
    assert_eq!(Sha256::of(&program.bytes), entry.sha256);
    assert_eq!(program.mode, 0o755);
    bench.install(test, &file);

    // Another file under the name of the download is refused.
    let bench = Bench::of(demo, "demo-bin", &[("demo-1.2.3-source.tar.gz", download.1)]);
    let refused = bench.build(test).unwrap();
    assert_ne!(refused.code, Some(0));
    assert!(
        refused.stderr.contains("did not pass the validity check"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_package_from_source_compiles_and_runs() {
    let test = "aur::the_package_from_source_compiles_and_runs";
    let Some(demo) = Demo::built(test) else {
        return;
    };
    let bench = Bench::of(demo, "demo", &[("demo-1.2.3-source.tar.gz", "demo-1.2.3.tar.gz")]);
    let Some(built) = bench.build(test) else {
        return;
    };
    built.ends(0);
    let (file, packed) = bench.package();
    assert_eq!(
        listing(&packed),
        ["usr/bin/demo", "usr/share/licenses/demo/LICENSE"]
    );
    bench.install(test, &file);
}
