//! Rvalues, operands, constants, places.

use super::super::names::{bin_op_named, cast_named, int_named, un_op_named};
use super::{Parser, Result};
use crate::{Arg, Args, Const, Function, LocalId, Operand, Place, Projection, Rvalue};

impl Parser<'_> {
    pub(super) fn rvalue(&mut self, function: &mut Function) -> Result<Rvalue> {
        let start = self.cursor.position();
        let word = self.cursor.peek_word();
        if let Some(op) = bin_op_named(word) {
            self.cursor.eat(word);
            let (a, b) = self.two_operands(function)?;
            return Ok(Rvalue::Binary(op, a, b));
        }
        if let Some(op) = un_op_named(word) {
            self.cursor.eat(word);
            return Ok(Rvalue::Unary(op, self.operand(function)?));
        }
        if let Some(kind) = cast_named(word) {
            self.cursor.eat(word);
            return Ok(Rvalue::Cast(kind, self.operand(function)?));
        }
        let cursor = &mut self.cursor;
        Ok(match word {
            "overflowing" => {
                cursor.eat(word);
                let word = cursor.peek_word();
                let Some(op) = bin_op_named(word) else {
                    return Err(cursor.error("expected an operator"));
                };
                cursor.eat(word);
                let (a, b) = self.two_operands(function)?;
                Rvalue::Overflowing(op, a, b)
            }
            "discriminant" => {
                cursor.eat(word);
                Rvalue::Discriminant(self.place(function)?)
            }
            "len" => {
                cursor.eat(word);
                Rvalue::Len(self.place(function)?)
            }
            "struct" => {
                cursor.eat(word);
                Rvalue::Struct(self.args(function)?)
            }
            "list" => {
                cursor.eat(word);
                Rvalue::List(self.args(function)?)
            }
            "class" => {
                cursor.eat(word);
                Rvalue::Class(self.args(function)?)
            }
            "variant" => {
                cursor.eat(word);
                let variant = cursor.index()?;
                if cursor.peek() == Some(b'(') {
                    Rvalue::Variant(variant, self.args(function)?)
                } else {
                    cursor.seek(start);
                    Rvalue::Use(self.operand(function)?)
                }
            }
            "box" => {
                cursor.eat(word);
                Rvalue::Box(self.operand(function)?)
            }
            "closure" => {
                cursor.eat(word);
                let code = self.function_name()?;
                let drop = if self.cursor.eat("drop") { Some(self.function_name()?) } else { None };
                Rvalue::Closure { code, drop, captures: self.args(function)? }
            }
            "dyn" => {
                cursor.eat(word);
                let vtable = self.vtable_name()?;
                Rvalue::Dyn(vtable, self.operand(function)?)
            }
            "downgrade" => {
                cursor.eat(word);
                Rvalue::Downgrade(self.operand(function)?)
            }
            "upgrade" => {
                cursor.eat(word);
                Rvalue::Upgrade(self.operand(function)?)
            }
            "global_address" => {
                cursor.eat(word);
                Rvalue::GlobalAddress(self.global_name()?)
            }
            _ => Rvalue::Use(self.operand(function)?),
        })
    }

    fn two_operands(&mut self, function: &mut Function) -> Result<(Operand, Operand)> {
        let a = self.operand(function)?;
        self.cursor.expect(",")?;
        Ok((a, self.operand(function)?))
    }

    /// An argument list; it becomes the next range of the function's table.
    pub(super) fn args(&mut self, function: &mut Function) -> Result<Args> {
        let args = self.bracketed("(", ")", |parser| {
            if parser.cursor.eat("&") {
                return Ok(Arg::Address(parser.place(function)?));
            }
            Ok(Arg::Value(parser.operand(function)?))
        })?;
        if args.is_empty() {
            return Ok(Args::default());
        }
        let range = Args { start: function.args.len() as u32, len: args.len() as u32 };
        function.args.extend(args);
        Ok(range)
    }

    pub(super) fn operand(&mut self, function: &mut Function) -> Result<Operand> {
        if self.at_place() {
            return Ok(Operand::Copy(self.place(function)?));
        }
        Ok(Operand::Const(self.constant()?))
    }

    fn constant(&mut self) -> Result<Const> {
        let start = self.cursor.position();
        match self.cursor.peek() {
            Some(b'"') => {
                let text = self.cursor.quoted('"')?;
                return Ok(Const::Str(self.interner.intern(&text)));
            }
            Some(b'\'') => {
                let text = self.cursor.quoted('\'')?;
                let mut chars = text.chars();
                return match (chars.next(), chars.next()) {
                    (Some(c), None) => Ok(Const::Char(c)),
                    _ => Err(self.cursor.error_at(start, "expected one character")),
                };
            }
            Some(b'-' | b'0'..=b'9') => return self.number(),
            _ => {}
        }
        if self.cursor.eat("()") {
            return Ok(Const::Unit);
        }
        let word = self.cursor.peek_word();
        match word {
            "true" | "false" => {
                self.cursor.eat(word);
                Ok(Const::Bool(word == "true"))
            }
            "bits" => {
                self.cursor.eat(word);
                self.bits()
            }
            "empty" => {
                self.cursor.eat(word);
                Ok(Const::EmptyList(self.ty()?))
            }
            "variant" => {
                self.cursor.eat(word);
                let variant = self.cursor.index()?;
                self.cursor.expect("of")?;
                Ok(Const::Variant(self.enum_named()?, variant))
            }
            "function" => {
                self.cursor.eat(word);
                let function = self.function_name()?;
                self.cursor.expect("as")?;
                Ok(Const::Function(function, self.signature()?))
            }
            "null" => {
                self.cursor.eat(word);
                self.cursor.expect("weak")?;
                Ok(Const::NullWeak(self.class_named()?))
            }
            _ => Err(self.cursor.error("expected a value")),
        }
    }

    /// A number with its type: `-5i64`, `2.5e-3f32`.
    fn number(&mut self) -> Result<Const> {
        let start = self.cursor.position();
        let bytes = self.cursor.bytes();
        let mut len = usize::from(bytes[0] == b'-');
        let is_number = |len: usize| match bytes.get(len) {
            Some(b'0'..=b'9' | b'.') => true,
            // An exponent, with its sign.
            Some(b'e') => bytes.get(len + 1).is_some_and(|b| b.is_ascii_digit() || *b == b'-'),
            Some(b'-') => bytes[len - 1] == b'e',
            _ => false,
        };
        while is_number(len) {
            len += 1;
        }
        let text = self.cursor.advance(len);
        let suffix = self.cursor.peek_word();
        self.cursor.advance(suffix.len());
        self.cursor.skip_spaces();
        let constant = match suffix {
            "f32" => text.parse().ok().map(|value: f32| Const::F32(value.to_bits())),
            "f64" => text.parse().ok().map(|value: f64| Const::F64(value.to_bits())),
            _ => {
                let Some(int) = int_named(suffix) else {
                    return Err(self.cursor.error_at(start, "expected a number with its type"));
                };
                let bits = if int.is_signed() {
                    text.parse::<i64>().ok().map(|value| value as u64)
                } else {
                    text.parse().ok()
                };
                bits.filter(|&bits| int.canonical(bits) == bits).map(|bits| Const::Int(int, bits))
            }
        };
        constant.ok_or_else(|| self.cursor.error_at(start, "this number does not fit its type"))
    }

    /// A number by its bits: `bits(0x7ff8000000000000)f64`.
    fn bits(&mut self) -> Result<Const> {
        let start = self.cursor.position();
        self.cursor.expect("(")?;
        if !self.cursor.rest().starts_with("0x") {
            return Err(self.cursor.error("expected `0x`"));
        }
        self.cursor.advance(2);
        let len = self.cursor.bytes().iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = self.cursor.advance(len);
        let bits = u64::from_str_radix(digits, 16)
            .map_err(|_| self.cursor.error_at(start, "expected up to 16 hexadecimal digits"))?;
        if self.cursor.peek() != Some(b')') {
            return Err(self.cursor.error("expected `)`"));
        }
        self.cursor.advance(1);
        let suffix = self.cursor.peek_word();
        self.cursor.advance(suffix.len());
        self.cursor.skip_spaces();
        match (suffix, int_named(suffix)) {
            ("f64", _) => Ok(Const::F64(bits)),
            ("f32", _) if bits <= u64::from(u32::MAX) => Ok(Const::F32(bits as u32)),
            (_, Some(int)) => Ok(Const::Int(int, bits)),
            _ => Err(self.cursor.error_at(start, "expected a type behind the bits")),
        }
    }

    /// `_4`
    pub(super) fn local(&mut self) -> Result<LocalId> {
        let id = self.local_number()?;
        self.cursor.skip_spaces();
        Ok(id)
    }

    fn local_number(&mut self) -> Result<LocalId> {
        let start = self.cursor.position();
        if self.cursor.peek() != Some(b'_') {
            return Err(self.cursor.error("expected a local"));
        }
        self.cursor.advance(1);
        let number = self.cursor.decimal()?;
        let number = u32::try_from(number);
        number.map(LocalId).map_err(|_| self.cursor.error_at(start, "no such local"))
    }

    /// Whether what stands here is a place rather than a constant.
    pub(super) fn at_place(&self) -> bool {
        match *self.cursor.bytes() {
            [b'_', digit, ..] => digit.is_ascii_digit(),
            [b'(', next, ..] => next != b')',
            _ => false,
        }
    }

    /// A place, read from its innermost step: each `(` or `(*` before the
    /// local is closed by an ` as N)` or a `)` behind it.
    pub(super) fn place(&mut self, function: &mut Function) -> Result<Place> {
        let mut open = Vec::new();
        while self.cursor.peek() == Some(b'(') {
            self.cursor.advance(1);
            let deref = self.cursor.peek() == Some(b'*');
            if deref {
                self.cursor.advance(1);
            }
            open.push(deref);
        }
        let local = self.local_number()?;
        let start = function.projections.len();
        loop {
            match self.cursor.peek() {
                Some(b'.') => {
                    self.cursor.advance(1);
                    let field = self.cursor.decimal()?;
                    let field = u32::try_from(field)
                        .map_err(|_| self.cursor.error("this number is too large"))?;
                    function.projections.push(Projection::Field(field));
                }
                Some(b'[') => {
                    self.cursor.advance(1);
                    let index = self.local_number()?;
                    if self.cursor.peek() != Some(b']') {
                        return Err(self.cursor.error("expected `]`"));
                    }
                    self.cursor.advance(1);
                    function.projections.push(Projection::Index(index));
                }
                Some(b')') if open.last() == Some(&true) => {
                    self.cursor.advance(1);
                    open.pop();
                    function.projections.push(Projection::Deref);
                }
                Some(b' ') if open.last() == Some(&false) => {
                    self.cursor.skip_spaces();
                    self.cursor.expect("as")?;
                    let variant = self.cursor.index()?;
                    if self.cursor.peek() != Some(b')') {
                        return Err(self.cursor.error("expected `)`"));
                    }
                    self.cursor.advance(1);
                    open.pop();
                    function.projections.push(Projection::Variant(variant));
                }
                _ if open.is_empty() => break,
                _ => return Err(self.cursor.error("a bracket is not closed")),
            }
        }
        self.cursor.skip_spaces();
        let len = (function.projections.len() - start) as u32;
        if len == 0 {
            return Ok(Place::local(local));
        }
        Ok(Place { local, start: start as u32, len })
    }
}
