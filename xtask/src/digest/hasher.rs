//! Hashes bytes as they come: from a reader, by hand, or on their way into a writer.

use std::io::{self, Read, Write};

use sha2::Digest;

use crate::digest::{Algorithm, Blake2b, Blake3, Checksum, Digests, Sha256, Sha512};

/// How much is read at once: enough that the unoptimised loop around the hash costs nothing, little enough that
/// the piece is still in the processor's cache when it is hashed. From 32 KiB to 1 MiB no size was measured to be
/// faster than another. A second thread that reads ahead could save no more than the time of copying from the page
/// cache, a sixth of the whole, for a second core.
pub(super) const PIECE_BYTES: usize = 128 * 1024;

/// The state of one hash.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
    Blake2b(blake2::Blake2b512),
    /// Boxed, since it keeps a tree of 2 KiB.
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    /// A hash of nothing yet.
    pub fn new(algorithm: Algorithm) -> Hasher {
        Hasher(match algorithm {
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
            Algorithm::Blake2b => State::Blake2b(blake2::Blake2b512::new()),
            Algorithm::Blake3 => State::Blake3(Box::new(blake3::Hasher::new())),
        })
    }

    /// Takes the next bytes; large pieces are faster.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
            State::Blake2b(state) => state.update(bytes),
            State::Blake3(state) => {
                state.update(bytes);
            }
        }
    }

    /// The digest of all that was taken.
    pub fn finish(self) -> Checksum {
        match self.0 {
            State::Sha256(state) => Sha256::computed(state.finalize().into()).into(),
            State::Sha512(state) => Sha512::computed(state.finalize().into()).into(),
            State::Blake2b(state) => Blake2b::computed(state.finalize().into()).into(),
            State::Blake3(state) => Blake3::computed(state.finalize().into()).into(),
        }
    }
}

/// The state of the three hashes of [`Digests`].
#[derive(Default)]
pub(super) struct Three {
    sha256: sha2::Sha256,
    sha512: sha2::Sha512,
    blake2b: blake2::Blake2b512,
}

impl Three {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sha512.update(bytes);
        self.blake2b.update(bytes);
    }

    pub(super) fn finish(self) -> Digests {
        Digests {
            sha256: Sha256::computed(self.sha256.finalize().into()),
            sha512: Sha512::computed(self.sha512.finalize().into()),
            blake2b: Blake2b::computed(self.blake2b.finalize().into()),
        }
    }
}

/// Gives all that a reader has, in pieces of at most [`PIECE_BYTES`].
pub(super) fn pump(reader: &mut impl Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(len) => each(&piece[..len]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A writer that hashes and counts what goes through it.
#[derive(Debug)]
pub struct HashWriter<W> {
    inner: W,
    hasher: Hasher,
    size_bytes: u64,
}

impl<W: Write> HashWriter<W> {
    /// Hashes what is written to `inner`.
    pub fn new(inner: W, algorithm: Algorithm) -> HashWriter<W> {
        HashWriter {
            inner,
            hasher: Hasher::new(algorithm),
            size_bytes: 0,
        }
    }

    /// The writer, the digest of what it took, and how many bytes that were.
    pub fn finish(self) -> (W, Checksum, u64) {
        (self.inner, self.hasher.finish(), self.size_bytes)
    }
}

impl<W: Write> Write for HashWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..len]);
        self.size_bytes += len as u64;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{ALGORITHMS, bytes};

    #[test]
    fn pieces_give_the_same_as_the_whole() {
        let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for row in &ALGORITHMS {
            let mut hasher = Hasher::new(row.algorithm);
            for piece in content.chunks(777) {
                hasher.update(piece);
            }
            assert_eq!(hasher.finish(), bytes(&content, row.algorithm), "{}", row.name);
        }
    }

    /// Takes at most three bytes at a time, as a full pipe does.
    struct Narrow(Vec<u8>);

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let len = bytes.len().min(3);
            self.0.extend(&bytes[..len]);
            Ok(len)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_writer_counts_what_was_taken_not_what_was_offered() {
        let mut writer = HashWriter::new(Narrow(Vec::new()), Algorithm::Sha256);
        writer.write_all(b"hello, world").unwrap();
        let (inner, checksum, size_bytes) = writer.finish();
        assert_eq!(inner.0, b"hello, world");
        assert_eq!(checksum, bytes(b"hello, world", Algorithm::Sha256));
        assert_eq!(size_bytes, 12);
    }

    /// Interrupted by a signal before every piece.
    struct Interrupted<'a>(&'a [u8], bool);

    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.0.read(buffer)
        }
    }

    #[test]
    fn a_signal_does_not_end_the_reading() {
        let mut taken: Vec<u8> = Vec::new();
        pump(&mut Interrupted(b"content", false), |piece| taken.extend(piece)).unwrap();
        assert_eq!(taken, b"content");
    }
}
