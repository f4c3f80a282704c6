//! Types that nothing decided.

use simple_source::{Diagnostic, Span};

use super::Obligation;
use crate::body::*;
use crate::codes;
use crate::infer::Infer;
use crate::ty::Ty;

impl Infer<'_> {
    /// Reports what is still undecided at the end, at the values whose types
    /// were needed; bounds alone are no mistake of their own.
    pub(crate) fn report_undecided(&mut self) {
        let here = self.f.number;
        for slot in 0..self.obligations.len() {
            let Some(pending) = self.obligations[slot].take() else { continue };
            self.enter(pending.number);
            match pending.obligation {
                Obligation::Bound { .. } => {}
                Obligation::Method { call, receiver, name, .. } => {
                    let text = self.text(name.symbol);
                    self.undecided(receiver, &format!("whose method `{text}` is called"));
                    self.give_up(call);
                }
                Obligation::Field { field, base, name } => {
                    let text = self.text(name.symbol);
                    self.undecided(base, &format!("whose field `{text}` is used"));
                    self.give_up(field);
                }
                Obligation::Index { expr, base, .. } => {
                    self.undecided(base, "that is indexed");
                    self.give_up(expr);
                }
                Obligation::Operator { expr, left, .. } => {
                    self.undecided(left, "that an operator is used on");
                    self.give_up(expr);
                }
                Obligation::Unary { expr, operand, .. } => {
                    self.undecided(operand, "that an operator is used on");
                    self.give_up(expr);
                }
                Obligation::Membership { expr, container, .. } => {
                    self.undecided(container, "that is looked into");
                    self.give_up(expr);
                }
                Obligation::Iterate { value, element } => {
                    self.undecided(value, "that `for` runs over");
                    self.table.unify(element, Ty::ERROR);
                }
                Obligation::Try { expr, value, .. } => {
                    self.undecided(value, "before `?`");
                    self.give_up(expr);
                }
                Obligation::Chain { chain, step } => {
                    self.undecided(step, "after `?.`");
                    self.give_up(chain);
                }
                Obligation::Cast { value, .. } => self.undecided(value, "that is converted"),
                Obligation::Identity { left, .. } => self.undecided(left, "that is compared"),
                Obligation::Format { value, .. } => self.undecided(value, "that is formatted"),
                Obligation::RangeElement { .. } => {}
            }
        }
        self.enter(here);
    }

    /// A value whose type nothing decides.
    fn undecided(&mut self, value: ExprId, what: &str) {
        let ty = self.ty(value);
        let Some(var) = self.table.as_var(ty) else { return };
        // A parameter is where a type can be written.
        let params = &self.f.params;
        let param = params.iter().find(|param| self.table.as_var(param.ty) == Some(var));
        let origin = param.map_or_else(|| self.table.origin(var), |param| param.span);
        self.undecided_at(origin, self.span(value), what);
        self.table.unify(ty, Ty::ERROR);
    }

    /// A type that nothing decides, first needed at `origin`.
    pub(crate) fn undecided_at(&mut self, origin: Span, used: Span, what: &str) {
        let origin = if origin.is_none() { used } else { origin };
        let text = self.snippet(origin);
        let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text != "None"
            && text != "nil";
        let mut diag = Diagnostic::error(
            &codes::UNDECIDED,
            origin,
            if is_name {
                format!("nothing decides the type of `{text}`")
            } else {
                format!("nothing decides the type of `{text}` here")
            },
        )
        .label(if what.is_empty() {
            "its type needs to be written".to_owned()
        } else {
            format!("a value {what}")
        });
        if used != origin && !used.is_none() && !what.is_empty() {
            diag = diag.also(used, "its type is needed here");
        }
        diag = self.how_to_decide(diag, origin, text, is_name, what);
        self.error(diag);
    }

    fn how_to_decide(
        &self,
        diag: Diagnostic,
        origin: Span,
        text: &str,
        is_name: bool,
        what: &str,
    ) -> Diagnostic {
        use simple_source::Applicability::Maybe;
        // What only lists have.
        const OF_LISTS: &[&str] = &[
            "append",
            "push",
            "pop",
            "extend",
            "insert",
            "sort",
            "reverse",
            "map",
            "filter",
            "sum",
            "first",
            "last",
            "enumerate",
            "zip",
            "indexed",
        ];
        let is_list = what.split([' ', '`']).any(|word| OF_LISTS.contains(&word));
        let param = self.f.params.iter().any(|param| param.span == origin);
        if param && is_name {
            return diag.suggest(
                "write its type, for example",
                origin,
                format!("{text}: {}", if is_list { "[i64]" } else { "str" }),
                Maybe,
            );
        }
        match text {
            "[]" => diag.note("write the type where it is declared: `val xs: [i64] = []`"),
            "{}" => diag.note("write the type where it is declared: `val d: {str: i64} = {}`"),
            "None" | "nil" => {
                diag.note("write the type where it is declared: `val x: i64? = None`")
            }
            "Ok" | "Err" => diag.note(format!(
                "write the type where it is declared: `val r: Result[i64, str] = {text}(..)`"
            )),
            _ if text.ends_with(')') => {
                let name = text.split('(').next().unwrap_or("");
                let plain = !name.is_empty()
                    && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                if !plain {
                    return diag;
                }
                let rest = &text[name.len()..];
                diag.suggest(
                    "write the type argument, for example",
                    origin,
                    format!("{name}[i64]{rest}"),
                    Maybe,
                )
            }
            _ if is_name => diag.note(format!("write it: `{text}: i64`, for example")),
            _ => diag,
        }
    }
}
