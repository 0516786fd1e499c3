//! The form of the private key, told without using it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::effect::secret::Secret;
use crate::publish::{Finding, Weight};

/// What the content of a key in OpenSSH's own form begins with (openssh, PROTOCOL.key).
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// How a key is made.
const MAKE: &str = "ssh-keygen -t ed25519 -N '' -f aur";

/// Whether ssh would take it without asking a person.
pub(super) fn examine(secret: &Secret) -> Finding {
    let name = secret.name();
    match of(secret.reveal()) {
        Ok(()) => Finding::new(
            Weight::Good,
            format!("`{name}` is a private key without a passphrase"),
        ),
        Err(why) => Finding::new(Weight::Bad, format!("`{name}` {why}")).help(MAKE),
    }
}

fn of(text: &str) -> Result<(), String> {
    let text = text.trim();
    let Some((first, rest)) = text.split_once('\n') else {
        let why = if text.starts_with("-----BEGIN") {
            "has lost its line ends: give the file's text as it is, in quotes"
        } else {
            "is no private key: it does not begin with `-----BEGIN OPENSSH PRIVATE KEY-----`"
        };
        return Err(why.to_owned());
    };
    let kind = first
        .trim()
        .strip_prefix("-----BEGIN ")
        .and_then(|it| it.strip_suffix("-----"));
    let Some(kind) = kind.filter(|it| it.ends_with("PRIVATE KEY")) else {
        return Err(
            "is no private key: it does not begin with `-----BEGIN OPENSSH PRIVATE KEY-----`".to_owned(),
        );
    };
    let Some((body, end)) = rest.rsplit_once('\n') else {
        return Err("is cut short".to_owned());
    };
    if end.trim() != format!("-----END {kind}-----") {
        return Err("is cut short: its last line is missing".to_owned());
    }
    let has_passphrase = if kind == "OPENSSH PRIVATE KEY" {
        let body: String = body.split_whitespace().collect();
        let bytes = BASE64_STANDARD.decode(body).unwrap_or_default();
        // The name of the cipher, after its length.
        let cipher = bytes.strip_prefix(MAGIC).and_then(|it| it.get(4..8));
        match cipher {
            None => return Err("is damaged: its content is no key of OpenSSH".to_owned()),
            Some(cipher) => cipher != b"none",
        }
    } else {
        kind.starts_with("ENCRYPTED") || body.contains("Proc-Type: 4,ENCRYPTED")
    };
    if has_passphrase {
        return Err("has a passphrase, which nobody can type in a run".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key in OpenSSH's form, as far as it is looked into here.
    fn pem(cipher: &str) -> String {
        let length = u8::try_from(cipher.len()).unwrap();
        let content = [MAGIC, &[0, 0, 0, length], cipher.as_bytes(), &[0; 32]].concat();
        let body = BASE64_STANDARD.encode(content);
        // In two pieces, so that nobody takes this for a secret.
        let (begin, end) = ("-----BEGIN ", "-----END ");
        format!("{begin}OPENSSH PRIVATE KEY-----\n{body}\n{end}OPENSSH PRIVATE KEY-----\n")
    }

    #[test]
    fn forms_are_told_apart() {
        let check = |text: &str, expected: &str| {
            let found = of(text).err().unwrap_or_default();
            assert!(
                found.contains(expected) && expected.is_empty() == found.is_empty(),
                "{found}"
            );
        };
        check(&pem("none"), "");
        check(&pem("none").replace('\n', "\r\n"), "");
        check(&pem("aes256-ctr"), "passphrase");
        check(&pem("none").replace('\n', " "), "lost its line ends");
        check("ssh-ed25519 AAAA demo", "is no private key");
        check(&pem("none").replace("-----END", "-----"), "cut short");
        check(&pem("none").replace("b3BlbnNz", "AAAAAAAA"), "damaged");
    }
}
