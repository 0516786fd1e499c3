//! The rules of the stores before the stores apply them: a table a channel, and one run that gives all findings at once.

pub mod common;
mod file;
pub(crate) mod image;
pub mod licence;
pub mod release;
pub mod source;

use serde::Serialize;

use crate::channel::Channel;
use crate::edition::Edition;

pub use file::File;

/// What breaking a rule leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The store or its client does not take it.
    Refused,
    /// It is taken, and people or reviewers mind.
    Warned,
    /// The place does not want it, whatever its form.
    Policy,
}

impl Severity {
    /// The word for reports and documents.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Refused => "refused",
            Severity::Warned => "warned",
            Severity::Policy => "policy",
        }
    }
}

/// One demand of a store. No defaults.
#[derive(Debug)]
pub struct Rule {
    /// Its name, `<channel>/<what>`; `any/<what>` for rules that hold everywhere.
    pub id: &'static str,
    /// The tag of where the demand is written: a row of [`source::SOURCES`].
    pub source: &'static str,
    /// What breaking it leads to.
    pub severity: Severity,
    /// What it demands, in one line without a full stop.
    pub demands: &'static str,
    /// What to do, in one line without a full stop.
    pub help: &'static str,
    /// Finds what breaks it.
    pub check: fn(&Subject) -> Vec<Flaw>,
}

impl Rule {
    /// A rule of the severity [`Severity::Refused`], in the order of its fields.
    pub const fn refused(
        id: &'static str,
        source: &'static str,
        demands: &'static str,
        help: &'static str,
        check: fn(&Subject) -> Vec<Flaw>,
    ) -> Rule {
        Rule {
            id,
            source,
            severity: Severity::Refused,
            demands,
            help,
            check,
        }
    }

    /// A rule of the severity [`Severity::Warned`], in the order of its fields.
    pub const fn warned(
        id: &'static str,
        source: &'static str,
        demands: &'static str,
        help: &'static str,
        check: fn(&Subject) -> Vec<Flaw>,
    ) -> Rule {
        Rule {
            severity: Severity::Warned,
            ..Rule::refused(id, source, demands, help, check)
        }
    }
}

/// What is looked at: the files for one channel.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The channel that they are for.
    pub channel: &'static Channel,
    /// The files, in the order of their paths.
    pub files: Vec<File>,
    /// The release that they were rendered from; `None` for files that another tool wrote. Then nothing can be said about
    /// whether digests and paths are those of what was built.
    pub edition: Option<Edition>,
    /// Whether these are all files of the package. A file that is looked at alone may lack its companions.
    pub is_whole: bool,
    /// What `manifests` has written, where that is what is looked at.
    pub rendered: Option<crate::manifests::folder::List>,
}

impl Subject {
    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|it| it.path == path)
    }

    /// The files whose path ends so, such as `.rb` or `PKGBUILD`.
    pub fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |it| it.path.ends_with(end))
    }
}

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The file, by its path in the subject; `None` when it is about all.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What stands there, and what should: lowercase, names in backticks, no full stop.
    pub what: String,
}

impl Flaw {
    /// About a file as a whole.
    pub fn file(file: &File, what: impl Into<String>) -> Flaw {
        Flaw {
            path: Some(file.path.clone()),
            line: None,
            what: what.into(),
        }
    }

    /// About a line of a file, counted from 1.
    pub fn line(file: &File, line: usize, what: impl Into<String>) -> Flaw {
        Flaw {
            line: Some(line),
            ..Flaw::file(file, what)
        }
    }

    /// About the first line of a file that holds a text; about the file where none does.
    pub fn at(file: &File, part: &str, what: impl Into<String>) -> Flaw {
        let text = file.text().unwrap_or_default();
        let line = text.lines().position(|it| it.contains(part)).map(|it| it + 1);
        Flaw {
            line,
            ..Flaw::file(file, what)
        }
    }

    /// About all files together.
    pub fn all(what: impl Into<String>) -> Flaw {
        Flaw {
            path: None,
            line: None,
            what: what.into(),
        }
    }
}

/// A flaw with the rule that it breaks.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The channel whose files were looked at.
    pub channel: &'static Channel,
    /// What breaks it.
    pub flaw: Flaw,
}

/// The rules that hold for a channel: those of all, then its own.
pub fn rules(channel: &'static Channel) -> impl Iterator<Item = &'static Rule> {
    common::RULES.iter().chain(channel.rules)
}

/// Everything that breaks a rule, in the order of the rules and of the files.
pub fn check(subject: &Subject) -> Vec<Finding> {
    let of = |rule: &'static Rule| {
        (rule.check)(subject).into_iter().map(move |flaw| Finding {
            rule,
            channel: subject.channel,
            flaw,
        })
    };
    rules(subject.channel).flat_map(of).collect()
}

/// The same for files of a release with several packages. What a rule asks of the release it asks of one package, and the
/// files of another would be flawed for it; so a flaw counts when it is one whichever package is asked.
pub fn check_all(subject: &Subject, editions: &[Edition]) -> Vec<Finding> {
    let with = |edition: &Edition| {
        check(&Subject {
            edition: Some(edition.clone()),
            ..subject.clone()
        })
    };
    let mut rest = editions.iter();
    let Some(first) = rest.next() else {
        return check(subject);
    };
    let mut findings = with(first);
    for edition in rest {
        let others = with(edition);
        let is_there = |it: &Finding| {
            others
                .iter()
                .any(|other| other.rule.id == it.rule.id && other.flaw == it.flaw)
        };
        findings.retain(is_there);
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::channel::CHANNELS;

    #[test]
    fn ids_are_unique_and_begin_with_their_channel() {
        let mut ids = BTreeSet::new();
        for rule in common::RULES {
            assert!(rule.id.starts_with("any/") && ids.insert(rule.id), "{}", rule.id);
        }
        for channel in CHANNELS {
            for rule in channel.rules {
                let own = rule
                    .id
                    .strip_prefix(channel.name)
                    .is_some_and(|it| it.starts_with('/'));
                assert!(own && ids.insert(rule.id), "{}", rule.id);
            }
        }
    }

    #[test]
    fn each_rule_names_a_source_that_is_listed() {
        let all = CHANNELS.iter().flat_map(|it| it.rules).chain(common::RULES);
        for rule in all {
            assert!(
                source::find(rule.source).is_some(),
                "{}: `{}`",
                rule.id,
                rule.source
            );
        }
    }

    #[test]
    fn sentences_have_the_house_form() {
        let all = CHANNELS.iter().flat_map(|it| it.rules).chain(common::RULES);
        for rule in all {
            for text in [rule.demands, rule.help] {
                assert!(
                    !text.is_empty() && !text.ends_with('.') && !text.contains('\n'),
                    "{}: {text}",
                    rule.id
                );
            }
        }
    }
}
