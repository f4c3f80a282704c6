//! Calls.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast::{self, Expr as Tree};

use super::Infer;
use super::arguments::{CallSite, Given};
use super::bounds::Cause;
use super::expect::{Expect, Why};
use super::method::{Lookup, Prepared, Target};
use super::obligation::Obligation;
use super::path::Static;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind, Tys};

impl<'p> Infer<'p> {
    /// `callee(args)`
    pub(crate) fn call_expr(
        &mut self,
        id: ast::ExprId,
        callee: ast::ExprId,
        args: ast::List<ast::Arg>,
        expect: Expect,
    ) -> ExprId {
        let ast = self.f.ast;
        let span = ast.span(id);
        let given: Vec<Given> = ast.list(args).iter().map(Given::of).collect();
        let callee_span = ast.span(callee);
        let site = CallSite { span, name: callee_span };
        if let Tree::Name(name) = *ast.expr(callee)
            && matches!(self.text(name), "raise" | "throw")
            && self.is_unknown(name)
        {
            return self.raised(callee, name, args, span);
        }
        if let Tree::Name(name) = *ast.expr(callee)
            && self.is_foreign_statement(name)
        {
            return self.foreign_statement(callee, name, args, span);
        }
        if let Tree::Name(name) = *ast.expr(callee)
            && self.is_unknown(name)
            && let Some(diag) = self.foreign_call(name, &given, span)
        {
            self.check_loose(&given);
            if self.f.unknown_names.insert(name) {
                self.error(diag);
            }
            return self.error_expr(span);
        }
        if let Some(found) = self.resolve_static(callee, expect.hint()) {
            return self.static_call(found, &given, site, expect);
        }
        match *ast.expr(callee) {
            Tree::OptionField { base, name } => self.option_call(base, name, &given, span),
            Tree::Field { base, name } => {
                let receiver = self.expr(base, Expect::Any);
                let site = CallSite { span, name: name.span };
                let given = self.looked_for(receiver, name, given);
                self.method_call(receiver, name, &given, &[], site, expect)
            }
            Tree::Index { base, args: types } => {
                if let Tree::Field { base, name } = *ast.expr(base) {
                    let receiver = self.expr(base, Expect::Any);
                    if self.has_method(receiver, name) {
                        let types: Vec<Ty> =
                            ast.list(types).iter().map(|ty| self.expr_as_type(*ty)).collect();
                        let site = CallSite { span, name: name.span };
                        return self.method_call(receiver, name, &given, &types, site, expect);
                    }
                    let field = self.field_value(receiver, name, span);
                    let callee = self.index_value(field, types, None, callee_span);
                    return self.value_call(callee, &given, site);
                }
                let callee = self.expr(callee, Expect::Any);
                self.value_call(callee, &given, site)
            }
            _ => {
                let callee = self.expr(callee, Expect::Any);
                self.value_call(callee, &given, site)
            }
        }
    }

    pub(crate) fn static_call(
        &mut self,
        found: Static,
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        match found {
            Static::Error => {
                self.check_loose(given);
                self.error_expr(site.span)
            }
            Static::Fn(function, explicit) => {
                self.function_call(function, &explicit, given, site, expect)
            }
            Static::Variant(ty, adt, variant) => {
                self.construct_variant(ty, adt, variant, given, site, expect)
            }
            Static::Type(ty) => self.construct_type(ty, given, site, expect),
            Static::Method(target, explicit) => {
                self.path_call(&target, &explicit, given, site, expect)
            }
            Static::Builtin(builtin) => self.builtin_call(builtin, given, site),
            Static::Module(_)
            | Static::Trait(_)
            | Static::Const(_)
            | Static::Global(_)
            | Static::Number(..) => {
                let callee = self.static_value(found, None, false, site.name);
                self.value_call(callee, given, site)
            }
        }
    }

    /// Lets what is expected of a call decide types before its arguments are
    /// looked at.
    pub(crate) fn expect_result(&mut self, result: Ty, expect: Expect) {
        let Expect::Need(want, _) = expect else { return };
        if super::table::Table::is_ground(result) {
            return;
        }
        // A `dyn` may be made of the result afterwards.
        if matches!(self.table.kind(want), TyKind::Dyn(..)) {
            return;
        }
        if self.table.compatible(result, want) {
            self.table.unify(result, want);
        }
    }

    /// A call of a function by its name.
    pub(crate) fn function_call(
        &mut self,
        function: FnId,
        explicit: &[Ty],
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        let mut sig = self.sig(function, site.name);
        let args = self.instantiate(&mut sig, site.span);
        self.explicit_args(&sig, &args, explicit, site.name);
        let result = self.result_ty(&sig, &args);
        self.expect_result(result, expect);
        self.refer_to_function(function);
        let Some(made) = self.arguments(&sig, &args, given, 0, site, Cause::Bound) else {
            return self.error_expr(site.span);
        };
        let list = self.arg_list(&args);
        let callee = Callee::Fn(FnRef { function, args: list });
        self.call(callee, &made, result, site.span)
    }

    /// Adds a call.
    pub(crate) fn call(&mut self, callee: Callee, args: &[Arg], ty: Ty, span: Span) -> ExprId {
        let mutable = args.iter().filter(|arg| arg.mutable).count();
        let args = self.f.body.add_list(args);
        let call = self.push(ExprKind::Call { callee, args }, ty, span);
        if mutable > 1 {
            self.f.mut_calls.push(call);
        }
        call
    }

    /// A call of a method by a path: `Point.origin()`, `Show.show(x)`.
    fn path_call(
        &mut self,
        target: &Target,
        explicit: &[Ty],
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        if let Target::Text { self_ty } = *target {
            return self.text_path_call(self_ty, given, site);
        }
        let Some(Prepared { sig, args, callee }) = self.prepare(target, explicit, site.name) else {
            return self.error_expr(site.span);
        };
        let def = &self.program.functions[sig.function];
        if def.receiver != Receiver::None && given.is_empty() {
            return self.missing_receiver(&sig, site);
        }
        let result = self.result_ty(&sig, &args);
        self.expect_result(result, expect);
        let Some(made) = self.arguments(&sig, &args, given, 0, site, Cause::Bound) else {
            return self.error_expr(site.span);
        };
        self.call(callee, &made, result, site.span)
    }

    fn text_path_call(&mut self, self_ty: Ty, given: &[Given], site: CallSite) -> ExprId {
        let [arg] = given else {
            let diag = Diagnostic::error(
                &codes::ARGUMENT_COUNT,
                site.span,
                format!("`to_str` takes 1 argument here, and {} are given", given.len()),
            )
            .label("the value to show");
            self.error(diag);
            self.check_loose(given);
            return self.error_expr(site.span);
        };
        let value = self.expr(arg.tree, Expect::Need(self_ty, Why::Plain));
        self.text_of(value, site.span)
    }

    /// `Point.length()` of a method that needs a receiver.
    fn missing_receiver(&mut self, sig: &super::signature::Sig<'p>, site: CallSite) -> ExprId {
        let name = self.text(self.program.functions[sig.function].name);
        let text = self.snippet(site.name);
        let start = site.name.hi - text.rsplit('.').next().map_or(0, str::len) as u32;
        let span = Span::new(start, site.span.hi);
        let diag = Diagnostic::error(
            &codes::RECEIVER,
            span,
            format!("`{name}` is a method: it needs a value for its `self`"),
        )
        .label("no value to act on")
        .also(self.program.functions[sig.function].span, "takes `self`")
        .note(format!("call it on a value: `value.{name}()`"));
        self.error(diag);
        self.error_expr(site.span)
    }

    /// Whether a value has a method of a name and no field of it.
    fn has_method(&mut self, receiver: ExprId, name: ast::Name) -> bool {
        let ty = self.ty(receiver);
        if self.find_field(ty, name.symbol).is_some() {
            return false;
        }
        matches!(self.lookup_method(ty, name.symbol), Lookup::Found(_) | Lookup::Stuck(_))
    }

    /// The arguments of `['a', 'b'].contains(c)`: what is looked for says what
    /// the literals are.
    fn looked_for(&mut self, receiver: ExprId, name: ast::Name, given: Vec<Given>) -> Vec<Given> {
        let looks = matches!(self.text(name.symbol), "contains" | "index_of");
        let literal =
            matches!(self.f.body.exprs[receiver].kind, ExprKind::List(_) | ExprKind::Set(_));
        let [Given { name: None, mutable: None, tree, value: None }] = given[..] else {
            return given;
        };
        if !looks || !literal || self.is_short_str(tree) {
            return given;
        }
        let want = match self.table.kind(self.ty(receiver)) {
            TyKind::List(element) => element,
            TyKind::Adt(_, args) => self.table.part(args, 0),
            _ => return given,
        };
        let value = self.expr(tree, Expect::Hint(want));
        let ty = self.ty(value);
        self.retype_short_elements(receiver, ty);
        vec![Given { value: Some(value), ..given[0] }]
    }

    /// `receiver.name(args)`
    pub(crate) fn method_call(
        &mut self,
        receiver: ExprId,
        name: ast::Name,
        given: &[Given],
        explicit: &[Ty],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        let mut ty = self.ty(receiver);
        if ty == Ty::ERROR || ty == Ty::NEVER {
            self.check_loose(given);
            return if ty == Ty::NEVER {
                // The receiver leaves; nothing else happens.
                receiver
            } else {
                self.error_expr(site.span)
            };
        }
        if self.table.as_var(ty).is_some() {
            self.solve_ready();
            ty = self.ty(receiver);
        }
        match self.lookup_method(ty, name.symbol) {
            Lookup::Found(target) => {
                self.check_visible(&target, name);
                self.target_call(&target, receiver, name, given, explicit, site, expect, None)
            }
            Lookup::Ambiguous(traits) => {
                self.ambiguous_method(&traits, ty, name);
                self.check_loose(given);
                self.error_expr(site.span)
            }
            Lookup::Missing => {
                self.unknown_method(receiver, name, given, site);
                self.check_loose(given);
                self.error_expr(site.span)
            }
            Lookup::Stuck(var) => {
                let result = self.fresh(site.span);
                let call = self.push(ExprKind::Error, result, site.span);
                let checked: Vec<Given> = given
                    .iter()
                    .map(|arg| {
                        let value = match arg.mutable {
                            Some(_) => self.place(arg.tree),
                            None => self.expr(arg.tree, Expect::Any),
                        };
                        Given { value: Some(value), ..*arg }
                    })
                    .collect();
                self.wait_for(
                    var,
                    Obligation::Method {
                        call,
                        receiver,
                        name,
                        given: checked,
                        explicit: explicit.to_vec(),
                        site,
                    },
                );
                call
            }
        }
    }

    /// A call of a method that was found. `at` is the expression that stands
    /// for the call already, if it was made before the method was known.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn target_call(
        &mut self,
        target: &Target,
        receiver: ExprId,
        name: ast::Name,
        given: &[Given],
        explicit: &[Ty],
        site: CallSite,
        expect: Expect,
        at: Option<ExprId>,
    ) -> ExprId {
        if let Target::Text { .. } = target {
            if let Some(extra) = given.first() {
                let diag = Diagnostic::error(
                    &codes::ARGUMENT_COUNT,
                    self.f.ast.span(extra.tree),
                    "`to_str` takes no arguments",
                )
                .label("one too many");
                self.error(diag);
            }
            let text = self.text_of(receiver, site.span);
            return self.replace_call(text, at);
        }
        let Some(Prepared { sig, args, callee }) = self.prepare(target, explicit, name.span) else {
            return self.error_expr(site.span);
        };
        let program = self.program;
        let def = &program.functions[sig.function];
        if def.receiver == Receiver::None {
            self.receiver_not_wanted(&sig, receiver, name);
            self.check_loose(given);
            return self.error_expr(site.span);
        }
        let result = self.result_ty(&sig, &args);
        self.expect_result(result, expect);
        let mutable = sig.params.first().is_some_and(|param| param.mutable);
        if mutable {
            self.use_place(receiver, super::place::Purpose::MutSelf(name.span));
        }
        let mut made = vec![Arg { param: 0, mutable, value: receiver }];
        let Some(rest) = self.arguments(&sig, &args, given, 1, site, Cause::Method) else {
            return self.error_expr(site.span);
        };
        made.extend(rest);
        let call = self.call(callee, &made, result, site.span);
        self.replace_call(call, at)
    }

    /// Puts a call where a placeholder for it stands.
    fn replace_call(&mut self, call: ExprId, at: Option<ExprId>) -> ExprId {
        let Some(at) = at else { return call };
        let Expr { kind, ty, span } = self.f.body.exprs[call];
        let want = self.f.body.exprs[at].ty;
        self.f.body.exprs[at].kind = kind;
        if let Some(position) = self.f.mut_calls.iter().position(|id| *id == call) {
            self.f.mut_calls[position] = at;
        }
        if !self.table.unify(ty, want) {
            // The placeholder's type was decided by what is around it.
            self.mismatch(call, want, ty, Why::Plain);
        }
        self.f.body.exprs[call].kind = ExprKind::Unit;
        self.f.body.exprs[call].ty = Ty::UNIT;
        self.f.body.exprs[at].span = span;
        at
    }

    fn receiver_not_wanted(
        &mut self,
        sig: &super::signature::Sig<'p>,
        receiver: ExprId,
        name: ast::Name,
    ) {
        let text = self.text(name.symbol);
        let ty = self.ty(receiver);
        let owner = match self.table.kind(ty) {
            TyKind::Adt(adt, _) => self.text(self.program.adts[adt].name).to_owned(),
            _ => self.show(ty),
        };
        let span = self.span(receiver).to(name.span);
        let diag = Diagnostic::error(
            &codes::RECEIVER,
            name.span,
            format!("`{text}` takes no `self`: it belongs to the type, not to a value"),
        )
        .label(format!("called as `{owner}.{text}()`"))
        .also(self.program.functions[sig.function].span, "has no `self`")
        .suggest(
            "call it on the type",
            span,
            format!("{owner}.{text}"),
            Applicability::Maybe,
        );
        self.error(diag);
    }

    /// The text of a value.
    pub(crate) fn text_of(&mut self, value: ExprId, span: Span) -> ExprId {
        let ty = self.ty(value);
        let show = self.program.lang.show;
        self.require(show, ty, Tys::EMPTY, self.span(value), Cause::Text);
        let arg = Arg { param: 0, mutable: false, value };
        self.call(Callee::Builtin(Builtin::ToStr), &[arg], Ty::STR, span)
    }

    /// A call of a function value.
    pub(crate) fn value_call(&mut self, callee: ExprId, given: &[Given], site: CallSite) -> ExprId {
        let ty = self.ty(callee);
        match self.table.kind(ty) {
            TyKind::Fn(params, result) => {
                let params = self.list_vec(params);
                for arg in given {
                    if let Some(name) = arg.name {
                        let text = self.text(name.symbol);
                        let diag = Diagnostic::error(
                            &codes::NAMED_ARGUMENT,
                            name.span,
                            format!("a function value has no parameter names, so not `{text}`"),
                        )
                        .label("give it by position");
                        self.error(diag);
                    }
                }
                if params.len() != given.len() {
                    let plural = if params.len() == 1 { "" } else { "s" };
                    let span = match given.get(params.len()) {
                        Some(extra) => self.f.ast.span(extra.tree),
                        None => site.span,
                    };
                    let ty = self.show(ty);
                    let diag = Diagnostic::error(
                        &codes::ARGUMENT_COUNT,
                        span,
                        format!(
                            "this function takes {} argument{plural}, and {} {} given",
                            params.len(),
                            given.len(),
                            if given.len() == 1 { "is" } else { "are" }
                        ),
                    )
                    .label(format!("it is `{ty}`"));
                    self.error(diag);
                    self.check_loose(given);
                    return self.error_expr(site.span);
                }
                let mut made = Vec::with_capacity(given.len());
                for (index, (arg, ty)) in given.iter().zip(params).enumerate() {
                    let slot = super::arguments::Slot {
                        name: simple_source::sym::UNDERSCORE,
                        ty,
                        mutable: false,
                        has_default: false,
                        span: Span::NONE,
                        field: false,
                    };
                    let value = self.argument(arg, &slot);
                    made.push(Arg { param: index as u32, mutable: false, value });
                }
                self.call(Callee::Value(callee), &made, result, site.span)
            }
            TyKind::Infer(_) => {
                // Whatever it is, it takes these arguments.
                let mut made = Vec::with_capacity(given.len());
                let mut types = Vec::with_capacity(given.len());
                for (index, arg) in given.iter().enumerate() {
                    let value = match arg.value {
                        Some(value) => value,
                        None => self.expr(arg.tree, Expect::Any),
                    };
                    types.push(self.ty(value));
                    made.push(Arg { param: index as u32, mutable: false, value });
                }
                let result = self.fresh(site.span);
                let params = self.table.make_list(&types);
                let wanted = self.table.make(TyKind::Fn(params, result));
                if !self.table.unify(ty, wanted) {
                    return self.not_callable(callee, site);
                }
                self.call(Callee::Value(callee), &made, result, site.span)
            }
            TyKind::Error => {
                self.check_loose(given);
                self.error_expr(site.span)
            }
            TyKind::Never => callee,
            _ => {
                self.check_loose(given);
                self.not_callable(callee, site)
            }
        }
    }

    fn not_callable(&mut self, callee: ExprId, site: CallSite) -> ExprId {
        let ty = self.ty(callee);
        let ty = self.show(ty);
        let span = self.span(callee);
        let text = self.snippet(span);
        let diag = Diagnostic::error(
            &codes::NOT_CALLABLE,
            span,
            format!("`{text}` is no function, so it cannot be called"),
        )
        .label(format!("this is `{ty}`"));
        self.error(diag);
        self.error_expr(site.span)
    }

    /// `print(a, b)` and its kind.
    fn builtin_call(&mut self, builtin: Builtin, given: &[Given], site: CallSite) -> ExprId {
        let name = self.snippet(site.name);
        for arg in given {
            if let Some(keyword) = arg.name {
                let text = self.text(keyword.symbol);
                let mut diag = Diagnostic::error(
                    &codes::NAMED_ARGUMENT,
                    keyword.span,
                    format!("`{name}` has no parameter `{text}`"),
                )
                .label("not found");
                if builtin != Builtin::Panic {
                    diag = diag.note(
                        "it writes its arguments with spaces between and ends the line; \
                         `xs.join(\", \")` puts something else between",
                    );
                }
                self.error(diag);
            }
            if let Some(mutable) = arg.mutable {
                let diag = Diagnostic::error(
                    &codes::MUT_SUPERFLUOUS,
                    mutable,
                    format!("`{name}` does not change its arguments"),
                )
                .label("means nothing here")
                .suggest("leave `mut` out", mutable, "", Applicability::Certain);
                self.error(diag);
            }
        }
        if builtin == Builtin::Panic {
            if given.len() != 1 {
                let diag = Diagnostic::error(
                    &codes::ARGUMENT_COUNT,
                    site.span,
                    format!("`panic` takes 1 argument, and {} are given", given.len()),
                )
                .label("the message");
                self.error(diag);
                self.check_loose(given);
                return self.push(ExprKind::Error, Ty::NEVER, site.span);
            }
            let value = self.expr(given[0].tree, Expect::Need(Ty::STR, Why::Plain));
            let arg = Arg { param: 0, mutable: false, value };
            return self.call(Callee::Builtin(builtin), &[arg], Ty::NEVER, site.span);
        }
        let show = self.program.lang.show;
        let mut made = Vec::with_capacity(given.len());
        for (index, arg) in given.iter().enumerate() {
            let value = self.expr(arg.tree, Expect::Any);
            let ty = self.ty(value);
            self.require(show, ty, Tys::EMPTY, self.span(value), Cause::Text);
            made.push(Arg { param: index as u32, mutable: false, value });
        }
        self.call(Callee::Builtin(builtin), &made, Ty::UNIT, site.span)
    }
}
