//! What attributes promise of a declaration, against its types and its body.

use simple_source::{Diagnostic, Span};

use crate::codes;
use crate::def::*;
use crate::effects::{self, Effect};
use crate::infer::{BodyOwner, Holds, Infer};
use crate::ty::{Ty, TyKind, Tys};

/// What an attribute says that only types and bodies can confirm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Promise {
    /// `@interned`: the value is text.
    Interned,
    /// `@cached`: a result can be kept, found again and given again.
    Cached,
}

/// Checks all promises of a program whose bodies are finished.
pub(crate) fn check_promises(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let promises = &program.session.promises;
    if promises.is_empty() {
        return;
    }
    let mut checker = Checker { program, infer: Infer::new(program), diagnostics };
    for &(owner, promise, span) in promises {
        match (owner, promise) {
            (_, Promise::Interned) => checker.interned(owner, span),
            (BodyOwner::Fn(function), Promise::Cached) => checker.cached(function, span),
            (BodyOwner::Const(_), Promise::Cached) => {}
        }
    }
}

struct Checker<'p, 'd> {
    program: &'p Program,
    infer: Infer<'p>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Checker<'_, '_> {
    fn interned(&mut self, owner: BodyOwner, span: Span) {
        let program = self.program;
        let (ty, name, what) = match owner {
            BodyOwner::Fn(function) => {
                let def = &program.functions[function];
                (def.result, def.span, "returns")
            }
            BodyOwner::Const(constant) => {
                let def = &program.consts[constant];
                (def.ty, def.span, "is")
            }
        };
        if ty == Ty::STR || program.types.has_error(ty) {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error(
                &codes::MISPLACED_ATTRIBUTE,
                span,
                "`@interned` means nothing where there is no text",
            )
            .label("it stands on a function that returns `str`, or a constant of it")
            .also(name, format!("{what} `{}`", program.type_text(ty))),
        );
    }

    fn cached(&mut self, function: FnId, span: Span) {
        let program = self.program;
        let def = &program.functions[function];
        let name = program.text(def.name);
        let refuse = |why: &str, place: Span, label: String| {
            Diagnostic::error(
                &codes::NOT_CACHEABLE,
                span,
                format!("`{name}` cannot be `@cached`: {why}"),
            )
            .label("its results would be kept and given again")
            .also(place, label)
        };
        self.infer.environment(def.module, &def.generics);
        for param in &def.params {
            let text = program.text(param.name);
            if program.types.has_error(param.ty) {
                return;
            }
            if param.mutable {
                let why = "it changes what it is given";
                let label = "`mut`: a kept result would leave it as it is";
                self.diagnostics.push(refuse(why, param.span, label.to_owned()));
                return;
            }
            if let Some(class) = program.class_in(param.ty) {
                let why = "it reads what may change between two calls";
                let class = program.text(program.adts[class].name);
                let label = format!("an instance of the class `{class}` can change");
                self.diagnostics.push(refuse(why, param.span, label));
                return;
            }
            if let Holds::No(part) = self.infer.holds(program.lang.hash, param.ty, Tys::EMPTY) {
                let why = "its results cannot be found again";
                let part = program.type_text(part);
                let label = format!("`{text}` is the key, and `{part}` has no hash");
                self.diagnostics.push(refuse(why, param.span, label));
                return;
            }
        }
        let Some(body) = program.body(function) else { return };
        // What it prints or reads happens when it runs, which is once for equal
        // arguments. An instance would be handed to all that call it.
        let is_instance = |effect: &Effect| *effect == Effect::Instance;
        let Some((place, _)) = effects::find(program, body, is_instance) else { return };
        let why = "it makes an instance of a class";
        let label = "every caller would get the same instance".to_owned();
        self.diagnostics.push(refuse(why, place, label));
    }
}

impl Program {
    /// A class whose instances values of a type may hold.
    fn class_in(&self, ty: Ty) -> Option<AdtId> {
        let mut seen = vec![ty];
        let mut next = 0;
        while let Some(&ty) = seen.get(next) {
            next += 1;
            let parts: Vec<Ty> = match self.types.kind(ty) {
                TyKind::List(element) => vec![element],
                TyKind::Tuple(parts) => self.types.list(parts).to_vec(),
                TyKind::Adt(adt, args) => {
                    let def = &self.adts[adt];
                    if def.kind == AdtKind::Class {
                        return Some(adt);
                    }
                    let args = self.types.list(args);
                    let fields = def.variants.iter().flat_map(|variant| &variant.fields);
                    let fields = fields.map(|field| self.types.substitute(field.ty, args));
                    fields.chain(args.iter().copied()).collect()
                }
                _ => Vec::new(),
            };
            // A type that grows with each step of its recursion has told all
            // that it has to tell long before this.
            const MOST: usize = 1000;
            for part in parts {
                if seen.len() < MOST && !seen.contains(&part) {
                    seen.push(part);
                }
            }
        }
        None
    }
}
