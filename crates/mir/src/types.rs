//! MIR types: concrete, interned, with a memory layout.
//!
//! They describe memory (see `docs/design/memory.md`), not the language:
//! tuples and structs are both [`Type::Struct`], and what breaks a recursive
//! type is a visible [`Type::Box`].

use std::sync::{Mutex, OnceLock};

use simple_source::interner::{FxHashMap, fx_hash};
use simple_source::{Symbol, define_index};

define_index! {
    /// A type of the [`TypeTable`]. Numbers depend on scheduling: nothing that
    /// is written out may depend on their order.
    pub struct TypeId;
    /// A struct or tuple.
    pub struct StructId;
    /// An enum.
    pub struct EnumId;
    /// A class.
    pub struct ClassId;
    /// The signature of a closure or of a `dyn` method.
    pub struct SignatureId;
}

/// An integer type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum IntType {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

impl IntType {
    /// Width in bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::I8 | Self::U8 => 8,
            Self::I16 | Self::U16 => 16,
            Self::I32 | Self::U32 => 32,
            Self::I64 | Self::U64 => 64,
        }
    }
    /// Whether negative values exist.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }
    /// `bits` cut to this type's width and extended to 64 bits by its sign: the
    /// form in which [`crate::Const::Int`] holds a value.
    pub fn canonical(self, bits: u64) -> u64 {
        let unused = 64 - self.bits();
        if self.is_signed() {
            ((bits << unused) as i64 >> unused) as u64
        } else {
            bits << unused >> unused
        }
    }
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
        }
    }
}

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// Zero bytes.
    Unit,
    /// 0 or 1 in a byte.
    Bool,
    /// A Unicode scalar value in 4 bytes.
    Char,
    /// An integer.
    Int(IntType),
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// Counted text.
    Str,
    /// Counted list of the element type.
    List(TypeId),
    /// Counted box around a value; unique before it is changed.
    Box(TypeId),
    /// Counted reference to a class instance, shared.
    Class(ClassId),
    /// Weak reference to a class instance, or null.
    Weak(ClassId),
    /// Counted closure.
    Closure(SignatureId),
    /// Counted value with a vtable; methods are reached by slot.
    Dyn(Symbol),
    /// Fields in order, inline.
    Struct(StructId),
    /// Tag and payload, inline.
    Enum(EnumId),
    /// Address of a place of the given type, not counted: `mut` parameters.
    Address(TypeId),
}

/// A struct or tuple.
#[derive(Debug)]
pub struct StructDef {
    /// As people write it: `Point`, `(i64, str)`. Unique among structs.
    pub name: Symbol,
    fields: OnceLock<Box<[FieldDef]>>,
}

/// A class.
#[derive(Debug)]
pub struct ClassDef {
    /// As people write it, unique among classes.
    pub name: Symbol,
    fields: OnceLock<Box<[FieldDef]>>,
}

/// A field of a struct, class or variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDef {
    /// Its name; the digits of its position in tuples.
    pub name: Symbol,
    /// Its type.
    pub ty: TypeId,
}

/// An enum.
#[derive(Debug)]
pub struct EnumDef {
    /// As people write it: `Shape`, `i64?`. Unique among enums.
    pub name: Symbol,
    variants: OnceLock<Box<[VariantDef]>>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantDef {
    /// Its name.
    pub name: Symbol,
    /// Its fields; a field that closes a cycle has a [`Type::Box`].
    pub fields: Box<[FieldDef]>,
}

/// What a closure or a `dyn` method takes and returns. The closure object
/// itself comes first and is not listed. Arguments are passed owned.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// Parameter types; [`Type::Address`] for `mut` parameters.
    pub params: Box<[TypeId]>,
    /// The result.
    pub result: TypeId,
}

/// Size and place of a type's parts, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes, a multiple of `align`; 0 for unit.
    pub size: u32,
    /// 1, 2, 4 or 8.
    pub align: u32,
    /// Whether a copy has to count something.
    pub counted: bool,
    /// What is inside.
    pub shape: Shape,
}

/// What is inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One machine value (or nothing).
    Scalar,
    /// Fields at these offsets.
    Fields(Box<[u32]>),
    /// Only a tag: the variant's number in a `u8` (`u16` above 256 variants).
    Tag,
    /// One pointer; null is the variant `null`, anything else is the single
    /// field of the variant `some`.
    Nullable {
        /// The variant without fields.
        null: u32,
        /// The variant with the pointer.
        some: u32,
    },
    /// A tag at offset 0 and the variants' fields at these offsets.
    Tagged {
        /// Bytes of the tag: 1 or 2.
        tag_size: u32,
        /// For each variant its fields' offsets.
        variants: Box<[Box<[u32]>]>,
    },
}

/// All types of a program. Shared by all threads; entries are never changed
/// once they are complete.
#[derive(Default)]
pub struct TypeTable {
    types: boxcar::Vec<TypeEntry>,
    structs: boxcar::Vec<StructDef>,
    enums: boxcar::Vec<EnumDef>,
    classes: boxcar::Vec<ClassDef>,
    signatures: boxcar::Vec<Signature>,
    by_type: Sharded<Type, TypeId>,
    by_signature: Sharded<Signature, SignatureId>,
    by_name: Sharded<(Nominal, Symbol), u32>,
}

struct TypeEntry {
    ty: Type,
    layout: OnceLock<Layout>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Nominal {
    Struct,
    Enum,
    Class,
}

struct Sharded<K, V>([Mutex<FxHashMap<K, V>>; 16]);

impl<K, V> Default for Sharded<K, V> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(FxHashMap::default())))
    }
}

impl<K: std::hash::Hash + Eq + Clone, V: Copy> Sharded<K, V> {
    fn get_or_insert_with(&self, key: &K, make: impl FnOnce() -> V) -> V {
        let shard = &self.0[(fx_hash(key) >> 40) as usize & 15];
        let mut map = shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(value) = map.get(key) {
            return *value;
        }
        let value = make();
        map.insert(key.clone(), value);
        value
    }

    fn get(&self, key: &K) -> Option<V> {
        let shard = &self.0[(fx_hash(key) >> 40) as usize & 15];
        shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(key).copied()
    }
}

impl TypeTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of `ty`, the same for equal types.
    pub fn intern(&self, ty: Type) -> TypeId {
        self.by_type.get_or_insert_with(&ty, || {
            TypeId(self.types.push(TypeEntry { ty, layout: OnceLock::new() }) as u32)
        })
    }

    /// The type with number `id`.
    pub fn get(&self, id: TypeId) -> Type {
        self.types[id.0 as usize].ty
    }

    /// The struct called `name`; its fields are given once with
    /// [`TypeTable::define_struct`].
    pub fn declare_struct(&self, name: Symbol) -> StructId {
        StructId(self.by_name.get_or_insert_with(&(Nominal::Struct, name), || {
            self.structs.push(StructDef { name, fields: OnceLock::new() }) as u32
        }))
    }

    /// The enum called `name`; see [`TypeTable::define_enum`].
    pub fn declare_enum(&self, name: Symbol) -> EnumId {
        EnumId(self.by_name.get_or_insert_with(&(Nominal::Enum, name), || {
            self.enums.push(EnumDef { name, variants: OnceLock::new() }) as u32
        }))
    }

    /// The class called `name`; see [`TypeTable::define_class`].
    pub fn declare_class(&self, name: Symbol) -> ClassId {
        ClassId(self.by_name.get_or_insert_with(&(Nominal::Class, name), || {
            self.classes.push(ClassDef { name, fields: OnceLock::new() }) as u32
        }))
    }

    /// The struct called `name`, if it was declared.
    pub fn find_struct(&self, name: Symbol) -> Option<StructId> {
        self.by_name.get(&(Nominal::Struct, name)).map(StructId)
    }
    /// The enum called `name`, if it was declared.
    pub fn find_enum(&self, name: Symbol) -> Option<EnumId> {
        self.by_name.get(&(Nominal::Enum, name)).map(EnumId)
    }
    /// The class called `name`, if it was declared.
    pub fn find_class(&self, name: Symbol) -> Option<ClassId> {
        self.by_name.get(&(Nominal::Class, name)).map(ClassId)
    }
    /// How many of struct, enum and class are called `name`: names are unique
    /// among each of them only.
    pub fn kinds_named(&self, name: Symbol) -> usize {
        usize::from(self.find_struct(name).is_some())
            + usize::from(self.find_enum(name).is_some())
            + usize::from(self.find_class(name).is_some())
    }

    /// Gives a struct its fields. Of several calls with the same id, which
    /// must agree, the first one counts.
    pub fn define_struct(&self, id: StructId, fields: Vec<FieldDef>) {
        let _ = self.structs[id.0 as usize].fields.set(fields.into());
    }

    /// Gives an enum its variants, likewise.
    pub fn define_enum(&self, id: EnumId, variants: Vec<VariantDef>) {
        let _ = self.enums[id.0 as usize].variants.set(variants.into());
    }

    /// Gives a class its fields, likewise.
    pub fn define_class(&self, id: ClassId, fields: Vec<FieldDef>) {
        let _ = self.classes[id.0 as usize].fields.set(fields.into());
    }

    /// The name of a struct.
    pub fn struct_name(&self, id: StructId) -> Symbol {
        self.structs[id.0 as usize].name
    }
    /// The name of an enum.
    pub fn enum_name(&self, id: EnumId) -> Symbol {
        self.enums[id.0 as usize].name
    }
    /// The name of a class.
    pub fn class_name(&self, id: ClassId) -> Symbol {
        self.classes[id.0 as usize].name
    }

    /// The fields of a struct, or none while it is only declared.
    pub fn try_struct_fields(&self, id: StructId) -> Option<&[FieldDef]> {
        self.structs[id.0 as usize].fields.get().map(|fields| &**fields)
    }
    /// The fields of a struct.
    ///
    /// # Panics
    /// If it was not defined.
    pub fn struct_fields(&self, id: StructId) -> &[FieldDef] {
        self.try_struct_fields(id).expect("a struct is defined before it is used")
    }
    /// The variants of an enum, or none while it is only declared.
    pub fn try_enum_variants(&self, id: EnumId) -> Option<&[VariantDef]> {
        self.enums[id.0 as usize].variants.get().map(|variants| &**variants)
    }
    /// The variants of an enum.
    ///
    /// # Panics
    /// If it was not defined.
    pub fn enum_variants(&self, id: EnumId) -> &[VariantDef] {
        self.try_enum_variants(id).expect("an enum is defined before it is used")
    }
    /// The fields of a class, or none while it is only declared.
    pub fn try_class_fields(&self, id: ClassId) -> Option<&[FieldDef]> {
        self.classes[id.0 as usize].fields.get().map(|fields| &**fields)
    }
    /// The fields of a class.
    ///
    /// # Panics
    /// If it was not defined.
    pub fn class_fields(&self, id: ClassId) -> &[FieldDef] {
        self.try_class_fields(id).expect("a class is defined before it is used")
    }

    /// The number of `signature`.
    pub fn intern_signature(&self, signature: Signature) -> SignatureId {
        self.by_signature.get_or_insert_with(&signature, || {
            SignatureId(self.signatures.push(signature.clone()) as u32)
        })
    }
    /// The signature with number `id`.
    pub fn signature(&self, id: SignatureId) -> &Signature {
        &self.signatures[id.0 as usize]
    }

    /// Where an instance's fields lie, from the object's start (the header
    /// counts), and the whole object's size.
    pub fn class_layout(&self, id: ClassId) -> (Vec<u32>, u32) {
        let (offsets, size, _) = self.place_fields(self.class_fields(id), HEADER_SIZE);
        (offsets, size.next_multiple_of(8))
    }

    /// Whether a copy of a value of this type has to count something.
    pub fn is_counted(&self, id: TypeId) -> bool {
        self.layout(id).counted
    }

    /// Size, alignment and parts of `id`. Computed once.
    ///
    /// # Panics
    /// If a struct or enum inside it was declared but never defined.
    pub fn layout(&self, id: TypeId) -> &Layout {
        let entry = &self.types[id.0 as usize];
        entry.layout.get_or_init(|| match entry.ty {
            Type::Unit => scalar(0, 1, false),
            Type::Bool => scalar(1, 1, false),
            Type::Char | Type::F32 => scalar(4, 4, false),
            Type::Int(int) => scalar(int.bits() / 8, int.bits() / 8, false),
            Type::F64 | Type::Address(_) => scalar(8, 8, false),
            Type::Str
            | Type::List(_)
            | Type::Box(_)
            | Type::Class(_)
            | Type::Weak(_)
            | Type::Closure(_)
            | Type::Dyn(_) => scalar(8, 8, true),
            Type::Struct(id) => {
                let fields = self.struct_fields(id);
                let (offsets, size, align) = self.place_fields(fields, 0);
                Layout {
                    size: size.next_multiple_of(align),
                    align,
                    counted: fields.iter().any(|field| self.is_counted(field.ty)),
                    shape: Shape::Fields(offsets.into()),
                }
            }
            Type::Enum(id) => self.enum_layout(self.enum_variants(id)),
        })
    }

    fn enum_layout(&self, variants: &[VariantDef]) -> Layout {
        let tag_size = if variants.len() <= 256 { 1 } else { 2 };
        if variants.iter().all(|variant| variant.fields.is_empty()) {
            let shape = Shape::Tag;
            return Layout { size: tag_size, align: tag_size, counted: false, shape };
        }
        if let [a, b] = variants {
            for (null, some, none, full) in [(0, 1, a, b), (1, 0, b, a)] {
                if none.fields.is_empty()
                    && let [field] = &*full.fields
                    && self.is_never_null(field.ty)
                {
                    let shape = Shape::Nullable { null, some };
                    return Layout { size: 8, align: 8, counted: true, shape };
                }
            }
        }
        let (mut size, mut align, mut counted) = (tag_size, tag_size, false);
        let offsets = variants
            .iter()
            .map(|variant| {
                let (offsets, end, field_align) = self.place_fields(&variant.fields, tag_size);
                size = size.max(end);
                align = align.max(field_align);
                counted |= variant.fields.iter().any(|field| self.is_counted(field.ty));
                offsets.into()
            })
            .collect();
        Layout {
            size: size.next_multiple_of(align),
            align,
            counted,
            shape: Shape::Tagged { tag_size, variants: offsets },
        }
    }

    /// Whether every value of the type is a pointer other than null.
    fn is_never_null(&self, id: TypeId) -> bool {
        matches!(
            self.get(id),
            Type::Str
                | Type::List(_)
                | Type::Box(_)
                | Type::Class(_)
                | Type::Closure(_)
                | Type::Dyn(_)
        )
    }

    fn place_fields(&self, fields: &[FieldDef], start: u32) -> (Vec<u32>, u32, u32) {
        let (mut end, mut align) = (start, 1);
        let offsets = fields
            .iter()
            .map(|field| {
                let layout = self.layout(field.ty);
                let offset = end.next_multiple_of(layout.align);
                end = offset + layout.size;
                align = align.max(layout.align);
                offset
            })
            .collect();
        (offsets, end, align)
    }
}

fn scalar(size: u32, align: u32, counted: bool) -> Layout {
    Layout { size, align, counted, shape: Shape::Scalar }
}

/// Bytes of a counted object's header.
pub const HEADER_SIZE: u32 = 8;
/// Offset of the length in text and lists.
pub const LEN_OFFSET: u32 = 8;
/// Offset of the capacity in text and lists.
pub const CAP_OFFSET: u32 = 16;
/// Offset of the first byte of text or the first element of a list.
pub const DATA_OFFSET: u32 = 24;
/// Offset of the value in a box.
pub const BOX_OFFSET: u32 = 8;
/// Offset of the code pointer in a closure; the code's first argument is the
/// address of the captures.
pub const CLOSURE_CODE_OFFSET: u32 = 8;
/// Offset of the drop function in a closure.
pub const CLOSURE_DROP_OFFSET: u32 = 16;
/// Offset of the first capture in a closure.
pub const CLOSURE_CAPTURES_OFFSET: u32 = 24;
/// Offset of the vtable pointer in a `dyn` object.
pub const DYN_VTABLE_OFFSET: u32 = 8;
/// Offset of the value in a `dyn` object.
pub const DYN_VALUE_OFFSET: u32 = 16;
/// Offset of the first method in a vtable, after `drop` and `clone`.
pub const VTABLE_METHODS_OFFSET: u32 = 16;
