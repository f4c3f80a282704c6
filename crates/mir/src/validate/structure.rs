//! What numbers refer to exists.

use simple_source::interner::FxHashSet;
use simple_source::{Idx, Interner, Symbol};

use super::{Checker, ValidationError};
use crate::analysis::{
    for_each_occurrence, for_each_successor, for_each_terminator_operand, place_type,
};
use crate::{
    Arg, Args, Dialect, FuncId, IntType, Module, ParamMode, Place, Projection, Rvalue,
    StatementKind, Terminator, Type, TypeId, TypeTable,
};

/// Checks what does not belong to one function.
pub(super) fn module(
    module: &Module,
    types: &TypeTable,
    interner: &Interner,
    dialect: Dialect,
    errors: &mut Vec<ValidationError>,
) {
    let mut error = |item: Symbol, message: String| {
        errors.push(ValidationError {
            item: interner.resolve(item).to_owned(),
            place: None,
            statement: String::new(),
            message,
        });
    };
    let mut names: FxHashSet<Symbol> = FxHashSet::default();
    let functions = module.functions.iter().map(|function| function.name);
    let vtables = module.vtables.iter().map(|vtable| vtable.name);
    let globals = module.globals.iter().map(|global| global.name);
    for name in functions.chain(vtables).chain(globals) {
        if !names.insert(name) {
            error(name, "this name is used twice".to_owned());
        }
    }
    let exists = |id: FuncId| id.index() < module.functions.len();
    for vtable in &module.vtables {
        let made = dialect == Dialect::Values || exists(vtable.drop) && exists(vtable.clone);
        if !made {
            error(vtable.name, "the functions that drop and clone are missing".to_owned());
        }
        if !is_complete(types, vtable.ty, 0) {
            error(vtable.name, "the type is not defined".to_owned());
            continue;
        }
        for &method in &vtable.methods {
            let Some(function) = module.functions.get(method) else {
                error(vtable.name, format!("there is no function {}", method.0));
                continue;
            };
            let first = function.locals.iter().next().map(|local| types.get(local.ty));
            if function.params.is_empty() || first != Some(Type::Address(vtable.ty)) {
                let name = interner.resolve(function.name);
                error(vtable.name, format!("`{name}` does not begin with the value's address"));
            }
        }
    }
    for global in &module.globals {
        if !is_complete(types, global.ty, 0) {
            error(global.name, "the type is not defined".to_owned());
        }
    }
    let glue = &module.glue;
    for (&ty, &id) in glue.destroy.iter().chain(&glue.retain).chain(&glue.release) {
        if !exists(id) {
            let name = crate::text::print_type(types, interner, ty);
            error(simple_source::sym::EMPTY, format!("glue for {name} is missing"));
        }
    }
    if let Some(entry) = module.entry
        && !exists(entry)
    {
        error(simple_source::sym::EMPTY, "the entry is missing".to_owned());
    }
}

/// A type that nests inline deeper than this is taken to contain itself.
const MAX_INLINE_DEPTH: u32 = 200;

/// Whether every struct and enum that is part of a value of type `ty` has its
/// parts, and the value a size.
fn is_complete(types: &TypeTable, ty: TypeId, depth: u32) -> bool {
    if depth > MAX_INLINE_DEPTH {
        return false;
    }
    match types.get(ty) {
        Type::Struct(id) => types.try_struct_fields(id).is_some_and(|fields| {
            fields.iter().all(|field| is_complete(types, field.ty, depth + 1))
        }),
        Type::Enum(id) => types.try_enum_variants(id).is_some_and(|variants| {
            variants
                .iter()
                .flat_map(|variant| &variant.fields)
                .all(|field| is_complete(types, field.ty, depth + 1))
        }),
        _ => true,
    }
}

impl Checker<'_> {
    pub(super) fn structure(&mut self) {
        let function = self.function;
        if function.params.len() > function.locals.len() {
            return self.error("there are more parameters than locals");
        }
        if function.blocks.is_empty() {
            return self.error("there is no block");
        }
        for (id, local) in function.locals.iter_enumerated() {
            if !self.is_whole(local.ty) {
                self.error(format!("the type of _{} is not defined", id.0));
            }
        }
        if !self.is_whole(function.result) {
            self.error("the result's type is not defined");
        }
        if !self.errors.is_empty() {
            return;
        }
        self.modes();
        self.targets();
        // Ranges first: what looks at statements relies on them.
        self.for_each_statement(|this, statement| this.ranges(&statement.kind));
        if !self.errors.is_empty() {
            return;
        }
        self.for_each_statement(|this, statement| {
            let mut places = Vec::new();
            for_each_occurrence(this.function, statement, |occurrence| {
                places.push(occurrence.place);
            });
            for place in places {
                this.place(place);
            }
            this.dialect_of(&statement.kind);
        });
        for (id, block) in function.blocks.iter_enumerated() {
            self.place = Some((id, block.statements.len()));
            let mut found = None;
            for_each_terminator_operand(&block.terminator, |occurrence| {
                found = Some(occurrence.place)
            });
            if let Some(place) = found {
                self.place(place);
            }
        }
        self.place = None;
    }

    /// Whether a type, and what its objects hold, can be laid out.
    fn is_whole(&self, ty: TypeId) -> bool {
        match self.types.get(ty) {
            Type::List(inner) | Type::Box(inner) | Type::Address(inner) => {
                is_complete(self.types, inner, 0)
            }
            Type::Class(id) => self
                .types
                .try_class_fields(id)
                .is_some_and(|fields| fields.iter().all(|f| is_complete(self.types, f.ty, 0))),
            _ => is_complete(self.types, ty, 0),
        }
    }

    fn modes(&mut self) {
        for (index, mode) in self.function.params.iter().enumerate() {
            let ty = self.function.locals.as_slice()[index].ty;
            let address = matches!(self.types.get(ty), Type::Address(_));
            let fits = match mode {
                ParamMode::Undecided => self.dialect == Dialect::Values,
                ParamMode::Borrowed => true,
                ParamMode::Owned => !address,
                ParamMode::Address => address,
            };
            if !fits {
                self.error(format!("the mode of _{index} does not fit"));
            }
        }
    }

    fn targets(&mut self) {
        let function = self.function;
        for (id, block) in function.blocks.iter_enumerated() {
            self.place = Some((id, block.statements.len()));
            let mut targets = Vec::new();
            for_each_successor(&block.terminator, |target| targets.push(target));
            for target in targets {
                if target.index() >= function.blocks.len() {
                    self.error(format!("there is no bb{}", target.0));
                } else if target.index() == 0 {
                    self.error("the entry has a predecessor");
                }
            }
            if let Terminator::Switch { cases, .. } = &block.terminator
                && cases.windows(2).any(|pair| pair[0].0 >= pair[1].0)
            {
                self.error("the cases do not rise");
            }
        }
        self.place = None;
    }

    /// Ranges of arguments and projections lie in their tables.
    fn ranges(&mut self, kind: &StatementKind) {
        let args = match *kind {
            StatementKind::Call { args, .. } | StatementKind::Intrinsic { args, .. } => args,
            StatementKind::Assign(_, rvalue) => match rvalue {
                Rvalue::Struct(args)
                | Rvalue::Variant(_, args)
                | Rvalue::List(args)
                | Rvalue::Class(args)
                | Rvalue::Closure { captures: args, .. } => args,
                _ => Args::default(),
            },
            _ => Args::default(),
        };
        if args.start as usize + args.len as usize > self.function.args.len() {
            return self.error("the arguments are not in the table");
        }
        let addresses =
            matches!(kind, StatementKind::Call { .. } | StatementKind::Intrinsic { .. });
        for arg in self.function.args_of(args) {
            if matches!(arg, Arg::Address(_)) && !addresses {
                self.error("only calls take addresses");
            }
        }
    }

    fn place(&mut self, place: Place) {
        let function = self.function;
        if self.local(place.local).is_none() {
            return self.error(format!("there is no _{}", place.local.0));
        }
        if place.start as usize + place.len as usize > function.projections.len() && place.len > 0 {
            return self.error("the projections are not in the table");
        }
        for step in function.projections_of(place) {
            if let Projection::Index(index) = step {
                let ty = self.local(*index).map(|local| self.types.get(local.ty));
                if ty != Some(Type::Int(IntType::I64)) {
                    return self.error(format!("_{} is not an i64 to index with", index.0));
                }
            }
        }
        match place_type(self.types, function, place) {
            None => {
                let text = crate::text::print_place(function, place);
                self.error(format!("{text} is not a value"));
            }
            Some(ty) if !self.is_whole(ty) => {
                let text = crate::text::print_place(function, place);
                self.error(format!("the type of {text} is not defined"));
            }
            Some(_) => {}
        }
    }

    /// Statements stand in their dialect only.
    fn dialect_of(&mut self, kind: &StatementKind) {
        let dialect = match kind {
            StatementKind::Initialise(..) | StatementKind::Discard(_) | StatementKind::Keep(_) => {
                Dialect::Values
            }
            StatementKind::Retain(_) | StatementKind::Release(_) | StatementKind::Free(_) => {
                Dialect::Counted
            }
            _ => return,
        };
        if dialect != self.dialect {
            self.error("this statement belongs to the other dialect");
        }
    }

    /// The function that a call names, if there is one.
    pub(super) fn callee(&mut self, id: FuncId) -> Option<&crate::Function> {
        if self.module.functions.get(id).is_none() {
            self.error(format!("there is no function {}", id.0));
        }
        self.module.functions.get(id)
    }
}
