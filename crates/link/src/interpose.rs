//! Objects whose references to functions lead to others in their place.

use std::collections::HashMap;

use simple_object::{Kind, ObjectView, Relocation, RelocationKind};
use simple_source::Symbol;

/// The references of some objects, changed.
pub(crate) struct Interposed {
    /// Of each object, those that take the place of its own.
    relocations: Vec<Vec<Relocation>>,
}

impl Interposed {
    /// Lets whatever refers to the beginning of a function in `instead` refer to
    /// what stands behind it there; but not from the definitions in `except`.
    pub(crate) fn new(
        objects: &[ObjectView<'_>],
        instead: &HashMap<Symbol, Symbol>,
        except: &[Symbol],
    ) -> Self {
        let redirect = |object: &ObjectView<'_>| {
            let mut relocations = object.relocations.to_vec();
            for definition in object.definitions {
                let range = &definition.relocations;
                let range = range.start as usize..range.end as usize;
                // A damaged object is refused by the link.
                let Some(own) = relocations.get_mut(range) else { continue };
                if except.contains(&definition.name) {
                    continue;
                }
                for relocation in own.iter_mut().filter(|r| leads_to_start(r, definition.kind)) {
                    if let Some(other) = instead.get(&relocation.target) {
                        relocation.target = *other;
                    }
                }
            }
            relocations
        };
        Self { relocations: objects.iter().map(redirect).collect() }
    }

    /// The `objects` that this was made of, with these references.
    pub(crate) fn views<'a>(&'a self, objects: &[ObjectView<'a>]) -> Vec<ObjectView<'a>> {
        let changed = objects.iter().zip(&self.relocations);
        changed.map(|(object, relocations)| ObjectView { relocations, ..*object }).collect()
    }
}

/// Whether a reference from a definition of `kind` is to the beginning of what it
/// names, where functions are entered. Tables of jumps refer to their insides.
fn leads_to_start(relocation: &Relocation, kind: Kind) -> bool {
    match relocation.kind {
        RelocationKind::Absolute64
        | RelocationKind::Absolute32
        | RelocationKind::Absolute32Signed => relocation.addend == 0,
        // Instructions count from behind the field; no others call, jump or take
        // an address.
        RelocationKind::Relative32 | RelocationKind::GotRelative32 => {
            kind == Kind::Function && relocation.addend == -4
        }
        RelocationKind::Relative64 => false,
    }
}
