//! The same by other roads: a folder on this machine, and a real sshd with a bare repository behind it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::apply::{Done, apply};
use xtask::channel;
use xtask::effect::environment;
use xtask::effect::files::{self, Scratch};
use xtask::effect::process::Program;
use xtask::effect::secret::Secret;
use xtask::judges::Judge;
use xtask::outside::Credentials;
use xtask::plan::Verb as _;
use xtask::protocol::git::{Commit, Remote, Verb};
use xtask::standing::Standing;

use super::{Bench, formula, outside};
use crate::channels::fixture::{house, judge};
use crate::support::scratch;

#[test]
fn a_folder_is_a_repository_like_any_other() {
    let bench = Bench::new("");
    let dir = bench.scratch.path().join("bare.git");
    files::create_dir(&dir).unwrap();
    let init = xtask::git::program().dir(&dir);
    init.args(["init", "--quiet", "--bare", "--initial-branch=trunk", "."])
        .read()
        .unwrap();
    let remote = Remote::new(format!("file://{}", dir.display()));
    let verb = Verb::Commit(Commit {
        branch: Some("master".to_owned()),
        ..bench.commit(remote, &formula("1.2.3"))
    });
    assert_eq!(bench.apply(verb.clone()), Ok(Done::Made));
    assert_eq!(bench.apply(verb), Ok(Done::AlreadyThere));
    let shown = xtask::git::program().dir(&dir);
    let shown = shown.args(["show", "master:Formula/demo.rb"]).read().unwrap();
    assert_eq!(shown, formula("1.2.3").trim_end());
}

/// An sshd that runs until the value goes.
struct Sshd {
    child: Child,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(path: &Path) {
    let words = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"];
    Program::new("ssh-keygen").args(words).arg(path).read().unwrap();
}

/// Starts one that lets a key do nothing but speak to repositories.
#[expect(
    clippy::disallowed_methods,
    reason = "it runs beside the test until it is killed"
)]
fn sshd(program: &Path, dir: &Path) -> Sshd {
    key(&dir.join("host"));
    key(&dir.join("user"));
    let allowed = files::read_text(&dir.join("user.pub")).unwrap();
    let serve = format!("command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\",restrict {allowed}");
    files::write(&dir.join("allowed"), serve.as_bytes()).unwrap();
    // sshd drops to a user of its own before it reads nothing more, and wants this folder for it (sshd(8)).
    files::create_dir(Path::new("/run/sshd")).unwrap();
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/allowed\nPidFile none\n\
         UsePAM no\nStrictModes no\nPasswordAuthentication no\nLogLevel ERROR\n",
        dir.display()
    );
    files::write(&dir.join("sshd_config"), config.as_bytes()).unwrap();
    let child = Command::new(program)
        .args(["-D", "-e", "-f"])
        .arg(dir.join("sshd_config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let sshd = Sshd { child, port };
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "sshd does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    sshd
}

fn public(path: &Path) -> String {
    let text = files::read_text(path).unwrap();
    text.split(' ')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// The outside of a run whose key is in the variable of the AUR's row.
fn with_key(scratch: &Scratch, key: &str) -> xtask::outside::Outside {
    let name = "AUR_SSH_PRIVATE_KEY";
    outside(
        scratch,
        Credentials::Given(BTreeMap::from([(name, Secret::new(name, key))])),
    )
}

#[cfg(unix)]
#[test]
fn a_real_ssh_server_gets_the_key_of_the_variable_and_is_known_by_its_own() {
    let test = "git over ssh";
    let place = scratch();
    let dir = place.path();
    if judge("sshd", test, dir).is_none() {
        return;
    }
    let program = Judge::find("sshd").unwrap().path(house()).unwrap();
    let bare = dir.join("srv/demo.git");
    files::create_dir(&bare).unwrap();
    let git = |words: &[&str]| xtask::git::program().dir(&bare).args(words).read().unwrap();
    git(&["init", "--quiet", "--bare", "--initial-branch=master", "."]);
    git(&["config", "receive.denyNonFastForwards", "true"]);
    let sshd = sshd(&program, dir);
    let user = environment::var("USER").unwrap_or_else(|| "root".to_owned());
    let url = format!("ssh://{user}@127.0.0.1:{}{}", sshd.port, bare.display());

    let bench = Bench::new("");
    let aur = channel::find("aur").unwrap();
    let key = files::read_text(&dir.join("user")).unwrap();
    let known = Remote {
        url: url.clone(),
        host_keys: vec![public(&dir.join("host.pub"))],
    };
    let verb = |remote: Remote| {
        Verb::Commit(Commit {
            branch: Some("master".to_owned()),
            ..bench.commit(remote, &formula("1.2.3"))
        })
    };
    // A secret that a form of a web page has stored often lost the last line end, and got others.
    let run = with_key(&bench.scratch, key.trim_end());
    assert_eq!(apply(&verb(known.clone()), &run.act(aur), None), Ok(Done::Made));
    assert_eq!(
        apply(&verb(known.clone()), &run.act(aur), None),
        Ok(Done::AlreadyThere)
    );
    assert_eq!(git(&["rev-list", "--count", "master"]), "1");

    let stranger = Remote {
        host_keys: vec![public(&dir.join("user.pub"))],
        ..known.clone()
    };
    let failure = verb(stranger).probe(&run.look(aur)).unwrap_err();
    assert!(failure.what.contains("Host key verification failed"), "{failure}");
    assert!(
        failure.help[0].starts_with("compare the keys"),
        "{:?}",
        failure.help
    );

    let other = dir.join("other");
    self::key(&other);
    let run = with_key(&bench.scratch, &files::read_text(&other).unwrap());
    let failure = verb(known.clone()).probe(&run.look(aur)).unwrap_err();
    assert!(failure.what.contains("Permission denied"), "{failure}");
    assert!(
        failure.help[0].starts_with("the token or key"),
        "{:?}",
        failure.help
    );

    // What lies on disk of a key goes with the client that needed it.
    let left = files::list(run.scratch.path()).unwrap();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    assert_eq!(
        verb(known).probe(&with_key(&bench.scratch, &key).look(aur)),
        Ok(Standing::Same)
    );
}
