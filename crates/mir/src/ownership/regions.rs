//! Which memory a place depends on, and which memory a change touches.
//!
//! The way to a place leads through *regions*: a local with the boxes and lists
//! that it owns; what lies behind an address; instances of a class. Within a
//! region a way is a path of fields and elements, and two places are apart if
//! their paths part at different fields. Between regions only types tell.

use smallvec::SmallVec;

use super::body::{Body, Class};
use crate::analysis::{Part, step};
use crate::{ClassId, Function, LocalId, Place, Projection, Type};

/// Memory that one owner reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Region {
    /// A local and what it owns.
    Local(LocalId),
    /// Behind the address in a local.
    Behind(LocalId),
    /// Instances of a class, wherever they are.
    Shared(ClassId),
    /// Memory that nobody changes during the call.
    Frozen,
}

impl Region {
    /// Whether code outside the function may reach it.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::Behind(_) | Self::Shared(_))
    }
}

/// A path in a region: a range of the function's projections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub(super) region: Region,
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Segment {
    fn path<'f>(&self, function: &'f Function) -> &'f [Projection] {
        &function.projections[self.start as usize..][..self.len as usize]
    }

    /// Whether a change of one may be a change of the other, or of what
    /// contains it.
    pub(super) fn overlaps(&self, other: &Segment, function: &Function) -> bool {
        match (self.region, other.region) {
            (Region::Frozen, _) | (_, Region::Frozen) => false,
            (Region::Local(a), Region::Local(b)) => {
                a == b && paths_overlap(self.path(function), other.path(function))
            }
            (Region::Local(_), _) | (_, Region::Local(_)) => false,
            (Region::Shared(a), Region::Shared(b)) => {
                a == b && paths_overlap(self.path(function), other.path(function))
            }
            (Region::Behind(a), Region::Behind(b)) if a == b => {
                paths_overlap(self.path(function), other.path(function))
            }
            // An address may point into an instance, or two to the same place.
            (Region::Behind(_), _) | (_, Region::Behind(_)) => true,
        }
    }
}

/// Whether one path is the beginning of the other, any two indexes taken as
/// equal.
pub(super) fn paths_overlap(a: &[Projection], b: &[Projection]) -> bool {
    !a.iter().zip(b).any(|pair| match pair {
        (Projection::Field(a), Projection::Field(b)) => a != b,
        _ => false,
    })
}

/// A place's segments: the last one is where it lies, those before are the
/// references that lead there.
pub(super) type Segments = SmallVec<[Segment; 2]>;

/// The way to a place, cut into regions.
pub(super) struct Way {
    pub(super) segments: Segments,
    /// How long the outermost prefix (of the whole way, in projections) in the
    /// last region is that holds a box or list through which the way leads.
    pub(super) container: Option<u32>,
    /// Whether the way leads through a class instance.
    pub(super) through_class: bool,
}

impl Body<'_> {
    /// The way to `place`.
    pub(super) fn way(&self, place: Place) -> Way {
        let function = self.function;
        let mut part = Some(Part::Value(function.locals[place.local].ty));
        let mut way = Way { segments: Segments::new(), container: None, through_class: false };
        let mut region = Region::Local(place.local);
        let mut start = place.start;
        for (position, projection) in function.projections_of(place).iter().enumerate() {
            let here = place.start + position as u32;
            let ty = match part {
                Some(Part::Value(ty)) => Some(self.types.get(ty)),
                _ => None,
            };
            let crosses = match (projection, ty) {
                (Projection::Deref, Some(Type::Class(class))) => {
                    way.through_class = true;
                    Some(Region::Shared(class))
                }
                (Projection::Deref, Some(Type::Address(_))) => {
                    Some(match self.class[place.local] {
                        Class::Frozen => Region::Frozen,
                        _ => Region::Behind(place.local),
                    })
                }
                (Projection::Deref | Projection::Index(_), _) => {
                    way.container.get_or_insert(position as u32);
                    None
                }
                _ => None,
            };
            if let Some(next) = crosses {
                way.segments.push(Segment { region, start, len: here - start });
                region = next;
                start = here + 1;
                way.container = None;
            }
            part = part.and_then(|part| step(self.types, part, *projection));
        }
        way.segments.push(Segment { region, start, len: place.start + place.len - start });
        way
    }

    /// Where a change of `place` may take something away from those who look at
    /// it without counting: the outermost box or list on the way, which may be
    /// exchanged for a unique copy, or the place itself if something counted
    /// lies there.
    pub(super) fn written(&self, place: Place) -> Option<Segment> {
        if place.len == 0 {
            return self.counted[place.local].then_some(Segment {
                region: Region::Local(place.local),
                start: 0,
                len: 0,
            });
        }
        let way = self.way(place);
        let mut segment = *way.segments.last()?;
        match way.container {
            Some(container) => segment.len = place.start + container - segment.start,
            None if !self.is_counted(place) => return None,
            None => {}
        }
        Some(segment)
    }

    /// Whether the way to `place` goes through fields and variants only.
    pub(super) fn is_inline(&self, place: Place) -> bool {
        self.function
            .projections_of(place)
            .iter()
            .all(|step| matches!(step, Projection::Field(_) | Projection::Variant(_)))
    }

    /// The prefix of `place` with `len` steps.
    pub(super) fn prefix(place: Place, len: u32) -> Place {
        if len == 0 { Place::local(place.local) } else { Place { len, ..place } }
    }
}
