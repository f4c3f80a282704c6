//! Debug information: which instruction belongs to which line, and which
//! addresses to which function.
//!
//! There is one unit for each source file, with the functions that begin in
//! it; units are made independently and then put one behind the other. Frames
//! are found by frame pointer, so no call frame information is needed.

mod section_writer;
mod unit;

use gimli::SectionId;
use gimli::write::Sections;
use rayon::prelude::*;
use simple_object::Kind;
use simple_object::positions::Decoder;

use crate::elf::write::UnloadedSection;
use crate::error::LinkError;
use crate::fill::Image;
use crate::{DebugInfo, Options};

use section_writer::SectionWriter;
use unit::UnitFunction;

/// The sections with debug information about all functions of `image` whose
/// positions are known.
pub(crate) fn sections(
    image: &Image<'_>,
    debug: &DebugInfo<'_>,
    options: &Options<'_>,
) -> Result<Vec<UnloadedSection>, LinkError> {
    let units: Vec<Sections<SectionWriter>> = functions_by_file(image, options.files.len())
        .par_iter()
        .enumerate()
        .filter(|(_, functions)| !functions.is_empty())
        .map(|(file, functions)| unit::build(file, functions, debug, options.files))
        .collect::<Result<_, _>>()?;
    concatenate(&units)
}

/// The functions that begin in each file, by rising address.
fn functions_by_file<'a>(image: &Image<'a>, files: usize) -> Vec<Vec<UnitFunction<'a>>> {
    let mut by_file: Vec<Vec<UnitFunction<'a>>> = (0..files).map(|_| Vec::new()).collect();
    let program = &image.program;
    for (position, id) in image.layout.definitions.iter().enumerate() {
        let definition = program.definition(*id);
        if definition.kind != Kind::Function || definition.positions.is_empty() {
            continue;
        }
        let positions = program.object(*id).positions_of(definition);
        if let Some(functions) = by_file.get_mut(Decoder::new(positions).start().0 as usize) {
            functions.push(UnitFunction {
                position,
                address: image.layout.address(*id),
                size: definition.size,
                name: program.display(*id),
                positions,
            });
        }
    }
    by_file
}

/// Puts the sections of all units behind each other and mends the references
/// between them.
fn concatenate(units: &[Sections<SectionWriter>]) -> Result<Vec<UnloadedSection>, LinkError> {
    const SECTIONS: [SectionId; 6] = [
        SectionId::DebugAbbrev,
        SectionId::DebugInfo,
        SectionId::DebugLine,
        SectionId::DebugLineStr,
        SectionId::DebugRngLists,
        SectionId::DebugStr,
    ];
    let size = |unit: &Sections<SectionWriter>, id| unit.get(id).map_or(0, SectionWriter::size);
    SECTIONS
        .into_par_iter()
        .map(|id| {
            let total = units.iter().map(|unit| size(unit, id)).sum();
            let mut bytes = Vec::with_capacity(total);
            // How much of each section comes before that of the current unit.
            let mut before = SECTIONS.map(|id| (id, 0));
            for unit in units {
                if let Some(section) = unit.get(id) {
                    let start = |target| {
                        before.iter().find(|(id, _)| *id == target).map_or(0, |(_, size)| *size)
                    };
                    section.append_to(&mut bytes, start)?;
                }
                before.iter_mut().for_each(|(id, before)| *before += size(unit, *id));
            }
            Ok(UnloadedSection { name: id.name(), bytes })
        })
        .filter(|section| !matches!(section, Ok(section) if section.bytes.is_empty()))
        .collect()
}
