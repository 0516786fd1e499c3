//! What lies in `tools/`: the programs or the script that downloads them, and how a moderator checks them.

use anyhow::Context;

use crate::channel::chocolatey::{CHANNEL, has_ending};
use crate::edition::{Build, Edition};
use crate::pack::{File, Mode};
use crate::render::language::Language;
use crate::render::template::{Value, Values};

/// A machine that Chocolatey runs on.
#[derive(Debug)]
pub(super) struct Machine {
    /// The folder of its programs.
    pub(super) folder: &'static str,
    /// Windows' own word for it, in `PROCESSOR_ARCHITECTURE`.
    pub(super) word: &'static str,
    /// The targets that serve it, the best first.
    triples: &'static [&'static str],
    /// The folders that serve it when it has none of its own: Windows runs programs of these by itself.
    instead: &'static [&'static str],
}

/// The machines.
const MACHINES: &[Machine] = &[
    Machine {
        folder: "x64",
        word: "AMD64",
        triples: &[
            "x86_64-pc-windows-msvc",
            "x86_64-pc-windows-gnullvm",
            "x86_64-pc-windows-gnu",
        ],
        instead: &["x86"],
    },
    Machine {
        folder: "x86",
        word: "x86",
        triples: &[
            "i686-pc-windows-msvc",
            "i686-pc-windows-gnullvm",
            "i686-pc-windows-gnu",
        ],
        instead: &[],
    },
    Machine {
        folder: "arm64",
        word: "ARM64",
        triples: &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
        instead: &["x64", "x86"],
    },
];

/// A build with its machine.
pub(super) type Served<'a> = (&'static Machine, &'a Build);

/// The builds for Windows, one a machine.
pub(super) fn served(edition: &Edition) -> Vec<Served<'_>> {
    MACHINES
        .iter()
        .filter_map(|it| Some((it, edition.first_of(it.triples)?)))
        .collect()
}

/// A text file of the package. PowerShell 2 takes a script without a byte order mark for one of the system's code page.
fn text(name: &str, text: String) -> (String, File) {
    let is_marked = has_ending(name, &["ps1"]) && !text.is_ascii();
    let mut bytes = if is_marked {
        "\u{feff}".as_bytes().to_vec()
    } else {
        Vec::new()
    };
    bytes.extend(text.into_bytes());
    let mode = Mode::Plain;
    (format!("tools/{name}"), File { mode, bytes })
}

/// Where a program lies in the package: in `tools/` when there is one machine, where Chocolatey makes a shim for it by
/// itself; else in a folder of its machine, from which a script chooses.
fn place(served: &[Served<'_>], machine: &Machine) -> String {
    match served.len() {
        1 => "tools".to_owned(),
        _ => format!("tools/{}", machine.folder),
    }
}

/// The texts of the package that holds the programs; they are known without opening an archive.
pub(super) fn embedded(edition: &Edition, served: &[Served<'_>]) -> anyhow::Result<Vec<(String, File)>> {
    let mut files = vec![text("VERIFICATION.txt", verification(edition, served)?)];
    if served.len() > 1 {
        let programs = Value::list(names(served));
        let values = Values::from([
            ("folders", Value::code(folders(served))),
            ("programs", programs.clone()),
        ]);
        files.push(text(
            "chocolateyinstall.ps1",
            edition.fill(&CHANNEL, "chocolateyinstall.ps1", &values)?,
        ));
        let values = Values::from([("programs", programs)]);
        files.push(text(
            "chocolateyuninstall.ps1",
            edition.fill(&CHANNEL, "chocolateyuninstall.ps1", &values)?,
        ));
    }
    Ok(files)
}

/// The programs themselves, each with a mark that keeps Chocolatey from making a shim where a script chooses.
pub(super) fn programs(served: &[Served<'_>]) -> anyhow::Result<Vec<(String, File)>> {
    let mut files = Vec::new();
    for (machine, build) in served {
        let place = place(served, machine);
        for binary in build.binaries() {
            let path = format!("{place}/{}", build.file_name(binary));
            let mode = Mode::Plain;
            files.push((
                path.clone(),
                File {
                    mode,
                    bytes: build.program(binary)?,
                },
            ));
            if served.len() > 1 {
                files.push((
                    format!("{path}.ignore"),
                    File {
                        mode,
                        bytes: Vec::new(),
                    },
                ));
            }
        }
    }
    Ok(files)
}

/// The licences of the release as one text, each under its name.
pub(super) fn licence(edition: &Edition) -> anyhow::Result<(String, File)> {
    let mut texts = Vec::new();
    for file in edition.licences()? {
        let words = String::from_utf8_lossy(&file.bytes).replace("\r\n", "\n");
        texts.push(format!("{}\n\n{}\n", file.path, words.trim_end()));
    }
    let whole = texts.join("\n----------------------------------------\n\n");
    let whole = Some(whole).filter(|it| !it.is_empty());
    Ok(text(
        "LICENSE.txt",
        whole.context(
            "the archives hold no licence, and a package with a program must: add a `LICENSE` file",
        )?,
    ))
}

/// The script that downloads the release's archives.
pub(super) fn download(edition: &Edition, served: &[Served<'_>]) -> anyhow::Result<Vec<(String, File)>> {
    let mut lines = Vec::new();
    let mut arm64 = String::new();
    for (machine, build) in served {
        let url = edition
            .url(&build.archive.name)
            .context("cannot tell where the assets lie: set `[product] download-url`")?;
        let url = Language::PowerShell.literal(&url);
        let sum = Language::PowerShell.literal(&build.archive.digests.sha256.to_string());
        match machine.folder {
            "x86" => lines.push(format!("Url = {url}\nChecksum = {sum}\nChecksumType = 'sha256'")),
            "x64" => lines.push(format!(
                "Url64bit = {url}\nChecksum64 = {sum}\nChecksumType64 = 'sha256'"
            )),
            _ => arm64 = only_arm64(&url, &sum),
        }
    }
    let values = Values::from([
        ("downloads", Value::code(lines.join("\n"))),
        ("arm64", Value::code(arm64)),
    ]);
    let script = edition.fill(&CHANNEL, "chocolateyinstall-download.ps1", &values)?;
    Ok(vec![text("chocolateyinstall.ps1", script)])
}

/// Chocolatey's functions know 32 and 64 bits; that a machine is ARM64 the script finds out itself.
fn only_arm64(url: &str, sum: &str) -> String {
    format!(
        "$system = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment'\n\
         if ((Get-ItemProperty -Path $system).PROCESSOR_ARCHITECTURE -eq 'ARM64') {{\n  \
         $arguments['Url64bit'] = {url}\n  $arguments['Checksum64'] = {sum}\n  $arguments['ChecksumType64'] = 'sha256'\n}}"
    )
}

/// The names of all programs, without `.exe`.
fn names(served: &[Served<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, build) in served {
        names.extend(build.binaries().iter().map(|it| it.name.clone()));
    }
    names.sort();
    names.dedup();
    names
}

/// The folder for each machine, its own or the one that it runs too.
fn folders(served: &[Served<'_>]) -> String {
    let has = |folder: &str| served.iter().any(|(it, _)| it.folder == folder);
    let mut pairs = Vec::new();
    for machine in MACHINES {
        let mut folders = std::iter::once(machine.folder).chain(machine.instead.iter().copied());
        if let Some(folder) = folders.find(|it| has(it)) {
            let literal = |text: &str| Language::PowerShell.literal(text);
            pairs.push(format!("{} = {}", literal(machine.word), literal(folder)));
        }
    }
    format!("@{{ {} }}", pairs.join("; "))
}

fn verification(edition: &Edition, served: &[Served<'_>]) -> anyhow::Result<String> {
    let mut blocks = Vec::new();
    for (machine, build) in served {
        let url = edition
            .url(&build.archive.name)
            .unwrap_or_else(|| build.archive.name.clone());
        let mut lines = vec![url, format!("  SHA-256: {}", build.archive.digests.sha256)];
        for binary in build.binaries() {
            let entry = build.archive.entries.iter().find(|it| it.path == binary.path);
            let entry =
                entry.with_context(|| format!("`{}` does not list `{}`", build.archive.name, binary.path))?;
            let path = format!("{}/{}", place(served, machine), build.file_name(binary));
            lines.push(format!("{path}, in the archive {}", binary.path));
            lines.push(format!("  SHA-256: {}", entry.sha256));
        }
        blocks.push(lines.join("\n"));
    }
    let repository = edition.listing.repository.as_ref();
    let source = repository
        .map(|it| format!("The source: {}", it.url))
        .unwrap_or_default();
    // A text has no literals: everything in it is made of names and digests.
    let values = Values::from([
        ("files", Value::code(blocks.join("\n\n"))),
        ("repository", Value::code(source)),
    ]);
    edition.fill(&CHANNEL, "VERIFICATION.txt", &values)
}
