//! Makes the digests in an answer wrong: each stays a digest, but of something else.

/// The hexadecimal lengths of SHA-1, SHA-256, SHA3-384 and SHA-512.
const HEX_LENGTHS: &[usize] = &[40, 64, 96, 128];

/// What stands before a digest in base64 (SRI).
const BASE64_STARTS: &[&[u8]] = &[b"sha256-", b"sha384-", b"sha512-"];

/// The same bytes with the first letter of every digest changed.
pub fn spoil(bytes: &[u8]) -> Vec<u8> {
    let mut spoiled = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|it| it.is_ascii_hexdigit()).count();
        if HEX_LENGTHS.contains(&run) && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) {
            spoiled[at] = other(bytes[at], *b"01");
        }
        at += run.max(1);
    }
    for start in BASE64_STARTS {
        for found in memchr::memmem::find_iter(bytes, start) {
            if let Some(letter) = spoiled.get_mut(found + start.len()) {
                *letter = other(*letter, *b"AB");
            }
        }
    }
    spoiled
}

/// The same for the value of a header; an `etag` is changed whatever it is.
pub fn spoil_text(name: &str, value: &str) -> String {
    let spoiled =
        String::from_utf8(spoil(value.as_bytes())).expect("only letters of ASCII are changed, to others");
    if name.eq_ignore_ascii_case("etag") && spoiled == value {
        return format!("\"spoiled-{}\"", value.trim_matches('"'));
    }
    spoiled
}

fn other(letter: u8, two: [u8; 2]) -> u8 {
    if letter == two[0] { two[1] } else { two[0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_change_and_nothing_else_does() {
        let check = |text: &str, expected: &str| {
            assert_eq!(String::from_utf8(spoil(text.as_bytes())).unwrap(), expected);
        };
        let (zeros, tail) = ("0".repeat(64), "0".repeat(63));
        check(&format!("sha256:{zeros}, x"), &format!("sha256:1{tail}, x"));
        check(
            &format!("{{\"cksum\":\"a{tail}\"}}"),
            &format!("{{\"cksum\":\"0{tail}\"}}"),
        );
        check(
            "\"integrity\":\"sha512-Aa/+==\"",
            "\"integrity\":\"sha512-Ba/+==\"",
        );
        check("deadbeef and 1234", "deadbeef and 1234");
        check(&"0".repeat(65), &"0".repeat(65));
        check("sha512-", "sha512-");
    }

    #[test]
    fn etags_change_always() {
        assert_eq!(spoil_text("ETag", "\"1\""), "\"spoiled-1\"");
        assert_eq!(spoil_text("location", "/x"), "/x");
    }
}
