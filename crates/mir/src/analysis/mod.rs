//! Questions that several passes ask of a function: the types of its places,
//! the shape of its control flow, what its statements do with which place.

mod bits;
mod cfg;
mod dominators;
mod liveness;
mod occurrences;
mod places;
mod variants;

pub use bits::{BitMatrix, BitSet};
pub use cfg::{Cfg, for_each_successor, map_successors};
pub use dominators::Dominators;
pub use liveness::{Event, LiveSet, Liveness, for_each_event};
pub use occurrences::{How, Occurrence, Role, for_each_occurrence, for_each_terminator_operand};
pub use places::{Part, local_type, part_of, place_type, step};
pub use variants::known_variant;
