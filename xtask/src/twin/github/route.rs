//! Which path is answered by whom.

use serde::de::DeserializeOwned;

use super::Hub;
use super::account::Visitor;
use super::refusal::{bad_json, not_found, not_permitted};
use super::state::{Repository, State};
use crate::twin::server::{Incoming, Reply};

/// A refusal is an answer too: with `?` it ends a handler.
pub(super) type Handled = Result<Reply, Reply>;

/// A row of a table of routes.
pub(super) struct Route {
    /// The method; `GET` answers `HEAD` as well.
    pub(super) method: &'static str,
    /// The path: words, `{}` for any one segment, and at the end `{..}` for all that is left, one segment or more.
    pub(super) path: &'static str,
    /// Who answers.
    pub(super) run: fn(&Call<'_>) -> Handled,
}

/// A row.
pub(super) const fn route(method: &'static str, path: &'static str, run: fn(&Call<'_>) -> Handled) -> Route {
    Route { method, path, run }
}

/// A request that found its row.
pub(super) struct Call<'a> {
    pub(super) hub: &'a Hub,
    pub(super) request: &'a Incoming,
    /// Where the server is, such as `http://127.0.0.1:4711`.
    pub(super) base: &'a str,
    /// Who asks; `None` without a token.
    pub(super) visitor: Option<Visitor>,
    /// What stands in the places of `{}` and `{..}`, decoded.
    pub(super) arguments: Vec<String>,
}

impl Route {
    /// What stands in the open places, if the path is this row's.
    pub(super) fn arguments(&self, segments: &[String]) -> Option<Vec<String>> {
        let words: Vec<&str> = self.path.split('/').filter(|it| !it.is_empty()).collect();
        let is_open = words.last() == Some(&"{..}");
        let is_long_enough = if is_open {
            segments.len() >= words.len()
        } else {
            segments.len() == words.len()
        };
        if !is_long_enough {
            return None;
        }
        let mut arguments = Vec::new();
        for (at, word) in words.iter().enumerate() {
            match *word {
                "{..}" => arguments.push(segments[at..].join("/")),
                "{}" => arguments.push(segments[at].clone()),
                word if word == segments[at] => {}
                _ => return None,
            }
        }
        Some(arguments)
    }
}

impl Call<'_> {
    /// The text in the open place of this number.
    pub(super) fn argument(&self, at: usize) -> &str {
        self.arguments.get(at).map_or("", String::as_str)
    }

    /// The number in the open place of this number; what is none names nothing.
    pub(super) fn id(&self, at: usize) -> Result<u64, Reply> {
        self.argument(at).parse().map_err(|_| not_found())
    }

    /// The owner and name in the first two open places.
    pub(super) fn place(&self) -> (&str, &str) {
        (self.argument(0), self.argument(1))
    }

    /// The repository in the first two open places, as the visitor sees it: all are public.
    pub(super) fn repository<'s>(&self, state: &'s mut State) -> Result<&'s mut Repository, Reply> {
        let (owner, name) = self.place();
        state.repository(owner, name).ok_or_else(not_found)
    }

    /// The same for somebody who may push. To all others GitHub says that nothing is there, and of
    /// a token without the permission that it may not.
    pub(super) fn writable<'s>(&self, state: &'s mut State) -> Result<&'s mut Repository, Reply> {
        let visitor = self.visitor.as_ref().ok_or_else(not_found)?;
        let (owner, name) = self.place();
        let repository = state.repository(owner, name).ok_or_else(not_found)?;
        if repository.owner != visitor.login {
            return Err(not_found());
        }
        if !visitor.may_write {
            return Err(not_permitted());
        }
        Ok(repository)
    }

    /// The document in the body.
    pub(super) fn document<T: DeserializeOwned>(&self) -> Result<T, Reply> {
        serde_json::from_slice(&self.request.body).map_err(|_| bad_json())
    }

    /// The address of the API, as links in answers begin.
    pub(super) fn api(&self) -> String {
        format!("{}/api", self.base)
    }

    /// The part of a list that `per_page` and `page` ask for, and the `Link` to the others.
    pub(super) fn paged<T: serde::Serialize>(&self, all: &[T]) -> Reply {
        let number = |name: &str, default: usize| {
            let given = self.request.argument(name).and_then(|it| it.parse().ok());
            given.filter(|it| *it > 0).unwrap_or(default)
        };
        let (per_page, page) = (number("per_page", 30).min(100), number("page", 1));
        let last = all.len().div_ceil(per_page).max(1);
        let start = (per_page * (page - 1)).min(all.len());
        let end = (start + per_page).min(all.len());
        let reply = Reply::json(200, &&all[start..end]);
        let link = |page: usize, rel: &str| {
            let path = &self.request.path;
            format!(
                "<{}{path}?per_page={per_page}&page={page}>; rel=\"{rel}\"",
                self.base
            )
        };
        let mut links = Vec::new();
        if page > 1 {
            links.push(link(page - 1, "prev"));
        }
        if page < last {
            links.push(link(page + 1, "next"));
            links.push(link(last, "last"));
        }
        if page > 1 {
            links.push(link(1, "first"));
        }
        if links.is_empty() {
            reply
        } else {
            reply.with("link", links.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_places_take_a_segment_or_all_that_are_left() {
        let check = |path: &'static str, segments: &[&str], expected: Option<&[&str]>| {
            let segments: Vec<String> = segments.iter().map(|it| (*it).to_owned()).collect();
            let found = route("GET", path, |_| Err(not_found())).arguments(&segments);
            let expected = expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
            assert_eq!(found, expected, "{path}");
        };
        check("/api/repos/{}/{}", &["api", "repos", "o", "r"], Some(&["o", "r"]));
        check("/api/repos/{}/{}", &["api", "repos", "o"], None);
        check("/api/repos/{}/{}", &["api", "users", "o", "r"], None);
        check("/{}/x/{..}", &["o", "x", "a", "b"], Some(&["o", "a/b"]));
        check("/{}/x/{..}", &["o", "x"], None);
    }
}
