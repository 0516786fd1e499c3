//! Prints: data on standard output, everything else on standard error, folded in GitHub Actions.
#![expect(clippy::disallowed_methods, reason = "this is the home of printing")]

mod github;
pub mod mask;

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context;
use serde::Serialize;

use crate::effect::environment;
use crate::effect::progress::{self, Progress};
use crate::problem::{self, Place, Problem};

/// Why a line of data could not be written, the first time that this happened.
static LOST: OnceLock<String> = OnceLock::new();

/// The folder that places are counted from.
static ROOT: OnceLock<PathBuf> = OnceLock::new();

/// How much a reader should mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something is wrong, and the command ends with another exit code than 0.
    Error,
    /// Something is doubtful.
    Warning,
    /// Something is worth knowing; `--quiet` hides it.
    Notice,
}

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Only warnings and errors.
    Quiet,
    /// Progress too.
    Normal,
    /// Commands and reasons too.
    Verbose,
}

/// Where output goes and how it looks. Cheap to copy, safe to use from several threads.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    volume: Volume,
    colour: bool,
    github: bool,
}

impl Report {
    /// Colour when standard error is a terminal and `NO_COLOR` is unset (<https://no-color.org>).
    pub fn new(volume: Volume) -> Report {
        Report {
            volume,
            colour: std::io::stderr().is_terminal() && environment::var("NO_COLOR").is_none(),
            github: environment::is_github(),
        }
    }

    /// A reporter that says nothing but warnings and errors.
    pub fn quiet() -> Report {
        Report {
            volume: Volume::Quiet,
            colour: false,
            github: false,
        }
    }

    /// Whether what is said may hold colour.
    pub fn is_coloured(self) -> bool {
        self.colour
    }

    /// Whether details are wanted.
    pub fn is_verbose(self) -> bool {
        self.volume == Volume::Verbose
    }

    /// Whether standard error is a terminal that a progress line may rewrite.
    pub fn is_interactive(self) -> bool {
        self.volume >= Volume::Normal && !self.github && std::io::stderr().is_terminal()
    }

    /// A line that says how far a long loop has come, when a person watches: `total` is 0 when nobody knows it.
    ///
    /// It is drawn by [`Progress::advance`], which is cheap enough for every turn of the loop, and is gone when the
    /// value goes or anything else is said.
    pub fn progress(self, verb: &str, total: u64) -> Progress {
        let is_wanted = self.is_interactive() && environment::var("TERM").as_deref() != Some("dumb");
        if is_wanted {
            Progress::shown(self.paint("1;36", &format!("{verb:>12}")), total)
        } else {
            Progress::hidden()
        }
    }

    /// One line of data on standard output. A reader that has closed the pipe is not an error; whatever else is lost
    /// makes [`Report::delivered`] fail in the end.
    pub fn data(self, line: impl Display) {
        if let Err(error) = self.bytes(format!("{line}\n").as_bytes()) {
            LOST.get_or_init(|| format!("{error:#}"));
        }
    }

    /// Whether all lines of data could be written: asked once, when a command has done its work.
    pub fn delivered(self) -> anyhow::Result<()> {
        LOST.get().map_or(Ok(()), |why| {
            Err(Problem::new(why.clone())
                .help("the work is done, only what it prints is lost")
                .into())
        })
    }

    /// Data as bytes on standard output, whole. A reader that has closed the pipe is not an error, a full disk is.
    pub fn bytes(self, bytes: &[u8]) -> anyhow::Result<()> {
        let bytes = mask::clean_bytes(bytes);
        let written = progress::aside(|| {
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes).and_then(|()| out.flush())
        });
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }

    /// A JSON document on standard output.
    pub fn json(self, document: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(document)? + "\n";
        self.bytes(text.as_bytes())
    }

    /// A line of progress: a verb in a column of its own, as cargo prints it.
    pub fn step(self, verb: &str, what: impl Display) {
        if self.volume >= Volume::Normal {
            let verb = self.paint("1;32", &format!("{verb:>12}"));
            Self::line(format_args!("{verb} {what}"));
        }
    }

    /// The same for what went wrong, which the end of the command tells as an error.
    pub fn misstep(self, verb: &str, what: impl Display) {
        if self.volume >= Volume::Normal {
            let verb = self.paint("1;31", &format!("{verb:>12}"));
            Self::line(format_args!("{verb} {what}"));
        }
    }

    /// A line that only `--verbose` shows.
    pub fn detail(self, what: impl Display) {
        if self.volume >= Volume::Verbose {
            Self::line(what);
        }
    }

    /// A line that `--quiet` hides.
    pub fn say(self, what: impl Display) {
        if self.volume >= Volume::Normal {
            Self::line(what);
        }
    }

    /// A warning, shown always.
    pub fn warn(self, what: impl Display) {
        self.tell(Level::Warning, None, None, &what.to_string());
    }

    /// An error with its advice, shown always: one `error:` a problem, then `help:` lines.
    pub fn error(self, error: &anyhow::Error) {
        self.problems(None, error);
    }

    /// The same with a title for the annotations: what has looked.
    pub fn findings(self, title: &str, error: &anyhow::Error) {
        self.problems(Some(title), error);
    }

    /// A remark on a place: `level: file:line: what`, and an annotation of that line in GitHub Actions.
    pub fn annotate(self, level: Level, place: &Place, title: Option<&str>, what: impl Display) {
        self.tell(level, Some(place), title, &format!("{place}: {what}"));
    }

    /// Tells the root that the files of places are counted from. GitHub Actions counts from its own folder.
    pub fn places_from(self, root: &Path) {
        let _ = ROOT.set(root.to_owned());
    }

    fn problems(self, title: Option<&str>, error: &anyhow::Error) {
        for item in problem::lines(error) {
            self.tell(Level::Error, item.place.as_ref(), title, &item.what);
            for help in item.help {
                Self::line(format_args!("{} {help}", self.paint("1;36", "help:")));
            }
        }
    }

    /// The words name the place: in a log of GitHub Actions nothing else does.
    fn tell(self, level: Level, place: Option<&Place>, title: Option<&str>, words: &str) {
        if level == Level::Notice && self.volume < Volume::Normal {
            return;
        }
        if self.github {
            let place = place.map(|it| github::place(it, ROOT.get().map(PathBuf::as_path)));
            return Self::line(github::command(level, place.as_ref(), title, words));
        }
        let word = match level {
            Level::Error => self.paint("1;31", "error:"),
            Level::Warning => self.paint("1;33", "warning:"),
            Level::Notice => self.paint("1;36", "note:"),
        };
        Self::line(format_args!("{word} {words}"));
    }

    /// Runs `work` with what it prints folded under a title in GitHub Actions.
    pub fn group<T>(self, title: &str, work: impl FnOnce() -> T) -> T {
        if self.github {
            Self::line(format_args!("::group::{title}"));
        }
        let result = work();
        if self.github {
            Self::line("::endgroup::");
        }
        result
    }

    /// Text in a terminal colour (SGR parameters such as `1;32`), plain when colour is off.
    pub fn paint(self, sgr: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{sgr}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(what: impl Display) {
        Self::raw(mask::clean(&what.to_string()));
    }

    /// The only line that may hold a secret is the one that has GitHub Actions hide it.
    fn raw(what: impl Display) {
        progress::aside(|| {
            let _ = writeln!(std::io::stderr().lock(), "{what}");
        });
    }
}

/// A question on standard error, without a line end: the answer is typed behind it.
pub fn prompt(question: &str) {
    progress::aside(|| {
        let mut error = std::io::stderr().lock();
        let _ = write!(error, "{}", mask::clean(question)).and_then(|()| error.flush());
    });
}
