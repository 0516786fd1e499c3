//! Who makes a commit: the user as git knows them, whoever started the job in CI, else who answers for the package.

use crate::effect::environment;
use crate::effect::process::Program;
use crate::standing::Failure;

/// The variables by which a person can say it for one run; git reads them itself.
const VARIABLES: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"),
    ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"),
];

/// What git is told of who makes the commit. `git` runs in the repository; `fallback` is `Name <address>`.
pub(super) fn variables(
    git: &dyn Fn() -> Program,
    fallback: Option<&str>,
) -> Result<Vec<(&'static str, String)>, Failure> {
    // git would guess a name from the machine, which is nobody's.
    let strict = ["-c", "user.useConfigOnly=true", "var"];
    let knows = |what: &str| {
        let asked = git().args(strict).arg(what).output(None);
        asked.is_ok_and(|it| it.is_success())
    };
    if knows("GIT_AUTHOR_IDENT") && knows("GIT_COMMITTER_IDENT") {
        return Ok(Vec::new());
    }
    let (name, email) = in_ci().or_else(|| fallback.and_then(parse)).ok_or_else(|| {
        Failure::new("cannot commit: git does not know who you are")
            .help("run `git config --global user.name NAME` and `git config --global user.email ADDRESS`")
            .help("or write `maintainer = \"Name <address>\"` into `[product]` of `packaging/release.toml`")
    })?;
    let given = VARIABLES.iter().flat_map(|(names, emails)| {
        [(*names, name.clone()), (*emails, email.clone())]
            .into_iter()
            .filter(|it| environment::var(it.0).is_none())
    });
    Ok(given.collect())
}

/// Who started the job in GitHub Actions, with the address that GitHub takes for theirs (GitHub's documentation, "Email
/// addresses reference").
fn in_ci() -> Option<(String, String)> {
    let actor = environment::var("GITHUB_ACTOR").filter(|_| environment::is_github())?;
    let id = environment::var("GITHUB_ACTOR_ID")?;
    let email = format!("{id}+{actor}@users.noreply.github.com");
    Some((actor, email))
}

/// `Name <address>`; a name alone is no identity for git.
fn parse(text: &str) -> Option<(String, String)> {
    let (name, email) = text.trim().strip_suffix('>')?.rsplit_once('<')?;
    let (name, email) = (name.trim(), email.trim());
    (!name.is_empty() && !email.is_empty()).then(|| (name.to_owned(), email.to_owned()))
}
