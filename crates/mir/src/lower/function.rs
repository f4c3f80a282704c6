//! One instance: its locals, its substitution, its surroundings.

use rayon::Scope;
use simple_hir as hir;
use simple_hir::{Body, FnId, FnKind, Ty, TyKind, Tys};
use simple_source::{IndexVec, Span, Symbol};

use super::builder::Builder;
use super::instance::{Instance, Owner};
use super::pool::Shared;
use super::types::Types;
use crate::function::*;
use crate::types::{Type, TypeId};

/// A loop that `break` and `continue` may leave.
pub(crate) struct LoopFrame {
    pub(crate) continue_to: BlockId,
    pub(crate) break_to: BlockId,
    /// Where `break value` puts its value.
    pub(crate) result: Option<Place>,
    /// How many variables that live to the end of their scope were in scope
    /// before the loop.
    pub(crate) living: usize,
}

/// Lowers one instance.
pub(crate) struct FunctionLowerer<'l, 's, 'a> {
    pub(crate) shared: &'s Shared<'a>,
    pub(crate) scope: &'l Scope<'s>,
    pub(crate) types: Types<'a>,
    pub(crate) program: &'a hir::Program,
    /// Type arguments of the function at hand.
    pub(crate) substitution: &'a [Ty],
    pub(crate) substitution_list: Tys,
    pub(crate) b: Builder,
    /// Whose body is lowered.
    pub(crate) owner: Owner,
    pub(crate) body: Option<&'a Body>,
    /// Where each local of the body lives; captured ones behind the
    /// environment.
    pub(crate) places: Vec<Option<Place>>,
    pub(crate) loops: Vec<LoopFrame>,
    /// Variables in scope that live to its end.
    pub(crate) living: Vec<hir::LocalId>,
    /// What `return` returns.
    pub(crate) result_ty: Ty,
}

impl<'l, 's, 'a> FunctionLowerer<'l, 's, 'a> {
    pub(crate) fn new(shared: &'s Shared<'a>, scope: &'l Scope<'s>, types: Types<'a>) -> Self {
        Self {
            shared,
            scope,
            types,
            program: shared.program,
            substitution: &[],
            substitution_list: Tys::EMPTY,
            b: Builder::new(Span::NONE),
            owner: Owner::Fn(FnId(0)),
            body: None,
            places: Vec::new(),
            loops: Vec::new(),
            living: Vec::new(),
            result_ty: Ty::UNIT,
        }
    }

    /// Makes the MIR function of `instance`.
    pub(crate) fn lower(&mut self, instance: Instance) -> Function {
        let name = instance.name(&mut self.types);
        match instance {
            Instance::Fn(function, args) => {
                match self.program.functions[function].attributes.cached {
                    Some(ttl) => self.lower_cached(name, function, args, ttl),
                    None => self.lower_fn(name, function, args),
                }
            }
            Instance::Computed(function, args) => self.lower_fn(name, function, args),
            Instance::Lambda(owner, args, lambda) => self.lower_lambda(name, owner, args, lambda),
            Instance::Value(function, args) => self.lower_value(name, function, args),
            Instance::Structural(op, ty) => self.lower_structural(name, op, ty),
            Instance::Slot(function, args, ty) => self.lower_slot(name, function, args, ty),
            Instance::TextSlot(ty) => self.lower_text_slot(name, ty),
            Instance::Const(constant) => self.lower_const(name, constant),
            Instance::ReleaseSlots => {
                let used = self.shared.used_consts();
                let results = self.shared.used_results();
                self.lower_release(name, &used, &results)
            }
            Instance::Entry => self.lower_entry(name),
        }
    }

    /// The provisional number of another instance.
    pub(crate) fn request(&mut self, instance: Instance) -> FuncId {
        self.shared.request(self.scope, instance, self.b.span())
    }

    /// Begins the body of `function` with these type arguments.
    pub(crate) fn enter(&mut self, function: FnId, args: Tys) {
        self.owner = Owner::Fn(function);
        self.substitution_list = args;
        self.substitution = self.program.types.list(args);
        self.body = match &self.program.functions[function].kind {
            FnKind::Body(_) => self.program.body(function),
            FnKind::Extern(_) | FnKind::Intrinsic(_) | FnKind::Required => None,
        };
        self.places = vec![None; self.body.map_or(0, |body| body.locals.len())];
        self.living.clear();
    }

    /// Begins the value of a constant.
    pub(crate) fn enter_const(&mut self, constant: hir::ConstId) {
        self.owner = Owner::Const(constant);
        self.body = self.program.const_body(constant);
        self.places = vec![None; self.body.map_or(0, |body| body.locals.len())];
        self.living.clear();
    }

    /// A type of the body at hand, with the instance's types put in.
    pub(crate) fn subst(&self, ty: Ty) -> Ty {
        self.program.types.substitute(ty, self.substitution)
    }

    /// The memory type of a type of the body at hand.
    pub(crate) fn ty(&mut self, ty: Ty) -> TypeId {
        let ty = self.subst(ty);
        self.types.get(ty)
    }

    /// What a type of the body at hand is, with the instance's types put in.
    pub(crate) fn kind(&self, ty: Ty) -> TyKind {
        self.program.types.kind(self.subst(ty))
    }

    pub(crate) fn body(&self) -> &'a Body {
        self.body.expect("bodies are only lowered when there is one")
    }

    pub(crate) fn expr_of(&self, id: hir::ExprId) -> hir::Expr {
        self.body().exprs[id]
    }

    pub(crate) fn intern(&self, ty: Type) -> TypeId {
        self.types.table.intern(ty)
    }

    /// The frame of a finished function.
    pub(crate) fn header(&self, name: Symbol, function: Option<FnId>) -> Function {
        let def = function.map(|function| &self.program.functions[function]);
        Function {
            name,
            display: name,
            params: Vec::new(),
            result: self.types.unit,
            locals: IndexVec::new(),
            blocks: IndexVec::new(),
            projections: Vec::new(),
            args: Vec::new(),
            attributes: def.map_or(Attributes { library: true, ..Attributes::default() }, |def| {
                let library = self.program.modules[def.module].is_library;
                attributes(&def.attributes, library)
            }),
            span: def.map_or(Span::NONE, |def| def.span),
        }
    }

    fn lower_fn(&mut self, name: Symbol, function: FnId, args: Tys) -> Function {
        self.enter(function, args);
        let def = &self.program.functions[function];
        let mut header = self.header(name, Some(function));
        self.b = Builder::new(def.span);
        self.result_ty = self.subst(def.result);
        header.result = self.types.get(self.result_ty);
        let Some(body) = self.body else {
            // A body with errors: the driver does not lower such programs; a
            // library body with errors is the library's test to find.
            self.b.terminate(Terminator::Unreachable);
            return std::mem::replace(&mut self.b, Builder::new(Span::NONE)).finish(header);
        };
        let captures = def.captures.len();
        for (position, local) in body.params.iter().enumerate() {
            let declared = body.locals[*local];
            let ty = self.ty(declared.ty);
            let mutable = position >= captures
                && def.params.get(position - captures).is_some_and(|param| param.mutable);
            let (ty, mode) = if mutable {
                (self.intern(Type::Address(ty)), ParamMode::Address)
            } else {
                (ty, ParamMode::Undecided)
            };
            let id = self.b.named(ty, declared.name);
            header.params.push(mode);
            let mut place = Place::local(id);
            if mutable {
                place = self.b.deref(place);
            }
            self.places[local.0 as usize] = Some(place);
            self.begin_life(*local);
        }
        self.lower_root(body);
        std::mem::replace(&mut self.b, Builder::new(Span::NONE)).finish(header)
    }

    /// Lowers a function's root expression and returns its value.
    fn lower_root(&mut self, body: &'a Body) {
        let Some(root) = body.root else {
            self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
            return;
        };
        self.lower_return_value(root);
    }

    /// Evaluates `root` as the function's result.
    pub(crate) fn lower_return_value(&mut self, root: hir::ExprId) {
        if self.result_ty == Ty::UNIT {
            self.effect(root);
            self.keep_lives(0);
            self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        } else {
            let value = self.operand(root);
            self.keep_lives(0);
            self.b.terminate(Terminator::Return(value));
        }
    }

    /// Whether a type of the body is a class.
    pub(crate) fn is_class(&self, ty: Ty) -> bool {
        matches!(self.kind(ty), TyKind::Adt(adt, _)
            if self.program.adts[adt].kind == hir::AdtKind::Class)
    }

    /// The finished function, leaving an empty builder behind.
    pub(crate) fn finish(&mut self, header: Function) -> Function {
        std::mem::replace(&mut self.b, Builder::new(Span::NONE)).finish(header)
    }
}

/// MIR's attributes from the language's.
fn attributes(from: &hir::FnAttributes, library: bool) -> Attributes {
    use simple_object::Phase;
    let phase = match from.phase {
        Some(hir::Phase::Startup) => Some(Phase::Startup),
        Some(hir::Phase::FirstFrame) => Some(Phase::FirstFrame),
        Some(hir::Phase::Steady) => Some(Phase::Steady),
        Some(hir::Phase::Cold) => Some(Phase::Cold),
        None if from.cold => Some(Phase::Cold),
        None if from.hot => Some(Phase::Steady),
        None => None,
    };
    Attributes {
        inline: match from.inline {
            Some(true) => InlineHint::Always,
            Some(false) => InlineHint::Never,
            None => InlineHint::Auto,
        },
        phase,
        pinned: from.pinned,
        anchor: from.anchor,
        hot: from.hot,
        cold: from.cold,
        optimize: from.optimize,
        reached: None,
        part: false,
        library,
    }
}
