//! The credentials that `snapcraft export-login` writes, as the store wants to see them: two macaroons, one bound to the
//! other.
//!
//! Reading the store natively needs no program, and shows what snapcraft does not print: whether a revision is in review.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The last packet of a macaroon in its binary form: its length in hexadecimal, the name, 32 bytes, a line feed.
const SIGNATURE: &[u8] = b"002fsignature ";
const SIGNATURE_BYTES: usize = 32;

/// base64 for URLs, with or without the `=` at the end.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// What craft-store keeps: the kind, and the macaroons.
#[derive(Deserialize)]
struct Kept {
    t: String,
    v: Pair,
}

/// The macaroon of the store, and the one by which Ubuntu One vouches for the account.
#[derive(Deserialize)]
struct Pair {
    r: String,
    d: String,
}

/// The value of the header `Authorization`, or why the credentials have another form.
pub fn authorization(credentials: &str) -> Result<String, &'static str> {
    let bytes = BASE64_STANDARD
        .decode(credentials.split_ascii_whitespace().collect::<String>())
        .map_err(|_| "it is no base64")?;
    let kept: Kept = serde_json::from_slice(&bytes)
        .map_err(|_| "it holds no macaroons as snapcraft 7 and later export them")?;
    if kept.t != "u1-macaroon" {
        return Err("it is of a kind that only snapcraft itself reads");
    }
    let Pair {
        r: root,
        d: discharge,
    } = kept.v;
    let bound = bound(&root, &discharge).ok_or("its macaroons are cut short or of another form")?;
    Ok(format!("Macaroon root={root}, discharge={bound}"))
}

/// The discharge with its signature replaced by one that holds for this root alone.
fn bound(root: &str, discharge: &str) -> Option<String> {
    let root = URL_SAFE.decode(root).ok()?;
    let mut discharge = URL_SAFE.decode(discharge).ok()?;
    let (of_root, of_discharge) = (signature(&root)?, signature(&discharge)?);
    let key = [0; SIGNATURE_BYTES];
    let both = [hmac(&key, of_root), hmac(&key, of_discharge)].concat();
    let bound = hmac(&key, &both);
    let start = discharge.len() - 1 - SIGNATURE_BYTES;
    discharge[start..start + SIGNATURE_BYTES].copy_from_slice(&bound);
    Some(URL_SAFE.encode(discharge))
}

/// The signature at the end of a macaroon.
fn signature(macaroon: &[u8]) -> Option<&[u8]> {
    let packet = macaroon.strip_suffix(b"\n")?;
    let (before, signature) = packet.split_at_checked(packet.len().checked_sub(SIGNATURE_BYTES)?)?;
    before.ends_with(SIGNATURE).then_some(signature)
}

/// HMAC with SHA-256 (RFC 2104), for keys of at most a block.
fn hmac(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(bytes)
        .finalize();
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize();
    outer.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_rfc_4231() {
        // Its second test case.
        let sum = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            crate::digest::hex(&sum),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_discharge_is_bound_to_its_root() {
        let credentials = crate::twin::credential::of("SNAPCRAFT_STORE_CREDENTIALS");
        let header = authorization(&credentials).unwrap();
        // As pymacaroons 0.13, which craft-store uses, binds the same two.
        assert!(header.starts_with("Macaroon root=MDA"), "{header}");
        assert!(header.ends_with(BOUND), "{header}");
    }

    #[test]
    fn other_forms_are_told() {
        for (credentials, why) in [
            ("%", "no base64"),
            ("e30=", "no macaroons"),
            (
                "eyJ0IjoibWFjYXJvb24iLCJ2Ijp7InIiOiIiLCJkIjoiIn19",
                "only snapcraft itself",
            ),
            (
                "eyJ0IjoidTEtbWFjYXJvb24iLCJ2Ijp7InIiOiIiLCJkIjoiIn19",
                "cut short",
            ),
        ] {
            let found = authorization(credentials).unwrap_err();
            assert!(found.contains(why), "{credentials}: {found}");
        }
    }

    const BOUND: &str = "discharge=MDAyMGxvY2F0aW9uIGxvZ2luLnR3aW4uZXhhbXBsZQowMDIwaWRlbnRpZmllciByZWhlYXJzYWwgY2F2ZWF0\
                         CjAwMmRjaWQgbG9naW4udHdpbi5leGFtcGxlfGFjY291bnR8cmVoZWFyc2FsCjAwMmZzaWduYXR1cmUgOppYMCJwCShN\
                         8uqwoudlqe7T_W5JWaduj4humGYrN9UK";
}
