//! Borrowed code objects: what linkers and loaders read, whoever owns the
//! bytes (a worker's [`CodeObject`], or a [`crate::blob::Blob`] in the binary).

use crate::{CodeObject, Definition, Kind, Relocation, RelocationKind};

/// The largest alignment of a definition, as a power of two: a page.
pub const MAX_ALIGN_LOG2: u8 = 12;

/// A [`CodeObject`] whose parts somebody else owns.
#[derive(Clone, Copy, Debug)]
pub struct ObjectView<'a> {
    /// Machine code.
    pub text: &'a [u8],
    /// Read-only data.
    pub rodata: &'a [u8],
    /// Writable data.
    pub data: &'a [u8],
    /// What is in them.
    pub definitions: &'a [Definition],
    /// All references, grouped by definition.
    pub relocations: &'a [Relocation],
    /// All encoded positions, grouped by definition.
    pub positions: &'a [u8],
}

/// What is wrong with a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Defect {
    /// `offset` and `size` leave the buffer.
    #[error("its bytes lie outside the object")]
    Bytes,
    /// The range of relocations leaves the table or runs backwards.
    #[error("its relocations lie outside the object")]
    Relocations,
    /// A relocation changes bytes that the definition does not have.
    #[error("a relocation at offset {0:#x} lies outside it")]
    RelocationOffset(u32),
    /// The range of positions leaves the buffer or runs backwards.
    #[error("its positions lie outside the object")]
    Positions,
    /// More than [`MAX_ALIGN_LOG2`].
    #[error("it is aligned to more than a page")]
    Alignment,
}

impl<'a> ObjectView<'a> {
    /// Whether everything that `definition` refers to in this object is there.
    /// The other methods may panic for a definition that did not pass.
    pub fn check(&self, definition: &Definition) -> Result<(), Defect> {
        let buffer = self.buffer(definition.kind);
        let end = u64::from(definition.offset) + u64::from(definition.size);
        if definition.kind != Kind::Zeroed && end > buffer.len() as u64 {
            return Err(Defect::Bytes);
        }
        if definition.align_log2 > MAX_ALIGN_LOG2 {
            return Err(Defect::Alignment);
        }
        let range = definition.relocations.start as usize..definition.relocations.end as usize;
        let relocations = self.relocations.get(range).ok_or(Defect::Relocations)?;
        let room = if definition.kind == Kind::Zeroed { 0 } else { u64::from(definition.size) };
        let outside = |r: &&Relocation| u64::from(r.offset) + r.kind.width() as u64 > room;
        if let Some(relocation) = relocations.iter().find(outside) {
            return Err(Defect::RelocationOffset(relocation.offset));
        }
        let range = definition.positions.start as usize..definition.positions.end as usize;
        self.positions.get(range).map(|_| ()).ok_or(Defect::Positions)
    }

    fn buffer(&self, kind: Kind) -> &'a [u8] {
        match kind {
            Kind::Function => self.text,
            Kind::ReadOnly => self.rodata,
            Kind::Data => self.data,
            Kind::Zeroed => &[],
        }
    }

    /// The bytes of `definition`; empty for zeroed data.
    pub fn bytes(&self, definition: &Definition) -> &'a [u8] {
        match definition.kind {
            Kind::Zeroed => &[],
            kind => &self.buffer(kind)[definition.offset as usize..][..definition.size as usize],
        }
    }

    /// The relocations of `definition`.
    pub fn relocations_of(&self, definition: &Definition) -> &'a [Relocation] {
        &self.relocations
            [definition.relocations.start as usize..definition.relocations.end as usize]
    }

    /// The encoded positions of `definition`.
    pub fn positions_of(&self, definition: &Definition) -> &'a [u8] {
        &self.positions[definition.positions.start as usize..definition.positions.end as usize]
    }
}

impl CodeObject {
    /// This object, borrowed.
    pub fn view(&self) -> ObjectView<'_> {
        ObjectView {
            text: &self.text,
            rodata: &self.rodata,
            data: &self.data,
            definitions: &self.definitions,
            relocations: &self.relocations,
            positions: &self.positions,
        }
    }
}

impl RelocationKind {
    /// How many bytes it changes.
    pub const fn width(self) -> usize {
        match self {
            RelocationKind::Absolute64 | RelocationKind::Relative64 => 8,
            RelocationKind::Relative32
            | RelocationKind::Absolute32
            | RelocationKind::Absolute32Signed
            | RelocationKind::GotRelative32 => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_objects::sample;
    use simple_source::Interner;

    #[test]
    fn what_lies_outside_is_found() {
        let interner = Interner::new();
        let object = sample(&interner);
        let good = object.definitions[0].clone();
        let check = |change: &dyn Fn(&mut Definition)| {
            let mut definition = good.clone();
            change(&mut definition);
            object.view().check(&definition)
        };
        assert_eq!(check(&|_| ()), Ok(()));
        assert_eq!(check(&|d| d.offset = u32::MAX), Err(Defect::Bytes));
        assert_eq!(check(&|d| d.size = u32::MAX), Err(Defect::Bytes));
        assert_eq!(check(&|d| d.size = 3), Err(Defect::RelocationOffset(1)));
        assert_eq!(check(&|d| d.align_log2 = 13), Err(Defect::Alignment));
        assert_eq!(check(&|d| d.relocations.end = 99), Err(Defect::Relocations));
        assert_eq!(check(&|d| d.relocations.start = 2), Err(Defect::Relocations));
        assert_eq!(check(&|d| d.positions.start = 5), Err(Defect::Positions));
        assert_eq!(check(&|d| d.kind = Kind::Zeroed), Err(Defect::RelocationOffset(1)));
    }
}
