//! Reads the shape of a formula or a cask: its calls, with the blocks that they stand in. It is no reader of Ruby, and
//! needs none: both are declarations, a call a line.

use super::ruby::{goes_on, head, heredoc, literals, opens, outside};
use crate::lint::File;

/// What a file defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A formula, with its class.
    Formula(String),
    /// A cask, with its token.
    Cask(String),
}

/// A call, or the head of a block.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The line where it begins, counted from 1.
    pub(super) line: usize,
    /// Its first word, such as `url`; `def install` for a definition.
    pub(super) word: String,
    /// What follows, over all lines that it takes.
    pub(super) rest: String,
    /// The words of the blocks around it, the outermost first; the class or the cask itself is none.
    pub(super) blocks: Vec<String>,
    /// The number of the innermost block: two calls of one block share it.
    pub(super) block: usize,
}

/// A file, read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) kind: Kind,
    pub(super) calls: Vec<Call>,
}

/// What a formula downloads: a URL and the checksum in the same block.
#[derive(Clone, Debug)]
pub(super) struct Download {
    pub(super) line: usize,
    pub(super) url: String,
    pub(super) sha256: Option<String>,
    pub(super) blocks: Vec<String>,
}

impl Source {
    /// Reads a file; `None` when it defines neither a formula nor a cask.
    pub(super) fn read(file: &File) -> Option<Source> {
        let text = file.text()?;
        let mut kind = None;
        let mut calls = Vec::new();
        // The open blocks: their words, and their numbers.
        let mut open: Vec<(String, usize)> = Vec::new();
        let mut count = 0;
        let mut lines = text.lines().enumerate().peekable();
        while let Some((at, line)) = lines.next() {
            let mut statement = line.trim().to_owned();
            if statement.is_empty() || statement.starts_with('#') {
                continue;
            }
            // Behind it stand patches.
            if line == "__END__" {
                break;
            }
            skip_heredoc(&statement, &mut lines);
            while goes_on(&statement) {
                let Some((_, next)) = lines.next() else { break };
                if next.trim_start().starts_with('#') {
                    continue;
                }
                skip_heredoc(next, &mut lines);
                statement.truncate(outside(&statement).len());
                statement.push(' ');
                statement.push_str(next.trim());
            }
            let (word, rest) = head(&statement);
            if word == "end" {
                open.pop();
                continue;
            }
            if kind.is_none() {
                kind = kind_of(word, rest);
                if kind.is_some() {
                    count += 1;
                    open.clear();
                    open.push((String::new(), count));
                    continue;
                }
            }
            let word = match word {
                "def" => format!("def {}", head(rest).0),
                // GoReleaser writes a definition so inside of a block.
                "define_method" if rest.starts_with("(:") => format!("def {}", head(&rest[2..]).0),
                // An assignment is no call, whatever its name.
                word if rest.starts_with("= ") => format!("{word} ="),
                word => word.to_owned(),
            };
            calls.push(Call {
                line: at + 1,
                word: word.clone(),
                rest: rest.to_owned(),
                blocks: open.iter().skip(1).map(|it| it.0.clone()).collect(),
                block: open.last().map_or(0, |it| it.1),
            });
            if opens(&statement) {
                count += 1;
                open.push((word, count));
            }
        }
        Some(Source { kind: kind?, calls })
    }

    /// The calls right below the class or the cask.
    pub(super) fn top(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|it| it.blocks.is_empty())
    }

    /// The first call of a word right below the class or the cask.
    pub(super) fn first(&self, word: &str) -> Option<&Call> {
        self.top().find(|it| it.word == word)
    }

    /// The calls in a block right below the class or the cask.
    pub(super) fn inside<'a>(&'a self, block: &'a str) -> impl Iterator<Item = &'a Call> {
        self.calls
            .iter()
            .filter(move |it| it.blocks.first().is_some_and(|it| it == block))
    }

    /// What is downloaded, except in `resource`, `head`, `bottle` and `livecheck`.
    pub(super) fn downloads(&self) -> Vec<Download> {
        const OTHER: &[&str] = &["resource", "head", "bottle", "livecheck", "patch"];
        let is_own = |it: &&Call| !it.blocks.iter().any(|it| OTHER.contains(&it.as_str()));
        let mut found = Vec::new();
        for call in self.calls.iter().filter(|it| it.word == "url").filter(is_own) {
            let Some(url) = call.text() else { continue };
            let sum = self
                .calls
                .iter()
                .find(|it| it.word == "sha256" && it.block == call.block);
            found.push(Download {
                line: call.line,
                url,
                sha256: sum.and_then(Call::text),
                blocks: call.blocks.clone(),
            });
        }
        found
    }

    pub(super) fn is_formula(&self) -> bool {
        matches!(self.kind, Kind::Formula(_))
    }

    /// Whether it is for homebrew-core: by its folder there or with us.
    pub(super) fn is_core(&self, file: &File) -> bool {
        let mut parts = file.path.split('/');
        self.is_formula() && parts.any(|it| it == "core" || it == "homebrew-core")
    }
}

impl Call {
    /// The first literal in it.
    pub(super) fn text(&self) -> Option<String> {
        self.texts().into_iter().next()
    }

    /// The literals in it.
    pub(super) fn texts(&self) -> Vec<String> {
        literals(&self.rest).into_iter().map(|it| it.1).collect()
    }

    /// The literal behind a key, such as `arm:`.
    pub(super) fn keyed(&self, key: &str) -> Option<String> {
        let found = literals(&self.rest);
        let is_behind = |at: usize| self.rest[..at].trim_end().ends_with(key);
        found.into_iter().find(|it| is_behind(it.0)).map(|it| it.1)
    }
}

/// Passes over the text that begins in a line and ends at a mark.
fn skip_heredoc<'a>(line: &str, lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    if let Some(mark) = heredoc(line) {
        lines.find(|(_, it)| it.trim() == mark);
    }
}

fn kind_of(word: &str, rest: &str) -> Option<Kind> {
    match word {
        "class" => {
            let (class, parent) = rest.split_once('<')?;
            (parent.trim() == "Formula").then(|| Kind::Formula(class.trim().to_owned()))
        }
        "cask" if rest.ends_with("do") => Some(Kind::Cask(literals(rest).into_iter().next()?.1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::language::Language;

    fn read(text: &str) -> Source {
        Source::read(&File::new("a.rb", text)).unwrap()
    }

    #[test]
    fn blocks_and_calls() {
        let source = read(
            "# a remark\nclass FooBar < Formula\n  desc \"It's \\\"so\\\" # not a remark\" # a remark\n  license any_of: \
             [\n    \"MIT\",\n    \"ISC\",\n  ]\n  on_macos do\n    on_arm do\n      url \"u1\"\n      sha256 \"s1\"\n    \
             end\n    on_intel { x }\n  end\n  def fetch; system \"x\"; end\n  def caveats\n    <<~EOS\n      end\n      \
             class\n    EOS\n  end\n  url \"u2\",\n      using: :git\n  sha256 \"s2\"\n  test do\n    x\n  end\nend\n",
        );
        assert_eq!(source.kind, Kind::Formula("FooBar".to_owned()));
        assert_eq!(
            source.first("desc").unwrap().text().unwrap(),
            "It's \"so\" # not a remark"
        );
        assert_eq!(source.first("license").unwrap().texts(), ["MIT", "ISC"]);
        let found = source.downloads();
        let pairs: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|it| (it.url.as_str(), it.sha256.as_deref()))
            .collect();
        assert_eq!(pairs, [("u1", Some("s1")), ("u2", Some("s2"))]);
        assert_eq!(found[0].blocks, ["on_macos", "on_arm"]);
        assert_eq!(found[0].line, 10);
        let top: Vec<&str> = source.top().map(|it| it.word.as_str()).collect();
        let expected = [
            "desc",
            "license",
            "on_macos",
            "def fetch",
            "def caveats",
            "url",
            "sha256",
            "test",
        ];
        assert_eq!(top, expected);
    }

    #[test]
    fn literals_mean_what_they_were() {
        for text in ["a", "#{x} \\#$y", "\"'\\", "\u{202e}b\n\t", "\u{1f980}"] {
            let source = read(&format!(
                "cask \"a\" do\n  desc {}\nend\n",
                Language::Ruby.literal(text)
            ));
            assert_eq!(source.first("desc").unwrap().text().as_deref(), Some(text));
        }
    }

    #[test]
    fn keys() {
        let source = read("cask \"a\" do\n  sha256 arm:   \"x\",\n         intel: \"y\"\nend\n");
        let sum = source.first("sha256").unwrap();
        assert_eq!(
            (sum.keyed("arm:"), sum.keyed("intel:")),
            (Some("x".to_owned()), Some("y".to_owned()))
        );
    }

    #[test]
    fn other_ruby_is_none() {
        for text in ["", "class A < B\nend\n", "puts 1\n", "end\nend\n\"", "\0"] {
            assert!(Source::read(&File::new("a.rb", text)).is_none(), "{text:?}");
        }
    }
}
