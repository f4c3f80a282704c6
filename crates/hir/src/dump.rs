//! A stable text of checked bodies, for `--emit hir` and tests.

use crate::body::*;
use crate::def::*;
use crate::ty::Tys;

/// The text of all bodies of the user's functions, in source order.
pub fn dump(program: &Program, _interner: &simple_source::Interner) -> String {
    program.dump()
}

impl Program {
    /// The text of all bodies of the user's functions, in source order.
    pub fn dump(&self) -> String {
        let mut functions: Vec<FnId> = self
            .functions
            .iter_enumerated()
            .filter(|(_, def)| !self.modules[def.module].is_library)
            .map(|(id, _)| id)
            .collect();
        functions.sort_by_key(|id| (self.functions[*id].span, *id));
        let mut out = String::new();
        for constant in &self.consts {
            if !self.modules[constant.module].is_library {
                let name = self.text(constant.name);
                out.push_str(&format!("const {name}: {}\n", self.type_text(constant.ty)));
            }
        }
        for global in &self.globals {
            let word = if global.mutable { "var" } else { "val" };
            let name = self.text(global.name);
            out.push_str(&format!("global {word} {name}: {}\n", self.type_text(global.ty)));
        }
        for function in functions {
            if matches!(self.functions[function].kind, FnKind::Body(_)) {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&self.dump_function(function));
            }
        }
        out
    }

    /// The text of one function's body.
    pub fn dump_function(&self, function: FnId) -> String {
        let def = &self.functions[function];
        let mut out = String::new();
        out.push_str("fn ");
        out.push_str(self.text(def.path));
        if !def.generics.params.is_empty() {
            let params: Vec<String> = def
                .generics
                .params
                .iter()
                .map(|param| {
                    let mut text = self.text(param.name).to_owned();
                    for (index, bound) in param.bounds.iter().enumerate() {
                        text.push_str(if index == 0 { ": " } else { " + " });
                        text.push_str(&self.trait_text(*bound));
                    }
                    text
                })
                .collect();
            out.push_str(&format!("[{}]", params.join(", ")));
        }
        let Some(body) = self.body(function) else {
            out.push_str(" = error\n");
            return out;
        };
        let mut dumper = Dumper { program: self, body, out };
        dumper.head(def);
        if let Some(root) = body.root {
            dumper.out.push_str("    ");
            dumper.expr(root, 1);
            dumper.out.push('\n');
        }
        dumper.out
    }
}

struct Dumper<'a> {
    program: &'a Program,
    body: &'a Body,
    out: String,
}

impl Dumper<'_> {
    fn head(&mut self, def: &FnDef) {
        self.out.push('(');
        for (index, local) in self.body.params.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            if index < def.captures.len() {
                self.out.push_str("captured ");
            }
            self.local_declaration(*local);
        }
        self.out.push(')');
        self.out.push_str(" -> ");
        self.out.push_str(&self.program.type_text(def.result));
        self.out.push_str(":\n");
    }

    fn local_declaration(&mut self, local: LocalId) {
        let Local { ty, mutable, .. } = self.body.locals[local];
        if mutable {
            self.out.push_str("mut ");
        }
        self.local(local);
        self.out.push_str(": ");
        self.out.push_str(&self.program.type_text(ty));
    }

    fn local(&mut self, local: LocalId) {
        let name = self.program.text(self.body.locals[local].name);
        self.out.push_str(&format!("{name}.{}", local.0));
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth {
            self.out.push_str("    ");
        }
    }

    fn exprs(&mut self, list: List<ExprId>, depth: usize) {
        for (index, id) in self.body.list(list).iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.expr(*id, depth);
        }
    }

    fn args(&mut self, list: List<Arg>, depth: usize) {
        self.out.push('(');
        for (index, arg) in self.body.list(list).iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            if arg.param as usize != index {
                self.out.push_str(&format!("#{}: ", arg.param));
            }
            if arg.mutable {
                self.out.push_str("mut ");
            }
            self.expr(arg.value, depth);
        }
        self.out.push(')');
    }

    fn type_args(&mut self, args: Tys) {
        let list = self.program.types.list(args);
        if list.is_empty() {
            return;
        }
        let texts: Vec<String> = list.iter().map(|ty| self.program.type_text(*ty)).collect();
        self.out.push_str(&format!("[{}]", texts.join(", ")));
    }

    fn function(&mut self, function: FnRef) {
        let path = self.program.text(self.program.functions[function.function].path);
        self.out.push_str(path);
        self.type_args(function.args);
    }

    fn method(&mut self, method: MethodRef) {
        let path = self.program.text(self.program.functions[method.method].path);
        self.out.push_str(path);
        self.type_args(method.args);
    }

    fn callee(&mut self, callee: Callee, depth: usize) {
        match callee {
            Callee::Fn(function) => self.function(function),
            Callee::Method(method) => {
                self.out.push_str("method ");
                self.method(method);
            }
            Callee::Dyn(method) => {
                self.out.push_str("dyn ");
                self.method(method);
            }
            Callee::Value(value) => {
                self.out.push_str("value ");
                self.expr(value, depth);
            }
            Callee::Builtin(builtin) => self.out.push_str(match builtin {
                Builtin::Print => "print",
                Builtin::Eprint => "eprint",
                Builtin::Panic => "panic",
                Builtin::ToStr => "to_str",
            }),
        }
    }

    fn variant(&mut self, ty: crate::ty::Ty, variant: u32) {
        if let crate::ty::TyKind::Adt(adt, _) = self.program.types.kind(ty) {
            let def = &self.program.adts[adt];
            self.out.push_str(&self.program.type_text(ty));
            if def.kind == AdtKind::Enum
                && let Some(variant) = def.variants.get(variant as usize)
            {
                self.out.push('.');
                self.out.push_str(self.program.text(variant.name));
            }
        }
    }

    fn expr(&mut self, id: ExprId, depth: usize) {
        let Expr { kind, ty, .. } = self.body.exprs[id];
        match kind {
            ExprKind::Error => self.out.push_str("error"),
            ExprKind::Unit => self.out.push_str("()"),
            ExprKind::Bool(value) => self.out.push_str(&value.to_string()),
            ExprKind::Char(value) => self.out.push_str(&format!("{value:?}")),
            ExprKind::Int(value) => {
                let text = self.program.type_text(ty);
                let shown = if text.starts_with('u') {
                    value.to_string()
                } else {
                    (value as i64).to_string()
                };
                self.out.push_str(&shown);
                if text != "i64" {
                    self.out.push_str(&text);
                }
            }
            ExprKind::Float(value) => {
                self.out.push_str(&format!("{value:?}"));
                let text = self.program.type_text(ty);
                if text != "f64" {
                    self.out.push_str(&text);
                }
            }
            ExprKind::Str(text) => {
                self.out.push_str(&format!("{:?}", self.program.text(text)));
            }
            ExprKind::Interpolated(parts) => {
                self.out.push_str("text(");
                for (index, part) in self.body.list(parts).iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    match part {
                        Part::Text(text) => {
                            self.out.push_str(&format!("{:?}", self.program.text(*text)));
                        }
                        Part::Value { value, spec } => {
                            self.expr(*value, depth);
                            if let Some(spec) = spec {
                                self.out.push_str(" as ");
                                let text = self.program.snippet(spec.written.span);
                                self.out.push_str(&format!("{text:?}"));
                            }
                        }
                    }
                }
                self.out.push(')');
            }
            ExprKind::Local(local) => self.local(local),
            ExprKind::Global(global) => {
                let name = self.program.text(self.program.globals[global].name);
                self.out.push_str(&format!("global {name}"));
            }
            ExprKind::Const(constant) => {
                let name = self.program.text(self.program.consts[constant].name);
                self.out.push_str(&format!("const {name}"));
            }
            ExprKind::Fn(function) => {
                self.out.push_str("fn ");
                self.function(function);
            }
            ExprKind::Method(method) => {
                self.out.push_str("fn method ");
                self.method(method);
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda, depth),
            ExprKind::Call { callee, args } => {
                self.callee(callee, depth);
                self.args(args, depth);
            }
            ExprKind::Construct { variant, fields } => {
                self.variant(ty, variant);
                self.args(fields, depth);
            }
            ExprKind::Field { base, index } => {
                self.expr(base, depth);
                self.out.push_str(&format!(".{index}"));
            }
            ExprKind::ListIndex { base, index } => {
                self.expr(base, depth);
                self.out.push('[');
                self.expr(index, depth);
                self.out.push(']');
            }
            ExprKind::DictIndex { base, key } => {
                self.expr(base, depth);
                self.out.push('{');
                self.expr(key, depth);
                self.out.push('}');
            }
            ExprKind::Unary { op, operand } => {
                self.out.push_str(match op {
                    simple_syntax::ast::UnaryOp::Neg => "(-",
                    simple_syntax::ast::UnaryOp::BitNot => "(~",
                    simple_syntax::ast::UnaryOp::Not => "(not ",
                });
                self.expr(operand, depth);
                self.out.push(')');
            }
            ExprKind::Binary { op, left, right } => {
                self.out.push('(');
                self.expr(left, depth);
                self.out.push_str(&format!(" {} ", op.text()));
                self.expr(right, depth);
                self.out.push(')');
            }
            ExprKind::Coalesce { value, default } => {
                self.out.push('(');
                self.expr(value, depth);
                self.out.push_str(" ?? ");
                self.expr(default, depth);
                self.out.push(')');
            }
            ExprKind::Try(value) => {
                self.expr(value, depth);
                self.out.push('?');
            }
            ExprKind::OptionChain { value, binding, step, flatten } => {
                self.out.push_str("chain ");
                self.local(binding);
                self.out.push_str(" in ");
                self.expr(value, depth);
                self.out.push_str(if flatten { " flat (" } else { " (" });
                self.expr(step, depth);
                self.out.push(')');
            }
            ExprKind::Cast(value) => {
                self.out.push('(');
                self.expr(value, depth);
                self.out.push_str(&format!(" as {})", self.program.type_text(ty)));
            }
            ExprKind::ToDyn(value) => {
                self.out.push('(');
                self.expr(value, depth);
                self.out.push_str(&format!(" to {})", self.program.type_text(ty)));
            }
            ExprKind::Tuple(parts) => {
                self.out.push('(');
                self.exprs(parts, depth);
                self.out.push_str(",)");
            }
            ExprKind::List(parts) => {
                self.out.push('[');
                self.exprs(parts, depth);
                self.out.push_str(&format!("] as {}", self.program.type_text(ty)));
            }
            ExprKind::Repeat { value, count } => {
                self.out.push('[');
                self.expr(value, depth);
                self.out.push_str("; ");
                self.expr(count, depth);
                self.out.push(']');
            }
            ExprKind::Dict(pairs) => {
                self.out.push('{');
                for (index, pair) in self.body.list(pairs).iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    self.expr(pair.key, depth);
                    self.out.push_str(": ");
                    self.expr(pair.value, depth);
                }
                self.out.push_str(&format!("}} as {}", self.program.type_text(ty)));
            }
            ExprKind::Set(parts) => {
                self.out.push('{');
                self.exprs(parts, depth);
                self.out.push_str(&format!("}} as {}", self.program.type_text(ty)));
            }
            ExprKind::Comprehension { clauses, element, value } => {
                self.out.push_str("each(");
                self.expr(element, depth);
                if let Some(value) = value {
                    self.out.push_str(": ");
                    self.expr(value, depth);
                }
                for clause in self.body.list(clauses) {
                    match clause {
                        Clause::For { pat, iterable, kind } => {
                            self.out.push_str(" for ");
                            self.pat(*pat, depth);
                            self.for_kind(*kind, depth);
                            self.expr(*iterable, depth);
                        }
                        Clause::If(condition) => {
                            self.out.push_str(" if ");
                            self.expr(*condition, depth);
                        }
                    }
                }
                self.out.push_str(&format!(") as {}", self.program.type_text(ty)));
            }
            ExprKind::Block { stmts, tail } => self.block(stmts, tail, depth),
            ExprKind::If { .. } => self.branches(id, depth),
            ExprKind::Match { value, arms } => {
                self.out.push_str("match ");
                self.expr(value, depth);
                self.out.push_str(" {");
                for arm in self.body.list(arms) {
                    self.line(depth + 1);
                    self.pat(arm.pat, depth + 1);
                    if let Some(guard) = arm.guard {
                        self.out.push_str(" if ");
                        self.expr(guard, depth + 1);
                    }
                    self.out.push_str(" => ");
                    self.expr(arm.body, depth + 1);
                }
                self.line(depth);
                self.out.push('}');
            }
            ExprKind::While { condition, body } => {
                self.out.push_str("while ");
                self.expr(condition, depth);
                self.out.push(' ');
                self.expr(body, depth);
            }
            ExprKind::Loop { body } => {
                self.out.push_str("loop ");
                self.expr(body, depth);
            }
            ExprKind::For { pat, iterable, kind, body } => {
                self.out.push_str("for ");
                self.pat(pat, depth);
                self.for_kind(kind, depth);
                self.expr(iterable, depth);
                self.out.push(' ');
                self.expr(body, depth);
            }
            ExprKind::Break(value) => self.leave("break", value, depth),
            ExprKind::Continue => self.out.push_str("continue"),
            ExprKind::Return(value) => self.leave("return", value, depth),
        }
    }

    fn leave(&mut self, word: &str, value: Option<ExprId>, depth: usize) {
        self.out.push_str(word);
        if let Some(value) = value {
            self.out.push(' ');
            self.expr(value, depth);
        }
    }

    fn for_kind(&mut self, kind: ForKind, depth: usize) {
        self.out.push_str(match kind {
            ForKind::Range => " in range ",
            ForKind::List => " in list ",
            ForKind::Dict => " in dict ",
            ForKind::Set => " in set ",
            ForKind::Iter(_) => " in iter ",
        });
        if let ForKind::Iter(callee) = kind {
            self.out.push('<');
            self.callee(callee, depth);
            self.out.push_str("> ");
        }
    }

    /// A chain of `if`s, which may be thousands long.
    fn branches(&mut self, id: ExprId, depth: usize) {
        let mut at = id;
        while let ExprKind::If { condition, then, otherwise } = self.body.exprs[at].kind {
            self.out.push_str("if ");
            self.expr(condition, depth);
            self.out.push(' ');
            self.expr(then, depth);
            let Some(next) = otherwise else { return };
            self.out.push_str(" else ");
            if !matches!(self.body.exprs[next].kind, ExprKind::If { .. }) {
                self.expr(next, depth);
                return;
            }
            at = next;
        }
    }

    fn lambda(&mut self, id: LambdaId, depth: usize) {
        let lambda = self.body.lambdas[id].clone();
        self.out.push('\\');
        for (index, param) in lambda.params.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.local_declaration(*param);
        }
        if !lambda.captures.is_empty() {
            self.out.push_str(" captures");
            for local in &lambda.captures {
                self.out.push(' ');
                self.local(*local);
            }
        }
        self.out.push_str(": ");
        self.expr(lambda.body, depth);
    }

    fn block(&mut self, stmts: List<Stmt>, tail: Option<ExprId>, depth: usize) {
        if stmts.len == 0
            && let Some(tail) = tail
        {
            self.out.push_str("{ ");
            self.expr(tail, depth);
            self.out.push_str(" }");
            return;
        }
        self.out.push('{');
        for stmt in self.body.list(stmts) {
            self.line(depth + 1);
            self.stmt(stmt, depth + 1);
        }
        if let Some(tail) = tail {
            self.line(depth + 1);
            self.out.push_str("= ");
            self.expr(tail, depth + 1);
        }
        self.line(depth);
        self.out.push('}');
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        match stmt.kind {
            StmtKind::Expr(value) => self.expr(value, depth),
            StmtKind::Let { pat, value } => {
                self.out.push_str("let ");
                self.pat(pat, depth);
                self.out.push_str(": ");
                self.out.push_str(&self.program.type_text(self.body.pats[pat].ty));
                self.out.push_str(" = ");
                self.expr(value, depth);
            }
            StmtKind::Assign { place, value } => {
                self.expr(place, depth);
                self.out.push_str(" := ");
                self.expr(value, depth);
            }
            StmtKind::AssignOp { op, place, value, call } => {
                self.expr(place, depth);
                self.out.push_str(&format!(" {}= ", op.text()));
                if let Some(call) = call {
                    self.out.push('<');
                    self.callee(call, depth);
                    self.out.push_str("> ");
                }
                self.expr(value, depth);
            }
            StmtKind::Assert { condition, message } => {
                self.out.push_str("assert ");
                self.expr(condition, depth);
                self.out.push_str(", ");
                self.expr(message, depth);
            }
        }
    }

    fn pats(&mut self, list: List<PatId>, depth: usize) {
        for (index, pat) in self.body.list(list).iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.pat(*pat, depth);
        }
    }

    fn pat(&mut self, id: PatId, depth: usize) {
        let Pat { kind, ty, .. } = self.body.pats[id];
        match kind {
            PatKind::Wildcard => self.out.push('_'),
            PatKind::Bind(local) => {
                if self.body.locals[local].mutable {
                    self.out.push_str("mut ");
                }
                self.local(local);
            }
            PatKind::Literal(value) => self.expr(value, depth),
            PatKind::Range { low, high, inclusive } => {
                if let Some(low) = low {
                    self.expr(low, depth);
                }
                self.out.push_str(if inclusive { "..=" } else { ".." });
                if let Some(high) = high {
                    self.expr(high, depth);
                }
            }
            PatKind::Tuple(parts) => {
                self.out.push('(');
                self.pats(parts, depth);
                self.out.push_str(",)");
            }
            PatKind::Variant { variant, fields } => {
                self.variant(ty, variant);
                self.out.push('(');
                for (index, field) in self.body.list(fields).iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    if field.index as usize != index {
                        self.out.push_str(&format!("#{}: ", field.index));
                    }
                    self.pat(field.pat, depth);
                }
                self.out.push(')');
            }
            PatKind::List { prefix, rest, rest_binding, suffix } => {
                self.out.push('[');
                self.pats(prefix, depth);
                if rest {
                    if prefix.len > 0 {
                        self.out.push_str(", ");
                    }
                    self.out.push_str("..");
                    if let Some(local) = rest_binding {
                        self.local(local);
                    }
                    if suffix.len > 0 {
                        self.out.push_str(", ");
                    }
                }
                self.pats(suffix, depth);
                self.out.push(']');
            }
            PatKind::Or(parts) => {
                for (index, part) in self.body.list(parts).iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(" | ");
                    }
                    self.pat(*part, depth);
                }
            }
        }
    }
}
