//! From compiled code to a definition: bytes, relocations, positions.

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{ExternalName, Function, LibCall, TrapCode};
use cranelift_codegen::{CompiledCode, FinalizedMachReloc, FinalizedRelocTarget};
use simple_object::{Relocation, RelocationKind};
use simple_source::Symbol;

use crate::positions::{PositionWriter, Rank, Trap};

/// A reference that no linker could resolve: a defect of this crate.
pub(super) struct UnknownReference(pub(super) String);

/// Appends the references in `code`, the body of `this`.
pub(super) fn relocations(
    code: &CompiledCode,
    function: &Function,
    this: Symbol,
    out: &mut Vec<Relocation>,
) -> Result<(), UnknownReference> {
    for reference in code.buffer.relocs() {
        out.push(relocation(reference, function, this)?);
    }
    Ok(())
}

fn relocation(
    reference: &FinalizedMachReloc,
    function: &Function,
    this: Symbol,
) -> Result<Relocation, UnknownReference> {
    let kind = match reference.kind {
        Reloc::Abs8 => RelocationKind::Absolute64,
        Reloc::X86PCRel4 | Reloc::X86CallPCRel4 => RelocationKind::Relative32,
        other => return Err(UnknownReference(format!("a relocation of kind {other}"))),
    };
    let (target, addend) = match &reference.target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            (Symbol::from_raw(function.params.user_named_funcs()[*name].index), reference.addend)
        }
        FinalizedRelocTarget::Func(offset) => (this, reference.addend + i64::from(*offset)),
        FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => {
            return Err(UnknownReference(libcall(*call)));
        }
        FinalizedRelocTarget::ExternalName(other) => {
            return Err(UnknownReference(format!("{other:?}")));
        }
    };
    Ok(Relocation { offset: reference.offset, kind, target, addend })
}

fn libcall(call: LibCall) -> String {
    format!("a call of Cranelift's own library function {call}")
}

/// Notes the positions of `code`.
pub(super) fn positions(code: &CompiledCode, statement_rows: bool, out: &mut PositionWriter) {
    let ranges = code.buffer.get_srclocs_sorted();
    // Calls and traps come in order of address, or nearly so.
    let mut next = 0;
    let mut position_of = |address: u32| {
        if next > 0 && ranges.get(next - 1).is_some_and(|range| range.start > address) {
            next = 0;
        }
        while ranges.get(next).is_some_and(|range| range.end <= address) {
            next += 1;
        }
        match ranges.get(next) {
            Some(range) if range.start <= address => range.loc.bits(),
            _ => u32::MAX,
        }
    };
    for call in code.buffer.call_sites() {
        let position = position_of(call.ret_addr - 1);
        out.push(call.ret_addr, Rank::Call, position);
    }
    for trap in code.buffer.traps() {
        if let Some(kind) = trap_kind(trap.code)
            && is_trap_instruction(code.code_buffer(), trap.offset)
        {
            let position = position_of(trap.offset);
            out.push(trap.offset, Rank::Trap(kind), position);
        }
    }
    if statement_rows {
        for range in ranges.iter().filter(|range| !range.loc.is_default()) {
            out.push(range.start, Rank::Line, range.loc.bits());
        }
    }
}

/// The number of a trap in the image's tables.
fn trap_kind(code: TrapCode) -> Option<u8> {
    match code {
        // The check that Cranelift makes itself before each `idiv`.
        TrapCode::INTEGER_DIVISION_BY_ZERO => Some(Trap::DivideByZero as u8),
        TrapCode::INTEGER_OVERFLOW
        | TrapCode::STACK_OVERFLOW
        | TrapCode::HEAP_OUT_OF_BOUNDS
        | TrapCode::BAD_CONVERSION_TO_INTEGER => None,
        own => Some(own.as_raw().get()),
    }
}

/// Whether `ud2` stands there. Cranelift also notes divisions, which the checks
/// before them keep from trapping.
fn is_trap_instruction(code: &[u8], offset: u32) -> bool {
    code.get(offset as usize..).is_some_and(|code| code.starts_with(&[0x0f, 0x0b]))
}
