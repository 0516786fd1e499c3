//! Checks the binaries of a target and packs them with the files that go with them.

use std::collections::BTreeMap;

use anyhow::Context;

use crate::artifact::{self, Artifact, Binary, Entry, Subject};
use crate::build::Builder;
use crate::build::{Built, Unit, flags};
use crate::digest::Sha256;
use crate::digest::digests_of_bytes;
use crate::dist::plan::{Plan, Wanted};
use crate::effect::files;
use crate::inspect::{self, Expectation};
use crate::pack::{Mode, Tree, universal};
use crate::problem::{self, Problem};
use crate::product::Product;
use crate::runner::{self, Answer};
use crate::sbom;
use crate::target::{Abi, Target};

/// Folders in a build script's `OUT_DIR` whose files belong into the archive: what `clap_complete` and
/// `clap_mangen` are made to write there.
const BUILT_FOLDERS: &[&str] = &["completions", "man"];

/// Packs every product for a target. What cannot be packed is listed; what can is in `dist/`.
pub fn pack(
    plan: &Plan,
    wanted: &Wanted,
    built: &BTreeMap<&str, Built>,
) -> (Vec<Artifact>, Vec<Problem>, BTreeMap<String, Answer>) {
    let mut artifacts = Vec::new();
    let mut problems = Vec::new();
    let mut answers = BTreeMap::new();
    for product in &plan.products {
        match pack_product(plan, wanted, product, built, &mut answers) {
            Ok(found) => artifacts.extend(found),
            Err(error) => problems.extend(problem::lines(&error).into_iter().map(|it| Problem {
                what: format!("{}: {}", wanted.target, it.what),
                ..it
            })),
        }
    }
    (artifacts, problems, answers)
}

fn pack_product(
    plan: &Plan,
    wanted: &Wanted,
    product: &Product,
    built: &BTreeMap<&str, Built>,
    answers: &mut BTreeMap<String, Answer>,
) -> anyhow::Result<Vec<Artifact>> {
    let target = wanted.target;
    let stem = artifact::stem(product.name(), product.version(), target);
    let mut tree = Tree::new(&stem);
    let mut binaries = Vec::new();
    let mut problems = problem::Problems::default();
    for name in &product.binaries {
        let bytes = binary_bytes(target, name, built)?;
        let facts = check_binary(plan, wanted, name, &bytes, &mut problems)?;
        let file = format!("{name}{}", target.executable_suffix());
        if plan.config.dist.check_version && problems.is_empty() {
            match ask(plan, product, target, name, &file, built, &bytes)? {
                Ok(answer) => drop(answers.insert(name.clone(), answer)),
                Err(problem) => problems.push(problem),
            }
        }
        binaries.push(Binary {
            name: name.clone(),
            path: format!("{stem}/{file}"),
            facts,
        });
        tree.add(&file, Mode::Executable, bytes)?;
    }
    problems.into_result()?;
    add_files(plan, product, built, &mut tree)?;

    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for (id, unit) in built.values().flat_map(|it| &it.units) {
        let row = units.entry(id.clone()).or_default();
        row.is_linked |= unit.is_linked;
        row.features.extend(unit.features.iter().cloned());
    }
    let sbom =
        sbom::text(&plan.batch(), product, target, &units).context("cannot write the bill of materials")?;
    let form = artifact::archive_form(plan.config.dist.archive, target);
    let archive = tree.archive(form, plan.identity.time_s)?;
    let put = |subject: Subject<'_>, bytes: &[u8], entries, binaries| -> anyhow::Result<Artifact> {
        let form = plan.config.dist.archive;
        let name = artifact::name(subject, form, product.name(), product.version());
        files::write(&plan.dist.join(&name), bytes)?;
        Ok(Artifact {
            name,
            kind: subject.kind(),
            package: product.name().to_owned(),
            target: subject.target().map(|it| it.triple.to_owned()),
            size_bytes: bytes.len() as u64,
            digests: digests_of_bytes(bytes),
            inputs: wanted.inputs,
            builder: wanted.builder.name().to_owned(),
            host: None,
            entries,
            binaries,
        })
    };
    Ok(vec![
        put(Subject::Archive(target), &archive, entries(&tree), binaries)?,
        put(Subject::Sbom(target), sbom.as_bytes(), Vec::new(), Vec::new())?,
    ])
}

/// The rows of an archive's files.
pub fn entries(tree: &Tree) -> Vec<Entry> {
    let rows = tree.files().map(|(path, file)| Entry {
        path: format!("{}/{path}", tree.top()),
        mode: format!("{:04o}", file.mode.bits()),
        size_bytes: file.bytes.len() as u64,
        sha256: Sha256::of(&file.bytes),
    });
    rows.collect()
}

/// The bytes of a binary: what was compiled, or for a universal target its parts joined.
fn binary_bytes(
    target: &'static Target,
    name: &str,
    built: &BTreeMap<&str, Built>,
) -> anyhow::Result<Vec<u8>> {
    let of = |part: &Target| -> anyhow::Result<Vec<u8>> {
        let executable = built.get(part.triple).and_then(|it| it.executables.get(name));
        files::read(executable.with_context(|| format!("cargo built no binary `{name}` for `{part}`"))?)
    };
    if !target.is_universal() {
        return of(target);
    }
    let parts: Vec<Vec<u8>> = target
        .compiled()
        .into_iter()
        .map(of)
        .collect::<anyhow::Result<_>>()?;
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    universal::join(&parts)
}

fn check_binary(
    plan: &Plan,
    wanted: &Wanted,
    name: &str,
    bytes: &[u8],
    problems: &mut problem::Problems,
) -> anyhow::Result<inspect::Facts> {
    let dist = &plan.config.dist;
    let facts = inspect::facts(bytes).with_context(|| format!("cannot read the binary `{name}`"))?;
    let expected = Expectation {
        target: wanted.target,
        // A native build takes this machine's glibc; what it needs is measured and recorded.
        glibc_floor: (wanted.target.abi == Abi::Gnu && wanted.builder != Builder::Cargo)
            .then_some(&dist.glibc_floor),
        macos: &dist.macos_deployment_target,
        allowed_libraries: &dist.allow_libraries,
    };
    let mut found = inspect::check(&facts, &expected);
    if dist.check_paths {
        found.extend(inspect::machine_paths(
            bytes,
            &flags::machine_folders(&plan.batch())?,
        ));
    }
    if flags::strips_symbols(&plan.workspace, dist)?
        && let Some(symbol) = inspect::left_over(bytes)
    {
        found.push(
            Problem::new(format!("is not stripped: it still holds the name `{symbol}`"))
                .help("what rustc warned of while it stripped stands above")
                .help("to ship the names, write `strip = false` into `[dist.profile]`"),
        );
    }
    for problem in found {
        problems.push(Problem {
            what: format!("`{name}`: {}", problem.what),
            ..problem
        });
    }
    Ok(facts)
}

fn ask(
    plan: &Plan,
    product: &Product,
    target: &'static Target,
    name: &str,
    file: &str,
    built: &BTreeMap<&str, Built>,
    bytes: &[u8],
) -> anyhow::Result<Result<Answer, Problem>> {
    let state = plan.workspace.state_dir();
    let ask = |program: &std::path::Path| {
        runner::ask_version(
            program,
            name,
            target,
            &plan.toolchain.host,
            product.version(),
            &state,
        )
    };
    if let Some(executable) = built.get(target.triple).and_then(|it| it.executables.get(name)) {
        return Ok(ask(executable));
    }
    // What was joined lies nowhere yet.
    let scratch = files::Scratch::new(&state)?;
    let program = scratch.path().join(file);
    files::write(&program, bytes)?;
    files::set_mode(&program, Mode::Executable.bits())?;
    Ok(ask(&program))
}

/// Documents, what build scripts made, and the files of the settings.
fn add_files(
    plan: &Plan,
    product: &Product,
    built: &BTreeMap<&str, Built>,
    tree: &mut Tree,
) -> anyhow::Result<()> {
    for (name, path) in product.documents(&plan.workspace, &plan.source)? {
        if !tree.contains(&name) {
            tree.add(&name, Mode::Plain, files::read(&path)?)?;
        }
    }
    // Every part of a universal binary has made the same files.
    if let Some(out_dir) = built.values().find_map(|it| it.out_dirs.get(product.name())) {
        for folder in BUILT_FOLDERS {
            for path in files::list(&out_dir.join(folder))?
                .iter()
                .filter(|it| it.is_file())
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                tree.add(&format!("{folder}/{name}"), Mode::Plain, files::read(path)?)?;
            }
        }
    }
    for path in &plan.included {
        let name = plan.workspace.shown(path);
        if !tree.contains(&name) {
            let mode = if is_executable(path) {
                Mode::Executable
            } else {
                Mode::Plain
            };
            tree.add(&name, mode, files::read(path)?)?;
        }
    }
    Ok(())
}

/// Git keeps this one bit of a file's mode, so it is the same in every checkout.
fn is_executable(path: &std::path::Path) -> bool {
    crate::effect::environment::executable(path).is_some_and(|it| it == path)
}
