//! Functions that count and free values of a type.
//!
//! What functions need is found by looking at them; what glue itself needs, by
//! making it and looking at it in turn. Destroyers that can come back to
//! themselves are found as cycles in that graph and made again with the depth
//! protocol of `docs/design/runtime.md`. Numbers follow names, so that they do
//! not depend on who asked first.

mod cycles;
mod make;
mod requests;

use rayon::prelude::*;
use simple_source::Interner;
use simple_source::interner::{FxHashMap, FxHashSet};

use super::count::{Count, FIRST_GLUE, GlueCalls};
use crate::{
    Callee, FuncId, Function, Module, Rvalue, SignatureId, StatementKind, TypeId, TypeTable,
};
use requests::Requests;

/// A function that the pass makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Item {
    /// `retain T`: of the value at an address.
    Retain(TypeId),
    /// `release T`: of the value at an address.
    Release(TypeId),
    /// `destroy T`: of an object whose last reference is gone.
    Destroy(TypeId),
    /// `drop f`: destroys closure objects with this code.
    DropClosure(FuncId),
    /// `drop V`: destroys `dyn` objects with this vtable.
    DropVtable(u32),
    /// `clone V`: copies a `dyn` object with this vtable.
    CloneVtable(u32),
}

/// Something that a function may run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Request {
    Item(Item),
    /// The drop function of any closure with this signature.
    Closure(SignatureId),
    /// The drop function of any `dyn` value.
    Dyn,
}

struct Glue {
    function: Function,
    calls: GlueCalls,
    requests: Vec<Request>,
}

/// Adds to `module` the glue that its functions call and that back ends need,
/// and makes the provisional numbers in `calls`, one for each function, final.
pub(super) fn add(
    module: &mut Module,
    calls: Vec<GlueCalls>,
    types: &TypeTable,
    interner: &Interner,
) {
    let found: Vec<Requests> = module
        .functions
        .as_slice()
        .par_iter()
        .zip(&calls)
        .map(|(function, calls)| requests::of(function, calls, types))
        .collect();
    let mut closures: Vec<(FuncId, SignatureId)> =
        found.iter().flat_map(|found| found.closures.iter().copied()).collect();
    closures.sort_unstable_by_key(|(code, signature)| (code.0, signature.0));
    closures.dedup();
    let vtables = 0..module.vtables.len() as u32;
    let roots = found
        .iter()
        .flat_map(|found| found.requests.iter().copied())
        .chain(vtables.clone().map(|vtable| Request::Item(Item::DropVtable(vtable))))
        .chain(vtables.map(|vtable| Request::Item(Item::CloneVtable(vtable))));
    let maker = make::Maker { module, types, interner };
    let glue = make_all(&maker, roots, &closures);
    let named: Vec<(String, Item)> = glue.keys().map(|&item| (maker.name(item), item)).collect();
    install(module, calls, named, glue, interner);
}

/// Makes everything that the roots need.
fn make_all(
    maker: &make::Maker<'_>,
    roots: impl Iterator<Item = Request>,
    closures: &[(FuncId, SignatureId)],
) -> FxHashMap<Item, Glue> {
    let mut glue: FxHashMap<Item, Glue> = FxHashMap::default();
    let mut seen: FxHashSet<Item> = FxHashSet::default();
    let mut work: Vec<Item> = Vec::new();
    for request in roots {
        if let Request::Item(item) = request
            && seen.insert(item)
        {
            work.push(item);
        }
    }
    while let Some(item) = work.pop() {
        let made = maker.make(item, false);
        for request in &made.requests {
            if let Request::Item(needed) = request
                && seen.insert(*needed)
            {
                work.push(*needed);
            }
        }
        glue.insert(item, made);
    }
    for item in cycles::recursive(&glue, closures) {
        glue.insert(item, maker.make(item, true));
    }
    glue
}

/// Numbers the glue by name and puts it into the module.
fn install(
    module: &mut Module,
    calls: Vec<GlueCalls>,
    mut named: Vec<(String, Item)>,
    mut glue: FxHashMap<Item, Glue>,
    interner: &Interner,
) {
    named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let first = module.functions.len() as u32;
    let numbers: FxHashMap<Item, FuncId> = named
        .iter()
        .enumerate()
        .map(|(position, (_, item))| (*item, FuncId(first + position as u32)))
        .collect();
    module
        .functions
        .raw_mut()
        .par_iter_mut()
        .zip(&calls)
        .for_each(|(function, calls)| number(function, calls, &numbers));
    for (name, item) in &named {
        let Some(Glue { mut function, calls, .. }) = glue.remove(item) else { continue };
        number(&mut function, &calls, &numbers);
        function.name = interner.intern(name);
        function.display = function.name;
        make::number_self(&mut function, numbers[item]);
        let id = module.functions.push(function);
        match *item {
            Item::Retain(ty) => drop(module.glue.retain.insert(ty, id)),
            Item::Release(ty) => drop(module.glue.release.insert(ty, id)),
            Item::Destroy(ty) => drop(module.glue.destroy.insert(ty, id)),
            Item::DropVtable(vtable) => module.vtables[vtable as usize].drop = id,
            Item::CloneVtable(vtable) => module.vtables[vtable as usize].clone = id,
            Item::DropClosure(_) => {}
        }
    }
}

/// Makes the numbers of glue in a function final.
fn number(function: &mut Function, calls: &GlueCalls, numbers: &FxHashMap<Item, FuncId>) {
    for block in function.blocks.iter_mut() {
        for statement in &mut block.statements {
            match &mut statement.kind {
                StatementKind::Call { callee: Callee::Function(id), .. } if id.0 >= FIRST_GLUE => {
                    let (count, ty) = calls.calls[(id.0 - FIRST_GLUE) as usize];
                    *id = numbers[&item_of(count, ty)];
                }
                StatementKind::Assign(_, Rvalue::Closure { code, drop, .. }) => {
                    *drop = numbers.get(&Item::DropClosure(*code)).copied();
                }
                _ => {}
            }
        }
    }
}

fn item_of(count: Count, ty: TypeId) -> Item {
    match count {
        Count::Retain => Item::Retain(ty),
        Count::Release => Item::Release(ty),
    }
}
