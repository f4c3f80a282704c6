//! The library functions that lowering itself calls.

use simple_hir as hir;
use simple_hir::{AdtId, FnId, Program, TyKind};
use simple_source::{Interner, Symbol};

/// Parts of the library that the language's constructs turn into.
pub(crate) struct Library {
    pub(crate) dict: DictParts,
    /// `Set._items`
    pub(crate) set_items_field: u32,
    /// `Set.add`
    pub(crate) set_add: FnId,
    /// `Range._count`
    pub(crate) range_count: FnId,
    /// `[T].extend`
    pub(crate) list_extend: FnId,
    /// `[T].slice`
    pub(crate) list_slice: FnId,
}

/// What lowering knows about `Dict`.
#[derive(Clone, Copy)]
pub(crate) struct DictParts {
    /// `_slot(self, key) -> i64`
    pub(crate) slot: FnId,
    /// `_set(mut self, key, value)`
    pub(crate) set: FnId,
    /// `_entries`
    pub(crate) entries_field: u32,
    /// `Slot.Live`
    pub(crate) live_variant: u32,
    /// `Slot.Live.key`
    pub(crate) key_field: u32,
    /// `Slot.Live.value`
    pub(crate) value_field: u32,
}

/// What `@cached` functions call: `std.cached`.
#[derive(Clone, Copy)]
pub(crate) struct CachedParts {
    /// `kept(results, key, ttl) -> V?`
    pub(crate) kept: FnId,
    /// `keep(mut results, key, value, ttl)`
    pub(crate) keep: FnId,
}

impl CachedParts {
    /// Finds them by their paths. Asked for only where a function is cached.
    ///
    /// # Panics
    /// As [`Library::find`].
    pub(crate) fn find(program: &Program, interner: &Interner) -> Self {
        let find = |path: &str| {
            let symbol = interner.intern(path);
            program
                .functions
                .iter_enumerated()
                .find(|(_, def)| def.path == symbol)
                .map(|(function, _)| function)
                .unwrap_or_else(|| panic!("the library has no `{path}` that lowering needs"))
        };
        Self { kept: find("std.cached.kept"), keep: find("std.cached.keep") }
    }
}

impl Library {
    /// Finds them by name.
    ///
    /// # Panics
    /// If the library that the toolchain was built with lacks one of them: its
    /// own tests compile programs that use each.
    pub(crate) fn find(program: &Program, interner: &Interner) -> Self {
        let finder = Finder { program, interner };
        let dict = program.lang.dict;
        let set = program.lang.set;
        let entries_field = finder.field(dict, 0, "_entries");
        let entries = program.adts[dict].variants[0].fields[entries_field as usize].ty;
        let slot = match program.types.kind(entries) {
            TyKind::List(element) => match program.types.kind(element) {
                TyKind::Adt(adt, _) => adt,
                _ => panic!("Dict._entries is a list of slots"),
            },
            _ => panic!("Dict._entries is a list"),
        };
        let live = finder.variant(slot, "Live");
        Self {
            dict: DictParts {
                slot: finder
                    .method("_slot", |kind| matches!(kind, TyKind::Adt(adt, _) if adt == dict)),
                set: finder
                    .method("_set", |kind| matches!(kind, TyKind::Adt(adt, _) if adt == dict)),
                entries_field,
                live_variant: live,
                key_field: finder.field(slot, live, "key"),
                value_field: finder.field(slot, live, "value"),
            },
            set_items_field: finder.field(set, 0, "_items"),
            set_add: finder.method("add", |kind| matches!(kind, TyKind::Adt(adt, _) if adt == set)),
            range_count: finder.method(
                "_count",
                |kind| matches!(kind, TyKind::Adt(adt, _) if adt == program.lang.range),
            ),
            list_extend: finder.method("extend", |kind| matches!(kind, TyKind::List(_))),
            list_slice: finder.method("slice", |kind| matches!(kind, TyKind::List(_))),
        }
    }
}

struct Finder<'a> {
    program: &'a Program,
    interner: &'a Interner,
}

impl Finder<'_> {
    fn symbol(&self, name: &str) -> Symbol {
        self.interner.intern(name)
    }

    fn method(&self, name: &str, on: impl Fn(hir::TyKind) -> bool) -> FnId {
        let symbol = self.symbol(name);
        self.program
            .impls
            .iter()
            .filter(|impl_| impl_.trait_.is_none() && on(self.program.types.kind(impl_.self_ty)))
            .find_map(|impl_| impl_.methods.get(&symbol).copied())
            .unwrap_or_else(|| panic!("the library has no method `{name}` that lowering needs"))
    }

    fn variant(&self, adt: AdtId, name: &str) -> u32 {
        let symbol = self.symbol(name);
        let variants = &self.program.adts[adt].variants;
        variants
            .iter()
            .position(|variant| variant.name == symbol)
            .unwrap_or_else(|| panic!("the library has no variant `{name}` that lowering needs"))
            as u32
    }

    fn field(&self, adt: AdtId, variant: u32, name: &str) -> u32 {
        let symbol = self.symbol(name);
        let fields = &self.program.adts[adt].variants[variant as usize].fields;
        fields
            .iter()
            .position(|field| field.name == symbol)
            .unwrap_or_else(|| panic!("the library has no field `{name}` that lowering needs"))
            as u32
    }
}
