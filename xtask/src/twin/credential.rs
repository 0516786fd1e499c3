//! The credentials of a rehearsal: the twin hands them out and takes no others. They open nothing else.

use std::collections::BTreeMap;

use crate::channel::CHANNELS;
use crate::effect::secret::Secret;
use crate::outside::Credentials;

/// Two macaroons as `snapcraft export-login` writes them, made for the twin with pymacaroons: snapcraft and craft-store read
/// no other form.
const SNAP: &str = "\
    eyJ0IjogInUxLW1hY2Fyb29uIiwgInYiOiB7InIiOiAiTURBeFlXeHZZMkYwYVc5dUlIUjNhVzR1WlhoaGJYQnNaUW93TURG\
    bGFXUmxiblJwWm1sbGNpQnlaV2hsWVhKellXd2djbTl2ZEFvd01ETXdZMmxrSUhSM2FXNThaWGh3YVhKbGMzd3lPVGs1TFRB\
    eExUQXhWREF3T2pBd09qQXdMakF3TURBd01Bb3dNREU1WTJsa0lISmxhR1ZoY25OaGJDQmpZWFpsWVhRS01EQTFNWFpwWkNE\
    ekh6YTQ1ZURQSVJROEt6SXFReks4NGlOUS1QTUxZMXRGVFdrSEc2TG5XUjdlSWZIMElCbkZxUU84NlBXS25laTBHaXYtamV0\
    ODk0UGtVanpvMWJZS1JmVGxib3R3TW5JS01EQXhZV05zSUd4dloybHVMblIzYVc0dVpYaGhiWEJzWlFvd01ESm1jMmxuYm1G\
    MGRYSmxJTGduRl9FSllHdDhIdnpDdk84czkwMHJXelFmbk1LcHNWcHhlY2pxTkUxWkNnIiwgImQiOiAiTURBeU1HeHZZMkYw\
    YVc5dUlHeHZaMmx1TG5SM2FXNHVaWGhoYlhCc1pRb3dNREl3YVdSbGJuUnBabWxsY2lCeVpXaGxZWEp6WVd3Z1kyRjJaV0Yw\
    Q2pBd01tUmphV1FnYkc5bmFXNHVkSGRwYmk1bGVHRnRjR3hsZkdGalkyOTFiblI4Y21Wb1pXRnljMkZzQ2pBd01tWnphV2R1\
    WVhSMWNtVWdTZElwNGZhc1U5Mi1IanNUVDZQODRBVGg5cWN4YkFFcThuNEtMckFrUGc0SyJ9fQ==";

/// Values that must have a form of their own.
const FORMS: &[(&str, &str)] = &[
    // The server takes nothing but a GUID (Chocolatey's documentation, common errors).
    ("CHOCOLATEY_API_KEY", "00000000-0000-4000-8000-000000000000"),
    ("DOCKERHUB_USERNAME", "rehearsal"),
    ("SNAPCRAFT_STORE_CREDENTIALS", SNAP),
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
