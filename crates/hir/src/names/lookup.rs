//! Looking a name up in a module, and in other modules through it.

use simple_source::{Applicability, Diagnostic, Symbol};
use simple_syntax::ast;

use super::uses::{private_name, unknown_member_of};
use super::{Def, Entry};
use crate::codes;
use crate::def::*;
use crate::names::suggest;

impl Program {
    /// What a name means at the top level of a module: its own names and
    /// imports, then the prelude's.
    pub(crate) fn lookup(&self, module: ModuleId, name: Symbol) -> Option<Def> {
        if let Some(entry) = self.scope(module).names.get(&name) {
            return Some(entry.def);
        }
        self.lookup_prelude(name)
    }

    /// Whether a module declares a type of the name of a built-in one, which was
    /// refused there: which of them is meant is not known.
    pub(crate) fn is_redeclared(&self, module: ModuleId, name: Symbol) -> bool {
        let entry = self.scope(module).names.get(&name);
        entry.is_some_and(|entry| matches!(entry.def, Def::Adt(_) | Def::Alias(_) | Def::Trait(_)))
    }

    /// A name that every module sees: a `pub` name of the prelude, or one
    /// that it imports.
    pub(crate) fn lookup_prelude(&self, name: Symbol) -> Option<Def> {
        let entry = self.scope(self.session.prelude?).names.get(&name)?;
        entry.is_in_prelude().then_some(entry.def)
    }

    /// A name of another module, seen from `from`.
    pub(crate) fn lookup_member(
        &self,
        from: ModuleId,
        module: ModuleId,
        name: ast::Name,
    ) -> Result<Def, Box<Diagnostic>> {
        match self.scope(module).names.get(&name.symbol) {
            Some(Entry { def: Def::Module(_) | Def::Global(_), .. }) if from != module => {
                Err(Box::new(unknown_member_of(self, module, name)))
            }
            Some(entry) if entry.public || from == module => Ok(entry.def),
            Some(entry) => Err(Box::new(private_name(self, module, name, *entry))),
            None => Err(Box::new(unknown_member_of(self, module, name))),
        }
    }

    /// The variants that a short name may mean in a module: of the enums that
    /// it declares or imports, else of the prelude's.
    pub(crate) fn short_variants(&self, module: ModuleId, name: Symbol) -> &[(AdtId, u32)] {
        if let Some(found) = self.scope(module).variants.get(&name) {
            return found;
        }
        let Some(prelude) = self.session.prelude else { return &[] };
        let found = self.scope(prelude).variants.get(&name).map_or(&[][..], Vec::as_slice);
        // Of the prelude only those that the language itself speaks of.
        match found {
            [(adt, _)]
                if [self.lang.option, self.lang.result, self.lang.ordering].contains(adt) =>
            {
                found
            }
            _ => &[],
        }
    }

    /// Modules whose `pub` names include `name`, for "add `use …`": dotted
    /// paths in the order of the alphabet.
    pub(crate) fn modules_with(&self, name: Symbol) -> Vec<&str> {
        let mut found: Vec<&str> = self
            .modules
            .iter_enumerated()
            .filter(|(id, _)| {
                self.scope(*id)
                    .names
                    .get(&name)
                    .is_some_and(|entry| entry.public && !entry.imported)
            })
            .map(|(_, module)| self.text(module.path))
            .collect();
        found.sort_unstable();
        found
    }

    /// The names that a module sees at its top level, the prelude's included.
    pub(crate) fn visible_names(&self, module: ModuleId) -> impl Iterator<Item = (&str, Def)> {
        let own = self.scope(module).names.iter().map(|(name, entry)| (*name, entry.def));
        let prelude = self.session.prelude.map(|prelude| self.scope(prelude));
        let prelude = prelude
            .into_iter()
            .flat_map(|scope| scope.names.iter())
            .filter(|(_, entry)| entry.is_in_prelude())
            .map(|(name, entry)| (*name, entry.def));
        own.chain(prelude).map(|(name, def)| (self.text(name), def))
    }

    /// An unknown trait's diagnostic.
    pub(crate) fn unknown_trait(&self, module: ModuleId, name: ast::Name) -> Diagnostic {
        let text = self.text(name.symbol);
        let diag = Diagnostic::error(
            &codes::UNKNOWN_TRAIT,
            name.span,
            format!("there is no trait `{text}`"),
        )
        .label("not found");
        if let Some(ours) = suggest::foreign_trait(text) {
            return diag.suggest(
                format!("this trait is called `{ours}` here"),
                name.span,
                ours,
                Applicability::Maybe,
            );
        }
        let traits = self
            .visible_names(module)
            .filter(|(_, def)| matches!(def, Def::Trait(_)))
            .map(|(text, _)| text);
        match suggest::nearest(text, traits) {
            Some(near) => {
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe)
            }
            None => self.offer_import(diag, module, name),
        }
    }

    /// Offers to import an unknown name from the modules that have it.
    pub(crate) fn offer_import(
        &self,
        diag: Diagnostic,
        module: ModuleId,
        name: ast::Name,
    ) -> Diagnostic {
        let text = self.text(name.symbol);
        match self.modules_with(name.symbol).first() {
            Some(path) => {
                let message = format!("`{text}` is in `{path}`");
                self.offer_use(diag, module, message, &format!("use {path}.{{{text}}}"))
            }
            None => diag,
        }
    }

    /// Offers to add a `use` to a module: below the last one that it has, or
    /// before everything else.
    pub(crate) fn offer_use(
        &self,
        diag: Diagnostic,
        module: ModuleId,
        message: String,
        text: &str,
    ) -> Diagnostic {
        let ast = self.ast(module);
        let items = || ast.items.iter().map(|id| ast.item(*id));
        let is_use = |item: &&ast::Item| matches!(item.kind, ast::ItemKind::Use { .. });
        let (at, edit) = match items().rfind(is_use) {
            Some(last) => (last.span.end(), format!("\n{text}")),
            None => {
                let Some(first) = items().next() else {
                    return diag.note(format!("{message}: add `{text}`"));
                };
                let attributes = ast.list(first.attributes).iter().map(|attribute| attribute.span);
                let doc = Some(first.doc).filter(|doc| !doc.is_none());
                let at =
                    attributes.chain(doc).fold(first.span, |a, b| if b.lo < a.lo { b } else { a });
                (at.start(), format!("{text}\n"))
            }
        };
        diag.suggest(message, at, edit, simple_source::Applicability::Maybe)
    }
}
