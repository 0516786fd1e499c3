//! Environment files, and logins of clients.

use super::*;

#[test]
fn environment_files() {
    let found: &[&str] = &["values in an environment file"];
    for line in [
        "DB_PASSWORD=hunter2",
        "export API_TOKEN='s3cr3t-value'",
        "  SECRET_KEY = \"abc123def\"  ",
        "STRIPE_KEY=a1b2c3d4e5",
        "X=Zm9vYmFyYmF6cXV4MTIzNDU2",
        "DATABASE_URL=postgres://app:s3cretw0rd@db.prod.acme.io/app",
    ] {
        check_in(".env", format!("# x\nPORT=3000\r\n{line}\r\n"), &env_and(line));
        for name in [".env.local", "config/.env.production", "prod.env", ".envrc"] {
            check_in(name, line, &env_and(line));
        }
        for name in [
            ".env.example",
            ".env.sample",
            ".env.template",
            ".env.dist",
            "example.env",
            "env.txt",
        ] {
            let expected: &[&str] = if line.contains("://") {
                &["password in an address"]
            } else {
                &[]
            };
            check_in(name, line, expected);
        }
    }
    for line in [
        "",
        "# PASSWORD=hunter2",
        "PORT=3000",
        "NODE_ENV=production",
        "DEBUG=true",
        "PASSWORD=",
        "PASSWORD=changeme",
        "API_KEY=your-key-here",
        "API_KEY=<token>",
        "API_KEY=${KEY}",
        "API_KEY=xxxxxxxx",
        "API_KEY=...",
        "PASSWORD=password",
        "TOKEN_PATH=/run/secrets/token",
        "PUBLIC_KEY=abc123def456",
        "NAME=John Smith",
        "URL=https://acme.io/path/to/thing",
        "API_KEY=\"\"",
        "KEY_LENGTH=32",
        "AUTH_ENABLED=yes",
    ] {
        check_in(".env", line, &[]);
    }
    assert_eq!(found.len(), 1);
}

/// An address with a password is found as that too.
fn env_and(line: &str) -> Vec<&'static str> {
    let mut kinds = vec!["values in an environment file"];
    if line.contains("://") {
        kinds.insert(0, "password in an address");
    }
    kinds
}

#[test]
fn logins_of_clients() {
    let found: &[&str] = &["credentials of a client"];
    let word = letters(ALNUM, 24);
    check_in(
        ".npmrc",
        format!("//registry.example/:_authToken={word}\n"),
        found,
    );
    check_in(".npmrc", "//registry.example/:_authToken=${NPM_TOKEN}\n", &[]);
    check_in(".npmrc", "registry=https://registry.example/\n", &[]);
    check_in(".netrc", format!("machine x login y password {word}\n"), found);
    check_in(
        ".pypirc",
        format!("[x]\nusername = y\npassword = {word}\n"),
        found,
    );
    check_in(
        ".docker/config.json",
        format!(
            "{{\"auths\":{{\"r.example\":{{\"auth\":\"{}\"}}}}}}",
            base64(b"me:s3cretw0rd")
        ),
        found,
    );
    check_in("config.json", "{\"auth\": \"https://login.acme.io\"}", &[]);
    check_in(
        "credentials.toml",
        format!("[registry]\ntoken = \"{word}\"\n"),
        found,
    );
    check_in(
        "nuget.config",
        format!("<add key=\"ClearTextPassword\" value=\"{word}\" />"),
        found,
    );
    check_in(
        "nuget.config",
        "<add key=\"ClearTextPassword\" value=\"%PASSWORD%\" />",
        &[],
    );
    check_in(".pgpass", "db.acme.io:5432:app:me:s3cretw0rd\n", found);
    check_in(
        ".git-credentials",
        "https://me:s3cretw0rd@git.acme.io\n",
        &["credentials of a client", "password in an address"],
    );
}
