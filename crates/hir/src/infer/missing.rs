//! What is said about names that are not found.

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Expr as Tree};
use simple_syntax::foreign::generic_type;

use super::arguments::{CallSite, Given};
use super::method::Lookup;
use super::{BodyOwner, Infer};
use crate::body::ExprId;
use crate::codes;
use crate::def::*;
use crate::names::{Def, built_in_type, suggest};
use crate::select::Head;
use crate::ty::{Ty, TyKind};
use crate::walk;

/// So many unknown names of a function are compared with what there is.
const MAX_EXPLAINED: usize = 200;

impl Infer<'_> {
    /// Whether a lone name means nothing at all here.
    pub(crate) fn is_unknown(&self, name: Symbol) -> bool {
        self.scopes.find(name).is_none()
            && !self.f.generics.iter().any(|param| param.name == name)
            && built_in_type(name).is_none()
            && self.program.lookup(self.f.module, name).is_none()
            && self.program.short_variants(self.f.module, name).is_empty()
            && self.program.built_in_function(self.f.module, name).is_none()
            && ![sym::SELF, sym::SELF_TYPE, sym::LIST, sym::UNDERSCORE].contains(&name)
    }

    /// Reports an unknown name, once per function.
    pub(crate) fn unknown_name(&mut self, name: Symbol, span: Span) {
        self.f.failed = true;
        if !self.f.unknown_names.insert(name) {
            return;
        }
        let text = self.text(name);
        if let Some(hidden) = self.scopes.hidden(name) {
            let diag = Diagnostic::error(
                &codes::NOT_CONSTANT,
                span,
                "the compiler cannot evaluate this: it is a variable, not a `const`",
            )
            .label("not a constant")
            .also(hidden, "known only when the program runs")
            .note("a value that is computed when it runs is declared with `val`");
            return self.error(diag);
        }
        let diag =
            Diagnostic::error(&codes::UNKNOWN_NAME, span, format!("there is no `{text}` here"))
                .label("not found");
        // Looking for what was meant takes as long as the function is.
        let diag = if self.f.unknown_names.len() <= MAX_EXPLAINED {
            self.explain_unknown(diag, name, text, span)
        } else {
            diag
        };
        self.error(diag);
    }

    fn explain_unknown(
        &mut self,
        diag: Diagnostic,
        name: Symbol,
        text: &str,
        span: Span,
    ) -> Diagnostic {
        use Applicability::Maybe;
        // Declared somewhere that is not in reach.
        if let Some((declared, around)) = self.declared_elsewhere(name, span) {
            if around {
                let diag = diag.also(declared, "not yet declared inside its own value");
                let line = self.line_of(declared);
                return match line.contains('\\') {
                    true => diag.note(format!(
                        "a lambda cannot call itself by the name it is bound to: declare `fn {text}(..)` instead"
                    )),
                    false => diag,
                };
            }
            if declared.lo > span.lo {
                return diag
                    .also(declared, "declared only here")
                    .note(format!("`{text}` is used before it is declared"));
            }
            if let Some(left) = self.scopes.was_declared(name) {
                return self.left_behind(diag, text, left);
            }
        }
        if let Some(left) = self.scopes.was_declared(name) {
            return self.left_behind(diag, text, left);
        }
        // A field or method that needs `self.`.
        if let Some(owner) = self.f.self_ty {
            let is_member = self.find_field(owner, name).is_some()
                || matches!(self.lookup_method(owner, name), Lookup::Found(_));
            let has_self = self.scopes.find(sym::SELF).is_some();
            if is_member && !has_self {
                let diag = diag.note(format!(
                    "a method takes `self` as its first parameter, and members are reached by it: \
                     `self.{text}`"
                ));
                return self.lacks_self(diag);
            }
            if is_member && has_self {
                return diag.suggest(
                    "members of the value are reached by `self.`",
                    span,
                    format!("self.{text}"),
                    Applicability::Certain,
                );
            }
        }
        if let Some(note) = suggest::foreign_word(text) {
            return diag.note(note);
        }
        if let Some(ours) = generic_type(text) {
            return diag.note(format!("{} has the type `{}`", ours.what, ours.example()));
        }
        if let Some(ours) = suggest::foreign_value(text) {
            return diag.suggest(
                format!("this is called `{ours}` here"),
                span,
                ours,
                Applicability::Certain,
            );
        }
        let names: Vec<&str> = self
            .scopes
            .names()
            .map(|name| self.program.text(name))
            .chain(
                self.program
                    .visible_names(self.f.module)
                    .filter(|(_, def)| !matches!(def, Def::Unresolved))
                    .map(|(text, _)| text),
            )
            .chain(
                self.program
                    .scope(self.f.module)
                    .variants
                    .keys()
                    .map(|name| self.program.text(*name)),
            )
            .chain(["print", "eprint", "panic"])
            .collect();
        let near = suggest::nearest(text, names);
        if let Some(ours) = suggest::foreign_function(text) {
            return diag.suggest(
                format!("this is called `{ours}` here"),
                span,
                ours,
                Applicability::Certain,
            );
        }
        // A member of a module that is imported as a whole.
        let mut qualified: Vec<String> = self
            .program
            .scope(self.f.module)
            .names
            .iter()
            .filter_map(|(module_name, entry)| match entry.def {
                Def::Module(module) => {
                    let member = self.program.scope(module).names.get(&name)?;
                    member.public.then(|| format!("{}.{text}", self.program.text(*module_name)))
                }
                _ => None,
            })
            .collect();
        qualified.sort_unstable();
        if let Some(path) = qualified.first() {
            return diag.suggest("it is in a module", span, path.clone(), Applicability::Certain);
        }
        let modules = self.modules_offering(name, text);
        if let Some(module) = modules.first() {
            let last = module.rsplit('.').next().unwrap_or(module);
            let (message, text) = if last == text {
                (format!("there is the module `{module}`"), format!("use {module}"))
            } else {
                (format!("`{text}` is in `{module}`"), format!("use {module}.{{{text}}}"))
            };
            return self.program.offer_use(diag, self.f.module, message, &text);
        }
        match near {
            Some(near) => diag.suggest(format!("there is `{near}`"), span, near, Maybe),
            None => diag,
        }
    }

    /// Modules that have a name or are called so, loaded or not.
    fn modules_offering(&self, name: Symbol, text: &str) -> Vec<String> {
        let mut found: Vec<String> =
            self.program.modules_with(name).into_iter().map(str::to_owned).collect();
        let suffix = format!(".{text}");
        found.extend(
            self.program
                .modules
                .iter()
                .map(|module| self.program.text(module.path))
                .filter(|path| path.ends_with(&suffix))
                .map(str::to_owned),
        );
        if let Some(search) = &self.program.session.library_search {
            found.extend(search(text));
        }
        found.retain(|path| path.as_str() != self.text(self.program.modules[self.f.module].path));
        found
    }

    fn left_behind(&self, diag: Diagnostic, text: &str, left: Span) -> Diagnostic {
        let line = self.line_of(left);
        let in_loop = line.trim_start().starts_with("for ");
        if in_loop {
            diag.also(left, "the loop's variable ends with the loop").note(format!(
                "to keep a value, declare a variable before the loop: `var last_{text} = ...`"
            ))
        } else {
            diag.also(left, "declared in an inner block, which ends before")
                .note(format!("declare it before the block with `var {text} = ...`"))
        }
    }

    /// The text of the line that a span begins in.
    fn line_of(&self, span: Span) -> &str {
        let sources = &self.program.session.sources;
        let Some(file) = sources.file_of(span) else { return "" };
        let file = sources.file(file);
        let at = (span.lo - file.base) as usize;
        let text = file.text();
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        &text[start..end]
    }

    /// Where the function at hand declares a name out of reach, and whether
    /// the use is inside that declaration.
    fn declared_elsewhere(&self, name: Symbol, span: Span) -> Option<(Span, bool)> {
        let ast = self.f.ast;
        let bodies: Vec<ast::ExprId> = match self.f.owner {
            BodyOwner::Fn(function) if !self.f.is_script => {
                match ast.item(self.item_of(function)?).kind {
                    ast::ItemKind::Function(function) => function.body.into_iter().collect(),
                    ast::ItemKind::Test { body } => vec![body],
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        };
        let mut stmts: Vec<ast::StmtId> = ast
            .items
            .iter()
            .filter(|_| self.f.is_script)
            .filter_map(|item| match ast.item(*item).kind {
                ast::ItemKind::Stmt(stmt) => Some(stmt),
                _ => None,
            })
            .collect();
        for body in bodies {
            walk::statements(ast, body, &mut stmts);
        }
        for stmt in stmts {
            let stmt = ast.stmt(stmt);
            let at = match stmt.kind {
                ast::StmtKind::Let { pat, .. } => match *ast.pat(pat) {
                    ast::Pat { kind: ast::PatKind::Name(found), span } if found == name => span,
                    _ => continue,
                },
                ast::StmtKind::Assign { target, .. } => match *ast.expr(target) {
                    Tree::Name(found) if found == name => ast.span(target),
                    _ => continue,
                },
                _ => continue,
            };
            let inside = stmt.span.lo <= span.lo && span.hi <= stmt.span.hi && at.hi <= span.lo;
            if at != span {
                return Some((at, inside));
            }
        }
        None
    }

    /// What is written here for a method of another language whose arguments
    /// do not fit the method that does the same.
    fn other_form(&self, receiver: ExprId, ty: Ty, name: &str, given: &[Given]) -> Option<String> {
        let operand = self.operand_text(receiver);
        let args: Vec<&str> = given.iter().map(|arg| self.ast_text(arg.tree)).collect();
        let is_dict =
            matches!(self.table.kind(ty), TyKind::Adt(adt, _) if adt == self.program.lang.dict);
        let is_text = self.table.kind(ty) == TyKind::Str;
        Some(match (name, args.as_slice()) {
            ("insert" | "put" | "set" | "add", [key, value]) if is_dict => {
                format!("{operand}[{key}] = {value}")
            }
            ("pop" | "delete" | "erase", [key]) if is_dict => format!("{operand}.remove({key})"),
            ("push_str" | "append" | "push" | "concat", [more]) if is_text => {
                format!("{operand} += {more}")
            }
            ("count", [part]) if is_text => format!("{operand}.split({part}).len() - 1"),
            ("charAt" | "char_at", [index]) if is_text => {
                format!("{operand}.chars().to_list()[{index}]")
            }
            _ => return None,
        })
    }

    /// Reports that a value has no method of a name.
    pub(crate) fn unknown_method(
        &mut self,
        receiver: ExprId,
        name: ast::Name,
        given: &[Given],
        site: CallSite,
    ) {
        let ty = self.ty(receiver);
        let text = self.text(name.symbol);
        let shown = self.show(ty);
        if let Some(inner) = self.as_option(ty)
            && matches!(self.lookup_method(inner, name.symbol), Lookup::Found(_))
        {
            self.option_member(receiver, ty, name);
            return;
        }
        if self.is_lost_method(name.symbol) {
            self.f.failed = true;
            return;
        }
        if self.may_inherit(ty) {
            return;
        }
        if let Some((_, field_ty)) = self.find_field(ty, name.symbol) {
            let span = Span::new(name.span.lo, site.span.hi);
            let diag = Diagnostic::error(
                &codes::NOT_CALLABLE,
                span,
                format!("`{text}` is a field of `{shown}`, not a method"),
            )
            .label("a field is not called");
            let diag = if matches!(self.table.kind(field_ty), TyKind::Fn(..)) {
                let whole = self.snippet(self.span(receiver).to(name.span));
                let rest = self.snippet(Span::new(name.span.hi, site.span.hi));
                diag.suggest(
                    "to call the function in it, put the field in parentheses",
                    site.span,
                    format!("({whole}){rest}"),
                    Applicability::Certain,
                )
            } else {
                diag.suggest("leave the parentheses out", span, text, Applicability::Maybe)
            };
            self.error(diag);
            return;
        }
        let param = match self.table.kind(ty) {
            TyKind::Param(_, param) => Some(self.text(param).to_owned()),
            TyKind::Infer(_) => Some(shown.clone()),
            _ => None,
        };
        if let Some(param) = param {
            let owners = self.program.session.tables.trait_methods.get(&name.symbol);
            let mut owners = owners.into_iter().flatten().map(|(trait_, _)| *trait_);
            let owner = owners.find(|trait_| !self.is_helper(*trait_));
            let diag = match owner {
                Some(trait_) => {
                    let owner = self.text(self.program.traits[trait_].name);
                    let diag = Diagnostic::error(
                        &codes::MISSING_BOUND,
                        name.span,
                        format!("the type parameter `{param}` needs the bound `{param}: {owner}` for `{text}`"),
                    )
                    .label(format!("nothing says that `{param}` implements `{owner}`"));
                    self.offer_bound(diag, &param, owner)
                }
                None => Diagnostic::error(
                    &codes::UNKNOWN_METHOD,
                    name.span,
                    format!("a value of the type parameter `{param}` has no method `{text}`"),
                )
                .label("not found")
                .note(match text {
                    "max" | "min" => {
                        "two values are compared by operators: `if a > b: a else: b`, with the \
                         bound `Ord`"
                    }
                    _ => "the methods of a type parameter come from its bounds",
                }),
            };
            self.error(diag);
            return;
        }
        let mut diag = Diagnostic::error(
            &codes::UNKNOWN_METHOD,
            name.span,
            format!("`{shown}` has no method `{text}`"),
        )
        .label("not found");
        if let Some(better) = self.other_form(receiver, ty, text, given) {
            let message = format!("write `{better}`");
            self.error(diag.suggest(message, site.span, better, Applicability::Maybe));
            return;
        }
        if matches!(
            text,
            "unwrap" | "expect" | "unwrap_or" | "is_some" | "is_none" | "is_ok" | "is_err"
        ) && self.table.as_var(ty).is_none()
        {
            diag = diag
                .note(format!("this is the value itself: only options and results have `{text}`"));
            if text.starts_with("unwrap") || text == "expect" {
                let end = self.span(receiver).hi;
                let whole = Span::new(end, site.span.hi);
                diag = diag.suggest("leave it out", whole, "", Applicability::Maybe);
            }
            return self.error(diag);
        }
        if matches!(text, "clone" | "copy" | "cloned" | "copied" | "deepcopy" | "deep_copy")
            && given.is_empty()
        {
            if matches!(self.table.kind(ty), TyKind::Adt(adt, _)
                if self.program.adts[adt].kind == AdtKind::Class)
            {
                diag = diag.note(
                    "instances of a class are shared, not copied: a method of yours can make \
                     another one",
                );
                return self.error(diag);
            }
            let end = self.span(receiver).hi;
            let whole = Span::new(end, site.span.hi);
            diag = diag
                .note("assigning, passing or returning a value copies it by itself")
                .suggest("leave it out", whole, "", Applicability::Maybe);
            return self.error(diag);
        }
        if self.table.kind(ty) == TyKind::Str && is_of_char(text) {
            diag = diag.note(
                "a `char` has it: `text.chars()` gives them, and `val c: char = 'a'` is one; text \
                 in quotes is a `str` where nothing else is expected",
            );
            return self.error(diag);
        }
        if text == "format" && self.table.kind(ty) == TyKind::Str {
            diag = diag.note("text takes values in braces: `\"{name} is {age:.1f}\"`");
            return self.error(diag);
        }
        if self.is_range_end(receiver) {
            diag = diag.note(format!("a range needs parentheses here: `(a..b).{text}(..)`"));
            return self.error(diag);
        }
        let symbols = self.method_symbols(ty);
        let names: Vec<&str> = symbols.iter().map(|name| self.program.text(*name)).collect();
        let foreign =
            suggest::foreign_method(text).iter().copied().find(|ours| names.contains(ours));
        let keyed = matches!(self.table.kind(ty), TyKind::Adt(adt, _)
            if adt == self.program.lang.dict || adt == self.program.lang.set)
            || matches!(self.table.kind(ty), TyKind::List(_));
        if foreign == Some("contains") && keyed && given.len() == 1 {
            let key = self.ast_text(given[0].tree).to_owned();
            let whole = self.operand_text(receiver);
            diag = diag.suggest(
                "whether it has something is asked by `in`",
                site.span,
                format!("{key} in {whole}"),
                Applicability::Maybe,
            );
        } else if let Some(ours) = foreign {
            diag = diag.suggest(
                format!("this is called `{ours}` here"),
                name.span,
                ours,
                Applicability::Certain,
            );
        } else if let Some(near) = suggest::nearest(text, names.iter().copied()) {
            diag =
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe);
        } else {
            diag = diag.note(listed_methods(&shown, names));
        }
        self.error(diag);
    }

    /// Whether a trait is of the library and only there for its iterators, whose methods
    /// are divided by what elements have to be.
    fn is_helper(&self, trait_: TraitId) -> bool {
        let def = &self.program.traits[trait_];
        let name = self.text(def.name);
        self.program.is_library(def.module) && name.starts_with("Iter") && name != "Iter"
    }

    /// Whether a range ends in a value: `0..10` in `0..10.rev()`.
    fn is_range_end(&self, value: ExprId) -> bool {
        let before = self.text_before(self.span(value)).trim_end();
        before.ends_with("..") || before.ends_with("..=")
    }

    /// Whether something stands right behind a word: the parenthesis of `assert(a)`.
    pub(crate) fn follows_word(&self, span: Span) -> bool {
        self.text_before(span).ends_with(char::is_alphanumeric)
    }

    /// The text of a file before a place in it.
    fn text_before(&self, span: Span) -> &str {
        let sources = &self.program.session.sources;
        let Some(file) = sources.file_of(span) else { return "" };
        let file = sources.file(file);
        file.text().get(..(span.lo - file.base) as usize).unwrap_or("")
    }

    /// The names of the methods that a type has of its own.
    pub(crate) fn method_symbols(&mut self, ty: Ty) -> Vec<Symbol> {
        let head = Head::of(self.table.kind(ty));
        let number = matches!(self.table.kind(ty), TyKind::Int(_) | TyKind::Float(_));
        let mut found: Vec<Symbol> = self
            .program
            .session
            .tables
            .inherent
            .keys()
            .filter(|(own, _)| Some(*own) == head || (number && *own == Head::Any))
            .map(|(_, name)| *name)
            .filter(|name| !self.program.text(*name).starts_with('_'))
            .collect();
        let traits: Vec<TraitId> = self.program.traits.indices().collect();
        for trait_ in traits {
            if self.program.traits[trait_].methods.is_empty()
                || self.program.is_structural(trait_)
                || self.holds(trait_, ty, crate::ty::Tys::EMPTY) != super::select::Holds::Yes
            {
                continue;
            }
            for method in &self.program.traits[trait_].methods {
                found.push(self.program.functions[*method].name);
            }
        }
        found.push(self.program.intern("to_str"));
        found
    }

    /// Reports that a type has no member of a name, for a path.
    pub(crate) fn unknown_type_member(&mut self, ty: Ty, name: ast::Name, _span: Span) {
        if let TyKind::Adt(adt, _) = self.table.kind(ty)
            && self.program.adts[adt].kind == AdtKind::Enum
        {
            self.unknown_variant(adt, name);
            return;
        }
        if self.is_lost_method(name.symbol) {
            self.f.failed = true;
            return;
        }
        let text = self.text(name.symbol);
        let shown = self.show(ty);
        let mut diag = Diagnostic::error(
            &codes::UNKNOWN_METHOD,
            name.span,
            format!("the type `{shown}` has no `{text}`"),
        )
        .label("not found");
        if matches!(text, "new" | "init" | "create" | "__init__")
            && matches!(self.table.kind(ty), TyKind::Adt(..))
        {
            diag = diag.note(format!("a call of the type makes a value: `{shown}(..)`"));
            return self.error(diag);
        }
        let symbols = self.method_symbols(ty);
        let names: Vec<&str> = symbols
            .iter()
            .map(|name| self.program.text(*name))
            .chain(["MAX", "MIN", "INF", "NAN", "EPSILON"])
            .collect();
        if let Some(near) = suggest::nearest(text, names) {
            diag =
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe);
        }
        self.error(diag);
    }

    /// Reports that an enum has no variant of a name.
    pub(crate) fn unknown_variant(&mut self, adt: AdtId, name: ast::Name) {
        let text = self.text(name.symbol);
        let def = &self.program.adts[adt];
        let owner = self.text(def.name);
        let mut diag = Diagnostic::error(
            &codes::UNKNOWN_VARIANT,
            name.span,
            format!("the enum `{owner}` has no variant `{text}`"),
        )
        .label("not found")
        .also(def.span, "declared here");
        let names: Vec<&str> =
            def.variants.iter().map(|variant| self.program.text(variant.name)).collect();
        diag = match suggest::nearest(text, names.iter().copied()) {
            Some(near) => {
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe)
            }
            None => diag.note(format!("its variants are `{}`", names.join("`, `"))),
        };
        self.error(diag);
    }

    /// A value that a function returns without saying so.
    pub(crate) fn undeclared_result(&mut self, span: Span, ty: Ty) {
        let shown = self.show(ty);
        let BodyOwner::Fn(function) = self.f.owner else { return };
        let in_lambda = self.f.frames.len() > 1;
        let name = self.text(self.program.functions[function].name);
        let mut diag = Diagnostic::error(
            &codes::UNSTATED_RESULT,
            span,
            if in_lambda {
                "nothing is done with what this lambda returns".to_owned()
            } else {
                format!("`{name}` says nothing of a result, so it returns nothing")
            },
        )
        .label(format!("this is `{shown}`"));
        if !in_lambda && let Some(head) = self.head_end(function) {
            diag = diag.suggest(
                "state what it returns",
                head,
                format!(" -> {shown}"),
                Applicability::Maybe,
            );
        }
        self.error(diag);
    }

    /// The place after a function's parameters, where `->` belongs.
    pub(crate) fn head_end(&self, function: FnId) -> Option<Span> {
        let def = &self.program.functions[function];
        let item = self.item_of(function)?;
        let ast::ItemKind::Function(written) = self.f.ast.item(item).kind else { return None };
        let params = self.f.ast.list(written.params);
        let sources = &self.program.session.sources;
        let file = sources.file(sources.file_of(def.span)?);
        let from = params.last().map_or(def.span.hi, |param| param.span.hi);
        let text = file.text().get((from - file.base) as usize..)?;
        let at = from + text.find(')')? as u32 + 1;
        Some(Span::new(at, at))
    }
}

/// Whether a method of characters, which texts have not, has this name.
fn is_of_char(name: &str) -> bool {
    matches!(
        name,
        "is_digit" | "is_alpha" | "is_alnum" | "is_space" | "is_upper" | "is_lower" | "to_digit"
    )
}

/// More methods than these are not listed in a message.
const MAX_LISTED: usize = 24;

/// What methods there are, for somebody who asked for another one.
fn listed_methods(ty: &str, mut names: Vec<&str>) -> String {
    names.retain(|name| !name.starts_with('_'));
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => format!("`{ty}` has no methods"),
        [only] => format!("its only method is `{only}`"),
        _ if names.len() > MAX_LISTED => {
            "its methods are listed in the reference of the library".to_owned()
        }
        [first @ .., last] => {
            format!("its methods are `{}` and `{last}`", first.join("`, `"))
        }
    }
}
