//! Modules: declarations of types, vtables, globals, glue.

use simple_source::Symbol;
use simple_source::interner::FxHashSet;

use super::{Printer, print_type};
use crate::{
    Arg, Const, FuncId, Function, Module, Operand, Rvalue, StatementKind, Terminator, Type, TypeId,
};

impl Printer<'_> {
    pub(super) fn module(&mut self, module: &Module) {
        self.type_declarations(module);
        for vtable in &module.vtables {
            self.push("vtable ");
            self.name(vtable.name);
            self.push(" for ");
            self.ty(vtable.ty);
            self.push(" { drop ");
            self.function_name(vtable.drop);
            self.push(", clone ");
            self.function_name(vtable.clone);
            for &method in &vtable.methods {
                self.push(", ");
                self.function_name(method);
            }
            self.push(" }\n");
        }
        for global in &module.globals {
            self.push("global ");
            self.name(global.name);
            self.push(": ");
            self.ty(global.ty);
            self.push("\n");
        }
        self.glue("destroy", module.glue.destroy.iter());
        self.glue("retain", module.glue.retain.iter());
        self.glue("release", module.glue.release.iter());
        if let Some(entry) = module.entry {
            self.push("entry ");
            self.function_name(entry);
            self.push("\n");
        }
        for function in &module.functions {
            if !self.out.is_empty() {
                self.push("\n");
            }
            self.function(function);
        }
    }

    fn glue<'m>(&mut self, what: &str, entries: impl Iterator<Item = (&'m TypeId, &'m FuncId)>) {
        let (types, interner) = (self.context.types, self.context.interner);
        let mut lines: Vec<(String, FuncId)> =
            entries.map(|(&ty, &func)| (print_type(types, interner, ty), func)).collect();
        lines.sort();
        for (ty, func) in lines {
            self.push("glue ");
            self.push(what);
            self.push(" ");
            self.push(&ty);
            self.push(" = ");
            self.function_name(func);
            self.push("\n");
        }
    }

    /// Declares every struct, enum and class that the module mentions, also
    /// through other types, by kind and name.
    fn type_declarations(&mut self, module: &Module) {
        let mut found = Mentioned { seen: FxHashSet::default(), work: Vec::new() };
        found.module(module, self);
        let mut nominal: Vec<(u8, &str, Symbol, Type)> = Vec::new();
        let types = self.context.types;
        while let Some(ty) = found.work.pop() {
            let ty = types.get(ty);
            let (kind, name, key) = match ty {
                Type::List(inner) | Type::Box(inner) | Type::Address(inner) => {
                    found.ty(inner);
                    continue;
                }
                Type::Closure(id) => {
                    found.signature(self, id);
                    continue;
                }
                Type::Struct(id) => {
                    for field in types.try_struct_fields(id).unwrap_or_default() {
                        found.ty(field.ty);
                    }
                    (0, types.struct_name(id), ty)
                }
                Type::Enum(id) => {
                    for variant in types.try_enum_variants(id).unwrap_or_default() {
                        for field in &variant.fields {
                            found.ty(field.ty);
                        }
                    }
                    (1, types.enum_name(id), ty)
                }
                // A weak reference mentions the class without its type.
                Type::Class(id) | Type::Weak(id) => {
                    for field in types.try_class_fields(id).unwrap_or_default() {
                        found.ty(field.ty);
                    }
                    (2, types.class_name(id), Type::Class(id))
                }
                _ => continue,
            };
            nominal.push((kind, self.context.interner.resolve(name), name, key));
        }
        nominal.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        nominal.dedup_by_key(|entry| (entry.0, entry.2));
        for (_, _, name, ty) in nominal {
            self.declaration(name, ty);
        }
    }

    fn declaration(&mut self, name: Symbol, ty: Type) {
        let types = self.context.types;
        match ty {
            Type::Struct(id) => {
                self.push("struct ");
                self.type_name(name);
                if let Some(fields) = types.try_struct_fields(id) {
                    self.field_block(fields);
                }
            }
            Type::Class(id) => {
                self.push("class ");
                self.type_name(name);
                if let Some(fields) = types.try_class_fields(id) {
                    self.field_block(fields);
                }
            }
            Type::Enum(id) => {
                self.push("enum ");
                self.type_name(name);
                if let Some(variants) = types.try_enum_variants(id) {
                    self.push(" { ");
                    self.list(variants, |printer, variant| {
                        printer.name(variant.name);
                        if !variant.fields.is_empty() {
                            printer.push("(");
                            printer.fields(&variant.fields);
                            printer.push(")");
                        }
                    });
                    self.push(" }");
                }
            }
            _ => {}
        }
        self.push("\n");
    }

    fn field_block(&mut self, fields: &[crate::FieldDef]) {
        if fields.is_empty() {
            self.push(" {}");
            return;
        }
        self.push(" { ");
        self.fields(fields);
        self.push(" }");
    }
}

/// The types that a module mentions and that were not looked into yet.
struct Mentioned {
    seen: FxHashSet<TypeId>,
    work: Vec<TypeId>,
}

impl Mentioned {
    fn ty(&mut self, ty: TypeId) {
        if self.seen.insert(ty) {
            self.work.push(ty);
        }
    }

    fn signature(&mut self, printer: &Printer<'_>, id: crate::SignatureId) {
        let signature = printer.context.types.signature(id);
        for &param in &signature.params {
            self.ty(param);
        }
        self.ty(signature.result);
    }

    fn module(&mut self, module: &Module, printer: &Printer<'_>) {
        for vtable in &module.vtables {
            self.ty(vtable.ty);
        }
        for global in &module.globals {
            self.ty(global.ty);
        }
        let glue = &module.glue;
        for &ty in glue.destroy.keys().chain(glue.retain.keys()).chain(glue.release.keys()) {
            self.ty(ty);
        }
        for function in &module.functions {
            self.function(function, printer);
        }
    }

    fn function(&mut self, function: &Function, printer: &Printer<'_>) {
        self.ty(function.result);
        for local in &function.locals {
            self.ty(local.ty);
        }
        for arg in &function.args {
            if let Arg::Value(operand) = arg {
                self.operand(*operand, printer);
            }
        }
        for block in &function.blocks {
            for statement in &block.statements {
                match statement.kind {
                    StatementKind::Assign(_, rvalue) => self.rvalue(rvalue, printer),
                    StatementKind::Call {
                        callee: crate::Callee::Method(_, _, signature), ..
                    } => self.signature(printer, signature),
                    StatementKind::CheckIndex { index, len } => {
                        self.operand(index, printer);
                        self.operand(len, printer);
                    }
                    _ => {}
                }
            }
            match block.terminator {
                Terminator::Branch { condition: operand, .. }
                | Terminator::Switch { value: operand, .. }
                | Terminator::Return(operand) => self.operand(operand, printer),
                Terminator::Goto(_) | Terminator::Unreachable => {}
            }
        }
    }

    fn rvalue(&mut self, rvalue: Rvalue, printer: &Printer<'_>) {
        match rvalue {
            Rvalue::Use(a)
            | Rvalue::Unary(_, a)
            | Rvalue::Cast(_, a)
            | Rvalue::Box(a)
            | Rvalue::Dyn(_, a)
            | Rvalue::Downgrade(a)
            | Rvalue::Upgrade(a) => self.operand(a, printer),
            Rvalue::Binary(_, a, b) | Rvalue::Overflowing(_, a, b) => {
                self.operand(a, printer);
                self.operand(b, printer);
            }
            _ => {}
        }
    }

    fn operand(&mut self, operand: Operand, printer: &Printer<'_>) {
        let types = printer.context.types;
        match operand {
            Operand::Const(Const::EmptyList(ty)) => self.ty(ty),
            Operand::Const(Const::Variant(id, _)) => self.ty(types.intern(Type::Enum(id))),
            Operand::Const(Const::NullWeak(id)) => self.ty(types.intern(Type::Class(id))),
            Operand::Const(Const::Function(_, signature)) => self.signature(printer, signature),
            _ => {}
        }
    }
}
