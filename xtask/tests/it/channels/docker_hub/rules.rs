//! Each rule of images, with what it catches.

use xtask::digest::Sha256;
use xtask::lint::{File, Subject};
use xtask::render::Files;

use crate::channels::docker_hub::{Layout, NAME, subject};
use crate::channels::fixture::{Demo, Paper, all_rules_are_tried, findings, rule_of};

/// A layout whose JSON blob of a kind was edited, with every digest after it computed anew.
fn edited(layout: &Layout, from: &str, to: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = layout
        .0
        .iter()
        .map(|(path, file)| (path.clone(), file.bytes.clone()))
        .collect();
    let mut is_edited = false;
    // Digests change upwards: configuration, manifest, index, list. Four rounds reach the top.
    let mut renames: Vec<(String, String, usize, usize)> = Vec::new();
    for round in 0..5 {
        let mut next = Vec::new();
        for (path, bytes) in &mut files {
            let Ok(text) = String::from_utf8(bytes.clone()) else {
                continue;
            };
            if !text.starts_with('{') {
                continue;
            }
            let mut new = text.clone();
            if round == 0 {
                new = new.replace(from, to);
                is_edited |= text.contains(from);
            }
            for (old, sum, was, is) in &renames {
                new = new.replace(
                    &format!("{old}\",\"size\":{was}"),
                    &format!("{sum}\",\"size\":{is}"),
                );
                new = new.replace(old.as_str(), sum);
            }
            if new != text {
                if let Some((folder, old)) = path.clone().split_once("sha256/") {
                    let sum = Sha256::of(new.as_bytes()).to_string();
                    next.push((old.to_owned(), sum.clone(), text.len(), new.len()));
                    *path = format!("{folder}sha256/{sum}");
                }
                *bytes = new.into_bytes();
            }
        }
        renames = next;
    }
    assert!(is_edited, "nothing holds `{from}`");
    files
}

#[test]
fn rules() {
    let Some(demo) = Demo::built("docker_hub::rules") else {
        return;
    };
    let tried = tried(demo, "docker-hub/");
    let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
    all_rules_are_tried(NAME, &tried);
}

/// Tries each rule of images, whose names begin so, and gives the names.
pub(crate) fn tried(demo: &Demo, prefix: &str) -> Vec<String> {
    let layout = Layout::of(demo.files(NAME));
    let good = edited(&layout, "\"os\"", "\"os\"");
    let good = good
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.clone()))
        .collect::<Vec<_>>();
    let mut tried = Vec::new();
    let mut check = |id: &str, from: &str, to: &str| {
        let id = id.replace("docker-hub/", prefix);
        let bad = edited(&layout, from, to);
        let bad: Vec<(&str, Vec<u8>)> = bad
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.clone()))
            .collect();
        rule_of(&id, &good, &bad);
        tried.push(id);
    };
    check("docker-hub/layout", "1.0.0", "2.0.0");
    check(
        "docker-hub/layout",
        "\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index",
        "\"schemaVersion\":1,\"mediaType\":\"application/vnd.oci.image.index",
    );
    check(
        "docker-hub/descriptor",
        "tar+gzip\",\"digest\":\"sha256:",
        "tar+gzip\",\"digest\":\"sha256-",
    );
    check(
        "docker-hub/descriptor",
        "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\"",
        "{\"mediaType\":\"\"",
    );
    check(
        "docker-hub/blob",
        "tar+gzip\",\"digest\":\"sha256:",
        "tar+gzip\",\"digest\":\"sha256:00",
    );
    check("docker-hub/blob", "\"size\":2", "\"size\":3");
    check(
        "docker-hub/left-over",
        "tar+gzip\",\"digest\":\"sha256:",
        "tar+gzip\",\"digest\":\"sha256:00",
    );
    check("docker-hub/media-type", "layer.v1.tar+gzip", "layers.tar");
    check(
        "docker-hub/platform",
        "\"architecture\":\"arm64\",\"os\":\"linux\",\"config\"",
        "\"architecture\":\"arm\",\"os\":\"linux\",\"config\"",
    );
    check(
        "docker-hub/platform",
        "\"architecture\":\"arm64\"",
        "\"architecture\":\"amd64\"",
    );
    check(
        "docker-hub/diff-id",
        "\"diff_ids\":[\"sha256:",
        "\"diff_ids\":[\"sha256:00",
    );
    check("docker-hub/diff-id", "\"history\":[", "\"history\":[{},");
    check(
        "docker-hub/repository",
        "docker.io/owner/demo",
        "docker.io/Owner/demo",
    );
    check("docker-hub/repository", "docker.io/owner/demo", "docker.io/demo");
    check("docker-hub/repository", "demo:latest", "demo:newest");
    check("docker-hub/tag", "\"latest\"", "\"1.2.3+5\"");
    check("docker-hub/tag", "\"latest\"", "\"1.2.3\"");
    check("docker-hub/tags", "ref.name", "reference");
    check("docker-hub/entrypoint", "\"/demo\"", "\"/other\"");
    check("docker-hub/entrypoint", "\"/demo\"", "\"demo\"");
    check("docker-hub/entrypoint", "\"/demo\"", "\"/etc/passwd\"");
    check("docker-hub/entrypoint", "\"Entrypoint\"", "\"Entry\"");
    check(
        "docker-hub/machine",
        "\"architecture\":\"arm64\"",
        "\"architecture\":\"arm\"",
    );
    check(
        "docker-hub/ports",
        "\"User\"",
        "\"ExposedPorts\":{\"99999/tcp\":{}},\"User\"",
    );
    check("docker-hub/non-root", "\"65532:65532\"", "\"root\"");
    check("docker-hub/non-root", "\"65532:65532\"", "\"0:0\"");
    check("docker-hub/user-number", "\"65532:65532\"", "\"app\"");
    check("docker-hub/labels", "image.source", "image.sauce");
    let created = "\"Labels\":{\"org.opencontainers.image.created\":\"2026-01-02T03:04:06Z\"";
    check("docker-hub/labels", created, &created.replace(":06Z", ":07Z"));
    check(
        "docker-hub/version-label",
        "image.version\":\"1.2.3\"",
        "image.version\":\"1.2.4\"",
    );
    check("docker-hub/created", "T03:04:06Z", " 03:04:06");
    check(
        "docker-hub/licenses",
        "image.licenses\":\"MIT",
        "image.licenses\":\"MIT/X",
    );
    let files = |list: Vec<(String, Vec<u8>)>| {
        let files = list
            .into_iter()
            .map(|(path, bytes)| File::new(path, bytes))
            .collect();
        Subject {
            files,
            channel: xtask::channel::find(prefix.split('/').next().unwrap()).unwrap(),
            ..subject(&layout.0, Some(demo))
        }
    };
    let mut with_release = |id: &str, list: Vec<(String, Vec<u8>)>| {
        let id = id.replace("docker-hub/", prefix);
        let found = findings(&files(list));
        assert!(found.iter().any(|it| it.starts_with(&id)), "{id}: {found:?}");
        tried.push(id);
    };
    with_release(
        "docker-hub/platforms-built",
        edited(&layout, "\"architecture\":\"arm64\"", "\"architecture\":\"mips\""),
    );
    with_release(
        "docker-hub/program",
        edited(
            &layout,
            "\"architecture\":\"arm64\"",
            "\"architecture\":\"amd64\"",
        ),
    );
    with_release("docker-hub/version-label", edited(&layout, "1.2.3", "1.2.4"));
    with_release("docker-hub/tags", edited(&layout, "\"latest\"", "\"newest\""));
    tried.push(format!("{prefix}paths"));
    tried
}

#[test]
fn paths_of_layers() {
    let manifest = |bytes: &[u8]| {
        let digest = |it: &[u8]| format!("sha256:{}", Sha256::of(it));
        let config = br#"{"architecture":"amd64","os":"linux"}"#;
        let node = |kind: &str, it: &[u8]| {
            format!(
                r#"{{"mediaType":"application/vnd.oci.image.{kind}","digest":"{}","size":{}}}"#,
                digest(it),
                it.len()
            )
        };
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}}"#,
            node("config.v1+json", config),
            node("layer.v1.tar", bytes)
        );
        let list = format!(
            r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
            node("manifest.v1+json", manifest.as_bytes())
        );
        let blob = |it: &[u8]| (format!("blobs/sha256/{}", Sha256::of(it)), it.to_vec());
        vec![
            (
                "oci-layout".to_owned(),
                br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
            ),
            ("index.json".to_owned(), list.into_bytes()),
            blob(config),
            blob(manifest.as_bytes()),
            blob(bytes),
        ]
    };
    let layer = |paths: &[(&str, u32)]| {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, mode) in paths {
            let mut header = tar::Header::new_gnu();
            // `set_path` refuses what hostile archives hold.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(0);
            header.set_mode(*mode);
            header.set_cksum();
            builder.append(&header, std::io::empty()).unwrap();
        }
        manifest(&builder.into_inner().unwrap())
    };
    let borrowed = |list: &[(String, Vec<u8>)]| -> Vec<(String, Vec<u8>)> { list.to_vec() };
    let good = borrowed(&layer(&[("a", 0o755), ("b", 0o644)]));
    let of = |list: &'_ [(String, Vec<u8>)]| list.iter().map(|it| it.1.len()).sum::<usize>();
    assert!(of(&good) > 0);
    for bad in [
        [("../a", 0o644), ("b", 0o644)],
        [("/a", 0o644), ("b", 0o644)],
        [("a", 0o644), ("a", 0o644)],
        [("a", 0o4755), ("b", 0o644)],
    ] {
        let bad = layer(&bad);
        let refs = |list: &'_ [(String, Vec<u8>)]| -> Vec<(&'static str, Vec<u8>)> {
            list.iter()
                .map(|(path, bytes)| (&*path.clone().leak(), bytes.clone()))
                .collect()
        };
        rule_of("docker-hub/paths", &refs(&good), &refs(&bad));
    }
}

#[test]
fn broken_files_are_findings_and_no_panic() {
    let paper = Paper::plain();
    let files = paper.files(NAME);
    for (path, file) in &files {
        for cut in [0, 1, file.bytes.len() / 2] {
            let mut files = files.clone();
            files.get_mut(path).unwrap().bytes.truncate(cut);
            assert_ne!(findings(&subject(&files, None)), Vec::<String>::new(), "{path}");
        }
    }
    let junk = [
        ("oci-layout", "[]"),
        ("index.json", "{\"manifests\":[1,{\"digest\":7},null]}"),
    ];
    let files = junk.map(|(path, text)| File::new(path, text)).to_vec();
    assert_ne!(
        findings(&Subject {
            files,
            ..subject(&Files::new(), None)
        }),
        Vec::<String>::new()
    );
}
