//! Servers that nobody here wrote: started on a free port of the loopback, and ended with the value.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::effect::environment;

/// How long a server may take to listen: slow ones start an interpreter on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that runs until the value goes.
pub(crate) struct Foreign(Child);

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Foreign {
    /// Starts a program in a folder, with nothing in its environment but `PATH` and `HOME` (the folder), and waits until it
    /// listens.
    #[expect(
        clippy::disallowed_methods,
        reason = "it runs beside the test until it is killed"
    )]
    pub(crate) fn start(program: &Path, words: &[&str], dir: &Path, port: u16) -> Foreign {
        let path = environment::var("PATH").unwrap();
        let log = std::fs::File::create(dir.join("server.log")).unwrap();
        let child = Command::new(program)
            .args(words)
            .current_dir(dir)
            .env_clear()
            .env("PATH", path)
            .env("HOME", dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut foreign = Foreign(child);
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = foreign.0.try_wait().unwrap();
            let said = || std::fs::read_to_string(dir.join("server.log")).unwrap_or_default();
            assert!(ended.is_none(), "{} ended: {}", program.display(), said());
            assert!(
                start.elapsed() < PATIENCE,
                "{} does not listen",
                program.display()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        foreign
    }
}
