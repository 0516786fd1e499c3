//! A folder to run the program in.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Fixture(pub(crate) TempDir);

impl Fixture {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program in the folder, with nothing of the home of who runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contextlite"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        command
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join(".config"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Standard output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    #[track_caller]
    pub(crate) fn fails(&self, code: i32, says: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        for it in says {
            assert!(self.err.contains(it), "`{it}` in: {}", self.err);
        }
    }
}

pub(crate) fn harbour() -> Fixture {
    Fixture::new(&[
        (
            "guide/lighthouse.md",
            "# Lighthouse\n\nThe lamp is lit at dusk.\nIt turns every ten seconds.\n",
        ),
        (
            "guide/pier.md",
            "# Pier\n\nBoats land here, in sight of the lighthouse.\n",
        ),
        (
            "src/lamp.rs",
            "/// Turns the lamp on.\npub fn light(lamp: &mut Lamp) {\n    lamp.on = true;\n}\n",
        ),
    ])
}
