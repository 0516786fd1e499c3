//! Names of files that are worth a search for secrets, wherever they lie.

use std::sync::OnceLock;

use crate::clean::matcher::index::Index;
use crate::clean::pattern::Pattern;

/// Patterns of such names.
pub(super) const NAMES: &[&str] = &[
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    "*.{pem,key,p8,pk8,pkcs8,der,ppk,asc,gpg,pgp,age,b64,base64}",
    "id_{rsa,dsa,ecdsa,ed25519}",
    "*_{rsa,dsa,ecdsa,ed25519}",
    "*.{p12,pfx,pkcs12,jks,jceks,keystore,ks,kdbx,kdb}",
    "{.npmrc,.yarnrc.yml,.pypirc,.netrc,_netrc}",
    "{.dockercfg,.dockerconfigjson,.git-credentials,.pgpass}",
    "{.docker,.config/containers}/config.json",
    "**/.docker/config.json",
    "{credentials,credentials.toml,credentials.json,credentials.yml,credentials.yaml}",
    "secret{,s}.{json,yml,yaml,toml,txt,env,properties,xml}",
    "*{-,_,.}secret{,s}.{json,yml,yaml,toml,txt}",
    "{service-account,service_account,serviceaccount}*.json",
    "client_secret*.json",
    "kubeconfig",
    "*.kubeconfig",
    "*.tfvars",
    "*.tfstate",
    "nuget.config",
    "token",
    "*{token,tokens,password,passwords}.txt",
    "vault.yml",
    "vault.yaml",
];

/// Whether a file of this name is worth a search for secrets. Fast enough for every path of a large tree.
pub fn is_secret_name(path: &[u8]) -> bool {
    static INDEX: OnceLock<Index> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let patterns: Vec<Pattern> = NAMES
            .iter()
            .map(|it| Pattern::parse(it).expect("the table holds patterns"))
            .collect();
        Index::new(patterns.iter().map(|it| (0, it)))
    });
    index.any(path)
}
