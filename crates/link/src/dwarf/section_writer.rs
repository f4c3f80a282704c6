//! A section of one unit, with the references into other sections noted.

use gimli::write::{EndianVec, RelocateWriter, Relocation, RelocationTarget, Writer};
use gimli::{LittleEndian, SectionId};

use crate::error::LinkError;

/// Bytes of one section of one unit. References into sections are relative to
/// this unit's part of them until [`SectionWriter::append_to`].
#[derive(Clone)]
pub(super) struct SectionWriter {
    bytes: EndianVec<LittleEndian>,
    references: Vec<Reference>,
}

#[derive(Clone, Copy)]
struct Reference {
    offset: usize,
    target: SectionId,
    addend: u64,
}

impl SectionWriter {
    pub(super) fn new() -> Self {
        Self { bytes: EndianVec::new(LittleEndian), references: Vec::new() }
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Appends this part to the whole section. `start_of` tells where this
    /// unit's part of another section begins.
    pub(super) fn append_to(
        &self,
        out: &mut Vec<u8>,
        start_of: impl Fn(SectionId) -> usize,
    ) -> Result<(), LinkError> {
        let start = out.len();
        out.extend_from_slice(self.bytes.slice());
        for reference in &self.references {
            let value = start_of(reference.target) as u64 + reference.addend;
            let value = u32::try_from(value)
                .map_err(|_| LinkError::TooLarge("its sections of debug information"))?;
            out[start + reference.offset..][..4].copy_from_slice(&value.to_le_bytes());
        }
        Ok(())
    }
}

impl RelocateWriter for SectionWriter {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        // Units have 32-bit offsets and final addresses, so that every
        // relocation is a 4-byte reference into a section.
        if let RelocationTarget::Section(target) = relocation.target {
            debug_assert_eq!(relocation.size, 4);
            let (offset, addend) = (relocation.offset, relocation.addend as u64);
            self.references.push(Reference { offset, target, addend });
        }
    }
}
