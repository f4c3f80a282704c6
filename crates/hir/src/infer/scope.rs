//! The names of locals: blocks in blocks, functions in functions.

use simple_source::{Span, Symbol};

use super::{Infer, LocalKind};
use crate::body::LocalId;
use crate::def::{ConstId, FnId, GlobalId};
use crate::ty::Ty;

/// What a local name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// A variable of the function with this number.
    Local(usize, LocalId),
    /// A nested function.
    Fn(FnId),
    /// A constant of a block.
    Const(ConstId),
    /// A variable of the script at hand that functions use too.
    Global(GlobalId),
}

/// A name that is in scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub(crate) name: Symbol,
    pub(crate) bound: Bound,
    /// How deep in other functions the one is that declares it.
    pub(crate) depth: u16,
    /// What the name meant before, plus one.
    shadowed: u32,
    pub(crate) span: Span,
}

/// All names in scope.
#[derive(Default)]
pub(crate) struct Scopes {
    /// By symbol: the innermost binding of the name, plus one. A table by
    /// symbol makes looking a name up one memory access.
    by_name: Vec<u32>,
    bindings: Vec<Binding>,
    blocks: Vec<u32>,
    /// Names of blocks that were left, with their declarations: for messages.
    left: Vec<(Symbol, Span)>,
    /// Variables that a constant is surrounded by and does not see.
    hidden: Vec<(Symbol, Span)>,
}

impl Scopes {
    /// The binding that a name stands for.
    #[inline]
    pub(crate) fn find(&self, name: Symbol) -> Option<Binding> {
        match self.by_name.get(name.raw() as usize) {
            Some(0) | None => None,
            Some(index) => Some(self.bindings[*index as usize - 1]),
        }
    }

    /// Begins a block.
    pub(crate) fn open(&mut self) {
        self.blocks.push(self.bindings.len() as u32);
    }

    /// Ends the innermost block.
    pub(crate) fn close(&mut self) {
        let start = self.blocks.pop().unwrap_or(0) as usize;
        while self.bindings.len() > start {
            let Some(binding) = self.bindings.pop() else { break };
            self.by_name[binding.name.raw() as usize] = binding.shadowed;
            if self.left.len() < 256 {
                self.left.push((binding.name, binding.span));
            }
        }
    }

    /// Binds a name in the innermost block. Gives what the same block bound
    /// it to before, if it did.
    pub(crate) fn bind(
        &mut self,
        name: Symbol,
        bound: Bound,
        depth: u16,
        span: Span,
    ) -> Option<Binding> {
        let raw = name.raw() as usize;
        if raw >= self.by_name.len() {
            self.by_name.resize(raw + 1, 0);
        }
        let shadowed = self.by_name[raw];
        let start = self.blocks.last().copied().unwrap_or(0);
        let before = (shadowed > start).then(|| self.bindings[shadowed as usize - 1]);
        self.bindings.push(Binding { name, bound, depth, shadowed, span });
        self.by_name[raw] = self.bindings.len() as u32;
        before
    }

    /// Binds a name in the innermost block, whatever it is there.
    pub(crate) fn shadow(&mut self, name: Symbol, bound: Bound, span: Span) {
        self.bind(name, bound, 0, span);
    }

    /// The constants in scope, without anything else.
    pub(crate) fn constants(&self) -> Scopes {
        let mut scopes = Scopes::default();
        for binding in &self.bindings {
            if let Bound::Const(_) = binding.bound {
                scopes.bind(binding.name, binding.bound, binding.depth, binding.span);
            } else {
                scopes.hidden.push((binding.name, binding.span));
            }
        }
        scopes
    }

    /// Where a variable is declared that a constant does not see.
    pub(crate) fn hidden(&self, name: Symbol) -> Option<Span> {
        self.hidden.iter().rev().find(|(hidden, _)| *hidden == name).map(|(_, span)| *span)
    }

    /// Makes a name that is in scope stand for something else.
    pub(crate) fn rebind(&mut self, name: Symbol, bound: Bound, span: Span) {
        if let Some(index) = self.by_name.get(name.raw() as usize).filter(|index| **index > 0) {
            let binding = &mut self.bindings[*index as usize - 1];
            binding.bound = bound;
            binding.span = span;
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        while !self.blocks.is_empty() {
            self.close();
        }
        while let Some(binding) = self.bindings.pop() {
            self.by_name[binding.name.raw() as usize] = binding.shadowed;
        }
        self.left.clear();
        self.hidden.clear();
    }

    /// All names in scope, innermost first.
    pub(crate) fn names(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.bindings.iter().rev().map(|binding| binding.name)
    }

    /// Where a name was declared in a block that was left.
    pub(crate) fn was_declared(&self, name: Symbol) -> Option<Span> {
        self.left.iter().rev().find(|(left, _)| *left == name).map(|(_, span)| *span)
    }

    /// How many blocks are open, for finding out whether a binding is at the
    /// outermost level.
    pub(crate) fn depth(&self) -> usize {
        self.blocks.len()
    }
}

impl Infer<'_> {
    /// Declares a local variable in the innermost block.
    pub(crate) fn declare(&mut self, name: Symbol, ty: Ty, kind: LocalKind, span: Span) -> LocalId {
        let local = self.new_local(name, ty, kind, span);
        self.bind_local(name, local, span);
        local
    }

    /// Makes a local known by its name in the innermost block.
    pub(crate) fn bind_local(&mut self, name: Symbol, local: LocalId, span: Span) {
        if name == simple_source::sym::UNDERSCORE || name == simple_source::sym::EMPTY {
            return;
        }
        let number = self.f.number;
        self.bind_name(name, Bound::Local(number, local), span);
    }

    /// Binds a name; a second declaration in one block is reported.
    pub(crate) fn bind_name(&mut self, name: Symbol, bound: Bound, span: Span) {
        let before = self.scopes.bind(name, bound, self.f.depth, span);
        if let Some(before) = before {
            let text = self.text(name);
            let kind = match before.bound {
                Bound::Local(number, local) if number == self.f.number => {
                    Some(self.f.locals[local.0 as usize].kind)
                }
                _ => None,
            };
            let diag = simple_source::Diagnostic::error(
                &crate::codes::DUPLICATE_LOCAL,
                span,
                format!("`{text}` is declared twice in this block"),
            )
            .label("declared again here")
            .also(before.span, "first declared here");
            let diag = match kind {
                Some(LocalKind::Var) => diag.note(format!(
                    "to give it another value, write `{text} = ...` without `val` or `var`"
                )),
                Some(LocalKind::Val) => diag
                    .note("declare the first one with `var` and assign it, or choose another name"),
                _ => diag,
            };
            self.error(diag);
        }
    }
}
