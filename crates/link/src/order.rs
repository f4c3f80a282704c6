//! In what order do definitions lie?
//!
//! Sections one after the other; in each, the phases in the order in which a
//! run goes through them; in each phase, what a layout plan gave a rank, then
//! the program before the runtime, and both in their natural order.

use std::ops::Range;

use rayon::prelude::*;
use simple_object::{Definition, Kind, Phase};

use crate::ITEMS_PER_TASK;
use crate::mark::Live;
use crate::placement::Placement;
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

    /// The section that `definition` belongs to if it is needed in `phase`.
    fn of(definition: &Definition, phase: Phase) -> Self {
        match (definition.kind, phase) {
            (Kind::Function, Phase::Startup) => SectionKind::TextStartup,
            (Kind::Function, Phase::FirstFrame) => SectionKind::TextFirstFrame,
            (Kind::Function, Phase::Steady) => SectionKind::Text,
            (Kind::Function, Phase::Cold) => SectionKind::TextCold,
            (Kind::ReadOnly, _) => SectionKind::ReadOnly,
            (Kind::Data, _) => SectionKind::Data,
            (Kind::Zeroed, _) => SectionKind::Zeroed,
        }
    }

    /// Whether definitions of that kind may lie in it.
    pub(crate) fn holds(self, kind: Kind) -> bool {
        match kind {
            Kind::Function => self.is_text(),
            Kind::ReadOnly => self == SectionKind::ReadOnly,
            Kind::Data => self == SectionKind::Data,
            Kind::Zeroed => self == SectionKind::Zeroed,
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
    /// Of each section of [`SectionKind::ALL`], as positions in `definitions`.
    sections: [Range<usize>; SectionKind::ALL.len()],
    /// Those that begin a page, sorted.
    pub(crate) page_starts: Vec<DefinitionId>,
}

impl Order {
    /// The definitions of one section, as positions in `definitions`.
    pub(crate) fn section(&self, kind: SectionKind) -> Range<usize> {
        self.sections[kind as usize].clone()
    }
}

/// Sorts what is live. Depends on what definitions are, not on which object
/// they are in.
pub(crate) fn order(program: &Program<'_>, live: &Live, placement: &Placement) -> Order {
    let mut keyed: Vec<_> = live
        .definitions
        .par_iter()
        .with_min_len(ITEMS_PER_TASK)
        .map(|id| (key(program, placement, *id), *id))
        .collect();
    let compare = |a: &(Key, DefinitionId), b: &(Key, DefinitionId)| {
        (a.0.cmp(&b.0)).then_with(|| program.name(a.1).cmp(program.name(b.1)))
    };
    if keyed.len() < ITEMS_PER_TASK {
        keyed.sort_unstable_by(compare);
    } else {
        keyed.par_sort_unstable_by(compare);
    }
    let sections = SectionKind::ALL.map(|kind| {
        let start = keyed.partition_point(|(key, _)| key.0 < kind);
        start..keyed.partition_point(|(key, _)| key.0 <= kind)
    });
    Order {
        definitions: keyed.into_iter().map(|(_, id)| id).collect(),
        sections,
        page_starts: placement.page_starts().to_vec(),
    }
}

/// Section, far from the data, phase, rank, runtime, order.
type Key = (SectionKind, bool, Phase, u32, bool, u64);

fn key(program: &Program<'_>, placement: &Placement, id: DefinitionId) -> Key {
    let definition = program.definition(id);
    let phase = placement.phase(program, id);
    let section = SectionKind::of(definition, phase);
    let far = section == SectionKind::Zeroed && definition.size > SMALL_ZEROED;
    (section, far, phase, placement.rank(id), definition.flags.runtime, definition.order)
}
