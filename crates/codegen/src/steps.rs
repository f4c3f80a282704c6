//! The types on the way into a place, and what lies on that way.

use simple_mir::{ClassId, Function, IntType, LocalId, Place, Projection, Type, TypeId, TypeTable};
use simple_source::Idx;

use crate::mentions::{is_borrowed, projections};

/// How far into a type a way has come.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// At a value.
    Value(TypeId),
    /// At a class instance, behind the reference to it.
    Instance(ClassId),
    /// At a variant of an enum.
    Variant(TypeId, u32),
}

impl Step {
    /// The type of what a way ends at.
    pub(crate) fn ty(self, types: &TypeTable) -> TypeId {
        match self {
            Step::Value(ty) | Step::Variant(ty, _) => ty,
            Step::Instance(class) => types.intern(Type::Class(class)),
        }
    }

    /// One step further.
    pub(crate) fn next(self, types: &TypeTable, projection: &Projection) -> Step {
        match (projection, self) {
            (Projection::Deref, Step::Value(ty)) => match types.get(ty) {
                Type::Box(inner) | Type::Address(inner) => Step::Value(inner),
                Type::Class(class) => Step::Instance(class),
                other => panic!("invalid MIR: {other:?} has no target"),
            },
            (Projection::Index(_), Step::Value(ty)) => match types.get(ty) {
                Type::List(element) => Step::Value(element),
                other => panic!("invalid MIR: {other:?} has no elements"),
            },
            (Projection::Variant(variant), Step::Value(ty)) => Step::Variant(ty, *variant),
            (Projection::Field(field), Step::Instance(class)) => {
                Step::Value(types.class_fields(class)[*field as usize].ty)
            }
            (Projection::Field(field), Step::Variant(ty, variant)) => match types.get(ty) {
                Type::Enum(id) => {
                    let variant = &types.enum_variants(id)[variant as usize];
                    Step::Value(variant.fields[*field as usize].ty)
                }
                other => panic!("invalid MIR: {other:?} has no variants"),
            },
            (Projection::Field(field), Step::Value(ty)) => match types.get(ty) {
                Type::Struct(id) => Step::Value(types.struct_fields(id)[*field as usize].ty),
                other => panic!("invalid MIR: {other:?} has no fields"),
            },
            _ => panic!("invalid MIR: a step does not fit the one before"),
        }
    }
}

/// What lies between a local and a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Route {
    /// Nothing: the place is a part of the local.
    Own,
    /// Objects that are values: the place changes only where the local does.
    Values,
    /// A class instance or a `mut` parameter: others may change the place.
    Shared,
}

impl Route {
    /// What the step `projection` crosses.
    pub(crate) fn across(
        types: &TypeTable,
        function: &Function,
        local: LocalId,
        step: Step,
        projection: &Projection,
    ) -> Self {
        match (projection, step) {
            (Projection::Index(_), _) => Route::Values,
            (Projection::Deref, Step::Value(ty)) => match types.get(ty) {
                Type::Box(_) => Route::Values,
                // The address of a closure's captures, which do not change.
                Type::Address(_) if is_borrowed(function, local.index()) => Route::Values,
                _ => Route::Shared,
            },
            _ => Route::Own,
        }
    }
}

/// The type of what lies at `place`.
pub(crate) fn place_type(types: &TypeTable, function: &Function, place: Place) -> TypeId {
    let start = Step::Value(function.locals[place.local].ty);
    let way = projections(function, place).iter();
    way.fold(start, |step, projection| step.next(types, projection)).ty(types)
}

/// What lies between `place` and its local.
pub(crate) fn place_route(types: &TypeTable, function: &Function, place: Place) -> Route {
    let mut step = Step::Value(function.locals[place.local].ty);
    let mut route = Route::Own;
    for projection in projections(function, place) {
        route = route.max(Route::across(types, function, place.local, step, projection));
        step = step.next(types, projection);
    }
    route
}

/// The integer that a scalar which is not a float is computed with.
pub(crate) fn integer_kind(ty: Type, size: u32) -> IntType {
    match (ty, size) {
        (Type::Int(int), _) => int,
        (_, 1) => IntType::U8,
        (_, 2) => IntType::U16,
        (_, 4) => IntType::U32,
        _ => IntType::U64,
    }
}
