//! Bodies are checked, in parallel where nothing forbids it.

use rayon::prelude::*;
use simple_source::interner::{FxHashMap, FxHashSet};
use simple_source::{Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Ast, Expr, ItemKind, StmtKind};

use super::circles::refuse_circles;
use super::components::components;
use super::references::{Collector, References};
use crate::def::*;
use crate::infer::{BodyOwner, Infer, Outcome};
use crate::names::{Def, Entry};
use crate::session::{FnSource, ItemDef};

/// So many groups are checked by one worker before it looks for others.
const CHUNK: usize = 64;

/// Finds the variables of scripts that functions use: they become variables
/// of the program.
pub(crate) fn script_variables(program: &mut Program) {
    for module in program.modules.indices() {
        if program.session.files[module].script.is_none() {
            continue;
        }
        let ast = program.session.files[module].ast.clone();
        let declared = top_level_names(&ast);
        if declared.is_empty() {
            continue;
        }
        let names: FxHashSet<Symbol> = declared.iter().map(|(name, ..)| *name).collect();
        let mut used: FxHashSet<Symbol> = FxHashSet::default();
        for &item in &ast.items {
            let functions: Vec<ast::ItemId> = match ast.item(item).kind {
                ItemKind::Function(_) => vec![item],
                ItemKind::Struct { methods, .. }
                | ItemKind::Class { methods, .. }
                | ItemKind::Enum { methods, .. }
                | ItemKind::Trait { methods, .. }
                | ItemKind::Impl { methods, .. } => ast.list(methods).to_vec(),
                ItemKind::Test { body } => {
                    let outer = |name| names.contains(&name);
                    let mut collector = Collector::new(&ast, &outer);
                    collector.expr(body);
                    used.extend(collector.found.names);
                    continue;
                }
                ItemKind::Const { value, .. } => {
                    let outer = |name| names.contains(&name);
                    let mut collector = Collector::new(&ast, &outer);
                    collector.expr(value);
                    used.extend(collector.found.names);
                    continue;
                }
                _ => continue,
            };
            for function in functions {
                if let ItemKind::Function(function) = ast.item(function).kind {
                    let outer = |name| names.contains(&name);
                    let mut collector = Collector::new(&ast, &outer);
                    collector.function(&function);
                    used.extend(collector.found.names);
                }
            }
        }
        for (name, span, mutable) in declared {
            let scope = &program.session.files[module].scope;
            if !used.contains(&name) || scope.names.contains_key(&name) {
                continue;
            }
            let ty = crate::ty::Ty::ERROR;
            let global = program.globals.push(GlobalDef { name, module, ty, mutable, span });
            program.session.globals.push(Default::default());
            let entry = Entry { def: Def::Global(global), public: false, imported: false, span };
            program.session.files[module].scope.names.insert(name, entry);
        }
    }
}

/// The names that a script's statements declare, each once, with whether it
/// is a `var`.
fn top_level_names(ast: &Ast) -> Vec<(Symbol, Span, bool)> {
    let mut found: Vec<(Symbol, Span, bool)> = Vec::new();
    let mut seen = FxHashSet::default();
    let mut add = |name: Symbol, span: Span, mutable: bool| {
        if name != sym::UNDERSCORE && seen.insert(name) {
            found.push((name, span, mutable));
        }
    };
    for &item in &ast.items {
        let ItemKind::Stmt(stmt) = ast.item(item).kind else { continue };
        match ast.stmt(stmt).kind {
            StmtKind::Let { mutable, pat, .. } => {
                pattern_names(ast, pat, &mut |name, span| add(name, span, mutable));
            }
            StmtKind::Assign { target, .. } => {
                target_names(ast, target, &mut |name, span| add(name, span, false));
            }
            _ => {}
        }
    }
    found
}

fn pattern_names(ast: &Ast, pat: ast::PatId, add: &mut dyn FnMut(Symbol, Span)) {
    let ast::Pat { kind, span } = *ast.pat(pat);
    match kind {
        ast::PatKind::Name(name) => add(name, span),
        ast::PatKind::Rest(Some(name)) => add(name.symbol, name.span),
        ast::PatKind::Tuple(parts) | ast::PatKind::List(parts) | ast::PatKind::Or(parts) => {
            for part in ast.list(parts) {
                pattern_names(ast, *part, add);
            }
        }
        ast::PatKind::Constructor { fields, .. } => {
            for field in fields.iter().flat_map(|fields| ast.list(*fields)) {
                pattern_names(ast, field.pat, add);
            }
        }
        _ => {}
    }
}

fn target_names(ast: &Ast, target: ast::ExprId, add: &mut dyn FnMut(Symbol, Span)) {
    match *ast.expr(target) {
        Expr::Name(name) => add(name, ast.span(target)),
        Expr::Paren(inner) => target_names(ast, inner, add),
        Expr::Tuple(parts) => {
            for part in ast.list(parts) {
                target_names(ast, *part, add);
            }
        }
        _ => {}
    }
}

/// Checks all bodies of the program, and of the library those that others
/// need to know. What is found out is put into the program.
pub(crate) fn check_bodies(program: &Program) -> Vec<Diagnostic> {
    let mut diags = Vec::new();
    let nodes = inferred_nodes(program);
    if !nodes.is_empty() {
        infer_by_component(program, &nodes, &mut diags);
    }
    let rest = stated_bodies(program);
    let outcomes: Vec<Outcome> = rest
        .par_chunks(CHUNK)
        .flat_map_iter(|chunk| {
            let mut infer = Infer::new(program);
            chunk.iter().map(|owner| infer.check_group(&[*owner])).collect::<Vec<_>>()
        })
        .collect();
    for outcome in outcomes {
        store(program, outcome, &mut diags);
    }
    diags
}

/// Puts what became of a group into the program.
fn store(program: &Program, outcome: Outcome, diags: &mut Vec<Diagnostic>) {
    for (function, signature) in outcome.signatures {
        let _ = program.session.functions[function].inferred.set(Box::new(signature));
    }
    for (constant, ty) in outcome.consts {
        let _ = program.session.consts[constant].ty.set(ty);
    }
    for (global, ty) in outcome.globals {
        let _ = program.session.globals[global].set(ty);
    }
    for (owner, body) in outcome.bodies {
        match owner {
            BodyOwner::Fn(function) => {
                if let FnKind::Body(cell) = &program.functions[function].kind {
                    let _ = cell.set(body.map(Box::new));
                }
            }
            BodyOwner::Const(constant) => {
                let _ = program.session.consts[constant].body.set(body);
            }
        }
    }
    diags.extend(outcome.diags);
}

/// Functions, constants and scripts whose types others have to wait for.
fn inferred_nodes(program: &Program) -> Vec<BodyOwner> {
    let mut nodes = Vec::new();
    for (function, info) in program.session.functions.iter_enumerated() {
        let is_node = match info.source {
            FnSource::Function(_) => !info.stated && !info.nested,
            FnSource::Script => true,
            FnSource::Test(_) | FnSource::Default(_) => false,
        };
        if is_node {
            nodes.push(BodyOwner::Fn(function));
        }
    }
    for (constant, info) in program.session.consts.iter_enumerated() {
        if info.ty.get().is_none() && !info.nested {
            nodes.push(BodyOwner::Const(constant));
        }
    }
    nodes
}

pub(super) fn module_of(program: &Program, owner: BodyOwner) -> ModuleId {
    match owner {
        BodyOwner::Fn(function) => program.functions[function].module,
        BodyOwner::Const(constant) => program.consts[constant].module,
    }
}

/// What the body of a node refers to.
pub(super) fn references(program: &Program, owner: BodyOwner) -> References {
    let module = module_of(program, owner);
    let ast = program.ast(module);
    let scope = program.scope(module);
    let outer = |name| matches!(scope.names.get(&name), Some(Entry { def: Def::Global(_), .. }));
    let mut collector = Collector::new(ast, &outer);
    match owner {
        BodyOwner::Fn(function) => match program.session.functions[function].source {
            FnSource::Function(item) => {
                if let ItemKind::Function(function) = ast.item(item).kind {
                    collector.function(&function);
                }
            }
            FnSource::Script => {
                for &item in &ast.items {
                    if let ItemKind::Stmt(stmt) = ast.item(item).kind {
                        collector.stmt(stmt);
                    }
                }
            }
            FnSource::Test(_) | FnSource::Default(_) => {}
        },
        BodyOwner::Const(constant) => {
            if let ItemKind::Const { value, .. } =
                ast.item(program.session.consts[constant].item).kind
            {
                collector.expr(value);
            }
        }
    }
    collector.found
}

/// Infers the nodes, component by component, callees first; components that
/// do not depend on each other in parallel.
fn infer_by_component(program: &Program, nodes: &[BodyOwner], diags: &mut Vec<Diagnostic>) {
    let numbers: FxHashMap<BodyKey, u32> =
        nodes.iter().enumerate().map(|(number, owner)| (key(*owner), number as u32)).collect();
    // Methods are found by name alone: whose they are is not known yet.
    let mut by_name: FxHashMap<Symbol, Vec<u32>> = FxHashMap::default();
    for (number, owner) in nodes.iter().enumerate() {
        let name = match *owner {
            BodyOwner::Fn(function) => {
                let def = &program.functions[function];
                match def.parent {
                    Parent::Impl(_) => def.name,
                    _ => continue,
                }
            }
            BodyOwner::Const(constant) => program.consts[constant].name,
        };
        by_name.entry(name).or_default().push(number as u32);
    }
    let edges: Vec<Vec<u32>> = nodes
        .par_iter()
        .map(|owner| {
            let module = module_of(program, *owner);
            let found = references(program, *owner);
            let mut edges: Vec<u32> = Vec::new();
            for name in &found.names {
                let target = match program.scope(module).names.get(name).map(|entry| entry.def) {
                    Some(Def::Fn(function)) => Some(BodyOwner::Fn(function)),
                    Some(Def::Const(constant)) => Some(BodyOwner::Const(constant)),
                    Some(Def::Global(_)) => program.session.files[module].script.map(BodyOwner::Fn),
                    _ => None,
                };
                edges.extend(target.and_then(|target| numbers.get(&key(target))));
            }
            for name in &found.members {
                edges.extend(by_name.get(name).into_iter().flatten());
            }
            edges.sort_unstable();
            edges.dedup();
            edges
        })
        .collect();
    let (found, component) = components(&edges);
    // The level of a component: one above the highest that it needs.
    let mut levels: Vec<u32> = Vec::with_capacity(found.len());
    for members in &found {
        let own = levels.len() as u32;
        let below = members
            .iter()
            .flat_map(|member| &edges[*member as usize])
            .map(|to| component[*to as usize])
            .filter(|to| *to != own)
            .map(|to| levels[to as usize] + 1)
            .max();
        levels.push(below.unwrap_or(0));
    }
    let highest = levels.iter().max().map_or(0, |level| *level as usize + 1);
    let mut by_level: Vec<Vec<usize>> = vec![Vec::new(); highest];
    for (number, level) in levels.iter().enumerate() {
        by_level[*level as usize].push(number);
    }
    for level in by_level {
        let outcomes: Vec<Outcome> = level
            .par_chunks(CHUNK)
            .flat_map_iter(|chunk| {
                let mut infer = Infer::new(program);
                chunk
                    .iter()
                    .map(|number| {
                        let mut members: Vec<BodyOwner> =
                            found[*number].iter().map(|member| nodes[*member as usize]).collect();
                        let refused = refuse_circles(program, &mut members);
                        let mut outcome = infer.check_group(&members);
                        outcome.diags.extend(refused);
                        outcome
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        for outcome in outcomes {
            store(program, outcome, diags);
        }
    }
}

/// A number for an owner, for maps.
type BodyKey = (bool, u32);

fn key(owner: BodyOwner) -> BodyKey {
    match owner {
        BodyOwner::Fn(function) => (false, function.0),
        BodyOwner::Const(constant) => (true, constant.0),
    }
}

/// Bodies that nobody has to wait for: those of users, and of the library
/// those with functions in them, whose signatures are only known afterwards.
fn stated_bodies(program: &Program) -> Vec<BodyOwner> {
    let around = library_functions_around_others(program);
    let mut bodies = Vec::new();
    for (function, info) in program.session.functions.iter_enumerated() {
        let def = &program.functions[function];
        let FnKind::Body(cell) = &def.kind else { continue };
        if info.nested || cell.get().is_some() {
            continue;
        }
        if !program.is_library(def.module) || around.contains(&function) {
            bodies.push(BodyOwner::Fn(function));
        }
    }
    for (constant, info) in program.session.consts.iter_enumerated() {
        if !info.nested && info.body.get().is_none() {
            bodies.push(BodyOwner::Const(constant));
        }
    }
    bodies
}

/// The library's functions that have functions or constants in their bodies.
fn library_functions_around_others(program: &Program) -> FxHashSet<FnId> {
    let mut found = FxHashSet::default();
    for (module, file) in program.session.files.iter_enumerated() {
        if !program.is_library(module) {
            continue;
        }
        let spans = |nested: bool| {
            file.items.iter().enumerate().filter_map(move |(number, item)| {
                let is_nested = match item {
                    ItemDef::Fn(function) => program.session.functions[*function].nested,
                    ItemDef::Const(constant) => program.session.consts[*constant].nested,
                    _ => return None,
                };
                (is_nested == nested)
                    .then(|| (file.ast.item(ast::ItemId(number as u32)).span, *item))
            })
        };
        for (inner, _) in spans(true) {
            for (outer, item) in spans(false) {
                if let ItemDef::Fn(function) = item
                    && outer.lo <= inner.lo
                    && inner.hi <= outer.hi
                {
                    found.insert(function);
                }
            }
        }
    }
    found
}
