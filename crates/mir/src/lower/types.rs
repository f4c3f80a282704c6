//! From types of the language to types of memory.
//!
//! Each worker keeps its own map from one to the other; what is nominal is
//! defined in the shared table by whoever gets there first, and everybody
//! defines it alike.

use simple_hir as hir;
use simple_hir::{AdtKind, FloatTy, IntTy, Ty, TyKind};
use simple_source::interner::{FxHashMap, FxHashSet};
use simple_source::{Interner, Symbol};

use crate::types::*;

/// A type that would have more parts than this is taken for endless: a
/// generic type that contains ever larger instances of itself.
const MAX_TYPES: usize = 20_000;
/// Nesting at which a type is taken for endless.
const MAX_DEPTH: u32 = 200;

/// One worker's view of the type table.
pub(crate) struct Types<'a> {
    pub(crate) program: &'a hir::Program,
    pub(crate) table: &'a TypeTable,
    pub(crate) interner: &'a Interner,
    known: FxHashMap<Ty, TypeId>,
    names: FxHashMap<Ty, Symbol>,
    depth: u32,
    /// A type that grows endlessly was met.
    pub(crate) endless: bool,
    pub(crate) unit: TypeId,
    pub(crate) bool_: TypeId,
    pub(crate) i64_: TypeId,
    pub(crate) u64_: TypeId,
    pub(crate) str_: TypeId,
}

impl<'a> Types<'a> {
    pub(crate) fn new(
        program: &'a hir::Program,
        table: &'a TypeTable,
        interner: &'a Interner,
    ) -> Self {
        Self {
            program,
            table,
            interner,
            known: FxHashMap::default(),
            names: FxHashMap::default(),
            depth: 0,
            endless: false,
            unit: table.intern(Type::Unit),
            bool_: table.intern(Type::Bool),
            i64_: table.intern(Type::Int(IntType::I64)),
            u64_: table.intern(Type::Int(IntType::U64)),
            str_: table.intern(Type::Str),
        }
    }

    /// The memory type of `ty`, which has no parameters left.
    pub(crate) fn get(&mut self, ty: Ty) -> TypeId {
        if let Some(id) = self.known.get(&ty) {
            return *id;
        }
        if self.depth >= MAX_DEPTH || self.known.len() >= MAX_TYPES {
            self.endless = true;
        }
        if self.endless {
            return self.unit;
        }
        self.depth += 1;
        let id = self.convert(ty);
        self.depth -= 1;
        self.known.insert(ty, id);
        id
    }

    fn convert(&mut self, ty: Ty) -> TypeId {
        let types = &self.program.types;
        let kind = match types.kind(ty) {
            TyKind::Error | TyKind::Infer(_) | TyKind::Param(..) => {
                debug_assert!(false, "an unknown type reached lowering");
                Type::Unit
            }
            TyKind::Never | TyKind::Unit => Type::Unit,
            TyKind::Bool => Type::Bool,
            TyKind::Char => Type::Char,
            TyKind::Str => Type::Str,
            TyKind::Int(int) => Type::Int(int_type(int)),
            TyKind::Float(FloatTy::F32) => Type::F32,
            TyKind::Float(FloatTy::F64) => Type::F64,
            TyKind::List(element) => Type::List(self.get(element)),
            TyKind::Dyn(..) => Type::Dyn(self.name(ty)),
            TyKind::Fn(params, result) => {
                let params = types.list(params).iter().map(|param| self.get(*param)).collect();
                let result = self.get(result);
                Type::Closure(self.table.intern_signature(Signature { params, result }))
            }
            TyKind::Tuple(elements) => {
                let id = self.table.declare_struct(self.name(ty));
                self.known.insert(ty, self.table.intern(Type::Struct(id)));
                let fields = types.list(elements).to_vec();
                let fields = fields
                    .into_iter()
                    .enumerate()
                    .map(|(index, ty)| FieldDef {
                        name: self.interner.intern(&index.to_string()),
                        ty: self.get(ty),
                    })
                    .collect();
                self.table.define_struct(id, fields);
                Type::Struct(id)
            }
            TyKind::Adt(adt, args) => self.convert_adt(ty, adt, args),
        };
        self.table.intern(kind)
    }

    fn convert_adt(&mut self, ty: Ty, adt: hir::AdtId, args: hir::Tys) -> Type {
        let def = &self.program.adts[adt];
        let name = self.name(ty);
        let args = self.program.types.list(args);
        match def.kind {
            AdtKind::Struct => {
                let id = self.table.declare_struct(name);
                self.known.insert(ty, self.table.intern(Type::Struct(id)));
                let fields = self.fields(&def.variants[0], args);
                self.table.define_struct(id, fields);
                Type::Struct(id)
            }
            AdtKind::BoxedStruct => {
                let id = self.table.declare_struct(name);
                let inner = self.table.intern(Type::Struct(id));
                self.known.insert(ty, self.table.intern(Type::Box(inner)));
                let fields = self.fields(&def.variants[0], args);
                self.table.define_struct(id, fields);
                Type::Box(inner)
            }
            AdtKind::Class => {
                let id = self.table.declare_class(name);
                self.known.insert(ty, self.table.intern(Type::Class(id)));
                let fields = self.fields(&def.variants[0], args);
                self.table.define_class(id, fields);
                Type::Class(id)
            }
            AdtKind::Enum => {
                let id = self.table.declare_enum(name);
                self.known.insert(ty, self.table.intern(Type::Enum(id)));
                let variants = def
                    .variants
                    .iter()
                    .map(|variant| {
                        let fields = variant
                            .fields
                            .iter()
                            .map(|field| {
                                let field_ty = self.program.types.substitute(field.ty, args);
                                let mut id = self.get(field_ty);
                                if self.contains_inline(field_ty, ty) {
                                    id = self.table.intern(Type::Box(id));
                                }
                                FieldDef { name: field.name, ty: id }
                            })
                            .collect();
                        VariantDef { name: variant.name, fields }
                    })
                    .collect();
                self.table.define_enum(id, variants);
                Type::Enum(id)
            }
        }
    }

    fn fields(&mut self, variant: &hir::VariantDef, args: &[Ty]) -> Vec<FieldDef> {
        variant
            .fields
            .iter()
            .map(|field| {
                let ty = self.program.types.substitute(field.ty, args);
                let mut id = self.get(ty);
                if field.weak
                    && let TyKind::Adt(_, option_args) = self.program.types.kind(ty)
                    && let [target] = self.program.types.list(option_args)
                    && let Type::Class(class) = {
                        let target = self.get(*target);
                        self.table.get(target)
                    }
                {
                    id = self.table.intern(Type::Weak(class));
                }
                FieldDef { name: field.name, ty: id }
            })
            .collect()
    }

    /// Whether a value of type `ty` would contain one of the enum `target`
    /// in place, through structs, tuples and enums.
    fn contains_inline(&self, ty: Ty, target: Ty) -> bool {
        let types = &self.program.types;
        let mut seen: FxHashSet<Ty> = FxHashSet::default();
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            if ty == target {
                return true;
            }
            if seen.len() > MAX_TYPES || !seen.insert(ty) {
                continue;
            }
            match types.kind(ty) {
                TyKind::Tuple(elements) => work.extend(types.list(elements)),
                TyKind::Adt(adt, args) => {
                    let def = &self.program.adts[adt];
                    if matches!(def.kind, AdtKind::Struct | AdtKind::Enum) {
                        let args = types.list(args);
                        for field in def.variants.iter().flat_map(|variant| &variant.fields) {
                            if !field.weak {
                                work.push(types.substitute(field.ty, args));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// What people call `ty`; unique, so it serves in linker names too.
    pub(crate) fn name(&mut self, ty: Ty) -> Symbol {
        if let TyKind::Adt(adt, args) = self.program.types.kind(ty)
            && args == hir::Tys::EMPTY
        {
            return self.program.adts[adt].path;
        }
        if let Some(name) = self.names.get(&ty) {
            return *name;
        }
        let mut text = String::new();
        self.write_name(ty, &mut text, 0);
        let name = self.interner.intern(&text);
        self.names.insert(ty, name);
        name
    }

    /// Appends the name of `ty` to `out`.
    pub(crate) fn write_name(&mut self, ty: Ty, out: &mut String, depth: u32) {
        if depth > MAX_DEPTH {
            self.endless = true;
            return;
        }
        let program = self.program;
        let types = &program.types;
        match types.kind(ty) {
            TyKind::Error | TyKind::Infer(_) => out.push('?'),
            TyKind::Never => out.push_str("never"),
            TyKind::Unit => out.push_str("()"),
            TyKind::Bool => out.push_str("bool"),
            TyKind::Char => out.push_str("char"),
            TyKind::Str => out.push_str("str"),
            TyKind::Int(int) => out.push_str(int_type(int).name()),
            TyKind::Float(FloatTy::F32) => out.push_str("f32"),
            TyKind::Float(FloatTy::F64) => out.push_str("f64"),
            TyKind::Param(_, name) => out.push_str(self.interner.resolve(name)),
            TyKind::List(element) => {
                out.push('[');
                self.write_name(element, out, depth + 1);
                out.push(']');
            }
            TyKind::Tuple(elements) => {
                out.push('(');
                self.write_names(types.list(elements), out, depth);
                out.push(')');
            }
            TyKind::Fn(params, result) => {
                out.push_str("fn(");
                self.write_names(types.list(params), out, depth);
                out.push_str(") -> ");
                self.write_name(result, out, depth + 1);
            }
            TyKind::Dyn(trait_, args) => {
                out.push_str("dyn ");
                out.push_str(self.interner.resolve(program.traits[trait_].path));
                self.write_args(types.list(args), out, depth);
            }
            TyKind::Adt(adt, args) => {
                out.push_str(self.interner.resolve(program.adts[adt].path));
                self.write_args(types.list(args), out, depth);
            }
        }
    }

    fn write_names(&mut self, list: &[Ty], out: &mut String, depth: u32) {
        for (index, ty) in list.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            self.write_name(*ty, out, depth + 1);
        }
    }

    /// Appends `[A, B]`, or nothing for no arguments.
    pub(crate) fn write_args(&mut self, list: &[Ty], out: &mut String, depth: u32) {
        if !list.is_empty() {
            out.push('[');
            self.write_names(list, out, depth);
            out.push(']');
        }
    }
}

/// The memory type of an integer type.
pub(crate) fn int_type(int: IntTy) -> IntType {
    match int {
        IntTy::I8 => IntType::I8,
        IntTy::I16 => IntType::I16,
        IntTy::I32 => IntType::I32,
        IntTy::I64 => IntType::I64,
        IntTy::U8 => IntType::U8,
        IntTy::U16 => IntType::U16,
        IntTy::U32 => IntType::U32,
        IntTy::U64 => IntType::U64,
    }
}
