//! What a binary for macOS must say and have: the deployment target, the system's libraries, a sound signature.

use super::super::{Facts, Place, Signature, Slice, libraries};
use super::{Expectation, allow, foreign, trimmed};
use crate::config::{Dotted, FILE};
use crate::problem::Problem;

pub(super) fn macos(facts: &Facts, expected: &Expectation<'_>, problems: &mut Vec<Problem>) {
    for name in foreign(&facts.libraries, libraries::MACOS, expected.allowed_libraries) {
        problems.push(
            Problem::new(format!("needs the library `{name}`, which not every macOS has")).help(allow(&name)),
        );
    }
    for slice in &facts.slices {
        let of = if facts.slices.len() > 1 {
            format!(" in its `{}` slice", slice.machine)
        } else {
            String::new()
        };
        minimum_macos(slice, &of, expected.macos, problems);
        signature(slice, &of, problems);
    }
    let places: Vec<&Place> = facts.slices.iter().filter_map(|it| it.place.as_ref()).collect();
    for (place, slice) in places.iter().zip(&facts.slices) {
        layout(place, slice, problems);
    }
    for (index, place) in places.iter().enumerate() {
        for other in &places[index + 1..] {
            let is_apart = place.offset + place.size_bytes <= other.offset
                || other.offset + other.size_bytes <= place.offset;
            if !is_apart {
                problems.push(Problem::new(format!(
                    "has slices that overlap: `{}` and `{}`",
                    place.machine, other.machine
                )));
            }
        }
    }
}

fn minimum_macos(slice: &Slice, of: &str, setting: &Dotted, problems: &mut Vec<Problem>) {
    if !slice.is_for_macos {
        problems.push(Problem::new(format!(
            "is for another system of Apple's than macOS{of}"
        )));
    }
    // There was no macOS on arm64 before.
    let first = Dotted(vec![11, 0]);
    let wanted = if slice.machine == "aarch64" && *setting < first {
        &first
    } else {
        setting
    };
    let help = format!(
        "the linker takes it from the variable `MACOSX_DEPLOYMENT_TARGET`, which is `macos-deployment-target` under `[dist]` in `{FILE}`"
    );
    match &slice.minimum_os {
        None => problems.push(
            Problem::new(format!(
                "does not say{of} which macOS it needs, the deployment target is {wanted}"
            ))
            .help(help),
        ),
        Some(found) if trimmed(found) != trimmed(wanted) => problems.push(
            Problem::new(format!(
                "says{of} that it needs macOS {found}, the deployment target is {wanted}"
            ))
            .help(help),
        ),
        Some(_) => {}
    }
}

fn signature(slice: &Slice, of: &str, problems: &mut Vec<Problem>) {
    let help = "sign it again after its last change, ad hoc at least: `rcodesign sign`, or `codesign --force --sign -` on a Mac";
    match &slice.signature {
        Signature::Valid => {}
        Signature::Absent if slice.machine == "x86_64" => {}
        Signature::Absent => problems.push(
            Problem::new(format!(
                "has no code signature{of}, and macOS kills such a program on arm64"
            ))
            .help(help),
        ),
        Signature::Wrong(why) => {
            problems.push(Problem::new(format!("has a broken code signature{of}: {why}")).help(help));
        }
    }
}

fn layout(place: &Place, slice: &Slice, problems: &mut Vec<Problem>) {
    let machine = &slice.machine;
    if place.machine != slice.machine {
        problems.push(Problem::new(format!(
            "names a slice `{}` that holds code for `{machine}`",
            place.machine
        )));
    }
    // The sizes of a page: macOS maps slices, so they start at one.
    let page_bits = if machine == "x86_64" { 12 } else { 14 };
    let align_bits = place.align_bits.max(page_bits);
    if align_bits > 63 || !place.offset.is_multiple_of(1 << align_bits) {
        problems.push(Problem::new(format!(
            "has its `{machine}` slice at {:#x}, which is no multiple of 2^{align_bits}",
            place.offset
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::macho::{MAC, MAC_INTEL, MachO, TEXT_AT};
    use super::super::tests::expect;
    use crate::pack::universal;

    #[test]
    fn libraries_and_versions_of_macos() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        };
        expect(&intel.bytes(), "x86_64-apple-darwin", &[]);
        // The setting is 10.12, and there is no arm64 before 11.0.
        expect(&MAC.bytes(), "aarch64-apple-darwin", &[]);
        let other = MachO {
            libraries: &[
                "@rpath/libx.dylib",
                "/opt/homebrew/lib/liby.dylib",
                "/System/Library/Frameworks/AppKit",
            ],
            minimum_os: 0x000f_0000,
            hashes: &[],
            ..MAC
        };
        expect(
            &other.bytes(),
            "aarch64-apple-darwin",
            &[
                "needs the library `/opt/homebrew/lib/liby.dylib`, which not every macOS has",
                "needs the library `@rpath/libx.dylib`, which not every macOS has",
                "says that it needs macOS 15.0, the deployment target is 11.0",
                "has no code signature, and macOS kills such a program on arm64",
            ],
        );
    }

    #[test]
    fn each_slice_is_checked() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        };
        let good = universal::join(&[&intel.bytes(), &MAC.bytes()]).unwrap();
        expect(&good, "universal-apple-darwin", &[]);

        let mut spoiled = MAC.bytes();
        spoiled[TEXT_AT + 1] ^= 1;
        let bad = universal::join(&[&MAC_INTEL.bytes(), &spoiled]).unwrap();
        expect(
            &bad,
            "universal-apple-darwin",
            &[
                "says in its `x86_64` slice that it needs macOS 11.0, the deployment target is 10.12",
                "has a broken code signature in its `aarch64` slice: the hash of page 1 differs (offset 0x400)",
            ],
        );
        let twice = universal::join(&[&MAC.bytes(), &MAC.bytes()]).unwrap();
        expect(
            &twice,
            "universal-apple-darwin",
            &["holds code for `aarch64`, `aarch64` instead of `x86_64`, `aarch64`"],
        );
    }

    #[test]
    fn slices_lie_where_pages_start() {
        let intel = MachO {
            minimum_os: 0x000a_0c00,
            ..MAC_INTEL
        }
        .bytes();
        let mut moved = universal::join(&[&intel, &MAC.bytes()]).unwrap();
        // The second row of the table: machine, variant, offset, size, alignment.
        let offset = u32::from_be_bytes(moved[36..40].try_into().unwrap());
        let at = offset as usize;
        moved.insert(at, 0);
        moved[36..40].copy_from_slice(&(offset + 1).to_be_bytes());
        expect(
            &moved,
            "universal-apple-darwin",
            &["has its `aarch64` slice at 0x8001, which is no multiple of 2^14"],
        );

        let mut same = universal::join(&[&intel, &MAC.bytes()]).unwrap();
        same[8..12].copy_from_slice(&0x0100_000c_u32.to_be_bytes());
        expect(
            &same,
            "universal-apple-darwin",
            &["names a slice `aarch64` that holds code for `x86_64`"],
        );
        let row: Vec<u8> = same[28..48].to_vec();
        same[8..28].copy_from_slice(&row);
        expect(
            &same,
            "universal-apple-darwin",
            &[
                "holds code for `aarch64`, `aarch64` instead of `x86_64`, `aarch64`",
                "has slices that overlap: `aarch64` and `aarch64`",
            ],
        );
    }

    #[test]
    fn intel_needs_no_signature_but_a_broken_one_is_told() {
        let signed = MachO {
            minimum_os: 0x000a_0c00,
            hashes: &[2],
            ..MAC_INTEL
        };
        let mut bytes = signed.bytes();
        expect(&bytes, "x86_64-apple-darwin", &[]);
        bytes[TEXT_AT] ^= 1;
        expect(
            &bytes,
            "x86_64-apple-darwin",
            &["has a broken code signature: the hash of page 1 differs (offset 0x400)"],
        );
    }

    #[test]
    fn other_systems_of_apple() {
        let mut bytes = MAC.bytes();
        // `LC_BUILD_VERSION`, its length, and macOS, which becomes iOS.
        let command = [0x32_u32, 24, 1].map(u32::to_le_bytes).concat();
        let at = memchr::memmem::find(&bytes, &command).unwrap();
        bytes[at + 8] = 2;
        let what = "is for another system of Apple's than macOS";
        let signature = "has a broken code signature: the hash of page 0 differs (offset 0x0)";
        expect(&bytes, "aarch64-apple-darwin", &[what, signature]);
    }
}
