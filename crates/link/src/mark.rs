//! What can be reached from the entry? Nothing else is linked.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use rayon::prelude::*;
use simple_object::RelocationKind;
use simple_source::{Idx, Symbol};

use crate::error::{LinkError, NAMED_REFERRERS, UndefinedSymbol};
use crate::program::{DefinitionId, Program};
use crate::relocate;
use crate::resolve::{Names, Target};

/// The definitions that are linked.
pub(crate) struct Live {
    /// In no useful order: it differs from run to run.
    pub(crate) definitions: Vec<DefinitionId>,
    /// Whether something refers to the image tables.
    pub(crate) image: bool,
    /// Whose addresses are read from a slot in memory; sorted by name.
    pub(crate) got: Vec<Symbol>,
}

/// A wave smaller than this is walked on one core.
const PARALLEL_WAVE: usize = 256;

/// Follows all references from `entry`, wave by wave.
pub(crate) fn mark_live(
    program: &Program<'_>,
    names: &Names,
    entry: Symbol,
) -> Result<Live, LinkError> {
    let Some(Target::Definition(root)) = names.get(entry) else {
        let name = program.text(entry).to_owned();
        let undefined = UndefinedSymbol { name, referrers: Vec::new(), referrer_count: 0 };
        return Err(LinkError::Undefined(vec![undefined]));
    };
    let marks: Vec<AtomicBool> = (0..program.len()).map(|_| AtomicBool::new(false)).collect();
    marks[root.index()].store(true, Relaxed);

    let mut found = Found::default();
    let mut definitions = vec![root];
    let mut wave = 0..1;
    while !wave.is_empty() {
        let mut next = if wave.len() < PARALLEL_WAVE {
            let mut next = Found::default();
            definitions[wave.clone()]
                .iter()
                .for_each(|id| visit(*id, program, names, &marks, &mut next));
            next
        } else {
            definitions[wave.clone()]
                .par_iter()
                .with_min_len(PARALLEL_WAVE / 4)
                .fold(Found::default, |mut next, id| {
                    visit(*id, program, names, &marks, &mut next);
                    next
                })
                .reduce(Found::default, Found::join)
        };
        wave = wave.end..wave.end + next.reached.len();
        definitions.append(&mut next.reached);
        found = found.join(next);
    }
    found.finish(program, definitions)
}

/// What following the references of some definitions brought up.
#[derive(Default)]
struct Found {
    reached: Vec<DefinitionId>,
    image: bool,
    got: Vec<Symbol>,
    undefined: Vec<(Symbol, DefinitionId)>,
    malformed: Vec<DefinitionId>,
}

impl Found {
    fn join(mut self, mut other: Self) -> Self {
        self.reached.append(&mut other.reached);
        self.image |= other.image;
        self.got.append(&mut other.got);
        self.undefined.append(&mut other.undefined);
        self.malformed.append(&mut other.malformed);
        self
    }

    fn finish(
        mut self,
        program: &Program<'_>,
        definitions: Vec<DefinitionId>,
    ) -> Result<Live, LinkError> {
        if let Some(id) = self.malformed.iter().min_by_key(|id| (program.name(**id), id.0))
            && let Err(defect) = program.object(*id).check(program.definition(*id))
        {
            return Err(LinkError::Malformed { name: program.name(*id).to_owned(), defect });
        }
        if !self.undefined.is_empty() {
            return Err(LinkError::Undefined(describe(program, &self.undefined)));
        }
        self.got.sort_unstable_by_key(|symbol| program.text(*symbol));
        self.got.dedup();
        Ok(Live { definitions, image: self.image, got: self.got })
    }
}

fn visit(
    id: DefinitionId,
    program: &Program<'_>,
    names: &Names,
    marks: &[AtomicBool],
    found: &mut Found,
) {
    let (object, definition) = (program.object(id), program.definition(id));
    if object.check(definition).is_err() {
        found.malformed.push(id);
        return;
    }
    for relocation in object.relocations_of(definition) {
        match names.get(relocation.target) {
            // The load before the swap keeps lines of popular targets shared.
            Some(Target::Definition(target)) => {
                let mark = &marks[target.index()];
                if !mark.load(Relaxed) && !mark.swap(true, Relaxed) {
                    found.reached.push(target);
                }
            }
            Some(Target::Image) => found.image = true,
            None => found.undefined.push((relocation.target, id)),
        }
        if relocation.kind == RelocationKind::GotRelative32
            && !relocate::needs_no_slot(object.bytes(definition), relocation)
        {
            found.got.push(relocation.target);
        }
    }
}

fn describe(program: &Program<'_>, undefined: &[(Symbol, DefinitionId)]) -> Vec<UndefinedSymbol> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (symbol, referrer) in undefined {
        by_name.entry(program.text(*symbol)).or_default().push(program.display(*referrer));
    }
    let describe = |(name, mut referrers): (&str, Vec<&str>)| {
        referrers.sort_unstable();
        referrers.dedup();
        UndefinedSymbol {
            name: name.to_owned(),
            referrers: referrers.iter().take(NAMED_REFERRERS).map(|r| (*r).to_owned()).collect(),
            referrer_count: referrers.len(),
        }
    };
    by_name.into_iter().map(describe).collect()
}
