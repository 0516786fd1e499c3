//! Private keys and key stores.

use super::*;

fn label(kind: &str) -> (String, String) {
    (
        format!("{}BEGIN {kind}{}", "-".repeat(5), "-".repeat(5)),
        format!("{}END {kind}{}", "-".repeat(5), "-".repeat(5)),
    )
}

/// A block of PEM with a body of random letters in lines of 64.
fn pem(kind: &str, header: &str) -> String {
    let (begin, end) = label(kind);
    let body = letters(ALNUM, 200);
    let lines: Vec<&str> = (0..4).map(|it| &body[it * 64..(it * 64 + 64).min(200)]).collect();
    format!("{begin}\n{header}{}\n{end}\n", lines.join("\n"))
}

#[test]
fn private_keys_in_pem() {
    for kind in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
    ] {
        let text = pem(kind, "");
        check(&text, &["private key (PEM)"]);
        check(text.replace('\n', "\r\n"), &["private key (PEM)"]);
        check(
            format!("{{\"private_key\": \"{}\"}}", text.replace('\n', "\\n")),
            &["private key (PEM)"],
        );
        check(
            format!("key: |\n    {}", text.replace('\n', "\n    ")),
            &["private key (PEM)"],
        );
        let wide: Vec<u8> = [
            &b"\xff\xfe"[..],
            &text
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        ]
        .concat();
        check(wide, &["private key (PEM)"]);
    }
    let header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n";
    check(pem("RSA PRIVATE KEY", header), &["private key (PEM)"]);
    check(pem("OPENSSH PRIVATE KEY", ""), &["private key (OpenSSH)"]);
    check(
        pem("PGP PRIVATE KEY BLOCK", "Version: GnuPG v2\n\n"),
        &["private key (PGP)"],
    );
    let putty = format!(
        "{}-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{}\n",
        "PuTTY-User",
        letters(ALNUM, 60)
    );
    check(putty, &["private key (PuTTY)"]);
}

#[test]
fn what_is_no_private_key() {
    for kind in [
        "PUBLIC KEY",
        "CERTIFICATE",
        "RSA PUBLIC KEY",
        "PGP PUBLIC KEY BLOCK",
        "CERTIFICATE REQUEST",
        "DH PARAMETERS",
    ] {
        check(pem(kind, ""), &[]);
    }
    let (begin, end) = label("RSA PRIVATE KEY");
    check(format!("{begin}\n...\n{end}"), &[]);
    check(
        format!("const BEGIN: &str = \"{begin}\";\nconst END: &str = \"{end}\";"),
        &[],
    );
    check(format!("{begin}\n{}\n{end}", "x".repeat(200)), &[]);
    check(format!("{begin}\n<your key here>\n{end}"), &[]);
    check(
        format!(
            "A file that begins with {begin} holds a key, which nobody but its owner may ever read or see, not even once"
        ),
        &[],
    );
    check(begin, &[]);
}

#[test]
fn private_keys_in_base64() {
    let found: &[&str] = &["private key (base64 of PEM)"];
    for kind in ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        for before in ["", "\n", "\n\n"] {
            let text = base64(format!("{before}{}", pem(kind, "")).as_bytes());
            check(&text, found);
            check(format!("KEY={text}\n"), found);
            // Narrower lines would break the group that is looked for, unless they hold whole groups.
            for width in [8, 16, 19, 64, 76] {
                let lines: Vec<String> = text
                    .as_bytes()
                    .chunks(width)
                    .map(|it| String::from_utf8(it.to_vec()).unwrap())
                    .collect();
                check(lines.join("\n"), found);
                check(format!("data:\n  key: |\n    {}\n", lines.join("\n    ")), found);
                check(format!("\"{}\"", lines.join("\\n")), found);
            }
        }
    }
    check(base64(pem("CERTIFICATE", "").as_bytes()), &[]);
    check(base64(&b"-".repeat(3000)), &[]);
    check(
        base64(b"--- a document of YAML that goes on and on and speaks of a PRIVATE KEY----- here"),
        &[],
    );
}

#[test]
fn private_keys_in_der() {
    let der = format!("MIIEvQIB{}hkiG9w0BAQEFAASC{}", "ADANBgkq", letters(ALNUM, 200));
    check(format!("key = \"{der}\""), &["private key (base64 of DER)"]);
    let public = format!("MIIBIjAN{}hkiG9w0BAQEFAAOC{}", "Bgkq", letters(ALNUM, 200));
    check(public, &[]);
    let bytes = [&b"\x30\x82\x04\xbd\x02\x01\x00\x30"[..], &[9; 100]].concat();
    check_in("a/server.key", &bytes, &["private key (DER)"]);
    check_in("a/server.bin", &bytes, &[]);
    check_in(
        "a/cert.der",
        [&b"\x30\x82\x04\xbd\x30\x82\x03\xa5"[..], &[9; 100]].concat(),
        &[],
    );
    check_in(
        "secring.gpg",
        [&b"\x95\x03\x98\x04"[..], &[9; 100]].concat(),
        &["private key (PGP, binary)"],
    );
    check_in("pubring.gpg", [&b"\x99\x01\x0d\x04"[..], &[9; 100]].concat(), &[]);
}

#[test]
fn key_stores() {
    let pfx = [&b"\x30\x82\x0a\x10\x02\x01\x03\x30\x82"[..], &[9; 100]].concat();
    check_in("a.p12", &pfx, &["key store"]);
    check_in("a.PFX", &pfx, &["key store"]);
    check_in("a.jks", b"\xfe\xed\xfe\xed\0\0\0\x02", &["key store"]);
    check_in("a.kdbx", b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", &["key store"]);
    check_in("a.p12", b"not a store", &[]);
    check_in("a.bin", &pfx, &[]);
}
