//! Counting a value: one statement for a pointer, one for each part of a small
//! struct, a call of glue for what only its tag can tell.

use simple_source::Span;
use simple_source::interner::FxHashMap;
use smallvec::SmallVec;

use crate::{
    Arg, Args, Callee, FuncId, Function, Place, Projection, Shape, Statement, StatementKind, Type,
    TypeId, TypeTable,
};

/// Structs with more counted parts than this are counted by a call.
const MAX_PARTS_INLINE: usize = 4;

/// Calls of glue have numbers from here on until it is known which functions
/// there are: the number is the position in the function's [`GlueCalls`].
pub(super) const FIRST_GLUE: u32 = 1 << 31;

/// What counting does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(super) enum Count {
    Retain,
    Release,
}

/// The glue that a function calls, in order of first use.
#[derive(Default)]
pub(super) struct GlueCalls {
    pub(super) calls: Vec<(Count, TypeId)>,
    numbers: FxHashMap<(Count, TypeId), u32>,
}

impl GlueCalls {
    fn number(&mut self, count: Count, ty: TypeId) -> FuncId {
        let number = *self.numbers.entry((count, ty)).or_insert_with(|| {
            self.calls.push((count, ty));
            self.calls.len() as u32 - 1
        });
        FuncId(FIRST_GLUE + number)
    }
}

/// That the enum at a place is a certain variant.
pub(super) type Fact = (Place, u32);

/// The tables of a function that places and arguments are added to.
pub(super) struct Tables<'a> {
    pub(super) types: &'a TypeTable,
    pub(super) projections: Vec<Projection>,
    pub(super) args: Vec<Arg>,
    pub(super) glue: GlueCalls,
}

impl<'a> Tables<'a> {
    pub(super) fn new(types: &'a TypeTable, function: &Function) -> Self {
        Self {
            types,
            projections: function.projections.clone(),
            args: function.args.clone(),
            glue: GlueCalls::default(),
        }
    }

    /// The tables of a function that is made from nothing.
    pub(super) fn empty(types: &'a TypeTable) -> Self {
        Self { types, projections: Vec::new(), args: Vec::new(), glue: GlueCalls::default() }
    }

    pub(super) fn steps(&self, place: Place) -> &[Projection] {
        &self.projections[place.start as usize..][..place.len as usize]
    }

    /// `place` and `steps` further.
    pub(super) fn project(&mut self, place: Place, steps: &[Projection]) -> Place {
        let start = self.projections.len() as u32;
        let old = place.start as usize..(place.start + place.len) as usize;
        self.projections.extend_from_within(old);
        self.projections.extend_from_slice(steps);
        Place { local: place.local, start, len: place.len + steps.len() as u32 }
    }

    pub(super) fn args(&mut self, list: &[Arg]) -> Args {
        let start = self.args.len() as u32;
        self.args.extend_from_slice(list);
        Args { start, len: list.len() as u32 }
    }

    /// Appends what counts the value of type `ty` at `place`. `facts` tell the
    /// variants of enums that are known here.
    pub(super) fn count(
        &mut self,
        count: Count,
        place: Place,
        ty: TypeId,
        facts: &[Fact],
        span: Span,
        out: &mut Vec<Statement>,
    ) {
        let layout = self.types.layout(ty);
        if !layout.counted {
            return;
        }
        match (self.types.get(ty), &layout.shape) {
            (Type::Struct(id), _) => {
                if self.parts(ty, MAX_PARTS_INLINE + 1) > MAX_PARTS_INLINE {
                    return self.call_glue(count, place, ty, span, out);
                }
                for (index, field) in self.types.struct_fields(id).iter().enumerate() {
                    if self.types.is_counted(field.ty) {
                        let part = self.project(place, &[Projection::Field(index as u32)]);
                        self.count(count, part, field.ty, facts, span, out);
                    }
                }
            }
            (Type::Enum(id), shape) => {
                let known = facts.iter().find(|(known, _)| self.same_place(*known, place));
                match (known, shape) {
                    (Some((_, variant)), _) => {
                        let fields = &self.types.enum_variants(id)[*variant as usize].fields;
                        let variant = Projection::Variant(*variant);
                        for (index, field) in fields.iter().enumerate() {
                            if self.types.is_counted(field.ty) {
                                let field_step = Projection::Field(index as u32);
                                let part = self.project(place, &[variant, field_step]);
                                self.count(count, part, field.ty, facts, span, out);
                            }
                        }
                    }
                    (None, Shape::Nullable { .. }) => push(count, place, span, out),
                    (None, _) => self.call_glue(count, place, ty, span, out),
                }
            }
            _ => push(count, place, span, out),
        }
    }

    /// Appends what gives back the value of type `ty` at `place`, but for the
    /// parts at `moved`.
    pub(super) fn release_rest(
        &mut self,
        place: Place,
        ty: TypeId,
        moved: &[Place],
        facts: &[Fact],
        span: Span,
        out: &mut Vec<Statement>,
    ) {
        let depth = place.len as usize;
        let inside: SmallVec<[Place; 4]> = moved
            .iter()
            .copied()
            .filter(|part| {
                let steps = self.steps(*part);
                steps.len() >= depth && steps[..depth] == *self.steps(place)
            })
            .collect();
        if inside.is_empty() {
            return self.count(Count::Release, place, ty, facts, span, out);
        }
        if inside.iter().any(|part| part.len == place.len) {
            return;
        }
        match self.types.get(ty) {
            Type::Struct(id) => {
                for (index, field) in self.types.struct_fields(id).iter().enumerate() {
                    if self.types.is_counted(field.ty) {
                        let part = self.project(place, &[Projection::Field(index as u32)]);
                        self.release_rest(part, field.ty, &inside, facts, span, out);
                    }
                }
            }
            Type::Enum(id) => {
                // What was moved out says which variant it is.
                let step = self.steps(inside[0])[depth];
                let Projection::Variant(variant) = step else { return };
                let fields = &self.types.enum_variants(id)[variant as usize].fields;
                for (index, field) in fields.iter().enumerate() {
                    if self.types.is_counted(field.ty) {
                        let part = self.project(place, &[step, Projection::Field(index as u32)]);
                        self.release_rest(part, field.ty, &inside, facts, span, out);
                    }
                }
            }
            _ => {}
        }
    }

    fn call_glue(
        &mut self,
        count: Count,
        place: Place,
        ty: TypeId,
        span: Span,
        out: &mut Vec<Statement>,
    ) {
        let callee = Callee::Function(self.glue.number(count, ty));
        let args = self.args(&[Arg::Address(place)]);
        out.push(Statement { kind: StatementKind::Call { dest: None, callee, args }, span });
    }

    /// How many statements count a value, but no more than `limit`.
    fn parts(&self, ty: TypeId, limit: usize) -> usize {
        let Type::Struct(id) = self.types.get(ty) else {
            return usize::from(self.types.is_counted(ty));
        };
        let mut sum = 0;
        for field in self.types.struct_fields(id) {
            if sum >= limit {
                break;
            }
            sum += self.parts(field.ty, limit - sum);
        }
        sum
    }

    pub(super) fn same_place(&self, a: Place, b: Place) -> bool {
        a.local == b.local && self.steps(a) == self.steps(b)
    }
}

fn push(count: Count, place: Place, span: Span, out: &mut Vec<Statement>) {
    let kind = match count {
        Count::Retain => StatementKind::Retain(place),
        Count::Release => StatementKind::Release(place),
    };
    out.push(Statement { kind, span });
}
