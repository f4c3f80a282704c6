//! Generics that would need endlessly many instances.
//!
//! A generic function or type is made once for each list of types that it is
//! used with. One that uses itself, perhaps through others, with a type that
//! holds its own parameter needs ever larger ones. The method is that of
//! ECMA-335 (II.9.2): an edge leads from each type parameter to the parameters
//! that it decides the arguments of, and expands if the argument is more than
//! the parameter itself; an expanding edge on a circle never ends. Lowering
//! notices what this cannot see, calls through traits.

use simple_source::interner::FxHashMap;
use simple_source::{Diagnostic, Span};
use simple_syntax::ast::{self, Ast, ItemKind};

use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::groups::components::components;
use crate::session::ItemDef;
use crate::ty::{Ty, TyInterner, TyKind};

/// Type parameters as nodes, by the number of what declares them.
#[derive(Default)]
struct Graph {
    nodes: FxHashMap<(u32, u32), u32>,
    edges: Vec<Vec<u32>>,
    expanding: Vec<Expanding>,
}

/// An edge to a larger type.
struct Expanding {
    from: u32,
    to: u32,
    /// What declares the parameter that the edge begins at.
    owner: u32,
    /// What is used.
    used: u32,
    /// Where.
    span: Span,
    /// The parameter, and what it becomes.
    param: Ty,
    argument: Ty,
}

impl Graph {
    fn node(&mut self, owner: u32, param: u32) -> u32 {
        let next = self.edges.len() as u32;
        let node = *self.nodes.entry((owner, param)).or_insert(next);
        if node == next {
            self.edges.push(Vec::new());
        }
        node
    }

    /// `owner` uses `used` with these arguments.
    fn add(&mut self, types: &TyInterner, owner: u32, used: u32, args: &[Ty], span: Span) {
        for (index, argument) in args.iter().enumerate() {
            if !types.has_params(*argument) {
                continue;
            }
            let mut params = Vec::new();
            params_in(types, *argument, &mut params);
            for (param, number) in params {
                let from = self.node(owner, number);
                let to = self.node(used, index as u32);
                self.edges[from as usize].push(to);
                if param != *argument {
                    let argument = *argument;
                    self.expanding.push(Expanding { from, to, owner, used, span, param, argument });
                }
            }
        }
    }

    /// The expanding edges that lie on circles, the first of each circle.
    fn endless(mut self) -> Vec<Expanding> {
        if self.expanding.is_empty() {
            return Vec::new();
        }
        let (_, component) = components(&self.edges);
        self.expanding.sort_by_key(|edge| edge.span);
        let mut said: Vec<u32> = Vec::new();
        self.expanding.retain(|edge| {
            let circle = component[edge.from as usize];
            let first = circle == component[edge.to as usize] && !said.contains(&circle);
            if first {
                said.push(circle);
            }
            first
        });
        self.expanding
    }
}

/// The parameters in a type, with their numbers.
fn params_in(types: &TyInterner, ty: Ty, found: &mut Vec<(Ty, u32)>) {
    if !types.has_params(ty) {
        return;
    }
    let list = match types.kind(ty) {
        TyKind::Param(number, _) => {
            if !found.iter().any(|(known, _)| *known == ty) {
                found.push((ty, number));
            }
            return;
        }
        TyKind::List(element) => return params_in(types, element, found),
        TyKind::Fn(params, result) => {
            params_in(types, result, found);
            params
        }
        TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => list,
        _ => return,
    };
    for part in types.list(list) {
        params_in(types, *part, found);
    }
}

/// Reports functions that call themselves with ever larger types. Bodies are
/// finished.
pub(crate) fn check_functions(program: &Program) -> Vec<Diagnostic> {
    let types = &program.types;
    let mut graph = Graph::default();
    for (function, def) in program.functions.iter_enumerated() {
        if def.generics.params.is_empty() || program.is_library(def.module) {
            continue;
        }
        let Some(body) = program.body(function) else { continue };
        for expr in &body.exprs {
            let used = match expr.kind {
                ExprKind::Fn(used) | ExprKind::Call { callee: Callee::Fn(used), .. } => used,
                _ => continue,
            };
            let args = types.list(used.args);
            graph.add(types, function.0, used.function.0, args, expr.span);
        }
    }
    let found = graph.endless();
    found
        .into_iter()
        .map(|edge| {
            let (owner, used) = (FnId(edge.owner), FnId(edge.used));
            let def = &program.functions[used];
            let name = program.text(def.name);
            let uses = if owner == used { "calls itself" } else { "is called" };
            diagnostic(program, &edge, name, &format!("{uses} with an ever larger type"))
                .also(def.span, "made once for each type it is used with")
                .note("put what grows into a value instead: a list, or an enum that holds itself")
        })
        .collect()
}

/// Reports types with ever larger ones of their kind in them, except those in
/// `infinite`, of which that was said.
pub(crate) fn check_types(program: &Program, infinite: &dyn Fn(AdtId) -> bool) -> Vec<Diagnostic> {
    let types = &program.types;
    let mut graph = Graph::default();
    for (adt, def) in program.adts.iter_enumerated() {
        if def.generics.params.is_empty() || program.is_library(def.module) || infinite(adt) {
            continue;
        }
        for field in def.variants.iter().flat_map(|variant| &variant.fields) {
            let mut parts = vec![field.ty];
            while let Some(part) = parts.pop() {
                match types.kind(part) {
                    TyKind::Adt(used, list) => {
                        let args = types.list(list);
                        graph.add(types, adt.0, used.0, args, field.span);
                        parts.extend_from_slice(args);
                    }
                    TyKind::List(element) => parts.push(element),
                    TyKind::Tuple(list) => parts.extend_from_slice(types.list(list)),
                    TyKind::Fn(params, result) => {
                        parts.push(result);
                        parts.extend_from_slice(types.list(params));
                    }
                    _ => {}
                }
            }
        }
    }
    let found = graph.endless();
    found
        .into_iter()
        .map(|edge| {
            let def = &program.adts[AdtId(edge.owner)];
            let written = written_type(program, def, edge.span);
            let edge = Expanding { span: written.unwrap_or(edge.span), ..edge };
            diagnostic(program, &edge, program.text(def.name), "holds an ever larger type")
                .also(def.span, "made once for each type it is used with")
                .note("let it hold itself with the same type, or put what grows into a list")
        })
        .collect()
}

fn diagnostic(program: &Program, edge: &Expanding, name: &str, why: &str) -> Diagnostic {
    let (param, argument) = (program.type_text(edge.param), program.type_text(edge.argument));
    Diagnostic::error(
        &codes::ENDLESS_INSTANCES,
        edge.span,
        format!("`{name}` {why}, and so needs endlessly many instances"),
    )
    .label(format!("`{param}` becomes `{argument}`, again and again"))
}

/// Where the type of the field at `field` is written.
fn written_type(program: &Program, def: &AdtDef, field: Span) -> Option<Span> {
    let file = &program.session.files[def.module];
    let mut items = file.items.iter().enumerate();
    let number = items.find_map(|(number, item)| match item {
        ItemDef::Adt(adt, _) if program.adts[*adt].span == def.span => Some(number),
        _ => None,
    })?;
    let ast: &Ast = &file.ast;
    let within = |fields: ast::List<ast::Field>| {
        let found = ast
            .list(fields)
            .iter()
            .find(|known| known.span.lo <= field.lo && field.hi <= known.span.hi);
        found.map(|known| ast.ty(known.ty).span)
    };
    match ast.item(ast::ItemId(number as u32)).kind {
        ItemKind::Struct { fields, .. } | ItemKind::Class { fields, .. } => within(fields),
        ItemKind::Enum { variants, .. } => {
            ast.list(variants).iter().find_map(|variant| within(variant.fields))
        }
        _ => None,
    }
}
