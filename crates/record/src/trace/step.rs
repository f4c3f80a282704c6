//! Going past a breakpoint that stays set.

use std::io;

use super::process::Process;
use crate::sys::ptrace::Registers;

/// Does what a function's first instruction does, if it is one of the few that
/// functions begin with, so that the breakpoint need not be removed while other
/// threads run: what they did in that moment would be lost. `rip` has to be at
/// the instruction. Returns whether it is done.
pub(crate) fn emulate(
    process: &Process,
    registers: &mut Registers,
    code: &[u8],
) -> io::Result<bool> {
    match *code {
        // endbr64
        [0xf3, 0x0f, 0x1e, 0xfa, ..] => registers.rip += 4,
        // push rbp
        [0x55, ..] => {
            let top = registers.rsp - 8;
            process.write(top, &registers.rbp.to_le_bytes())?;
            registers.rsp = top;
            registers.rip += 1;
        }
        // ret
        [0xc3, ..] => {
            registers.rip = process.word(registers.rsp)?;
            registers.rsp += 8;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
