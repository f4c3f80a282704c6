//! What `/proc` has of a traced process.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;

use libc::pid_t;

use crate::Faults;
use crate::program::Program;

/// One address space with the program in it, as far as a process has it.
pub(crate) struct Process {
    /// From 0 in the order of their appearance.
    pub(crate) number: u32,
    /// What to add to link addresses.
    pub(crate) bias: u64,
    memory: File,
    /// What the process had when it began to execute the program.
    pub(crate) faults_before: Faults,
    /// The number of the memory that it runs in, if functions have pads there.
    pub(crate) space: Option<u32>,
}

impl Process {
    pub(crate) fn open(pid: pid_t, number: u32, program: &Program) -> io::Result<Self> {
        let memory = OpenOptions::new().read(true).write(true).open(format!("/proc/{pid}/mem"))?;
        let bias = entry(pid)?.wrapping_sub(program.functions.entry);
        Ok(Self { number, bias, memory, faults_before: faults(pid)?, space: None })
    }

    /// Reads memory; the system lets a tracer read and write what the program
    /// itself may not, and gives it a private copy of what belongs to a file.
    pub(crate) fn read(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.memory.read_exact_at(bytes, address)
    }

    pub(crate) fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        self.memory.write_all_at(bytes, address)
    }

    pub(crate) fn word(&self, address: u64) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.read(address, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A text object of a Simple program (`docs/design/memory.md`): a header of 8
    /// bytes, the length, the capacity, the bytes. Empty if there is none. Texts in
    /// the executable do not change, and are read from the file: the page that one
    /// lies in is not to be touched for it.
    pub(crate) fn text(&self, object: u64, program: &Program) -> String {
        const LENGTH: usize = 8;
        const BYTES: usize = 24;
        const LONGEST: u64 = 4096;
        let read = |offset: usize, count: usize| {
            let at = object.wrapping_add(offset as u64);
            let in_file = program.bytes_at(at.wrapping_sub(self.bias)).get(..count);
            if let Some(bytes) = in_file {
                return Ok(bytes.to_vec());
            }
            let mut bytes = vec![0; count];
            self.read(at, &mut bytes).map(|()| bytes)
        };
        let text = || -> io::Result<String> {
            let length = read(LENGTH, 8)?.try_into().map_or(0, u64::from_le_bytes);
            let bytes = read(BYTES, length.min(LONGEST) as usize)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        text().unwrap_or_default()
    }

    /// The process's faults since it began to execute the program.
    pub(crate) fn faults(&self, pid: pid_t) -> Faults {
        faults(pid).map_or(Faults::default(), |now| now.since(self.faults_before))
    }
}

impl Faults {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            minor: self.minor.saturating_sub(before.minor),
            major: self.major.saturating_sub(before.major),
        }
    }
}

/// The process that a thread belongs to.
pub(crate) fn process_of(tid: pid_t) -> io::Result<pid_t> {
    let status = fs::read_to_string(format!("/proc/{tid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    line.and_then(|number| number.trim().parse().ok()).ok_or_else(unexpected)
}

/// Where the program of a process begins, from the vector that the kernel gave
/// it; a child has its parent's.
fn entry(pid: pid_t) -> io::Result<u64> {
    const AT_ENTRY: u64 = 9;
    let vector = fs::read(format!("/proc/{pid}/auxv"))?;
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("8 bytes are a word"));
    let mut pairs = vector.chunks_exact(16).map(|pair| (word(&pair[..8]), word(&pair[8..])));
    pairs.find(|&(key, _)| key == AT_ENTRY).map(|(_, value)| value).ok_or_else(unexpected)
}

/// The faults of a process and its threads, without its children.
pub(crate) fn faults(pid: pid_t) -> io::Result<Faults> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the program's name in parentheses, and can hold both
    // parentheses and spaces; faults are fields 10 and 12 (proc_pid_stat(5)).
    let (_, rest) = stat.rsplit_once(')').ok_or_else(unexpected)?;
    let mut fields = rest.split_ascii_whitespace().skip(10 - 3).step_by(2);
    let mut number = || fields.next().and_then(|field| field.parse().ok()).ok_or_else(unexpected);
    Ok(Faults { minor: number()?, major: number()? })
}

/// How many filters of system calls a process has.
pub(crate) fn seccomp_filters(pid: pid_t) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("Seccomp_filters:"));
    // Older kernels do not say it.
    Ok(line.and_then(|number| number.trim().parse().ok()).unwrap_or(0))
}

fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "/proc has an unexpected form")
}
