//! What the image and distribution specifications and Docker Hub demand of an image. Another registry has the same rules
//! under names of its own.

use crate::lint::{Rule, Severity, image};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    LAYOUT,
    DESCRIPTOR,
    BLOB,
    LEFT_OVER,
    MEDIA_TYPE,
    PLATFORM,
    DIFF_ID,
    REPOSITORY,
    TAG,
    TAGS,
    PLATFORMS_BUILT,
    PROGRAM,
    MACHINE,
    ENTRYPOINT,
    PATHS,
    PORTS,
    NON_ROOT,
    USER_NUMBER,
    LABELS,
    VERSION_LABEL,
    CREATED,
    LICENSES,
];

pub(in crate::channel) const LAYOUT: Rule = Rule {
    id: "docker-hub/layout",
    source: "O2",
    severity: Severity::Refused,
    demands: "a layout has `oci-layout` of version 1.0.0 and an `index.json` of schema version 2",
    help: "render it anew: `cargo xtask manifests --channel docker-hub`",
    check: image::layout,
};

pub(in crate::channel) const DESCRIPTOR: Rule = Rule {
    id: "docker-hub/descriptor",
    source: "O2",
    severity: Severity::Refused,
    demands: "a descriptor says media type, digest and size, the digest as `sha256:` and 64 lower-case digits",
    help: "write it as the image specification has it",
    check: image::descriptor,
};

pub(in crate::channel) const BLOB: Rule = Rule {
    id: "docker-hub/blob",
    source: "O2",
    severity: Severity::Refused,
    demands: "every blob is there with the digest and the size that are said of it",
    help: "render the layout anew; a registry answers `MANIFEST_BLOB_UNKNOWN`, `DIGEST_INVALID` or `SIZE_INVALID`",
    check: image::blobs,
};

pub(in crate::channel) const LEFT_OVER: Rule = Rule {
    id: "docker-hub/left-over",
    source: "HOUSE",
    severity: Severity::Warned,
    demands: "no blob that nothing names",
    help: "delete it: nobody ever pulls it",
    check: image::left_over,
};

pub(in crate::channel) const MEDIA_TYPE: Rule = Rule {
    id: "docker-hub/media-type",
    source: "O2",
    severity: Severity::Refused,
    demands: "media types are those of the standard, and a document says the one that its descriptor says",
    help: "a registry refuses a manifest that is sent as another type than it says: write the same in both",
    check: image::media_type,
};

pub(in crate::channel) const PLATFORM: Rule = Rule {
    id: "docker-hub/platform",
    source: "O2",
    severity: Severity::Refused,
    demands: "configuration and index name the same machine, and each machine once",
    help: "a client that finds no image for its machine pulls none: make both say the same",
    check: image::platform,
};

pub(in crate::channel) const DIFF_ID: Rule = Rule {
    id: "docker-hub/diff-id",
    source: "O2",
    severity: Severity::Refused,
    demands: "the configuration names each layer by its SHA-256 before it was compressed",
    help: "compute it from the tar archive, not from the blob",
    check: image::diff_ids,
};

pub(in crate::channel) const REPOSITORY: Rule = Rule {
    id: "docker-hub/repository",
    source: "O1",
    severity: Severity::Refused,
    demands: "the image is called `namespace/name`, in lower-case letters, digits and single separators",
    help: "set `[channel.docker-hub] repository`",
    check: image::repository,
};

pub(in crate::channel) const TAG: Rule = Rule {
    id: "docker-hub/tag",
    source: "O1",
    severity: Severity::Refused,
    demands: "a tag has letters, digits and `._-`, at most 128, begins with a letter, a digit or `_`, and stands once",
    help: "replace what is not allowed by `-`, such as the `+` of build metadata",
    check: image::tag,
};

pub(in crate::channel) const TAGS: Rule = Rule {
    id: "docker-hub/tags",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "all tags name one image, and are those of the version",
    help: "a pre-release has only its exact tag; a release has `1.2.3`, `1.2`, `1` and `latest`",
    check: image::tags,
};

pub(in crate::channel) const PLATFORMS_BUILT: Rule = Rule {
    id: "docker-hub/platforms-built",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "every Linux machine with a static build has its image",
    help: "render the layout anew: `cargo xtask manifests --channel docker-hub`",
    check: image::platforms_built,
};

pub(in crate::channel) const PROGRAM: Rule = Rule {
    id: "docker-hub/program",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "the programs in an image are those that were built, digest for digest",
    help: "render the layout from `dist/`: nothing is built a second time for an image",
    check: image::programs,
};

pub(in crate::channel) const MACHINE: Rule = Rule {
    id: "docker-hub/machine",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "a program is for the image's machine, and its loader and libraries are in the image",
    help: "take the static build (musl): an empty base has no libc",
    check: image::machine,
};

pub(in crate::channel) const ENTRYPOINT: Rule = Rule {
    id: "docker-hub/entrypoint",
    source: "O2",
    severity: Severity::Refused,
    demands: "what is started is an absolute path, is in a layer, and can be run",
    help: "an empty base has no shell and no search path: name the program by its whole path",
    check: image::entrypoint,
};

pub(in crate::channel) const PATHS: Rule = Rule {
    id: "docker-hub/paths",
    source: "O2",
    severity: Severity::Refused,
    demands: "the paths of a layer stay below its root, stand once, and change nobody's user",
    help: "pack the layer anew",
    check: image::paths,
};

pub(in crate::channel) const PORTS: Rule = Rule {
    id: "docker-hub/ports",
    source: "O2",
    severity: Severity::Refused,
    demands: "a port is a number from 1 to 65535, with `/tcp`, `/udp` or `/sctp`",
    help: "mend `[channel.docker-hub] ports`",
    check: image::ports,
};

pub(in crate::channel) const NON_ROOT: Rule = Rule {
    id: "docker-hub/non-root",
    source: "HOUSE",
    severity: Severity::Warned,
    demands: "the program does not run as root",
    help: "set `[channel.docker-hub] user`, such as `65532:65532`",
    check: image::non_root,
};

pub(in crate::channel) const USER_NUMBER: Rule = Rule {
    id: "docker-hub/user-number",
    source: "HOUSE",
    severity: Severity::Warned,
    demands: "the user is a number, by which Kubernetes can tell that it is not root",
    help: "write `UID:GID`",
    check: image::user_number,
};

pub(in crate::channel) const LABELS: Rule = Rule {
    id: "docker-hub/labels",
    source: "O2",
    severity: Severity::Warned,
    demands: "title, description, version, time, licences and source are said, the same in labels and annotations",
    help: "`Cargo.toml` says them: `description`, `license`, `repository`",
    check: image::labels,
};

pub(in crate::channel) const VERSION_LABEL: Rule = Rule {
    id: "docker-hub/version-label",
    source: "O2",
    severity: Severity::Refused,
    demands: "the label of the version is the version",
    help: "render the layout anew: `cargo xtask manifests --channel docker-hub`",
    check: image::version_label,
};

pub(in crate::channel) const CREATED: Rule = Rule {
    id: "docker-hub/created",
    source: "O2",
    severity: Severity::Refused,
    demands: "times have the form of RFC 3339, such as `2026-01-02T03:04:05Z`",
    help: "write the time in UTC with a `T` and a `Z`",
    check: image::created,
};

pub(in crate::channel) const LICENSES: Rule = Rule {
    id: "docker-hub/licenses",
    source: "O2",
    severity: Severity::Warned,
    demands: "the licences are an SPDX expression",
    help: "mend `license` in `Cargo.toml`, such as `MIT OR Apache-2.0`",
    check: image::licences,
};
