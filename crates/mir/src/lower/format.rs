//! Text of values: interpolation, `print`, format specs.

use simple_hir as hir;
use simple_hir::{FloatTy, Part, Ty, TyKind};
use simple_source::{Symbol, sym};
use simple_syntax::ast::FormatCount;

use super::function::FunctionLowerer;
use super::instance::{Instance, Structural};
use super::types::int_type;
use crate::function::*;
use crate::types::{IntType, Type};

impl FunctionLowerer<'_, '_, '_> {
    /// `out += text`
    pub(crate) fn append(&mut self, out: Place, text: Operand) {
        let args = [Arg::Address(out), Arg::Value(text)];
        self.extern_call("rt_str_append", &args, None);
    }

    pub(crate) fn append_literal(&mut self, out: Place, text: &str) {
        if !text.is_empty() {
            let symbol = self.types.interner.intern(text);
            self.append_symbol(out, symbol);
        }
    }

    pub(crate) fn append_symbol(&mut self, out: Place, text: Symbol) {
        self.append(out, Operand::Const(Const::Str(text)));
    }

    /// Appends the text that a value has by itself: strings and chars as they
    /// are.
    pub(crate) fn append_plain(&mut self, out: Place, ty: Ty, value: Operand) {
        match self.program.types.kind(ty) {
            TyKind::Str => self.append(out, value),
            TyKind::Char => {
                let args = [Arg::Address(out), Arg::Value(value)];
                self.extern_call("rt_show_char", &args, None);
            }
            TyKind::Dyn(..) => self.append_dyn(out, ty, value, false),
            _ => self.append_nested(out, ty, value),
        }
    }

    /// Appends the text that a value has inside others: strings and chars
    /// quoted.
    pub(crate) fn append_nested(&mut self, out: Place, ty: Ty, value: Operand) {
        let (name, value) = match self.program.types.kind(ty) {
            TyKind::Int(int) => {
                let wide = self.widen_int(int, value);
                (if int_type(int).is_signed() { "rt_show_i64" } else { "rt_show_u64" }, wide)
            }
            TyKind::Float(FloatTy::F64) => ("rt_show_f64", value),
            TyKind::Float(FloatTy::F32) => ("rt_show_f32", value),
            TyKind::Bool => ("rt_show_bool", value),
            TyKind::Char => ("rt_show_char_quoted", value),
            TyKind::Str => ("rt_show_str_quoted", value),
            TyKind::Unit | TyKind::Never => return self.append_literal(out, "()"),
            TyKind::Dyn(..) => return self.append_dyn(out, ty, value, true),
            _ => {
                if let Some(callee) = self.user_method(self.program.lang.show, ty) {
                    let text = Place::local(self.b.temp(self.types.str_));
                    self.call_values(callee, &[value], Some(text));
                    self.append(out, Operand::Copy(text));
                } else {
                    let show = self.request(Instance::Structural(Structural::Text, ty));
                    let args = [Arg::Address(out), Arg::Value(value)];
                    self.b.call(None, Callee::Function(show), &args);
                }
                return;
            }
        };
        self.extern_call(name, &[Arg::Address(out), Arg::Value(value)], None);
    }

    /// Appends the text of what is inside a `dyn` value.
    fn append_dyn(&mut self, out: Place, ty: Ty, value: Operand, nested: bool) {
        if let Some(callee) = self.user_method(self.program.lang.show, ty) {
            let text = Place::local(self.b.temp(self.types.str_));
            self.call_values(callee, &[value], Some(text));
            return self.append(out, Operand::Copy(text));
        }
        let TyKind::Dyn(trait_, args) = self.program.types.kind(ty) else { return };
        self.shared.request_dyn_text(ty);
        let slot = self.program.dyn_methods(trait_, args).len() as u32;
        let address = self.intern(crate::Type::Address(self.types.str_));
        let params = Box::new([address, self.types.bool_]);
        let signature = crate::Signature { params, result: self.types.unit };
        let signature = self.types.table.intern_signature(signature);
        let receiver = self.operand_place(value, ty);
        let nested = Operand::Const(Const::Bool(nested));
        let args = [Arg::Address(out), Arg::Value(nested)];
        self.b.call(None, Callee::Method(receiver, slot, signature), &args);
    }

    /// The text of a value, as interpolation gives it.
    pub(crate) fn text(&mut self, ty: Ty, value: Operand) -> Operand {
        if ty == Ty::STR {
            return value;
        }
        if let Some(callee) = self.user_method_of_composite(ty) {
            let text = Place::local(self.b.temp(self.types.str_));
            self.call_values(callee, &[value], Some(text));
            return Operand::Copy(text);
        }
        let text = self.new_text();
        self.append_plain(text, ty, value);
        Operand::Copy(text)
    }

    fn user_method_of_composite(&mut self, ty: Ty) -> Option<hir::Callee> {
        match self.program.types.kind(ty) {
            TyKind::Int(_)
            | TyKind::Float(_)
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Unit
            | TyKind::Never => None,
            _ => self.user_method(self.program.lang.show, ty),
        }
    }

    /// A new variable that holds the empty text.
    pub(crate) fn new_text(&mut self) -> Place {
        let text = Place::local(self.b.temp(self.types.str_));
        self.b.assign(text, Rvalue::Use(Operand::Const(Const::Str(sym::EMPTY))));
        text
    }

    pub(crate) fn interpolate(&mut self, parts: hir::List<Part>) -> Operand {
        let parts = self.body().list(parts).to_vec();
        // Values are evaluated in order, each appended before the next one.
        let text = self.new_text();
        for part in parts {
            match part {
                Part::Text(symbol) => self.append_symbol(text, symbol),
                Part::Value { value, spec: None } => {
                    let ty = self.subst(self.expr_of(value).ty);
                    let value = self.operand(value);
                    self.append_plain(text, ty, value);
                }
                Part::Value { value, spec: Some(spec) } => self.append_spec(text, value, spec),
            }
        }
        Operand::Copy(text)
    }

    fn append_spec(&mut self, out: Place, id: hir::ExprId, spec: hir::FormatSpec) {
        let ty = self.subst(self.expr_of(id).ty);
        let value = self.stable_operand(id);
        let width = self.spec_count(spec.width, spec.written.width);
        let precision = self.spec_count(spec.precision, spec.written.precision);
        let flags = Operand::Const(Const::Int(IntType::U64, spec_flags(&spec.written)));
        let float_kind =
            matches!(spec.written.kind, b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%');
        let (name, value) = match self.program.types.kind(ty) {
            TyKind::Int(_) if float_kind => {
                let f64_ty = self.intern(Type::F64);
                let float = self.b.temp_from(f64_ty, Rvalue::Cast(CastKind::IntToFloat, value));
                ("rt_fmt_f64", float)
            }
            TyKind::Int(int) => {
                let wide = self.widen_int(int, value);
                (if int_type(int).is_signed() { "rt_fmt_i64" } else { "rt_fmt_u64" }, wide)
            }
            TyKind::Float(FloatTy::F64) => ("rt_fmt_f64", value),
            TyKind::Float(FloatTy::F32) => ("rt_fmt_f32", value),
            TyKind::Bool => ("rt_fmt_bool", value),
            TyKind::Char => ("rt_fmt_char", value),
            _ => ("rt_fmt_str", self.text(ty, value)),
        };
        let args = [
            Arg::Address(out),
            Arg::Value(value),
            Arg::Value(flags),
            Arg::Value(width),
            Arg::Value(precision),
        ];
        self.extern_call(name, &args, None);
    }

    /// A width or precision as `i64`, −1 for none.
    fn spec_count(&mut self, computed: Option<hir::ExprId>, written: FormatCount) -> Operand {
        match computed {
            Some(id) => {
                let ty = self.kind(self.expr_of(id).ty);
                let span = self.expr_of(id).span;
                let value = self.operand(id);
                let value = match ty {
                    TyKind::Int(int) if int_type(int) != IntType::I64 => {
                        self.b.temp_from(self.types.i64_, Rvalue::Cast(CastKind::Int, value))
                    }
                    _ => value,
                };
                let outer = self.b.set_span(span);
                let count = Place::local(self.b.temp(self.types.i64_));
                self.extern_call("rt_fmt_count", &[Arg::Value(value)], Some(count));
                self.b.set_span(outer);
                Operand::Copy(count)
            }
            None => match written {
                FormatCount::Fixed(count) => Self::i64_const(count as i64),
                FormatCount::None | FormatCount::Computed(_) => Self::i64_const(-1),
            },
        }
    }

    /// `print(a, b)`: each value goes to the output's buffer as it is; only
    /// composite ones become text first. All are evaluated before any is
    /// written.
    pub(crate) fn print(&mut self, args: &[hir::Arg], stream: &str) {
        let ids: Vec<hir::ExprId> = args.iter().map(|arg| arg.value).collect();
        let values = self.operands(&ids);
        for (index, (id, value)) in ids.iter().zip(values).enumerate() {
            if index > 0 {
                let space = Self::i64_const(b' ' as i64);
                self.extern_call(&format!("{stream}_byte"), &[Arg::Value(space)], None);
            }
            let ty = self.subst(self.expr_of(*id).ty);
            self.write_value(stream, ty, value);
        }
        self.extern_call(&format!("{stream}_newline"), &[], None);
    }

    fn write_value(&mut self, stream: &str, ty: Ty, value: Operand) {
        let (suffix, value) = match self.program.types.kind(ty) {
            TyKind::Int(int) => {
                let wide = self.widen_int(int, value);
                (if int_type(int).is_signed() { "i64" } else { "u64" }, wide)
            }
            TyKind::Float(FloatTy::F64) => ("f64", value),
            TyKind::Float(FloatTy::F32) => ("f32", value),
            TyKind::Bool => ("bool", value),
            TyKind::Char => ("char", value),
            _ => ("str", self.text(ty, value)),
        };
        self.extern_call(&format!("{stream}_{suffix}"), &[Arg::Value(value)], None);
    }
}

/// The flags of a format spec as the runtime takes them: see
/// `docs/design/runtime.md`.
fn spec_flags(spec: &simple_syntax::ast::FormatSpec) -> u64 {
    let align = match spec.align {
        b'<' => 1,
        b'>' => 2,
        b'^' => 3,
        b'=' => 4,
        _ => 0,
    };
    let sign = match spec.sign {
        b'+' => 1,
        b' ' => 2,
        _ => 0,
    };
    let grouping = match spec.grouping {
        b',' => 1,
        b'_' => 2,
        _ => 0,
    };
    u64::from(spec.fill.unwrap_or('\0'))
        | align << 24
        | sign << 28
        | u64::from(spec.alternate) << 30
        | u64::from(spec.zero) << 31
        | grouping << 32
        | u64::from(spec.kind) << 40
}
