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
//! signal first ([`Pads::rescue`]). Processes that have fewer rights than the recorder
//! from the beginning, or that cannot make the calls that this takes, have breakpoints.

mod replaceable;

use std::io;
use std::sync::atomic::Ordering::Relaxed;

use libc::{c_int, pid_t};

use super::inject::Injector;
use super::log::{CLAIMS, Log};
use super::process::Process;
use crate::FunctionIndex;
use crate::program::Program;
use crate::sys::pad_code::{self, Constants, JUMP, PAD, WORD};
use crate::sys::ptrace::Registers;
use crate::sys::shared::Shared;
use crate::sys::ticks::Ticks;

const PAGE: u64 = 4096;
/// Where pads begin in the code; the constants and `common` are before them.
const PADS: usize = 512;

/// The pads of a program.
pub(crate) struct Pads {
    code: Shared,
    code_id: c_int,
    log_id: c_int,
    /// Whether a function has one.
    has: Vec<bool>,
    /// The link addresses where they can be.
    places: Vec<u64>,
    /// The one where they are, once a process has them.
    place: Option<u64>,
    /// How far the log is from there.
    log_at: u64,
    /// And the number of the space.
    space_at: u64,
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
        let log_at = (PADS + program.functions.list.len() * (PAD + WORD)) as u64;
        let log_at = log_at.next_multiple_of(PAGE);
        let space_at = log_at + (touched.memory.length() as u64).next_multiple_of(PAGE);
        let places = places(program, space_at + PAGE);
        if places.is_empty() {
            return Ok(None);
        }
        let mut has = replaceable::replaceable(program);
        for function in stopping {
            has[function.0 as usize] = false;
        }
        if !has.contains(&true) {
            return Ok(None);
        }
        let code = Shared::new(PADS + has.len() * (PAD + WORD))?;
        let Some(code_id) = code.id() else { return Ok(None) };
        let mut pads = Self { code, code_id, log_id, has, places, place: None, log_at, space_at };
        let constants = Constants {
            originals: pads.originals() as u64,
            log: log_at,
            claims: CLAIMS as u64,
            entries: touched.entries() as u64,
            space: space_at,
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
    /// whether it has them now, and the signals that came for it meanwhile.
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
            if injector.call(libc::SYS_shmat, &[self.code_id as u64, at, flags]).is_ok() {
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
            self.code.fill(originals + index * WORD, &program.code_at(address)[..WORD]);
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
        injector.call(libc::SYS_shmat, &[self.log_id as u64, at + self.log_at, 0])?;
        let space = at + self.space_at;
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
        let place = self.place.ok_or(io::ErrorKind::NotFound)?;
        let at = place.wrapping_add(process.bias).wrapping_add(self.space_at);
        process.write(at, &(space + 1).to_le_bytes())
    }

    /// What the memory of a process has that another one has made.
    pub(crate) fn inherited(&self, process: &Process) -> Inherited {
        let Some(place) = self.place else { return Inherited::Nothing };
        let at = place.wrapping_add(process.bias);
        // Whatever else may be there does not begin like the code.
        let own = |word: usize| self.code.long(word * 8).load(Relaxed);
        let same = |word: usize| process.word(at + word as u64 * 8).is_ok_and(|w| w == own(word));
        if !(0..PADS / 8).all(same) {
            return Inherited::Nothing;
        }
        let mut number = [0; 4];
        match process.read(at + self.space_at, &mut number) {
            Ok(()) => match u32::from_le_bytes(number).checked_sub(1) {
                Some(space) => Inherited::Space(space),
                None => Inherited::Pads,
            },
            Err(_) => Inherited::Nothing,
        }
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
            let Ticks(now) = Ticks::now();
            (registers.rax, registers.rdx) = (now & u64::from(u32::MAX), now >> 32);
            registers.rip += clock.length;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// What a new process has of its parent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inherited {
    /// No pads.
    Nothing,
    /// Pads, in a copy of the memory that has no number yet.
    Pads,
    /// The memory itself, which has this number.
    Space(u32),
}

/// Link addresses, near enough for jumps, where programs have nothing: before the
/// image, and as far behind it as jumps reach, behind the heap, which begins within
/// 1 GiB of the image.
fn places(program: &Program, length: u64) -> Vec<u64> {
    /// The lowest address that a process may use (`vm.mmap_min_addr`).
    const LOWEST: u64 = 0x1_0000;
    const HEAP: u64 = 1 << 30;
    const REACH: u64 = i32::MAX as u64 / PAGE * PAGE;
    let starts = program.segments.iter().map(|segment| segment.address);
    let ends = program.segments.iter().map(|segment| segment.address + segment.size);
    let (Some(start), Some(end)) = (starts.min(), ends.max()) else { return Vec::new() };
    let (start, end) = (start / PAGE * PAGE, end.next_multiple_of(PAGE));
    // Link addresses of programs that can be anywhere begin at 0, and wrap.
    let is_free = program.functions.position_independent || start >= LOWEST + length;
    let before = is_free.then(|| start.wrapping_sub(length));
    let behind = (end - start + HEAP + length < REACH).then(|| start + REACH - length);
    let reaches = |_: &u64| end - start + length < REACH;
    before.filter(reaches).into_iter().chain(behind).collect()
}
