//! What people need to know of PyPI.

use crate::publish::{Guide, Trouble};

/// The facts.
pub(in crate::channel::pypi) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account on the index's web site, confirm the address, and turn two-factor authentication on: without both \
         no upload is taken.",
        "With trusted publishing: *Your account → Publishing*, add a pending publisher with the project's name, the \
         repository, the workflow's file and, if the job has one, its environment; give the job `permissions: id-token: \
         write`. No secret is needed.",
        "With a token: *Account settings → API tokens*, make one and put it into the CI's secret `UV_PUBLISH_TOKEN`. The \
         first one is good for the whole account; replace it by one for the project after the first publication.",
        "Install uv (or twine) where it is published from.",
    ],
    credential: "the index's web site: *Account settings → API tokens → Add API token*",
    first: &[
        "The first upload makes the project, for whoever owns the token; a pending publisher makes it, too.",
        "A pending publisher does not keep the name: whoever uploads first has it.",
        "A new account may make only few new projects in a day.",
    ],
    after: "Installers see the files within a minute. The release takes further files for 14 days, then none.",
    troubles: &[
        Trouble {
            says: "File already exists",
            means: "the name of the file is taken, by other bytes, or the same bytes are there under another name",
            next: "publish another version: a file name is given out once",
        },
        Trouble {
            says: "previously used by a file that has since been deleted",
            means: "the file was there and was deleted; its name is burnt for ever",
            next: "publish another version",
        },
        Trouble {
            says: "previously been used",
            means: "the file was there and was deleted; its name is burnt for ever",
            next: "publish another version",
        },
        Trouble {
            says: "older than 14 days",
            means: "the first file of this release came more than 14 days ago, and it takes no more",
            next: "publish another version with all files",
        },
        Trouble {
            says: "unsupported platform tag",
            means: "a wheel is tagged for a platform that the index does not know, such as `linux_x86_64`",
            next: "`cargo xtask lint --channel pypi` names the file and the tag",
        },
        Trouble {
            says: "Only one sdist",
            means: "the release has a source distribution already",
            next: "leave the second one out",
        },
        Trouble {
            says: "Non-user identities cannot create new projects",
            means: "the pending publisher is for another name than the files have",
            next: "make the pending publisher for the name in `[channel.pypi] name`, or in `Cargo.toml`",
        },
        Trouble {
            says: "invalid-pending-publisher",
            means: "a pending publisher is there, and it does not name this workflow",
            next: "compare repository, workflow file and environment, letter by letter",
        },
        Trouble {
            says: "invalid-publisher",
            means: "no trusted publisher names this workflow",
            next: "compare repository, workflow file and environment on the project's *Publishing* page, letter by letter; a \
                   reusable workflow cannot be the publisher",
        },
        Trouble {
            says: "isn't allowed to upload to project",
            means: "the name belongs to somebody else, or the token is for another project",
            next: "choose another name with `[channel.pypi] name`, or ask an owner of the project",
        },
        Trouble {
            says: "Invalid or non-existent authentication information",
            means: "the token is wrong or was revoked, or the user name beside it is not `__token__`",
            next: "make a new token and replace the secret; `cargo xtask doctor --channel pypi` reads what it is good for",
        },
        Trouble {
            says: "403 Forbidden",
            means: "the token may not upload here, the account's address is not confirmed, or the index takes nothing now",
            next: "read the index's words above; `cargo xtask doctor --channel pypi` reads what the token is good for",
        },
        Trouble {
            says: "Too many new projects",
            means: "the account has made many projects in a short time",
            next: "wait a day",
        },
        Trouble {
            says: "File too large",
            means: "a file has more than 100 MiB",
            next: "make it smaller, or ask the index for a higher limit of the project",
        },
    ],
    undo: &[
        "On the web site, *Manage → Releases → Options → Yank*: installers pass the version over unless it is asked for \
         exactly. There is no interface for programs.",
        "Deleting a file or a release frees nothing: the names are burnt for ever, and people who pinned it break.",
        "Mend it and publish the next version.",
    ],
};
