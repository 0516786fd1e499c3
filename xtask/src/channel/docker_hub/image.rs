//! The image of a release, from the same data for every registry: so it has the same digests in all of them.

use anyhow::{Context, ensure};

use crate::channel::docker_hub::CHANNEL;
use crate::channel::version;
use crate::edition::{Build, Edition};
use crate::inspect::Linkage;
use crate::pack::oci::{self, Attachment, Image, Layer, Notes, Platform, Running};
use crate::pack::{File, Mode};
use crate::problem::Problem;
use crate::render::Output;
use crate::render::template::Values;

/// The template that becomes the authorities of the image.
pub(super) const CERTIFICATES: &str = "ca-certificates.crt";

/// Where Go, OpenSSL and rustls look for them.
const CERTIFICATES_PATH: &str = "etc/ssl/certs/ca-certificates.crt";

/// The user of distroless images, whom Kubernetes and Docker take for no one special.
const USER: &str = "65532:65532";

/// The annotation from which `docker load` and `ctr images import` take the name of an image in a layout.
pub(crate) const IMAGE_NAME: &str = "io.containerd.image.name";

/// What a bill of materials is.
const SBOM: &str = "application/vnd.cyclonedx+json";

/// A machine in the words of images, and the targets that serve it, the best first.
#[derive(Debug)]
pub(crate) struct Machine {
    /// `amd64`, `arm64`, `arm`.
    pub(crate) architecture: &'static str,
    /// `v7` of `arm`.
    pub(crate) variant: Option<&'static str>,
    /// The machine in the words of [`crate::inspect::Facts`].
    pub(crate) code: &'static str,
    /// The targets.
    pub(crate) triples: &'static [&'static str],
}

/// The machines, in the order of the index. An empty base has no libc: a build serves only when it is static, which
/// those for glibc are when the settings ask for it.
pub(crate) const MACHINES: &[Machine] = &[
    Machine {
        architecture: "amd64",
        variant: None,
        code: "x86_64",
        triples: &["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
    },
    Machine {
        architecture: "arm64",
        variant: None,
        code: "aarch64",
        triples: &["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
    },
    Machine {
        architecture: "arm",
        variant: Some("v7"),
        code: "arm",
        triples: &["armv7-unknown-linux-musleabihf", "armv7-unknown-linux-gnueabihf"],
    },
];

impl Machine {
    /// `linux/amd64`, `linux/arm/v7`.
    pub(crate) fn name(&self) -> String {
        let variant = self.variant.map(|it| format!("/{it}")).unwrap_or_default();
        format!("linux/{}{variant}", self.architecture)
    }
}

/// The machines that are served, each with its static build.
pub(crate) fn builds(edition: &Edition) -> Vec<(&'static Machine, &Build)> {
    let is_static = |it: &&Build| it.binaries().iter().all(|it| it.facts.linkage == Linkage::Static);
    MACHINES
        .iter()
        .filter_map(|machine| {
            let mut builds = machine.triples.iter().filter_map(|it| edition.build(it));
            Some((machine, builds.find(is_static)?))
        })
        .collect()
}

/// Renders the layout into a folder. `name` is what the image is called with its registry, such as `docker.io/owner/demo`.
/// What the image holds is said by the settings of Docker Hub whatever the registry, so the digests are the same.
pub(crate) fn render(
    edition: &Edition,
    output: &mut Output,
    folder: &str,
    name: Option<&str>,
) -> anyhow::Result<()> {
    let builds = builds(edition);
    for machine in MACHINES
        .iter()
        .filter(|it| !builds.iter().any(|(own, _)| own.code == it.code))
    {
        if let Some(dynamic) = edition.first_of(machine.triples) {
            output.gap(
                format!(
                    "no static build for {}: `{}` needs its libc",
                    machine.name(),
                    dynamic.target
                ),
                format!("no image for {}", machine.name()),
                match machine.triples[0] {
                    it if crate::target::Target::parse(it).is_ok() => {
                        format!("cargo xtask dist --target {it}")
                    }
                    _ => "link it statically: `-C target-feature=+crt-static`".to_owned(),
                },
            );
        }
    }
    if builds.is_empty() {
        output.gap(
            "no static build for Linux",
            "no image",
            "cargo xtask dist --target x86_64-unknown-linux-musl",
        );
        return Ok(());
    }
    let settings = Settings::read(edition)?;
    let release = release(edition, name)?;
    let edition = edition.clone();
    let folder = folder.to_owned();
    output.group(folder.clone(), move || {
        let images: Vec<Image> = self::builds(&edition)
            .into_iter()
            .map(|(machine, build)| image(&edition, &settings, &release.notes, machine, build))
            .collect::<anyhow::Result<_>>()?;
        let files = oci::layout(&release, &images)?.into_iter();
        let place = |(path, bytes)| {
            (
                format!("{folder}/{path}"),
                File {
                    mode: Mode::Plain,
                    bytes,
                },
            )
        };
        Ok(files.map(place).collect())
    });
    Ok(())
}

/// What the settings say, read once and checked.
struct Settings {
    user: u64,
    group: u64,
    command: Vec<String>,
    ports: Vec<String>,
    workdir: Option<String>,
    volumes: Vec<String>,
    has_tmp: bool,
    certificates: Option<String>,
}

impl Settings {
    fn read(edition: &Edition) -> anyhow::Result<Settings> {
        let settings = edition.settings(&CHANNEL);
        let list = |key| -> Vec<String> {
            settings
                .list(key)
                .unwrap_or_default()
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        let text = settings.text("user").unwrap_or(USER);
        let (user, group) = text.split_once(':').unwrap_or((text, text));
        let (Ok(user), Ok(group)) = (user.parse::<u32>(), group.parse::<u32>()) else {
            return Err(Problem::new(format!(
                "`[channel.docker-hub] user` is `{text}`, which is no number"
            ))
            .help("write `UID:GID`: an image has no other users, and Kubernetes must see that it is not root")
            .into());
        };
        let folders = list("volumes")
            .into_iter()
            .chain(settings.text("workdir").map(str::to_owned));
        for folder in folders {
            let is_fine = folder == "/"
                || folder.strip_prefix('/').is_some_and(|it| {
                    it.split('/').all(|part| !matches!(part, "" | "." | "..")) && !it.contains([':', '\\'])
                });
            ensure!(
                is_fine,
                Problem::new(format!("`{}` is no folder of an image", folder.escape_debug()))
                    .help("`[channel.docker-hub] workdir` and `volumes` are absolute paths without `..`")
            );
        }
        let certificates = edition.fill(&CHANNEL, CERTIFICATES, &Values::new())?;
        let is_pem = certificates.contains("-----BEGIN CERTIFICATE-----");
        ensure!(
            is_pem || certificates.trim().is_empty(),
            Problem::new(format!(
                "`packaging/docker-hub/{CERTIFICATES}` holds no certificate"
            ))
            .help("each begins with `-----BEGIN CERTIFICATE-----`")
        );
        Ok(Settings {
            user: user.into(),
            group: group.into(),
            command: list("command"),
            ports: list("ports"),
            workdir: settings.text("workdir").map(str::to_owned),
            volumes: list("volumes"),
            has_tmp: settings.flag("tmp").unwrap_or(false),
            certificates: is_pem.then_some(certificates),
        })
    }
}

fn release(edition: &Edition, name: Option<&str>) -> anyhow::Result<oci::Release> {
    let tags = version::oci_tags(edition.version()).map_err(anyhow::Error::msg)?;
    let tags = tags.into_iter().map(|tag| {
        let whole = name.map(|it| (IMAGE_NAME.to_owned(), format!("{it}:{tag}")));
        (tag, whole.into_iter().collect())
    });
    Ok(oci::Release {
        time_s: edition.time_s(),
        notes: notes(edition),
        made_by: format!(
            "cargo xtask manifests # {} {}",
            edition.listing.package,
            edition.version()
        ),
        tags: tags.collect(),
    })
}

/// The annotations of the image specification, as far as something is known. GitHub ties a package to its repository by
/// `source`.
fn notes(edition: &Edition) -> Notes {
    let listing = edition.listing_for(&CHANNEL);
    let identity = &edition.release.identity;
    let rows = [
        ("title", Some(listing.title)),
        ("description", Some(listing.summary)),
        ("version", Some(edition.version().to_string())),
        ("revision", identity.commit.as_ref().map(|it| it.id.clone())),
        ("created", Some(crate::time::rfc3339(edition.time_s()))),
        ("source", listing.repository.map(|it| it.url)),
        ("url", listing.homepage),
        ("documentation", listing.documentation),
        ("licenses", listing.license),
        ("vendor", Some(listing.publisher)),
    ];
    let known = rows
        .into_iter()
        .filter_map(|(key, text)| Some((key, text.filter(|it| !it.is_empty())?)));
    known
        .map(|(key, text)| (format!("org.opencontainers.image.{key}"), text))
        .collect()
}

fn image(
    edition: &Edition,
    settings: &Settings,
    notes: &Notes,
    machine: &Machine,
    build: &Build,
) -> anyhow::Result<Image> {
    let sbom = build.sbom_bytes()?;
    let attached = build.sbom.as_ref().zip(sbom).map(|(artifact, bytes)| Attachment {
        media_type: SBOM.to_owned(),
        name: artifact.name.clone(),
        bytes,
    });
    Ok(Image {
        platform: Platform {
            architecture: machine.architecture.to_owned(),
            os: "linux".to_owned(),
            variant: machine.variant.map(str::to_owned),
        },
        layer: layer(edition, settings, build)?,
        running: running(edition, settings, notes, build)?,
        attached,
    })
}

fn layer(edition: &Edition, settings: &Settings, build: &Build) -> anyhow::Result<Layer> {
    let mut layer = Layer::default();
    for binary in build.binaries() {
        layer.file(&build.file_name(binary), Mode::Executable, build.program(binary)?)?;
    }
    for licence in edition.licences()? {
        layer.file(
            &format!("licenses/{}", licence.path),
            Mode::Plain,
            licence.bytes.clone(),
        )?;
    }
    // A user without a name is a riddle in `ps`, and some programs ask for their own home.
    let (user, group) = (settings.user, settings.group);
    let named = |is_root: bool, line: String| if is_root { String::new() } else { line };
    let users = named(user == 0, format!("nonroot:x:{user}:{group}:nonroot:/:/\n"));
    let groups = named(group == 0, format!("nonroot:x:{group}:\n"));
    let users = format!("root:x:0:0:root:/:/\n{users}");
    let groups = format!("root:x:0:\n{groups}");
    layer.file("etc/passwd", Mode::Plain, users.into_bytes())?;
    layer.file("etc/group", Mode::Plain, groups.into_bytes())?;
    if let Some(text) = &settings.certificates {
        layer.file(CERTIFICATES_PATH, Mode::Plain, text.clone().into_bytes())?;
    }
    if settings.has_tmp {
        layer.folder("tmp", 0o1777, (0, 0))?;
    }
    let mut folders: Vec<&str> = settings.volumes.iter().map(String::as_str).collect();
    folders.extend(settings.workdir.as_deref());
    folders.sort_unstable();
    folders.dedup();
    for folder in folders
        .iter()
        .filter_map(|it| it.strip_prefix('/'))
        .filter(|it| !it.is_empty())
    {
        let is_made = folder == "tmp" && settings.has_tmp;
        if !is_made {
            layer.folder(folder, 0o755, (settings.user, settings.group))?;
        }
    }
    Ok(layer)
}

/// Texts that are the keys of a JSON object.
fn keys(list: &[String]) -> oci::Keys {
    list.iter().cloned().collect()
}

fn running(edition: &Edition, settings: &Settings, notes: &Notes, build: &Build) -> anyhow::Result<Running> {
    let package = &edition.listing.package;
    let binaries = build.binaries();
    let main = binaries
        .iter()
        .find(|it| it.name == *package)
        .or(binaries.first());
    let main = main.with_context(|| format!("`{}` holds no program", build.archive.name))?;
    // The programs lie in the root, where `docker exec` finds them by name.
    let mut env = vec!["PATH=/".to_owned()];
    env.extend(
        settings
            .certificates
            .as_ref()
            .map(|_| format!("SSL_CERT_FILE=/{CERTIFICATES_PATH}")),
    );
    Ok(Running {
        user: format!("{}:{}", settings.user, settings.group),
        exposed_ports: keys(&settings.ports),
        env,
        entrypoint: vec![format!("/{}", build.file_name(main))],
        cmd: settings.command.clone(),
        volumes: keys(&settings.volumes),
        working_dir: settings.workdir.clone(),
        labels: notes.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::sample::Sample;
    use crate::effect::environment;
    use crate::effect::files::Scratch;
    use crate::render::Files;

    #[test]
    fn every_registry_gets_the_same_blobs() {
        let scratch = Scratch::new(&environment::temp_dir()).unwrap();
        let edition = Sample::default().write(scratch.path()).unwrap();
        let blobs = |name: Option<&str>| -> Files {
            let mut output = Output::default();
            render(&edition, &mut output, "container/demo", name).unwrap();
            let mut files = crate::render::make(vec![output]).remove(0).unwrap();
            files.remove("container/demo/index.json").unwrap();
            files
        };
        let (one, other) = (
            blobs(Some("docker.io/owner/demo")),
            blobs(Some("ghcr.io/owner/demo")),
        );
        assert!(one == other && one.len() > 5);
        assert!(blobs(None) == one);
    }
}
