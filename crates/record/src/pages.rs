//! Which pages of an executable a start touches.
//!
//! That a page is in a process's page table does not say that it was touched:
//! a fault on a page of a file maps up to fifteen neighbours with it that are in
//! memory already. But the kernel maps no neighbours outside the mapping of the
//! page that was touched (`do_fault_around` in `mm/memory.c`). So, before its
//! first instruction, the process is made to give every other page of its
//! executable another advice, about core dumps, that makes each page a mapping of
//! its own. From then on a page is present if and only if it was touched: by the
//! program or, as for the buffer of a system call, by the kernel for it. Nothing
//! stops the program, and accesses that the processor only guesses do not count.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;

use libc::{c_int, pid_t};

use crate::program::{Program, Segment};
use crate::trace::inject::Injector;
use crate::trace::process::Process;
use crate::trace::{Purpose, Traced, trace};
use crate::{Error, Exit, Options};

/// The pages of an executable, and which of them a run touched.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The executable.
    pub program: PathBuf,
    /// Its build, as in [`Functions`](crate::Functions).
    pub build: String,
    /// Every page that the file has a part of, by link address.
    pub pages: Vec<Page>,
    /// Whether the stop mark was reached; otherwise it is the whole run that counts.
    pub reached: bool,
    /// How the program ended.
    pub exit: Exit,
    /// Whether it was killed since its time was over.
    pub timed_out: bool,
}

/// 4096 bytes of an executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The link address of its first byte.
    pub address: u64,
    /// What it holds.
    pub kind: PageKind,
    /// Whether it was read, written or executed.
    pub touched: bool,
}

/// What a page's segment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PageKind {
    /// Code.
    Text,
    /// Constants, and what the file says of itself.
    ReadOnly,
    /// Variables, and constants with addresses.
    Data,
}

impl Pages {
    /// What a run saw.
    pub(crate) fn of(traced: Traced) -> Result<Self, Error> {
        let lost = || io::Error::other("the process was killed or became another program");
        let pages = traced.pages.ok_or_else(|| Error::system("cannot see its pages")(lost()))?;
        Ok(Self {
            program: traced.program.path.clone(),
            build: traced.program.functions.build.clone(),
            pages,
            reached: traced.stop.is_some(),
            exit: traced.exit,
            timed_out: traced.timed_out,
        })
    }

    /// How many pages of a kind were touched.
    pub fn touched(&self, kind: PageKind) -> usize {
        self.pages.iter().filter(|page| page.kind == kind && page.touched).count()
    }
}

const PAGE: u64 = 4096;

/// Runs a command and reports which pages of the program's executable its first
/// process touched before the stop, or before its end. What the kernel touched to
/// start the program counts: the last page of the data, whose end it clears.
///
/// Where the processor's debug registers cannot be used, the page of the stop
/// function counts as touched even if the stop is not reached.
///
/// # Errors
///
/// As [`record`](crate::record); and if the process went on as another program
/// before its stop.
pub fn pages(command: Command, options: &Options) -> Result<Pages, Error> {
    Pages::of(trace(command, options, Purpose::Pages, None)?)
}

/// Makes each page of a process's executable a mapping of its own. Returns the
/// signals that came for the process meanwhile.
pub(crate) fn separate(pid: pid_t, process: &Process, program: &Program) -> io::Result<Vec<c_int>> {
    let mut injector = Injector::new(pid, process, program)?;
    for address in program.segments.iter().flat_map(addresses) {
        if address / PAGE % 2 == 1 {
            let at = address.wrapping_add(process.bias);
            injector.call(libc::SYS_madvise, &[at, PAGE, libc::MADV_DONTDUMP as u64])?;
        }
    }
    injector.finish()
}

/// Which pages of its executable are in a process's page table.
pub(crate) fn sample(pid: pid_t, process: &Process, program: &Program) -> io::Result<Vec<Page>> {
    /// Bits 62 and 63 of an entry (proc_pid_pagemap(5)): in swap, present.
    const TOUCHED: u64 = 3 << 62;
    const ENTRY: u64 = 8;
    let map = File::open(format!("/proc/{pid}/pagemap"))?;
    let mut pages = Vec::new();
    for segment in &program.segments {
        let kind = match segment {
            Segment { executable: true, .. } => PageKind::Text,
            Segment { writable: true, .. } => PageKind::Data,
            _ => PageKind::ReadOnly,
        };
        let addresses = addresses(segment);
        let Some(first) = addresses.clone().next() else { continue };
        let mut entries = vec![0; addresses.clone().count() * ENTRY as usize];
        let offset = first.wrapping_add(process.bias) / PAGE * ENTRY;
        map.read_exact_at(&mut entries, offset)?;
        for (address, entry) in addresses.zip(entries.chunks_exact(ENTRY as usize)) {
            let entry = u64::from_le_bytes(entry.try_into().expect("chunks have their size"));
            pages.push(Page { address, kind, touched: entry & TOUCHED != 0 });
        }
    }
    pages.sort_by_key(|page| page.address);
    Ok(pages)
}

/// The pages that hold a segment's part of the file.
fn addresses(segment: &Segment) -> impl Iterator<Item = u64> + Clone {
    let start = segment.address / PAGE;
    let end = (segment.address + segment.file.len() as u64).div_ceil(PAGE);
    let end = if segment.file.is_empty() { start } else { end };
    (start..end).map(|page| page * PAGE)
}
