//! What programs in use noted about where their time goes: the file that the
//! runtime's sampler shares with them. The format is in `docs/design/layout.md`.

const MAGIC: &[u8; 8] = b"SIMPSMPL";
const VERSION: u32 = 1;
const HEADER_SIZE: usize = 128;
const BUILD_ID: std::ops::Range<usize> = 16..48;
const ENTRY_SIZE: usize = 16;

/// Counts of all processes that shared a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SampleFile {
    /// The build of the program, in hexadecimal.
    pub build: String,
    /// Processor time between two samples, in microseconds.
    pub interval_us: u32,
    /// Processes that began.
    pub runs: u64,
    /// Those of them that came to a mark.
    pub marked: u64,
    /// Samples outside the program's functions.
    pub elsewhere: u64,
    /// Samples of functions for which there was no room.
    pub lost: u64,
    /// By address; an address is there once for each side of the first mark.
    pub counts: Vec<SampleCount>,
}

/// Samples of one function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct SampleCount {
    /// Where the function begins.
    pub address: u64,
    /// Whether a mark had been passed.
    pub after_mark: bool,
    /// How many.
    pub count: u64,
}

/// Why bytes are no samples.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SampleError {
    /// They begin with something else.
    #[error("not a file of samples")]
    Magic,
    /// They were written by another version of the runtime.
    #[error("samples of version {0}, expected {VERSION}")]
    Version(u32),
    /// They end early.
    #[error("the file ends in the middle")]
    Length,
}

impl SampleFile {
    /// Reads a file's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, SampleError> {
        if !bytes.starts_with(MAGIC) {
            return Err(SampleError::Magic);
        }
        let (header, entries) = bytes.split_at_checked(HEADER_SIZE).ok_or(SampleError::Length)?;
        let u32_at = |at: usize| u32::from_le_bytes(field(header, at));
        let u64_at = |at: usize| u64::from_le_bytes(field(header, at));
        if u32_at(8) != VERSION {
            return Err(SampleError::Version(u32_at(8)));
        }
        let (entries, rest) = entries.as_chunks::<ENTRY_SIZE>();
        if !rest.is_empty() {
            return Err(SampleError::Length);
        }
        let mut counts = Vec::new();
        for entry in entries {
            let (key, count) =
                (u64::from_le_bytes(field(entry, 0)), u64::from_le_bytes(field(entry, 8)));
            if key != 0 && count > 0 {
                let (address, stage) = (key & 0xffff_ffff, key >> 32);
                counts.push(SampleCount { address, after_mark: stage > 1, count });
            }
        }
        counts.sort_unstable();
        // Ids are shorter than the room for them.
        let id = &header[BUILD_ID];
        let used = id.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        Ok(Self {
            build: id[..used].iter().map(|byte| format!("{byte:02x}")).collect(),
            interval_us: u32_at(12),
            runs: u64_at(48),
            marked: u64_at(56),
            elsewhere: u64_at(64),
            lost: u64_at(72),
            counts,
        })
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(entries: &[(u64, u64)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(10_007u32.to_le_bytes());
        bytes.extend([0xab, 0xcd]);
        bytes.resize(48, 0);
        for number in [5u64, 4, 3, 2] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.resize(HEADER_SIZE, 0);
        for (key, count) in entries {
            bytes.extend(key.to_le_bytes());
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_file_is_read() {
        let bytes = file(&[(2 << 32 | 0x40_2000, 7), (0, 0), (1 << 32 | 0x40_1000, 1)]);
        let expected = SampleFile {
            build: "abcd".to_owned(),
            interval_us: 10_007,
            runs: 5,
            marked: 4,
            elsewhere: 3,
            lost: 2,
            counts: vec![
                SampleCount { address: 0x40_1000, after_mark: false, count: 1 },
                SampleCount { address: 0x40_2000, after_mark: true, count: 7 },
            ],
        };
        assert_eq!(SampleFile::parse(&bytes), Ok(expected));
        assert_eq!(SampleFile::parse(&bytes[..100]), Err(SampleError::Length));
        assert_eq!(SampleFile::parse(&bytes[..bytes.len() - 1]), Err(SampleError::Length));
        assert_eq!(SampleFile::parse(b"plan:\n"), Err(SampleError::Magic));
        let mut later = bytes;
        later[8] = 9;
        assert_eq!(SampleFile::parse(&later), Err(SampleError::Version(9)));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(mut bytes: Vec<u8>) {
            let _ = SampleFile::parse(&bytes);
            bytes.splice(0..0, file(&[]));
            let _ = SampleFile::parse(&bytes);
        }
    }
}
