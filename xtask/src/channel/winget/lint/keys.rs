//! The keys that the client knows (`ManifestYamlPopulator.cpp`): the schemas let others pass, and the client does not.

use crate::lint::{File, Flaw};
use crate::problem::nearest;
use crate::render::yaml::Yaml;

const COMMON: &[&str] = &[
    "PackageIdentifier",
    "PackageVersion",
    "ManifestType",
    "ManifestVersion",
];

const VERSION: &[&str] = &["DefaultLocale"];

/// Of the installer manifest, and of each installer in it.
const INSTALLER: &[&str] = &[
    "AppsAndFeaturesEntries",
    "ArchiveBinariesDependOnPath",
    "Authentication",
    "Capabilities",
    "Commands",
    "Dependencies",
    "DesiredStateConfiguration",
    "DisplayInstallWarnings",
    "DownloadCommandProhibited",
    "ElevationRequirement",
    "ExpectedReturnCodes",
    "FileExtensions",
    "InstallLocationRequired",
    "InstallModes",
    "InstallationMetadata",
    "InstallerAbortsTerminal",
    "InstallerLocale",
    "InstallerSuccessCodes",
    "InstallerSwitches",
    "InstallerType",
    "Markets",
    "MinimumOSVersion",
    "NestedInstallerFiles",
    "NestedInstallerType",
    "PackageFamilyName",
    "Platform",
    "ProductCode",
    "Protocols",
    "ReleaseDate",
    "RepairBehavior",
    "RequireExplicitUpgrade",
    "RestrictedCapabilities",
    "Scope",
    "UnsupportedArguments",
    "UnsupportedOSArchitectures",
    "UpgradeBehavior",
];

const LOCALE: &[&str] = &[
    "Agreements",
    "Author",
    "Copyright",
    "CopyrightUrl",
    "Description",
    "Documentations",
    "Icons",
    "InstallationNotes",
    "License",
    "LicenseUrl",
    "PackageLocale",
    "PackageName",
    "PackageUrl",
    "PrivacyUrl",
    "Publisher",
    "PublisherSupportUrl",
    "PublisherUrl",
    "PurchaseUrl",
    "ReleaseNotes",
    "ReleaseNotesUrl",
    "ShortDescription",
    "Tags",
];

/// The keys in the value of a key.
const INSIDE: &[(&str, &[&str])] = &[
    ("Agreements", &["Agreement", "AgreementLabel", "AgreementUrl"]),
    (
        "AppsAndFeaturesEntries",
        &[
            "DisplayName",
            "DisplayVersion",
            "InstallerType",
            "ProductCode",
            "Publisher",
            "UpgradeCode",
        ],
    ),
    (
        "Authentication",
        &["AuthenticationType", "MicrosoftEntraIdAuthenticationInfo"],
    ),
    (
        "Dependencies",
        &[
            "ExternalDependencies",
            "PackageDependencies",
            "WindowsFeatures",
            "WindowsLibraries",
        ],
    ),
    ("DesiredStateConfiguration", &["DSCv3", "PowerShell"]),
    ("Documentations", &["DocumentLabel", "DocumentUrl"]),
    (
        "ExpectedReturnCodes",
        &["InstallerReturnCode", "ReturnResponse", "ReturnResponseUrl"],
    ),
    (
        "Files",
        &[
            "DisplayName",
            "FileSha256",
            "FileType",
            "InvocationParameter",
            "RelativeFilePath",
        ],
    ),
    (
        "Icons",
        &[
            "IconFileType",
            "IconResolution",
            "IconSha256",
            "IconTheme",
            "IconUrl",
        ],
    ),
    ("InstallationMetadata", &["DefaultInstallLocation", "Files"]),
    (
        "InstallerSwitches",
        &[
            "Custom",
            "InstallLocation",
            "Interactive",
            "Log",
            "Repair",
            "Silent",
            "SilentWithProgress",
            "Upgrade",
        ],
    ),
    ("Markets", &["AllowedMarkets", "ExcludedMarkets"]),
    ("MicrosoftEntraIdAuthenticationInfo", &["Resource", "Scope"]),
    (
        "NestedInstallerFiles",
        &["PortableCommandAlias", "RelativeFilePath"],
    ),
    ("PackageDependencies", &["MinimumVersion", "PackageIdentifier"]),
];

const OF_INSTALLER: &[&str] = &[
    "Architecture",
    "InstallerSha256",
    "InstallerUrl",
    "MSStoreProductIdentifier",
    "SignatureSha256",
];

/// The keys of a manifest of a type; of an unknown type those of all.
fn root(kind: &str) -> Vec<&'static str> {
    let own: &[&[&str]] = match kind {
        "version" => &[VERSION],
        "installer" => &[INSTALLER, &["Channel", "Installers"]],
        "defaultLocale" => &[LOCALE, &["Moniker"]],
        "locale" => &[LOCALE],
        _ => &[
            VERSION,
            INSTALLER,
            LOCALE,
            &["Channel", "Installers", "Localization", "Moniker"],
        ],
    };
    COMMON
        .iter()
        .chain(own.iter().copied().flatten())
        .copied()
        .collect()
}

/// The keys in the value of a key; `None` where the client knows more than is listed here.
fn inside(key: &str) -> Option<Vec<&'static str>> {
    if key == "Installers" {
        return Some(INSTALLER.iter().chain(OF_INSTALLER).copied().collect());
    }
    let row = INSIDE.iter().find(|it| it.0 == key)?;
    Some(row.1.to_vec())
}

pub(super) fn check(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    walk(file, yaml, &root(super::text(yaml, "ManifestType")), &mut flaws);
    flaws
}

fn walk(file: &File, node: &Yaml, known: &[&'static str], flaws: &mut Vec<Flaw>) {
    for item in node.items() {
        walk(file, item, known, flaws);
    }
    for (key, value) in node.entries() {
        if !known.contains(&key.as_str()) {
            flaws.push(Flaw::at(file, &format!("{key}:"), unknown(key, known)));
            continue;
        }
        if let Some(known) = inside(key) {
            walk(file, value, &known, flaws);
        }
    }
}

fn unknown(key: &str, known: &[&'static str]) -> String {
    if let Some(right) = known.iter().find(|it| it.eq_ignore_ascii_case(key)) {
        return format!("the key `{key}` is not in PascalCase: it is `{right}`");
    }
    let guess = nearest(key, known.iter().copied())
        .map(|it| format!("; did you mean `{it}`?"))
        .unwrap_or_default();
    format!("no key `{key}` is known here{guess}")
}
