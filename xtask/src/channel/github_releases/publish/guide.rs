//! What people need to know of GitHub Releases.

use crate::publish::{Guide, Trouble};

/// The facts.
pub(in crate::channel::github_releases) const GUIDE: Guide = Guide {
    setup: &[
        "In GitHub Actions nothing is set up: give the job `permissions: contents: write` and pass `${{ github.token }}` as \
         `GITHUB_TOKEN`.",
        "On a laptop make a fine-grained personal access token for the repository alone, with the permission *Contents: Read \
         and write*, and set `GITHUB_TOKEN`; `GH_TOKEN=$(gh auth token)` does as well.",
        "Turn immutable releases on (the repository's Settings, *Releases*): from its publication on nobody can change a \
         release, its assets or its tag. Publishing makes a draft first, so it works with them.",
        "`repository` in `Cargo.toml` names the repository, in the case that GitHub writes it.",
    ],
    credential: "https://github.com/settings/personal-access-tokens/new",
    first: &[
        "The commit must be pushed. The tag need not exist: publishing makes it at the commit that was built.",
        "Where a ruleset restricts who makes tags, the token's account must be on its bypass list, or the tag is pushed \
         before.",
    ],
    after: "At once. The release is a draft, which only those see who may write, until every asset is there and its digest \
            was compared; then it becomes public by one request. What `releases/latest` leads to changes within a minute.",
    troubles: TROUBLES,
    undo: &[
        "`gh release delete TAG` takes the release and its assets away; the tag stays (`--cleanup-tag` takes it, too).",
        "An immutable release can be deleted, but its tag can never be used again, not even after the repository was \
         deleted: publish the next version.",
        "`gh release edit TAG --prerelease` takes it out of `releases/latest` without deleting anything.",
        "A draft is deleted on the page of the releases; nobody has seen it.",
    ],
};

const TROUBLES: &[Trouble] = &[
    Trouble {
        says: "Bad credentials",
        means: "the token is wrong, was revoked, or has expired",
        next: "make a new one and replace the secret; a job's own token ends with the job",
    },
    Trouble {
        says: "Resource not accessible by integration",
        means: "the job's token may only read",
        next: "give the job `permissions: contents: write`; a pull request from a fork never gets it",
    },
    Trouble {
        says: "Resource not accessible by personal access token",
        means: "the fine-grained token lacks a permission, or the organization has not approved it yet",
        next: "give it *Contents: Read and write* for this repository",
    },
    Trouble {
        says: "organization SAML enforcement",
        means: "the organization wants the token to be authorized for its single sign-on",
        next: "press *Configure SSO* beside the token on https://github.com/settings/tokens",
    },
    Trouble {
        says: "secondary rate limit",
        means: "too many changes in a short time (at most 80 a minute and 500 an hour); nothing is wrong with the token",
        next: "wait as long as GitHub says and run the same command again: it goes on where it stopped",
    },
    Trouble {
        says: "API rate limit exceeded",
        means: "the token has asked 5000 times this hour, or 1000 times as a job's own; without a token it is 60",
        next: "wait until the hour is over and run the same command again",
    },
    Trouble {
        says: "tag_name was used by an immutable release",
        means: "there was an immutable release of this tag, which was deleted: its tag can never be used again",
        next: "publish the next version",
    },
    Trouble {
        says: "immutable",
        means: "the release was published while immutable releases were on: nothing can be added, replaced or removed",
        next: "publish the next version",
    },
    Trouble {
        says: "target_commitish",
        means: "GitHub does not know the commit that was built",
        next: "push it, and run the same command again",
    },
    Trouble {
        says: "Repository rule violations found",
        means: "a ruleset of the repository keeps the token's account from making the tag",
        next: "push the tag as somebody who may, or put the account on the ruleset's bypass list",
    },
    Trouble {
        says: "Published releases must have a valid tag",
        means: "the tag is not there, and GitHub could not make it",
        next: "push the tag, and run the same command again",
    },
    Trouble {
        says: "body is too long",
        means: "the text of the release has more than 125,000 characters",
        next: "shorten the changelog's section, or the template `packaging/github-releases/notes.md`",
    },
    Trouble {
        says: "already_exists",
        means: "there is a release of this tag, or an asset of this name, that was not there a moment ago",
        next: "look whether another job publishes the same version, then run the same command again",
    },
    Trouble {
        says: "answered with 404: Not Found",
        means: "GitHub says so, too, where the token may read and not write",
        next: "look at the repository's name and at the token's permissions: `cargo xtask doctor --channel github-releases`",
    },
];
