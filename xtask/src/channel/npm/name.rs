//! Names of packages and of dist-tags, by the rules of the registry (npm's documentation of package.json, `name`).

/// Modules of Node itself, whose names no package may have.
const CORE: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// What is wrong with a name of a package; `None` when the registry takes it.
pub(crate) fn flaw(name: &str) -> Option<String> {
    let bare = match name.strip_prefix('@') {
        None => name,
        Some(rest) => match rest.split_once('/') {
            Some((scope, bare)) if !scope.is_empty() => {
                if let Some(flaw) = odd(scope) {
                    return Some(format!("the scope of `{name}` {flaw}"));
                }
                bare
            }
            _ => return Some(format!("`{name}` has a scope without a name")),
        },
    };
    if name.len() > 214 {
        return Some(format!(
            "`{name}` has {} characters, at most 214 are taken",
            name.len()
        ));
    }
    if let Some(flaw) = odd(bare) {
        return Some(format!("`{name}` {flaw}"));
    }
    let is_taken = CORE.contains(&bare) || matches!(bare, "node_modules" | "favicon.ico");
    (is_taken && bare == name).then(|| format!("`{name}` is a name that Node keeps for itself"))
}

fn odd(part: &str) -> Option<&'static str> {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_.".contains(it);
    if part.is_empty() {
        return Some("is empty");
    }
    if part.starts_with(['.', '_', '-']) {
        return Some("begins with `.`, `_` or `-`");
    }
    if part.contains(|it: char| it.is_ascii_uppercase()) {
        return Some("has capital letters");
    }
    (!part.chars().all(is_plain)).then_some("has characters other than letters, digits and `-_.`")
}

/// What is wrong with a dist-tag; `None` when npm takes it. One that reads as a range would be taken for it.
pub(crate) fn tag_flaw(tag: &str) -> Option<String> {
    let bare = tag.trim_start_matches(['v', '=']);
    let is_range = tag.is_empty()
        || matches!(tag, "x" | "X" | "*")
        || bare.is_empty()
        || bare.starts_with(|it: char| it.is_ascii_digit())
        || tag.starts_with(['^', '~', '<', '>', '=', '*'])
        || ["x.", "X.", "*."].iter().any(|it| tag.starts_with(it));
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if is_range {
        return Some(format!("the tag `{tag}` reads as a range of versions"));
    }
    (!tag.chars().all(is_plain)).then(|| format!("the tag `{tag}` has characters that a URL escapes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_registry_takes() {
        for good in ["demo", "demo-linux-x64", "@a/demo", "@a/fs", "a.b_c", "0x"] {
            assert_eq!(flaw(good), None, "{good}");
        }
        let long = "a".repeat(215);
        for bad in [
            "",
            "Demo",
            ".demo",
            "_demo",
            "-demo",
            "de mo",
            "dé",
            "a/b",
            "@a",
            "@/a",
            "@a/",
            "@A/b",
            "fs",
            "a~b",
            "node_modules",
            &long,
        ] {
            assert!(flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn tags_that_are_no_range() {
        for good in ["latest", "rc", "next", "release-1.x", "beta-2"] {
            assert_eq!(tag_flaw(good), None, "{good}");
        }
        for bad in ["", "1", "v1", "1.x", "x", "*", "^1", ">=1", "v", "a b", "a/b"] {
            assert!(tag_flaw(bad).is_some(), "{bad}");
        }
    }
}
