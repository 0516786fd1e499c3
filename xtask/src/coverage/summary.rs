//! What the tests reach, in numbers: a table for people, a document for programs, a bound to hold.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::workspace::Workspace;

/// The version of the document; a field that changes its meaning raises it.
const SCHEMA: u32 = 1;

/// What the document says of its maker; a `coverage/` that holds one is ours to replace.
pub const MAKER: &str = "cargo xtask coverage";

/// The numbers of a run; `docs/api/coverage.md` describes the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    schema: u32,
    made_by: &'static str,
    /// Everything together.
    pub total: Reach,
    /// The packages that were measured, in the order of their names.
    pub packages: Vec<PackageReach>,
}

/// The numbers of a package.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PackageReach {
    /// Its name; `None` for files that lie in no package.
    pub name: Option<String>,
    /// Its files together.
    #[serde(flatten)]
    pub reach: Reach,
    /// Its files, in the order of their paths.
    pub files: Vec<FileReach>,
}

/// The numbers of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReach {
    /// Its path from the root, with `/`.
    pub path: String,
    /// What of it is reached.
    #[serde(flatten)]
    pub reach: Reach,
}

/// How much of some code the tests reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Reach {
    /// Lines that hold code.
    pub lines: Share,
    /// Functions.
    pub functions: Share,
    /// Pieces between which the program can branch, as LLVM cuts them.
    pub regions: Share,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Share {
    /// The whole.
    pub count: u64,
    /// The part that was reached.
    pub covered: u64,
}

/// All of it, in hundredths of a percent.
const HUNDRED_PERCENT: u64 = 10_000;

/// A percentage in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u64);

impl Percent {
    /// Reads `80`, `80.5` or `80.25`, from 0 to 100.
    pub fn parse(text: &str) -> Result<Percent, String> {
        let wrong = || format!("`{text}` is no percentage: a number from 0 to 100, such as 80 or 79.5");
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number =
            |it: &str, most| (1..=most).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        if !is_number(whole, 3) || !is_number(part, 2) {
            return Err(wrong());
        }
        let number = |it: &str| it.parse::<u64>().expect("a few digits");
        let hundredths = number(whole) * 100 + number(&format!("{part:0<2}"));
        if hundredths > HUNDRED_PERCENT {
            return Err(wrong());
        }
        Ok(Percent(hundredths))
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Share {
    /// The percentage, rounded down: only what is whole is 100. `None` when there is nothing to reach.
    pub fn percent(self) -> Option<Percent> {
        (self.covered * HUNDRED_PERCENT)
            .checked_div(self.count)
            .map(Percent)
    }

    fn add(&mut self, other: Share) {
        self.count += other.count;
        self.covered += other.covered;
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let percent = self.percent();
        let percent = percent.and_then(|it| it.to_string().parse::<f64>().ok());
        let mut document = serializer.serialize_struct("Share", 3)?;
        document.serialize_field("count", &self.count)?;
        document.serialize_field("covered", &self.covered)?;
        document.serialize_field("percent", &percent)?;
        document.end()
    }
}

impl Reach {
    fn add(&mut self, other: Reach) {
        self.lines.add(other.lines);
        self.functions.add(other.functions);
        self.regions.add(other.regions);
    }
}

/// What `llvm-cov export` prints, as far as it is read here.
#[derive(Deserialize)]
struct Export {
    data: Vec<ExportData>,
}

#[derive(Deserialize)]
struct ExportData {
    files: Vec<ExportFile>,
}

#[derive(Deserialize)]
struct ExportFile {
    filename: String,
    summary: Reach,
}

impl Summary {
    /// Reads what `llvm-cov export -summary-only` has printed, and gives each file to its package.
    pub fn read(export: &str, workspace: &Workspace) -> anyhow::Result<Summary> {
        let export: Export =
            serde_json::from_str(export).context("cannot understand what `llvm-cov` printed")?;
        let mut summary = Summary {
            schema: SCHEMA,
            made_by: MAKER,
            total: Reach::default(),
            packages: Vec::new(),
        };
        let mut files: Vec<ExportFile> = export.data.into_iter().flat_map(|it| it.files).collect();
        files.sort_by(|a, b| a.filename.cmp(&b.filename));
        for file in files {
            let path = Path::new(&file.filename);
            let name = owner(path, workspace);
            summary.total.add(file.summary);
            let at = summary.packages.iter().position(|it| it.name == name);
            let at = at.unwrap_or_else(|| {
                summary.packages.push(PackageReach {
                    name,
                    reach: Reach::default(),
                    files: Vec::new(),
                });
                summary.packages.len() - 1
            });
            let package = &mut summary.packages[at];
            package.reach.add(file.summary);
            package.files.push(FileReach {
                path: workspace.shown(path),
                reach: file.summary,
            });
        }
        summary.packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(summary)
    }

    /// The table of packages, a line each, the total last.
    pub fn table(&self) -> Vec<String> {
        let packages = self.packages.iter().map(|it| (it.shown(), it.reach));
        rows("package", packages.chain([("total".to_owned(), self.total)]))
    }

    /// The table of packages, then the one of files.
    pub fn text(&self) -> String {
        let files = self.packages.iter().flat_map(|it| &it.files);
        let files = rows("file", files.map(|it| (it.path.clone(), it.reach)));
        format!("{}\n\n{}\n", self.table().join("\n"), files.join("\n"))
    }

    /// Holds the lines against a bound.
    pub fn check_lines(&self, least: Percent) -> Result<(), Problem> {
        let lines = self.total.lines;
        match lines.percent() {
            Some(percent) if percent >= least => Ok(()),
            Some(percent) => Err(Problem::new(format!(
                "the tests reach {percent} % of the lines ({} of {}), and {least} % are demanded",
                lines.covered, lines.count
            ))
            .help("`coverage/html/index.html` shows the lines that no test reaches")),
            None => Err(Problem::new(format!(
                "there is no line to reach, and {least} % are demanded"
            ))),
        }
    }
}

impl PackageReach {
    fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| "(no package)".to_owned())
    }
}

/// The package whose folder holds a file; of several, the innermost.
fn owner(path: &Path, workspace: &Workspace) -> Option<String> {
    let folders = workspace.members.iter().filter_map(|member| {
        let folder = member.manifest_path.parent()?.as_std_path();
        path.starts_with(folder)
            .then(|| (folder.components().count(), member.name.to_string()))
    });
    folders.max().map(|(_, name)| name)
}

/// A table whose numbers stand under each other.
fn rows(first: &str, items: impl Iterator<Item = (String, Reach)>) -> Vec<String> {
    let cells = |share: Share| {
        let percent = share.percent().map_or("-".to_owned(), |it| format!("{it} %"));
        [percent, format!("{}/{}", share.covered, share.count)]
    };
    let row = |(name, reach): (String, Reach)| {
        let [lines, functions, regions] = [reach.lines, reach.functions, reach.regions].map(cells);
        let row: Vec<String> = [name]
            .into_iter()
            .chain(lines)
            .chain(functions)
            .chain(regions)
            .collect();
        row
    };
    let head = [first, "lines", "", "functions", "", "regions", ""].map(str::to_owned);
    let rows: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(items.map(row)).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let mut line = format!("{:1$}", row[0], widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            let _ = write!(line, "  {cell:>width$}");
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
