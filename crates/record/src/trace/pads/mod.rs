//! Noticing entries without stopping the program.
//!
//! A breakpoint stops the program and wakes the tracer, which takes far longer than
//! what is noticed. So where a function's first bytes can be replaced by a jump
//! ([`replaceable`]), they are: it leads to the function's *pad*, which puts the
//! bytes back, makes an entry in the log and goes on at the function
//! ([`crate::sys::pad_code`]). The program makes no system call for it, and no
//! signal is involved, so whatever is blocked or handled there does not matter.
//!
//! All this lies near the program's image, where jumps reach it:
//!
//! ```text
//! code     constants, `common`, pads, the functions' first words   r-x  shared
//! log      count, claims, entries                                  rw-  shared
//! space    the number of this memory; zero in a child              rw-  own
//! ```
//!
//! The first two are the tracer's too, so that nothing is lost when a program is
//! killed. The program's text becomes writable for it. A program that takes that
//! away, or the clock, fails in `common`, where the tracer helps out: it sees every
//! signal first ([`Pads::rescue`]).

mod replaceable;

use std::io;

use libc::{c_int, pid_t};

use super::inject::Injector;
use super::log::{CLAIMS, Log};
use super::process::Process;
use crate::FunctionIndex;
use crate::program::Program;
use crate::sys::pad_code::{self, Constants, JUMP, PAD};
use crate::sys::ptrace::Registers;
use crate::sys::shared::Shared;

const PAGE: u64 = 4096;
/// The length of a function's first word.
const WORD: usize = 8;
/// Where pads begin in the code; the constants and `common` are before them.
const PADS: usize = 512;

/// The pads of a program.
pub(crate) struct Pads {
    code: Shared,
    /// Whether a function has one.
    has: Vec<bool>,
    /// The link addresses where they can be.
    places: Vec<u64>,
    /// The one where they are, once a process has them.
    place: Option<u64>,
    /// How far the log and the space are from there.
    log: u64,
    space: u64,
    log_id: c_int,
}

impl Pads {
    /// Pads for all functions that can have one, but for some that have to stop the
    /// program; none where no function can, or no process could have them.
    pub(crate) fn new(
        program: &Program,
        log: &Log,
        stopping: &[FunctionIndex],
    ) -> io::Result<Option<Self>> {
        let Some(touched) = log.touched().filter(|_| pad_code::can_run()) else {
            return Ok(None);
        };
        let Some(log_id) = touched.memory.id() else { return Ok(None) };
        let mut has = replaceable::replaceable(program);
        for function in stopping {
            has[function.0 as usize] = false;
        }
        if !has.contains(&true) {
            return Ok(None);
        }
        let code = Shared::new(PADS + has.len() * (PAD + WORD))?;
        if code.id().is_none() {
            return Ok(None);
        }
        let log_at = (code.length() as u64).next_multiple_of(PAGE);
        let space = log_at + (touched.memory.length() as u64).next_multiple_of(PAGE);
        let places = places(program, space + PAGE);
        let mut pads = Self { code, has, places, place: None, log: log_at, space, log_id };
        let constants = Constants {
            originals: pads.originals() as u64,
            log: log_at,
            claims: CLAIMS as u64,
            entries: touched.entries() as u64,
            space,
        };
        let common = pad_code::common(&constants);
        assert!(common.len() <= PADS, "pads would overwrite what they call");
        pads.code.fill(0, &common);
        Ok(Some(pads))
    }

    fn originals(&self) -> usize {
        PADS + self.has.len() * PAD
    }

    /// Gives a process its pads that has just begun to execute the program. Returns
    /// the signals that came for it meanwhile, and whether it has the pads now.
    pub(crate) fn install(
        &mut self,
        tid: pid_t,
        process: &Process,
        program: &Program,
    ) -> io::Result<(bool, Vec<c_int>)> {
        let mut injector = Injector::new(tid, process, program)?;
        let mut installed = false;
        // All processes share the code, so it is at the same place in all.
        let places = self.place.map_or_else(|| self.places.clone(), |place| vec![place]);
        for place in places {
            if self.place != Some(place) {
                self.fill(program, place);
            }
            let at = place.wrapping_add(process.bias);
            let flags = (libc::SHM_EXEC | libc::SHM_RDONLY) as u64;
            let code = self.code.id().unwrap_or(-1) as u64;
            if injector.call(libc::SYS_shmat, &[code, at, flags]).is_ok() {
                self.place = Some(place);
                installed = self.open(&mut injector, at, process, program).is_ok();
                break;
            }
        }
        Ok((installed, injector.finish()?))
    }

    /// Writes the pads as they have to be at a place.
    fn fill(&mut self, program: &Program, place: u64) {
        let originals = self.originals();
        for (index, _) in self.has.iter().enumerate().filter(|(_, has)| **has) {
            let address = program.functions.list[index].address;
            let offset = PADS + index * PAD;
            let from = place + offset as u64;
            let function = address.wrapping_sub(from) as i32;
            let pad = pad_code::pad(index as u32, -(offset as i32), function);
            self.code.fill(offset, &pad);
            self.code.fill(originals + index * WORD, &program.bytes_at(address)[..WORD]);
        }
    }

    /// Prepares the rest of a process's memory.
    fn open(
        &self,
        injector: &mut Injector<'_>,
        at: u64,
        process: &Process,
        program: &Program,
    ) -> io::Result<()> {
        injector.call(libc::SYS_shmat, &[self.log_id as u64, at + self.log, 0])?;
        let space = at + self.space;
        let access = (libc::PROT_READ | libc::PROT_WRITE) as u64;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        injector.call(libc::SYS_mmap, &[space, PAGE, access, kind as u64, u64::MAX, 0])?;
        injector.call(libc::SYS_madvise, &[space, PAGE, libc::MADV_WIPEONFORK as u64])?;
        for segment in program.segments.iter().filter(|segment| segment.executable) {
            let start = segment.address / PAGE * PAGE;
            let end = (segment.address + segment.size).next_multiple_of(PAGE);
            let all = access | libc::PROT_EXEC as u64;
            let at = start.wrapping_add(process.bias);
            injector.call(libc::SYS_mprotect, &[at, end - start, all])?;
        }
        Ok(())
    }

    /// The jump from a function to its pad.
    pub(crate) fn jump(&self, program: &Program, function: FunctionIndex) -> Option<[u8; JUMP]> {
        let index = function.0 as usize;
        let pad = self.place? + (PADS + index * PAD) as u64;
        let from = program.functions[function].address;
        self.has[index].then(|| pad_code::jump(pad.wrapping_sub(from) as i32))
    }

    /// Gives a process's memory its number.
    pub(crate) fn set_space(&self, process: &Process, space: u32) -> io::Result<()> {
        process.write(self.space_at(process), &(space + 1).to_le_bytes())
    }

    /// The number of a process's memory; none if it has not got one yet.
    ///
    /// # Errors
    ///
    /// If it has no pads.
    pub(crate) fn space(&self, process: &Process) -> io::Result<Option<u32>> {
        let mut bytes = [0; 4];
        process.read(self.space_at(process), &mut bytes)?;
        Ok(u32::from_le_bytes(bytes).checked_sub(1))
    }

    fn space_at(&self, process: &Process) -> u64 {
        self.place.unwrap_or(0).wrapping_add(self.space).wrapping_add(process.bias)
    }

    /// Does what a program could not that got a signal for it: whether it had come
    /// from a pad.
    pub(crate) fn rescue(&self, process: &Process, registers: &mut Registers) -> io::Result<bool> {
        let Some(place) = self.place else { return Ok(false) };
        let offset = registers.rip.wrapping_sub(place.wrapping_add(process.bias));
        let (restore, clock) = (pad_code::restore(), pad_code::clock());
        if offset == restore.offset {
            process.write(registers.rdi, &registers.rsi.to_le_bytes())?;
            registers.rip += restore.length;
        } else if offset == clock.offset {
            // The log takes it for the time of the entry before.
            (registers.rax, registers.rdx) = (0, 0);
            registers.rip += clock.length;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Link addresses, near enough for jumps, where programs have nothing: before the
/// image, and far behind it, where the heap has room to grow.
fn places(program: &Program, length: u64) -> Vec<u64> {
    /// The lowest address that a process may use (`vm.mmap_min_addr`).
    const LOWEST: u64 = 0x1_0000;
    const HEAP: u64 = 1 << 30;
    const REACH: u64 = i32::MAX as u64;
    let starts = program.segments.iter().map(|segment| segment.address);
    let ends = program.segments.iter().map(|segment| segment.address + segment.size);
    let (Some(start), Some(end)) = (starts.min(), ends.max()) else { return Vec::new() };
    let (start, end) = (start / PAGE * PAGE, end.next_multiple_of(PAGE));
    // Link addresses of programs that can be anywhere begin at 0, and wrap.
    let is_free = program.functions.position_independent || start >= LOWEST + length;
    let before = is_free.then(|| start.wrapping_sub(length));
    let behind = (end - start + HEAP + length < REACH).then(|| end + HEAP);
    let reaches = |_: &u64| end - start + length < REACH;
    before.filter(reaches).into_iter().chain(behind).collect()
}
