//! One rule of the settings: changes a shipped one, or is one of its own.

use super::wrong;
use crate::clean::evidence::{EVIDENCES, Evidence};
use crate::clean::path::TreePath;
use crate::clean::pattern::Pattern;
use crate::clean::rule::{Action, Kind, Origin, Place, Rule};
use crate::config::{CleanRule, Deed};
use crate::problem::{Problems, nearest};

/// Changes a shipped rule by the keys that are given.
pub(super) fn change(rule: &mut Rule, settings: &CleanRule, problems: &mut Problems) {
    rule.origin = Origin::Changed;
    let key = format!("clean.rules.{}", rule.name);
    let mut reader = Reader {
        key,
        settings,
        problems,
    };
    reader.fill(rule);
    if let Some(action) = reader.action(Some(&rule.action)) {
        rule.action = action;
    }
    reader.check(rule);
}

/// Makes a rule; it is not to be used when there were problems.
pub(super) fn define(name: &str, settings: &CleanRule, problems: &mut Problems) -> Rule {
    let mut reader = Reader {
        key: format!("clean.rules.{name}"),
        settings,
        problems,
    };
    let is_word = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    if !name.split('-').all(is_word) {
        reader.wrong(
            "",
            "is no name of a rule",
            "a name is lowercase words joined by `-`",
        );
    }
    if settings.names.is_none() {
        reader.wrong(
            "names",
            "is missing",
            "a rule of your own says which names it looks at, such as `names = [\"*.tmp\"]`",
        );
    }
    if settings.action.is_none() {
        reader.wrong(
            "action",
            "is missing",
            "the actions are move (with `to`), untrack, delete, report",
        );
    }
    let mut rule = Rule {
        name: name.to_owned(),
        reason: "the settings say so".to_owned(),
        names: Vec::new(),
        except: Vec::new(),
        kind: Kind::File,
        place: Place::Everywhere,
        content: Vec::new(),
        takes_ignored: false,
        is_remade: false,
        action: Action::Report,
        ignore: Vec::new(),
        origin: Origin::Settings,
    };
    reader.fill(&mut rule);
    if let Some(action) = reader.action(None) {
        rule.action = action;
    }
    reader.check(&rule);
    rule
}

struct Reader<'a> {
    key: String,
    settings: &'a CleanRule,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn wrong(&mut self, key: &str, what: &str, help: &str) {
        let key = if key.is_empty() {
            self.key.clone()
        } else {
            format!("{}.{key}", self.key)
        };
        let problem = wrong(&key, what);
        self.problems.push(if help.is_empty() {
            problem
        } else {
            problem.help(help)
        });
    }

    /// Takes over all keys but those of the action.
    fn fill(&mut self, rule: &mut Rule) {
        let settings = self.settings;
        if let Some(names) = &settings.names {
            if names.is_empty() {
                self.wrong("names", "is empty", "to turn a rule off, name it in `clean.off`");
            }
            rule.names = self.patterns("names", names);
        }
        if let Some(except) = &settings.except {
            rule.except = self.patterns("except", except);
        }
        if let Some(content) = &settings.content {
            rule.content = content.iter().filter_map(|it| self.evidence(it)).collect();
        }
        rule.kind = settings.kind.unwrap_or(rule.kind);
        rule.place = settings.place.unwrap_or(rule.place);
        rule.takes_ignored = settings.ignored.unwrap_or(rule.takes_ignored);
        rule.is_remade = settings.remade.unwrap_or(rule.is_remade);
        if let Some(reason) = &settings.reason {
            if reason.trim().is_empty() || reason.contains('\n') {
                self.wrong("reason", "is not one line of text", "");
            }
            rule.reason.clone_from(reason);
        }
        if let Some(lines) = &settings.gitignore {
            if lines
                .iter()
                .any(|it| it.trim().is_empty() || it.contains(['\n', '\r']))
            {
                self.wrong(
                    "gitignore",
                    "has an entry that is not one line",
                    "each entry is a line of `.gitignore`",
                );
            }
            rule.ignore.clone_from(lines);
        }
    }

    fn patterns(&mut self, key: &str, texts: &[String]) -> Vec<String> {
        for text in texts {
            if let Err(problem) = Pattern::parse(text) {
                self.wrong(
                    key,
                    &format!("is wrong: {}", problem.what),
                    &problem.help.join("; "),
                );
            }
        }
        texts.to_vec()
    }

    fn evidence(&mut self, name: &str) -> Option<Evidence> {
        let found = Evidence::of_name(name);
        if found.is_none() {
            let known: Vec<&str> = EVIDENCES.iter().map(|it| it.name).collect();
            let guess = nearest(name, known.iter().copied());
            let guess = guess.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            let help = format!("the evidences are {}", known.join(", "));
            self.wrong("content", &format!("has no evidence `{name}`{guess}"), &help);
        }
        found
    }

    /// The action that the settings ask for, with what they leave out from the one before.
    fn action(&mut self, before: Option<&Action>) -> Option<Action> {
        let folder = match before {
            Some(Action::Move { to }) => Some(to),
            _ => None,
        };
        let deed = self.settings.action;
        let is_move = deed == Some(Deed::Move) || deed.is_none() && folder.is_some();
        if !is_move {
            if self.settings.to.is_some() && (deed.is_some() || before.is_some()) {
                self.wrong(
                    "to",
                    "stands without a move",
                    "`to` belongs to `action = \"move\"`",
                );
            }
            return Some(match deed? {
                Deed::Untrack => Action::Untrack,
                Deed::Delete => Action::Delete,
                Deed::Report | Deed::Move => Action::Report,
            });
        }
        match (&self.settings.to, folder) {
            (Some(text), _) => self.folder(text).map(|to| Action::Move { to }),
            (None, Some(to)) => Some(Action::Move { to: to.clone() }),
            (None, None) => {
                self.wrong(
                    "to",
                    "is missing",
                    "a move says where to, such as `to = \"docs/planning\"`",
                );
                None
            }
        }
    }

    /// A folder below the root.
    fn folder(&mut self, text: &str) -> Option<TreePath> {
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let help = "the folder counts from the root of the repository, with `/`: `docs/planning`";
        let mut parts = trimmed.split('/');
        let is_drive = text.as_bytes().get(1) == Some(&b':');
        let problem = if text.starts_with('/') || is_drive || text.starts_with('~') {
            "is not a folder of the repository"
        } else if parts.clone().any(|it| it == "..") {
            "leaves the repository"
        } else if parts.clone().any(|it| it.eq_ignore_ascii_case(".git")) {
            "is a folder of git"
        } else if text.contains(['\\', '\0', '\n']) {
            "has a `\\` or a line end in it"
        } else if parts.any(|it| it.is_empty() || it == ".") {
            "has an empty part, or is the root itself"
        } else {
            return Some(TreePath::from(trimmed));
        };
        self.wrong(
            "to",
            &format!("is `{}`, which {problem}", text.escape_debug()),
            help,
        );
        None
    }

    /// What only shows when all keys are together.
    fn check(&mut self, rule: &Rule) {
        for evidence in &rule.content {
            let facts = evidence.facts();
            if facts.kind != rule.kind {
                let (about, other) = match facts.kind {
                    Kind::File => ("files", "folders"),
                    Kind::Folder => ("folders", "files"),
                };
                let what = format!(
                    "has `{}`, which is told of {about}, but the rule is about {other}",
                    facts.name
                );
                self.wrong("content", &what, "");
            }
        }
        let takes_all = |it: &String| Pattern::parse(it).is_ok_and(|it| it.is_catch_all());
        if rule.content.is_empty() && rule.action != Action::Report && rule.names.iter().any(takes_all) {
            self.wrong(
                "names",
                "has a pattern that takes every name, and no `content` decides",
                "ask for content, or name what is meant",
            );
        }
    }
}
