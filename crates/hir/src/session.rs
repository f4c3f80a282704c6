//! What checking bodies needs beside the finished declarations.

use std::sync::{Arc, Mutex, OnceLock};

use simple_source::interner::{FxHashMap, FxHashSet};
use simple_source::{Diagnostic, IndexVec, Interner, SourceMap, Span, Symbol, define_index};
use simple_syntax::ast::{self, Ast};

use crate::attributes::Promise;
use crate::body::Body;
use crate::def::*;
use crate::infer::BodyOwner;
use crate::names::Scope;
use crate::select::{GroundCache, ImplTables};
use crate::ty::Ty;

define_index! {
    /// A `type Name = T`.
    pub(crate) struct AliasId;
}

/// The inputs and the tables made from them, kept so that library bodies can
/// be checked when they are asked for.
pub(crate) struct Session {
    pub(crate) interner: Arc<Interner>,
    pub(crate) sources: Arc<SourceMap>,
    pub(crate) files: IndexVec<ModuleId, FileInfo>,
    pub(crate) module_by_path: FxHashMap<Symbol, ModuleId>,
    pub(crate) prelude: Option<ModuleId>,
    pub(crate) functions: IndexVec<FnId, FnInfo>,
    pub(crate) consts: IndexVec<ConstId, ConstInfo>,
    pub(crate) globals: IndexVec<GlobalId, OnceLock<Ty>>,
    pub(crate) aliases: IndexVec<AliasId, AliasDef>,
    pub(crate) tables: ImplTables,
    pub(crate) ground: GroundCache,
    /// What was found in bodies that were checked after the analysis.
    pub(crate) late: Mutex<Vec<Diagnostic>>,
    pub(crate) library_search: Option<LibrarySearch>,
    /// Whether constants have their values.
    pub(crate) constants_known: bool,
    /// Bodies with patterns that wait for the values of constants.
    pub(crate) waiting: Mutex<Vec<BodyOwner>>,
    /// Bounds that functions were told to lack.
    pub(crate) said_bounds: Mutex<FxHashSet<(FnId, Symbol, TraitId)>>,
    /// Functions that were told to lack a `self`.
    pub(crate) lacking_self: Mutex<FxHashSet<FnId>>,
    /// Parameters of impls that nothing decides, which was said.
    pub(crate) loose_params: FxHashSet<(ImplId, u32)>,
    /// What `@lang` names, with the places of the attributes.
    pub(crate) lang_marks: Vec<(ItemDef, Symbol, Span)>,
    /// Traits that `@derive` states of types, with their places.
    pub(crate) derives: Vec<(AdtId, Symbol, Span)>,
    /// What attributes say that finished bodies have to confirm.
    pub(crate) promises: Vec<(BodyOwner, Promise, Span)>,
}

/// Finds the modules of the library that have a `pub` name or are called so,
/// loaded or not: their dotted paths.
pub type LibrarySearch = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// A module's tree and names.
pub(crate) struct FileInfo {
    pub(crate) ast: Arc<Ast>,
    pub(crate) scope: Scope,
    /// What each item of the tree became, by its number.
    pub(crate) items: Vec<ItemDef>,
    /// The function that runs the statements at top level.
    pub(crate) script: Option<FnId>,
    pub(crate) is_entry: bool,
}

/// What an item of a tree became.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ItemDef {
    /// Nothing: imports, statements and what was refused.
    None,
    Fn(FnId),
    /// The type, and the impl that holds the methods in its body.
    Adt(AdtId, Option<ImplId>),
    Trait(TraitId),
    Impl(ImplId),
    Const(ConstId),
    Alias(AliasId),
}

/// Where a function's text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FnSource {
    /// A `fn`.
    Function(ast::ItemId),
    /// A `test`.
    Test(ast::ItemId),
    /// The statements at top level.
    Script,
    /// The default of a parameter or field, and the type that it must have.
    Default(ast::ExprId),
}

/// What is known of a function beside its [`FnDef`].
pub(crate) struct FnInfo {
    pub(crate) source: FnSource,
    /// Whether it is declared in another function's body.
    pub(crate) nested: bool,
    /// Whether the whole signature in [`FnDef`] is stated, so that callers
    /// need not look further.
    pub(crate) stated: bool,
    /// Whether it is `pub` and has no `->`, but may end in a value, a mistake
    /// that its body shows: callers wait for that.
    pub(crate) result_in_doubt: bool,
    /// What `Self` is in it.
    pub(crate) self_ty: Option<Ty>,
    /// What was inferred for one that does not state its signature.
    pub(crate) inferred: OnceLock<Box<Signature>>,
}

impl FnInfo {
    pub(crate) fn new(source: FnSource) -> Self {
        Self {
            source,
            nested: false,
            stated: true,
            result_in_doubt: false,
            self_ty: None,
            inferred: OnceLock::new(),
        }
    }
}

/// A function's type, as far as callers need it.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) generics: Generics,
    pub(crate) params: Vec<ParamDef>,
    pub(crate) result: Ty,
    /// For nested functions.
    pub(crate) parent: Parent,
    pub(crate) path: Symbol,
    pub(crate) captures: Vec<crate::body::LocalId>,
}

/// What is known of a constant beside its [`ConstDef`].
pub(crate) struct ConstInfo {
    pub(crate) item: ast::ItemId,
    pub(crate) nested: bool,
    /// Its type, once it is known.
    pub(crate) ty: OnceLock<Ty>,
    pub(crate) body: OnceLock<Option<Body>>,
}

/// A `type Name = T`.
pub(crate) struct AliasDef {
    pub(crate) name: Symbol,
    pub(crate) module: ModuleId,
    pub(crate) item: ast::ItemId,
    pub(crate) generics: Generics,
    /// What it stands for, in terms of its parameters.
    pub(crate) target: OnceLock<Ty>,
    pub(crate) span: Span,
}

impl Session {
    pub(crate) fn new(interner: Arc<Interner>, sources: Arc<SourceMap>) -> Self {
        Self {
            interner,
            sources,
            files: IndexVec::new(),
            module_by_path: FxHashMap::default(),
            prelude: None,
            functions: IndexVec::new(),
            consts: IndexVec::new(),
            globals: IndexVec::new(),
            aliases: IndexVec::new(),
            tables: ImplTables::default(),
            ground: GroundCache::default(),
            late: Mutex::default(),
            library_search: None,
            constants_known: false,
            waiting: Mutex::default(),
            said_bounds: Mutex::default(),
            lacking_self: Mutex::default(),
            loose_params: FxHashSet::default(),
            lang_marks: Vec::new(),
            derives: Vec::new(),
            promises: Vec::new(),
        }
    }
}

impl Program {
    /// The text of a symbol.
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.session.interner.resolve(symbol)
    }

    pub(crate) fn intern(&self, text: &str) -> Symbol {
        self.session.interner.intern(text)
    }

    /// What the source says at `span`.
    pub(crate) fn snippet(&self, span: Span) -> &str {
        self.session.sources.snippet(span)
    }

    pub(crate) fn ast(&self, module: ModuleId) -> &Ast {
        &self.session.files[module].ast
    }

    pub(crate) fn scope(&self, module: ModuleId) -> &Scope {
        &self.session.files[module].scope
    }

    pub(crate) fn is_library(&self, module: ModuleId) -> bool {
        self.modules[module].is_library
    }

    /// A function's signature: the stated one, or what was inferred. None
    /// while it is not inferred yet.
    pub(crate) fn signature(&self, function: FnId) -> Option<SignatureRef<'_>> {
        let def = &self.functions[function];
        let info = &self.session.functions[function];
        let inferred = info.inferred.get();
        // In its own circle what is written counts.
        if info.stated || info.result_in_doubt && inferred.is_none() {
            return Some(SignatureRef {
                generics: &def.generics,
                params: &def.params,
                result: def.result,
            });
        }
        let signature = inferred?;
        Some(SignatureRef {
            generics: &signature.generics,
            params: &signature.params,
            result: signature.result,
        })
    }
}

/// A view of a function's signature.
#[derive(Clone, Copy)]
pub(crate) struct SignatureRef<'p> {
    pub(crate) generics: &'p Generics,
    pub(crate) params: &'p [ParamDef],
    pub(crate) result: Ty,
}
