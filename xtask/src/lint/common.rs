//! The rules that hold for the files of every channel.

mod folder;

use crate::digest::Sha256;
use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub const RULES: &[Rule] = &[
    Rule {
        id: "any/as-rendered",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "what was rendered is there, and as it was written",
        help: "render it anew: `cargo xtask manifests --force`; texts are edited in `packaging/`",
        check: folder::as_rendered,
    },
    Rule {
        id: "any/empty",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "no file is empty",
        help: "render it anew: `cargo xtask manifests`",
        check: |subject| {
            each(subject, |it| {
                let is_wrong = it.bytes.is_empty() && !is_marker(it);
                is_wrong.then(|| Flaw::file(it, "the file is empty"))
            })
        },
    },
    Rule {
        id: "any/hash-known",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every SHA-256 is that of something that was built",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: hash_known,
    },
    Rule {
        id: "any/hash-placeholder",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "no digest is empty, short, of one digit only, or that of nothing",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: hash_placeholder,
    },
    Rule {
        id: "any/left-over",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "no placeholder of a template is left over",
        help: "fill it in, or render the file anew: `cargo xtask manifests`",
        check: left_over,
    },
    Rule {
        id: "any/stranger",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: "nothing else lies beside what was rendered",
        help: "move it elsewhere: it is not published",
        check: folder::strangers,
    },
    Rule {
        id: "any/utf-8",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "a text is UTF-8, without a NUL",
        help: "write it in UTF-8, or render it anew: `cargo xtask manifests`",
        check: folder::utf8,
    },
    Rule {
        id: "any/unfinished",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: concat!("no remark such as `TO", "DO:` says that something is to be done"),
        help: "do it, or remove the remark",
        check: |subject| marked(subject, &[concat!("TO", "DO:"), concat!("FIX", "ME:")]),
    },
    Rule {
        id: "any/deceptive",
        source: "HOUSE",
        severity: Severity::Warned,
        demands: "no invisible character reorders or joins what stands around it",
        help: "remove the character, or write it as an escape of the file's language",
        check: deceptive,
    },
];

fn each(subject: &Subject, check: impl Fn(&File) -> Option<Flaw>) -> Vec<Flaw> {
    subject.files.iter().filter_map(check).collect()
}

/// Every run of hexadecimal digits of a length, in lower case, with its line.
pub fn hex_runs(file: &File, length: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        for run in text.split(|it: char| !it.is_ascii_alphanumeric()) {
            if run.len() == length && run.bytes().all(|it| it.is_ascii_hexdigit()) {
                found.push((line, run.to_ascii_lowercase()));
            }
        }
    }
    found
}

fn hash_known(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let release = &edition.release;
    let mut known: Vec<String> = vec![release.identity.source.to_string()];
    for artifact in &release.artifacts {
        known.push(artifact.digests.sha256.to_string());
        known.extend(artifact.entries.iter().map(|it| it.sha256.to_string()));
    }
    // What was made for this channel: blobs of an image, packages.
    known.extend(subject.files.iter().map(|it| Sha256::of(&it.bytes).to_string()));
    if let Ok(text) = release.text() {
        known.push(Sha256::of(text.as_bytes()).to_string());
    }
    let lock = edition.lock.as_deref().unwrap_or_default();
    let mut flaws = Vec::new();
    for file in &subject.files {
        for (line, run) in hex_runs(file, 64) {
            // The layers of an image are known by the digest of what they hold before they are compressed, too; the
            // rules of images compute that.
            let is_blob = file.path.contains("blobs/sha256/");
            if !is_blob && !known.contains(&run) && !lock.contains(&run) {
                flaws.push(Flaw::line(
                    file,
                    line,
                    format!("nothing that was built has the SHA-256 `{run}`"),
                ));
            }
        }
    }
    flaws
}

fn hash_placeholder(subject: &Subject) -> Vec<Flaw> {
    let nothing = [Sha256::of(b"").to_string(), Sha256::of(b"\n").to_string()];
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| !is_foreign(it)) {
        for length in [40, 64, 128] {
            for (line, run) in hex_runs(file, length) {
                let is_one_digit = run.bytes().all(|it| Some(it) == run.bytes().next());
                if is_one_digit || nothing.contains(&run) {
                    flaws.push(Flaw::line(
                        file,
                        line,
                        format!("`{run}` is the digest of nothing"),
                    ));
                }
            }
        }
        for (line, text) in file.lines() {
            if let Some(key) = empty_hash(text) {
                flaws.push(Flaw::line(file, line, format!("`{key}` has no digest")));
            }
        }
    }
    flaws
}

/// The key of a line such as `sha256 ""`, `hash: ''` or `"hash": "sha256-"`.
fn empty_hash(line: &str) -> Option<&str> {
    const KEYS: &[&str] = &[
        "sha256",
        "sha512",
        "hash",
        "checksum",
        "InstallerSha256",
        "checksum64",
    ];
    let line = line.trim();
    let word = line.trim_start_matches(['"', '\'']);
    let end = word.find(|it: char| !it.is_ascii_alphanumeric())?;
    let (key, rest) = word.split_at(end);
    if !KEYS.contains(&key) {
        return None;
    }
    let rest = rest
        .trim_start_matches(['"', '\''])
        .trim_start_matches([' ', ':', '=']);
    let value = rest.trim_end_matches([',', ';', ' ']);
    let is_empty = matches!(
        value,
        "\"\"" | "''" | "\"sha256-\"" | "\"sha256:\"" | "('')" | "(\"\")"
    );
    is_empty.then_some(key)
}

/// A file that says something by being there: `demo.exe.gui` is for Chocolatey's shims, a dot file for other tools.
fn is_marker(file: &File) -> bool {
    file.name().starts_with('.') || file.is_a("gui") || file.is_a("ignore")
}

/// What somebody else wrote and lies beside the manifests: vendored lists, documents, changes of the source.
fn is_foreign(file: &File) -> bool {
    ["md", "txt", "patch", "diff", "c", "h"]
        .iter()
        .any(|it| file.is_a(it))
}

fn left_over(subject: &Subject) -> Vec<Flaw> {
    /// What generators leave where a person should have written something.
    const MARKS: &[&str] = &[
        "REPLACE_ME",
        "REPLACEME",
        "CHANGEME",
        "CHANGE_ME",
        "PLACEHOLDER",
        "YOUR_NAME",
        "YOUR-NAME",
        "INSERT_",
        "__REPLACE",
        "<owner>",
        "<repo>",
        "<sha256>",
        "<version>",
        "[[Package",
    ];
    /// What Homebrew fills in itself when it installs.
    const BREW: &[&str] = &[
        "HOMEBREW_PREFIX",
        "appdir",
        "opt_prefix",
        "pkgetc",
        "pkgshare",
        "prefix",
        "staged_path",
        "version.major_minor",
    ];
    let mut flaws = marked(subject, MARKS);
    for file in subject.files.iter().filter(|it| !is_foreign(it)) {
        for (line, text) in file.lines() {
            let name = text.find("{{").and_then(|at| {
                let inner = &text[at + 2..];
                let name = inner[..inner.find("}}")?].trim();
                let is_name = !name.is_empty()
                    && name
                        .bytes()
                        .all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
                (is_name && !text[..at].ends_with('$')).then(|| format!("{{{{{name}}}}}"))
            });
            let is_brew = |it: &str| file.is_a("rb") && BREW.contains(&it.trim_matches(['{', '}']));
            let is_used =
                subject.edition.is_none() && (uses_templates(text) || name.as_deref().is_some_and(is_brew));
            if let Some(mark) = name.filter(|it| !is_used && !is_meant(subject, it)) {
                flaws.push(Flaw::line(file, line, format!("`{mark}` is left over")));
            }
        }
    }
    flaws
}

/// Whether a line fills in a template of the program itself, as scripts in manifests do when it is installed.
fn uses_templates(line: &str) -> bool {
    const WORDS: &[&str] = &["replace", "gsub", "--format", ".write"];
    let line = line.to_lowercase();
    WORDS.iter().any(|it| line.contains(it))
}

/// The first of some marks in each line.
fn marked(subject: &Subject, marks: &[&str]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| !is_foreign(it)) {
        // There `<version>` begins an element.
        let is_xml = file.is_a("nuspec") || file.is_a("xml");
        for (line, text) in file.lines() {
            let stands = |mark: &str| {
                // In a regular expression `(?<version>…)` is the name of a group.
                let is_group = |at: usize| text[..at].ends_with(['?', 'P', '\\']);
                let mut found = text.match_indices(mark).map(|it| it.0);
                found.any(|at| !(mark.starts_with('<') && (is_xml || is_group(at))))
            };
            let mark = marks.iter().find(|it| stands(it));
            if let Some(mark) = mark.filter(|it| !is_meant(subject, it)) {
                flaws.push(Flaw::line(file, line, format!("`{mark}` is left over")));
            }
        }
    }
    flaws
}

/// Whether the product's own texts say so: a template engine may well write about `{{name}}`.
fn is_meant(subject: &Subject, mark: &str) -> bool {
    subject.edition.as_ref().is_some_and(|edition| {
        let listing = edition.listing_for(subject.channel);
        [
            listing.summary,
            listing.description,
            edition.listing.summary.clone(),
        ]
        .iter()
        .any(|it| it.contains(mark))
    })
}

fn deceptive(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in &subject.files {
        for (line, text) in file.lines() {
            // A byte order mark at the start is what PowerShell wants.
            let text = if line == 1 {
                text.trim_start_matches('\u{feff}')
            } else {
                text
            };
            if let Some(letter) = text.chars().find(|it| crate::render::language::is_deceptive(*it)) {
                flaws.push(Flaw::line(
                    file,
                    line,
                    format!(
                        "the invisible character `{}` stands here",
                        letter.escape_unicode()
                    ),
                ));
            }
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, good: &str, bad: &str) {
        let rule = RULES.iter().find(|it| it.id == id).unwrap();
        let flaws = |text: &str| {
            let subject = Subject {
                channel: crate::channel::find("scoop").unwrap(),
                files: vec![File::new("a.json", text)],
                edition: None,
                is_whole: false,
                rendered: None,
            };
            (rule.check)(&subject)
        };
        assert_eq!(flaws(good), [], "{id}: {good}");
        assert_ne!(flaws(bad), [], "{id}: {bad}");
    }

    #[test]
    fn some_files_are_not_ours() {
        let zero = "0".repeat(40);
        let files = [
            ("tools/demo.exe.gui", ""),
            (".gitignore", ""),
            ("fix.patch", "INSERT_HERE {{x}}"),
            ("fix.patch", &zero),
        ];
        for (path, text) in files {
            let subject = Subject {
                channel: crate::channel::find("scoop").unwrap(),
                files: vec![File::new(path, text)],
                edition: None,
                is_whole: false,
                rendered: None,
            };
            for rule in RULES {
                assert_eq!((rule.check)(&subject), [], "{}: {path}", rule.id);
            }
        }
    }

    #[test]
    fn each_rule_catches_the_bad_and_leaves_the_good() {
        let sum = Sha256::of(b"x").to_string();
        check("any/empty", "x", "");
        check("any/utf-8", "{\"a\": \"\u{e9}\"}", "a\0b");
        check(
            "any/hash-placeholder",
            &format!("sha256 \"{sum}\""),
            &format!("sha256 \"{}\"", "0".repeat(64)),
        );
        check("any/hash-placeholder", &sum, &Sha256::of(b"").to_string());
        check(
            "any/hash-placeholder",
            &format!("\"hash\": \"{sum}\","),
            "\"hash\": \"\",",
        );
        check("any/hash-placeholder", "sha256 is the hash", "  sha256 ''");
        check("any/left-over", "url ${{ github.ref }}", "url {{url}}");
        check("any/left-over", "the version", "v <version>");
        check("any/left-over", "/v(?<version>[\\d.]+)/", "/v<version>/");
        check("any/left-over", "$x -replace '{{dir}}', $dir", "bin: {{dir}}");
        check("any/unfinished", "to do", concat!("# TO", "DO: more"));
        check("any/deceptive", "\u{feff}a", "a\u{202e}b");
    }
}
