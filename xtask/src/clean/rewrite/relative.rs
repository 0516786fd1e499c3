//! The way from one folder of the tree to a file.

use crate::clean::path::TreePath;

/// The components that lead from a folder to a path; none when it is that folder.
pub(super) fn relative(folder: &TreePath, path: &TreePath) -> Vec<Vec<u8>> {
    let from: Vec<&[u8]> = folder.components().collect();
    let to: Vec<&[u8]> = path.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(&b".."[..], from.len() - shared);
    up.chain(to[shared..].iter().copied())
        .map(<[u8]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(folder: &str, path: &str, expected: &str) {
        let way = relative(&TreePath::from(folder), &TreePath::from(path));
        assert_eq!(String::from_utf8(way.join(&b'/')).unwrap(), expected);
    }

    #[test]
    fn ways() {
        check("", "a/b", "a/b");
        check("a", "a/b", "b");
        check("a/c", "a/b", "../b");
        check("ab/c", "a/b", "../../a/b");
        check("a/b", "a", "..");
        check("a", "a", "");
        check("", "", "");
    }
}
