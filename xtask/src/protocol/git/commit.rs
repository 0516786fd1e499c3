//! One commit on top of a branch: what the branch holds is read, and a commit with our files is made without a work tree.
//!
//! Without one nothing on this machine can change the bytes: no line ends, filters or hooks of the user's.

use std::cmp::Ordering;
use std::path::PathBuf;

use super::client::Client;
use super::saying::{self, Kind};
use super::stated::compare;
use super::{Commit, Content, Form, Placed, Remote, Rule, identity};
use crate::digest::{Algorithm, Checksum};
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::outside::{Act, Look};
use crate::standing::{Again, Failure, Standing};

/// The branch of a repository that has none yet.
const FIRST_BRANCH: &str = "main";

/// How often a push is made anew because somebody else was faster.
const TURNS: usize = 2;

/// The ref that holds what was fetched.
const FETCHED: &str = "refs/xtask/head";

/// Where a branch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The branch.
    pub branch: String,
    /// Its newest commit; `None` before the first one.
    pub commit: Option<String>,
}

/// A copy of the newest commit of a branch, in a folder that goes with the value.
struct Copied<'a> {
    client: Client<'a>,
    dir: Scratch,
    head: Head,
}

/// What the commit would change.
struct Change {
    path: String,
    /// The mode and blob; `None` for a file that goes.
    blob: Option<(String, String)>,
}

pub(super) fn probe(commit: &Commit, look: &Look<'_>) -> Result<Standing, Failure> {
    let copied = Copied::of(look, &commit.remote, commit.branch.as_deref())?;
    // Found out before the first change of the whole run, not at the commit.
    identity::variables(&|| copied.git(), commit.author.as_deref())?;
    copied.standing(commit, look).map(|it| it.0)
}

pub(super) fn perform(commit: &Commit, act: &Act<'_>) -> Result<(), Failure> {
    let mut last = None;
    for _ in 0..TURNS {
        let copied = Copied::of(act, &commit.remote, commit.branch.as_deref())?;
        let (standing, changes) = copied.standing(commit, act)?;
        match standing {
            Standing::Absent => {}
            Standing::Differs { why } | Standing::Unknown { why } => return Err(Failure::new(why)),
            Standing::Same | Standing::Pending { .. } => return Ok(()),
        }
        let made = copied.commit(commit, &changes)?;
        let push = copied
            .git()
            .args(["push", "--porcelain", "--no-follow-tags", copied.client.url()])
            .arg(format!("{made}:refs/heads/{}", copied.head.branch));
        let outcome = act.run(&push)?;
        if outcome.is_success() {
            return Ok(());
        }
        let failure = saying::failure("push to", copied.client.url(), &outcome);
        if saying::kind(&outcome) != Kind::Raced {
            return Err(failure);
        }
        act.report().say(format_args!(
            "{}: somebody pushed to `{}` meanwhile; made anew on top of it",
            act.channel, commit.remote.url
        ));
        last = Some(failure);
    }
    let failure = last.expect("there was a turn");
    Err(Failure {
        again: Again::Soon,
        ..failure
    })
}

/// Where a branch of a repository stands; `None` asks for the one that the server shows first.
pub fn head(look: &Look<'_>, remote: &Remote, branch: Option<&str>) -> Result<Head, Failure> {
    let client = Client::open(look, remote)?;
    ask_head(&client, &look.scratch().to_owned(), branch)
}

/// The text of a file at the head of a branch; `None` when the branch or the file is not there.
pub fn text_at(
    look: &Look<'_>,
    remote: &Remote,
    branch: Option<&str>,
    path: &str,
) -> Result<Option<String>, Failure> {
    let copied = Copied::of(look, remote, branch)?;
    let blob = copied.blob_at(path)?;
    blob.map(|(_, blob)| copied.text(&blob)).transpose()
}

fn ask_head(client: &Client<'_>, dir: &PathBuf, branch: Option<&str>) -> Result<Head, Failure> {
    let named = branch.map(|it| format!("refs/heads/{it}"));
    let program = client
        .git(dir)
        .args(["ls-remote", "--symref", client.url(), "HEAD"])
        .args(&named);
    let outcome = client.ask("read", &program)?;
    let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
    let rows = || text.lines().filter_map(|it| it.split_once('\t'));
    let shown = rows().find_map(|(target, name)| {
        let target = target.strip_prefix("ref: ").filter(|_| name == "HEAD")?;
        target.strip_prefix("refs/heads/").map(str::to_owned)
    });
    let wanted = named.as_deref().unwrap_or("HEAD");
    let is_id = |it: &&str| it.len() >= 40 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let commit = rows().find(|(id, name)| *name == wanted && is_id(id));
    Ok(Head {
        branch: branch
            .map(str::to_owned)
            .or(shown)
            .unwrap_or_else(|| FIRST_BRANCH.to_owned()),
        commit: commit.map(|it| it.0.to_owned()),
    })
}

impl<'a> Copied<'a> {
    fn of(look: &Look<'a>, remote: &'a Remote, branch: Option<&str>) -> Result<Copied<'a>, Failure> {
        let client = Client::open(look, remote)?;
        let dir = Scratch::new(look.scratch())?;
        let head = ask_head(&client, &dir.path().to_owned(), branch)?;
        let mut copied = Copied { client, dir, head };
        let mut init = copied.git().args(["init", "--quiet", "--bare", "--template="]);
        // A repository of the newer kind tells by the length of its names.
        if copied.head.commit.as_ref().is_some_and(|it| it.len() == 64) {
            init = init.arg("--object-format=sha256");
        }
        Client::local(&init.arg("."), Vec::new())?;
        if copied.head.commit.is_some() {
            let fetch = copied
                .git()
                .args([
                    "fetch",
                    "--quiet",
                    "--depth=1",
                    "--no-tags",
                    "--no-write-fetch-head",
                ])
                .arg(copied.client.url())
                .arg(format!("+refs/heads/{}:{FETCHED}", copied.head.branch));
            copied.client.ask("fetch from", &fetch)?;
            // It may have moved on since it was asked for.
            let id = copied.local(&["rev-parse", FETCHED], Vec::new())?;
            copied.head.commit = Some(id.trim().to_owned());
        }
        Ok(copied)
    }

    fn git(&self) -> Program {
        self.client.git(self.dir.path())
    }

    fn local(&self, words: &[&str], input: Vec<u8>) -> Result<String, Failure> {
        let bytes = Client::local(&self.git().args(words), input)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The mode and blob of a file at the head.
    fn blob_at(&self, path: &str) -> Result<Option<(String, String)>, Failure> {
        let Some(head) = &self.head.commit else {
            return Ok(None);
        };
        let row = self.local(&["ls-tree", "-z", "--full-tree", head, "--", path], Vec::new())?;
        let fields: Vec<&str> = row
            .split(['\t', '\0'])
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        match fields.as_slice() {
            [mode, "blob", id] => Ok(Some(((*mode).to_owned(), (*id).to_owned()))),
            [mode, kind, _] => Err(Failure::new(format!(
                "`{path}` of `{}` is a {kind} of mode {mode}, not a file",
                self.client.url()
            ))),
            _ => Ok(None),
        }
    }

    fn text(&self, blob: &str) -> Result<String, Failure> {
        self.local(&["cat-file", "blob", blob], Vec::new())
    }

    /// Writes a file into the copy, and names its blob.
    fn write(&self, placed: &Placed, look: &Look<'_>) -> Result<String, Failure> {
        let bytes = match &placed.content {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Item(item) => {
                let bytes = files::read(&look.path(item))?;
                let mut hasher = crate::digest::Hasher::new(Algorithm::Sha256);
                hasher.update(&bytes);
                if hasher.finish() != Checksum::Sha256(item.sha256) {
                    return Err(
                        Failure::new(format!("`{}` has changed since the run began", item.path))
                            .help("run `cargo xtask manifests`, then the same command again"),
                    );
                }
                bytes
            }
        };
        let id = self.local(&["hash-object", "-w", "--no-filters", "--stdin"], bytes)?;
        Ok(id.trim().to_owned())
    }

    /// What the branch holds of the commit's files, and what would have to change.
    fn standing(&self, commit: &Commit, look: &Look<'_>) -> Result<(Standing, Vec<Change>), Failure> {
        if let Some(why) = self.newer(commit)? {
            return Ok((Standing::Differs { why }, Vec::new()));
        }
        let mut changes = Vec::new();
        for placed in &commit.files {
            let there = self.blob_at(&placed.path)?;
            if there.is_some() && placed.rule == Rule::KeepTheirs {
                continue;
            }
            let ours = self.write(placed, look)?;
            if there.as_ref().is_some_and(|it| it.1 == ours) {
                continue;
            }
            // A file that somebody made executable stays so; a link does not.
            let mode = there.map(|it| it.0).filter(|it| it == "100755");
            changes.push(Change {
                path: placed.path.clone(),
                blob: Some((mode.unwrap_or_else(|| "100644".to_owned()), ours)),
            });
        }
        for path in &commit.without {
            if self.blob_at(path)?.is_some() {
                changes.push(Change {
                    path: path.clone(),
                    blob: None,
                });
            }
        }
        if changes.is_empty() {
            return Ok((Standing::Same, changes));
        }
        Ok(match self.taken(commit, &changes)? {
            Some(why) => (Standing::Differs { why }, Vec::new()),
            None => (Standing::Absent, changes),
        })
    }

    /// Says so when the branch offers a newer version than ours.
    fn newer(&self, commit: &Commit) -> Result<Option<String>, Failure> {
        let Some(stated) = &commit.stated else {
            return Ok(None);
        };
        let Some((_, blob)) = self.blob_at(&stated.path)? else {
            return Ok(None);
        };
        let there = stated.form.read(&self.text(&blob)?);
        let newer = there.filter(|it| compare(stated.form, it, &stated.version) == Ordering::Greater);
        Ok(newer.map(|it| {
            format!(
                "`{}` of `{}` is at {it} already, which is newer than {}",
                stated.path,
                self.client.url(),
                stated.version
            )
        }))
    }

    /// Says so when the branch offers our very version with other files, and the version has a part for just that: `pkgrel`
    /// of Arch Linux, without which nobody who has the package gets the change.
    fn taken(&self, commit: &Commit, changes: &[Change]) -> Result<Option<String>, Failure> {
        let stated = commit.stated.as_ref().filter(|it| it.form == Form::Srcinfo);
        let Some(stated) = stated else { return Ok(None) };
        let Some((_, blob)) = self.blob_at(&stated.path)? else {
            return Ok(None);
        };
        if stated.form.read(&self.text(&blob)?).as_ref() != Some(&stated.version) {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for change in changes {
            let id = |it: Option<(String, String)>| it.map_or_else(|| "nothing".to_owned(), |it| it.1);
            parts.push(format!(
                "`{}` is blob {} there and {} here",
                change.path,
                id(self.blob_at(&change.path)?),
                id(change.blob.clone())
            ));
        }
        Ok(Some(format!(
            "`{}` is at {} already, with other files: {}; a change of the recipe needs a higher `pkgrel` in the settings",
            self.client.url(),
            stated.version,
            parts.join(", ")
        )))
    }

    /// Makes the commit in the copy, and names it.
    fn commit(&self, commit: &Commit, changes: &[Change]) -> Result<String, Failure> {
        let nothing = "0".repeat(self.head.commit.as_ref().map_or(40, String::len));
        let mut lines = Vec::new();
        for change in changes {
            let line = match &change.blob {
                Some((mode, id)) => format!("{mode} {id}\t{}\0", change.path),
                None => format!("0 {nothing}\t{}\0", change.path),
            };
            lines.extend(line.into_bytes());
        }
        match &self.head.commit {
            Some(head) => self.local(&["read-tree", head], Vec::new())?,
            None => self.local(&["read-tree", "--empty"], Vec::new())?,
        };
        self.local(&["update-index", "-z", "--index-info"], lines)?;
        let tree = self.local(&["write-tree"], Vec::new())?;
        let time_s = commit.time_s.max(self.time_of_head()?);
        let date = format!("{time_s} +0000");
        let mut program = self
            .git()
            .args(["commit-tree", tree.trim()])
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        if let Some(head) = &self.head.commit {
            program = program.args(["-p", head]);
        }
        let signs = self
            .git()
            .args(["config", "--type=bool", "--get", "commit.gpgSign"]);
        if signs.output(None)?.stdout.starts_with(b"true") {
            program = program.arg("-S");
        }
        program = program.envs(identity::variables(&|| self.git(), commit.author.as_deref())?);
        let message = commit.message.trim_end().to_owned() + "\n";
        let id = Client::local(&program, message.into_bytes())?;
        Ok(String::from_utf8_lossy(&id).trim().to_owned())
    }

    /// A commit is not older than the one that it follows: git walks history by these times.
    fn time_of_head(&self) -> Result<i64, Failure> {
        let Some(head) = &self.head.commit else {
            return Ok(0);
        };
        let text = self.local(
            &["log", "-1", "--no-show-signature", "--format=%ct", head],
            Vec::new(),
        )?;
        Ok(text.trim().parse().unwrap_or_default())
    }
}
