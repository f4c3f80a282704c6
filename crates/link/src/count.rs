//! Programs whose functions count their calls.
//!
//! Counting is a change of objects before they are linked, so that the code of
//! functions is what it is without it, and so are the functions of the runtime,
//! which no compiler of ours made. Each function `f` gets a counter, a piece of
//! code that counts and jumps to `f`; whatever referred to `f` refers to its
//! counter. What the counters write is the datum [`DATUM`], whose format is in
//! `docs/design/layout.md`; their slow path is the runtime's.

use std::collections::{HashMap, HashSet};

use simple_object::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, ObjectView, Phase, Relocation,
    RelocationKind,
};
use simple_source::{Interner, Symbol};

use crate::interpose::Interposed;

/// The datum that counters write and the runtime knows.
pub(crate) const DATUM: &str = "simple_counters";
/// Where a counter goes when its slot falls below zero.
const TOUCH: &str = "rt_layout_touch";
/// What is called at marks, and what takes its place to note them.
const MARK: &str = "rt_layout_mark";
const NOTE_MARK: &str = "rt_layout_note_mark";
/// What counters need of the runtime.
pub(crate) const NEEDED: [&str; 2] = [TOUCH, NOTE_MARK];
/// Counting itself, which nobody counts.
const UNCOUNTED: [&str; 3] = [TOUCH, NOTE_MARK, "rt_layout_note"];

// Offsets in the datum.
pub(crate) const MARKS_PASSED: usize = 4;
pub(crate) const LOST: usize = 8;
pub(crate) const MARKS: usize = 64;
pub(crate) const MARK_COUNT: usize = 64;
pub(crate) const MARK_SIZE: usize = 64;
pub(crate) const EDGES: usize = MARKS + MARK_COUNT * MARK_SIZE;
pub(crate) const EDGE_COUNT: usize = 1 << 17;
pub(crate) const EDGE_SIZE: usize = 16;
pub(crate) const SLOTS: usize = EDGES + EDGE_COUNT * EDGE_SIZE;
pub(crate) const SLOT_SIZE: usize = 32;
// In a mark.
pub(crate) const MARK_TIME: usize = 0;
pub(crate) const MARK_ORDER: usize = 8;
pub(crate) const MARK_LENGTH: usize = 12;
pub(crate) const MARK_NAME: usize = 16;
pub(crate) const MARK_NAME_SIZE: usize = MARK_SIZE - MARK_NAME;
// In an edge, behind its key.
pub(crate) const EDGE_CALLS: usize = 8;
// In a slot.
pub(crate) const SLOT_LEFT: usize = 0;
pub(crate) const SLOT_INTERVAL: usize = 4;
pub(crate) const SLOT_CALLS: usize = 8;
pub(crate) const SLOT_ORDER: usize = 16;
pub(crate) const SLOT_TIME: usize = 24;

/// Bytes of a counter.
pub(crate) const CODE_SIZE: usize = 28;
/// Where its jump to the function begins.
pub(crate) const JUMP: usize = 9;
/// A counter: the slot's distance, the function's and the slow path's are filled
/// in as references.
const CODE: [u8; CODE_SIZE] = [
    0x83, 0x2d, 0, 0, 0, 0, 1, // sub dword [slot], 1
    0x78, 0x05, // js slow
    0xe9, 0, 0, 0, 0, // go: jmp function
    0x4c, 0x8d, 0x1d, 0, 0, 0, 0, // slow: lea r11, [slot]
    0xe8, 0, 0, 0, 0, // call rt_layout_touch
    0xeb, 0xed, // jmp go
];
/// Where in [`CODE`] the references are.
const SLOT_IN_SUB: u32 = 2;
const FUNCTION_IN_JMP: u32 = 10;
const SLOT_IN_LEA: u32 = 17;
const TOUCH_IN_CALL: u32 = 22;

/// Objects with counters.
pub(crate) struct Counted {
    /// The functions, by the number of their slot.
    pub(crate) functions: Vec<Symbol>,
    /// References to counters in place of those to functions.
    interposed: Interposed,
    /// The counter of each function.
    instead: HashMap<Symbol, Symbol>,
    /// The counters, and their datum.
    counters: CodeObject,
    /// What is not of the program: counters and what they call.
    own: HashSet<Symbol>,
    mark: Symbol,
    note_mark: Symbol,
}

impl Counted {
    /// Makes counters for all functions of a program's objects, the runtime
    /// among them.
    pub(crate) fn new(objects: &[ObjectView<'_>], interner: &Interner) -> Self {
        let uncounted = UNCOUNTED.map(|name| interner.intern(name));
        let (mark, note_mark) = (interner.intern(MARK), interner.intern(NOTE_MARK));
        let mut counters = Counters::new(interner);
        let mut instead: HashMap<Symbol, Symbol> = HashMap::new();
        for definition in objects.iter().flat_map(|object| object.definitions) {
            let is_counted =
                definition.kind == Kind::Function && !uncounted.contains(&definition.name);
            if is_counted && !instead.contains_key(&definition.name) {
                let goes_to = if definition.name == mark { note_mark } else { definition.name };
                let name = counters.add(definition, goes_to, interner);
                instead.insert(definition.name, name);
            }
        }
        let interposed = Interposed::new(objects, &instead, &uncounted);
        let (functions, counters) = counters.finish();
        let own = uncounted.into_iter().chain(counters.definitions.iter().map(|d| d.name));
        Self { functions, interposed, instead, own: own.collect(), counters, mark, note_mark }
    }

    /// The function of the program that a linked one stands for; none for those
    /// that are only there to count.
    pub(crate) fn original(&self, name: Symbol) -> Option<Symbol> {
        if name == self.note_mark {
            Some(self.mark)
        } else {
            (!self.own.contains(&name)).then_some(name)
        }
    }

    /// The counter in front of a function.
    pub(crate) fn counter_of(&self, function: Symbol) -> Option<Symbol> {
        self.instead.get(&function).copied()
    }

    /// What is linked in place of the `objects` that this was made of.
    pub(crate) fn views<'a>(&'a self, objects: &[ObjectView<'a>]) -> Vec<ObjectView<'a>> {
        let mut views = self.interposed.views(objects);
        views.push(self.counters.view());
        views
    }
}

/// Counters in the making.
struct Counters {
    functions: Vec<Symbol>,
    object: CodeObject,
    datum: Symbol,
    touch: Symbol,
}

impl Counters {
    fn new(interner: &Interner) -> Self {
        Self {
            functions: Vec::new(),
            object: CodeObject::default(),
            datum: interner.intern(DATUM),
            touch: interner.intern(TOUCH),
        }
    }

    /// Makes a function's counter, which goes to `goes_to`, and returns its name.
    fn add(&mut self, function: &Definition, goes_to: Symbol, interner: &Interner) -> Symbol {
        let name = interner.intern(&format!("{} (counted)", interner.resolve(function.name)));
        let slot = (SLOTS + self.functions.len() * SLOT_SIZE) as i64;
        self.functions.push(function.name);
        let first = self.object.relocations.len() as u32;
        // A distance counts from the end of its instruction.
        let mut refer = |offset, target, addend| {
            let kind = RelocationKind::Relative32;
            self.object.relocations.push(Relocation { offset, kind, target, addend });
        };
        refer(SLOT_IN_SUB, self.datum, slot - 5);
        refer(FUNCTION_IN_JMP, goes_to, -4);
        refer(SLOT_IN_LEA, self.datum, slot - 4);
        refer(TOUCH_IN_CALL, self.touch, -4);
        let offset = self.object.text.len() as u32;
        self.object.text.extend_from_slice(&CODE);
        let definition = Definition {
            name,
            display: name,
            kind: Kind::Function,
            linkage: Linkage::Global,
            offset,
            size: CODE.len() as u32,
            align_log2: 4,
            phase: function.phase,
            flags: FunctionFlags { runtime: true, ..FunctionFlags::default() },
            order: function.order,
            relocations: first..self.object.relocations.len() as u32,
            positions: 0..0,
        };
        self.object.definitions.push(definition);
        name
    }

    fn finish(mut self) -> (Vec<Symbol>, CodeObject) {
        let size = SLOTS + self.functions.len() * SLOT_SIZE;
        self.object.definitions.push(Definition {
            name: self.datum,
            display: self.datum,
            kind: Kind::Zeroed,
            linkage: Linkage::Global,
            offset: 0,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            align_log2: 6,
            phase: Phase::Steady,
            flags: FunctionFlags::default(),
            order: 0,
            relocations: 0..0,
            positions: 0..0,
        });
        (self.functions, self.object)
    }
}
