//! SHA3-384 (FIPS 202), by which the store of snaps names a snap. It is compared with what the store says, nothing else.

use super::typed::hex;

/// The state in words, five by five.
type State = [u64; 25];

/// How many bytes go in between two rounds of mixing: the state of 200 bytes without twice the digest.
const RATE_BYTES: usize = 200 - 2 * 48;

/// The rotations of rho, in the order in which pi visits the words.
const ROTATIONS: [u32; 24] = [
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
];

/// The words in the order of pi.
const ORDER: [usize; 24] = [
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
];

/// The digest in lower-case hexadecimal.
pub fn sha3_384(bytes: &[u8]) -> String {
    let mut state: State = [0; 25];
    let mut blocks = bytes.chunks_exact(RATE_BYTES);
    for block in &mut blocks {
        absorb(&mut state, block);
    }
    // The rest gets the suffix of SHA-3 and the padding, whose last bit is the last of the block.
    let mut last = [0; RATE_BYTES];
    let rest = blocks.remainder();
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x06;
    last[RATE_BYTES - 1] |= 0x80;
    absorb(&mut state, &last);
    let digest: Vec<u8> = state[..6].iter().flat_map(|it| it.to_le_bytes()).collect();
    hex(&digest)
}

fn absorb(state: &mut State, block: &[u8]) {
    for (word, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *word ^= u64::from_le_bytes(bytes.try_into().expect("a chunk of eight"));
    }
    let mut register = 1;
    for _ in 0..24 {
        round(state);
        state[0] ^= constant(&mut register);
    }
}

fn round(state: &mut State) {
    let mut columns = [0; 5];
    for (x, column) in columns.iter_mut().enumerate() {
        *column = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
    }
    for x in 0..5 {
        let mixed = columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1);
        for y in [0, 5, 10, 15, 20] {
            state[x + y] ^= mixed;
        }
    }
    let mut carried = state[1];
    for (place, rotation) in ORDER.into_iter().zip(ROTATIONS) {
        let next = state[place];
        state[place] = carried.rotate_left(rotation);
        carried = next;
    }
    for y in [0, 5, 10, 15, 20] {
        let row: [u64; 5] = state[y..y + 5].try_into().expect("a row of five");
        for x in 0..5 {
            state[y + x] = row[x] ^ (!row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
    }
}

/// The constant of the next round: bits of a shift register, at the places 2^j - 1 (FIPS 202, 3.2.5).
fn constant(register: &mut u8) -> u64 {
    let mut constant = 0;
    for j in 0..7 {
        if *register & 1 == 1 {
            constant |= 1 << ((1_u32 << j) - 1);
        }
        let is_carried = *register & 0x80 != 0;
        *register <<= 1;
        if is_carried {
            *register ^= 0x71;
        }
    }
    constant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_known_texts() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(sha3_384(bytes), expected);
        check(
            b"",
            "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004",
        );
        check(
            b"abc",
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        );
        check(
            &[b'x'; 103],
            "2b811eb02c6c48177d91df5beecd2e9eb7bcbcfe1e3deddcde91acf6ea8ba45cad4d6afd88419e3bd051b799b9aa05c3",
        );
        check(
            &[b'x'; 104],
            "6c37835be5359d02a7ca422f99741b85e955256742070ee1ccd3eb6335cdf5b62a4cf1af9d3f8d882e69b1331adffde6",
        );
        check(
            &[b'x'; 105],
            "182072d78667df525a3e1c7c3592d48ead65034f5c380d4e5752508666bb93fe85e36ba1b3ee626c403744614028a854",
        );
        check(
            &[b'x'; 1000],
            "95a2b7f72e41a03e3ca1f0124d877927368a417aa593e0d0e9081809abea8c269b54575746b3753d50e714060322f67d",
        );
    }
}
