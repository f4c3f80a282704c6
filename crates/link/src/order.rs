//! In what order do definitions lie?
//!
//! Sections one after the other; in each, the phases in the order in which a
//! run goes through them; in each phase, the program before the runtime, and
//! both in their natural order. This is the place where a layout plan will
//! speak: its rank goes before the natural order.

use std::ops::Range;

use rayon::prelude::*;
use simple_object::{Definition, Kind, Phase};

use crate::ITEMS_PER_TASK;
use crate::mark::Live;
use crate::program::{DefinitionId, Program};

/// A part of the image with one purpose, in the order of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub(crate) enum SectionKind {
    ReadOnly,
    Got,
    Image,
    TextStartup,
    TextFirstFrame,
    Text,
    TextCold,
    Data,
    Zeroed,
}

impl SectionKind {
    pub(crate) const ALL: [SectionKind; 9] = [
        SectionKind::ReadOnly,
        SectionKind::Got,
        SectionKind::Image,
        SectionKind::TextStartup,
        SectionKind::TextFirstFrame,
        SectionKind::Text,
        SectionKind::TextCold,
        SectionKind::Data,
        SectionKind::Zeroed,
    ];

    /// The section that `definition` belongs to.
    pub(crate) fn of(definition: &Definition) -> Self {
        match (definition.kind, definition.phase) {
            (Kind::Function, Phase::Startup) => SectionKind::TextStartup,
            (Kind::Function, Phase::FirstFrame) => SectionKind::TextFirstFrame,
            (Kind::Function, Phase::Steady) => SectionKind::Text,
            (Kind::Function, Phase::Cold) => SectionKind::TextCold,
            (Kind::ReadOnly, _) => SectionKind::ReadOnly,
            (Kind::Data, _) => SectionKind::Data,
            (Kind::Zeroed, _) => SectionKind::Zeroed,
        }
    }

    pub(crate) fn is_text(self) -> bool {
        (SectionKind::TextStartup..=SectionKind::TextCold).contains(&self)
    }
}

/// Zeroed definitions up to this many bytes lie together right behind the
/// initialised data, so that what a program always writes shares a page;
/// buffers and tables, of which it may touch little, lie behind them.
pub(crate) const SMALL_ZEROED: u32 = 512;

/// All live definitions in the order of their addresses.
pub(crate) struct Order {
    pub(crate) definitions: Vec<DefinitionId>,
}

impl Order {
    /// The definitions of one section, as positions in `definitions`.
    pub(crate) fn section(&self, program: &Program<'_>, kind: SectionKind) -> Range<usize> {
        let section = |id: &DefinitionId| SectionKind::of(program.definition(*id));
        let start = self.definitions.partition_point(|id| section(id) < kind);
        start..self.definitions.partition_point(|id| section(id) <= kind)
    }
}

/// Sorts what is live. Depends on what definitions are, not on which object
/// they are in.
pub(crate) fn order(program: &Program<'_>, live: &Live) -> Order {
    let mut keyed: Vec<_> = live
        .definitions
        .par_iter()
        .with_min_len(ITEMS_PER_TASK)
        .map(|id| (key(program.definition(*id)), *id))
        .collect();
    let compare = |a: &(Key, DefinitionId), b: &(Key, DefinitionId)| {
        (a.0.cmp(&b.0)).then_with(|| program.name(a.1).cmp(program.name(b.1)))
    };
    if keyed.len() < ITEMS_PER_TASK {
        keyed.sort_unstable_by(compare);
    } else {
        keyed.par_sort_unstable_by(compare);
    }
    Order { definitions: keyed.into_iter().map(|(_, id)| id).collect() }
}

/// Section, far from the data, phase, runtime, order.
type Key = (SectionKind, bool, Phase, bool, u64);

fn key(definition: &Definition) -> Key {
    let section = SectionKind::of(definition);
    let far = section == SectionKind::Zeroed && definition.size > SMALL_ZEROED;
    (section, far, definition.phase, definition.flags.runtime, definition.order)
}
