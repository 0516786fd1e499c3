//! The outside as steps see it: what may be read, what may be changed, with whose credentials and how patiently.

mod credential;
mod pace;
mod tempo;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::channel::Channel;
use crate::digest::{Algorithm, Checksum, HashWriter, Sha256};
use crate::effect::environment;
use crate::effect::files::Scratch;
use crate::effect::http::{Answer, Http, Method, Request, Trouble};
use crate::effect::process::{Outcome, Program};
use crate::effect::report::Report;
use crate::plan::Item;
use crate::protocol::answer;
use crate::protocol::endpoint::Endpoints;
use crate::standing::{Again, Failure};

pub use credential::{Credential, Credentials};
pub use pace::{Pace, Paces};
pub use tempo::Tempo;

/// The variables by which clients are told what to reach without a proxy; which of the two counts differs among them.
const PROXIES: &[&str] = &["NO_PROXY", "no_proxy"];

/// Everything outside of this program that a run may touch. Shared by all threads of the run.
pub struct Outside {
    /// The HTTP client.
    pub http: Http,
    /// Where the registries are.
    pub endpoints: Endpoints,
    /// Where secrets come from.
    pub credentials: Credentials,
    /// Other programs in the place of some, by name: a rehearsal's stand-ins.
    pub programs: BTreeMap<String, PathBuf>,
    /// How patiently it is tried again.
    pub tempo: Tempo,
    /// The release.
    pub dist: PathBuf,
    /// The command that goes on after a failure, without `cargo xtask`.
    pub command: &'static str,
    /// Where the receipts are written.
    pub receipts: PathBuf,
    /// A folder of this run that is gone after it, readable by its user alone.
    pub scratch: Scratch,
    /// Where is told what happens.
    pub report: Report,
    paces: Paces,
    memory: Mutex<BTreeMap<String, String>>,
}

impl Outside {
    /// The outside of a run over the release in `dist`.
    pub fn new(
        dist: &Path,
        endpoints: Endpoints,
        credentials: Credentials,
        tempo: Tempo,
        report: Report,
    ) -> anyhow::Result<Outside> {
        Ok(Outside {
            http: Http::new(),
            endpoints,
            credentials,
            programs: BTreeMap::new(),
            tempo,
            dist: dist.to_owned(),
            command: "publish",
            receipts: dist.join(crate::receipt::FOLDER),
            scratch: Scratch::new(&environment::temp_dir())?,
            report,
            paces: Paces::default(),
            memory: Mutex::default(),
        })
    }

    /// The outside for one channel, to be read.
    pub fn look(&self, channel: &'static Channel) -> Look<'_> {
        Look {
            outside: self,
            channel,
        }
    }

    /// The outside for one channel, to be changed.
    pub fn act(&self, channel: &'static Channel) -> Act<'_> {
        Act(self.look(channel))
    }
}

/// The outside for one channel: it can be read and not changed.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    outside: &'a Outside,
    /// The channel.
    pub channel: &'static Channel,
}

/// The outside for one channel: it can be changed.
#[derive(Clone, Copy)]
pub struct Act<'a>(Look<'a>);

impl<'a> Deref for Act<'a> {
    type Target = Look<'a>;

    fn deref(&self) -> &Look<'a> {
        &self.0
    }
}

impl<'a> Look<'a> {
    /// Asks by GET or HEAD. What may pass is tried again, with back-off; every status that stays is an answer.
    pub fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        assert!(
            matches!(request.method, Method::Get | Method::Head),
            "reading does not change: {:?}",
            request.method
        );
        let request = self.within(request);
        self.patiently(|| self.outside.http.send(&request))
    }

    /// The size and digest of what an address serves; `None` when nothing is there (404 or 410).
    pub fn digest_of(&self, request: &Request) -> Result<Option<(u64, Sha256)>, Failure> {
        let mut found = None;
        let request = &*self.within(request);
        let answer = self.patiently(|| {
            let mut writer = HashWriter::new(std::io::sink(), Algorithm::Sha256);
            let answer = self.outside.http.fetch(request, &mut writer);
            let (_, digest, size_bytes) = writer.finish();
            if let Checksum::Sha256(digest) = digest {
                found = Some((size_bytes, digest));
            }
            answer
        })?;
        match answer.status {
            200 => Ok(found),
            404 | 410 => Ok(None),
            _ => Err(answer::failure(request, &answer, &answer.text())),
        }
    }

    /// Runs a program that only reads. How it ended is for the caller to judge.
    pub fn read(&self, program: &Program) -> Result<Outcome, Failure> {
        self.outside.report.detail(format_args!("$ {}", program.shown()));
        Ok(program.output(None)?)
    }

    /// A program by name, or its stand-in.
    pub fn program(&self, name: &str) -> Program {
        let program = match self.outside.programs.get(name) {
            Some(path) => Program::new(path),
            None => Program::new(name),
        };
        // A registry on the loopback is reached without a proxy by us, and so it is by the clients that we start.
        PROXIES.iter().fold(program, |program, variable| {
            let own = environment::var(variable)
                .map(|it| format!("{it},"))
                .unwrap_or_default();
            program.env(variable, format!("{own}127.0.0.1,localhost"))
        })
    }

    /// Whether a program, or its stand-in, is there.
    pub fn has_program(&self, name: &str) -> bool {
        self.outside.programs.contains_key(name) || environment::find_program(name).is_some()
    }

    /// The first complete way of the channel's credentials, or what is missing.
    pub fn credential(&self) -> Result<Credential, Failure> {
        self.outside.credentials.of(self.channel)
    }

    /// The first of these ways that is complete: for a part of a channel that needs another right than the rest.
    pub fn credential_of(&self, ways: &[&[&'static str]]) -> Result<Credential, Failure> {
        self.outside.credentials.first_of(self.channel, ways)
    }

    /// Where a registry is: the setting, else the public one; `None` where only its own client knows.
    pub fn endpoint(&self, name: &str) -> Option<String> {
        let endpoints = self.outside.endpoints.of(self.channel.name);
        endpoints.get(name).map(str::to_owned)
    }

    /// Where a file of the release lies.
    pub fn path(&self, item: &Item) -> PathBuf {
        self.outside.dist.join(&item.path)
    }

    /// The release.
    pub fn dist(&self) -> &'a Path {
        &self.outside.dist
    }

    /// A folder of this run that is gone after it.
    pub fn scratch(&self) -> &'a Path {
        self.outside.scratch.path()
    }

    /// How patiently it is tried again.
    pub fn tempo(&self) -> &'a Tempo {
        &self.outside.tempo
    }

    /// The command that goes on with some channels, as it is typed.
    pub fn command(&self, channels: &[&str]) -> String {
        let channels: Vec<String> = channels.iter().map(|it| format!(" --channel {it}")).collect();
        format!("cargo xtask {}{}", self.outside.command, channels.concat())
    }

    /// Where is told what happens.
    pub fn report(&self) -> Report {
        self.outside.report
    }

    /// What was remembered under a key in this run, such as a token.
    pub fn recall(&self, key: &str) -> Option<String> {
        let memory = self.outside.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(&self.scoped(key)).cloned()
    }

    /// Remembers something of this channel for the run.
    pub fn remember(&self, key: &str, value: &str) {
        let mut memory = self.outside.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.insert(self.scoped(key), value.to_owned());
    }

    /// Forgets it.
    pub fn forget(&self, key: &str) {
        let mut memory = self.outside.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.remove(&self.scoped(key));
    }

    fn scoped(&self, key: &str) -> String {
        format!("{}/{key}", self.channel.name)
    }

    /// The request, waiting no longer than the tempo grants.
    fn within<'r>(&self, request: &'r Request) -> Cow<'r, Request> {
        let most_s = self.outside.tempo.most_answer.as_secs_f64();
        if request.wait_s <= most_s {
            return Cow::Borrowed(request);
        }
        Cow::Owned(request.clone().wait_s(most_s))
    }

    /// Sends until an answer comes that will not pass, at most as often as the tempo says.
    fn patiently(&self, mut send: impl FnMut() -> Result<Answer, Trouble>) -> Result<Answer, Failure> {
        let tempo = &self.outside.tempo;
        let mut turn = 1;
        loop {
            let result = send();
            let again = match &result {
                Ok(answer) => answer::again(answer),
                Err(trouble) if trouble.is_transient() => Again::Soon,
                Err(_) => Again::Never,
            };
            match tempo.wait_before(turn, again) {
                Some(wait) => {
                    self.report()
                        .detail(format_args!("{}: tried again in {wait:.1?}", self.channel));
                    std::thread::sleep(wait);
                }
                None => return result.map_err(answer::of_trouble),
            }
            turn += 1;
        }
    }
}

impl Act<'_> {
    /// Sends a request once, whatever its method. Every status is an answer; what broke on the way is a failure that says
    /// whether it may pass. It is never sent again here: the loop over steps asks first whether it arrived.
    pub fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let request = self.within(request);
        self.outside.http.send(&request).map_err(answer::of_trouble)
    }

    /// Runs a program that changes something. How it ended is for the caller to judge.
    pub fn run(&self, program: &Program) -> Result<Outcome, Failure> {
        self.read(program)
    }

    /// Runs a program that changes something and speaks to a server by itself: it is ended when that takes much longer than
    /// an answer is waited for.
    pub fn run_within(&self, program: &Program) -> Result<Outcome, Failure> {
        const START: Duration = Duration::from_mins(1);
        self.report().detail(format_args!("$ {}", program.shown()));
        Ok(program.output(Some(self.tempo().most_answer + START))?)
    }

    /// Waits until the channel's own limit lets the next change through.
    pub fn pace(&self, pace: &Pace) {
        let wait = self.outside.paces.take(pace, &self.outside.tempo);
        if !wait.is_zero() {
            self.report().say(format_args!(
                "{}: waiting {wait:.0?}, since {}",
                self.channel, pace.why
            ));
            std::thread::sleep(wait);
        }
    }
}
