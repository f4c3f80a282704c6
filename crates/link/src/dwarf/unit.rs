//! The debug information of one source file.

use gimli::constants::*;
use gimli::write::{
    Address, AttributeValue, Dwarf, Expression, FileId, LineProgram, LineString, Range, RangeList,
    Result, Sections, StringId, Unit,
};
use gimli::{Encoding, Format, LineEncoding, X86_64};
use simple_object::positions::{Decoder, PositionKind};

use crate::{DebugInfo, SourceFile};

use super::section_writer::SectionWriter;

const ENCODING: Encoding = Encoding { format: Format::Dwarf32, version: 5, address_size: 8 };

/// A function of a unit.
pub(super) struct UnitFunction<'a> {
    /// Its place in the order of all definitions.
    pub(super) position: usize,
    pub(super) address: u64,
    pub(super) size: u32,
    /// What people call it. There is no `DW_AT_linkage_name`: debuggers would
    /// show that one instead.
    pub(super) name: &'a str,
    pub(super) positions: &'a [u8],
}

fn name_of<'a>(files: &[SourceFile<'a>], file: usize) -> &'a str {
    files.get(file).map_or("", |file| file.name)
}

/// The sections of the unit of `files[file]`.
pub(super) fn build(
    file: usize,
    functions: &[UnitFunction<'_>],
    debug: &DebugInfo<'_>,
    files: &[SourceFile<'_>],
) -> Result<Sections<SectionWriter>> {
    let mut dwarf = Dwarf::new();
    let runs = runs(functions);
    let (program, main_file) = line_program(&mut dwarf, file, &runs, debug, files);
    let mut unit = Unit::new(ENCODING, program);

    let ranges = runs.iter().map(|run| Range::StartLength {
        begin: Address::Constant(start(run)),
        length: end(run) - start(run),
    });
    let ranges = unit.ranges.add(RangeList(ranges.collect()));
    let name = string(&mut dwarf, name_of(files, file));
    let directory = string(&mut dwarf, debug.directory);
    let producer = string(&mut dwarf, debug.producer);
    let root = unit.root();
    let root = unit.get_mut(root);
    root.set(DW_AT_producer, AttributeValue::StringRef(producer));
    root.set(DW_AT_language, AttributeValue::Language(LANGUAGE));
    root.set(DW_AT_name, AttributeValue::StringRef(name));
    root.set(DW_AT_comp_dir, AttributeValue::StringRef(directory));
    // Ranges are relative to this.
    root.set(DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    root.set(DW_AT_ranges, AttributeValue::RangeListRef(ranges));

    for function in functions {
        add_function(&mut unit, function, main_file);
    }
    dwarf.units.add(unit);
    let mut sections = Sections::new(SectionWriter::new());
    dwarf.write(&mut sections)?;
    Ok(sections)
}

/// There is no number for Simple. Debuggers treat its expressions as C's.
const LANGUAGE: DwLang = DW_LANG_C11;

fn add_function(unit: &mut Unit, function: &UnitFunction<'_>, file: FileId) {
    let mut frame_base = Expression::new();
    frame_base.op_reg(X86_64::RBP);
    let root = unit.root();
    let entry = unit.add(root, DW_TAG_subprogram);
    let entry = unit.get_mut(entry);
    entry.set(DW_AT_external, AttributeValue::FlagPresent);
    // In place: nothing else has the same name.
    entry.set(DW_AT_name, AttributeValue::String(text_bytes(function.name)));
    let line = Decoder::new(function.positions).start().1;
    entry.set(DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
    entry.set(DW_AT_decl_line, AttributeValue::Udata(line.into()));
    entry.set(DW_AT_low_pc, AttributeValue::Address(Address::Constant(function.address)));
    entry.set(DW_AT_high_pc, AttributeValue::Data4(function.size));
    entry.set(DW_AT_frame_base, AttributeValue::Exprloc(frame_base));
}

/// Functions that lie next to each other, with nothing but padding between.
fn runs<'f, 'a>(functions: &'f [UnitFunction<'a>]) -> Vec<&'f [UnitFunction<'a>]> {
    functions.chunk_by(|a, b| a.position + 1 == b.position).collect()
}

fn start(run: &[UnitFunction<'_>]) -> u64 {
    run.first().map_or(0, |function| function.address)
}

fn end(run: &[UnitFunction<'_>]) -> u64 {
    run.last().map_or(0, |function| function.address + u64::from(function.size))
}

/// The lines of all runs, and the number of the unit's own file.
fn line_program(
    dwarf: &mut Dwarf,
    file: usize,
    runs: &[&[UnitFunction<'_>]],
    debug: &DebugInfo<'_>,
    files: &[SourceFile<'_>],
) -> (LineProgram, FileId) {
    let directory = line_string(dwarf, debug.directory);
    let (parent, name) = split_path(name_of(files, file));
    let parent = parent.map(|parent| line_string(dwarf, parent));
    let name = line_string(dwarf, name);
    let mut program =
        LineProgram::new(ENCODING, LineEncoding::default(), directory, parent, name, None);
    let mut numbers = FileNumbers { files, known: vec![None; files.len()] };
    let main_file = numbers.get(dwarf, &mut program, file as u32);

    for run in runs {
        let base = start(run);
        program.begin_sequence(Some(Address::Constant(base)));
        for function in *run {
            add_rows(dwarf, &mut program, &mut numbers, function, base);
        }
        program.end_sequence(end(run) - base);
    }
    (program, main_file)
}

/// A row where each statement begins, and one for each trap: traps lie at the
/// end of a function, behind code of other lines.
fn add_rows(
    dwarf: &mut Dwarf,
    program: &mut LineProgram,
    numbers: &mut FileNumbers<'_>,
    function: &UnitFunction<'_>,
    base: u64,
) {
    let offset = function.address - base;
    let decoder = Decoder::new(function.positions);
    let (file, line) = decoder.start();
    let shown = |p: &simple_object::positions::Position| {
        p.kind != PositionKind::Call && p.offset < function.size
    };
    let mut positions = decoder.filter(shown).peekable();
    // The code before the first statement sets up the frame; debuggers stop
    // behind it.
    let mut prologue = positions.peek().is_none_or(|first| first.offset > 0);
    if prologue {
        let file = numbers.get(dwarf, program, file);
        let row = program.row();
        (row.address_offset, row.file, row.line, row.column) = (offset, file, line.into(), 0);
        program.generate_row();
    }
    for position in positions {
        let file = numbers.get(dwarf, program, position.file);
        let row = program.row();
        row.address_offset = offset + u64::from(position.offset);
        (row.file, row.line, row.column) = (file, position.line.into(), position.column.into());
        row.prologue_end = std::mem::take(&mut prologue);
        program.generate_row();
    }
}

/// The numbers that a unit gives to the files of the session.
struct FileNumbers<'a> {
    files: &'a [SourceFile<'a>],
    known: Vec<Option<FileId>>,
}

impl FileNumbers<'_> {
    fn get(&mut self, dwarf: &mut Dwarf, program: &mut LineProgram, file: u32) -> FileId {
        if let Some(Some(number)) = self.known.get(file as usize) {
            return *number;
        }
        let (parent, name) = split_path(name_of(self.files, file as usize));
        let directory = match parent {
            Some(parent) => program.add_directory(line_string(dwarf, parent)),
            None => program.default_directory(),
        };
        let number = program.add_file(line_string(dwarf, name), directory, None);
        if let Some(known) = self.known.get_mut(file as usize) {
            *known = Some(number);
        }
        number
    }
}

/// A path's directory, if it names one, and its last part.
fn split_path(path: &str) -> (Option<&str>, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => (Some("/"), name),
        Some((parent, name)) => (Some(parent), name),
        None => (None, path),
    }
}

fn string(dwarf: &mut Dwarf, text: &str) -> StringId {
    dwarf.strings.add(text_bytes(text))
}

fn line_string(dwarf: &mut Dwarf, text: &str) -> LineString {
    LineString::new(text_bytes(text), ENCODING, &mut dwarf.line_strings)
}

/// `text` as the format allows it: not empty, no NUL.
fn text_bytes(text: &str) -> Vec<u8> {
    let mut bytes = if text.is_empty() { b"?".to_vec() } else { text.as_bytes().to_vec() };
    bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'?');
    bytes
}
