//! The table of official schemas: files of other projects that tests hold what is rendered against.
//!
//! They are not ours to hand on, so none is in this repository: `cargo xtask setup --judges --install` puts them into
//! `.tools/schemas`, by their digests.

/// A repository at a commit, and the schemas in it.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The repository on GitHub, `owner/name`.
    pub repository: &'static str,
    /// The commit, in full.
    pub commit: &'static str,
    /// The files.
    pub schemas: &'static [Schema],
}

/// An official schema.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its path below `.tools/schemas`.
    pub file: &'static str,
    /// Its path in the repository.
    pub path: &'static str,
    /// SHA-256 of it.
    pub sha256: &'static str,
}

/// The sources, in the order of their files.
pub const SOURCES: &[Source] = &[
    Source {
        repository: "CycloneDX/specification",
        commit: "e02a34ae42a48239f54e04f75280b9000b29f1fb",
        schemas: &[
            schema(
                "cyclonedx/bom-1.6.schema.json",
                "schema/bom-1.6.schema.json",
                "18f57f7482593bad9f21b4feed09084640cbeff419d62ad5090c5ceccca5b37d",
            ),
            schema(
                "cyclonedx/jsf-0.82.schema.json",
                "schema/jsf-0.82.schema.json",
                "8bae002c25e723db7ee1f26afde680ae1a2b1a8f6b4b4b0fd65dc3becb090aae",
            ),
            schema(
                "cyclonedx/spdx.schema.json",
                "schema/spdx.schema.json",
                "ea6e844ee6fba1e93473d94834d0ee0996970533497935f932f73d488ffdf4a3",
            ),
        ],
    },
    Source {
        repository: "flatpak/flatpak-builder",
        commit: "b260e7124a0d4cda24d29d528484706ed2dcd1d5",
        schemas: &[schema(
            "flatpak/flatpak-manifest.schema.json",
            "data/flatpak-manifest.schema.json",
            "0b0681a416721c039b7d89e46bd71a4c4a78c4007e3def01ed8b7b093ed5d533",
        )],
    },
    Source {
        repository: "NuGet/NuGet.Client",
        commit: "fac35579c8c3c92799361e5695e9f7539b4fd5a2",
        schemas: &[schema(
            "nuget/nuspec.xsd",
            "src/NuGet.Core/NuGet.Packaging/compiler/resources/nuspec.xsd",
            "5d4226dd761e3854ed02d33de390713c4c9846238a1d16f4b5f38192545ea417",
        )],
    },
    Source {
        repository: "opencontainers/image-spec",
        commit: "13cff54902ec9ad6320cbc487a685b66fcd67171",
        schemas: &[
            schema(
                "oci/config-schema.json",
                "schema/config-schema.json",
                "089fcf3cf65a378873ffd5bdf450098de95a0a52def0ef41a57ae33275654ba8",
            ),
            schema(
                "oci/content-descriptor.json",
                "schema/content-descriptor.json",
                "5db5cba46c2a0560156ab14fa25933a63e206e340b55a78fba7b3dc6386d0497",
            ),
            schema(
                "oci/defs-descriptor.json",
                "schema/defs-descriptor.json",
                "c960b6dd8a65dc3149372988a02c93153d3975c4837c54181640b4fbca6595a5",
            ),
            schema(
                "oci/defs.json",
                "schema/defs.json",
                "23b4abe55230e4bc7f521dc08e5261e9f1aece585059d6581300e9c56eb1420e",
            ),
            schema(
                "oci/image-index-schema.json",
                "schema/image-index-schema.json",
                "1a4641a610933fac77db9af7a83664d54883efac180f8867efd0497048e1a82e",
            ),
            schema(
                "oci/image-layout-schema.json",
                "schema/image-layout-schema.json",
                "272dbf81baeb72c105298b6d56553de68b4aee676efff5a44d171f0761395545",
            ),
            schema(
                "oci/image-manifest-schema.json",
                "schema/image-manifest-schema.json",
                "040ba9c116f1013175f5be6eb2620d87ca98cd90edc74548ee98ee89394aa4a2",
            ),
        ],
    },
    Source {
        repository: "ScoopInstaller/Scoop",
        commit: "b588a06e41d920d2123ec70aee682bae14935939",
        schemas: &[schema(
            "scoop/schema.json",
            "schema.json",
            "6c15a47b09dba92bcdee8b0dadbe2776339c699e3bf4db0eff0ef0a000f2496c",
        )],
    },
    Source {
        repository: "canonical/snapcraft",
        commit: "3cc6ffc31ef9f2ca07d1040b735000dfa212bfbc",
        schemas: &[schema(
            "snap/snapcraft.json",
            "schema/snapcraft.json",
            "09689bdaa55bff6ead8cda603511a6bf96b456525cfa3d138a274e2e82d1653f",
        )],
    },
    Source {
        repository: "microsoft/winget-cli",
        commit: "fa3d9e511d1bd9bed2f1b72e9f0fa25323e7f3eb",
        schemas: &[
            schema(
                "winget/manifest.defaultLocale.1.10.0.json",
                "schemas/JSON/manifests/v1.10.0/manifest.defaultLocale.1.10.0.json",
                "77e406d25b35f908f70fb893335155e9e8a83aa59a6f3e9f959692e995e51e3c",
            ),
            schema(
                "winget/manifest.defaultLocale.1.12.0.json",
                "schemas/JSON/manifests/v1.12.0/manifest.defaultLocale.1.12.0.json",
                "b87eaa2252daf0bc9b2d495a3f7f5547b8b36236bdcc0543cf9f7403bd56707e",
            ),
            schema(
                "winget/manifest.defaultLocale.1.28.0.json",
                "schemas/JSON/manifests/v1.28.0/manifest.defaultLocale.1.28.0.json",
                "734c069c82470e3436d274fb381bfbe03e22f8fbfae2d2dd50df7dc055a3e061",
            ),
            schema(
                "winget/manifest.installer.1.10.0.json",
                "schemas/JSON/manifests/v1.10.0/manifest.installer.1.10.0.json",
                "cca7bea1fbdaa18a3d5231de7f9f896b1dd41283c33a03a0565771861d393b31",
            ),
            schema(
                "winget/manifest.installer.1.12.0.json",
                "schemas/JSON/manifests/v1.12.0/manifest.installer.1.12.0.json",
                "47de5aefdea4e7ccbc8ab4e32e8230671300054bd4f688cd7ca8bdebf459f006",
            ),
            schema(
                "winget/manifest.installer.1.28.0.json",
                "schemas/JSON/manifests/v1.28.0/manifest.installer.1.28.0.json",
                "2caa4cd3a630c284b5ef750522e2e5861f751f376180b89cd29873eb30504ef4",
            ),
            schema(
                "winget/manifest.locale.1.10.0.json",
                "schemas/JSON/manifests/v1.10.0/manifest.locale.1.10.0.json",
                "2e75fe85191cbadd6ea013a4d3f052fc9fc26f5181b228e0dd42c4394c6d47d7",
            ),
            schema(
                "winget/manifest.locale.1.12.0.json",
                "schemas/JSON/manifests/v1.12.0/manifest.locale.1.12.0.json",
                "f049048815dc30599722f0419545c6dbfc8e51c2fb52ff4ac113a60069032ab7",
            ),
            schema(
                "winget/manifest.locale.1.28.0.json",
                "schemas/JSON/manifests/v1.28.0/manifest.locale.1.28.0.json",
                "7d55396c4b88ce2165692d71685eab93189ba24cb20368b3903965d6f91c267a",
            ),
            schema(
                "winget/manifest.version.1.10.0.json",
                "schemas/JSON/manifests/v1.10.0/manifest.version.1.10.0.json",
                "330a3ece4ed602afb0c4f35290d14dec1e188e7b3c2fb330893ac3daac82b547",
            ),
            schema(
                "winget/manifest.version.1.12.0.json",
                "schemas/JSON/manifests/v1.12.0/manifest.version.1.12.0.json",
                "0cdf9c17a0d19221a3612980c95a47d120c4ce532157177aa6af4368a8a78273",
            ),
            schema(
                "winget/manifest.version.1.28.0.json",
                "schemas/JSON/manifests/v1.28.0/manifest.version.1.28.0.json",
                "5c9fa37ebe70dd410114157d31e4d9e84451b2bb8890e1c4345b4c690406ee1a",
            ),
        ],
    },
];

const fn schema(file: &'static str, path: &'static str, sha256: &'static str) -> Schema {
    Schema { file, path, sha256 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    #[test]
    fn rows_are_sorted_unique_and_whole() {
        let schemas = || SOURCES.iter().flat_map(|it| it.schemas);
        assert!(schemas().map(|it| it.file).is_sorted_by(|a, b| a < b));
        for schema in schemas() {
            assert!(Sha256::parse(schema.sha256).is_ok(), "{}", schema.file);
        }
        for source in SOURCES {
            assert!(source.commit.len() == 40, "{}", source.repository);
            assert_eq!(source.repository.split('/').count(), 2, "{}", source.repository);
        }
    }
}
