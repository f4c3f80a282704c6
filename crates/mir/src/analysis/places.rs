//! Types of places.

use crate::{ClassId, EnumId, Function, LocalId, Place, Projection, Type, TypeId, TypeTable};

/// What a way into a value has reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A value of this type.
    Value(TypeId),
    /// The fields of a variant.
    Variant(EnumId, u32),
    /// The fields of a class instance.
    Instance(ClassId),
}

/// One step further; none if the step does not fit.
pub fn step(types: &TypeTable, part: Part, projection: Projection) -> Option<Part> {
    match (part, projection) {
        (Part::Variant(id, variant), Projection::Field(field)) => {
            let variant = types.try_enum_variants(id)?.get(variant as usize)?;
            Some(Part::Value(variant.fields.get(field as usize)?.ty))
        }
        (Part::Instance(id), Projection::Field(field)) => {
            Some(Part::Value(types.try_class_fields(id)?.get(field as usize)?.ty))
        }
        (Part::Value(ty), projection) => match (types.get(ty), projection) {
            (Type::Struct(id), Projection::Field(field)) => {
                Some(Part::Value(types.try_struct_fields(id)?.get(field as usize)?.ty))
            }
            (Type::Enum(id), Projection::Variant(variant)) => {
                types.try_enum_variants(id)?.get(variant as usize)?;
                Some(Part::Variant(id, variant))
            }
            (Type::Box(inner) | Type::Address(inner), Projection::Deref) => {
                Some(Part::Value(inner))
            }
            (Type::Class(id), Projection::Deref) => Some(Part::Instance(id)),
            (Type::List(element), Projection::Index(_)) => Some(Part::Value(element)),
            _ => None,
        },
        _ => None,
    }
}

/// What the way `projections` from `local` reaches.
pub fn part_of(
    types: &TypeTable,
    function: &Function,
    local: LocalId,
    projections: &[Projection],
) -> Option<Part> {
    let start = Part::Value(function.locals.get(local)?.ty);
    projections.iter().try_fold(start, |part, projection| step(types, part, *projection))
}

/// The type of the value at `place`; none if the place makes no sense.
pub fn place_type(types: &TypeTable, function: &Function, place: Place) -> Option<TypeId> {
    if place.len == 0 {
        return Some(function.locals.get(place.local)?.ty);
    }
    match part_of(types, function, place.local, function.projections_of(place))? {
        Part::Value(ty) => Some(ty),
        Part::Variant(..) | Part::Instance(_) => None,
    }
}

/// The type of a local.
pub fn local_type(function: &Function, local: LocalId) -> TypeId {
    function.locals[local].ty
}
