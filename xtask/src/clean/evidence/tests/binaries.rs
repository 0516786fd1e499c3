//! Programs, archives, compiled Python, dumps of memory, and what desktops leave.

use super::*;

/// The header of an ELF file of 64 bits, from the low byte on.
fn elf(kind: u16) -> Vec<u8> {
    let mut bytes = [b"\x7fELF\x02\x01\x01\0", &[0; 8][..]].concat();
    bytes.extend(kind.to_le_bytes());
    bytes.extend([0x3e, 0, 1, 0, 0, 0]);
    bytes.resize(52, 0);
    bytes.extend([64, 0, 56, 0]);
    bytes.resize(64, 0);
    bytes
}

fn macho(kind: u32) -> Vec<u8> {
    let words = [0xfeed_facf_u32, 0x0100_000c, 0, kind, 16, 1000, 0, 0];
    words.iter().flat_map(|it| it.to_le_bytes()).collect()
}

fn fat(machine: u32, offset: u32, size: u32) -> Vec<u8> {
    let words = [0xcafe_babe_u32, 1, machine, 3, offset, size, 12];
    let mut bytes: Vec<u8> = words.iter().flat_map(|it| it.to_be_bytes()).collect();
    bytes.resize(4096, 0);
    bytes
}

fn pe() -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(0x80_u32.to_le_bytes());
    bytes.resize(0x80, 0);
    bytes.extend(b"PE\0\0\x64\x86");
    bytes
}

#[test]
fn programs() {
    let mut big = elf(2);
    big[5] = 2;
    big[16..18].reverse();
    big[52..54].reverse();
    good(
        Evidence::Executable,
        &[
            &elf(1),
            &elf(2),
            &elf(3),
            &big,
            &pe(),
            &macho(2),
            &macho(6),
            &fat(7, 1024, 100),
        ],
    );
    // A class of Java 21: the minor version 0 and the major 65, then the pool of constants.
    let class = [b"\xca\xfe\xba\xbe\0\0\0\x41\0\x1d", &[7; 100][..]].concat();
    bad(
        Evidence::Executable,
        &[
            &elf(4),
            &elf(0),
            &elf(2)[..53],
            b"\x7fELF is what it begins with",
            &pe()[..0x82],
            b"MZ was the short name of a person, and this is a text that goes on for long enough to hold it",
            &macho(4),
            &macho(2)[..18],
            &class,
            &fat(7, 4000, 100),
            &fat(99, 1024, 100),
            b"#!/bin/sh\n",
        ],
    );
}

fn tar() -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    header[..5].copy_from_slice(b"a.txt");
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|it| u32::from(*it)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.resize(1024, 0);
    header
}

#[test]
fn archives() {
    let padded = |start: &[u8]| [start, &[1; 100][..]].concat();
    good(
        Evidence::Archive,
        &[
            &padded(b"PK\x03\x04"),
            &[b"PK\x05\x06", &[0; 18][..]].concat(),
            &padded(b"\x1f\x8b\x08\0"),
            &padded(b"\xfd7zXZ\0"),
            &padded(b"\x28\xb5\x2f\xfd"),
            &padded(b"BZh91AY&SY"),
            &padded(b"7z\xbc\xaf\x27\x1c"),
            &padded(b"!<arch>\ndebian-binary"),
            &padded(b"\xed\xab\xee\xdb"),
            &tar(),
        ],
    );
    let mut broken = tar();
    broken[0] = b'b';
    bad(
        Evidence::Archive,
        &[
            b"PK\x03\x04",
            b"PK is a short word that begins a text of some length",
            &padded(b"\x1f\x8b\x08\xff"),
            b"\x1f\x8b\x08\0",
            &padded(b"BZh9 is a name"),
            &broken,
            &tar()[..511],
        ],
    );
}

#[test]
fn compiled_python() {
    // As Python 3.11, 3.5 and 2.7 write it.
    let new = b"\xa7\x0d\x0d\x0a\0\0\0\0#n\x03k%\0\0\0\xe3\0\0\0";
    let old = b"\x17\x0d\x0d\x0a#n\x03k%\0\0\0\xe3\0\0\0";
    let oldest = b"\x03\xf3\x0d\x0a#n\x03kc\0\0\0";
    for sample in [&new[..], old, oldest] {
        assert!(binary::is_pyc(sample));
    }
    bad(
        Evidence::PythonBytecode,
        &[
            &new[..16],
            b"ab\r\n",
            b"ab\r\n0123456789 some text that has no c in place",
        ],
    );
}

#[test]
fn what_crashed_programs_leave() {
    good(
        Evidence::StackDump,
        &[
            &elf(4),
            &macho(4),
            b"MDMP\x93\xa7\0\0",
            b"JAVA PROFILE 1.0.2\0",
            b"Exception: STATUS_ACCESS_VIOLATION at rip=00100401\nrax=0\n",
            b"Stack trace:\r\nFrame         Function      Args\r\n",
            b"#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n",
            b"=erl_crash_dump:0.5\n",
            b"Fatal Python error: Segmentation fault\n\nCurrent thread 0x1:\n",
            b"thread 'rustc' panicked at compiler/x.rs:1:2:\nno such thing\nstack backtrace:\n   0: x\n",
            b"panic: runtime error\n\ngoroutine 1 [running]:\nmain.main()\n",
            b"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\n",
            b"Process:               App [1]\nException Type:        EXC_CRASH\n",
            br#"{"header":{"reportVersion":3},"javascriptStack":{}}"#,
        ],
    );
    bad(
        Evidence::StackDump,
        &[
            &elf(2),
            b"MDMP is written by Windows",
            b"# A fatal error has been detected by nobody\n",
            b"panic: is what Go prints when it has enough\n",
            b"Exception: none\n",
            b"thread 'main' panicked at src/main.rs:1:2:\nnote: run with `RUST_BACKTRACE=1`\n",
            b"How to read: panic: x\n\ngoroutine 1 [running]:\n",
        ],
    );
}

#[test]
fn what_desktops_leave() {
    good(Evidence::DsStore, &[b"\0\0\0\x01Bud1\0\0\x10\0"]);
    bad(
        Evidence::DsStore,
        &[b"\0\0\0\x01Bud", b"Bud1", b"\0\0\0\x01Bud2\0\0"],
    );

    let wide = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let thumbs = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &wide("....Catalog")[..]].concat();
    good(Evidence::ThumbsDb, &[&thumbs]);
    let document = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &wide("....WordDocument")[..]].concat();
    bad(Evidence::ThumbsDb, &[&document, &thumbs[..20], b"Catalog"]);

    let ini = "[.ShellClassInfo]\r\nIconResource=a.ico,0\r\n";
    let marked = [b"\xff\xfe", &wide(ini)[..]].concat();
    good(Evidence::DesktopIni, &[ini.as_bytes(), &marked]);
    bad(
        Evidence::DesktopIni,
        &[
            b"[Desktop Entry]\nName=x\n",
            b"; [.ShellClassInfo] is what it needs\n",
            b"[.Shell",
        ],
    );

    let double = [
        b"\0\x05\x16\x07\0\x02\0\0",
        &[b' '; 16][..],
        b"\0\x02",
        &[1; 24][..],
    ]
    .concat();
    good(Evidence::AppleDouble, &[&double]);
    bad(
        Evidence::AppleDouble,
        &[&double[..37], b"\0\x05\x16\x07\0\x03\0\0", b"\0\x05\x16\x00"],
    );

    let swap = [b"b0VIM 9.0\0", &[0; 4086][..]].concat();
    good(Evidence::VimSwap, &[&swap]);
    bad(
        Evidence::VimSwap,
        &[&swap[..100], b"b0VIM is how it begins", b"VIM 9.0"],
    );
}
