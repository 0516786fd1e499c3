//! Tests that no file, however broken, stops the program: cut short, changed at random, or noise.

use super::fixtures::elf::GNU;
use super::fixtures::macho::{INTEL, MAC, MAC_INTEL, MachO};
use super::fixtures::pe::{AMD64, pe};
use super::{Expectation, Format, check, facts, section_at};
use crate::config::Dotted;
use crate::pack::universal;
use crate::target::Target;

fn all_fixtures() -> Vec<Vec<u8>> {
    let every_hash = MachO {
        machine: INTEL,
        hashes: &[1, 2, 3, 4],
        ..MAC
    };
    vec![
        GNU.bytes(),
        pe(AMD64, &["KERNEL32.dll"], &["ole32.dll"]),
        MAC.bytes(),
        every_hash.bytes(),
        universal::join(&[&MAC_INTEL.bytes(), &MAC.bytes()]).unwrap(),
    ]
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    for bytes in all_fixtures() {
        for length in (0..bytes.len()).filter(|it| *it < 2048 || it % 61 == 0) {
            let part = &bytes[..length];
            assert!(facts(part).is_err(), "{length} of {} bytes", bytes.len());
            assert!(!section_at(part, length as u64 / 2).is_empty());
        }
    }
}

#[test]
fn spoiled_files_are_measured_or_refused_but_never_stop_the_program() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for bytes in all_fixtures() {
        let mut refused = 0;
        for _ in 0..1500 {
            let mut spoiled = bytes.clone();
            for _ in 0..=random.below(3) {
                // The headers lie at the start, and a small change there goes far.
                let range = if random.below(4) == 0 {
                    bytes.len()
                } else {
                    bytes.len().min(1024)
                };
                let at = random.below(range);
                spoiled[at] = [0, 1, 0x7f, 0xff, u8::try_from(random.below(256)).unwrap()][random.below(5)];
            }
            match facts(&spoiled) {
                Ok(facts) => {
                    let expected = Expectation {
                        target: Target::parse("universal-apple-darwin").unwrap(),
                        glibc_floor: None,
                        macos: &Dotted(vec![11, 0]),
                        allowed_libraries: &[],
                    };
                    let is_right = check(&facts, &expected).is_empty();
                    assert!(!is_right || facts.format == Format::MachOUniversal);
                }
                Err(_) => refused += 1,
            }
            let offset = random.below(bytes.len()) as u64;
            assert!(!section_at(&spoiled, offset).is_empty());
        }
        assert!((1..1500).contains(&refused), "{refused} refused");
    }
}

#[test]
fn noise_is_refused() {
    let mut random = Random(1);
    for start in [
        &b"\x7fELF\x02\x01\x01"[..],
        b"MZ",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\0\0\0\x02",
        b"",
    ] {
        for _ in 0..200 {
            let mut bytes = start.to_vec();
            bytes.extend((0..random.below(3000)).map(|_| u8::try_from(random.below(256)).unwrap()));
            assert!(facts(&bytes).is_err());
            assert!(!section_at(&bytes, 70).is_empty());
        }
    }
}

/// The same numbers on every run (xorshift by Marsaglia).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % limit as u64).unwrap()
    }
}
