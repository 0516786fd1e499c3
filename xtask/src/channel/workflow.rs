//! What a channel takes of GitHub Actions beside its credentials, as its row says it.

/// What the job that publishes is given for a channel.
#[derive(Debug)]
pub struct Workflow {
    /// What the job's own token must be allowed.
    pub permissions: &'static [Permission],
    /// Where the place offers trusted publishing (OIDC), how it is set up there. Then no token is handed over.
    pub trusted: Option<&'static str>,
}

/// A right of the job's own token: to write what `scope` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// GitHub's word for it.
    pub scope: &'static str,
    /// What it is for: a sentence, for the comment in the workflow.
    pub why: &'static str,
}

/// What trusted publishing takes: GitHub signs who the job is, and nothing is written.
pub const IDENTITY: Permission = Permission {
    scope: "id-token",
    why: "Trusted publishing.",
};

/// For a channel that works with its credentials alone.
pub const NOTHING: &Workflow = &Workflow {
    permissions: &[],
    trusted: None,
};
