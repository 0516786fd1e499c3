//! GitHub: the REST API, uploads, downloads and git over HTTP.

mod account;
mod asset;
mod contents;
mod download;
mod forks;
mod git;
mod gitdata;
mod object;
mod plumbing;
mod pulls;
mod refusal;
mod release;
mod repository;
mod route;
mod search;
mod state;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::effect::files;
use crate::twin::World;
use crate::twin::server::{Incoming, Reply, Site};

use refusal::{bad_credentials, not_found};
use route::{Call, Route};
use state::State;

/// All that is served: a method, a path and who answers. The first row that matches counts.
const TABLES: &[&[Route]] = &[
    account::ROUTES,
    repository::ROUTES,
    release::ROUTES,
    asset::ROUTES,
    contents::ROUTES,
    forks::ROUTES,
    gitdata::ROUTES,
    object::ROUTES,
    pulls::ROUTES,
    search::ROUTES,
    download::ROUTES,
];

/// GitHub as far as a release needs it. Repositories lie in `dir` as bare git repositories, `owner/name.git`.
pub(super) struct Hub {
    dir: PathBuf,
    /// Repositories beside the product's that its owner may write to.
    others: Vec<(String, String)>,
    state: Mutex<State>,
}

/// Opens it with the product's repository and those of others that channels send changes to.
pub(super) fn open(world: &World) -> anyhow::Result<Arc<dyn Site>> {
    let dir = world.dir.join("github");
    files::create_dir(&dir)?;
    let hub = Hub {
        dir,
        others: world.others.clone(),
        state: Mutex::new(State::new(&world.repository.0)),
    };
    repository::seed(&hub, world)?;
    forks::seed(&hub)?;
    git::seed(&hub, world)?;
    Ok(Arc::new(hub))
}

impl Hub {
    /// What is known, for this thread alone.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the product's owner may write to a repository of somebody else's.
    fn is_shared(&self, owner: &str, name: &str) -> bool {
        self.others.iter().any(|it| it.0 == owner && it.1 == name)
    }

    /// Where the bare git repository of a repository lies.
    fn git_dir(&self, owner: &str, name: &str) -> PathBuf {
        self.dir.join(owner).join(format!("{name}.git"))
    }
}

impl Hub {
    /// The request with its row and what stands in the open places; a refusal where GitHub would not look at it.
    fn call<'a>(&'a self, request: &'a Incoming, base: &'a str) -> Result<(Call<'a>, &'static Route), Reply> {
        let visitor = account::visitor(request, &self.state()).map_err(|()| bad_credentials())?;
        let segments = request.segments();
        if is_api(request)
            && let Some(refused) = account::barrier(request, visitor.as_ref(), &mut self.state())
        {
            return Err(account::with_limits(refused, visitor.as_ref(), &mut self.state()));
        }
        // An answer to HEAD is that to GET without its body.
        let method = match request.method.as_str() {
            "HEAD" => "GET",
            method => method,
        };
        let mut routes = TABLES.iter().copied().flatten().filter(|it| it.method == method);
        let found = routes.find_map(|it| Some((it, it.arguments(&segments)?)));
        let (route, arguments) = found.ok_or_else(not_found)?;
        let call = Call {
            hub: self,
            request,
            base,
            visitor,
            arguments,
        };
        Ok((call, route))
    }
}

/// Whether a request counts for the limits.
fn is_api(request: &Incoming) -> bool {
    ["/api/", "/uploads/"]
        .iter()
        .any(|it| request.path.starts_with(it))
}

impl Site for Hub {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        if let Some(reply) = git::answer(self, request) {
            return reply;
        }
        let (call, route) = match self.call(request, base) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let reply = (route.run)(&call).unwrap_or_else(|refused| refused);
        if is_api(request) {
            account::with_limits(reply, call.visitor.as_ref(), &mut self.state())
        } else {
            reply
        }
    }

    fn cut(&self, request: &Incoming, base: &str) {
        if let Ok((call, route)) = self.call(request, base)
            && route.path == asset::UPLOADS
        {
            asset::cut(&call);
        }
    }
}
