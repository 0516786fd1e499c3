//! What people need to know of npm.

use crate::publish::{Guide, Trouble};

/// The facts.
pub(in crate::channel::npm) const GUIDE: Guide = Guide {
    setup: &[
        "Make an account on npm's web site, turn two-factor authentication on, and make the scope there when the packages \
         have one (an organization, or the account's own name).",
        "Make a granular access token with read and write access to all packages, or to the scope: Access Tokens, *Generate \
         New Token*. Let it bypass two-factor authentication, give it an end, and note the day.",
        "Put it into the CI's secret `NPM_TOKEN`. `NODE_AUTH_TOKEN`, which `actions/setup-node` uses, is taken, too.",
        "After the first version: name the repository and the workflow's file as trusted publisher on the settings page of \
         *each* package (the root and every platform's), tick `npm publish`, and give the job `permissions: id-token: \
         write`. Then no token is needed any more; npm 11.5.1 or newer and a runner in the cloud are.",
    ],
    credential: "npm's web site: the account's *Access Tokens*; `npm token create` makes one, too",
    first: &[
        "The first version of each package needs a token: a trusted publisher can only be named for a package that exists.",
        "A new account may publish only few new packages in a short time; the platforms' packages count, each.",
        "Packages of a scope are published with `--access public`, which the settings' `access` turns off.",
    ],
    after: "It can be installed within a minute; what npm reads is cached for up to five. The root goes last, once all packages \
            of the platforms can be installed.",
    troubles: &[
        Trouble {
            says: "cannot publish over",
            means: "this version is taken, by other bytes, or it was unpublished",
            next: "publish another version: npm never gives one out twice",
        },
        Trouble {
            says: "EPUBLISHCONFLICT",
            means: "this version is taken",
            next: "publish another version: npm never gives one out twice",
        },
        Trouble {
            says: "EOTP",
            means: "the package wants a one-time password, and nobody is here to type it",
            next: "use trusted publishing, or a granular token that bypasses two-factor authentication",
        },
        Trouble {
            says: "ENEEDAUTH",
            means: "npm has found no token, or trusted publishing gave none",
            next: "set `NPM_TOKEN`, or check the trusted publisher of the package and `permissions: id-token: write`",
        },
        Trouble {
            says: "trusted publishing was refused",
            means: "the package's settings do not name this workflow, or the package does not exist yet",
            next: "compare repository, workflow file and environment on the package's settings page, letter by letter; the \
                   first version needs a token",
        },
        Trouble {
            says: "E401",
            means: "the token is wrong, was revoked, or has expired",
            next: "make a new one and replace the secret; `cargo xtask doctor --channel npm` says whom it belongs to",
        },
        Trouble {
            says: "E402",
            means: "a package of a scope was about to become private, which costs money",
            next: "set `[channel.npm] access = \"public\"`",
        },
        Trouble {
            says: "verifying sigstore provenance",
            means: "the statement of where it was built names another repository than `package.json`",
            next: "write the repository into `Cargo.toml` exactly as GitHub spells it, capitals included, or set \
                   `[channel.npm] provenance = false`",
        },
        Trouble {
            says: "E403",
            means: "the token may not write this package, its name is too like another one's, or the account may not publish \
                    now",
            next: "look at the token's packages and scopes, and at npm's own words above",
        },
        Trouble {
            says: "E404",
            means: "on publishing it means that there is no right to this name or scope, or that the token is not known",
            next: "check who owns the scope (npm org ls), and the token",
        },
        Trouble {
            says: "Must be semver range",
            means: "a dist-tag reads as a range of versions",
            next: "choose another `[channel.npm] tag`",
        },
    ],
    undo: &[
        "Within 72 hours, and while nothing depends on it: `npm unpublish NAME@VERSION`, the root first, then each platform's.",
        "Later: `npm deprecate NAME@VERSION \"why\"`, and `npm dist-tag add NAME@OLD latest` moves users back to the version \
         before.",
        "The version is burnt either way: mend it and publish the next one.",
    ],
};
