//! What the code of functions refers to.

use iced_x86::{Decoder, DecoderOptions, OpKind, Register};
use object::{Object, ObjectSection, SectionFlags, elf};

use crate::functions::executable;
use crate::{Error, FunctionIndex, Functions};

/// A function's code has an address in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Whose code.
    pub function: FunctionIndex,
    /// A link address that lies in the program's memory, outside of code.
    pub address: u64,
}

/// The data that the code of functions refers to: memory operands and constants that
/// are addresses of data. What is only reached through other data is not among them.
/// Sorted, each once.
///
/// # Errors
///
/// As [`functions`](crate::functions()).
pub fn references(bytes: &[u8], functions: &Functions) -> Result<Vec<Reference>, Error> {
    let file = executable(bytes)?;
    let (mut code, mut data) = (Vec::new(), Vec::new());
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let range = section.address()..section.address().saturating_add(section.size());
        if sh_flags.contains(elf::SHF_EXECINSTR) {
            code.push((range, section.data()?));
        } else if sh_flags.contains(elf::SHF_ALLOC) && range.start > 0 {
            data.push(range);
        }
    }
    let mut found = Vec::new();
    for (index, function) in functions.list.iter().enumerate() {
        let holder = code.iter().find(|(range, _)| range.contains(&function.address));
        let Some((range, bytes)) = holder else { continue };
        let start = (function.address - range.start) as usize;
        let end = start.saturating_add(function.size as usize).min(bytes.len());
        let body = bytes.get(start..end).unwrap_or_default();
        let function_index = FunctionIndex(index as u32);
        let mut note = |address: u64| {
            if data.iter().any(|range| range.contains(&address)) {
                found.push(Reference { function: function_index, address });
            }
        };
        for instruction in Decoder::with_ip(64, body, function.address, DecoderOptions::NONE) {
            if instruction.is_ip_rel_memory_operand() {
                note(instruction.ip_rel_memory_address());
            }
            for operand in 0..instruction.op_count() {
                match instruction.op_kind(operand) {
                    // A table at a fixed address.
                    OpKind::Memory if instruction.memory_base() != Register::RIP => {
                        note(instruction.memory_displacement64());
                    }
                    OpKind::Immediate32 => note(instruction.immediate32().into()),
                    OpKind::Immediate64 => note(instruction.immediate64()),
                    OpKind::Immediate32to64 => note(instruction.immediate32to64() as u64),
                    _ => {}
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
