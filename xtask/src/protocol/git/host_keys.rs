//! The keys by which known ssh servers are told from others.

/// The AUR's, in the form of `known_hosts` without the host. Arch Linux has published their fingerprints (news of
/// 2020-07-07, "AUR migration: new SSH host keys", and the front page of the AUR for whoever is not logged in):
///
/// - Ed25519: `SHA256:RFzBCUItH9LZS0cKB5UE6ceAYhBD5C8GeOBip8Z11+4`
/// - ECDSA: `SHA256:uTa/0PndEgPZTf76e1DFqXKJEXKsn7m9ivhLQtzGOCI`
///
/// The test beside them computes the fingerprints from the keys.
pub const AUR: &[&str] = &[
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuBKrPzbawxA/k2g6NcyV5jmqwJ2s+zpgZGZ7tpLIcN",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLMiLrP8pVi5BFX2i3vepSUnpedeiewE5XptnUnau+Zo\
     eUOPkpoCgZZuYfpaIQfhhJJI5qgnjJmr4hyJbe/zxow=",
];

/// The line of a `known_hosts` file for an `ssh://` address; `None` when it is none.
pub(super) fn line(url: &str, key: &str) -> Option<String> {
    let rest = url.strip_prefix("ssh://")?;
    let authority = rest.split('/').next()?;
    let place = authority.rsplit_once('@').map_or(authority, |it| it.1);
    let host = match place.rsplit_once(':') {
        // ssh looks for a port of its own in this form (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
        Some((host, port)) if port != "22" && !port.contains(']') => format!("[{host}]:{port}"),
        Some((host, port)) if !port.contains(']') => host.to_owned(),
        _ => place.to_owned(),
    };
    Some(format!("{host} {key}"))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
    use sha2::Digest;

    use super::*;

    #[test]
    fn the_keys_have_the_fingerprints_that_were_published() {
        let fingerprint = |key: &&str| {
            let blob = BASE64_STANDARD.decode(key.split_once(' ').unwrap().1).unwrap();
            BASE64_STANDARD_NO_PAD.encode(sha2::Sha256::digest(&blob))
        };
        let found: Vec<String> = AUR.iter().map(fingerprint).collect();
        assert_eq!(
            found,
            [
                "RFzBCUItH9LZS0cKB5UE6ceAYhBD5C8GeOBip8Z11+4",
                "uTa/0PndEgPZTf76e1DFqXKJEXKsn7m9ivhLQtzGOCI"
            ]
        );
    }

    #[test]
    fn hosts_are_written_as_ssh_looks_for_them() {
        let check = |url, expected: Option<&str>| assert_eq!(line(url, "k").as_deref(), expected, "{url}");
        check(
            "ssh://aur@aur.archlinux.org/demo.git",
            Some("aur.archlinux.org k"),
        );
        check("ssh://aur@127.0.0.1:2222/demo.git", Some("[127.0.0.1]:2222 k"));
        check("ssh://host:22/demo.git", Some("host k"));
        check("https://host/demo.git", None);
    }
}
