//! Tokens, web tokens, passwords in addresses.

use super::token::{Alphabet, ROWS as TOKENS};
use super::*;

/// A token of a row with letters out of its alphabet.
fn token_of(row: &token::Row, count: usize) -> String {
    let alphabet = match row.alphabet {
        Alphabet::Hex => "0123456789abcdef",
        Alphabet::Base32 => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        Alphabet::Lower => "abcdefghijklmnopqrstuvwxyz0123456789",
        Alphabet::Alnum | Alphabet::Url | Alphabet::Wide | Alphabet::Base64 => ALNUM,
    };
    format!("{}{}", row.prefix, letters(alphabet, count))
}

#[test]
fn tokens_by_their_form() {
    for row in TOKENS {
        let (least, most) = row.length;
        for count in [least, most.min(least + 5)] {
            let token = token_of(row, count);
            for text in [
                token.clone(),
                format!("a\nx={token}\nb"),
                format!("\"{token}\","),
                format!("https://{token}@host"),
                format!("Bearer {token} "),
            ] {
                check(text, &[row.kind]);
            }
            check(format!("a{token}"), &[]);
        }
        check(token_of(row, least - 1), &[]);
        if most < 500 {
            check(token_of(row, most + 1), &[]);
        }
        check(format!("{}{}", row.prefix, "x".repeat(least)), &[]);
        check(format!("{}<token>", row.prefix), &[]);
        check(format!("{}${{TOKEN}}", row.prefix), &[]);
        check(
            format!("{}abcdefghijkl{}", row.prefix, letters("ab1", least)),
            &[],
        );
    }
    let azure = format!("ab~8Q~{}", letters(ALNUM, 34));
    check(&azure, &["client secret of Azure"]);
    check(&azure[..30], &[]);
}

#[test]
fn the_table_of_tokens_is_sound() {
    let prefixes: BTreeSet<&str> = TOKENS.iter().map(|it| it.prefix).collect();
    assert_eq!(prefixes.len(), TOKENS.len());
    for row in TOKENS {
        assert!(
            row.prefix.len() >= 3 && row.length.0 >= 16 && row.length.0 <= row.length.1,
            "{}",
            row.kind
        );
    }
}

#[test]
fn examples_of_documents() {
    check(concat!("AKIAIOSFODNN7", "EXAMPLE"), &[]);
    check(
        format!(
            "aws_secret_access_key = {}",
            concat!("wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY")
        ),
        &[],
    );
    let secret = letters(ALNUM, 40);
    for name in [
        "aws_secret_access_key = ",
        "AWS_SECRET_ACCESS_KEY=",
        "\"SecretAccessKey\": \"",
        "secretAccessKey: '",
    ] {
        check(format!("{name}{secret}\n"), &["secret access key of AWS"]);
        check(format!("{name}$SECRET\n"), &[]);
        check(format!("{name}{}\n", &secret[1..]), &[]);
    }
}

#[test]
fn web_tokens() {
    let part = |it: &str| base64(it.as_bytes()).trim_end_matches('=').to_owned();
    let head = part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    let claims = part("{\"sub\":\"1\",\"iat\":1516239022}");
    let signature = letters(ALNUM, 43);
    check(
        format!("Authorization: Bearer {head}.{claims}.{signature}\n"),
        &["JSON Web Token"],
    );
    check(format!("{head}.{claims}."), &[]);
    check(format!("{head}.{claims}"), &[]);
    check(format!("{head}.text.{signature}"), &[]);
    check(
        format!(
            "{head}.{claims}.{}",
            concat!("SflKxwRJSMeK", "KF2QT4fwpMeJf36POk6yJV_adQssw5c")
        ),
        &[],
    );
    let hook = format!(
        "https://hooks.slack.com/services/T{}/B{}/",
        letters(ALNUM, 8),
        letters(ALNUM, 8)
    );
    check(
        format!("{hook}{}", letters(ALNUM, 24)),
        &["address of a Slack webhook"],
    );
    check(format!("{hook}{}", "X".repeat(24)), &[]);
}

#[test]
fn passwords_in_addresses() {
    let found: &[&str] = &["password in an address"];
    check("postgres://app:s3cretw0rd@db.prod.acme.io:5432/app", found);
    check("url = \"https://bot:a1b2c3d4e5@git.acme.io/x.git\"", found);
    for text in [
        "postgres://app:s3cretw0rd@localhost/app",
        "postgres://app:s3cretw0rd@db:5432/app",
        "https://user:passw0rd@example.com",
        "https://$USER:$PASS@git.acme.io",
        "https://x-access-token:${TOKEN}@git.acme.io",
        "https://x:***@git.acme.io",
        "https://git.acme.io:8080/a@b",
        "see https://acme.io/a:b1234567@c.io",
    ] {
        check(text, &[]);
    }
}
