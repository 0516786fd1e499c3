//! The environment that a build sees: made up from a list, not inherited, so that it is the same everywhere.

use std::ffi::OsString;

use crate::build::Batch;
use crate::effect::environment;

/// Variables that a build may see because it cannot run, or reach a registry, without them. None of them is known
/// to change what a compiler writes. A trailing `*` stands for any ending. Names compare without case, as on Windows.
const PASSED: &[&str] = &[
    // Where programs and homes are.
    "PATH",
    "HOME",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "TMPDIR",
    "TMP",
    "TEMP",
    "XDG_CACHE_HOME",
    "ZIG_GLOBAL_CACHE_DIR",
    "CARGO_ZIGBUILD_CACHE_DIR",
    "XWIN_*",
    // What programs on Windows and macOS do not start or link without.
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "PROGRAMFILES*",
    "PROGRAMDATA",
    "APPDATA",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "VSCMD_*",
    "VCINSTALLDIR",
    "VCTOOLS*",
    "WINDOWSSDK*",
    "INCLUDE",
    "LIB",
    "LIBPATH",
    "DEVELOPER_DIR",
    "SDKROOT",
    // How a registry is reached.
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CARGO_HTTP_*",
    "CARGO_NET_*",
    "CARGO_REGISTRIES_*",
    "CARGO_REGISTRY_*",
    "CARGO_SOURCE_*",
    "GIT_SSH_COMMAND",
    "SSH_AUTH_SOCK",
    "RUSTUP_DIST_SERVER",
    "RUSTUP_UPDATE_ROOT",
    "RUSTUP_AUTO_INSTALL",
    // How output looks.
    "TERM",
    "NO_COLOR",
    "CARGO_TERM_*",
    "CARGO_BUILD_JOBS",
];

/// The variables of the build, without the compiler's flags.
pub fn variables(batch: &Batch<'_>) -> anyhow::Result<Vec<(OsString, OsString)>> {
    let dist = &batch.config.dist;
    let is_passed = |name: &OsString| {
        let name = name.to_string_lossy();
        PASSED.iter().any(|it| matches(it, &name)) || dist.pass_env.iter().any(|it| *it == name)
    };
    let mut variables: Vec<(OsString, OsString)> =
        environment::all().filter(|(name, _)| is_passed(name)).collect();
    let mut set = |name: &str, value: OsString| variables.push((name.into(), value));
    set("CARGO_TARGET_DIR", batch.workspace.target_dir.clone().into());
    // Cargo's settings may send what is made on the way elsewhere, where nobody looks for it.
    set("CARGO_BUILD_BUILD_DIR", batch.workspace.target_dir.clone().into());
    set("CARGO_INCREMENTAL", "0".into());
    // rustc strips Mach-O with its own objcopy, which finds LLVM only through this variable. rustup sets it, a
    // toolchain that is called without rustup does not, and rustc then warns and leaves the binary as it is.
    let libraries = if cfg!(target_os = "macos") {
        "DYLD_FALLBACK_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    if cfg!(unix) {
        set(libraries, batch.toolchain.sysroot.join("lib").into());
    }
    set("SOURCE_DATE_EPOCH", batch.time_s.to_string().into());
    // Archives of object files carry times otherwise (macOS).
    set("ZERO_AR_DATE", "1".into());
    set("TZ", "UTC".into());
    set("LC_ALL", "C".into());
    for (name, value) in &dist.env {
        set(name, value.into());
    }
    Ok(variables)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_without_case_and_by_their_start() {
        assert!(matches("HTTP_PROXY", "http_proxy"));
        assert!(matches("CARGO_NET_*", "CARGO_NET_RETRY"));
        assert!(!matches("CARGO_NET_*", "CARGO_NE"));
        assert!(!matches("LIB", "LIBRARY_PATH"));
    }
}
