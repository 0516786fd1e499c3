//! What a person needs to know about a channel: set-up, first publication, what can go wrong, how to undo.

/// The facts of a channel's page in `docs/deployment/`, of `doctor`'s advice, and of the advice after a failure. Each text
/// is a sentence of Markdown.
#[derive(Debug)]
pub struct Guide {
    /// What is set up once, in this order: the account, the rights, the secret in CI.
    pub setup: &'static [&'static str],
    /// The page where the credential is made.
    pub credential: &'static str,
    /// What is special about the first publication.
    pub first: &'static [&'static str],
    /// How long after the run it takes until users can install, and what happens in that time.
    pub after: &'static str,
    /// Real messages, with what they mean and what to do.
    pub troubles: &'static [Trouble],
    /// How to take a version back, as far as that goes.
    pub undo: &'static [&'static str],
}

/// A message that people meet.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// A part of the message, as the server or the client words it; matched without regard to case.
    pub says: &'static str,
    /// What it means.
    pub means: &'static str,
    /// What to do.
    pub next: &'static str,
}

impl Guide {
    /// The first trouble whose words stand in a message.
    pub fn trouble(&self, message: &str) -> Option<&'static Trouble> {
        let message = message.to_lowercase();
        self.troubles
            .iter()
            .find(|it| message.contains(&it.says.to_lowercase()))
    }
}
