//! Which glue a rewritten function needs.

use simple_source::interner::FxHashSet;

use super::super::count::{FIRST_GLUE, GlueCalls};
use super::{Item, Request, item_of};
use crate::analysis::place_type;
use crate::{
    Arg, Args, Callee, FuncId, Function, Intrinsic, Operand, Place, Rvalue, Shape, SignatureId,
    StatementKind, Type, TypeId, TypeTable,
};

/// What was found in a function.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) requests: Vec<Request>,
    /// The closures that it makes: code and type.
    pub(super) closures: Vec<(FuncId, SignatureId)>,
}

/// Looks through `function`, whose calls of glue are numbered by `calls`.
pub(super) fn of(function: &Function, calls: &GlueCalls, types: &TypeTable) -> Requests {
    let mut scan = Scan { function, types, found: Requests::default(), seen: FxHashSet::default() };
    for block in &function.blocks {
        for statement in &block.statements {
            scan.statement(&statement.kind, calls);
        }
    }
    scan.found
}

struct Scan<'s> {
    function: &'s Function,
    types: &'s TypeTable,
    found: Requests,
    seen: FxHashSet<Request>,
}

impl Scan<'_> {
    fn add(&mut self, request: Request) {
        if self.seen.insert(request) {
            self.found.requests.push(request);
        }
    }

    fn statement(&mut self, kind: &StatementKind, calls: &GlueCalls) {
        match kind {
            StatementKind::Call { callee, args, .. } => match callee {
                Callee::Function(id) if id.0 >= FIRST_GLUE => {
                    let (count, ty) = calls.calls[(id.0 - FIRST_GLUE) as usize];
                    self.add(Request::Item(item_of(count, ty)));
                }
                Callee::Extern(_) => self.lists(*args),
                _ => {}
            },
            StatementKind::Intrinsic { op, args, .. } => match op {
                Intrinsic::ListPush | Intrinsic::ListReserve => self.lists(*args),
                _ => {}
            },
            StatementKind::Release(place) => {
                if let Some(ty) = place_type(self.types, self.function, *place)
                    && let Some(request) = destroyer(self.types, ty)
                {
                    self.add(request);
                }
            }
            StatementKind::Unshare(place) => self.copied(*place),
            StatementKind::Assign(dest, Rvalue::Closure { code, captures, .. }) => {
                let dest = place_type(self.types, self.function, *dest);
                if let Some(Type::Closure(signature)) = dest.map(|ty| self.types.get(ty)) {
                    self.found.closures.push((*code, signature));
                }
                let counted = self.function.args_of(*captures).iter().any(|arg| match arg {
                    Arg::Value(Operand::Copy(place)) => {
                        place_type(self.types, self.function, *place)
                            .is_some_and(|ty| self.types.is_counted(ty))
                    }
                    Arg::Value(Operand::Const(constant)) => constant.is_counted(self.types),
                    Arg::Address(_) => false,
                });
                if counted {
                    self.add(Request::Item(Item::DropClosure(*code)));
                }
            }
            _ => {}
        }
    }

    /// Lists among the arguments may be copied when they are shared.
    fn lists(&mut self, args: Args) {
        for arg in self.function.args_of(args) {
            if let Arg::Value(Operand::Copy(place)) | Arg::Address(place) = arg {
                self.copied(*place);
            }
        }
    }

    /// The container at `place` may be copied bitwise, its parts then counted.
    fn copied(&mut self, place: Place) {
        let Some(ty) = place_type(self.types, self.function, place) else { return };
        if let Type::List(part) | Type::Box(part) = self.types.get(ty)
            && self.types.is_counted(part)
        {
            self.add(Request::Item(Item::Retain(part)));
        }
    }
}

/// What runs when the last reference in a value of type `ty`, which is a
/// pointer, is gone; none if back ends do it by themselves.
fn destroyer(types: &TypeTable, ty: TypeId) -> Option<Request> {
    let destroy = |parts_counted: bool| parts_counted.then_some(Request::Item(Item::Destroy(ty)));
    match types.get(ty) {
        Type::List(part) | Type::Box(part) => destroy(types.is_counted(part)),
        Type::Class(id) => {
            destroy(types.class_fields(id).iter().any(|field| types.is_counted(field.ty)))
        }
        Type::Closure(signature) => Some(Request::Closure(signature)),
        Type::Dyn(_) => Some(Request::Dyn),
        Type::Enum(id) => match types.layout(ty).shape {
            Shape::Nullable { some, .. } => {
                destroyer(types, types.enum_variants(id)[some as usize].fields[0].ty)
            }
            _ => None,
        },
        _ => None,
    }
}
