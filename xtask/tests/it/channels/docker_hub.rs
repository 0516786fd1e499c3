//! The image of Docker Hub, as an OCI layout.

pub(crate) mod rules;
pub(crate) mod run;

use std::path::Path;

use serde_json::Value;
use xtask::channel::{self, CHANNELS};
use xtask::edition::sample::Sample;
use xtask::lint::{File, Subject};
use xtask::pack;
use xtask::render::Files;
use xtask::target::Target;

use crate::channels::fixture::{Demo, Paper, findings, golden, judge, schema};
use crate::support::{run, skipped};

const NAME: &str = "docker-hub";

fn sample(settings: &str) -> Sample {
    Sample {
        settings: format!("[channel.docker-hub]\n{settings}"),
        ..Sample::default()
    }
}

/// What the tests look at: the blobs of a layout, by what they are.
struct Layout(Files);

impl Layout {
    fn of(files: Files) -> Layout {
        Layout(files)
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.0[path].bytes).unwrap()
    }

    fn blob(&self, node: &Value) -> Value {
        self.json(&Layout::path(node))
    }

    fn path(node: &Value) -> String {
        format!(
            "demo/blobs/sha256/{}",
            &node["digest"].as_str().unwrap()["sha256:".len()..]
        )
    }

    fn list(&self) -> Value {
        self.json("demo/index.json")
    }

    fn index(&self) -> Value {
        self.blob(&self.list()["manifests"][0])
    }

    fn manifest(&self, at: usize) -> Value {
        self.blob(&self.index()["manifests"][at])
    }

    fn config(&self, at: usize) -> Value {
        self.blob(&self.manifest(at)["config"])
    }

    /// The layer of an image, as `mode owner path`.
    fn listing(&self, at: usize) -> Vec<String> {
        let path = Layout::path(&self.manifest(at)["layers"][0]);
        let gz = flate2::read::GzDecoder::new(self.0[&path].bytes.as_slice());
        let mut archive = tar::Archive::new(gz);
        let entries = archive.entries().unwrap();
        entries
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let (mode, owner) = (header.mode().unwrap(), header.uid().unwrap());
                assert_eq!(header.mtime().unwrap(), 1_767_323_046);
                format!("{mode:04o} {owner} {}", entry.path().unwrap().display())
            })
            .collect()
    }

    fn files(&self, at: usize) -> Vec<pack::read::Packed> {
        let path = Layout::path(&self.manifest(at)["layers"][0]);
        pack::read::files("x.tar.gz", &self.0[&path].bytes).unwrap()
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

#[test]
fn the_layout() {
    let paper = Paper::plain();
    let files = paper.files(NAME);
    assert_eq!(paper.findings(NAME), Vec::<String>::new());
    assert!(files.iter().eq(paper.files(NAME).iter()), "two renderings differ");
    let layout = Layout::of(files);
    golden(NAME, "index.json", &pretty(&layout.list()));
    golden(NAME, "config.json", &pretty(&layout.config(0)));
    golden(NAME, "manifest.json", &pretty(&layout.manifest(1)));
    golden(NAME, "layer.txt", &(layout.listing(0).join("\n") + "\n"));
    let platforms: Vec<Value> = layout.index()["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["platform"]["architecture"].clone())
        .collect();
    assert_eq!(platforms, ["amd64", "arm64"]);
}

#[test]
fn the_official_schemas_agree() {
    const TEST: &str = "docker_hub::the_official_schemas_agree";
    let paper = Paper::of(&sample(
        "ports = [\"8080/tcp\"]\nvolumes = [\"/data\"]\ncommand = [\"serve\"]\n",
    ));
    let layout = Layout::of(paper.files(NAME));
    let dir = paper.put(NAME);
    let Some(home) = schema("oci/image-index-schema.json", TEST) else {
        return;
    };
    let Some(python) = judge("python3", TEST, paper.scratch.path()) else {
        return;
    };
    let (list, index) = (layout.list(), layout.index());
    let mut pairs = vec![
        ("image-layout-schema.json", "demo/oci-layout".to_owned()),
        ("image-index-schema.json", "demo/index.json".to_owned()),
        ("image-index-schema.json", Layout::path(&list["manifests"][0])),
    ];
    for at in 0..2 {
        pairs.push((
            "image-manifest-schema.json",
            Layout::path(&index["manifests"][at]),
        ));
        pairs.push(("config-schema.json", Layout::path(&layout.manifest(at)["config"])));
    }
    for attached in list["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| !it["artifactType"].is_null())
    {
        pairs.push(("image-manifest-schema.json", Layout::path(attached)));
    }
    let bad = paper.scratch.path().join("bad.json");
    xtask::effect::files::write(&bad, pretty(&list).replace("sha256:", "sha256-").as_bytes()).unwrap();
    let words = pairs
        .iter()
        .map(|(schema, path)| format!("{schema}={}", dir.join(path).display()));
    let ask = python.arg("-c").arg(SCHEMAS).arg(home.parent().unwrap());
    let asked = run(&ask.clone().args(words));
    if asked.stderr.contains("ModuleNotFoundError") {
        return skipped(
            TEST,
            "python3 has no `jsonschema`: .tools/venv/bin/pip install jsonschema",
        );
    }
    asked.ends(0);
    run(&ask.arg(format!("image-index-schema.json={}", bad.display()))).ends(1);
}

/// Their references resolve against `id`s of their own, so each is found by its file name.
const SCHEMAS: &str = "
import json, pathlib, sys
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
home = pathlib.Path(sys.argv[1])
load = lambda name: json.loads((home / name).read_text())
registry = Registry(retrieve=lambda uri: Resource(contents=load(uri.rsplit('/', 1)[-1]), specification=DRAFT4))
wrong = []
for pair in sys.argv[2:]:
    schema, path = pair.split('=', 1)
    document = json.loads(pathlib.Path(path).read_bytes())
    wrong += [f'{path}: {it.message}' for it in Draft4Validator(load(schema), registry=registry).iter_errors(document)]
sys.exit('\\n'.join(wrong) or 0)
";

#[test]
fn programs_are_those_that_were_built() {
    let Some(demo) = Demo::built("docker_hub::programs_are_those_that_were_built") else {
        return;
    };
    let layout = Layout::of(demo.files(NAME));
    for (at, triple) in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]
        .into_iter()
        .enumerate()
    {
        let build = demo.edition.build(triple).unwrap();
        let program = build.program(&build.binaries()[0]).unwrap();
        let found = layout.files(at);
        let found = found.iter().find(|it| it.path == "demo").unwrap();
        assert!(found.bytes == program, "{triple}");
    }
    let subject = subject(&layout.0, Some(demo));
    assert_eq!(findings(&subject), Vec::<String>::new());
}

fn subject(files: &Files, demo: Option<&Demo>) -> Subject {
    Subject {
        channel: channel::find(NAME).unwrap(),
        files: files.iter().map(|(path, file)| File::of(path, file)).collect(),
        edition: demo.map(|it| it.edition.clone()),
        is_whole: true,
        rendered: None,
    }
}

#[test]
fn what_a_release_lacks_is_a_gap() {
    let gaps = |targets: &[&str]| {
        let targets = targets.iter().map(|it| Target::parse(it).unwrap()).collect();
        let (files, gaps) = Paper::of(&Sample {
            targets,
            ..Sample::default()
        })
        .rendered(NAME);
        (
            files.len(),
            gaps.into_iter().map(|it| it.missing).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        gaps(&["x86_64-pc-windows-gnullvm"]),
        (0, vec!["no static build for Linux".to_owned()])
    );
    let (files, missing) = gaps(&[
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-gnu",
        "armv7-unknown-linux-gnueabihf",
    ]);
    assert_eq!(
        missing,
        [
            "no static build for linux/arm64: `aarch64-unknown-linux-gnu` needs its libc",
            "no static build for linux/arm/v7: `armv7-unknown-linux-gnueabihf` needs its libc",
        ]
    );
    // Index, manifest, configuration, layer; the bill of materials with its manifest and `{}`.
    assert_eq!(files, 2 + 4 + 3);
}

#[test]
fn settings_and_certificates() {
    let paper = Paper::of(&Sample {
        templates: vec![(
            "docker-hub/ca-certificates.crt".to_owned(),
            "{{! ours }}\n-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n".to_owned(),
        )],
        ..sample(
            "repository = \"team/app\"\nuser = \"1000\"\ncommand = [\"serve\", \"--port=8080\"]\nports = [\"8080/tcp\"]\n\
             workdir = \"/data/in\"\nvolumes = [\"/data\"]\ntmp = true\n",
        )
    });
    assert_eq!(paper.findings(NAME), Vec::<String>::new());
    let layout = Layout::of(paper.files(NAME));
    golden(
        NAME,
        "config-with-settings.json",
        &pretty(&layout.config(0)["config"]),
    );
    golden(
        NAME,
        "layer-with-settings.txt",
        &(layout.listing(0).join("\n") + "\n"),
    );
    let entry = &layout.list()["manifests"][0];
    assert_eq!(
        entry["annotations"]["io.containerd.image.name"],
        "docker.io/team/app:1.2.3"
    );
    let files = layout.files(0);
    let text = |path: &str| {
        let file = files.iter().find(|it| it.path == path).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    assert!(text("etc/passwd").contains("nonroot:x:1000:1000:"));
    assert!(text("etc/ssl/certs/ca-certificates.crt").starts_with("-----BEGIN"));
}

#[test]
fn settings_that_no_image_can_have_are_errors() {
    let fails = |settings: &str, expected: &str| {
        let paper = Paper::of(&sample(settings));
        let mut output = xtask::render::Output::default();
        let channel = channel::find(NAME).unwrap();
        let error = (channel.render)(&paper.edition, &mut output).unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{error:#}");
    };
    fails("user = \"app\"\n", "which is no number");
    fails("user = \"1:app\"\n", "which is no number");
    fails("workdir = \"data\"\n", "is no folder of an image");
    fails("volumes = [\"/a/../b\"]\n", "is no folder of an image");
}

#[test]
fn versions_and_their_tags() {
    let tags = |version: &str| {
        let paper = Paper::of(&Sample {
            version: version.parse().unwrap(),
            ..Sample::default()
        });
        assert_eq!(paper.findings(NAME), Vec::<String>::new(), "{version}");
        let list = Layout::of(paper.files(NAME)).list();
        let list = list["manifests"].as_array().unwrap();
        let tags = list
            .iter()
            .filter_map(|it| it["annotations"]["org.opencontainers.image.ref.name"].as_str());
        tags.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(tags("1.2.3"), ["1.2.3", "1.2", "1", "latest"]);
    assert_eq!(tags("1.2.3-rc.1"), ["1.2.3-rc.1"]);
    assert_eq!(tags("1.2.3+b.5"), ["1.2.3-b.5"]);
}

#[test]
fn hostile_texts_stay_texts() {
    let mut sample = Sample::default();
    let text = format!(
        "\"; rm -rf / ${{x}} `y` %s </a> \u{1f980} {}",
        "long ".repeat(2000)
    );
    sample.listing.summary = text.trim().to_owned();
    sample.listing.title = "De\u{202e}mo \"x\"".to_owned();
    let paper = Paper::of(&sample);
    let layout = Layout::of(paper.files(NAME));
    let labels = &layout.config(0)["config"]["Labels"];
    assert_eq!(labels["org.opencontainers.image.description"], text.trim());
    assert_eq!(labels["org.opencontainers.image.title"], sample.listing.title);
    assert_eq!(paper.findings(NAME), Vec::<String>::new());
}

#[test]
fn layouts_are_recognised_and_nothing_else_is() {
    let files = Paper::plain().files(NAME);
    let of = |name: &str| {
        let channel = channel::find(name).unwrap();
        files
            .iter()
            .filter(|(path, file)| (channel.recognises)(&File::of(path, file)))
            .count()
    };
    assert_eq!(of(NAME), 1);
    for channel in CHANNELS
        .iter()
        .filter(|it| !matches!(it.name, NAME | "github-packages"))
    {
        assert_eq!(of(channel.name), 0, "{channel}");
    }
}

#[test]
fn the_command_for_users() {
    let install = |sample: &Sample| (channel::find(NAME).unwrap().install)(&Paper::of(sample).edition);
    assert_eq!(
        install(&Sample::default()).unwrap(),
        "docker run --rm owner/demo:1.2.3"
    );
    let linux = Target::parse("x86_64-unknown-linux-gnu").unwrap();
    assert_eq!(
        install(&Sample {
            targets: vec![linux],
            ..Sample::default()
        }),
        None
    );
}

/// The layout of the demo in a folder.
fn put(demo: &Demo, dir: &Path) -> String {
    let dir = demo.put(NAME, dir).join("demo");
    format!("oci:{}", dir.display())
}
