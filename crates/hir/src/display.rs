//! Types as users write them.

use crate::def::*;
use crate::infer::table::{Table, Var, VarKind};
use crate::names::{float_name, int_name};
use crate::ty::{Ty, TyInterner, TyKind, Tys};

/// A message does not show more of a type than this many bytes.
const MAX_SHOWN: usize = 240;

/// Something that knows types: the shared interner, or a table of types that
/// are still being inferred.
pub(crate) trait TypeView {
    fn kind(&self, ty: Ty) -> TyKind;
    fn list(&self, list: Tys) -> &[Ty];
    /// How an open variable is shown.
    fn open(&self, program: &Program, var: u32) -> String;
}

impl TypeView for TyInterner {
    fn kind(&self, ty: Ty) -> TyKind {
        TyInterner::kind(self, ty)
    }
    fn list(&self, list: Tys) -> &[Ty] {
        TyInterner::list(self, list)
    }
    fn open(&self, _program: &Program, _var: u32) -> String {
        "_".to_owned()
    }
}

impl TypeView for Table<'_> {
    fn kind(&self, ty: Ty) -> TyKind {
        Table::kind(self, ty)
    }
    fn list(&self, list: Tys) -> &[Ty] {
        Table::list(self, list)
    }
    fn open(&self, program: &Program, var: u32) -> String {
        match self.var_kind(Var(var)) {
            VarKind::General => "_".to_owned(),
            VarKind::Int => "i64".to_owned(),
            VarKind::Float => "f64".to_owned(),
            VarKind::Rigid => program.snippet(self.origin(Var(var))).to_owned(),
        }
    }
}

impl Program {
    /// A type as users write it.
    pub fn type_text(&self, ty: Ty) -> String {
        self.shown(&self.types, ty)
    }

    /// A trait with its arguments, as users write it.
    pub fn trait_text(&self, reference: TraitRef) -> String {
        self.trait_shown(&self.types, reference)
    }

    /// A type, with the help of whatever knows it.
    pub(crate) fn shown(&self, view: &dyn TypeView, ty: Ty) -> String {
        let mut out = String::new();
        Writer { program: self, view, out: &mut out }.ty(ty);
        out
    }

    /// A trait, with the help of whatever knows its arguments.
    pub(crate) fn trait_shown(&self, view: &dyn TypeView, reference: TraitRef) -> String {
        let mut out = String::new();
        Writer { program: self, view, out: &mut out }.trait_(reference);
        out
    }

    /// A function's head as it would be written: `fn area(w: f64, h: f64) -> f64`.
    pub(crate) fn head_text(&self, function: FnId) -> String {
        let def = &self.functions[function];
        let mut out = format!("fn {}", self.text(def.name));
        let own = &def.generics.params
            [(def.generics.inherited as usize).min(def.generics.params.len())..];
        if !own.is_empty() {
            let names: Vec<&str> = own.iter().map(|param| self.text(param.name)).collect();
            out.push_str(&format!("[{}]", names.join(", ")));
        }
        out.push('(');
        for (index, param) in def.params.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            if param.mutable {
                out.push_str("mut ");
            }
            out.push_str(self.text(param.name));
            if index > 0 || def.receiver == Receiver::None {
                out.push_str(": ");
                out.push_str(&self.type_text(param.ty));
            }
        }
        out.push(')');
        if def.result != Ty::UNIT {
            out.push_str(" -> ");
            out.push_str(&self.type_text(def.result));
        }
        out
    }
}

struct Writer<'a> {
    program: &'a Program,
    view: &'a dyn TypeView,
    out: &'a mut String,
}

impl Writer<'_> {
    fn ty(&mut self, ty: Ty) {
        if self.out.len() > MAX_SHOWN {
            if !self.out.ends_with('…') {
                self.out.push('…');
            }
            return;
        }
        match self.view.kind(ty) {
            TyKind::Error => self.out.push('?'),
            TyKind::Never => self.out.push_str("never"),
            TyKind::Unit => self.out.push_str("()"),
            TyKind::Bool => self.out.push_str("bool"),
            TyKind::Char => self.out.push_str("char"),
            TyKind::Str => self.out.push_str("str"),
            TyKind::Int(int) => self.out.push_str(int_name(int)),
            TyKind::Float(float) => self.out.push_str(float_name(float)),
            TyKind::Param(_, name) => self.out.push_str(self.program.text(name)),
            TyKind::Infer(var) => {
                let text = self.view.open(self.program, var);
                self.out.push_str(&text);
            }
            TyKind::List(element) => {
                self.out.push('[');
                self.ty(element);
                self.out.push(']');
            }
            TyKind::Tuple(parts) => {
                self.out.push('(');
                self.list(parts);
                if self.view.list(parts).len() == 1 {
                    self.out.push(',');
                }
                self.out.push(')');
            }
            TyKind::Adt(adt, args) => self.adt(adt, args),
            TyKind::Fn(params, result) => {
                self.out.push_str("fn(");
                self.list(params);
                self.out.push(')');
                if self.view.kind(result) != TyKind::Unit {
                    self.out.push_str(" -> ");
                    self.ty(result);
                }
            }
            TyKind::Dyn(trait_, args) => {
                self.out.push_str("dyn ");
                self.trait_(TraitRef { trait_, args });
            }
        }
    }

    fn adt(&mut self, adt: AdtId, args: Tys) {
        let lang = &self.program.lang;
        let args_list = self.view.list(args).to_vec();
        if adt == lang.option && args_list.len() == 1 {
            let wrapped = matches!(self.view.kind(args_list[0]), TyKind::Fn(..));
            if wrapped {
                self.out.push('(');
            }
            self.ty(args_list[0]);
            self.out.push_str(if wrapped { ")?" } else { "?" });
        } else if adt == lang.dict && args_list.len() == 2 {
            self.out.push('{');
            self.ty(args_list[0]);
            self.out.push_str(": ");
            self.ty(args_list[1]);
            self.out.push('}');
        } else if adt == lang.set && args_list.len() == 1 {
            self.out.push('{');
            self.ty(args_list[0]);
            self.out.push('}');
        } else {
            self.out.push_str(self.program.text(self.program.adts[adt].name));
            self.args(args);
        }
    }

    fn trait_(&mut self, reference: TraitRef) {
        self.out.push_str(self.program.text(self.program.traits[reference.trait_].name));
        self.args(reference.args);
    }

    fn args(&mut self, args: Tys) {
        if !self.view.list(args).is_empty() {
            self.out.push('[');
            self.list(args);
            self.out.push(']');
        }
    }

    fn list(&mut self, list: Tys) {
        for (index, ty) in self.view.list(list).to_vec().into_iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.ty(ty);
        }
    }
}
