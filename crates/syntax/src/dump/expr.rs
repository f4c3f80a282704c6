//! Expressions and statements.

use super::Dump;
use crate::ast::{
    Clause, Expr, ExprId, FormatCount, FormatSpec, List, NumberSuffix, Param, StmtId, StmtKind,
    StrPart, UnaryOp,
};

fn suffix(suffix: Option<NumberSuffix>) -> String {
    suffix.map_or(String::new(), |suffix| format!("{suffix:?}").to_lowercase())
}

impl Dump<'_> {
    /// An expression without children, on one line.
    pub(super) fn leaf(&self, expr: &Expr) -> Option<String> {
        Some(match *expr {
            Expr::Error => "<error>".into(),
            Expr::Unit => "()".into(),
            Expr::Int { value, suffix: ty } => format!("{value}{}", suffix(ty)),
            Expr::Float { value, suffix: ty } => format!("{value:?}{}", suffix(ty)),
            Expr::Bool(value) => value.to_string(),
            Expr::Nil => "nil".into(),
            Expr::Str(text) => format!("{:?}", self.text(text)),
            Expr::Name(name) => self.text(name).into(),
            Expr::Type(ty) => format!("type {}", self.ty(ty)),
            Expr::Continue => "continue".into(),
            Expr::Break(None) => "break".into(),
            Expr::Return(None) => "return".into(),
            _ => return None,
        })
    }

    fn exprs(&mut self, head: &str, exprs: List<ExprId>) {
        self.nest(head, |dump| {
            for expr in dump.ast.list(exprs) {
                dump.expr(*expr);
            }
        });
    }

    /// A head line with one expression below.
    fn below(&mut self, head: &str, expr: ExprId) {
        self.nest(head, |dump| dump.expr(expr));
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        let expr = *self.ast.expr(id);
        if let Some(leaf) = self.leaf(&expr) {
            return self.line(&leaf);
        }
        match expr {
            Expr::Interpolated(parts) => self.nest("interpolated", |dump| {
                for part in dump.ast.list(parts) {
                    dump.part(*part);
                }
            }),
            Expr::Field { base, name } => {
                let head = format!("field .{}", self.text(name.symbol));
                self.below(&head, base);
            }
            Expr::OptionField { base, name } => {
                let head = format!("field ?.{}", self.text(name.symbol));
                self.below(&head, base);
            }
            Expr::Call { callee, args } => self.nest("call", |dump| {
                dump.expr(callee);
                for arg in dump.ast.list(args) {
                    let mut head = String::from("arg");
                    if let Some(name) = arg.name {
                        head += &format!(" {}:", dump.text(name.symbol));
                    }
                    if arg.mutable.is_some() {
                        head += " mut";
                    }
                    dump.below(&head, arg.value);
                }
            }),
            Expr::Index { base, args } => self.nest("index", |dump| {
                dump.expr(base);
                for arg in dump.ast.list(args) {
                    dump.expr(*arg);
                }
            }),
            Expr::Try(base) => self.below("try", base),
            Expr::Unary { op, operand } => {
                let head = match op {
                    UnaryOp::Neg => "unary -",
                    UnaryOp::BitNot => "unary ~",
                    UnaryOp::Not => "unary not",
                };
                self.below(head, operand);
            }
            Expr::Binary { op, left, right } => {
                self.nest(&format!("binary {}", op.text()), |dump| {
                    dump.expr(left);
                    dump.expr(right);
                });
            }
            Expr::Cast { value, ty } => {
                let head = format!("as {}", self.ty(ty));
                self.below(&head, value);
            }
            Expr::Range { low, high, inclusive } => {
                self.nest(if inclusive { "range ..=" } else { "range .." }, |dump| {
                    for end in [low, high] {
                        match end {
                            Some(end) => dump.expr(end),
                            None => dump.line("open"),
                        }
                    }
                });
            }
            Expr::Tuple(parts) => self.exprs("tuple", parts),
            Expr::Paren(inner) => self.below("paren", inner),
            Expr::List(elements) => self.exprs("list", elements),
            Expr::Set(elements) => self.exprs("set", elements),
            Expr::Repeat { value, count } => self.nest("repeat", |dump| {
                dump.expr(value);
                dump.expr(count);
            }),
            Expr::ListComp { element, clauses } => self.nest("list comprehension", |dump| {
                dump.expr(element);
                dump.clauses(clauses);
            }),
            Expr::SetComp { element, clauses } => self.nest("set comprehension", |dump| {
                dump.expr(element);
                dump.clauses(clauses);
            }),
            Expr::Dict(pairs) => self.nest("dict", |dump| {
                for pair in dump.ast.list(pairs) {
                    dump.expr(pair.key);
                    dump.expr(pair.value);
                }
            }),
            Expr::DictComp { pair, clauses } => self.nest("dict comprehension", |dump| {
                for pair in dump.ast.list(pair) {
                    dump.expr(pair.key);
                    dump.expr(pair.value);
                }
                dump.clauses(clauses);
            }),
            Expr::Lambda { params, result, body } => {
                let head = match result {
                    Some(result) => format!("lambda -> {}", self.ty(result)),
                    None => "lambda".into(),
                };
                self.nest(&head, |dump| {
                    dump.params(params);
                    dump.expr(body);
                });
            }
            Expr::Block(stmts) => self.nest("block", |dump| {
                for stmt in dump.ast.list(stmts) {
                    dump.stmt(*stmt);
                }
            }),
            Expr::If { condition, then, mut otherwise } => {
                self.nest("if", |dump| {
                    dump.expr(condition);
                    dump.expr(then);
                });
                // The chain is walked in a loop: it may be long.
                while let Some(branch) = otherwise {
                    let Expr::If { condition, then, otherwise: next } = *self.ast.expr(branch)
                    else {
                        return self.below("else", branch);
                    };
                    self.nest("elif", |dump| {
                        dump.expr(condition);
                        dump.expr(then);
                    });
                    otherwise = next;
                }
            }
            Expr::Match { value, arms } => self.nest("match", |dump| {
                dump.expr(value);
                for arm in dump.ast.list(arms) {
                    let head = format!("case {}", dump.pat(arm.pat));
                    dump.nest(&head, |dump| {
                        if let Some(guard) = arm.guard {
                            dump.below("guard", guard);
                        }
                        dump.expr(arm.body);
                    });
                }
            }),
            Expr::While { condition, body } => self.nest("while", |dump| {
                dump.expr(condition);
                dump.expr(body);
            }),
            Expr::Loop { body } => self.below("loop", body),
            Expr::For { pat, iterable, body } => {
                let head = format!("for {}", self.pat(pat));
                self.nest(&head, |dump| {
                    dump.expr(iterable);
                    dump.expr(body);
                });
            }
            Expr::Break(Some(value)) => self.below("break", value),
            Expr::Return(Some(value)) => self.below("return", value),
            // The leaves, which were printed above.
            _ => {}
        }
    }

    fn clauses(&mut self, clauses: List<Clause>) {
        for clause in self.ast.list(clauses) {
            match *clause {
                Clause::For { pat, iterable } => {
                    let head = format!("for {}", self.pat(pat));
                    self.below(&head, iterable);
                }
                Clause::If(condition) => self.below("if", condition),
            }
        }
    }

    fn part(&mut self, part: StrPart) {
        match part {
            StrPart::Text(text) => {
                let text = format!("text {:?}", self.text(text));
                self.line(&text);
            }
            StrPart::Value { value, spec, .. } => self.nest("value", |dump| {
                dump.expr(value);
                if let Some(spec) = spec {
                    dump.spec(spec);
                }
            }),
        }
    }

    fn spec(&mut self, spec: FormatSpec) {
        let letter = |byte: u8| (byte as char).to_string();
        let mut head = String::from("spec");
        if let Some(fill) = spec.fill {
            head += &format!(" fill={fill:?}");
        }
        for (name, byte) in [("align", spec.align), ("sign", spec.sign)] {
            if byte != 0 {
                head += &format!(" {name}={}", letter(byte));
            }
        }
        for (name, flag) in [("alternate", spec.alternate), ("zero", spec.zero)] {
            if flag {
                head += &format!(" {name}");
            }
        }
        if spec.grouping != 0 {
            head += &format!(" grouping={}", letter(spec.grouping));
        }
        for (name, count) in [("width", spec.width), ("precision", spec.precision)] {
            match count {
                FormatCount::None => {}
                FormatCount::Fixed(count) => head += &format!(" {name}={count}"),
                FormatCount::Computed(_) => head += &format!(" {name}=computed"),
            }
        }
        if spec.kind != 0 {
            head += &format!(" kind={}", letter(spec.kind));
        }
        self.nest(&head, |dump| {
            for count in [spec.width, spec.precision] {
                if let FormatCount::Computed(value) = count {
                    dump.expr(value);
                }
            }
        });
    }

    pub(super) fn params(&mut self, params: List<Param>) {
        for param in self.ast.list(params) {
            let mut head = String::from("param ");
            if param.mutable.is_some() {
                head += "mut ";
            }
            head += self.text(param.name.symbol);
            if let Some(ty) = param.ty {
                head += &format!(": {}", self.ty(ty));
            }
            match param.default {
                Some(default) => self.below(&head, default),
                None => self.line(&head),
            }
        }
    }

    pub(super) fn stmt(&mut self, id: StmtId) {
        match self.ast.stmt(id).kind {
            StmtKind::Error => self.line("<error>"),
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Let { mutable, pat, ty, value } => {
                let mut head = format!("{} {}", if mutable { "var" } else { "val" }, self.pat(pat));
                if let Some(ty) = ty {
                    head += &format!(": {}", self.ty(ty));
                }
                self.below(&head, value);
            }
            StmtKind::Assign { target, value } => self.nest("assign", |dump| {
                dump.expr(target);
                dump.expr(value);
            }),
            StmtKind::AssignOp { op, target, value } => {
                self.nest(&format!("assign {}=", op.text()), |dump| {
                    dump.expr(target);
                    dump.expr(value);
                });
            }
            StmtKind::Assert { condition, message } => self.nest("assert", |dump| {
                dump.expr(condition);
                if let Some(message) = message {
                    dump.expr(message);
                }
            }),
            StmtKind::Pass => self.line("pass"),
            StmtKind::Item(item) => self.item(item),
        }
    }
}
