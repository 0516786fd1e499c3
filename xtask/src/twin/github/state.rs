//! What the local GitHub knows.

use std::collections::BTreeMap;

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

    /// The time, in seconds since 1970.
    pub(super) fn now_s(&self) -> i64 {
        crate::time::now_s().unwrap_or_default()
    }

    /// A number that nothing else has.
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
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
        };
        self.repositories.entry(key(owner, name)).or_insert(repository)
    }
}

fn key(owner: &str, name: &str) -> (String, String) {
    (owner.to_lowercase(), name.to_lowercase())
}
