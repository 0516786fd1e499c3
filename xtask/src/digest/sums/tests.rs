//! What sums files say, line by line.

use super::*;
use crate::digest::bytes;

const A: &str = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

fn sha256(content: &str) -> String {
    bytes(content.as_bytes(), Algorithm::Sha256).to_string()
}

/// The names and algorithms that a text gives, then its flaws, one string each.
#[track_caller]
fn check_with(guide: Guide, text: impl AsRef<[u8]>, expected: &[&str]) {
    let sums = parse(text.as_ref(), guide);
    let entries = sums.entries.iter();
    let entries = entries.map(|it| format!("{} {} {}", it.line, it.checksum.algorithm(), shown(&it.name)));
    let flaws = sums
        .flaws
        .iter()
        .map(|it| format!("{} flaw: {}", it.line, it.what));
    assert_eq!(entries.chain(flaws).collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check(text: impl AsRef<[u8]>, expected: &[&str]) {
    check_with(Guide::Length, text, expected);
}

#[test]
fn the_forms_of_a_line() {
    assert_eq!(sha256("a"), A);
    check(format!("{A}  a b\n"), &["1 sha256 a b"]);
    check(format!("{A} *a\n"), &["1 sha256 a"]);
    check(format!("{A} a\n"), &["1 sha256 a"]);
    check(format!("{A}   a"), &["1 sha256  a"]);
    check(format!("{A}  *a"), &["1 sha256 *a"]);
    check(format!("{}  a", A.to_uppercase()), &["1 sha256 a"]);
    check(format!("  {A}  -a"), &["1 sha256 -a"]);
    check(format!("SHA256 (a) = {A}"), &["1 sha256 a"]);
    check(format!("SHA256(a)= {A}"), &["1 sha256 a"]);
    check(format!("SHA256 (a) = b) = {A}"), &["1 sha256 a) = b"]);
    check(format!("BLAKE3 (a) = {A}"), &["1 blake3 a"]);
    check(format!("BLAKE2b (a) = {A}{A}"), &["1 blake2b a"]);
}

#[test]
fn what_is_passed_over() {
    check("", &[]);
    check("\u{feff}", &[]);
    check(
        format!("\u{feff}{A}  a\r\n\r\n# {A}  b\r\n   \n{A}  c\r\n"),
        &["1 sha256 a", "5 sha256 c"],
    );
    check(
        format!("{A}  a\n{A}  a\n{}  a\n", A.to_uppercase()),
        &["1 sha256 a"],
    );
}

#[test]
fn escapes_count_only_after_a_leading_backslash() {
    check(format!(r"\{A}  a\\b\nc\rd"), &["1 sha256 a\\\\b\\nc\\rd"]);
    assert_eq!(
        parse(format!(r"\{A}  a\\b\nc\rd").as_bytes(), Guide::Length).entries[0].name,
        b"a\\b\nc\rd"
    );
    assert_eq!(
        parse(format!(r"{A}  a\nb").as_bytes(), Guide::Length).entries[0].name,
        br"a\nb"
    );
    assert_eq!(
        parse(format!(r"\SHA256 (a\nb) = {A}").as_bytes(), Guide::Length).entries[0].name,
        b"a\nb"
    );
    check(
        format!(r"\{A}  a\tb"),
        &[r"1 flaw: `a\tb` holds a `\` that escapes nothing"],
    );
    check(
        format!(r"\{A}  a\"),
        &[r"1 flaw: `a\` holds a `\` that escapes nothing"],
    );
}

#[test]
fn all_flaws_come_at_once_with_their_lines() {
    let other = sha256("b");
    let zeros = "0".repeat(64);
    check(
        format!(
            "{A}  a\nnonsense\n{A}\nabcd  x\nMD5 (x) = abcd\n{other}  a\n{A}  \n{zeros}  z\nSHA256 (y) = {A}0\n"
        ),
        &[
            "1 sha256 a",
            "2 flaw: neither `‹digest›  ‹name›` nor `SHA256 (‹name›) = ‹digest›`",
            "3 flaw: neither `‹digest›  ‹name›` nor `SHA256 (‹name›) = ‹digest›`",
            "4 flaw: no algorithm here has digests of 4 hex digits",
            "5 flaw: no algorithm `MD5`; the tags are SHA256, SHA512, BLAKE2b, BLAKE3",
            "6 flaw: line 1 gives another sha256 for `a`",
            "7 flaw: the line names no file",
            "8 flaw: a sha256 of zeros only is a placeholder, not a digest",
            &format!("9 flaw: `{A}0` is no sha256: it has 65 hex digits, not 64"),
        ],
    );
    check(
        b"\xff\xfea\0",
        &["1 flaw: the file is UTF-16, as PowerShell's `>` writes it; UTF-8 is needed"],
    );
}

#[test]
fn the_algorithm_is_what_the_user_then_the_tag_then_length_and_file_name_say() {
    let long = format!("{A}{A}  a");
    check(&long, &["1 sha512 a"]);
    check_with(Guide::Name(Algorithm::Blake2b), &long, &["1 blake2b a"]);
    check_with(Guide::Name(Algorithm::Blake3), &long, &["1 sha512 a"]);
    check_with(Guide::Name(Algorithm::Blake3), format!("{A}  a"), &["1 blake3 a"]);
    check_with(
        Guide::Name(Algorithm::Blake3),
        format!("SHA256 (a) = {A}"),
        &["1 sha256 a"],
    );
    check_with(Guide::Stated(Algorithm::Blake2b), &long, &["1 blake2b a"]);
    check_with(
        Guide::Stated(Algorithm::Sha512),
        format!("BLAKE2b (a) = {A}{A}"),
        &["1 flaw: the line is tagged blake2b, not sha512"],
    );
    // One file may be named once by each algorithm.
    check(
        format!("SHA256 (a) = {A}\nSHA512 (a) = {A}{A}"),
        &["1 sha256 a", "2 sha512 a"],
    );
    let of = |stated, name: &str| Guide::of(stated, Path::new(name));
    assert_eq!(of(None, "d/B2SUMS"), Guide::Name(Algorithm::Blake2b));
    assert_eq!(of(None, "sums.txt"), Guide::Length);
    assert_eq!(
        of(Some(Algorithm::Sha512), "B2SUMS"),
        Guide::Stated(Algorithm::Sha512)
    );
}

#[test]
fn what_is_written_is_sorted_and_read_back() {
    let names: [&[u8]; 9] = [
        b"z",
        b"a/b",
        b"-x",
        b"*y",
        b"new\nline",
        b"back\\slash",
        b"end\r",
        b" lead",
        b"bad\xff",
    ];
    let names = if cfg!(unix) { &names[..] } else { &names[..8] };
    for row in &ALGORITHMS {
        let sums: Vec<_> = names.iter().map(|it| (*it, bytes(it, row.algorithm))).collect();
        for form in [Form::Plain, Form::Tagged] {
            let text = write(sums.iter().map(|(name, sum)| (*name, sum)), form);
            let read = parse(&text, Guide::Name(row.algorithm));
            assert_eq!(read.flaws, []);
            let mut sorted = names.to_vec();
            sorted.sort_unstable();
            assert_eq!(
                read.entries.iter().map(|it| &it.name[..]).collect::<Vec<_>>(),
                sorted
            );
            for entry in &read.entries {
                assert_eq!(entry.checksum, bytes(&entry.name, row.algorithm));
            }
        }
    }
    let sum = bytes(b"a", Algorithm::Sha256);
    let plain = write([(b"x\\".as_slice(), &sum), (b"b".as_slice(), &sum)], Form::Plain);
    assert_eq!(
        String::from_utf8(plain).unwrap(),
        format!("{A}  b\n\\{A}  x\\\\\n")
    );
    let tagged = write([(b"x\n".as_slice(), &sum)], Form::Tagged);
    assert_eq!(
        String::from_utf8(tagged).unwrap(),
        format!("\\SHA256 (x\\n) = {A}\n")
    );
}
