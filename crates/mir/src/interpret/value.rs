//! Values, and where they lie.

use smallvec::SmallVec;

use crate::LocalId;

/// A counted object of the [`super::Heap`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct ObjectId(pub u32);

/// What a local, field or element holds. Types are known from the function, so
/// that integers need not carry theirs.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value {
    /// Nothing was stored yet, or it was moved out.
    #[default]
    Nothing,
    /// `()`
    Unit,
    /// A bool.
    Bool(bool),
    /// A character.
    Char(char),
    /// An integer as [`crate::Const::Int`] holds it.
    Int(u64),
    /// An `f32` by its bits.
    F32(u32),
    /// An `f64` by its bits.
    F64(u64),
    /// Text, a list, a box, an instance, a closure or a `dyn` value.
    Object(ObjectId),
    /// A weak reference.
    Weak(Option<ObjectId>),
    /// A struct's fields.
    Struct(Box<[Value]>),
    /// A variant and its fields.
    Enum(u32, Box<[Value]>),
    /// The address of a place.
    Address(Location),
}

/// Where a place begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// A local of a frame, counted from the outermost.
    Local(u32, LocalId),
    /// Inside an object: element or field first.
    Object(ObjectId),
    /// A program-wide variable.
    Global(u32),
}

/// Where a value lies: where it begins and the fields that lead there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// Where the way begins.
    pub base: Base,
    /// Positions of fields, in structs and in the variant at hand.
    pub path: SmallVec<[u32; 4]>,
}

impl Value {
    /// The inline part at `path`.
    pub(super) fn part(&self, path: &[u32]) -> Option<&Value> {
        path.iter().try_fold(self, |value, &index| match value {
            Value::Struct(fields) | Value::Enum(_, fields) => fields.get(index as usize),
            _ => None,
        })
    }

    /// The inline part at `path`, to be changed.
    pub(super) fn part_mut(&mut self, path: &[u32]) -> Option<&mut Value> {
        path.iter().try_fold(self, |value, &index| match value {
            Value::Struct(fields) | Value::Enum(_, fields) => fields.get_mut(index as usize),
            _ => None,
        })
    }
}
