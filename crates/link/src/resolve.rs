//! Which definition does each name mean?

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rayon::prelude::*;
use simple_object::blob::Selection;
use simple_object::{Linkage, ObjectView};
use simple_source::{Interner, Symbol};

use crate::error::{DuplicateSymbol, LinkError};
use crate::program::{DefinitionId, Program};
use crate::{IMAGE_SYMBOL, ITEMS_PER_TASK, Input, Options};

const NOBODY: u32 = u32::MAX;

/// What a name refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Definition(DefinitionId),
    /// The image tables, which the linker makes.
    Image,
}

/// The meaning of every name of a program: a table indexed by symbol.
pub(crate) struct Names {
    definitions: Vec<AtomicU32>,
    image: Symbol,
}

impl Names {
    /// What `symbol` refers to, if anything.
    pub(crate) fn get(&self, symbol: Symbol) -> Option<Target> {
        if symbol == self.image {
            return Some(Target::Image);
        }
        match self.definitions.get(symbol.raw() as usize)?.load(Relaxed) {
            NOBODY => None,
            id => Some(Target::Definition(DefinitionId(id))),
        }
    }

    /// One past the greatest symbol that means anything.
    pub(crate) fn len(&self) -> usize {
        self.definitions.len()
    }
}

/// The names that `objects` refer to but do not define, and `entry`.
fn missing_names<'i>(
    objects: &[ObjectView<'_>],
    entry: Symbol,
    interner: &'i Interner,
) -> Vec<&'i str> {
    const REFERRED: u32 = 1;
    const DEFINED: u32 = 2;
    let seen: Vec<AtomicU32> = table(interner.len(), 0);
    seen[entry.raw() as usize].store(REFERRED, Relaxed);
    let relocations: Vec<_> =
        objects.iter().flat_map(|object| object.relocations.chunks(ITEMS_PER_TASK)).collect();
    relocations.par_iter().for_each(|chunk| {
        for relocation in *chunk {
            // Most targets were seen before; not writing keeps the line shared.
            let seen = &seen[relocation.target.raw() as usize];
            if seen.load(Relaxed) != REFERRED {
                seen.store(REFERRED, Relaxed);
            }
        }
    });
    for definition in objects.iter().flat_map(|object| object.definitions) {
        seen[definition.name.raw() as usize].store(DEFINED, Relaxed);
    }
    let missing = |(number, seen): (usize, AtomicU32)| {
        (seen.into_inner() == REFERRED).then(|| interner.resolve(Symbol::from_raw(number as u32)))
    };
    seen.into_iter().enumerate().filter_map(missing).collect()
}

/// The part of the runtime that the program's objects need, directly or not, and
/// what is in `also`.
pub(crate) fn select_runtime<'a>(
    input: &Input<'a>,
    options: &Options<'_>,
    also: &[&'a str],
) -> Result<Option<Selection<'a>>, LinkError> {
    let Some(runtime) = input.runtime else { return Ok(None) };
    let entry = input.interner.intern(options.entry);
    let mut missing = missing_names(input.objects, entry, input.interner);
    missing.extend_from_slice(also);
    Ok(Some(runtime.select(missing, input.interner)?))
}

/// Gives every name its definition.
///
/// A global definition goes before those of which any one will do; among the
/// latter the choice depends on what they are, not on where they came from.
pub(crate) fn resolve(program: &Program<'_>) -> Result<Names, LinkError> {
    let names = Names {
        definitions: table(program.interner.len(), NOBODY),
        image: program.interner.intern(IMAGE_SYMBOL),
    };

    // Every definition claims its name; the preferred one keeps it.
    program.par_ids().for_each(|id| {
        let slot = &names.definitions[program.definition(id).name.raw() as usize];
        let prefer = |holder| {
            let wins =
                holder == NOBODY || preference(program, id, DefinitionId(holder)) == Ordering::Less;
            wins.then_some(id.0)
        };
        // Fails when the holder is preferred, which is fine.
        let _ = slot.fetch_update(Relaxed, Relaxed, prefer);
    });

    // A global definition that did not get its name has a rival.
    let rivals: Vec<DefinitionId> = program
        .par_ids()
        .filter(|id| {
            let definition = program.definition(*id);
            definition.linkage == Linkage::Global
                && names.get(definition.name) != Some(Target::Definition(*id))
        })
        .collect();
    if rivals.is_empty() { Ok(names) } else { Err(duplicates(program, &names, rivals)) }
}

/// `Less` if `left` is to be kept rather than `right`.
fn preference(program: &Program<'_>, left: DefinitionId, right: DefinitionId) -> Ordering {
    let (a, b) = (program.definition(left), program.definition(right));
    let rank = |linkage| linkage == Linkage::Once;
    (rank(a.linkage).cmp(&rank(b.linkage)))
        .then_with(|| a.order.cmp(&b.order))
        .then_with(|| {
            (a.kind, a.phase, a.size, a.align_log2).cmp(&(b.kind, b.phase, b.size, b.align_log2))
        })
        .then_with(|| program.display(left).cmp(program.display(right)))
        .then_with(|| content(program, left).cmp(&content(program, right)))
}

/// What a definition consists of, in a form that compares independently of
/// symbol numbers. Only asked for when all else is equal.
fn content<'a>(program: &Program<'a>, id: DefinitionId) -> impl Ord + use<'a> {
    let (object, definition) = (program.object(id), program.definition(id));
    if object.check(definition).is_err() {
        return None;
    }
    let relocations: Vec<_> = object
        .relocations_of(definition)
        .iter()
        .map(|r| (r.offset, r.kind as u8, program.text(r.target), r.addend))
        .collect();
    Some((object.bytes(definition), relocations, object.positions_of(definition)))
}

fn duplicates(program: &Program<'_>, names: &Names, rivals: Vec<DefinitionId>) -> LinkError {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for rival in rivals {
        let name = program.definition(rival).name;
        let keeper = || match names.get(name) {
            Some(Target::Definition(keeper)) => program.display(keeper).to_owned(),
            _ => "the linker".to_owned(),
        };
        let all = by_name.entry(program.text(name)).or_insert_with(|| vec![keeper()]);
        all.push(program.display(rival).to_owned());
    }
    let duplicates = by_name.into_iter().map(|(name, mut definitions)| {
        definitions.sort();
        DuplicateSymbol { name: name.to_owned(), definitions }
    });
    LinkError::Duplicate(duplicates.collect())
}

fn table(len: usize, value: u32) -> Vec<AtomicU32> {
    (0..len).map(|_| AtomicU32::new(value)).collect()
}
