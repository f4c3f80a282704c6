//! Types and names.

use simple_source::Symbol;

use super::super::names::{int_named, type_name_len};
use super::{MAX_TYPE_DEPTH, Parser, Result};
use crate::{ClassId, EnumId, Signature, SignatureId, Type, TypeId};

impl Parser<'_> {
    /// A name, plain or quoted.
    pub(super) fn name(&mut self) -> Result<Symbol> {
        if self.cursor.peek() == Some(b'"') {
            let text = self.cursor.quoted('"')?;
            return Ok(self.interner.intern(&text));
        }
        let word = self.cursor.peek_word();
        if word.is_empty() {
            return Err(self.cursor.error("expected a name"));
        }
        self.cursor.advance(word.len());
        self.cursor.skip_spaces();
        Ok(self.interner.intern(word))
    }

    /// The name of a struct, enum or class, as people write it or quoted.
    pub(super) fn type_name(&mut self) -> Result<Symbol> {
        if self.cursor.peek() == Some(b'"') {
            return self.name();
        }
        let len = type_name_len(self.cursor.bytes());
        if len == 0 {
            return Err(self.cursor.error("expected the name of a type"));
        }
        let text = self.cursor.advance(len);
        self.cursor.skip_spaces();
        Ok(self.interner.intern(text))
    }

    pub(super) fn ty(&mut self) -> Result<TypeId> {
        if self.type_depth == MAX_TYPE_DEPTH {
            return Err(self.cursor.error("types are nested too deeply"));
        }
        self.type_depth += 1;
        let ty = self.ty_inner();
        self.type_depth -= 1;
        ty
    }

    fn ty_inner(&mut self) -> Result<TypeId> {
        // Names first: `i64?` and `[i64]?` begin like types that they are not.
        let named = self.cursor.peek() == Some(b'"') || type_name_len(self.cursor.bytes()) > 0;
        if named {
            return self.named_type();
        }
        let cursor = &mut self.cursor;
        let ty = if cursor.eat("()") {
            Type::Unit
        } else if cursor.eat("[") {
            let element = self.ty()?;
            self.cursor.expect("]")?;
            Type::List(element)
        } else if cursor.eat("&") {
            Type::Address(self.ty()?)
        } else if cursor.eat("box") {
            Type::Box(self.ty()?)
        } else if cursor.eat("weak") {
            Type::Weak(self.class_named()?)
        } else if cursor.eat("dyn") {
            Type::Dyn(self.name()?)
        } else if cursor.rest().starts_with("fn(") {
            Type::Closure(self.signature()?)
        } else if cursor.eat("struct") {
            let start = cursor.position();
            let name = self.type_name()?;
            match self.names.structs.get(&name) {
                Some(&id) => Type::Struct(id),
                None => return Err(self.cursor.error_at(start, "unknown struct")),
            }
        } else if cursor.eat("enum") {
            Type::Enum(self.enum_named()?)
        } else if cursor.eat("class") {
            Type::Class(self.class_named()?)
        } else {
            let word = cursor.peek_word();
            let ty = match word {
                "bool" => Type::Bool,
                "char" => Type::Char,
                "f32" => Type::F32,
                "f64" => Type::F64,
                "str" => Type::Str,
                _ => match int_named(word) {
                    Some(int) => Type::Int(int),
                    None => return Err(cursor.error("expected a type")),
                },
            };
            cursor.advance(word.len());
            cursor.skip_spaces();
            ty
        };
        Ok(self.types.intern(ty))
    }

    fn named_type(&mut self) -> Result<TypeId> {
        let start = self.cursor.position();
        let name = self.type_name()?;
        let found = [
            self.names.structs.get(&name).map(|&id| Type::Struct(id)),
            self.names.enums.get(&name).map(|&id| Type::Enum(id)),
            self.names.classes.get(&name).map(|&id| Type::Class(id)),
        ];
        let mut found = found.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(ty), None) => Ok(self.types.intern(ty)),
            (None, _) => Err(self.cursor.error_at(
                start,
                format!("the type `{}` is not declared", self.interner.resolve(name)),
            )),
            (Some(_), Some(_)) => Err(self
                .cursor
                .error_at(start, "several types have this name: say `struct`, `enum` or `class`")),
        }
    }

    /// The name of an enum, with or without `enum` before it.
    pub(super) fn enum_named(&mut self) -> Result<EnumId> {
        self.cursor.eat("enum");
        let start = self.cursor.position();
        let name = self.type_name()?;
        let id = self.names.enums.get(&name).copied();
        id.ok_or_else(|| self.cursor.error_at(start, "unknown enum"))
    }

    /// The name of a class, with or without `class` before it.
    pub(super) fn class_named(&mut self) -> Result<ClassId> {
        self.cursor.eat("class");
        let start = self.cursor.position();
        let name = self.type_name()?;
        let id = self.names.classes.get(&name).copied();
        id.ok_or_else(|| self.cursor.error_at(start, "unknown class"))
    }

    pub(super) fn signature(&mut self) -> Result<SignatureId> {
        self.cursor.expect("fn")?;
        let params = self.bracketed("(", ")", Self::ty)?;
        self.cursor.expect("->")?;
        let result = self.ty()?;
        Ok(self.types.intern_signature(Signature { params: params.into(), result }))
    }

    /// Items with commas between them, in brackets.
    pub(super) fn bracketed<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.cursor.expect(open)?;
        let mut items = Vec::new();
        if self.cursor.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.cursor.eat(close) {
                return Ok(items);
            }
            if !self.cursor.eat(",") {
                return Err(self.cursor.error(format!("expected `,` or `{close}`")));
            }
        }
    }
}
