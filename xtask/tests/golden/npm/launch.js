"use strict";

const childProcess = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const tty = require("tty");

const NAME = "demo";
const VERSION = "1.2.3";
const PLATFORMS = [
  {"package":"demo-darwin-arm64","os":"darwin","cpu":"arm64","words":"macOS arm64"},
  {"package":"demo-darwin-x64","os":"darwin","cpu":"x64","words":"macOS x64"},
  {"package":"demo-linux-arm64","os":"linux","cpu":"arm64","libc":"glibc","words":"Linux arm64 (glibc)"},
  {"package":"demo-linux-arm64-musl","os":"linux","cpu":"arm64","libc":"musl","words":"Linux arm64 (musl)"},
  {"package":"demo-linux-x64","os":"linux","cpu":"x64","libc":"glibc","words":"Linux x64 (glibc)"},
  {"package":"demo-linux-x64-musl","os":"linux","cpu":"x64","libc":"musl","words":"Linux x64 (musl)"},
  {"package":"demo-win32-arm64","os":"win32","cpu":"arm64","words":"Windows arm64"},
  {"package":"demo-win32-x64","os":"win32","cpu":"x64","words":"Windows x64"},
];

const isWindows = process.platform === "win32";

/** The C library of this Linux: `glibc`, `musl`, or nothing when it does not tell. */
function libc() {
  if (process.platform !== "linux") return undefined;
  try {
    const text = fs.readFileSync("/usr/bin/ldd", "latin1");
    if (text.includes("musl")) return "musl";
    if (text.includes("GNU C Library") || text.includes("GNU libc")) return "glibc";
  } catch (error) {
    // Not every system has `ldd`, or lets everyone read it.
  }
  try {
    if (fs.readdirSync("/lib").some((it) => it.startsWith("ld-musl-"))) return "musl";
    const report = process.report && process.report.getReport();
    if (report && report.header.glibcVersionRuntime) return "glibc";
  } catch (error) {
    // What cannot be told is not guessed: every package that is here is tried.
  }
  return undefined;
}

/** The folder of a package; nothing when it is not installed. Links are followed, as Node does everywhere. */
function folder(name) {
  try {
    return path.dirname(require.resolve(name + "/package.json"));
  } catch (error) {
    return undefined;
  }
}

function fail(program, lines) {
  process.stderr.write(program + ": " + lines.join("\n  ") + "\n");
  process.exit(1);
}

/** The path of the program in the package of this platform. Nothing else is ever run: no `PATH` is searched. */
function find(program) {
  const here = process.platform + " " + process.arch;
  const known = "the builds are for " + PLATFORMS.map((it) => it.words).join(", ");
  const fitting = PLATFORMS.filter((it) => it.os === process.platform && it.cpu === process.arch);
  if (fitting.length === 0) {
    fail(program, ["there is no build for " + here, known]);
  }
  const installed = fitting
    .map((it) => ({ libc: it.libc, folder: folder(it.package) }))
    .filter((it) => it.folder);
  // npm installs the package of the right C library alone; other installers leave the choice to us.
  const mine = installed.length === 1 ? undefined : libc();
  const chosen = installed.find((it) => it.libc === mine) || installed[0];
  if (chosen) {
    return path.join(chosen.folder, "bin", program + (isWindows ? ".exe" : ""));
  }
  const wanted = fitting.filter((it) => !it.libc || !mine || it.libc === mine);
  if (wanted.length === 0) {
    fail(program, ["there is no build for " + here + " with " + mine, known]);
  }
  fail(program, [
    "the program for " + here + " is not installed: `" + wanted.map((it) => it.package).join("` or `") + "` is missing",
    "it is an optional dependency of `" + NAME + "`, which `--omit=optional` leaves out, and so does a lock file or a",
    "`node_modules` that was made on another system",
    "to get it: npm install --include=optional " + NAME + "@" + VERSION,
  ]);
}

/**
 * Runs a program with this process's arguments, input, output and signals, and ends as it ends.
 */
function launch(program) {
  const file = find(program);
  let child;
  const failed = (error) => {
    const lines = ["cannot start `" + file + "`: " + error.message];
    if (error.code === "ENOENT" && fs.existsSync(file)) {
      lines.push("the file is there, but what loads it is not: this system has another C library");
    } else if (error.code === "EACCES") {
      lines.push("the file may not be executed: its mode was lost, or its disk is mounted with `noexec`");
    } else {
      lines.push("to install it anew: npm install --force " + NAME + "@" + VERSION);
    }
    fail(program, lines);
  };

  // Before the program starts: a signal that comes at once must not end this process alone. On a terminal, Ctrl-C and
  // Ctrl-\ reach the program by themselves, and twice would be once too often; so it is on Windows.
  const isTerminal = [0, 1, 2].some((it) => tty.isatty(it));
  const heard = isWindows ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR2"];
  const reaches = (signal) => isWindows || (isTerminal && (signal === "SIGINT" || signal === "SIGQUIT"));
  for (const signal of heard) {
    process.on(signal, () => {
      if (child && !reaches(signal)) child.kill(signal);
    });
  }

  try {
    // Without a shell: what stands in an argument stays in it.
    child = childProcess.spawn(file, process.argv.slice(2), { stdio: "inherit", shell: false });
  } catch (error) {
    failed(error);
  }
  child.on("error", failed);

  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exit(code);
    }
    // Ends by the same signal, so that whoever waits sees what happened; a signal that Node does not die of becomes the
    // exit code that shells have for it.
    for (const it of heard) process.removeAllListeners(it);
    process.exitCode = 128 + (os.constants.signals[signal] || 0);
    process.kill(process.pid, signal);
  });
}

exports.launch = launch;
