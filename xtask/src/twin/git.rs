//! git repositories on disk, served over smart HTTP by git's own server program.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::twin::server::{Incoming, Reply};

/// The repositories of a site. It is asked from several threads; git locks what it writes.
#[derive(Clone, Debug)]
pub struct Repositories {
    dir: PathBuf,
}

/// What a client wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// To read: `git-upload-pack`.
    Fetch,
    /// To write: `git-receive-pack`.
    Push,
}

/// A request that is about a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name, such as `owner/name`, without `.git`.
    pub name: String,
    /// What it is for.
    pub service: Service,
    /// What is asked of the repository: `info/refs`, `git-upload-pack`, `git-receive-pack`.
    rest: &'static str,
}

/// The words of the programs that serve, with what they are for.
const SERVICES: &[(&str, Service)] = &[
    ("git-upload-pack", Service::Fetch),
    ("git-receive-pack", Service::Push),
];

/// Who makes the commits that are there before anybody publishes.
const SOMEBODY: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "Somebody"),
    ("GIT_AUTHOR_EMAIL", "somebody@git.example"),
    ("GIT_AUTHOR_DATE", "1700000000 +0000"),
    ("GIT_COMMITTER_NAME", "Somebody"),
    ("GIT_COMMITTER_EMAIL", "somebody@git.example"),
    ("GIT_COMMITTER_DATE", "1700000000 +0000"),
];

/// Reads a request below a path such as `/git`, or `` for the whole site; `None` when it is about something else.
pub fn asked(request: &Incoming, below: &str) -> Option<Asked> {
    let path = request.path.strip_prefix(below)?.strip_prefix('/')?;
    if let Some(name) = path.strip_suffix("/info/refs") {
        // Without a service it is the old protocol, which nobody serves any more.
        let word = request.argument("service")?;
        let (_, service) = SERVICES.iter().find(|it| it.0 == word)?;
        return Asked::of(name, *service, "info/refs");
    }
    let (name, word) = path.rsplit_once('/')?;
    let (rest, service) = SERVICES.iter().find(|it| it.0 == word)?;
    Asked::of(name, *service, rest)
}

impl Asked {
    fn of(name: &str, service: Service, rest: &'static str) -> Option<Asked> {
        let name = name.strip_suffix(".git").unwrap_or(name);
        is_name(name).then(|| Asked {
            name: name.to_owned(),
            service,
            rest,
        })
    }
}

/// Whether a name leads to no other place on disk.
fn is_name(name: &str) -> bool {
    let is_part = |it: &str| {
        !it.is_empty()
            && !it.starts_with('.')
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b".-_+@".contains(&it))
    };
    !name.is_empty() && name.split('/').all(is_part)
}

/// The answer to who has not said who they are, in the words of GitHub's server. git asks again with a password, if it has
/// one.
pub fn unauthorized(words: &str) -> Reply {
    Reply::text(401, words).with("www-authenticate", "Basic realm=\"GitHub\"")
}

impl Repositories {
    /// The repositories below a folder, which is made.
    pub fn new(dir: &Path) -> anyhow::Result<Repositories> {
        files::create_dir(dir)?;
        Ok(Repositories { dir: dir.to_owned() })
    }

    /// Makes an empty repository that shows a branch first; one that is there stays as it is. A push that is not a
    /// fast-forward is refused.
    pub fn create(&self, name: &str, branch: &str) -> anyhow::Result<()> {
        assert!(is_name(name), "`{name}` is no name of a repository");
        let dir = self.dir_of(name);
        if dir.join("HEAD").is_file() {
            return Ok(());
        }
        files::create_dir(&dir)?;
        self.git(name)
            .args([
                "init",
                "--quiet",
                "--bare",
                "--template=",
                "--initial-branch",
                branch,
                ".",
            ])
            .read()?;
        for (key, value) in [
            ("http.receivepack", "true"),
            ("receive.denyNonFastForwards", "true"),
            ("receive.denyDeletes", "false"),
            // A checkout of CI has the newest commit alone, and is copied from.
            ("receive.shallowUpdate", "true"),
            ("uploadpack.allowAnySHA1InWant", "true"),
            ("uploadpack.allowFilter", "true"),
            ("gc.auto", "0"),
        ] {
            self.git(name).args(["config", key, value]).read()?;
        }
        Ok(())
    }

    /// Whether there is one of this name.
    pub fn has(&self, name: &str) -> bool {
        is_name(name) && self.dir_of(name).join("HEAD").is_file()
    }

    /// Where it lies: a repository without a work tree.
    pub fn dir_of(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.git"))
    }

    /// git in the repository, without the settings of this machine.
    pub fn git(&self, name: &str) -> Program {
        self.plain().dir(self.dir_of(name))
    }

    /// Puts a script in the place of a hook, such as `update` or `pre-receive`. What it prints goes to whoever pushes.
    pub fn hook(&self, name: &str, hook: &str, script: &str) -> anyhow::Result<()> {
        let path = self.dir_of(name).join("hooks").join(hook);
        files::write(&path, script.as_bytes())?;
        files::set_mode(&path, 0o755)
    }

    /// Brings a commit of a repository on this machine, with all that it comes from, to a branch.
    pub fn copy(&self, name: &str, branch: &str, from: &Path, commit: &str) -> anyhow::Result<()> {
        self.plain()
            .dir(from)
            .args(["push", "--quiet", "--no-verify", "--no-follow-tags"])
            .arg(self.dir_of(name))
            .arg(format!("{commit}:refs/heads/{branch}"))
            .read()
            .with_context(|| format!("cannot copy the commit {commit} of the workspace"))?;
        Ok(())
    }

    /// The commit of a ref, a tag peeled; `None` when there is none.
    pub fn commit_of(&self, name: &str, reference: &str) -> anyhow::Result<Option<String>> {
        let outcome = self
            .git(name)
            .args([
                "rev-parse",
                "--verify",
                "--quiet",
                &format!("{reference}^{{commit}}"),
            ])
            .output(None)?;
        let text = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
        Ok(outcome.is_success().then_some(text))
    }

    /// A file at a ref; `None` when the ref or the file is not there.
    pub fn read(&self, name: &str, reference: &str, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let outcome = self
            .git(name)
            .args(["cat-file", "blob", &format!("{reference}:{path}")])
            .output(None)?;
        Ok(outcome.is_success().then_some(outcome.stdout))
    }

    /// Commits files on top of a branch as somebody else would; `None` for a file that goes. Gives the commit.
    pub fn write(
        &self,
        name: &str,
        branch: &str,
        changes: &[(&str, Option<&[u8]>)],
        message: &str,
    ) -> anyhow::Result<String> {
        let scratch = Scratch::new(&self.dir)?;
        let index = scratch.path().join("index");
        let git = || self.git(name).env("GIT_INDEX_FILE", &index);
        let fed = |program: Program, input: Vec<u8>| -> anyhow::Result<String> {
            let outcome = program.output_of(input)?;
            if !outcome.is_success() {
                return Err(program.failure(&outcome));
            }
            Ok(String::from_utf8_lossy(&outcome.stdout).trim().to_owned())
        };
        let reference = format!("refs/heads/{branch}");
        let parent = self.commit_of(name, &reference)?;
        git()
            .args(["read-tree", parent.as_deref().unwrap_or("--empty")])
            .read()?;
        let mut lines = String::new();
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => {
                    let id = fed(
                        git().args(["hash-object", "-w", "--no-filters", "--stdin"]),
                        bytes.to_vec(),
                    )?;
                    lines += &format!("100644 {id}\t{path}\0");
                }
                None => lines += &format!("0 {}\t{path}\0", "0".repeat(40)),
            }
        }
        fed(
            git().args(["update-index", "-z", "--index-info"]),
            lines.into_bytes(),
        )?;
        let tree = git().arg("write-tree").read()?;
        let mut commit = git().args(["commit-tree", &tree]).envs(SOMEBODY.iter().copied());
        if let Some(parent) = &parent {
            commit = commit.args(["-p", parent]);
        }
        let id = fed(commit, format!("{message}\n").into_bytes())?;
        // The old value makes it fail when somebody else was faster.
        let old = parent.unwrap_or_else(|| "0".repeat(40));
        git().args(["update-ref", &reference, &id, &old]).read()?;
        Ok(id)
    }

    /// Answers with git's own server program. Who may do what was decided before.
    pub fn serve(&self, request: &Incoming, asked: &Asked) -> Reply {
        self.backend(request, asked)
            .unwrap_or_else(|error| Reply::text(500, format!("{error:#}")))
    }

    fn backend(&self, request: &Incoming, asked: &Asked) -> anyhow::Result<Reply> {
        let query: Vec<String> = request.query.iter().map(|(a, b)| format!("{a}={b}")).collect();
        let mut program = self
            .plain()
            .dir(&self.dir)
            .arg("http-backend")
            .env("GIT_PROJECT_ROOT", &self.dir)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("PATH_INFO", format!("/{}.git/{}", asked.name, asked.rest))
            .env("REQUEST_METHOD", &request.method)
            .env("QUERY_STRING", query.join("&"))
            .env("CONTENT_LENGTH", request.body.len().to_string())
            .env("REMOTE_USER", "somebody")
            .env("REMOTE_ADDR", "127.0.0.1");
        for (header, variable) in [
            ("content-type", "CONTENT_TYPE"),
            ("content-encoding", "HTTP_CONTENT_ENCODING"),
            ("git-protocol", "GIT_PROTOCOL"),
        ] {
            if let Some(value) = request.header(header) {
                program = program.env(variable, value);
            }
        }
        let outcome = program.output_of(request.body.clone())?;
        reply(&outcome.stdout).with_context(|| {
            format!(
                "`git http-backend` ended with {}: {}",
                outcome.ending(),
                String::from_utf8_lossy(&outcome.stderr).trim()
            )
        })
    }

    fn plain(&self) -> Program {
        crate::git::program()
            .env("HOME", &self.dir)
            .env("XDG_CONFIG_HOME", &self.dir)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_CONFIG_COUNT")
            .env_remove("GIT_CONFIG_GLOBAL")
            .env_remove("GIT_PROTOCOL")
    }
}

/// The reply that a CGI program has printed (RFC 3875 §6).
fn reply(printed: &[u8]) -> Option<Reply> {
    let end = printed.windows(4).position(|it| it == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&printed[..end]).ok()?;
    let mut reply = Reply::bytes(200, None, printed[end + 4..].to_vec());
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(": ")?;
        if name.eq_ignore_ascii_case("status") {
            let (status, reason) = value.split_once(' ').unwrap_or((value, ""));
            reply.status = status.parse().ok()?;
            reply = reply.because(reason);
        } else {
            reply = reply.with(name, value);
        }
    }
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_about_repositories_are_told_from_others() {
        let check = |path: &str, service: &str, expected: Option<(&str, Service)>| {
            let request = Incoming {
                path: path.to_owned(),
                query: vec![("service".to_owned(), service.to_owned())],
                ..Incoming::default()
            };
            let found = asked(&request, "/git");
            let found = found.as_ref().map(|it| (it.name.as_str(), it.service));
            assert_eq!(found, expected, "{path}");
        };
        let (fetch, push) = ("git-upload-pack", "git-receive-pack");
        check("/git/o/r.git/info/refs", fetch, Some(("o/r", Service::Fetch)));
        check("/git/o/r/info/refs", push, Some(("o/r", Service::Push)));
        check(
            "/git/demo.git/git-receive-pack",
            "",
            Some(("demo", Service::Push)),
        );
        check("/git/o/r.git/info/refs", "", None);
        check("/git/o/../r/info/refs", fetch, None);
        check("/git/o/r.git/HEAD", "", None);
        check("/o/r.git/info/refs", fetch, None);
    }

    #[test]
    fn what_a_program_printed_becomes_a_reply() {
        let found = reply(b"Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno").unwrap();
        assert_eq!((found.status, found.body.as_slice()), (403, &b"no"[..]));
        assert_eq!(found.header("content-type"), Some("text/plain"));
        assert_eq!(reply(b"nothing"), None);
    }
}
