//! What the local GitHub knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::pulls::Pull;
use crate::digest::Sha256;

/// Everything but what lies in git repositories.
pub(super) struct State {
    /// Whom the tokens of a rehearsal belong to.
    pub(super) owner: String,
    /// How often each account has asked; the empty name is for those without a token.
    pub(super) asked: BTreeMap<String, u32>,
    repositories: BTreeMap<(String, String), Repository>,
    next_id: u64,
}

/// A repository.
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) default_branch: String,
    /// The repository that it is a fork of, as owner and name.
    pub(super) parent: Option<(String, String)>,
    /// Whether a release can never be changed once it is published.
    pub(super) is_immutable: bool,
    /// The releases, drafts included, in the order in which they were made.
    pub(super) releases: Vec<Release>,
    /// The release that was last made the latest.
    pub(super) latest: Option<u64>,
    /// Tags of immutable releases, also of those that were deleted: none can be used again.
    pub(super) spent_tags: BTreeSet<String>,
    /// The pull requests to it, in the order of their numbers.
    pub(super) pulls: Vec<Pull>,
    /// How often its content is still asked for in vain: a fork is made after its answer.
    pub(super) filling: u32,
}

/// A release.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) id: u64,
    pub(super) tag: String,
    pub(super) commitish: String,
    pub(super) name: Option<String>,
    pub(super) body: Option<String>,
    pub(super) is_draft: bool,
    pub(super) is_preview: bool,
    pub(super) is_immutable: bool,
    pub(super) created_s: i64,
    pub(super) published_s: Option<i64>,
    pub(super) author: String,
    pub(super) assets: Vec<Asset>,
}

/// An asset of a release.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) label: Option<String>,
    pub(super) content_type: String,
    /// Its bytes and their digest; `None` for what an upload left behind that broke off.
    pub(super) content: Option<(Arc<Vec<u8>>, Sha256)>,
    pub(super) downloads: u64,
    pub(super) created_s: i64,
    pub(super) uploader: String,
}

impl State {
    pub(super) fn new(owner: &str) -> State {
        State {
            owner: owner.to_owned(),
            asked: BTreeMap::new(),
            repositories: BTreeMap::new(),
            next_id: 1,
        }
    }

    /// A number that nothing else has.
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// All repositories.
    pub(super) fn repositories(&self) -> impl Iterator<Item = &Repository> {
        self.repositories.values()
    }

    /// A repository; owners and names are told apart without regard to case.
    pub(super) fn repository(&mut self, owner: &str, name: &str) -> Option<&mut Repository> {
        self.repositories.get_mut(&key(owner, name))
    }

    /// Adds a repository. Its git repository is the caller's to make.
    pub(super) fn add(
        &mut self,
        owner: &str,
        name: &str,
        parent: Option<(String, String)>,
    ) -> &mut Repository {
        let id = self.id();
        let repository = Repository {
            id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            default_branch: "main".to_owned(),
            parent,
            is_immutable: false,
            releases: Vec::new(),
            latest: None,
            spent_tags: BTreeSet::new(),
            pulls: Vec::new(),
            filling: 0,
        };
        self.repositories.entry(key(owner, name)).or_insert(repository)
    }

    /// The repository and release of an asset.
    pub(super) fn asset(&mut self, id: u64) -> Option<(&Release, &Asset)> {
        let releases = self.repositories.values().flat_map(|it| &it.releases);
        let mut assets = releases.flat_map(|release| release.assets.iter().map(move |it| (release, it)));
        assets.find(|(_, it)| it.id == id)
    }
}

impl Repository {
    /// A release by its number.
    pub(super) fn release(&mut self, id: u64) -> Option<&mut Release> {
        self.releases.iter_mut().find(|it| it.id == id)
    }

    /// The published release of a tag.
    pub(super) fn published(&self, tag: &str) -> Option<&Release> {
        self.releases.iter().find(|it| !it.is_draft && it.tag == tag)
    }

    /// What `/releases/latest` leads to: what was made the latest, else the newest that is no pre-release.
    pub(super) fn latest(&self) -> Option<&Release> {
        let fit = || self.releases.iter().filter(|it| !it.is_draft && !it.is_preview);
        let chosen = fit().find(|it| Some(it.id) == self.latest);
        chosen.or_else(|| fit().max_by_key(|it| it.published_s))
    }
}

/// The time, in seconds since 1970.
pub(super) fn now_s() -> i64 {
    crate::time::now_s().unwrap_or_default()
}

fn key(owner: &str, name: &str) -> (String, String) {
    (owner.to_lowercase(), name.to_lowercase())
}
