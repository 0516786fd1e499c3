//! Coverage data as programs leave it.

use super::*;

const GO: &str = "mode: atomic\na/b.go:3.14,5.2 1 7\nC:\\x y\\c.go:10.1,20.30 12 0\n";

#[test]
fn go_profiles() {
    let crlf = GO.replace('\n', "\r\n");
    let merged = format!("{GO}{GO}mode: set\n");
    let marked = format!("\u{feff}{GO}");
    let wide: Vec<u8> = [
        &b"\xff\xfe"[..],
        &GO.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
    ]
    .concat();
    let unended = GO.trim_end();
    good(
        Evidence::GoProfile,
        &[
            GO.as_bytes(),
            crlf.as_bytes(),
            merged.as_bytes(),
            marked.as_bytes(),
            &wide,
            unended.as_bytes(),
            b"mode: set\n",
            b"mode: count",
            b"mode: set\n\n",
        ],
    );
    let cut = &GO[..GO.len() - 4];
    bad(
        Evidence::GoProfile,
        &[
            cut.as_bytes(),
            b"mode: fast\n",
            b"mode: set \n",
            b"mode: se",
            b"Mode: set\n",
            b"\nmode: set\n",
            b"mode: set\n=== RUN TestX\n",
            b"mode: set\na.go:1.2,3.4 5\n",
            b"mode: set\na.go:1.2,3.4 5 -1\n",
            b"mode: set\n:1.2,3.4 5 1\n",
            b"mode: set\na.go:1.2,3.4 5 1 # x\n",
            b"a.go:1.2,3.4 5 1\n",
            b"mode: set\nthe mode of this file is explained below\n",
        ],
    );
}

#[test]
fn a_long_profile_is_read_to_its_end() {
    let mut long = GO.repeat(4000);
    assert!(long.len() as u64 > HEAD_BYTES);
    good(Evidence::GoProfile, &[long.as_bytes()]);
    long.push_str("what is this\n");
    bad(Evidence::GoProfile, &[long.as_bytes()]);
}

#[test]
fn lcov_tracefiles() {
    let real = "TN:\nSF:/src/a.rs\nFN:1,2,main\nFNDA:1,main\nFNF:1\nFNH:1\nBRDA:3,0,0,-\nDA:1,1\nLF:1\nLH:1\nend_of_record\n";
    let crlf = real.replace('\n', "\r\n");
    good(
        Evidence::Lcov,
        &[
            real.as_bytes(),
            crlf.as_bytes(),
            &real.as_bytes()[4..],
            real.repeat(3).as_bytes(),
            b"SF:a.js\nend_of_record",
        ],
    );
    let cut = &real[..real.len() - 20];
    bad(
        Evidence::Lcov,
        &[
            cut.as_bytes(),
            b"TN:\n",
            b"SF:a\n",
            b"TN:\nend_of_record\n",
            b"SF: a city by the bay\nend_of_record of it\n",
            b"SF:a\nXY:1\nend_of_record\n",
            b"DA:1,1\nend_of_record\n",
        ],
    );
}

#[test]
fn llvm_profiles() {
    // As rustc 1.95 and llvm-profdata 21 write them.
    let raw = [b"\x81rforpl\xff\x0a\0\0\0\0\0\0\0", &[7; 40][..]].concat();
    let big = [b"\xfflprofr\x81\0\0\0\0\0\0\0\x0a", &[7; 40][..]].concat();
    let narrow = [b"\x81Rforpl\xff\x08\0\0\0\0\0\0\0", &[7; 40][..]].concat();
    let indexed = [b"\xfflprofi\x81\x0d\0\0\0\0\0\0\0", &[7; 40][..]].concat();
    good(Evidence::LlvmProfile, &[&raw, &big, &narrow, &indexed]);
    bad(
        Evidence::LlvmProfile,
        &[
            &raw[..8],
            &raw[..15],
            b"\x81rforpl\xff\0\0\0\0\0\0\0\0",
            b"\x81rforpl\xfe\x0a\0\0\0\0\0\0\0",
        ],
    );
}

#[test]
fn gcov_files() {
    // As GCC 12 and clang write them.
    let counts = b"adcg*22B\x15Zd\x05\xfd\x36\x8f\xa7\0\0\0\xa1";
    good(
        Evidence::Gcov,
        &[
            counts,
            b"oncg*22B\x15Zd\x05\0\0\0\0",
            b"oncg*804\x15Zd\x05\0\0\0\0",
            b"gcdaB22*\x05dZ\x15\0\0\0\0",
            b"        -:    0:Source:b.c\n        -:    0:Graph:b.gcno\n",
        ],
    );
    bad(
        Evidence::Gcov,
        &[
            &counts[..4],
            &counts[..11],
            b"adcgBBBBBBBBBBBB",
            b"gcda is a format of GCC",
            b"        -:    0: no source",
        ],
    );
}

#[test]
fn data_of_coverage_py() {
    let tables = b"SQLite format 3\0....CREATE TABLE coverage_schema (x)..CREATE TABLE line_bits (y)";
    good(
        Evidence::CoveragePy,
        &[
            tables,
            b"!coverage.py: This is a private format, don't read it directly!{\"lines\":{}}",
        ],
    );
    bad(
        Evidence::CoveragePy,
        &[
            &tables[..60],
            b"SQLite format 3\0....CREATE TABLE users (x)",
            b"CREATE TABLE coverage_schema CREATE TABLE line_bits",
        ],
    );
}
