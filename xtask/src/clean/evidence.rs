//! What a file or folder is, told by its content: the tests that rules ask for by name.

mod api;
mod binary;
mod droppings;
mod dump;
mod folder;
mod html;
mod json;
mod log;
mod log_line;
mod profile;
mod sample;
mod table;
mod text;
mod xml;

use crate::clean::rule::Kind;
use crate::effect::peek::Unreadable;

pub use droppings::originals;
pub use sample::{CONTENT_LIMIT_BYTES, HEAD_BYTES, Sample};
pub use table::EVIDENCES;

/// A kind of content that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A cover profile of Go.
    GoProfile,
    /// A tracefile of lcov.
    Lcov,
    /// A profile of LLVM, raw or indexed.
    LlvmProfile,
    /// Notes, counts or a listing of gcov.
    Gcov,
    /// A coverage report in XML.
    CoverageXml,
    /// A coverage report in JSON.
    CoverageJson,
    /// A coverage report in HTML.
    CoverageHtml,
    /// A folder with a coverage report in HTML.
    CoverageFolder,
    /// The data of coverage.py.
    CoveragePy,
    /// Text for people.
    Prose,
    /// What programs print while they run.
    Log,
    /// What a web API has answered.
    ApiDump,
    /// The remains of a program that has crashed.
    StackDump,
    /// What the Finder remembers of a folder.
    DsStore,
    /// What the Explorer remembers of pictures.
    ThumbsDb,
    /// How the Explorer shows a folder.
    DesktopIni,
    /// What macOS keeps beside a file on foreign file systems.
    AppleDouble,
    /// A swap file of vim.
    VimSwap,
    /// A program or a part of one.
    Executable,
    /// An archive or a compressed file.
    Archive,
    /// Compiled Python.
    PythonBytecode,
    /// A folder of compiled Python.
    PythonCache,
    /// A folder of installed dependencies.
    DependencyTree,
    /// A folder that a build has made.
    BuildFolder,
    /// A copy whose original lies beside it.
    OriginalBeside,
}

/// What there is to say about an evidence.
#[derive(Debug)]
pub struct Facts {
    /// Which it is.
    pub evidence: Evidence,
    /// Its name in settings.
    pub name: &'static str,
    /// What it is told of.
    pub kind: Kind,
    /// What proves it, in one line.
    pub about: &'static str,
    /// Who describes the format.
    pub source: &'static str,
    /// Whether a sample is it.
    holds: fn(&Sample<'_>) -> bool,
}

/// What a test says about a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is what was asked for.
    Yes,
    /// It is something else.
    No,
    /// It is gone, or another thing stands in its place.
    Gone,
    /// It could not be read, so nothing is known; why.
    Unreadable(String),
}

impl Answer {
    /// The answer to whether one or the other is so.
    #[must_use]
    pub fn or(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::No, other) => other,
            (unknown, _) => unknown,
        }
    }
}

impl Evidence {
    /// The evidence of a name.
    pub fn of_name(name: &str) -> Option<Evidence> {
        EVIDENCES.iter().find(|it| it.name == name).map(|it| it.evidence)
    }

    /// What there is to say about it.
    pub fn facts(self) -> &'static Facts {
        EVIDENCES
            .iter()
            .find(|it| it.evidence == self)
            .expect("each evidence has a row")
    }

    /// Whether a file or folder is it.
    pub fn test(self, sample: &Sample<'_>) -> Answer {
        let facts = self.facts();
        let is_so = match sample.kind() {
            Some(kind) => kind == facts.kind && (facts.holds)(sample),
            None => false,
        };
        match sample.trouble() {
            None if is_so => Answer::Yes,
            None => Answer::No,
            Some(Unreadable::Vanished | Unreadable::NotPlain) => Answer::Gone,
            Some(error) => Answer::Unreadable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
