//! Puts the bytes of everything where it lies and fills references in.

use rayon::prelude::*;
use simple_object::{Kind, RelocationKind};
use simple_source::Symbol;

use crate::error::{LinkError, OutOfRange};
use crate::image::ImageTables;
use crate::layout::{Layout, Section};
use crate::order::SectionKind;
use crate::program::Program;
use crate::relocate::{self, Destination, DoesNotFit};
use crate::resolve::{Names, Target};

/// An image whose addresses are all known.
pub(crate) struct Image<'a> {
    pub(crate) program: Program<'a>,
    pub(crate) names: Names,
    pub(crate) layout: Layout,
    /// What lies in the global offset table, sorted by name.
    pub(crate) got: Vec<Symbol>,
    pub(crate) tables: Option<ImageTables<'a>>,
    /// Where the program begins.
    pub(crate) entry: Symbol,
}

/// About how many bytes of definitions make one task.
const BYTES_PER_TASK: u64 = 64 * 1024;
/// What lies between functions: `int3`, so that a stray jump ends at once.
const TEXT_PADDING: u8 = 0xcc;
/// How many references that do not fit are reported.
const MAX_REPORTED: usize = 20;

impl Image<'_> {
    /// The address that `symbol` stands for. Everything that live definitions
    /// refer to has one.
    pub(crate) fn address(&self, symbol: Symbol) -> Option<u64> {
        match self.names.get(symbol)? {
            Target::Definition(id) => Some(self.layout.address(id)),
            Target::Image => Some(self.layout.section(SectionKind::Image)?.address),
        }
    }

    fn slot(&self, symbol: Symbol) -> Option<u64> {
        if self.got.is_empty() {
            return None;
        }
        let text = |symbol| self.program.text(symbol);
        let index = self.got.binary_search_by(|slot| text(*slot).cmp(text(symbol))).ok()?;
        Some(self.layout.section(SectionKind::Got)?.address + 8 * index as u64)
    }

    /// Fills `out`, which holds everything from offset 0 on and is zero.
    pub(crate) fn fill(&self, out: &mut [u8]) -> Result<(), LinkError> {
        let mut rest = out;
        let mut reached = 0;
        let mut tasks = Vec::new();
        for section in self.layout.sections.iter().filter(|section| section.has_bytes()) {
            let from = std::mem::take(&mut rest);
            let (_, from) = from.split_at_mut((section.offset - reached) as usize);
            let (bytes, after) = from.split_at_mut(section.size as usize);
            rest = after;
            reached = section.offset + section.size;
            match section.kind {
                SectionKind::Got => self.fill_got(bytes),
                SectionKind::Image => {
                    if let Some(tables) = &self.tables {
                        tables.write(&self.program, &self.layout, section.address, bytes)?;
                    }
                }
                _ => self.cut(section, bytes, &mut tasks),
            }
        }
        let wrong = |mut all: Vec<OutOfRange>, mut more: Vec<OutOfRange>| {
            all.append(&mut more);
            all
        };
        let errors = tasks.par_iter_mut().map(|task| self.run(task)).reduce(Vec::new, wrong);
        match errors.is_empty() {
            true => Ok(()),
            false => Err(LinkError::OutOfRange(errors.into_iter().take(MAX_REPORTED).collect())),
        }
    }

    fn fill_got(&self, out: &mut [u8]) {
        for (slot, symbol) in out.chunks_exact_mut(8).zip(&self.got) {
            // Marking followed the reference, so the target has an address.
            let address = self.address(*symbol).unwrap_or(0);
            slot.copy_from_slice(&address.to_le_bytes());
        }
    }

    /// Cuts a section into tasks that share no byte.
    fn cut<'o>(&self, section: &Section, bytes: &'o mut [u8], tasks: &mut Vec<Task<'o>>) {
        let end = section.definitions.end;
        let mut first = section.definitions.start;
        let mut start = section.address;
        let mut rest = bytes;
        for position in section.definitions.clone() {
            let id = self.layout.definitions[position];
            let stop = self.layout.address(id) + u64::from(self.program.definition(id).size);
            if stop - start >= BYTES_PER_TASK || position + 1 == end {
                let (bytes, after) =
                    std::mem::take(&mut rest).split_at_mut((stop - start) as usize);
                tasks.push(Task { definitions: first..position + 1, address: start, bytes });
                (first, start, rest) = (position + 1, stop, after);
            }
        }
    }

    fn run(&self, task: &mut Task<'_>) -> Vec<OutOfRange> {
        let mut errors = Vec::new();
        let mut padded = 0;
        for position in task.definitions.clone() {
            let id = self.layout.definitions[position];
            let definition = self.program.definition(id);
            let object = self.program.object(id);
            let address = self.layout.address(id);
            let offset = (address - task.address) as usize;
            if definition.kind == Kind::Function {
                task.bytes[padded..offset].fill(TEXT_PADDING);
            }
            let bytes = &mut task.bytes[offset..][..definition.size as usize];
            padded = offset + bytes.len();
            bytes.copy_from_slice(object.bytes(definition));
            for relocation in object.relocations_of(definition) {
                let target = relocation.target;
                let slot = match relocation.kind {
                    RelocationKind::GotRelative32 => self.slot(target),
                    _ => None,
                };
                // Marking made sure that there is an address.
                let to = Destination { address: self.address(target).unwrap_or(0), slot };
                if let Err(DoesNotFit(value)) = relocate::apply(bytes, address, relocation, to) {
                    errors.push(OutOfRange {
                        referrer: self.program.display(id).to_owned(),
                        offset: relocation.offset,
                        target: self.program.text(target).to_owned(),
                        kind: relocation.kind,
                        value,
                    });
                }
            }
        }
        errors
    }
}

/// Some neighbouring definitions and the bytes that they and the gaps before
/// them take up.
struct Task<'o> {
    definitions: std::ops::Range<usize>,
    /// Of the first byte.
    address: u64,
    bytes: &'o mut [u8],
}
