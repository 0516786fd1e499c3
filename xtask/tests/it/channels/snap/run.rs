//! Judges of snaps: unsquashfs, mksquashfs, the kernel, `snap pack`, and the programs themselves.

use std::path::{Path, PathBuf};

use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::lint::{File, Subject};

use crate::channels::fixture::{Demo, findings, judge};
use crate::channels::snap::{NAME, SNAP};
use crate::support::{clean, run, scratch, skipped};

fn unpacked(demo: &Demo, test: &str, dir: &Path, name: &str) -> Option<(PathBuf, PathBuf)> {
    let unsquashfs = judge("unsquashfs", test, dir)?;
    let snap = demo.put(NAME, dir).join(name);
    let root = dir.join("root");
    run(&unsquashfs.args(["-no-progress", "-d"]).arg(&root).arg(&snap)).ends(0);
    Some((snap, root))
}

#[test]
fn unsquashfs_sees_what_was_packed() {
    const TEST: &str = "snap::run::unsquashfs_sees_what_was_packed";
    let dir = scratch();
    let Some(demo) = Demo::built(TEST) else { return };
    let Some((snap, root)) = unpacked(demo, TEST, dir.path(), SNAP) else {
        return;
    };
    let list = judge("unsquashfs", TEST, dir.path()).unwrap().env("TZ", "UTC");
    let said = run(&list.clone().arg("-lln").arg(&snap)).ends(0).text();
    for line in said.lines().filter(|it| it.contains("squashfs-root")) {
        assert!(
            line.contains(" 0/0 ") && line.contains(" 2026-01-02 03:04 "),
            "{line}"
        );
        let is_known = ["drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"]
            .iter()
            .any(|it| line.starts_with(it));
        assert!(is_known, "{line}");
    }
    let stat = run(&list.clone().arg("-s").arg(&snap)).ends(0).text();
    for line in [
        "Compression xz",
        "Block size 131072",
        "Number of fragments 0",
        "Xattrs are not stored",
    ] {
        assert!(stat.contains(line), "{line}: {stat}");
    }
    let build = demo.edition.build("x86_64-unknown-linux-musl").unwrap();
    let program = build.program(&build.binaries()[0]).unwrap();
    assert!(files::read(&root.join("bin/demo")).unwrap() == program);
    let said = run(&clean(root.join("bin/demo"), dir.path())).ends(0);
    assert_eq!(said.text(), "demo 1.2.3\n");
    assert_eq!(
        run(&clean(root.join("bin/demo"), dir.path()).args(["exit", "7"])).code,
        Some(7)
    );
}

#[test]
fn qemu_runs_the_program_for_arm64() {
    const TEST: &str = "snap::run::qemu_runs_the_program_for_arm64";
    let dir = scratch();
    let (Some(demo), Some(qemu)) = (Demo::built(TEST), judge("qemu-aarch64-static", TEST, dir.path())) else {
        return;
    };
    let Some((_, root)) = unpacked(demo, TEST, dir.path(), "demo_1.2.3_arm64.snap") else {
        return;
    };
    assert_eq!(
        run(&qemu.arg(root.join("bin/demo"))).ends(0).text(),
        "demo 1.2.3\n"
    );
}

#[test]
fn snap_takes_the_tree() {
    const TEST: &str = "snap::run::snap_takes_the_tree";
    let dir = scratch();
    let (Some(demo), Some(snap)) = (Demo::built(TEST), judge("snap", TEST, dir.path())) else {
        return;
    };
    let Some((_, root)) = unpacked(demo, TEST, dir.path(), SNAP) else {
        return;
    };
    let snap = snap.env("HOME", dir.path());
    let out = dir.path().join("out");
    // It names a missing file of a skeleton and goes on; packing refuses it.
    let check = |root: &Path| {
        let skeleton = run(&snap.clone().args(["pack", "--check-skeleton"]).arg(root));
        let packed = run(&snap.clone().arg("pack").arg(root).arg(&out));
        [skeleton.code, packed.code].into_iter().all(|it| it == Some(0))
    };
    assert!(check(&root));
    let path = root.join("meta/snap.yaml");
    let text = files::read_text(&path).unwrap();
    let spoiled = [
        ("name: demo", "name: De--mo"),
        ("bin/demo", "bin/other"),
        ("\"1.2.3\"", "\"1_2\""),
        ("confinement: strict", "confinement: none"),
        ("  demo:\n", "  de_mo:\n"),
        ("license: MIT", "license: MIT or X"),
    ];
    for (from, to) in spoiled {
        assert!(text.contains(from), "{from}");
        files::write(&path, text.replace(from, to).as_bytes()).unwrap();
        assert!(!check(&root), "{to}");
        let files = vec![File::new("meta/snap.yaml", files::read(&path).unwrap())];
        let channel = xtask::channel::find(NAME).unwrap();
        let found = findings(&Subject {
            channel,
            files,
            edition: None,
            is_whole: false,
            rendered: None,
        });
        // What lies beside the text is not looked at here.
        assert!(!found.is_empty() || to == "bin/other", "{to}");
    }
}

/// What the store does: it unpacks a snap, packs it again, and wants the same bytes. Ours differ in how they are
/// compressed, so what is sent must have been packed by mksquashfs; packed so, the same tree gives the same bytes each time.
#[test]
fn packing_it_again_is_stable() {
    const TEST: &str = "snap::run::packing_it_again_is_stable";
    let dir = scratch();
    let (Some(demo), Some(pack)) = (Demo::built(TEST), judge("mksquashfs", TEST, dir.path())) else {
        return;
    };
    let Some((_, root)) = unpacked(demo, TEST, dir.path(), SNAP) else {
        return;
    };
    let again = |root: &Path, name: &str| {
        let path = dir.path().join(name);
        let words = [
            "-noappend",
            "-comp",
            "xz",
            "-all-root",
            "-no-xattrs",
            "-no-fragments",
            "-fstime",
            "1767323046",
        ];
        run(&pack.clone().arg(root).arg(&path).args(words)).ends(0);
        path
    };
    let first = again(&root, "first.snap");
    let unsquashfs = judge("unsquashfs", TEST, dir.path()).unwrap();
    let second = dir.path().join("second");
    run(&unsquashfs.args(["-no-progress", "-d"]).arg(&second).arg(&first)).ends(0);
    let second = again(&second, "second.snap");
    assert!(files::read(&first).unwrap() == files::read(&second).unwrap());
}

#[test]
fn the_kernel_reads_it() {
    const TEST: &str = "snap::run::the_kernel_reads_it";
    let dir = scratch();
    let Some(demo) = Demo::built(TEST) else { return };
    let snap = demo.put(NAME, dir.path()).join(SNAP);
    let mount = dir.path().join("mount");
    files::create_dir(&mount).unwrap();
    if xtask::effect::environment::find_program("mount").is_none() {
        return skipped(TEST, "`mount` is not here");
    }
    let words = ["-t", "squashfs", "-o", "loop,ro"];
    let mounted = run(&Program::new("mount").args(words).arg(&snap).arg(&mount));
    if mounted.code != Some(0) {
        return skipped(
            TEST,
            &format!("this machine does not mount images: {}", mounted.stderr.trim()),
        );
    }
    let said = run(&clean(mount.join("bin/demo"), dir.path()));
    run(&Program::new("umount").arg(&mount)).ends(0);
    assert_eq!(said.ends(0).text(), "demo 1.2.3\n");
}
