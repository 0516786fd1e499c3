//! The libraries that every supported system has.

/// What every Linux with glibc has. `libgcc_s` is no part of glibc, but its package depends on it everywhere, and
/// Rust's std asks for it.
pub(super) const GLIBC: &[&str] = &[
    "ld-linux*",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libutil.so.1",
];

/// What every Windows has since 10, the oldest that Rust's std supports.
pub(super) const WINDOWS: &[&str] = &[
    "advapi32.dll",
    "api-ms-win-*",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "cfgmgr32.dll",
    "combase.dll",
    "comctl32.dll",
    "comdlg32.dll",
    "credui.dll",
    "crypt32.dll",
    "cryptbase.dll",
    "dbghelp.dll",
    "dnsapi.dll",
    "ext-ms-*",
    "fwpuclnt.dll",
    "gdi32.dll",
    "imm32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "mpr.dll",
    "mswsock.dll",
    "ncrypt.dll",
    "netapi32.dll",
    "normaliz.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "pdh.dll",
    "powrprof.dll",
    "propsys.dll",
    "psapi.dll",
    "rpcrt4.dll",
    "secur32.dll",
    "setupapi.dll",
    "shcore.dll",
    "shell32.dll",
    "shlwapi.dll",
    "sspicli.dll",
    "ucrtbase.dll",
    "user32.dll",
    "userenv.dll",
    "uxtheme.dll",
    "version.dll",
    "winhttp.dll",
    "wininet.dll",
    "winmm.dll",
    "winspool.drv",
    "wintrust.dll",
    "ws2_32.dll",
    "wtsapi32.dll",
];

/// The folders whose libraries come with macOS.
pub(super) const MACOS: &[&str] = &["/System/Library/*", "/usr/lib/*"];

/// Whether a name is one of a table's, where `*` at the end stands for any rest.
pub(super) fn has(table: impl IntoIterator<Item = impl AsRef<str>>, name: &str) -> bool {
    table.into_iter().any(|row| {
        let row = row.as_ref();
        row.strip_suffix('*')
            .map_or(row == name, |start| name.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_unique_and_those_of_windows_lowercase() {
        for table in [GLIBC, WINDOWS, MACOS] {
            assert!(table.is_sorted_by(|a, b| a < b), "{table:?}");
        }
        assert!(WINDOWS.iter().all(|it| it.to_lowercase() == *it));
    }

    #[test]
    fn a_star_stands_for_the_rest_only_at_the_end() {
        let check = |row: &str, name, expected| assert_eq!(has([row], name), expected, "{row} {name}");
        check("libc.so.6", "libc.so.6", true);
        check("libc.so.6", "libc.so.60", false);
        check("ld-linux*", "ld-linux-x86-64.so.2", true);
        check("libssl.so.*", "libssl.so.3", true);
        check("libssl.so.*", "libcrypto.so.3", false);
    }
}
