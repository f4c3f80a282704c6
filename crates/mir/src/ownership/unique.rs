//! Which containers are known to be unique in the block at hand.
//!
//! Lowering makes a container unique right before a part of it changes. When
//! something between the two counted one more reference to it, or passes moved
//! them apart, it is done again: see `docs/design/mir.md`.

use smallvec::SmallVec;

use super::body::Body;
use super::count::Tables;
use crate::{LocalId, Place, Projection};

/// More than this are not remembered.
const MAX_PLACES: usize = 8;

/// Places that hold unique containers.
#[derive(Default)]
pub(super) struct Unshared {
    places: SmallVec<[Place; 4]>,
}

impl Unshared {
    pub(super) fn clear(&mut self) {
        self.places.clear();
    }

    pub(super) fn insert(&mut self, place: Place) {
        if self.places.len() == MAX_PLACES {
            self.places.remove(0);
        }
        self.places.push(place);
    }

    pub(super) fn contains(&self, place: Place, tables: &Tables<'_>) -> bool {
        self.places.iter().any(|known| tables.same_place(*known, place))
    }

    /// Somebody else may have got a reference to something in `root`.
    pub(super) fn forget_root(&mut self, root: LocalId) {
        self.places.retain(|place| place.local != root);
    }

    /// Somebody else may have got a reference to something that is not a
    /// local's own.
    pub(super) fn forget_shared(&mut self, body: &Body<'_>) {
        self.places.retain(|place| {
            body.way(*place).segments.iter().all(|segment| !segment.region.is_shared())
        });
    }

    /// The index in `local` is another one now.
    pub(super) fn forget_index(&mut self, local: LocalId, tables: &Tables<'_>) {
        self.places.retain(|place| !tables.steps(*place).contains(&Projection::Index(local)));
    }
}
