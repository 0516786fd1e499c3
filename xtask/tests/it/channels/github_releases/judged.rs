//! Packages and scripts before judges that no one here wrote: dpkg, lintian, rpm, shellcheck, a grammar of PowerShell.

use std::path::Path;

use semver::Version;
use xtask::edition::sample::Sample;
use xtask::effect::files;

use super::CHANNEL;
use crate::channels::fixture::{Demo, Paper, judge};
use crate::support::{clean, put, run, scratch};

/// An empty system for dpkg.
fn system(root: &Path) {
    for file in ["status", "available"] {
        put(&root.join("var/lib/dpkg"), file, "");
    }
    for folder in ["info", "updates"] {
        files::create_dir(&root.join("var/lib/dpkg").join(folder)).unwrap();
    }
}

#[test]
fn dpkg_installs_what_runs() {
    let test = "github_releases::judged::dpkg_installs_what_runs";
    let Some(demo) = Demo::built(test) else { return };
    let dir = scratch();
    let (Some(dpkg), Some(deb)) = (
        judge("dpkg", test, dir.path()),
        judge("dpkg-deb", test, dir.path()),
    ) else {
        return;
    };
    let package = demo.put(CHANNEL, dir.path()).join("demo_1.2.3-1_amd64.deb");
    let said = run(&deb.arg("--info").arg(&package)).ends(0).text();
    for line in [
        "Version: 1.2.3-1",
        "Depends: libc6 (>= 2.17)",
        "Architecture: amd64",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let root = dir.path().join("root");
    system(&root);
    let root = root.to_str().unwrap().to_owned();
    let install = dpkg.args([&format!("--root={root}"), "--force-all", "--install"]);
    let installed = run(&install.arg(&package));
    // Only root may unpack; everyone else has seen what dpkg-deb says.
    if installed.code == Some(0) {
        let program = clean(format!("{root}/usr/bin/demo"), dir.path());
        assert_eq!(run(&program).ends(0).text(), "demo 1.2.3\n");
    } else {
        assert!(installed.stderr.contains("superuser"), "{}", installed.stderr);
    }
}

#[test]
fn dpkg_sorts_versions_as_semver_does() {
    let test = "github_releases::judged::dpkg_sorts_versions_as_semver_does";
    let dir = scratch();
    let Some(dpkg) = judge("dpkg", test, dir.path()) else {
        return;
    };
    let order = [
        "1.2.3-alpha",
        "1.2.3-alpha.1",
        "1.2.3-beta.2",
        "1.2.3-beta.11",
        "1.2.3-rc.1",
        "1.2.3",
        "1.2.4-0",
        "1.2.4",
    ];
    let forms: Vec<String> = order
        .iter()
        .map(|it| xtask::channel::version::debian(&Version::parse(it).unwrap()))
        .collect();
    for pair in forms.windows(2) {
        run(&dpkg
            .clone()
            .args(["--compare-versions", &pair[0], "lt", &pair[1]]))
        .ends(0);
    }
    run(&dpkg.args(["--compare-versions", "1.2.3-rc.1-1", "lt", "1.2.3-1"])).ends(1);
}

#[test]
fn lintian_finds_no_error() {
    let test = "github_releases::judged::lintian_finds_no_error";
    let dir = scratch();
    let Some(lintian) = judge("lintian", test, dir.path()) else {
        return;
    };
    let Some(demo) = Demo::built(test) else { return };
    let folder = demo.put(CHANNEL, dir.path());
    let look = lintian
        .args(["--fail-on", "error", "--allow-root"])
        .env("HOME", dir.path());
    run(&look.arg(folder.join("demo_1.2.3-1_amd64.deb"))).ends(0);
}

#[test]
fn rpm_verifies_lists_and_installs_what_runs() {
    let test = "github_releases::judged::rpm_verifies_lists_and_installs_what_runs";
    let Some(demo) = Demo::built(test) else { return };
    let dir = scratch();
    let Some(rpm) = judge("rpm", test, dir.path()) else {
        return;
    };
    let rpm = rpm.env("HOME", dir.path());
    let package = demo.put(CHANNEL, dir.path()).join("demo-1.2.3-1.x86_64.rpm");
    let ask = |words: &[&str]| run(&rpm.clone().args(words).arg(&package)).ends(0).text();
    let said = ask(&["-Kv", "--nosignature"]);
    assert!(
        said.contains("Header SHA256 digest: OK") && said.contains("Payload SHA256 digest: OK"),
        "{said}"
    );
    assert!(ask(&["-qip"]).contains("Counts the words of a text"));
    assert!(ask(&["-qlp"]).starts_with("/usr/bin/demo\n/usr/share/doc/demo\n"));
    assert_eq!(ask(&["-qLp"]), "/usr/share/licenses/demo/LICENSE\n");
    let needs = ask(&["-qp", "--requires"]);
    assert!(
        needs.contains("libc.so.6(GLIBC_2.17)(64bit)\n") && needs.contains("libc.so.6()(64bit)\n"),
        "{needs}"
    );
    assert_eq!(ask(&["-qp", "--provides"]), "demo = 1.2.3-1\n");
    assert!(ask(&["-qp", "--changelog"]).starts_with("* Fri Jan 02 2026 The Demo maintainers"));

    let root = dir.path().join("root");
    files::create_dir(&root).unwrap();
    let root = root.to_str().unwrap().to_owned();
    let on = rpm.args(["--root", &root, "--dbpath", "/var/lib/rpm"]);
    let install = on
        .clone()
        .args(["--install", "--nodeps", "--nosignature", "--ignorearch"]);
    let installed = run(&install.arg(&package));
    if installed.code != Some(0) {
        assert!(
            installed.stderr.contains("ermission") || installed.stderr.contains("superuser"),
            "{}",
            installed.stderr
        );
        return;
    }
    let program = clean(format!("{root}/usr/bin/demo"), dir.path());
    assert_eq!(run(&program).ends(0).text(), "demo 1.2.3\n");
    // Every file, mode, owner and digest is as the package says.
    run(&on.clone().args(["--verify", "--nodeps", "demo"])).ends(0);
    run(&on.args(["--erase", "--nodeps", "demo"])).ends(0);
    assert!(!Path::new(&root).join("usr/share/doc/demo").exists());
}

#[test]
fn rpm_reads_a_pre_release_and_refuses_a_changed_byte() {
    let test = "github_releases::judged::rpm_reads_a_pre_release_and_refuses_a_changed_byte";
    let sample = Sample {
        version: Version::parse("1.2.3-rc.1").unwrap(),
        ..Sample::default()
    };
    let paper = Paper::of(&sample);
    let Some(rpm) = judge("rpm", test, paper.scratch.path()) else {
        return;
    };
    let rpm = rpm.env("HOME", paper.scratch.path());
    let package = paper.put(CHANNEL).join("demo-1.2.3-rc.1-1.x86_64.rpm");
    let verify = rpm.clone().args(["-K", "--nosignature"]).arg(&package);
    run(&verify).ends(0);
    let said = run(&rpm.args(["-qp", "--qf", "%{version}", package.to_str().unwrap()])).ends(0);
    assert_eq!(said.text(), "1.2.3~rc.1");
    let mut bytes = files::read(&package).unwrap();
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    files::write(&package, &bytes).unwrap();
    run(&verify).ends(1);
    let file = xtask::lint::File::new("demo.rpm", bytes);
    assert!((xtask::channel::find(CHANNEL).unwrap().recognises)(&file));
}

#[test]
fn shellcheck_agrees() {
    let test = "github_releases::judged::shellcheck_agrees";
    let paper = Paper::plain();
    let Some(check) = judge("shellcheck", test, paper.scratch.path()) else {
        return;
    };
    let script = paper.put(CHANNEL).join("demo-installer.sh");
    // A trap calls what looks as if nobody called it.
    run(&check
        .args(["--shell=sh", "--severity=style", "--exclude=SC2317"])
        .arg(script))
    .ends(0);
}

#[test]
fn the_grammar_of_power_shell_takes_the_installer() {
    const ASK: &str = "\
import sys, tree_sitter, tree_sitter_pwsh
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))
sys.exit(parser.parse(open(sys.argv[1], 'rb').read()).root_node.has_error)
";
    let test = "github_releases::judged::the_grammar_of_power_shell_takes_the_installer";
    let paper = Paper::plain();
    let Some(python) = judge("tree-sitter-pwsh", test, paper.scratch.path()) else {
        return;
    };
    let script = paper.put(CHANNEL).join("demo-installer.ps1");
    let ask = |path: &Path| run(&python.clone().args(["-c", ASK]).arg(path));
    ask(&script).ends(0);
    let text = files::read_text(&script).unwrap();
    ask(&put(paper.scratch.path(), "bad.ps1", &text[..text.len() - 2000])).ends(1);
}
