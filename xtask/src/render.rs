//! What a channel is given: files by path, some at hand, some made when they are asked for, and what could not be made.

pub mod json;
pub mod language;
pub mod template;
pub mod xml;
pub mod yaml;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::digest::cores;
use crate::pack::{File, Mode};

/// Something a channel takes that this release does not have, and what is rendered without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What is missing, such as `no build for Windows`.
    pub missing: String,
    /// What that means, such as `no installer for x64`.
    pub so: String,
    /// The command or setting that mends it.
    pub help: String,
}

/// The files of a channel, by path below its folder.
pub type Files = BTreeMap<String, File>;

/// Files with their paths, in the order in which they were made.
pub type Made = Vec<(String, File)>;

/// Makes files from bytes that are costly to have.
type Make = Box<dyn FnOnce() -> anyhow::Result<Made> + Send>;

/// What a channel's `render` fills: the files at hand, and the work that makes the others. Working is put off, so that
/// texts can be had alone and packages of all channels are made on all cores.
#[derive(Default)]
pub struct Output {
    ready: Vec<(String, File)>,
    work: Vec<(String, Make)>,
    gaps: Vec<Gap>,
}

impl Output {
    /// A text file.
    pub fn text(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.file(path, Mode::Plain, text.into().into_bytes());
    }

    /// A file at hand.
    pub fn file(&mut self, path: impl Into<String>, mode: Mode, bytes: Vec<u8>) {
        self.ready.push((path.into(), File { mode, bytes }));
    }

    /// A package: one file that takes work.
    pub fn package(
        &mut self,
        path: impl Into<String>,
        make: impl FnOnce() -> anyhow::Result<Vec<u8>> + Send + 'static,
    ) {
        let path = path.into();
        let name = path.clone();
        self.group(name, move || {
            let mode = Mode::Plain;
            Ok(vec![(path, File { mode, bytes: make()? })])
        });
    }

    /// Several files that are made together. `name` is what an error calls them.
    pub fn group(
        &mut self,
        name: impl Into<String>,
        make: impl FnOnce() -> anyhow::Result<Vec<(String, File)>> + Send + 'static,
    ) {
        self.work.push((name.into(), Box::new(make)));
    }

    /// Says what this release does not have.
    pub fn gap(&mut self, missing: impl Into<String>, so: impl Into<String>, help: impl Into<String>) {
        self.gaps.push(Gap {
            missing: missing.into(),
            so: so.into(),
            help: help.into(),
        });
    }

    /// What was said to be missing, each once.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for gap in &self.gaps {
            if !gaps.contains(gap) {
                gaps.push(gap.clone());
            }
        }
        gaps
    }

    /// The files at hand, without those that take work.
    pub fn texts(self) -> anyhow::Result<Files> {
        collect(self.ready)
    }
}

/// The files of several outputs, made by all cores, in the order of the outputs. One that fails does not stop the others.
pub fn make(outputs: Vec<Output>) -> Vec<anyhow::Result<Files>> {
    let mut found: Vec<anyhow::Result<Vec<(String, File)>>> = Vec::new();
    let mut queue = Vec::new();
    for (at, output) in outputs.into_iter().enumerate() {
        found.push(Ok(output.ready));
        queue.extend(
            output
                .work
                .into_iter()
                .map(|(name, make)| (at, name, Mutex::new(Some(make)))),
        );
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((at, name, make)) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let make = make
                .lock()
                .ok()
                .and_then(|mut it| it.take())
                .expect("each is taken once");
            done.push((*at, make().with_context(|| format!("cannot make `{name}`"))));
        }
        done
    };
    let done = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores().get()).map(|_| scope.spawn(take)).collect();
        let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .flat_map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    for (at, made) in done {
        match (&mut found[at], made) {
            (Ok(files), Ok(more)) => files.extend(more),
            (Ok(_), Err(error)) => found[at] = Err(error),
            (Err(_), _) => {}
        }
    }
    found.into_iter().map(|it| it.and_then(collect)).collect()
}

/// The files by path. Two of one path, or a path that leaves the folder, are a mistake of ours.
fn collect(list: Vec<(String, File)>) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for (path, file) in list {
        let is_inside = path.split('/').all(|it| !matches!(it, "" | "." | ".."));
        ensure!(
            is_inside && !path.contains(['\\', ':', '\0']),
            "cannot write `{path}`: the path would leave the channel's folder"
        );
        ensure!(
            !files.contains_key(&path),
            "cannot write `{path}`: two files have this path"
        );
        files.insert(path, file);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(names: &[&str]) -> Output {
        let mut output = Output::default();
        output.text("a", "x");
        for name in names {
            let bytes = name.as_bytes().to_vec();
            output.package(*name, move || Ok(bytes));
        }
        output
    }

    #[test]
    fn work_is_done_in_any_order_and_files_come_by_path() {
        let made = make(vec![output(&["z", "b"]), output(&["c"])]);
        let paths = |it: &anyhow::Result<Files>| it.as_ref().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&made[0]), ["a", "b", "z"]);
        assert_eq!(paths(&made[1]), ["a", "c"]);
    }

    #[test]
    fn one_failure_stops_nobody_else() {
        let mut bad = output(&["b"]);
        bad.package("d", || anyhow::bail!("no room"));
        let made = make(vec![bad, output(&[])]);
        let error = made[0].as_ref().unwrap_err();
        assert_eq!(format!("{error:#}"), "cannot make `d`: no room");
        assert!(made[1].is_ok());
    }

    #[test]
    fn paths_stay_inside_and_are_unique() {
        for names in [&["../b"][..], &["/b"], &["b//c"], &["b\\c"], &["a"]] {
            assert!(make(vec![output(names)])[0].is_err(), "{names:?}");
        }
    }

    #[test]
    fn texts_do_no_work() {
        let mut output = output(&[]);
        output.package("b", || panic!("work was done"));
        assert_eq!(output.texts().unwrap().len(), 1);
    }
}
