//! The plan of the AUR over a real sshd, as the real server is: a forced command, repositories made on first use, its rules.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::apply::{Done, apply};
use xtask::channel;
use xtask::config::Config;
use xtask::effect::environment;
use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::effect::report::Report;
use xtask::effect::secret::Secret;
use xtask::judges::Judge;
use xtask::outside::{Credentials, Outside, Tempo};
use xtask::plan::Step;
use xtask::protocol::endpoint::Endpoints;
use xtask::protocol::git::{Commit, Verb};
use xtask::publish::{Wish, plans};
use xtask::standing::Again;

use crate::channels::fixture::{house, judge};
use crate::publish::fixture::Shop;

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

/// What aurweb/git/serve.py does: the name out of the path, a repository on first use, then git-shell.
const SERVE: &str = r#"#!/bin/sh
set -- $SSH_ORIGINAL_COMMAND
name=$(basename "$(echo "$2" | tr -d "'")" .git)
case $1 in git-upload-pack | git-receive-pack) ;; *) echo "Interactive shell is disabled." >&2; exit 1 ;; esac
repo=DIR/$name.git
if [ ! -d "$repo" ]; then
    git init --quiet --bare --initial-branch=master "$repo"
    git --git-dir "$repo" config receive.denyNonFastForwards true
    cp DIR/update.sh "$repo/hooks/update"
    chmod +x "$repo/hooks/update"
fi
exec git-shell -c "$1 '$repo'"
"#;

/// Starts one on a free port.
#[expect(
    clippy::disallowed_methods,
    reason = "it runs beside the test until it is killed"
)]
fn start(program: &Path, dir: &Path) -> Sshd {
    for name in ["host", "user", "other"] {
        key(&dir.join(name));
    }
    let serve = dir.join("serve.sh");
    let repositories = dir.join("repositories");
    files::create_dir(&repositories).unwrap();
    let text = SERVE.replace("DIR", repositories.to_str().unwrap());
    files::write(&serve, text.as_bytes()).unwrap();
    files::set_mode(&serve, 0o755).unwrap();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/twin/aur/update.sh");
    files::copy(&rules, &repositories.join("update.sh")).unwrap();
    let allowed = files::read_text(&dir.join("user.pub")).unwrap();
    let line = format!("command=\"{}\",restrict {allowed}", serve.display());
    files::write(&dir.join("allowed"), line.as_bytes()).unwrap();
    // sshd gives up its rights in this folder (sshd(8)); who is not root needs none.
    let _ = files::create_dir(Path::new("/run/sshd"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
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

#[cfg(unix)]
#[test]
fn the_plan_goes_through_a_real_ssh_server() {
    const TEST: &str = "publish::aur::ssh::the_plan_goes_through_a_real_ssh_server";
    let Some(shop) = Shop::open(TEST) else { return };
    let dir = shop.scratch.path().join("ssh");
    files::create_dir(&dir).unwrap();
    if judge("sshd", TEST, &dir).is_none() {
        return;
    }
    let sshd = start(&Judge::find("sshd").unwrap().path(house()).unwrap(), &dir);
    let user = environment::var("USER").unwrap_or_else(|| "root".to_owned());
    let mut endpoints = Endpoints::default();
    endpoints.set("aur-git", &format!("ssh://{user}@127.0.0.1:{}", sshd.port));

    let aur = channel::find("aur").unwrap();
    let config = Config::load(&shop.demo.root).unwrap();
    let editions = [shop.demo.edition.clone()];
    let plan = plans(&editions, &config, &endpoints, &[aur], &Wish::default())
        .unwrap()
        .remove(0);
    let commits = |host: &str| -> Vec<Verb> {
        let public = files::read_text(&dir.join(host)).unwrap();
        let key = public.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let with_key = |it: &Step| match it {
            Step::Git(Verb::Commit(it)) => {
                let mut commit: Commit = it.clone();
                commit.remote.host_keys = vec![key.trim().to_owned()];
                Some(Verb::Commit(commit))
            }
            _ => None,
        };
        plan.steps().filter_map(with_key).collect()
    };
    let name = "AUR_SSH_PRIVATE_KEY";
    let outside = |key: &str| {
        let secret = Secret::new(name, &files::read_text(&dir.join(key)).unwrap());
        let given = Credentials::Given(BTreeMap::from([(name, secret)]));
        let tempo = Tempo {
            attempts: 2,
            first_wait: Duration::from_millis(10),
            ..Tempo::default()
        };
        Outside::new(
            &shop.demo.root.join("dist"),
            endpoints.clone(),
            given,
            tempo,
            Report::quiet(),
        )
        .unwrap()
    };

    let ours = outside("user");
    let verbs = commits("host.pub");
    assert_eq!(verbs.len(), 2);
    for verb in &verbs {
        assert_eq!(apply(verb, &ours.act(aur), None), Ok(Done::Made), "{verb}");
    }
    for verb in &verbs {
        assert_eq!(
            apply(verb, &ours.act(aur), None),
            Ok(Done::AlreadyThere),
            "{verb}"
        );
    }
    for base in ["demo", "demo-bin"] {
        let git = xtask::git::program().dir(dir.join(format!("repositories/{base}.git")));
        let there = git.clone().args(["show", "master:.SRCINFO"]).read().unwrap();
        let rendered = shop.dist.join(format!("channels/aur/{base}/.SRCINFO"));
        assert_eq!(there, files::read_text(&rendered).unwrap().trim_end());
        assert_eq!(git.args(["rev-list", "--count", "master"]).read().unwrap(), "1");
    }

    // Another server than the known one gets nothing, and another key is let in nowhere.
    let failure = apply(&commits("other.pub")[0], &ours.act(aur), None).unwrap_err();
    assert!(failure.what.contains("Host key verification failed"), "{failure}");
    assert_eq!(failure.again, Again::Never);
    let failure = apply(&verbs[0], &outside("other").act(aur), None).unwrap_err();
    assert!(failure.what.contains("Permission denied (publickey"), "{failure}");
    assert_eq!(failure.again, Again::Never);
}
