//! twine's, pip's and uv's own ways with the twin, and what the twin refuses.

use xtask::effect::process::Program;
use xtask::twin::credential;

use super::{open, seed};
use crate::channels::fixture::judge;
use crate::support::{put, run};

#[test]
fn the_twin_refuses_what_the_index_refuses() {
    let test = "publish::pypi::clients::the_twin_refuses_what_the_index_refuses";
    let Some(mut shop) = open(test, "uv") else { return };
    let twin = shop.twin(&["pypi"], &[]);
    let base = twin.base("pypi", "pypi").unwrap();
    let good = seed::wheel("win_amd64");
    let name = "demo-1.2.3-py3-none-win_amd64.whl";
    let check = |change: &dyn Fn(&mut seed::Fields), bytes: &[u8], name: &str, words: &str| {
        let mut fields = seed::fields(bytes);
        change(&mut fields);
        let answer = seed::send(&base, fields, bytes, name);
        assert_eq!(answer.status, 400, "{words}");
        assert!(answer.reason.contains(words), "{}", answer.reason);
        let document: serde_json::Value = answer.json().unwrap();
        assert_eq!(document["message"], answer.reason.as_str());
    };
    let set = |field: &'static str, value: &'static str| {
        move |it: &mut seed::Fields| {
            it.retain(|it| it.0 != field);
            it.push((field, value.to_owned()));
        }
    };
    let same = |_: &mut seed::Fields| {};
    let zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    check(
        &set("sha256_digest", zeros),
        &good,
        name,
        "The digest supplied does not match",
    );
    check(
        &set("blake2_256_digest", zeros),
        &good,
        name,
        "The digest supplied does not match",
    );
    check(
        &set("sha256_digest", ""),
        &good,
        name,
        "Include at least one message digest.",
    );
    check(&set(":action", "submit"), &good, name, "Unknown action.");
    check(
        &set("protocol_version", "2"),
        &good,
        name,
        "Unknown protocol version.",
    );
    check(
        &set("filetype", "sdist"),
        &good,
        name,
        "Invalid value for filetype",
    );
    check(
        &set("version", "1.2.4"),
        &good,
        name,
        "Version in filename should be '1.2.4' not '1.2.3'.",
    );
    check(
        &set("version", "1.2.3+x"),
        &good,
        name,
        "The use of local versions in <Version('1.2.3+x')>",
    );
    check(
        &set("name", "other"),
        &good,
        name,
        "should contain the normalized project name 'other', not 'demo'.",
    );
    check(
        &set("summary", "Not so"),
        &good,
        name,
        "is an invalid value for Summary",
    );
    check(
        &same,
        &good,
        "demo-1.2.3-py3-none-win_amd64.exe",
        "Invalid file extension",
    );
    check(
        &same,
        b"no zip",
        name,
        "Invalid distribution file. File is not a zipfile",
    );
    let odd = seed::wheel("linux_x86_64");
    let odd_name = "demo-1.2.3-py3-none-linux_x86_64.whl";
    check(
        &same,
        &odd,
        odd_name,
        "Binary wheel 'demo-1.2.3-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
    );
    seed::put(&base, &good, name);
    // The very same file again is no error.
    seed::put(&base, &good, name);
    let other = seed::wheel("win32");
    check(&same, &other, name, "Invalid distribution file");
    let source = |it: &mut seed::Fields| {
        set("filetype", "sdist")(it);
        set("pyversion", "source")(it);
    };
    let mut fields = seed::fields(b"first");
    source(&mut fields);
    assert_eq!(
        seed::send(&base, fields, b"first", "demo-1.2.3.tar.gz").status,
        200
    );
    check(
        &source,
        b"second",
        "demo-1.2.3.tar.gz",
        "File already exists ('demo-1.2.3.tar.gz', with blake2_256 hash '",
    );
}

#[test]
fn twine_is_told_why() {
    let test = "publish::pypi::clients::twine_is_told_why";
    let Some(mut shop) = open(test, "twine") else {
        return;
    };
    let twin = shop.twin(&["pypi"], &[]);
    let base = twin.base("pypi", "pypi").unwrap();
    let dir = shop.scratch.path().join("odd");
    let path = dir.join("demo-1.2.3-py3-none-linux_x86_64.whl");
    xtask::effect::files::write(&path, &seed::wheel("linux_x86_64")).unwrap();
    put(&dir, "pypirc", "");
    let twine = |token: &str| -> Program {
        judge("twine", test, &dir)
            .unwrap()
            .env("HOME", &dir)
            .env("COLUMNS", "1000")
            .env("TWINE_USERNAME", "__token__")
            .env("TWINE_PASSWORD", token)
            .args([
                "upload",
                "--non-interactive",
                "--config-file",
                "pypirc",
                "--repository-url",
            ])
            .arg(format!("{base}/legacy/"))
            .arg(&path)
    };
    let said = run(&twine(&credential::of("TWINE_PASSWORD"))).ends(1).text();
    assert!(
        said.contains("has an unsupported platform tag 'linux_x86_64'"),
        "{said}"
    );
    let said = run(&twine("none")).ends(1).text();
    assert!(
        said.contains("Invalid or non-existent authentication information"),
        "{said}"
    );
}

#[test]
fn a_rehearsal_installs_with_pip_and_uv() {
    let test = "publish::pypi::clients::a_rehearsal_installs_with_pip_and_uv";
    let Some(shop) = open(test, "uv") else { return };
    if judge("python3", test, shop.scratch.path()).is_none() {
        return;
    }
    let command = shop.command(&["rehearse", "--channel", "pypi", "--json"]);
    let document = run(&command).ends(0).json();
    let expected = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        "installed"
    } else {
        "compared"
    };
    for (at, name) in ["pip", "uv"].iter().enumerate() {
        let client = &document["clients"][at];
        assert_eq!(client["client"], *name, "{document}");
        assert_eq!(client["outcome"], expected, "{document}");
    }
}
