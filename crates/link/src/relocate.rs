//! Filling references in. The ELF writer and the loader both come here.
//!
//! Formulas: System V ABI, x86-64 supplement 1.0, table 4.10; rewriting of
//! accesses through the global offset table: appendix B.2 there.

use simple_object::{Relocation, RelocationKind};

/// A value that does not fit the reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DoesNotFit(pub(crate) i128);

/// Where a reference leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination {
    /// Address of the target.
    pub(crate) address: u64,
    /// Address of the slot that holds the target's address, if there is one.
    pub(crate) slot: Option<u64>,
}

/// Changes `bytes`, which will lie at `place`, to refer to `to`.
///
/// The relocation must lie inside `bytes` ([`simple_object::ObjectView::check`]).
pub(crate) fn apply(
    bytes: &mut [u8],
    place: u64,
    relocation: &Relocation,
    to: Destination,
) -> Result<(), DoesNotFit> {
    let offset = relocation.offset as usize;
    let point = i128::from(place) + offset as i128;
    let target = i128::from(to.address) + i128::from(relocation.addend);
    match relocation.kind {
        RelocationKind::Absolute64 => {
            // Addends are signed, so the sum may be just below zero: it wraps,
            // as it does in the address space.
            put(bytes, offset, &(target as u64).to_le_bytes());
        }
        RelocationKind::Relative64 => put(bytes, offset, &((target - point) as u64).to_le_bytes()),
        RelocationKind::Absolute32 => {
            let value = u32::try_from(target).map_err(|_| DoesNotFit(target))?;
            put(bytes, offset, &value.to_le_bytes());
        }
        RelocationKind::Absolute32Signed => put_signed(bytes, offset, target)?,
        RelocationKind::Relative32 => put_signed(bytes, offset, target - point)?,
        RelocationKind::GotRelative32 => match (rewriting(bytes, relocation), to.slot) {
            (Some(rewriting), _) => rewriting.apply(bytes, offset, target - point)?,
            (None, Some(slot)) => {
                let slot = i128::from(slot) + i128::from(relocation.addend);
                put_signed(bytes, offset, slot - point)?;
            }
            // Marking made a slot for each access that cannot be rewritten.
            (None, None) => return Err(DoesNotFit(target)),
        },
    }
    Ok(())
}

/// Whether a [`RelocationKind::GotRelative32`] access will be rewritten to do
/// without the table.
pub(crate) fn needs_no_slot(bytes: &[u8], relocation: &Relocation) -> bool {
    rewriting(bytes, relocation).is_some()
}

/// An instruction that reads an address from the table, and the one that
/// computes it instead.
#[derive(Clone, Copy)]
enum Rewriting {
    /// `mov r, [rip + slot]` to `lea r, [rip + target]`.
    MovToLea,
    /// `call [rip + slot]` to `addr32 call target`.
    Call,
    /// `jmp [rip + slot]` to `jmp target; nop`.
    Jump,
}

/// Offset of a 32-bit field from the end of its instruction; accesses with an
/// immediate operand or into the middle of an object have another addend.
const PLAIN_ADDEND: i64 = -4;

fn rewriting(bytes: &[u8], relocation: &Relocation) -> Option<Rewriting> {
    let opcode = bytes.get((relocation.offset as usize).checked_sub(2)?..)?;
    if relocation.addend != PLAIN_ADDEND {
        return None;
    }
    match opcode {
        // ModRM 00 reg 101: operand relative to rip.
        [0x8b, modrm, ..] if modrm & 0xc7 == 0x05 => Some(Rewriting::MovToLea),
        [0xff, 0x15, ..] => Some(Rewriting::Call),
        [0xff, 0x25, ..] => Some(Rewriting::Jump),
        _ => None,
    }
}

impl Rewriting {
    fn apply(self, bytes: &mut [u8], offset: usize, distance: i128) -> Result<(), DoesNotFit> {
        match self {
            Rewriting::MovToLea => {
                put_signed(bytes, offset, distance)?;
                bytes[offset - 2] = 0x8d;
            }
            Rewriting::Call => {
                put_signed(bytes, offset, distance)?;
                put(bytes, offset - 2, &[0x67, 0xe8]);
            }
            Rewriting::Jump => {
                // The field moves down by one byte.
                put_signed(bytes, offset - 1, distance + 1)?;
                bytes[offset - 2] = 0xe9;
                bytes[offset + 3] = 0x90;
            }
        }
        Ok(())
    }
}

fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    bytes[offset..offset + value.len()].copy_from_slice(value);
}

fn put_signed(bytes: &mut [u8], offset: usize, value: i128) -> Result<(), DoesNotFit> {
    let value = i32::try_from(value).map_err(|_| DoesNotFit(value))?;
    put(bytes, offset, &value.to_le_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use simple_source::sym;

    const PLACE: u64 = 0x40_1000;

    fn relocated(
        code: &[u8],
        offset: u32,
        kind: RelocationKind,
        addend: i64,
        to: u64,
        slot: Option<u64>,
    ) -> Result<Vec<u8>, DoesNotFit> {
        let mut bytes = code.to_vec();
        let relocation = Relocation { offset, kind, target: sym::EMPTY, addend };
        apply(&mut bytes, PLACE, &relocation, Destination { address: to, slot }).map(|()| bytes)
    }

    #[test]
    fn every_kind_has_its_formula() {
        use RelocationKind::*;
        let at = |kind, addend, to| {
            relocated(&[0; 10], 2, kind, addend, to, None).map(|b| b[2..].to_vec())
        };
        assert_eq!(
            at(Absolute64, 5, 0x1122_3344_5566),
            Ok(0x1122_3344_556b_u64.to_le_bytes().to_vec())
        );
        assert_eq!(at(Absolute64, -1, 0), Ok(vec![0xff; 8]));
        assert_eq!(at(Relative64, 0, PLACE), Ok((-2i64).to_le_bytes().to_vec()));
        assert_eq!(at(Relative32, -4, PLACE + 0x100).unwrap()[..4], 0xfai32.to_le_bytes());
        assert_eq!(at(Absolute32, 0, 0xffff_ffff).unwrap()[..4], [0xff; 4]);
        assert_eq!(
            at(Absolute32Signed, 0, 0x7fff_ffff).unwrap()[..4],
            0x7fff_ffffu32.to_le_bytes()
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        use RelocationKind::*;
        let at = |kind, addend, to| relocated(&[0; 8], 0, kind, addend, to, None).err();
        assert_eq!(at(Absolute32, 1, 0xffff_ffff), Some(DoesNotFit(0x1_0000_0000)));
        assert_eq!(at(Absolute32, -1, 0), Some(DoesNotFit(-1)));
        assert_eq!(at(Absolute32Signed, 0, 0x8000_0000), Some(DoesNotFit(0x8000_0000)));
        assert_eq!(at(Relative32, 0, PLACE + 0x7fff_ffff), None);
        assert_eq!(at(Relative32, 0, PLACE + 0x8000_0000), Some(DoesNotFit(0x8000_0000)));
        assert_eq!(
            at(Relative32, i64::MIN, 0),
            Some(DoesNotFit(i128::from(i64::MIN) - i128::from(PLACE)))
        );
        assert!(at(GotRelative32, -4, PLACE).is_some(), "no slot and no known instruction");
    }

    #[test]
    fn table_accesses_are_rewritten() {
        let got = RelocationKind::GotRelative32;
        // mov rax, [rip] -> lea rax, [rip + target]
        let mov = [0x48, 0x8b, 0x05, 0, 0, 0, 0];
        let lea = relocated(&mov, 3, got, -4, PLACE + 0x107, None).unwrap();
        assert_eq!(lea, [0x48, 0x8d, 0x05, 0, 1, 0, 0]);
        // call [rip] -> addr32 call target
        let call = relocated(&[0xff, 0x15, 0, 0, 0, 0], 2, got, -4, PLACE + 0x106, None).unwrap();
        assert_eq!(call, [0x67, 0xe8, 0, 1, 0, 0]);
        // jmp [rip] -> jmp target; nop
        let jump = relocated(&[0xff, 0x25, 0, 0, 0, 0], 2, got, -4, PLACE + 0x105, None).unwrap();
        assert_eq!(jump, [0xe9, 0, 1, 0, 0, 0x90]);
        // cmp rax, [rip] reads the slot.
        let cmp = relocated(&[0x48, 0x3b, 0x05, 0, 0, 0, 0], 3, got, -4, 0, Some(PLACE + 0x107));
        assert_eq!(cmp.unwrap(), [0x48, 0x3b, 0x05, 0, 1, 0, 0]);
        // So does a move into the middle of what the slot points to.
        let middle = relocated(&mov, 3, got, 4, 0, Some(PLACE + 0x107)).unwrap();
        assert_eq!(middle, [0x48, 0x8b, 0x05, 8, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn relative_references_lead_where_they_should(to: u32, addend: i32, offset in 0u32..12) {
            let result = relocated(
                &[0; 16], offset, RelocationKind::Relative32, addend.into(), to.into(), None,
            );
            let point = PLACE as i64 + i64::from(offset);
            let value = i64::from(to) + i64::from(addend) - point;
            match result {
                Ok(bytes) => {
                    let field = bytes[offset as usize..][..4].try_into().unwrap();
                    prop_assert_eq!(i64::from(i32::from_le_bytes(field)), value);
                }
                Err(DoesNotFit(wrong)) => {
                    prop_assert_eq!(wrong, i128::from(value));
                    prop_assert!(i32::try_from(value).is_err());
                }
            }
        }
    }
}
