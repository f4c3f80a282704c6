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
        if let Some(hint) = hint
            && let Some(kind) = self.short_as(symbol, self.table.kind(hint))
        {
            return self.push(kind, hint, span);
        }
        self.push(ExprKind::Str(symbol), Ty::STR, span)
    }

    /// What a text is as a `char` or a `u8`, if it is one character.
    fn short_as(&self, symbol: Symbol, want: TyKind) -> Option<ExprKind> {
        let mut chars = self.text(symbol).chars();
        let (Some(first), None) = (chars.next(), chars.next()) else { return None };
        match want {
            TyKind::Char => Some(ExprKind::Char(first)),
            TyKind::Int(IntTy::U8) if first.is_ascii() => {
                Some(ExprKind::Int(u64::from(first as u32)))
            }
            _ => None,
        }
    }

    /// Makes literals of one character what turned out to be expected of them:
    /// `id` is one, or a block or branches that end in them, and `want` is
    /// `char` or `u8`. Changes nothing if some of it cannot be that.
    pub(crate) fn retype_short_text(&mut self, id: ExprId, want: Ty) -> bool {
        let want_kind = self.table.kind(want);
        if !matches!(want_kind, TyKind::Char | TyKind::Int(IntTy::U8)) {
            return false;
        }
        let mut found = vec![id];
        let mut next = 0;
        while let Some(&id) = found.get(next) {
            next += 1;
            if self.ty(id) == Ty::NEVER {
                continue;
            }
            match self.f.body.exprs[id].kind {
                ExprKind::Str(symbol) if self.short_as(symbol, want_kind).is_some() => {}
                ExprKind::Block { tail: Some(tail), .. } => found.push(tail),
                ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                    found.extend([then, otherwise]);
                }
                ExprKind::Match { arms, .. } => {
                    found.extend(self.f.body.list(arms).iter().map(|arm| arm.body));
                }
                _ => return false,
            }
        }
        for id in found {
            let Expr { kind, ty, .. } = self.f.body.exprs[id];
            if self.table.shallow(ty) == Ty::NEVER {
                continue;
            }
            let kind = match kind {
                ExprKind::Str(symbol) => self.short_as(symbol, want_kind).unwrap_or(kind),
                kind => kind,
            };
            let expr = &mut self.f.body.exprs[id];
            (expr.kind, expr.ty) = (kind, want);
        }
        true
    }

    /// The same for the elements of a list or a set that stands there as a
    /// literal, which is what something of type `want` is looked for in.
    pub(crate) fn retype_short_elements(&mut self, container: ExprId, want: Ty) {
        let want = self.table.shallow(want);
        let (elements, is_list) = match self.f.body.exprs[container].kind {
            ExprKind::List(elements) => (elements, true),
            ExprKind::Set(elements) => (elements, false),
            _ => return,
        };
        let elements = self.f.body.list(elements).to_vec();
        let want_kind = self.table.kind(want);
        let all_short = elements.iter().all(|element| match self.f.body.exprs[*element].kind {
            ExprKind::Str(symbol) => self.short_as(symbol, want_kind).is_some(),
            _ => false,
        });
        if elements.is_empty() || !all_short {
            return;
        }
        for element in elements {
            self.retype_short_text(element, want);
        }
        let ty = match is_list {
            true => self.table.list_of(want),
            false => self.adt_of(self.program.lang.set, &[want]),
        };
        self.f.body.exprs[container].ty = ty;
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
    fn read_float(&mut self, value: f64, float: FloatTy, span: Span) -> f64 {
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
        let read = text.parse().unwrap_or(value as f32);
        // What no `f64` holds was reported when it was read.
        if read.is_infinite() && value.is_finite() {
            let text = self.snippet(span);
            let diag = Diagnostic::error(
                &codes::LITERAL_RANGE,
                span,
                format!("`{text}` does not fit in `f32`"),
            )
            .label("the largest `f32` is about 3.4e38")
            .note("an `f64` goes up to about 1.8e308; infinity is `f32.INF`");
            self.error(diag);
        }
        f64::from(read)
    }
}
