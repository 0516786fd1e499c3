//! Secrets with their names: environment files, and what clients keep to log in.

use memchr::memmem;

use super::token::{Alphabet, is_word};
use super::{is_placeholder, key, web};
use crate::clean::path::TreePath;

/// Files that show which variables there are, for others to copy.
const TEMPLATES: &[&str] = &[
    "example", "sample", "template", ".tmpl", ".tpl", ".dist", "default", ".schema", ".md",
];

/// What the name of a variable says about its value.
const SECRET_WORDS: &[&str] = &[
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PWD",
    "PASS",
    "CREDENTIAL",
    "PRIVATE",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "AUTH",
    "SIGNING",
    "ENCRYPTION",
    "WEBHOOK",
    "DSN",
    "SALT",
    "CERT",
    "_KEY",
    "CONNECTION_STRING",
];

/// Variables whose names hold such a word and whose values are none.
const PUBLIC_WORDS: &[&str] = &[
    "PUBLIC",
    "PUBLISHABLE",
    "_PATH",
    "_FILE",
    "_DIR",
    "_ID",
    "_NAME",
    "_USER",
    "_HOST",
    "_PORT",
    "_METHOD",
    "_TYPE",
    "_TTL",
    "_ENABLED",
    "_EXPIRES",
    "_EXPIRY",
    "_LENGTH",
    "_ISSUER",
    "_DOMAIN",
    "_MODE",
    "_ALGORITHM",
    "_ROUNDS",
];

/// `.env`, `.env.local`, `prod.env` with a line `NAME=value` of which the value is a secret: its name says so, or it
/// is a login in an address, or a long word of letters and digits.
pub(super) fn is_environment(path: &TreePath, bytes: &[u8]) -> bool {
    let name = path.name().to_ascii_lowercase();
    let is_named =
        name == b".env" || name.starts_with(b".env.") || name.ends_with(b".env") || name == b".envrc";
    let is_template = TEMPLATES
        .iter()
        .any(|it| memmem::find(&name, it.as_bytes()).is_some());
    is_named && !is_template && bytes.split(|it| *it == b'\n').any(is_secret_line)
}

fn is_secret_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"export ").unwrap_or(line).trim_ascii_start();
    let Some(at) = memchr::memchr(b'=', line) else {
        return false;
    };
    let (name, value) = (line[..at].trim_ascii(), unquoted(line[at + 1..].trim_ascii()));
    let is_name = !name.is_empty() && name.iter().all(|it| is_word(*it) || *it == b'.' || *it == b'-');
    if !is_name || is_free(value) {
        return false;
    }
    let name = name.to_ascii_uppercase();
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|it| memmem::find(&name, it.as_bytes()).is_some())
    };
    if says(PUBLIC_WORDS) {
        return web::has_password(value);
    }
    says(SECRET_WORDS) && value.len() >= 4
        || name == b"KEY"
        || web::has_password(value)
        || web::is_opaque(value)
}

/// The value without quotes, or without a comment behind it.
fn unquoted(value: &[u8]) -> &[u8] {
    if let Some((quote @ (b'"' | b'\'' | b'`'), rest)) = value.split_first() {
        return &rest[..memchr::memchr(*quote, rest).unwrap_or(rest.len())];
    }
    let end = memmem::find(value, b" #").unwrap_or(value.len());
    value[..end].trim_ascii_end()
}

/// Values that are no secret to anyone.
fn is_free(value: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "localhost",
        "development",
        "production",
        "staging",
        "test",
        "testing",
        "local",
        "secret",
        "password",
        "token",
        "root",
        "admin",
        "user",
        "postgres",
        "pass",
    ];
    let lower = value.to_ascii_lowercase();
    let is_variable = |it: &[u8]| {
        it.starts_with(b"$")
            || it.starts_with(b"{")
            || it.starts_with(b"<")
            || it.starts_with(b"%")
            || it.starts_with(b"[")
            || it.starts_with(b"op://")
    };
    value.is_empty()
        || is_variable(value)
        || WORDS.iter().any(|it| it.as_bytes() == lower)
        || memmem::find(value, b"...").is_some()
        || memmem::find(&lower, b"your").is_some()
        || memmem::find(&lower, b"change").is_some()
        || lower.iter().all(|it| it.is_ascii_digit() || b".:,".contains(it)) && value.len() < 8
        || is_placeholder(value)
}

/// `aws_secret_access_key = …`, in any spelling and quotation, with 40 letters.
pub(super) fn has_aws_secret(bytes: &[u8]) -> bool {
    [
        &b"aws_secret"[..],
        b"AWS_SECRET",
        b"awsSecret",
        b"SecretAccessKey",
        b"secretAccessKey",
    ]
    .iter()
    .any(|name| {
        memmem::find_iter(bytes, name).any(|at| {
            let rest = &bytes[at + name.len()..];
            let word = rest.iter().take_while(|it| is_word(**it)).count();
            let between = rest[word..]
                .iter()
                .take(8)
                .take_while(|it| b" \t\"'=:,>".contains(it))
                .count();
            between > 0
                && Alphabet::Base64
                    .run(&rest[word + between..], (40, 40))
                    .is_some_and(|it| !is_placeholder(it))
        })
    })
}

/// Files in which clients keep a login, each with the words before it.
const LOGINS: &[(&str, &[&str])] = &[
    (".npmrc", &["_authToken=", "_auth=", "_password="]),
    (".yarnrc.yml", &["npmAuthToken:"]),
    (".pypirc", &["password"]),
    (".netrc", &["password "]),
    ("_netrc", &["password "]),
    (".dockercfg", &[DOCKER_LOGIN, "\"identitytoken\":"]),
    (".dockerconfigjson", &[DOCKER_LOGIN, "\"identitytoken\":"]),
    ("config.json", &[DOCKER_LOGIN, "\"identitytoken\":"]),
    ("credentials.toml", &["token"]),
    ("nuget.config", &["ClearTextPassword\" value="]),
    ("settings.xml", &["<password>"]),
];

/// Docker keeps the base64 of `user:password`.
const DOCKER_LOGIN: &str = "\"auth\":";

pub(super) fn has_login(path: &TreePath, bytes: &[u8]) -> bool {
    let is_named = |it: &str| path.name().eq_ignore_ascii_case(it.as_bytes());
    if is_named(".git-credentials") {
        return web::has_password(bytes);
    }
    if is_named(".pgpass") {
        return bytes.split(|it| *it == b'\n').any(is_pgpass);
    }
    let words = LOGINS
        .iter()
        .filter(|(name, _)| is_named(name))
        .flat_map(|it| it.1);
    words.into_iter().any(|word| {
        memmem::find_iter(bytes, word.as_bytes()).any(|at| is_login(word, &bytes[at + word.len()..]))
    })
}

fn is_login(word: &str, rest: &[u8]) -> bool {
    let start = rest.iter().take_while(|it| b" \t=:\"'>".contains(it)).count();
    let rest = &rest[start..];
    let end = rest
        .iter()
        .position(|it| b"\"'<\r\n \t".contains(it))
        .unwrap_or(rest.len());
    let value = &rest[..end];
    value.len() >= 8 && !is_free(value) && (word != DOCKER_LOGIN || key::decoded(value, 512).contains(&b':'))
}

/// `host:port:database:user:password`.
fn is_pgpass(line: &[u8]) -> bool {
    let fields: Vec<&[u8]> = line.trim_ascii().split(|it| *it == b':').collect();
    fields.len() == 5 && !line.starts_with(b"#") && !is_free(fields[4])
}
