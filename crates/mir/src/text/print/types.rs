//! Types and their declarations.

use simple_source::Symbol;

use super::super::names::{int_name, is_plain_type_name};
use super::Printer;
use crate::{FieldDef, SignatureId, Type, TypeId};

impl Printer<'_> {
    pub(super) fn ty(&mut self, ty: TypeId) {
        match self.context.types.get(ty) {
            Type::Unit => self.push("()"),
            Type::Bool => self.push("bool"),
            Type::Char => self.push("char"),
            Type::Int(int) => self.push(int_name(int)),
            Type::F32 => self.push("f32"),
            Type::F64 => self.push("f64"),
            Type::Str => self.push("str"),
            Type::List(element) => {
                self.push("[");
                self.ty(element);
                self.push("]");
            }
            Type::Box(inner) => {
                self.push("box ");
                self.ty(inner);
            }
            Type::Address(inner) => {
                self.push("&");
                self.ty(inner);
            }
            Type::Class(id) => self.nominal("class", self.context.types.class_name(id)),
            Type::Weak(id) => {
                self.push("weak ");
                self.nominal("class", self.context.types.class_name(id));
            }
            Type::Closure(id) => self.signature(id),
            Type::Dyn(name) => {
                self.push("dyn ");
                self.name(name);
            }
            Type::Struct(id) => self.nominal("struct", self.context.types.struct_name(id)),
            Type::Enum(id) => self.nominal("enum", self.context.types.enum_name(id)),
        }
    }

    pub(super) fn signature(&mut self, id: SignatureId) {
        let signature = self.context.types.signature(id);
        self.push("fn(");
        self.list(signature.params.iter(), |printer, &param| printer.ty(param));
        self.push(") -> ");
        self.ty(signature.result);
    }

    /// The name of a struct, enum or class; with its kind before it if the
    /// name alone does not say which.
    pub(super) fn nominal(&mut self, kind: &str, name: Symbol) {
        if self.context.types.kinds_named(name) > 1 {
            self.push(kind);
            self.push(" ");
        }
        self.type_name(name);
    }

    pub(super) fn type_name(&mut self, name: Symbol) {
        let text = self.context.interner.resolve(name);
        if is_plain_type_name(text) {
            self.out.push_str(text);
        } else {
            self.quoted(name);
        }
    }

    /// `name: type` for each field.
    pub(super) fn fields(&mut self, fields: &[FieldDef]) {
        self.list(fields, |printer, field| {
            let text = printer.context.interner.resolve(field.name);
            if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                printer.out.push_str(text);
            } else {
                printer.name(field.name);
            }
            printer.push(": ");
            printer.ty(field.ty);
        });
    }
}
