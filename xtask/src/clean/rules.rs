//! The rules of one repository: the shipped ones, changed and added to by its settings.

mod merge;

use crate::clean::matcher::Matcher;
use crate::clean::pattern::Pattern;
use crate::clean::rule::Rule;
use crate::clean::shipped;
use crate::config::{self, Clean};
use crate::problem::{Place, Problem, Problems, nearest};

/// The rules, in the order in which they are asked, and their names sorted for the search.
#[derive(Debug)]
pub struct RuleSet {
    /// The settings' own by name, then the shipped ones in the order of their table.
    pub rules: Vec<Rule>,
    /// Which of them look at a path.
    pub matcher: Matcher,
}

/// The rules that the settings ask for; everything wrong in them is found at once.
pub fn rules(clean: &Clean) -> Result<RuleSet, Problems> {
    let mut problems = Problems::default();
    let mut shipped = shipped::rules();
    let mut own = Vec::new();
    for (name, settings) in &clean.rules {
        match shipped.iter_mut().find(|it| it.name == *name) {
            Some(rule) => merge::change(rule, settings, &mut problems),
            None => own.push(merge::define(name, settings, &mut problems)),
        }
    }
    let all = || shipped.iter().map(|it| &it.name).chain(clean.rules.keys());
    for name in clean.off.iter().filter(|name| !all().any(|it| it == *name)) {
        let names: Vec<&str> = all().map(String::as_str).collect();
        problems.push(unknown_rule(name, &names, |what| {
            wrong("clean.off", &format!("has {what}"))
        }));
    }
    let mut exclude = Vec::new();
    for text in &clean.exclude {
        match Pattern::parse(text) {
            Ok(pattern) if pattern.is_catch_all() => problems.push(
                wrong(
                    "clean.exclude",
                    &format!("has the pattern `{text}`, which leaves nothing to clean"),
                )
                .help("name the files and folders that are to stay"),
            ),
            Ok(pattern) => exclude.push(pattern),
            Err(problem) => problems.push(
                wrong("clean.exclude", &format!("is wrong: {}", problem.what)).help(problem.help.join("; ")),
            ),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut rules = own;
    rules.append(&mut shipped);
    rules.retain(|it| !clean.off.contains(&it.name));
    let matcher = Matcher::new(&rules, &exclude);
    Ok(RuleSet { rules, matcher })
}

impl RuleSet {
    /// The numbers of the rules of these names; of all when there are none. An unknown name is a fault of the command
    /// line.
    pub fn chosen(&self, names: &[String]) -> anyhow::Result<Vec<usize>> {
        let known: Vec<&str> = self.rules.iter().map(|it| it.name.as_str()).collect();
        let mut problems = Problems::default();
        for name in names.iter().filter(|it| !known.contains(&it.as_str())) {
            problems.push(unknown_rule(name, &known, Problem::usage));
        }
        problems.into_result()?;
        Ok((0..known.len())
            .filter(|it| names.is_empty() || names.iter().any(|name| name == known[*it]))
            .collect())
    }

    /// Whether what fits a rule by its name, and is not what the rule looks for, is worth a word; see
    /// [`Matcher::is_telling`].
    pub fn is_telling(&self, rule: usize, path: &[u8]) -> bool {
        self.matcher.is_telling(rule, path)
    }
}

/// A finding in the settings, with its key.
fn wrong(key: &str, what: &str) -> Problem {
    Problem::at(Place::file(config::FILE), format_args!("`{key}` {what}"))
}

fn unknown_rule(name: &str, known: &[&str], problem: impl Fn(String) -> Problem) -> Problem {
    let guess = nearest(name, known.iter().copied());
    let guess = guess.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
    problem(format!("no rule `{name}`{guess}")).help(format!("the rules are {}", known.join(", ")))
}

#[cfg(test)]
mod tests;
