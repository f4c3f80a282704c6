//! Where a program in use spends its time.
//!
//! A program that is linked with `--layout-sample` begins at
//! [`sampled_main`]. If the environment names a file, a hundred times in a second
//! of the processor's time a signal notes the function that is running, in memory
//! that is the file: nothing is written at the end, and processes that run side by
//! side, or one after the other, add to the same counts. `docs/design/layout.md`
//! has the file's format.

use core::ffi::CStr;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::object::TextRef;
use crate::panic::Image;
use crate::platform::{self, OpenMode};
use crate::tally::{self, Entry};

/// The variable that names the file.
const VARIABLE: &[u8] = b"SIMPLE_LAYOUT_SAMPLES=";
const MAGIC: u64 = u64::from_le_bytes(*b"SIMPSMPL");
const VERSION: u32 = 1;
/// Microseconds of processor time between samples: not a whole part of the ticks
/// by which systems and programs do things.
const INTERVAL: u32 = 10_007;
/// A power of two.
const ENTRIES: usize = 1 << 14;
const BUILD_ID_SIZE: usize = 32;

/// The file.
#[repr(C)]
struct Samples {
    magic: AtomicU64,
    version: AtomicU32,
    interval: AtomicU32,
    build_id: [AtomicU64; BUILD_ID_SIZE / 8],
    /// Processes that began.
    runs: AtomicU64,
    /// Those of them that came to a mark.
    marked: AtomicU64,
    /// Samples outside the program's functions: in the kernel's code for it.
    elsewhere: AtomicU64,
    /// Samples of functions that found no place.
    lost: AtomicU64,
    unused: [u64; 6],
    /// The key is the function's address, and in the upper half 1 + whether a mark was
    /// passed.
    entries: [Entry; ENTRIES],
}

// The toolchain counts on these.
const _: () = assert!(size_of::<Samples>() == 128 + 16 * ENTRIES);

static SAMPLES: AtomicPtr<Samples> = AtomicPtr::new(ptr::null_mut());
/// Whether a mark was passed.
static MARKED: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" {
    /// The program.
    safe fn simple_main() -> i32;
}

/// Takes the place of `simple_main`.
#[unsafe(export_name = "rt_sample_main")]
extern "C" fn sampled_main() -> i32 {
    begin();
    simple_main()
}

/// Takes the place of `rt_layout_mark`.
#[unsafe(export_name = "rt_sample_mark")]
extern "C" fn sampled_mark(_name: TextRef<'_>) {
    if MARKED.swap(1, Relaxed) == 0
        && let Some(samples) = samples()
    {
        samples.marked.fetch_add(1, Relaxed);
    }
}

fn samples() -> Option<&'static Samples> {
    // SAFETY: null, or a mapping that stays, of a struct of atomics.
    unsafe { SAMPLES.load(Relaxed).as_ref() }
}

/// Begins to sample if the environment says so. Whatever is in the way, the
/// program is more important: it runs without.
fn begin() {
    let Some(path) = path() else { return };
    let Ok(file) = platform::open(path, OpenMode::Share) else { return };
    let start = platform::map_file(file, size_of::<Samples>());
    platform::close(file);
    let start = start.cast::<Samples>();
    // SAFETY: the mapping is as large as that and aligned to a page; all its
    // fields are atomics.
    let Some(samples) = (unsafe { start.as_ref() }) else { return };
    if !samples.is_ours() {
        return;
    }
    samples.runs.fetch_add(1, Relaxed);
    SAMPLES.store(start, Relaxed);
    platform::sample(INTERVAL, on_sample);
}

fn path() -> Option<&'static CStr> {
    for entry in platform::Environment::new() {
        let bytes = entry.to_bytes_with_nul();
        if let Some(path) = bytes.strip_prefix(VARIABLE) {
            return CStr::from_bytes_with_nul(path).ok().filter(|path| !path.is_empty());
        }
    }
    None
}

impl Samples {
    /// Whether the file is new, or of this build. A new one is marked as this
    /// build's.
    fn is_ours(&self) -> bool {
        let mut id = [0u64; BUILD_ID_SIZE / 8];
        for (at, byte) in platform::build_id().iter().take(BUILD_ID_SIZE).enumerate() {
            id[at / 8] |= u64::from(*byte) << (8 * (at % 8));
        }
        match self.magic.load(Relaxed) {
            0 => {
                // Two that begin at once write the same.
                for (field, word) in self.build_id.iter().zip(id) {
                    field.store(word, Relaxed);
                }
                self.version.store(VERSION, Relaxed);
                self.interval.store(INTERVAL, Relaxed);
                self.magic.store(MAGIC, Relaxed);
                true
            }
            MAGIC => {
                self.version.load(Relaxed) == VERSION
                    && self.build_id.iter().zip(id).all(|(field, word)| field.load(Relaxed) == word)
            }
            _ => false,
        }
    }

    fn add(&self, function: u32) {
        let key = u64::from(MARKED.load(Relaxed) + 1) << 32 | u64::from(function);
        if !tally::add(&self.entries, key, 1) {
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

/// Notes a sample at `pc`. Runs in the middle of anything, so it only reads the
/// tables and adds.
extern "C" fn on_sample(pc: usize) {
    let Some(samples) = samples() else { return };
    match Image::of_program().function_start(pc) {
        Some(start) if let Ok(start) = u32::try_from(start) => samples.add(start),
        _ => {
            samples.elsewhere.fetch_add(1, Relaxed);
        }
    }
}
