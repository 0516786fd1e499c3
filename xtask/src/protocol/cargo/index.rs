//! The index of a registry of crates (The Cargo Book, registry index): where a crate's file lies, and what its lines say.

use serde::Deserialize;

/// A version of a crate, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// The version.
    pub vers: String,
    /// SHA-256 of the `.crate`, in lower hex.
    pub cksum: String,
    /// Whether it is offered to nobody who does not have it already.
    #[serde(default)]
    pub yanked: bool,
    /// When it was published, in the form of RFC 3339; younger indices alone say it.
    #[serde(default)]
    pub pubtime: Option<String>,
}

/// The path of a crate's file in an index.
pub fn path(name: &str) -> String {
    let name = name.to_lowercase();
    let head = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    match name.len() {
        0..=2 => format!("{}/{name}", name.len()),
        3 => format!("3/{}/{name}", head(0, 1)),
        _ => format!("{}/{}/{name}", head(0, 2), head(2, 4)),
    }
}

/// The lines in a file that cargo keeps of an index. Between and before them it has words of its own, which have changed
/// and may again, so each piece between zero bytes is tried.
pub fn kept(bytes: &[u8]) -> Vec<&str> {
    let pieces = bytes.split(|it| *it == 0);
    pieces
        .filter_map(|it| std::str::from_utf8(it).ok())
        .filter(|it| it.starts_with('{') && serde_json::from_str::<Line>(it).is_ok())
        .collect()
}

/// A version without its build metadata, of which a registry takes only one (C1).
pub fn plain(version: &str) -> &str {
    version.split_once('+').map_or(version, |it| it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check = |name: &str, expected: &str| assert_eq!(path(name), expected);
        check("a", "1/a");
        check("ab", "2/ab");
        check("Abc", "3/a/abc");
        check("Context_Lite", "co/nt/context_lite");
        check("\u{fc}", "2/\u{fc}");
    }

    #[test]
    fn lines_are_found_between_words() {
        let line = "{\"name\":\"a\",\"vers\":\"1.0.0\",\"deps\":[],\"cksum\":\"00\",\"yanked\":true}";
        let kept = format!("\u{3}\0\0\0\0etag: x\01.0.0\0{line}\0{{\"x\":1}}\0");
        assert_eq!(super::kept(kept.as_bytes()), [line]);
        assert!(super::kept(b"").is_empty());
    }
}
