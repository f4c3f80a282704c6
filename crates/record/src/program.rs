//! The executable that a process runs.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use memmap2::Mmap;
use object::{Object, ObjectSection, ObjectSegment, SegmentFlags, elf};

use crate::functions::{Symbols, executable, symbols};
use crate::{Error, FunctionIndex, Functions};

/// What is known of the recorded program before it runs.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    identity: Identity,
    pub(crate) functions: Functions,
    /// The addresses in code that have a symbol of any kind, ascending.
    pub(crate) labels: Vec<u64>,
    pub(crate) segments: Vec<Segment>,
    /// Whether the dynamic linker changes code before the program begins.
    pub(crate) relocates_text: bool,
    file: Contents,
    /// The function that a Simple program calls at a mark.
    pub(crate) mark: Option<FunctionIndex>,
}

/// A part of the file that is loaded.
pub(crate) struct Segment {
    pub(crate) address: u64,
    /// In memory.
    pub(crate) size: u64,
    pub(crate) executable: bool,
    pub(crate) writable: bool,
    /// Where in the file it is. Memory behind that is not the layout's.
    pub(crate) file: Range<usize>,
}

impl Segment {
    /// Whether the file says what is at a link address.
    pub(crate) fn contains(&self, address: u64) -> bool {
        let offset = address.checked_sub(self.address);
        offset.is_some_and(|offset| offset < self.file.len() as u64)
    }
}

/// How the file is at hand.
enum Contents {
    /// Its pages stay in memory for it.
    Mapped(Mmap),
    Copied(Vec<u8>),
}

/// What a program is looked at for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Once, while it runs: there is no need for a copy of it.
    Once,
    /// To be kept from run to run, during which nothing of it is to be in memory that
    /// the runs do not bring there.
    Kept,
}

/// Which file it is: names can change while a program runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

/// A Simple program's call at a mark; the argument is the name, a text object.
const MARK: &str = "rt_layout_mark";

impl Program {
    /// The program that a process has just begun to execute.
    pub(crate) fn of_process(process: i32, look: Look) -> Result<Self, Error> {
        let link = format!("/proc/{process}/exe");
        let path = fs::read_link(&link).map_err(|error| match error.kind() {
            // Of a process whose memory would show what its file does not.
            io::ErrorKind::PermissionDenied => Error::Unreadable,
            _ => Error::system("cannot find the executable")(error),
        })?;
        let failed = |source| Error::Program { path: path.clone(), source: Box::new(source) };
        let metadata = fs::metadata(&link).map_err(Error::system("cannot find the executable"))?;
        if is_privileged(&link, &metadata) {
            return Err(Error::Privileged(path));
        }
        let file = Contents::of(&link, look).map_err(Error::system("cannot read the executable"));
        let file = file.map_err(failed)?;
        let Symbols { functions, labels } = symbols(file.bytes()).map_err(failed)?;
        let segments = segments(file.bytes()).map_err(failed)?;
        let relocates_text = relocates_text(file.bytes()).map_err(failed)?;
        let mark = functions.named(MARK);
        let identity = Identity::of(&metadata);
        Ok(Self { path, identity, functions, labels, segments, relocates_text, file, mark })
    }

    /// Whether a process executes this program.
    pub(crate) fn runs_in(&self, process: i32) -> io::Result<bool> {
        let metadata = fs::metadata(format!("/proc/{process}/exe"))?;
        Ok(Identity::of(&metadata) == self.identity)
    }

    /// The bytes of the file from a link address to the end of its segment.
    pub(crate) fn bytes_at(&self, address: u64) -> &[u8] {
        self.bytes_of(address, |_| true)
    }

    /// The same of segments that are executed, and none of others.
    pub(crate) fn code_at(&self, address: u64) -> &[u8] {
        self.bytes_of(address, |segment| segment.executable)
    }

    fn bytes_of(&self, address: u64, wanted: impl Fn(&Segment) -> bool) -> &[u8] {
        let inside = |segment: &&Segment| segment.contains(address) && wanted(segment);
        let found = self.segments.iter().find(inside);
        let offset = |segment: &Segment| (address - segment.address) as usize;
        found.map_or(&[], |segment| {
            &self.file.bytes()[segment.file.start + offset(segment)..segment.file.end]
        })
    }

    /// Whether a call ends just before a link address, which makes it one that
    /// can be returned to. What lies on the stack of a function that was jumped
    /// to, as the cold part of another is, can look like an address in the text.
    pub(crate) fn follows_call(&self, address: u64) -> bool {
        const LONGEST: u64 = 7;
        let before = self.bytes_at(address.wrapping_sub(LONGEST));
        let Some(before) = before.get(..LONGEST as usize) else { return false };
        // `call rel32`, or `call r/m64`: opcode FF, 2 in the middle of ModRM; its
        // length is 2 with a register, and up to 7 with SIB and displacement.
        let indirect = |length: usize| {
            let at = before.len() - length;
            before[at] == 0xff && (before[at + 1] >> 3) & 7 == 2
        };
        before[2] == 0xe8 || [2, 3, 4, 6, 7].into_iter().any(indirect)
    }
}

impl Contents {
    fn of(path: &str, look: Look) -> io::Result<Self> {
        if look == Look::Kept {
            return fs::read(path).map(Self::Copied);
        }
        let file = File::open(path)?;
        // SAFETY: the system lets nobody write to a program that is executed; and as
        // soon as it is not any more, what was recorded is looked up, and that is all.
        unsafe { Mmap::map(&file) }.map(Self::Mapped)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Copied(bytes) => bytes,
        }
    }
}

impl Identity {
    fn of(metadata: &fs::Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// Whether the file gives rights to who executes it that we do not have: the
/// kernel withholds them from a program whose tracer has not the right to trace
/// everything.
fn is_privileged(path: &str, metadata: &fs::Metadata) -> bool {
    if rustix::process::geteuid().is_root() {
        return false;
    }
    let mode = metadata.mode();
    let user = mode & libc::S_ISUID != 0 && metadata.uid() != rustix::process::geteuid().as_raw();
    let group = mode & (libc::S_ISGID | libc::S_IXGRP) == libc::S_ISGID | libc::S_IXGRP
        && metadata.gid() != rustix::process::getegid().as_raw();
    let mut value = [0_u8; 64];
    let capabilities = rustix::fs::getxattr(path, "security.capability", &mut value[..]);
    user || group || capabilities.is_ok_and(|length| length > 0)
}

/// Whether the dynamic section says so: by its entry `DT_TEXTREL`, or by that bit of
/// `DT_FLAGS`.
fn relocates_text(bytes: &[u8]) -> Result<bool, Error> {
    const DT_TEXTREL: u64 = 22;
    const DT_FLAGS: u64 = 30;
    const DF_TEXTREL: u64 = 4;
    let file = executable(bytes)?;
    let Some(section) = file.section_by_name(".dynamic") else { return Ok(false) };
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("8 bytes are a word"));
    let mut entries = section.data()?.chunks_exact(16).map(|e| (word(&e[..8]), word(&e[8..])));
    Ok(entries
        .any(|(tag, value)| tag == DT_TEXTREL || (tag == DT_FLAGS && value & DF_TEXTREL != 0)))
}

fn segments(bytes: &[u8]) -> Result<Vec<Segment>, Error> {
    let file = executable(bytes)?;
    let mut segments = Vec::new();
    for segment in file.segments() {
        let SegmentFlags::Elf { p_flags, .. } = segment.flags() else { continue };
        let start = segment.file_range().0 as usize;
        let file = start..start + segment.data()?.len();
        segments.push(Segment {
            address: segment.address(),
            size: segment.size(),
            executable: p_flags.contains(elf::PF_X),
            writable: p_flags.contains(elf::PF_W),
            file,
        });
    }
    Ok(segments)
}
