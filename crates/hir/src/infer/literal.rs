//! Literals, and what becomes of them when their type is known.

use simple_source::{Applicability, Diagnostic, Span, Symbol};
use simple_syntax::ast::{self, Expr as Tree, NumberSuffix};

use super::Infer;
use super::table::{NumberClass, VarKind};
use crate::body::*;
use crate::codes;
use crate::names::int_name;
use crate::ty::{FloatTy, IntTy, Ty, TyKind};

/// A number literal, to be looked at when its type is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal {
    pub(crate) expr: ExprId,
    pub(crate) value: u64,
    pub(crate) negative: bool,
}

/// The type that a suffix names.
fn suffix_type(suffix: NumberSuffix) -> Ty {
    match suffix {
        NumberSuffix::I8 => Ty::I8,
        NumberSuffix::I16 => Ty::I16,
        NumberSuffix::I32 => Ty::I32,
        NumberSuffix::I64 => Ty::I64,
        NumberSuffix::U8 => Ty::U8,
        NumberSuffix::U16 => Ty::U16,
        NumberSuffix::U32 => Ty::U32,
        NumberSuffix::U64 => Ty::U64,
        NumberSuffix::F32 => Ty::F32,
        NumberSuffix::F64 => Ty::F64,
    }
}

/// The least and the greatest value of an integer type.
pub(crate) fn int_range(int: IntTy) -> (i128, i128) {
    match int {
        IntTy::I8 => (i8::MIN.into(), i8::MAX.into()),
        IntTy::I16 => (i16::MIN.into(), i16::MAX.into()),
        IntTy::I32 => (i32::MIN.into(), i32::MAX.into()),
        IntTy::I64 => (i64::MIN.into(), i64::MAX.into()),
        IntTy::U8 => (0, u8::MAX.into()),
        IntTy::U16 => (0, u16::MAX.into()),
        IntTy::U32 => (0, u32::MAX.into()),
        IntTy::U64 => (0, u64::MAX.into()),
    }
}

impl Infer<'_> {
    /// An integer literal, with its direct sign.
    pub(crate) fn int_literal(
        &mut self,
        value: u64,
        suffix: Option<NumberSuffix>,
        negative: bool,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ty = match suffix {
            Some(suffix) => suffix_type(suffix),
            None => self.number_type(VarKind::Int, hint, span),
        };
        let expr = self.push(ExprKind::Int(value), ty, span);
        self.f.literals.push(Literal { expr, value, negative });
        expr
    }

    /// A float literal, with its direct sign.
    pub(crate) fn float_literal(
        &mut self,
        value: f64,
        suffix: Option<NumberSuffix>,
        negative: bool,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ty = match suffix {
            Some(suffix) => suffix_type(suffix),
            None => self.number_type(VarKind::Float, hint, span),
        };
        let signed = if negative { -value } else { value };
        let expr = self.push(ExprKind::Float(signed), ty, span);
        if Ty::F64 != ty {
            self.f.literals.push(Literal { expr, value: 0, negative });
        }
        expr
    }

    /// The type of a number literal: what is expected if that is a number
    /// type, else a variable that only numbers fit.
    fn number_type(&mut self, kind: VarKind, hint: Option<Ty>, span: Span) -> Ty {
        if let Some(hint) = hint {
            let hint = self.table.shallow(hint);
            let fits = match self.table.kind(hint) {
                TyKind::Int(_) => kind == VarKind::Int,
                TyKind::Float(_) => true,
                TyKind::Param(index, _) => match self.table.class(index) {
                    NumberClass::None => false,
                    NumberClass::Float => true,
                    NumberClass::Number | NumberClass::Integer => kind == VarKind::Int,
                },
                TyKind::Infer(var) => {
                    let other = self.table.var_kind(super::table::Var(var));
                    other == kind || (other == VarKind::Float && kind == VarKind::Int)
                }
                _ => false,
            };
            if fits {
                return hint;
            }
        }
        self.table.fresh(kind, span)
    }

    /// Text; a `char` or a `u8` if it is one character and that is expected.
    pub(crate) fn str_literal(&mut self, symbol: Symbol, hint: Option<Ty>, span: Span) -> ExprId {
        if let Some(hint) = hint {
            let text = self.text(symbol);
            let mut chars = text.chars();
            if let (Some(first), None) = (chars.next(), chars.next()) {
                match self.table.kind(hint) {
                    TyKind::Char => return self.push(ExprKind::Char(first), Ty::CHAR, span),
                    TyKind::Int(IntTy::U8) if first.is_ascii() => {
                        return self.push(ExprKind::Int(u64::from(first as u32)), Ty::U8, span);
                    }
                    _ => {}
                }
            }
        }
        self.push(ExprKind::Str(symbol), Ty::STR, span)
    }

    /// Whether an expression of the tree is a literal of one character.
    pub(crate) fn is_short_str(&self, id: ast::ExprId) -> bool {
        match *self.f.ast.expr(self.unwrapped(id)) {
            Tree::Str(symbol) => {
                let mut chars = self.text(symbol).chars();
                chars.next().is_some() && chars.next().is_none()
            }
            _ => false,
        }
    }

    /// `None`
    pub(crate) fn none_value(&mut self, hint: Option<Ty>, span: Span) -> ExprId {
        let inner = hint.and_then(|hint| self.as_option(hint));
        let inner = match inner {
            Some(inner) => inner,
            None => self.fresh(span),
        };
        let ty = self.option_of(inner);
        let fields = self.f.body.add_list::<Arg>(&[]);
        // `enum Option[T]: Some(value: T), None`
        self.push(ExprKind::Construct { variant: 1, fields }, ty, span)
    }

    /// Settles the literals of the function at hand; their types are finished.
    pub(crate) fn settle_literals(&mut self) {
        let literals = std::mem::take(&mut self.f.literals);
        for literal in &literals {
            let Expr { kind, ty, span } = self.f.body.exprs[literal.expr];
            match (kind, self.program.types.kind(ty)) {
                (ExprKind::Int(_), TyKind::Int(int)) => self.settle_int(*literal, int, span),
                (ExprKind::Int(_), TyKind::Float(float)) => {
                    let value = self.read_float(literal.value as f64, float, span);
                    let value = if literal.negative { -value } else { value };
                    self.f.body.exprs[literal.expr].kind = ExprKind::Float(value);
                }
                (ExprKind::Int(_), TyKind::Param(..)) => {
                    let value = literal.value as i128;
                    let value = if literal.negative { -value } else { value };
                    self.f.body.exprs[literal.expr].kind = ExprKind::Int(value as u64);
                }
                (ExprKind::Float(value), TyKind::Float(FloatTy::F32)) => {
                    let read = self.read_float(value.abs(), FloatTy::F32, span);
                    let read = if literal.negative { -read } else { read };
                    self.f.body.exprs[literal.expr].kind = ExprKind::Float(read);
                }
                _ => {}
            }
        }
        let mut literals = literals;
        literals.clear();
        self.f.literals = literals;
    }

    fn settle_int(&mut self, literal: Literal, int: IntTy, span: Span) {
        let value = i128::from(literal.value);
        let value = if literal.negative { -value } else { value };
        let (low, high) = int_range(int);
        self.f.body.exprs[literal.expr].kind = ExprKind::Int(value as u64);
        if (low..=high).contains(&value) {
            return;
        }
        let name = int_name(int);
        let text = self.snippet(span);
        let mut diag = Diagnostic::error(
            &codes::LITERAL_RANGE,
            span,
            format!("`{text}` does not fit in `{name}`"),
        )
        .label(format!("`{name}` is from {low} to {high}"));
        let suffixed = text.ends_with(name);
        if int == IntTy::I64 && !literal.negative && !suffixed {
            diag =
                diag.suggest("it fits in `u64`", span, format!("{text}u64"), Applicability::Maybe);
        } else {
            let nearest = if value < low { low } else { high };
            let suffix = if suffixed { name } else { "" };
            diag = diag.suggest(
                "the nearest value of the type is",
                span,
                format!("{nearest}{suffix}"),
                Applicability::Maybe,
            );
        }
        self.error(diag);
    }

    /// The value of a literal as a float of a type: an `f32` is read from the
    /// text again, since rounding twice is not rounding once.
    fn read_float(&self, value: f64, float: FloatTy, span: Span) -> f64 {
        if float == FloatTy::F64 {
            return value;
        }
        let text: String = self
            .snippet(span)
            .trim_start_matches('-')
            .trim_end_matches("f32")
            .chars()
            .filter(|c| *c != '_' && *c != ' ')
            .collect();
        match text.parse::<f32>() {
            Ok(read) => f64::from(read),
            Err(_) => f64::from(value as f32),
        }
    }
}
