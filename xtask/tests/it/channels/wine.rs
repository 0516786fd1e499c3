//! Runs programs for Windows with wine, as the clients of Windows channels would leave them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use xtask::effect::files;
use xtask::effect::process::Program;
use xtask::tools::ZIG;

use crate::channels::fixture::judge;
use crate::dist::cross;
use crate::support::{clean, run, skipped};

/// Wine with a prefix that all tests share: making one takes ten seconds.
pub(crate) struct Wine {
    prefix: PathBuf,
    shim: Vec<u8>,
}

/// The one function that wine 8 lacks and that Rust's std asks for. A test's, not for users: every Windows has it.
const SHIM: &str = "\
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T count) { return RtlGenRandom(to, (ULONG)count); }
";

const SHIM_FILE: &str = "bcryptprimitives.dll";

impl Wine {
    /// Wine, ready to run programs; `None` where it or the compiler of its shim is missing, which is said.
    #[track_caller]
    pub(crate) fn ready(test: &str) -> Option<&'static Wine> {
        static WINE: OnceLock<Option<Wine>> = OnceLock::new();
        let found = WINE.get_or_init(|| Wine::make(test)).as_ref();
        if found.is_none() {
            skipped(test, "wine is not ready");
        }
        found
    }

    fn make(test: &str) -> Option<Wine> {
        let tools = cross::tools(test)?;
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wine");
        judge("wine64", test, &dir)?;
        let (prefix, shim) = (dir.join("prefix"), dir.join(SHIM_FILE));
        files::create_dir(&prefix).unwrap();
        if !shim.is_file() {
            let source = dir.join("shim.c");
            files::write(&source, SHIM.as_bytes()).unwrap();
            let made = dir.join("made.dll");
            run(&clean(ZIG.find(&tools)?, &dir)
                .envs(cross::caches())
                .args([
                    "cc",
                    "-target",
                    "x86_64-windows-gnu",
                    "-Os",
                    "-s",
                    "-shared",
                    "-o",
                ])
                .arg(&made)
                .arg(&source)
                .arg("-ladvapi32"))
            .ends(0);
            files::rename(&made, &shim).unwrap();
        }
        let wine = Wine {
            prefix,
            shim: files::read(&shim).unwrap(),
        };
        wine.command(test, &dir).arg("wineboot").output(None).unwrap();
        Some(wine)
    }

    /// A program for x86_64 Windows where it lies, with a library laid beside it that wine 8 lacks.
    #[track_caller]
    pub(crate) fn program(&self, test: &str, program: &Path) -> Program {
        let dir = program.parent().unwrap();
        files::write(&dir.join(SHIM_FILE), &self.shim).unwrap();
        self.command(test, dir).arg(program)
    }

    #[track_caller]
    fn command(&self, test: &str, dir: &Path) -> Program {
        judge("wine64", test, dir)
            .expect("it was found before")
            .env("HOME", &self.prefix)
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
    }
}

/// Unpacks an archive of the release into a folder.
#[track_caller]
pub(crate) fn unpack(archive: &Path, dir: &Path) {
    let name = archive.file_name().unwrap().to_str().unwrap();
    let bytes = files::read(archive).unwrap();
    for file in xtask::pack::read::files(name, &bytes).unwrap() {
        let path = dir.join(&file.path);
        files::write(&path, &file.bytes).unwrap();
        files::set_mode(&path, file.mode).unwrap();
    }
}

#[test]
fn wine_runs_the_demo_and_hands_its_exit_code_on() {
    let test = "wine::wine_runs_the_demo";
    let (Some(demo), Some(wine)) = (crate::channels::fixture::Demo::built(test), Wine::ready(test)) else {
        return;
    };
    let build = demo.edition.build("x86_64-pc-windows-gnullvm").unwrap();
    let scratch = crate::support::scratch();
    unpack(&demo.edition.dist().join(&build.archive.name), scratch.path());
    let program = scratch.path().join(&build.binaries()[0].path);
    let said = run(&wine.program(test, &program).arg("--version")).ends(0);
    assert_eq!(said.text().trim(), "demo 1.2.3");
    run(&wine.program(test, &program).args(["exit", "7"])).ends(7);
}
