//! System calls in the name of a process that has just begun to execute.

use std::io;

use libc::{c_int, c_long, pid_t};

use super::process::Process;
use crate::program::Program;
use crate::sys::ptrace::{self, Registers};
use crate::sys::wait::{self, Status};

/// The instruction `syscall`.
const SYSCALL: [u8; 2] = [0x0f, 0x05];

/// A stopped process that makes calls. Its only thread has to be at its
/// program's first instruction.
pub(crate) struct Injector<'a> {
    tid: pid_t,
    process: &'a Process,
    registers: Registers,
    replaced: [u8; 2],
    /// The signals that the thread blocks, when no calls are made in its name.
    blocked: u64,
    /// Signals that came meanwhile: those that cannot be blocked.
    signals: Vec<c_int>,
}

impl<'a> Injector<'a> {
    pub(crate) fn new(tid: pid_t, process: &'a Process, program: &Program) -> io::Result<Self> {
        let registers = ptrace::registers(tid)?;
        let mut replaced = [0; 2];
        // To read a page of the program would map its neighbours; to write it does
        // not, so it is known from the file what is there.
        match *program.bytes_at(registers.rip.wrapping_sub(process.bias)) {
            [first, second, ..] => replaced = [first, second],
            _ => process.read(registers.rip, &mut replaced)?,
        }
        process.write(registers.rip, &SYSCALL)?;
        // Signals wait until it is over, and lose nothing of what they say.
        let blocked = ptrace::blocked_signals(tid)?;
        ptrace::block_signals(tid, !(1 << (libc::SIGTRAP - 1)))?;
        let signals = Vec::new();
        let mut injector = Self { tid, process, registers, replaced, blocked, signals };
        // The process is still on its way out of the call that executed the program,
        // which will put its result where the number of the next call should be. So
        // the first call is spent on that; whatever is called, this does no harm.
        let _spent = injector.call(libc::SYS_getpid, &[u64::MAX]);
        // That result is what the program is to begin with.
        injector.registers.rax = 0;
        injector.registers.orig_rax = u64::MAX;
        Ok(injector)
    }

    /// Makes a call with up to six arguments.
    pub(crate) fn call(&mut self, number: c_long, arguments: &[u64]) -> io::Result<u64> {
        let mut registers = self.registers;
        registers.rax = number as u64;
        // Or the kernel would take it for a call that a signal interrupted.
        registers.orig_rax = u64::MAX;
        let fields = [
            &mut registers.rdi,
            &mut registers.rsi,
            &mut registers.rdx,
            &mut registers.r10,
            &mut registers.r8,
            &mut registers.r9,
        ];
        fields.into_iter().zip(arguments).for_each(|(field, &argument)| *field = argument);
        ptrace::set_registers(self.tid, &registers)?;
        step(self.tid, &mut self.signals)?;
        let result = ptrace::registers(self.tid)?.rax as i64;
        if (-4095..0).contains(&result) {
            return Err(io::Error::from_raw_os_error(-result as i32));
        }
        Ok(result as u64)
    }

    /// Leaves everything as it was; returns the signals that came meanwhile.
    pub(crate) fn finish(self) -> io::Result<Vec<c_int>> {
        self.process.write(self.registers.rip, &self.replaced)?;
        ptrace::set_registers(self.tid, &self.registers)?;
        ptrace::block_signals(self.tid, self.blocked)?;
        Ok(self.signals)
    }
}

/// Goes one instruction on, or to the end of the call that the thread is in.
///
/// # Errors
///
/// If the instruction cannot be executed, or the process ends; its end is still to be
/// waited for.
fn step(tid: pid_t, signals: &mut Vec<c_int>) -> io::Result<()> {
    const FAULTS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];
    loop {
        ptrace::step(tid)?;
        match wait::one(tid)? {
            Some(Status::Stopped { signal: libc::SIGTRAP, event: 0 }) => return Ok(()),
            // It will come again when the program goes on.
            Some(Status::Stopped { signal, event: 0 }) if FAULTS.contains(&signal) => {
                return Err(io::Error::from_raw_os_error(libc::EFAULT));
            }
            Some(Status::Stopped { signal, event: 0 }) => signals.push(signal),
            Some(Status::Stopped { .. }) => {}
            _ => return Err(io::Error::from_raw_os_error(libc::ESRCH)),
        }
    }
}
