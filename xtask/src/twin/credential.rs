//! The credentials of a rehearsal: the twin hands them out and takes no others. They open nothing else.

use std::collections::BTreeMap;

use crate::channel::CHANNELS;
use crate::effect::secret::Secret;
use crate::outside::Credentials;

/// Values that must have a form of their own.
const FORMS: &[(&str, &str)] = &[
    // The server takes nothing but a GUID (Chocolatey's documentation, common errors).
    ("CHOCOLATEY_API_KEY", "00000000-0000-4000-8000-000000000000"),
    ("DOCKERHUB_USERNAME", "rehearsal"),
    ("TWINE_USERNAME", "__token__"),
];

/// The value of a variable.
pub fn of(name: &str) -> String {
    let form = FORMS.iter().find(|it| it.0 == name);
    form.map_or_else(
        || format!("rehearsal-{}", name.to_lowercase().replace('_', "-")),
        |it| it.1.to_owned(),
    )
}

/// Whether a token is one that the twin has handed out for one of these variables.
pub fn is_one_of(token: &str, names: &[&str]) -> bool {
    names.iter().any(|it| of(it) == token)
}

/// All of them: of each channel its best way.
pub fn all() -> Credentials {
    let names = CHANNELS
        .iter()
        .filter_map(|it| it.credentials.first())
        .flat_map(|it| it.iter());
    let given: BTreeMap<&'static str, Secret> = names.map(|it| (*it, Secret::new(it, &of(it)))).collect();
    Credentials::Given(given)
}
