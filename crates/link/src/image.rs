//! The image tables: what a program can find out about itself. The format is
//! in `docs/design/objects.md`.

use rayon::prelude::*;
use simple_object::Kind;
use simple_object::positions::Decoder;

use crate::error::LinkError;
use crate::layout::Layout;
use crate::order::Order;
use crate::program::{DefinitionId, Program};
use crate::{ITEMS_PER_TASK, Options, SourceFile};

const HEADER_SIZE: usize = 7 * 8;
const FUNCTION_SIZE: usize = 24;
const FILE_SIZE: usize = 8;
const LIBRARY: u16 = 1;
const RUNTIME: u16 = 2;
const PART: u16 = 4;

/// The tables before addresses are known; their size is final.
pub(crate) struct ImageTables<'a> {
    functions: Vec<FunctionRow<'a>>,
    /// The files that positions mention; others have no name.
    files: Vec<SourceFile<'a>>,
    names_size: u64,
    positions_size: u64,
}

struct FunctionRow<'a> {
    id: DefinitionId,
    name: &'a str,
    /// Where its name and its positions begin.
    name_start: u64,
    positions_start: u64,
}

/// Collects what the tables say about all functions in `order`.
pub(crate) fn plan<'a>(
    program: &Program<'a>,
    order: &Order,
    options: &Options<'a>,
) -> Result<ImageTables<'a>, LinkError> {
    let mut tables = ImageTables {
        functions: Vec::new(),
        files: mentioned_files(program, order, options.files),
        names_size: 0,
        positions_size: 0,
    };
    tables.names_size = tables.files.iter().map(|file| file.name.len() as u64).sum();
    for id in &order.definitions {
        let definition = program.definition(*id);
        if definition.kind != Kind::Function {
            continue;
        }
        // Backtraces leave the runtime's functions out; debuggers have symbols.
        let named = !options.strip && !definition.flags.runtime;
        let name = if named { shortened(program.display(*id)) } else { "" };
        let (name_start, positions_start) = (tables.names_size, tables.positions_size);
        tables.functions.push(FunctionRow { id: *id, name, name_start, positions_start });
        tables.names_size += name.len() as u64;
        tables.positions_size += u64::from(definition.positions.end - definition.positions.start);
    }
    if tables.names_size > u32::MAX.into() {
        return Err(LinkError::TooLarge("the names of its functions"));
    }
    if tables.positions_size > u32::MAX.into() {
        return Err(LinkError::TooLarge("the positions of its instructions"));
    }
    Ok(tables)
}

/// A table's field for the length of a name has 16 bits.
fn shortened(name: &str) -> &str {
    &name[..name.floor_char_boundary(u16::MAX.into())]
}

/// `files` without the names that no position of a live function mentions.
fn mentioned_files<'a>(
    program: &Program<'a>,
    order: &Order,
    files: &[SourceFile<'a>],
) -> Vec<SourceFile<'a>> {
    let mention = |mut mentioned: Vec<bool>, id: &DefinitionId| {
        let positions = program.object(*id).positions_of(program.definition(*id));
        let mut mark = |file: u32| {
            if let Some(mark) = mentioned.get_mut(file as usize) {
                *mark = true;
            }
        };
        let decoder = Decoder::new(positions);
        if !positions.is_empty() {
            mark(decoder.start().0);
        }
        // Only a switch of files has a byte 255 that is not part of a number;
        // most functions are of one file and have none at all.
        if positions.contains(&u8::MAX) {
            decoder.for_each(|position| mark(position.file));
        }
        mentioned
    };
    let none = || vec![false; files.len()];
    let either = |a: Vec<bool>, b: Vec<bool>| a.iter().zip(b).map(|(a, b)| *a || b).collect();
    let mentioned = order
        .definitions
        .par_iter()
        .with_min_len(ITEMS_PER_TASK)
        .fold(none, mention)
        .reduce(none, either);
    let used = mentioned.iter().rposition(|mentioned| *mentioned).map_or(0, |last| last + 1);
    let row = |(file, mentioned): (&SourceFile<'a>, bool)| SourceFile {
        name: if mentioned { shortened(file.name) } else { "" },
        library: file.library,
    };
    files.iter().zip(mentioned).take(used).map(row).collect()
}

impl<'a> ImageTables<'a> {
    /// How many bytes [`Self::write`] fills.
    pub(crate) fn size(&self) -> u64 {
        (HEADER_SIZE + self.functions.len() * FUNCTION_SIZE + self.files.len() * FILE_SIZE) as u64
            + self.positions_size
            + self.names_size
    }

    /// Writes the tables, which will lie at `address`, to `out`.
    pub(crate) fn write(
        &self,
        program: &Program<'_>,
        layout: &Layout,
        address: u64,
        out: &mut [u8],
    ) -> Result<(), LinkError> {
        let (text, text_size) = layout.text();
        if text_size > u32::MAX.into() {
            return Err(LinkError::TooLarge("its functions"));
        }
        let functions_at = HEADER_SIZE;
        let files_at = functions_at + self.functions.len() * FUNCTION_SIZE;
        let positions_at = files_at + self.files.len() * FILE_SIZE;
        let names_at = positions_at + self.positions_size as usize;
        let header = [
            text,
            address + functions_at as u64,
            self.functions.len() as u64,
            address + names_at as u64,
            address + files_at as u64,
            self.files.len() as u64,
            address + positions_at as u64,
        ];
        let (header_out, rest) = out.split_at_mut(functions_at);
        for (field, value) in header_out.chunks_exact_mut(8).zip(header) {
            field.copy_from_slice(&value.to_le_bytes());
        }

        let (functions_out, rest) = rest.split_at_mut(files_at - functions_at);
        let (files_out, rest) = rest.split_at_mut(positions_at - files_at);
        let (positions_out, names_out) = rest.split_at_mut(names_at - positions_at);
        self.functions
            .par_iter()
            .zip(functions_out.par_chunks_exact_mut(FUNCTION_SIZE))
            .with_min_len(ITEMS_PER_TASK)
            .for_each(|(function, out)| {
                out.copy_from_slice(&function.encode(program, layout, text));
            });

        let (file_names_out, mut names_out) =
            names_out.split_at_mut(self.files.iter().map(|file| file.name.len()).sum());
        let mut start = 0;
        for (file, out) in self.files.iter().zip(files_out.chunks_exact_mut(FILE_SIZE)) {
            let name = file.name.as_bytes();
            file_names_out[start..start + name.len()].copy_from_slice(name);
            out[..4].copy_from_slice(&(start as u32).to_le_bytes());
            out[4..6].copy_from_slice(&(name.len() as u16).to_le_bytes());
            out[6..].copy_from_slice(&(if file.library { LIBRARY } else { 0 }).to_le_bytes());
            start += name.len();
        }
        let mut positions_out = positions_out;
        for function in &self.functions {
            let positions =
                program.object(function.id).positions_of(program.definition(function.id));
            take(&mut positions_out, positions.len()).copy_from_slice(positions);
            take(&mut names_out, function.name.len()).copy_from_slice(function.name.as_bytes());
        }
        Ok(())
    }
}

/// Cuts the first `size` bytes off `out`.
fn take<'o>(out: &mut &'o mut [u8], size: usize) -> &'o mut [u8] {
    let (taken, rest) = std::mem::take(out).split_at_mut(size);
    *out = rest;
    taken
}

impl FunctionRow<'_> {
    fn encode(&self, program: &Program<'_>, layout: &Layout, text: u64) -> [u8; FUNCTION_SIZE] {
        let definition = program.definition(self.id);
        let mut flags = 0;
        if definition.flags.library {
            flags |= LIBRARY;
        }
        if definition.flags.runtime {
            flags |= RUNTIME;
        }
        if definition.flags.part {
            flags |= PART;
        }
        let mut row = [0; FUNCTION_SIZE];
        let start = (layout.address(self.id) - text) as u32;
        row[0..4].copy_from_slice(&start.to_le_bytes());
        row[4..8].copy_from_slice(&definition.size.to_le_bytes());
        row[8..12].copy_from_slice(&(self.name_start as u32).to_le_bytes());
        row[12..14].copy_from_slice(&(self.name.len() as u16).to_le_bytes());
        row[14..16].copy_from_slice(&flags.to_le_bytes());
        row[16..20].copy_from_slice(&(self.positions_start as u32).to_le_bytes());
        let positions = definition.positions.end - definition.positions.start;
        row[20..24].copy_from_slice(&positions.to_le_bytes());
        row
    }
}
