//! Everything that is linked, as one flat table of definitions.

use rayon::prelude::*;
use simple_object::{Definition, ObjectView};
use simple_source::{Idx, Interner, Symbol, define_index};

use crate::ITEMS_PER_TASK;

define_index! {
    /// A definition of any object of the program.
    pub(crate) struct DefinitionId;
}

/// All objects of a link. Nothing is decided yet.
pub(crate) struct Program<'a> {
    pub(crate) interner: &'a Interner,
    objects: Vec<ObjectView<'a>>,
    /// The first definition of each object.
    starts: Vec<u32>,
    /// Which object each definition is of.
    owners: Vec<u32>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(objects: Vec<ObjectView<'a>>, interner: &'a Interner) -> Self {
        let mut starts = Vec::with_capacity(objects.len());
        let mut owners = Vec::with_capacity(objects.iter().map(|o| o.definitions.len()).sum());
        for (object, view) in objects.iter().enumerate() {
            starts.push(owners.len() as u32);
            owners.resize(owners.len() + view.definitions.len(), object as u32);
        }
        Self { interner, objects, starts, owners }
    }

    /// How many definitions there are; all ids are below.
    pub(crate) fn len(&self) -> usize {
        self.owners.len()
    }

    /// All ids, for a loop on all cores.
    pub(crate) fn par_ids(&self) -> impl IndexedParallelIterator<Item = DefinitionId> + use<> {
        (0..self.len() as u32).into_par_iter().with_min_len(ITEMS_PER_TASK).map(DefinitionId)
    }

    pub(crate) fn object(&self, id: DefinitionId) -> &ObjectView<'a> {
        &self.objects[self.owners[id.index()] as usize]
    }

    pub(crate) fn definition(&self, id: DefinitionId) -> &'a Definition {
        let owner = self.owners[id.index()] as usize;
        &self.objects[owner].definitions[(id.0 - self.starts[owner]) as usize]
    }

    /// The linker name of a definition.
    pub(crate) fn name(&self, id: DefinitionId) -> &'a str {
        self.text(self.definition(id).name)
    }

    /// What people call a definition.
    pub(crate) fn display(&self, id: DefinitionId) -> &'a str {
        self.text(self.definition(id).display)
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &'a str {
        self.interner.resolve(symbol)
    }
}
