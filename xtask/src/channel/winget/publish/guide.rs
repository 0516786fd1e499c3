//! What people need to know of WinGet.

use crate::publish::{Guide, Trouble};

/// The facts.
pub(in crate::channel::winget) const GUIDE: Guide = Guide {
    setup: &[
        "Make a *classic* personal access token with the scope `public_repo`, of the account that the pull requests come \
         from. A fine-grained token cannot open pull requests at repositories of others, and the `GITHUB_TOKEN` of a job \
         in GitHub Actions writes to its own repository alone.",
        "Put it into the secret `WINGET_CREATE_GITHUB_TOKEN`.",
        "The fork of `microsoft/winget-pkgs` is made by the first publication. To use one of an organisation, write \
         `fork = \"owner/winget-pkgs\"` under `[channel.winget]`.",
        "Choose the identifier, such as `Owner.Demo`: it names folders, and changing it later is a move that moderators \
         have to make.",
    ],
    credential: "https://github.com/settings/tokens/new?scopes=public_repo",
    first: &[
        "The first pull request of an account asks for the contributor licence agreement: sign it once, by hand, by the \
         comment that Microsoft's bot leaves there.",
        "A new package is looked at by a moderator, who may ask questions: answer within 10 days.",
    ],
    after: "The pull request is validated within hours, and a moderator approves it after that, which takes a day or more. \
            Once it is merged, the version is in the source after some minutes to an hour.",
    troubles: &[
        Trouble {
            says: "Resource not accessible by integration",
            means: "The token is the one of a job in GitHub Actions, which writes to its own repository alone",
            next: "Put a classic token with the scope `public_repo` into `WINGET_CREATE_GITHUB_TOKEN`",
        },
        Trouble {
            says: "Resource not accessible by personal access token",
            means: "The token is a fine-grained one, or lacks the scope `public_repo`",
            next: "Make a classic token with the scope `public_repo`",
        },
        Trouble {
            says: "without `workflow` scope",
            means: "The repository's own workflows have changed since the fork was made, and the token may not write such \
                    files to the fork",
            next: "Press *Sync fork* on the page of the fork, or give the token the scope `workflow`",
        },
        Trouble {
            says: "No commits between",
            means: "The branch of the fork holds nothing that the repository lacks",
            next: "Delete that branch of the fork, and run the same command again",
        },
        Trouble {
            says: "is there, and is no fork of",
            means: "The account has another repository of that name",
            next: "Rename that repository, or name another fork: `fork` under `[channel.winget]`",
        },
        Trouble {
            says: "You have exceeded a secondary rate limit",
            means: "GitHub takes no more changes from the account for a while",
            next: "Run the same command again in some minutes",
        },
        Trouble {
            says: "Error-Hash-Mismatch",
            means: "An asset of the release was replaced after the manifests were written",
            next: "Publish another version: what was published is never replaced",
        },
        Trouble {
            says: "Validation-Domain",
            means: "The downloads lie at a host that moderators do not know yet",
            next: "Wait: a person looks at it",
        },
    ],
    undo: &[
        "Close the pull request as long as it is open.",
        "After that a version is removed by another pull request, which deletes its folder and says why.",
    ],
};
