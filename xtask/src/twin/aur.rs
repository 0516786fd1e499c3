//! The AUR: git repositories behind its hook, and the interface for questions.

mod rpc;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::effect::files;
use crate::twin::git::{self, Asked, Repositories, Service};
use crate::twin::server::{Incoming, Reply, Site};
use crate::twin::{World, credential};

/// The account that the rehearsal's key belongs to.
const USER: &str = "rehearsal";

/// The variables whose value opens the account. The real server is spoken to over ssh with a key; the local one takes the
/// same value as a password, and a test goes over ssh to one that nobody here wrote.
const KEYS: &[&str] = &["AUR_SSH_PRIVATE_KEY", "AUR_KEY"];

/// The rules of the server for what is pushed, in the words of aurweb/git/update.py at e223682.
const HOOK: &str = include_str!("aur/update.sh");

/// The file in a repository that names its maintainer, where that is somebody else; empty for an orphan.
const MAINTAINER: &str = "maintainer";

/// The AUR.
struct Aur {
    repositories: Repositories,
    dir: PathBuf,
    /// Held while a repository is made: two clients may be the first.
    making: Mutex<()>,
}

/// Opens it, empty.
pub(super) fn open(world: &World) -> anyhow::Result<Arc<dyn Site>> {
    let dir = world.dir.join("aur");
    Ok(Arc::new(Aur {
        repositories: Repositories::new(&dir)?,
        dir,
        making: Mutex::new(()),
    }))
}

impl Site for Aur {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        if request.path.trim_end_matches('/') == "/rpc" {
            return match rpc::answer(self, request, base) {
                Ok(reply) => reply,
                Err(error) => Reply::text(500, format!("{error:#}")),
            };
        }
        let Some(asked) = git::asked(request, "/git") else {
            return Reply::text(404, "Not Found");
        };
        self.serve(request, &asked)
            .unwrap_or_else(|error| Reply::text(500, format!("{error:#}")))
    }
}

impl Aur {
    fn serve(&self, request: &Incoming, asked: &Asked) -> anyhow::Result<Reply> {
        let name = asked.name.as_str();
        let is_push = asked.service == Service::Push;
        let action = if is_push {
            "git-receive-pack"
        } else {
            "git-upload-pack"
        };
        if !is_name(name) {
            return Ok(Reply::text(
                404,
                format!("{action}: invalid repository name: {name}"),
            ));
        }
        if is_push {
            match request.basic() {
                None => return Ok(git::unauthorized("Permission denied (publickey).")),
                Some((_, key)) if !credential::is_one_of(&key, KEYS) => {
                    return Ok(Reply::text(401, "Permission denied (publickey)."));
                }
                Some(_) => {}
            }
        }
        {
            let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
            if !self.repositories.has(name) {
                self.repositories.create(name, "master")?;
                self.repositories.hook(name, "update", HOOK)?;
            }
        }
        if is_push {
            let refused = match self.maintainer(name)? {
                Some(user) if user == USER => None,
                Some(_) => Some(format!("{action}: permission denied: {USER}")),
                None => Some(format!(
                    "{action}: {name} is orphaned. Run `ssh aur@aur.archlinux.org adopt {name}` to request adoption; a Package \
                     Maintainer must grant it before you can push."
                )),
            };
            if let Some(refused) = refused {
                return Ok(Reply::text(403, refused));
            }
        }
        Ok(self.repositories.serve(request, asked))
    }

    /// Who maintains a package base; nobody an orphan.
    fn maintainer(&self, name: &str) -> anyhow::Result<Option<String>> {
        let path = self.repositories.dir_of(name).join(MAINTAINER);
        let said = files::read_text_if_present(&path)?;
        let said = said.unwrap_or_else(|| USER.to_owned());
        Ok(Some(said.trim().to_owned()).filter(|it| !it.is_empty()))
    }
}

/// `[a-z0-9][a-z0-9.+_-]*$` (aurweb, conf/config.defaults).
fn is_name(name: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    name.starts_with(is_plain) && name.chars().all(|it| is_plain(it) || ".+_-".contains(it))
}
