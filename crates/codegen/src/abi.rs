//! How values are passed between functions, whatever the back end.
//!
//! A value is its *leaves*: the machine scalars in it, at their offsets. A type
//! with up to two leaves travels in registers, each leaf as a System V argument
//! of its own; larger ones travel by address. The full contract is in
//! `docs/design/codegen.md`.

use simple_mir::{ClassId, Shape, Type, TypeId, TypeTable};
use simple_source::interner::FxHashMap;

/// What a register holds. Pointers are `I64`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum Scalar {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

impl Scalar {
    /// Its size in bytes.
    pub fn size(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }

    /// The integer of `size` bytes: 1, 2, 4 or 8.
    pub fn integer(size: u32) -> Self {
        match size {
            1 => Self::I8,
            2 => Self::I16,
            4 => Self::I32,
            _ => Self::I64,
        }
    }

    /// Whether it lies in a floating-point register.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

/// A scalar in a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Leaf {
    /// From the value's start.
    pub offset: u32,
    /// What is there.
    pub scalar: Scalar,
}

/// The most leaves that travel in registers: as many as the System V ABI has
/// integer registers for a result.
pub const MAX_LEAVES: usize = 2;

/// How a value of a type is held and passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Class {
    /// In registers; with no leaves, not at all.
    Leaves(Leaves),
    /// By the address of memory with its layout.
    Memory,
}

impl Class {
    /// The class of what is not there: unit, structs of units.
    pub const NOTHING: Class = Class::Leaves(Leaves::EMPTY);

    /// Whether values are held in memory.
    pub fn is_memory(&self) -> bool {
        matches!(self, Self::Memory)
    }

    /// The leaves; none for [`Class::Memory`].
    pub fn leaves(&self) -> &[Leaf] {
        match self {
            Self::Leaves(leaves) => leaves.as_slice(),
            Self::Memory => &[],
        }
    }
}

/// Up to [`MAX_LEAVES`] leaves in order of offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Leaves {
    leaves: [Leaf; MAX_LEAVES],
    len: u8,
}

impl Leaves {
    const EMPTY: Leaves =
        Leaves { leaves: [Leaf { offset: 0, scalar: Scalar::I8 }; MAX_LEAVES], len: 0 };

    fn one(scalar: Scalar) -> Self {
        let mut leaves = Self::EMPTY;
        leaves.leaves[0].scalar = scalar;
        leaves.len = 1;
        leaves
    }

    /// Appends a leaf; false if there is no room.
    fn push(&mut self, leaf: Leaf) -> bool {
        let Some(slot) = self.leaves.get_mut(self.len as usize) else { return false };
        *slot = leaf;
        self.len += 1;
        true
    }

    /// In order of offset.
    pub fn as_slice(&self) -> &[Leaf] {
        &self.leaves[..self.len as usize]
    }
}

/// Where the fields of a class instance lie.
#[derive(Clone, Debug)]
pub struct ClassFields {
    /// From the start of the object.
    pub offsets: Box<[u32]>,
    /// Of the object, header included.
    pub size: u32,
}

/// The classes of a program's types, remembered. Each worker has its own.
pub struct Classes<'a> {
    types: &'a TypeTable,
    known: Vec<Option<Class>>,
    fields: FxHashMap<ClassId, ClassFields>,
}

impl<'a> Classes<'a> {
    /// Nothing known yet of `types`.
    pub fn new(types: &'a TypeTable) -> Self {
        Self { types, known: Vec::new(), fields: FxHashMap::default() }
    }

    /// The table of types.
    pub fn types(&self) -> &'a TypeTable {
        self.types
    }

    /// How values of type `ty` are held and passed between functions of the
    /// program.
    pub fn class(&mut self, ty: TypeId) -> Class {
        if let Some(Some(class)) = self.known.get(ty.0 as usize) {
            return *class;
        }
        let class = self.classify(ty);
        if self.known.len() <= ty.0 as usize {
            self.known.resize(ty.0 as usize + 64, None);
        }
        self.known[ty.0 as usize] = Some(class);
        class
    }

    /// How values of type `ty` are passed to and from functions of the runtime:
    /// what is not one machine value goes by address.
    pub fn extern_class(&mut self, ty: TypeId) -> Class {
        match self.types.layout(ty).shape {
            Shape::Fields(_) | Shape::Tagged { .. } if self.types.layout(ty).size > 0 => {
                Class::Memory
            }
            _ => self.class(ty),
        }
    }

    /// Where the fields of instances of `class` lie.
    pub fn class_fields(&mut self, class: ClassId) -> &ClassFields {
        self.fields.entry(class).or_insert_with(|| {
            let (offsets, size) = self.types.class_layout(class);
            ClassFields { offsets: offsets.into(), size }
        })
    }

    fn classify(&mut self, ty: TypeId) -> Class {
        let layout = self.types.layout(ty);
        let leaves = match (&layout.shape, self.types.get(ty)) {
            (Shape::Scalar, Type::Unit) => Leaves::EMPTY,
            (Shape::Scalar, Type::F32) => Leaves::one(Scalar::F32),
            (Shape::Scalar, Type::F64) => Leaves::one(Scalar::F64),
            (Shape::Scalar | Shape::Tag | Shape::Nullable { .. }, _) => {
                Leaves::one(Scalar::integer(layout.size))
            }
            (Shape::Fields(offsets), Type::Struct(id)) => {
                let mut leaves = Leaves::EMPTY;
                for (field, offset) in self.types.struct_fields(id).iter().zip(offsets) {
                    let Class::Leaves(inner) = self.class(field.ty) else { return Class::Memory };
                    for leaf in inner.as_slice() {
                        if !leaves.push(Leaf { offset: leaf.offset + offset, ..*leaf }) {
                            return Class::Memory;
                        }
                    }
                }
                leaves
            }
            (Shape::Tagged { tag_size, variants: offsets }, Type::Enum(id)) => {
                let mut leaves = Leaves::one(Scalar::integer(*tag_size));
                let mut payload: Option<Leaf> = None;
                for (variant, offsets) in self.types.enum_variants(id).iter().zip(offsets) {
                    let mut count = 0;
                    for (field, offset) in variant.fields.iter().zip(offsets) {
                        let Class::Leaves(inner) = self.class(field.ty) else {
                            return Class::Memory;
                        };
                        for leaf in inner.as_slice() {
                            let leaf = Leaf { offset: leaf.offset + offset, ..*leaf };
                            let merged = match payload {
                                None => Some(leaf),
                                Some(other) => merge(other, leaf),
                            };
                            count += 1;
                            if count > 1 || merged.is_none() {
                                return Class::Memory;
                            }
                            payload = merged;
                        }
                    }
                }
                if let Some(leaf) = payload {
                    leaves.push(leaf);
                }
                leaves
            }
            // The table gives these shapes to structs and enums only.
            (Shape::Fields(_) | Shape::Tagged { .. }, _) => return Class::Memory,
        };
        Class::Leaves(leaves)
    }
}

/// The leaf that holds what either variant of an enum has there.
fn merge(a: Leaf, b: Leaf) -> Option<Leaf> {
    if a.offset != b.offset || a.scalar.size() != b.scalar.size() {
        return None;
    }
    let scalar = if a.scalar == b.scalar { a.scalar } else { Scalar::integer(a.scalar.size()) };
    Some(Leaf { offset: a.offset, scalar })
}

#[cfg(test)]
mod tests {
    use simple_mir::{FieldDef, IntType, VariantDef};
    use simple_source::Interner;

    use super::*;

    struct Table {
        interner: Interner,
        types: TypeTable,
    }

    impl Table {
        fn new() -> Self {
            Self { interner: Interner::new(), types: TypeTable::new() }
        }
        fn int(&self, int: IntType) -> TypeId {
            self.types.intern(Type::Int(int))
        }
        fn fields(&self, types: &[TypeId]) -> Vec<FieldDef> {
            let name = self.interner.intern("x");
            types.iter().map(|ty| FieldDef { name, ty: *ty }).collect()
        }
        fn strukt(&self, name: &str, types: &[TypeId]) -> TypeId {
            let id = self.types.declare_struct(self.interner.intern(name));
            self.types.define_struct(id, self.fields(types));
            self.types.intern(Type::Struct(id))
        }
        fn enumeration(&self, name: &str, variants: &[&[TypeId]]) -> TypeId {
            let id = self.types.declare_enum(self.interner.intern(name));
            let name = self.interner.intern("v");
            let variant =
                |types: &&[TypeId]| VariantDef { name, fields: self.fields(types).into() };
            self.types.define_enum(id, variants.iter().map(variant).collect());
            self.types.intern(Type::Enum(id))
        }
        fn leaves(&self, ty: TypeId) -> Option<Vec<(u32, Scalar)>> {
            match Classes::new(&self.types).class(ty) {
                Class::Memory => None,
                class => Some(class.leaves().iter().map(|l| (l.offset, l.scalar)).collect()),
            }
        }
    }

    #[test]
    fn up_to_two_leaves_travel_in_registers() {
        let t = Table::new();
        let (i64, f64) = (t.int(IntType::I64), t.types.intern(Type::F64));
        let (u8, unit) = (t.int(IntType::U8), t.types.intern(Type::Unit));
        assert_eq!(t.leaves(unit), Some(vec![]));
        assert_eq!(t.leaves(u8), Some(vec![(0, Scalar::I8)]));
        let pair = t.strukt("pair", &[u8, f64]);
        assert_eq!(t.leaves(pair), Some(vec![(0, Scalar::I8), (8, Scalar::F64)]));
        let nested = t.strukt("nested", &[unit, pair]);
        assert_eq!(t.leaves(nested), t.leaves(pair));
        assert_eq!(t.leaves(t.strukt("three", &[i64, i64, i64])), None);
        assert_eq!(t.leaves(t.strukt("four", &[pair, pair])), None);
        assert_eq!(t.leaves(t.strukt("none", &[unit, unit])), Some(vec![]));
    }

    #[test]
    fn variants_share_a_leaf_if_they_agree_on_its_place() {
        let t = Table::new();
        let (i64, f64) = (t.int(IntType::I64), t.types.intern(Type::F64));
        let (i32, text) = (t.int(IntType::I32), t.types.intern(Type::Str));
        let tag = (0, Scalar::I8);
        let option = t.enumeration("i64?", &[&[], &[i64]]);
        assert_eq!(t.leaves(option), Some(vec![tag, (8, Scalar::I64)]));
        let result = t.enumeration("r", &[&[f64], &[text]]);
        assert_eq!(t.leaves(result), Some(vec![tag, (8, Scalar::I64)]));
        let floats = t.enumeration("f", &[&[f64], &[f64], &[]]);
        assert_eq!(t.leaves(floats), Some(vec![tag, (8, Scalar::F64)]));
        assert_eq!(t.leaves(t.enumeration("apart", &[&[i32], &[i64]])), None);
        assert_eq!(t.leaves(t.enumeration("two", &[&[i64, i64], &[]])), None);
        assert_eq!(t.leaves(t.enumeration("deep", &[&[option], &[]])), None);
        assert_eq!(t.leaves(t.enumeration("str?", &[&[], &[text]])), Some(vec![(0, Scalar::I64)]));
        assert_eq!(t.leaves(t.enumeration("plain", &[&[], &[], &[]])), Some(vec![tag]));
    }

    #[test]
    fn the_runtime_gets_aggregates_by_address() {
        let t = Table::new();
        let (i64, unit) = (t.int(IntType::I64), t.types.intern(Type::Unit));
        let mut classes = Classes::new(&t.types);
        assert!(classes.extern_class(t.strukt("one", &[i64])).is_memory());
        assert!(classes.extern_class(t.enumeration("o", &[&[], &[i64]])).is_memory());
        assert_eq!(classes.extern_class(t.strukt("empty", &[unit])), Class::NOTHING);
        assert!(!classes.extern_class(i64).is_memory());
    }
}
