//! Rules for every text: line ends, trailing space, size, and words that must not stand in any file.

use super::{File, Finding, Tree};

/// What a file may be large: git keeps every version of it for ever.
const SIZE_LIMIT_BYTES: u64 = 256 << 10;

/// The domains of the public package registries, in parts, so that this file does not hold them.
const HOSTS: &[(&str, &str)] = &[
    ("crates", "io"),
    ("debian", "org"),
    ("npmjs", "com"),
    ("npmjs", "org"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
];

/// Where the paths of one machine begin; the name of a person or a folder and a `/` follow.
const MACHINE_STARTS: &[&str] = &["/home/", "/root/", "/tmp/", "/Users/", "C:\\Users\\"];

pub(super) fn file_size(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|it| it.size_bytes > SIZE_LIMIT_BYTES && !it.path.ends_with("Cargo.lock"))
        .map(|it| {
            let kib = it.size_bytes.div_ceil(1 << 10);
            Finding::new(&it.path, 0, format!("{kib} KiB, the limit is 256"))
        })
        .collect()
}

pub(super) fn final_newline(tree: &Tree) -> Vec<Finding> {
    let judge = |file: &File, text: &str| {
        let lines = text.lines().count();
        if text.is_empty() {
            None
        } else if !text.ends_with('\n') {
            Some(Finding::new(&file.path, lines, "no line end at the end"))
        } else if text.lines().next_back().is_some_and(str::is_empty) {
            Some(Finding::new(&file.path, lines, "empty lines at the end"))
        } else {
            None
        }
    };
    tree.texts()
        .filter_map(|(file, text)| judge(file, text))
        .collect()
}

pub(super) fn line_ends(tree: &Tree) -> Vec<Finding> {
    // The shell of Windows wants its own line ends in a batch file.
    tree.texts()
        .filter(|(file, _)| !file.is_kind(&["bat", "cmd"]))
        .filter_map(|(file, text)| {
            let line = text.split('\n').position(|it| it.ends_with('\r'))?;
            Some(Finding::new(&file.path, line + 1, "the line ends with CR LF"))
        })
        .collect()
}

pub(super) fn trailing_space(tree: &Tree) -> Vec<Finding> {
    let is_break = |file: &File, line: &str| {
        file.is_kind(&["md"])
            && line
                .strip_suffix("  ")
                .is_some_and(|it| !it.is_empty() && !it.ends_with([' ', '\t']))
    };
    // A patch holds the empty lines of the file it changes as a single space.
    tree.texts()
        .filter(|(file, _)| !file.is_kind(&["patch", "diff"]))
        .flat_map(|(file, text)| numbered(text).map(move |(number, line)| (file, number, line)))
        .filter(|(file, _, line)| line.ends_with([' ', '\t']) && !is_break(file, line))
        .map(|(file, number, _)| Finding::new(&file.path, number, "space at the end of the line"))
        .collect()
}

pub(super) fn registry_hosts(tree: &Tree) -> Vec<Finding> {
    let hosts: Vec<String> = HOSTS.iter().map(|(name, end)| format!("{name}.{end}")).collect();
    let finders: Vec<memchr::memmem::Finder<'_>> = hosts
        .iter()
        .map(|it| memchr::memmem::Finder::new(it.as_bytes()))
        .collect();
    let mut found = Vec::new();
    // Bytes, fixtures and binaries too: this rule knows no exception by kind of file.
    for file in &tree.files {
        for (host, finder) in hosts.iter().zip(&finders) {
            for at in finder.find_iter(&file.bytes) {
                let after = &file.bytes[at + host.len()..];
                // cargo itself names its git index in each entry of the lock file.
                let is_lock = file.path.ends_with("Cargo.lock") && after.starts_with(b"-index");
                let is_longer = after
                    .first()
                    .is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
                if !is_lock && !is_longer {
                    let line = 1 + memchr::memchr_iter(b'\n', &file.bytes[..at]).count();
                    found.push(Finding::new(
                        &file.path,
                        line,
                        format!("names the registry host `{host}`: leave it to the registry's client"),
                    ));
                }
            }
        }
    }
    found
}

pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in tree.texts().filter(|(it, _)| !it.is_kind(&["lock"])) {
        for (number, line) in numbered(text) {
            if let Some(path) = MACHINE_STARTS.iter().find_map(|it| machine_path(line, it)) {
                found.push(Finding::new(
                    &file.path,
                    number,
                    format!("holds the path `{path}` of one machine"),
                ));
            }
        }
    }
    found
}

/// The path that begins with `start` as a word of its own and goes on with a name and a separator.
fn machine_path<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.match_indices(start).find_map(|(at, _)| {
        let is_inside = line[..at]
            .chars()
            .next_back()
            .is_some_and(|it| it.is_alphanumeric() || "_-./}>*~".contains(it));
        let name = line[at + start.len()..]
            .find(|it: char| !(it.is_alphanumeric() || "_-.".contains(it)))
            .unwrap_or(line.len() - at - start.len());
        let end = at + start.len() + name;
        // The home folder of root has no user's name in it.
        let separator = if start.contains('\\') { '\\' } else { '/' };
        let is_whole = start == "/root/" || line[end..].starts_with(separator);
        (!is_inside && name > 0 && is_whole).then(|| &line[at..end])
    })
}

/// The lines of a text, counted from 1, without line feeds.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.split('\n').map(|it| it.strip_suffix('\r').unwrap_or(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, lines: &[usize]) {
        let found: Vec<usize> = rule(&Tree::of(&[(path, text)]))
            .iter()
            .map(|it| it.line)
            .collect();
        assert_eq!(found, lines, "{text:?}");
    }

    #[test]
    fn size() {
        let large = "x".repeat((256 << 10) + 1);
        check(file_size, "data.txt", &large, &[0]);
        check(file_size, "data.txt", &large[1..], &[]);
        check(file_size, "Cargo.lock", &large, &[]);
    }

    #[test]
    fn the_end_of_a_file() {
        check(final_newline, "a.toml", "x = 1\n", &[]);
        check(final_newline, "a.toml", "", &[]);
        check(final_newline, "a.toml", "x = 1", &[1]);
        check(final_newline, "a.toml", "x = 1\n\n", &[2]);
        check(final_newline, "tests/golden/a.toml", "x = 1", &[]);
        check(final_newline, "image.png", "\0", &[]);
    }

    #[test]
    fn carriage_returns() {
        check(line_ends, "a.rs", "x\ny\r\nz\r\n", &[2]);
        check(line_ends, "a.rs", "x\ny\n", &[]);
        check(line_ends, "a.cmd", "x\r\n", &[]);
    }

    #[test]
    fn space_at_the_end() {
        check(trailing_space, "a.rs", "x \ny\nz\t\n", &[1, 3]);
        check(trailing_space, "a.rs", "x  \n", &[1]);
        check(trailing_space, "a.md", "x  \n", &[]);
        check(trailing_space, "a.md", "x \n  \ny   \n", &[1, 2, 3]);
        check(trailing_space, "a.patch", " \n", &[]);
    }

    #[test]
    fn hosts() {
        for (name, end) in HOSTS {
            check(registry_hosts, "a.md", &format!("\nsee //{name}.{end}/x\n"), &[2]);
            check(registry_hosts, "a", &format!("\0some.{name}.{end}"), &[1]);
            check(
                registry_hosts,
                "a.md",
                &format!("{name}-{end} {name}.{end}nian"),
                &[],
            );
        }
        let lock = format!("source = \"registry+//{}.{}-index\"\n", HOSTS[0].0, HOSTS[0].1);
        check(registry_hosts, "Cargo.lock", &lock, &[]);
        check(registry_hosts, "a.toml", &lock, &[1]);
        check(registry_hosts, "a.md", "registry.example\n", &[]);
    }

    #[test]
    fn paths_of_one_machine() {
        let bad = [
            format!("at {}alice/work\n", MACHINE_STARTS[0]),
            format!("`{}.cargo`\n", MACHINE_STARTS[1]),
            format!("dir={}build/x\n", MACHINE_STARTS[2]),
            format!("\"{}alice/x\"\n", MACHINE_STARTS[3]),
            format!("{}alice\\x\n", MACHINE_STARTS[4]),
        ];
        for line in bad {
            check(machine_paths, "a.md", &line, &[1]);
            check(machine_paths, "Cargo.lock", &line, &[]);
        }
        check(
            machine_paths,
            "a.md",
            "the folder /tmp, ~/.cargo, a/root/b, /tmp/x\n",
            &[],
        );
        check(machine_paths, "a.md", "/home/<user>/x and `/root/`\n", &[]);
    }
}
