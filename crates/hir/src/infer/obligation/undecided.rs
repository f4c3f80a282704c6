//! Types that nothing decided.

use simple_source::Applicability::Maybe;
use simple_source::{Diagnostic, Span, Symbol};
use simple_syntax::ast::{self, ItemKind};

use super::Obligation;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::Infer;
use crate::names::Def;
use crate::select::Head;
use crate::ty::Ty;

/// What a value whose type nothing decides is used for.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    Method(Symbol),
    Field(Symbol),
    /// It is indexed by this.
    Index(ExprId),
    Operator,
    Membership,
    Iterate,
    Try,
    Chain,
    Cast,
    Identity,
    Format,
    /// Only its type is needed.
    Nothing,
}

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
                    self.undecided(receiver, Need::Method(name.symbol));
                    self.give_up(call);
                }
                Obligation::Field { field, base, name } => {
                    self.undecided(base, Need::Field(name.symbol));
                    self.give_up(field);
                }
                Obligation::Index { expr, base, index } => {
                    self.undecided(base, Need::Index(index));
                    self.give_up(expr);
                }
                Obligation::Operator { expr, left, .. } => {
                    self.undecided(left, Need::Operator);
                    self.give_up(expr);
                }
                Obligation::Unary { expr, operand, .. } => {
                    self.undecided(operand, Need::Operator);
                    self.give_up(expr);
                }
                Obligation::Membership { expr, container, .. } => {
                    self.undecided(container, Need::Membership);
                    self.give_up(expr);
                }
                Obligation::Iterate { value, element } => {
                    self.undecided(value, Need::Iterate);
                    self.table.unify(element, Ty::ERROR);
                }
                Obligation::Try { expr, value, .. } => {
                    self.undecided(value, Need::Try);
                    self.give_up(expr);
                }
                Obligation::Chain { chain, step } => {
                    self.undecided(step, Need::Chain);
                    self.give_up(chain);
                }
                Obligation::Cast { value, .. } => self.undecided(value, Need::Cast),
                Obligation::Identity { left, .. } => self.undecided(left, Need::Identity),
                Obligation::Format { value, .. } => self.undecided(value, Need::Format),
                Obligation::RangeElement { .. } => {}
            }
        }
        self.enter(here);
    }

    /// A value whose type nothing decides.
    fn undecided(&mut self, value: ExprId, need: Need) {
        let ty = self.ty(value);
        let Some(var) = self.table.as_var(ty) else { return };
        // A parameter is where a type can be written.
        let params = &self.f.params;
        let param = params.iter().find(|param| self.table.as_var(param.ty) == Some(var));
        let origin = param.map_or_else(|| self.table.origin(var), |param| param.span);
        self.undecided_at(origin, self.span(value), need);
        self.table.unify(ty, Ty::ERROR);
    }

    /// What is said of the value that is used so.
    fn described(&self, need: Need) -> String {
        match need {
            Need::Method(name) => {
                format!("a value whose method `{}` is called", self.text(name))
            }
            Need::Field(name) => format!("a value whose field `{}` is used", self.text(name)),
            Need::Index(_) => "a value that is indexed".into(),
            Need::Operator => "a value that an operator is used on".into(),
            Need::Membership => "a value that is looked into".into(),
            Need::Iterate => "a value that `for` runs over".into(),
            Need::Try => "a value before `?`".into(),
            Need::Chain => "a value after `?.`".into(),
            Need::Cast => "a value that is converted".into(),
            Need::Identity => "a value that is compared".into(),
            Need::Format => "a value that is formatted".into(),
            Need::Nothing => "its type needs to be written".into(),
        }
    }

    /// A type that nothing decides, first needed at `origin`.
    pub(crate) fn undecided_at(&mut self, origin: Span, used: Span, need: Need) {
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
        .label(self.described(need));
        if used != origin && !used.is_none() && !matches!(need, Need::Nothing) {
            diag = diag.also(used, "its type is needed here");
        }
        diag = match is_name {
            true => self.how_to_decide_name(diag, origin, text, need),
            false => self.how_to_decide_value(diag, origin, text),
        };
        self.error(diag);
    }

    /// Where the type of a name can be written, and which it may be.
    fn how_to_decide_name(
        &self,
        diag: Diagnostic,
        origin: Span,
        text: &str,
        need: Need,
    ) -> Diagnostic {
        if matches!(text, "Ok" | "Err") {
            return diag.note(declared(&format!("val r: Result[i64, str] = {text}(..)")));
        }
        let example = self.example_type(need);
        if self.f.params.iter().any(|param| param.span == origin) {
            return match example {
                Some(ty) => {
                    let text = format!("{text}: {ty}");
                    diag.suggest("write its type, for example", origin, text, Maybe)
                }
                None => diag.note(format!("write its type: `{text}: …`")),
            };
        }
        if let Some(count) = self.type_parameters(text) {
            let text = format!("{text}[{}]", vec!["i64"; count].join(", "));
            return diag.suggest("write what it is of, for example", origin, text, Maybe);
        }
        match self.lambda_around(origin) {
            Some(params) => {
                let ty = example.as_deref().unwrap_or("…");
                let typed = params.iter().map(|param| match *param == text {
                    true => format!("{param}: {ty}"),
                    false => (*param).to_owned(),
                });
                let typed = typed.collect::<Vec<_>>().join(", ");
                let such = if example.is_some() { ", for example" } else { "" };
                diag.note(format!("write it in the lambda: `\\({typed}): …`{such}"))
            }
            None => diag.note("write its type where it is declared"),
        }
    }

    /// The parameters, as they are written, of the lambda without parentheses
    /// one of whose parameters is at `origin`.
    fn lambda_around(&self, origin: Span) -> Option<Vec<&str>> {
        let sources = &self.program.session.sources;
        let file = sources.file(sources.file_of(origin)?);
        let at = (origin.lo - file.base) as usize;
        let (before, after) = file.text().split_at_checked(at)?;
        let is_param = |c: char| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ');
        let start = before.trim_end_matches(is_param).len();
        if !before[..start].ends_with('\\') {
            return None;
        }
        let end = after.find(|c| !is_param(c))?;
        let params = file.text()[start..at + end].split(',').map(str::trim).collect();
        after[end..].starts_with(':').then_some(params)
    }

    /// A type that a value may have that is used so.
    fn example_type(&self, need: Need) -> Option<String> {
        let ty = match need {
            Need::Method(name) => return self.type_with_method(name),
            Need::Field(name) => return self.type_with_field(name),
            Need::Index(index) if self.ty(index) == Ty::STR => "{str: i64}",
            Need::Index(_) | Need::Membership | Need::Iterate => "[i64]",
            Need::Try | Need::Chain => "i64?",
            Need::Format => "f64",
            Need::Operator | Need::Cast | Need::Nothing => "i64",
            Need::Identity => return None,
        };
        Some(ty.to_owned())
    }

    /// A type with a field of this name: the first that the program declares.
    fn type_with_field(&self, name: Symbol) -> Option<String> {
        let program = self.program;
        let has_field = |def: &&AdtDef| {
            !program.is_library(def.module)
                && def.kind != AdtKind::Enum
                && def.variants.iter().flat_map(|variant| &variant.fields).any(|f| f.name == name)
        };
        program.adts.iter().find(has_field).map(|def| self.instance_text(def))
    }

    /// A type with a method of this name: the first that the program declares,
    /// else one of those that are built in.
    fn type_with_method(&self, name: Symbol) -> Option<String> {
        let program = self.program;
        let inherent = &program.session.tables.inherent;
        let own = program.adts.iter_enumerated().find(|(adt, def)| {
            !program.is_library(def.module) && inherent.contains_key(&(Head::Adt(*adt), name))
        });
        if let Some((_, def)) = own {
            return Some(self.instance_text(def));
        }
        let lang = &program.lang;
        let built_in = [
            (Head::Str, "str"),
            (Head::List, "[i64]"),
            (Head::Adt(lang.dict), "{str: i64}"),
            (Head::Adt(lang.set), "{i64}"),
            (Head::Adt(lang.option), "i64?"),
            (Head::Char, "char"),
            (Head::Adt(lang.result), "Result[i64, str]"),
        ];
        let has = |head: Head| inherent.contains_key(&(head, name));
        let found = built_in.into_iter().find(|(head, _)| has(*head)).map(|(_, text)| text);
        found.or_else(|| has(Head::Any).then_some("f64")).map(str::to_owned)
    }

    /// A type as it is written, with something for its parameters.
    fn instance_text(&self, def: &AdtDef) -> String {
        let name = self.text(def.name);
        match def.generics.params.len() {
            0 => name.to_owned(),
            count => format!("{name}[{}]", vec!["i64"; count].join(", ")),
        }
    }

    /// How many type parameters the generic type or function of this name has.
    fn type_parameters(&self, name: &str) -> Option<usize> {
        let program = self.program;
        let count = match program.lookup(self.f.module, program.intern(name))? {
            Def::Adt(adt) => program.adts[adt].generics.params.len(),
            Def::Fn(function) => {
                let item = self.item_of(function)?;
                let ast: &ast::Ast = program.ast(program.functions[function].module);
                match ast.item(item).kind {
                    ItemKind::Function(written) => ast.list(written.generics).len(),
                    _ => 0,
                }
            }
            _ => 0,
        };
        (count > 0).then_some(count)
    }

    /// Where the type of a value that is no name can be written.
    fn how_to_decide_value(&self, diag: Diagnostic, origin: Span, text: &str) -> Diagnostic {
        match text {
            "[]" => return diag.note(declared("val xs: [i64] = []")),
            "{}" => return diag.note(declared("val d: {str: i64} = {}")),
            "None" | "nil" => return diag.note(declared("val x: i64? = None")),
            _ if text.starts_with('\\') => {
                return diag.note("write the types of its parameters: `\\(x: i64): …`");
            }
            _ => {}
        }
        // A call of a generic function or type by its name alone.
        if let Some((name, rest)) = text.split_once('(')
            && closes_at_end(rest)
            && let Some(count) = self.type_parameters(name)
        {
            let args = vec!["i64"; count].join(", ");
            let text = format!("{name}[{args}]({rest}");
            return diag.suggest("write the type argument, for example", origin, text, Maybe);
        }
        diag
    }
}

/// A note with a declaration that states its type.
fn declared(example: &str) -> String {
    format!("write the type where it is declared: `{example}`")
}

/// Whether the parenthesis that is open before `text` closes with its last
/// character.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 1_usize;
    let close = text.char_indices().find(|(_, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    close.is_some_and(|(at, _)| at + 1 == text.len())
}
