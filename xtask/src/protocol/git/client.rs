//! Runs git against a repository elsewhere: who we are goes by the environment, the user's proxies and certificates stay.

use std::path::Path;
use std::time::Duration;

use super::saying;
use super::{Remote, host_keys};
use crate::effect::environment;
use crate::effect::files::{self, Scratch};
use crate::effect::http::HeaderValue;
use crate::effect::process::{Outcome, Program};
use crate::outside::Look;
use crate::publish::{Finding, Weight};
use crate::standing::{Again, Failure};

/// The user name beside a token. GitHub looks at the token alone, whatever its kind.
const USER: &str = "x-access-token";

/// How long a server may send nothing.
const SILENCE: Duration = Duration::from_secs(60);

/// git with what a repository needs.
pub(super) struct Client<'a> {
    look: Look<'a>,
    url: &'a str,
    config: Vec<(String, String)>,
    ssh: Option<String>,
    /// Holds the key, and goes with this value.
    keys_dir: Option<Scratch>,
}

impl<'a> Client<'a> {
    /// Prepares it. Without a credential what is public can still be read.
    pub(super) fn open(look: &Look<'a>, remote: &'a Remote) -> Result<Client<'a>, Failure> {
        let mut client = Client {
            look: *look,
            url: &remote.url,
            config: Vec::new(),
            ssh: None,
            keys_dir: None,
        };
        // The user's own helpers could answer for another account, and remember ours.
        client.set("credential.helper", "");
        client.set("core.askPass", "");
        // A token goes nowhere but to where it is for, whatever the answer points to.
        client.set("http.followRedirects", "false");
        let silence = SILENCE.min(look.tempo().most_answer).as_secs().max(1);
        client.set("http.lowSpeedLimit", "1");
        client.set("http.lowSpeedTime", &silence.to_string());
        client.set("transfer.fsckObjects", "true");
        if remote.url.starts_with("http") {
            if let Ok(credential) = look.credential() {
                client.header(&credential.token().basic(USER));
            }
        } else if remote.url.starts_with("ssh:") {
            client.keys(remote)?;
        }
        Ok(client)
    }

    fn set(&mut self, key: &str, value: &str) {
        self.config.push((key.to_owned(), value.to_owned()));
    }

    /// Sends a header to this repository alone. The empty value takes away what others have set for it: the checkout of
    /// GitHub Actions does, and the server refuses two of them.
    fn header(&mut self, value: &HeaderValue) {
        let key = format!("http.{}.extraHeader", self.url);
        self.set(&key, "");
        self.set(&key, &format!("Authorization: {}", value.reveal()));
    }

    /// Writes the key and the server's keys into a folder of this client alone.
    fn keys(&mut self, remote: &Remote) -> Result<(), Failure> {
        let dir = Scratch::new(self.look.scratch())?;
        let mut words = vec!["ssh".to_owned()];
        for option in [
            "BatchMode=yes",
            "ConnectTimeout=20",
            "ServerAliveInterval=20",
            "StrictHostKeyChecking=yes",
        ] {
            words.extend(["-o".to_owned(), option.to_owned()]);
        }
        if !remote.host_keys.is_empty() {
            let mut lines = String::new();
            for key in &remote.host_keys {
                let line = host_keys::line(&remote.url, key);
                lines +=
                    &line.ok_or_else(|| Failure::new(format!("`{}` is no address for ssh", remote.url)))?;
                lines.push('\n');
            }
            let path = dir.path().join("known_hosts");
            files::write_unsynced(&path, lines.as_bytes())?;
            for option in ["UserKnownHostsFile", "GlobalKnownHostsFile"] {
                words.extend([
                    "-o".to_owned(),
                    shell(&format!("{option}=\"{}\"", path.display())),
                ]);
            }
        }
        if let Ok(credential) = self.look.credential() {
            let path = dir.path().join("key");
            files::write_unsynced(&path, b"")?;
            // Before the key is in it: nobody else may read it, and ssh takes no other.
            files::set_mode(&path, 0o600)?;
            // A variable has often lost the line end without which ssh reads no key, or got those of Windows.
            let key = credential.token().reveal().trim().replace("\r\n", "\n") + "\n";
            files::write_unsynced(&path, key.as_bytes())?;
            words.extend(["-i".to_owned(), shell(&path.display().to_string())]);
            for option in ["IdentitiesOnly=yes", "IdentityAgent=none"] {
                words.extend(["-o".to_owned(), option.to_owned()]);
            }
        }
        self.ssh = Some(words.join(" "));
        self.keys_dir = Some(dir);
        Ok(())
    }

    /// git in a folder, ready to speak to the repository.
    pub(super) fn git(&self, dir: &Path) -> Program {
        let mut git = crate::git::program()
            .dir(dir)
            // Its words are read.
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env_remove("SSH_ASKPASS");
        // What the caller of this program has set the same way stays in force.
        let before = environment::var("GIT_CONFIG_COUNT");
        let before: usize = before.and_then(|it| it.parse().ok()).unwrap_or_default();
        for (at, (key, value)) in self.config.iter().enumerate() {
            let number = before + at;
            git = git
                .env(format!("GIT_CONFIG_KEY_{number}"), key)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        git = git.env("GIT_CONFIG_COUNT", (before + self.config.len()).to_string());
        match &self.ssh {
            Some(ssh) => git.env("GIT_SSH_COMMAND", ssh).env("GIT_SSH_VARIANT", "ssh"),
            None => git,
        }
    }

    /// Runs what only reads from the repository, as patiently as the tempo says.
    pub(super) fn ask(&self, doing: &str, program: &Program) -> Result<Outcome, Failure> {
        let mut turn = 1;
        loop {
            let outcome = self.look.read(program)?;
            if outcome.is_success() {
                return Ok(outcome);
            }
            let failure = saying::failure(doing, self.url, &outcome);
            let Some(wait) = self.look.tempo().wait_before(turn, failure.again) else {
                return Err(failure);
            };
            self.look.report().detail(format_args!(
                "{}: {failure}; tried again in {wait:.1?}",
                self.look.channel
            ));
            std::thread::sleep(wait);
            turn += 1;
        }
    }

    /// Runs what stays on this machine, with these bytes as its input.
    pub(super) fn local(program: &Program, input: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let outcome = program.output_of(input)?;
        if outcome.is_success() {
            return Ok(outcome.stdout);
        }
        Err(program.failure(&outcome).into())
    }

    /// The address.
    pub(super) fn url(&self) -> &'a str {
        self.url
    }
}

/// A word of the shell that git starts ssh with.
fn shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Whether a push would get through to the server's rules: an empty one is tried, which changes nothing.
pub fn can_push(look: &Look<'_>, remote: &Remote) -> Finding {
    let tried = || -> Result<(), Failure> {
        let client = Client::open(look, remote)?;
        let dir = Scratch::new(look.scratch())?;
        let init = client.git(dir.path()).args(["init", "--quiet", "--bare", "."]);
        Client::local(&init, Vec::new())?;
        // Deleting what is not there asks for the right to write and ends before anything is sent.
        let push = client
            .git(dir.path())
            .args(["push", "--dry-run", "--porcelain", client.url()])
            .arg(":refs/xtask/no-such-ref");
        let outcome = look.read(&push)?;
        let said = saying::words(&outcome);
        if outcome.is_success() || said.contains("remote ref does not exist") {
            return Ok(());
        }
        Err(saying::failure("push to", client.url(), &outcome))
    };
    match tried() {
        Ok(()) => Finding::new(Weight::Good, format!("`{}` lets us push", remote.url)),
        Err(failure) => {
            let weight = if failure.again == Again::Never {
                Weight::Bad
            } else {
                Weight::Unknown
            };
            let finding = Finding::new(weight, failure.what);
            match failure.help.into_iter().next() {
                Some(help) => finding.help(help),
                None => finding,
            }
        }
    }
}
