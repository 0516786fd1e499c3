//! Secrets: named by path and kind, neither shown nor kept, and never moved.

use serde_json::{Value, json};
use xtask::effect::files;

use super::fixture::{Repo, says};

/// Letters and digits that look random, of which no part stands in this file.
fn letters(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap() % 62;
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[at])
    };
    (0..count).map(|_| next()).collect()
}

/// `text` in base64, without the `=` at its end.
fn base64(text: &str) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text
        .bytes()
        .flat_map(|it| (0..8).rev().map(move |at| it >> at & 1))
        .collect();
    let number = |it: &[u8]| {
        it.iter()
            .chain(&[0; 6])
            .take(6)
            .fold(0, |all, bit| all * 2 + usize::from(*bit))
    };
    bits.chunks(6).map(|it| char::from(digits[number(it)])).collect()
}

#[test]
fn secrets_are_named_and_neither_shown_nor_kept() {
    let (token, password, body) = (
        format!("gh{}_{}", 'p', letters(1, 36)),
        letters(2, 24),
        letters(3, 64),
    );
    let rows: String = (0..8).map(|it| letters(10 + it, 64) + "\n").collect();
    let (begin, end) = (
        ["-----BEGIN", "PRIVATE KEY-----"].join(" "),
        ["-----END", "PRIVATE KEY-----"].join(" "),
    );
    let pem = format!("{begin}\n{body}\n{rows}{end}\n");
    let encoded = base64(&pem);
    let repo = Repo::git();
    repo.put("A_PLAN.md", format!("# Plan\n\nlog in with {token}\n"))
        .put("B_PLAN.md", "# Plan\n")
        .put("a.c", "x\n")
        .put("a.c.bak", format!("// {token}\n"))
        .put("deploy/.env", format!("DB_PASSWORD={password}\n"))
        .put("deploy/server.pem", &pem)
        .put("key.txt", format!("KEY={encoded}\n"))
        .put("sub/notes.md", "none here\n")
        .put("hidden/.env", format!("DB_PASSWORD={password}\n"))
        .put(".gitignore", "/hidden/\n")
        .commit();
    let secrets = [&token, &password, &body, &encoded[40..100].to_owned()];
    let kinds = [
        ("A_PLAN.md", "token of GitHub"),
        ("a.c.bak", "token of GitHub"),
        ("deploy/.env", "values in an environment file"),
        ("deploy/server.pem", "private key (PEM)"),
        ("key.txt", "private key (base64 of PEM)"),
    ];
    for words in [
        &["--dry-run", "--delete"][..],
        &["--check"],
        &["--dry-run", "--json"],
        &["--delete", "--verbose"],
        &["--delete", "--json"],
    ] {
        let run = repo.clean(words.iter().copied()).ends(1);
        let all = format!("{}{}", run.text(), run.stderr);
        assert!(
            secrets.iter().all(|it| !all.contains(&it[..])),
            "{words:?}: {all}"
        );
        for (path, kind) in kinds {
            let error =
                format!("error: `{path}` holds a secret ({kind})\nhelp: revoke it and make a new one");
            says(&run, &[&error]);
        }
        assert_eq!(
            run.stderr.matches("holds a secret").count(),
            kinds.len(),
            "{}",
            run.stderr
        );
        if words.contains(&"--json") {
            let told: Vec<Value> = kinds
                .iter()
                .map(|(path, kind)| json!({"path": path, "kinds": [kind]}))
                .collect();
            assert_eq!(run.json()["secrets"], Value::from(told));
            let held = run.text().matches("\"verdict\": \"secret\"").count();
            assert_eq!(held, 2, "{}", run.text());
        } else if !words.contains(&"--check") {
            assert!(
                run.text()
                    .contains("  A_PLAN.md stays: it holds a secret (token of GitHub)\n"),
                "{}",
                run.text()
            );
        }
    }
    // The others went on, and nothing of the store has seen a secret.
    assert!(repo.has("docs/planning/B_PLAN.md") && repo.has("A_PLAN.md") && repo.has("a.c.bak"));
    let store = repo.store();
    let slots = store.slots(&store.journal(None).unwrap().id);
    for file in files::list(&slots).unwrap() {
        let text = String::from_utf8_lossy(&files::read(&file).unwrap()).into_owned();
        assert!(
            secrets.iter().all(|it| !text.contains(&it[..])),
            "{}",
            file.display()
        );
    }
    let settings = "[clean]\nexclude = [\"deploy/**\", \"key.txt\", \"*_PLAN.md\", \"*.bak\"]\n";
    repo.put("packaging/release.toml", settings);
    repo.clean([]).ends(0);
}
