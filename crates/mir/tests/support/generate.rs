//! Random modules in the value dialect that run to an end.
//!
//! Functions call only those that come after them, loops are bounded, and every
//! variable is set before it is used. Everything else is up to chance: copies,
//! changes in place through fields, boxes, elements and addresses, matches,
//! closures, `dyn` values, instances, early returns.

use simple_mir::*;

use super::Random;
use super::builder::Builder;
use super::universe::{Hostile, Universe};

/// How large programs are.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) functions: usize,
    pub(crate) statements: usize,
    pub(crate) depth: usize,
    /// Programs in which two ways may lead to a place whose address is passed.
    /// They must be safe, but what they compute is not defined.
    pub(crate) overlapping: bool,
}

/// What a function looks like from outside.
#[derive(Clone)]
struct Header {
    params: Vec<Param>,
    result: TypeId,
}

#[derive(Clone, Copy)]
struct Param {
    ty: TypeId,
    by_address: bool,
}

/// A random program; its last function is the entry and returns an `i64`.
pub(crate) fn program(seed: u64, size: Size) -> (Universe, Module) {
    let (universe, mut module) = Universe::new();
    universe.add_dumps(&mut module);
    let mut random = Random::new(seed);
    universe.add_hostile(&mut module);
    add_methods(&universe, &mut module);
    let mut ids = Vec::new();
    let headers: Vec<Header> =
        (0..size.functions).map(|_| header(&universe, &mut random)).collect();
    // Functions call those with a lower number.
    for index in 0..=headers.len() {
        let header = match headers.get(index) {
            Some(header) => header.clone(),
            None => Header { params: Vec::new(), result: universe.i64_ },
        };
        let mut generator = Generator {
            universe: &universe,
            random: &mut random,
            module: &mut module,
            headers: &headers[..index],
            ids: &ids,
            size,
            b: Builder::new(),
            variables: Vec::new(),
            left: size.statements,
            depth: 0,
            is_entry: index == headers.len(),
            result: header.result,
        };
        let function = generator.function(index, &header);
        ids.push(module.functions.push(function));
    }
    module.entry = ids.last().copied();
    (universe, module)
}

fn header(universe: &Universe, random: &mut Random) -> Header {
    let count = random.below(4);
    let any = |random: &mut Random| universe.all[random.below(universe.all.len())];
    let params =
        (0..count).map(|_| Param { ty: any(random), by_address: random.chance(25) }).collect();
    Header { params, result: any(random) }
}

/// The vtables of `dyn Show` for `P` and `str`: a method without arguments.
fn add_methods(universe: &Universe, module: &mut Module) {
    for (name, ty, field) in [("P", universe.all[0], Some(0)), ("str", universe.str_, None)] {
        let mut b = Builder::new();
        let address = universe.types.intern(Type::Address(ty));
        let object = Place::local(b.local(address));
        let mut place = b.project(object, &[Projection::Deref]);
        if let Some(field) = field {
            place = b.project(place, &[Projection::Field(field)]);
        }
        b.end(Terminator::Return(Operand::Copy(place)));
        let method_name = universe.interner.intern(&format!("show {name}"));
        let method = b.finish(method_name, vec![ParamMode::Borrowed], universe.str_);
        let method = module.functions.push(method);
        module.vtables.push(Vtable {
            name: universe.interner.intern(&format!("Show for {name}")),
            ty,
            drop: FuncId(u32::MAX),
            clone: FuncId(u32::MAX),
            methods: vec![method],
        });
    }
}

#[derive(Clone, Copy)]
struct Variable {
    local: LocalId,
    ty: TypeId,
    /// An address: the value lies behind it.
    by_address: bool,
}

struct Generator<'g> {
    universe: &'g Universe,
    random: &'g mut Random,
    module: &'g mut Module,
    headers: &'g [Header],
    /// Their numbers.
    ids: &'g [FuncId],
    size: Size,
    b: Builder,
    /// In scope, and set.
    variables: Vec<Variable>,
    left: usize,
    depth: usize,
    is_entry: bool,
    /// The type of what the function returns.
    result: TypeId,
}

impl Generator<'_> {
    fn types(&self) -> &TypeTable {
        &self.universe.types
    }

    fn function(&mut self, index: usize, header: &Header) -> Function {
        let mut modes = Vec::new();
        for param in &header.params {
            let ty = if param.by_address {
                self.types().intern(Type::Address(param.ty))
            } else {
                param.ty
            };
            let local = self.b.local(ty);
            let by_address = param.by_address;
            modes.push(if by_address { ParamMode::Address } else { ParamMode::Undecided });
            self.variables.push(Variable { local, ty: param.ty, by_address });
        }
        if self.is_entry {
            let texts = self.value(self.universe.strs, 2);
            let list = self.global(1, self.universe.strs);
            self.b.push(StatementKind::Initialise(list, texts));
            let text = self.value(self.universe.str_, 2);
            let global = self.global(0, self.universe.str_);
            self.b.push(StatementKind::Initialise(global, text));
            let option = self.universe.all[6];
            let node = self.value(option, 2);
            let global = self.global(2, option);
            self.b.push(StatementKind::Initialise(global, node));
        }
        self.block();
        if self.is_entry {
            for variable in self.variables.clone() {
                self.dump(variable);
            }
            let list = self.global(1, self.universe.strs);
            self.b.push(StatementKind::Discard(list));
            let text = self.global(0, self.universe.str_);
            self.b.push(StatementKind::Discard(text));
            let node = self.global(2, self.universe.all[6]);
            self.b.push(StatementKind::Discard(node));
        }
        let value = self.value(header.result, 3);
        self.b.end(Terminator::Return(value));
        let name = self.universe.interner.intern(&format!("f{index}"));
        std::mem::replace(&mut self.b, Builder::new()).finish(name, modes, header.result)
    }

    fn type_of(&self, place: Place) -> TypeId {
        let start = analysis::Part::Value(self.b.locals[place.local].ty);
        let steps = self.b.steps(place).iter();
        let mut part = start;
        for step in steps {
            part = analysis::step(self.types(), part, *step).expect("the way fits");
        }
        match part {
            analysis::Part::Value(ty) => ty,
            _ => panic!("a place is a value"),
        }
    }

    /// Whether the way to `place` leads through an instance.
    fn through_instance(&self, place: Place) -> bool {
        (0..place.len).any(|len| {
            let prefix = if len == 0 { Place::local(place.local) } else { Place { len, ..place } };
            self.b.steps(place)[len as usize] == Projection::Deref
                && matches!(self.types().get(self.type_of(prefix)), Type::Class(_))
        })
    }

    fn any_type(&mut self) -> TypeId {
        self.universe.all[self.random.below(self.universe.all.len())]
    }

    fn global(&mut self, index: u32, ty: TypeId) -> Place {
        let address = self.types().intern(Type::Address(ty));
        let local = self.b.temp(address, Rvalue::GlobalAddress(index));
        self.b.project(local, &[Projection::Deref])
    }

    /// Statements in a scope of their own.
    fn block(&mut self) {
        let scope = self.variables.len();
        let count = 1 + self.random.below(self.size.statements.min(8));
        for _ in 0..count {
            if self.left == 0 || !self.b.is_open() {
                break;
            }
            self.left -= 1;
            self.statement();
        }
        if self.depth > 0 {
            self.variables.truncate(scope);
        }
    }

    fn nested(&mut self) {
        self.depth += 1;
        self.block();
        self.depth -= 1;
    }

    fn statement(&mut self) {
        let deep = self.depth >= self.size.depth;
        match self.random.below(119) {
            0..14 => {
                let ty = self.any_type();
                let value = self.rvalue(ty, 2);
                let local = self.b.local(ty);
                self.b.assign(Place::local(local), value);
                self.variables.push(Variable { local, ty, by_address: false });
            }
            14..20 => self.copy_part(),
            20..28 => self.store(),
            28..34 => self.append(),
            34..40 => self.push(),
            40..44 => self.pop(),
            44..56 => self.call(),
            56..62 => {
                if let Some(variable) = self.any_variable() {
                    self.dump(variable);
                }
            }
            62..68 if !deep => self.branch(),
            68..75 if !deep => self.count_loop(),
            75..83 if !deep => self.for_each(),
            83..93 if !deep => self.take_apart(),
            93..95 => self.element_exchange(),
            95..97 => self.use_global(),
            97 if self.depth > 0 => self.leave(),
            98 => self.weak(),
            99 => self.swap(),
            100..104 => self.call_closure(),
            104..109 => self.hostile(),
            109..112 => self.part_twice(),
            112..116 => self.update(),
            _ => self.change_twice(),
        }
    }

    fn any_variable(&mut self) -> Option<Variable> {
        let count = self.variables.len();
        (count > 0).then(|| self.variables[self.random.below(count)])
    }

    fn root(&mut self, variable: Variable) -> Place {
        let place = Place::local(variable.local);
        if variable.by_address { self.b.project(place, &[Projection::Deref]) } else { place }
    }

    fn dump(&mut self, variable: Variable) {
        let place = self.root(variable);
        if let Some(dump) = self.universe.dump_of(variable.ty) {
            let args = [Arg::Value(Operand::Copy(place))];
            self.b.call(None, Callee::Function(dump), &args);
            let newline = self.universe.runtime("rt_out_newline");
            self.b.call(None, newline, &[]);
        }
    }

    /// Ways from `ty` by fields and pointers to parts that `wanted` accepts.
    fn ways(
        &self,
        ty: TypeId,
        depth: usize,
        wanted: &dyn Fn(TypeId) -> bool,
    ) -> Vec<Vec<Projection>> {
        let mut found = Vec::new();
        if wanted(ty) {
            found.push(Vec::new());
        }
        if depth == 0 {
            return found;
        }
        let types = self.types();
        let parts: Vec<(Vec<Projection>, TypeId)> = match types.get(ty) {
            Type::Struct(id) => types
                .struct_fields(id)
                .iter()
                .enumerate()
                .map(|(index, field)| (vec![Projection::Field(index as u32)], field.ty))
                .collect(),
            Type::Class(id) => types
                .class_fields(id)
                .iter()
                .enumerate()
                .map(|(index, field)| {
                    (vec![Projection::Deref, Projection::Field(index as u32)], field.ty)
                })
                .collect(),
            Type::Box(inner) => vec![(vec![Projection::Deref], inner)],
            _ => Vec::new(),
        };
        for (steps, part) in parts {
            for rest in self.ways(part, depth - 1, wanted) {
                found.push(steps.iter().copied().chain(rest).collect());
            }
        }
        found
    }

    /// A place of type `ty` in some variable.
    fn place_of(&mut self, ty: TypeId) -> Option<Place> {
        let start = self.random.below(self.variables.len());
        for offset in 0..self.variables.len().min(12) {
            let index = (start + offset) % self.variables.len();
            let variable = self.variables[index];
            let ways = self.ways(variable.ty, 3, &|found| found == ty);
            if !ways.is_empty() {
                let way = ways[self.random.below(ways.len())].clone();
                let root = self.root(variable);
                return Some(self.b.project(root, &way));
            }
        }
        None
    }

    /// A place that may be changed, of a type that `wanted` accepts, with its
    /// type. Assigning links between instances could make cycles.
    fn changeable(&mut self, wanted: &dyn Fn(TypeId) -> bool) -> Option<(Place, TypeId)> {
        if self.variables.is_empty() {
            return None;
        }
        let start = self.random.below(self.variables.len());
        for offset in 0..self.variables.len() {
            let variable = self.variables[(start + offset) % self.variables.len()];
            let mut ways = self.ways(variable.ty, 3, wanted);
            ways.retain(|way| !self.links_instances(variable.ty, way));
            if ways.is_empty() {
                continue;
            }
            let way = ways[self.random.below(ways.len())].clone();
            let root = self.root(variable);
            let place = self.b.project(root, &way);
            let ty = self.type_of(place);
            return Some((place, ty));
        }
        None
    }

    fn links_instances(&self, ty: TypeId, way: &[Projection]) -> bool {
        // `(*N).next`
        let types = self.types();
        let mut ty = Some(ty);
        let mut in_class = None;
        for step in way {
            ty = match (ty.map(|ty| types.get(ty)), step) {
                (Some(Type::Class(id)), Projection::Deref) => {
                    in_class = Some(id);
                    None
                }
                (Some(Type::Box(inner)), Projection::Deref) => Some(inner),
                (Some(Type::Struct(id)), Projection::Field(index)) => {
                    Some(types.struct_fields(id)[*index as usize].ty)
                }
                (None, Projection::Field(index)) => {
                    let id = in_class.expect("a field of an instance");
                    if *index == 1 {
                        return true;
                    }
                    Some(types.class_fields(id)[*index as usize].ty)
                }
                _ => None,
            };
        }
        false
    }

    /// Makes the containers on the way to `place` unique, as lowering does; or
    /// sometimes leaves it to the pass.
    fn unshare(&mut self, place: Place) {
        if self.random.chance(15) {
            return;
        }
        let steps = self.b.steps(place).to_vec();
        let mut ty = Some(self.b.locals[place.local].ty);
        let mut part = None;
        for (position, step) in steps.iter().enumerate() {
            let prefix = if position == 0 {
                Place::local(place.local)
            } else {
                Place { len: position as u32, ..place }
            };
            let found = ty.map(|ty| self.types().get(ty));
            let leads_to_instance =
                steps[position + 1..].iter().enumerate().any(|(index, step)| {
                    *step == Projection::Deref && {
                        let prefix = Place { len: (position + 1 + index) as u32, ..place };
                        matches!(self.types().get(self.type_of(prefix)), Type::Class(_))
                    }
                });
            let container = matches!(
                (found, step),
                (Some(Type::Box(_)), Projection::Deref)
                    | (Some(Type::List(_)), Projection::Index(_))
            );
            if container && !leads_to_instance {
                self.b.push(StatementKind::Unshare(prefix));
            }
            let current = part.take().or_else(|| ty.map(analysis::Part::Value));
            match current.and_then(|part| analysis::step(self.types(), part, *step)) {
                Some(analysis::Part::Value(next)) => ty = Some(next),
                next => {
                    part = next;
                    ty = None;
                }
            }
        }
    }

    fn copy_part(&mut self) {
        let Some(variable) = self.any_variable() else { return };
        let ways = self.ways(variable.ty, 3, &|_| true);
        let way = ways[self.random.below(ways.len())].clone();
        let root = self.root(variable);
        let place = self.b.project(root, &way);
        let ty = self.type_of(place);
        let copy = self.b.temp(ty, Rvalue::Use(Operand::Copy(place)));
        self.variables.push(Variable { local: copy.local, ty, by_address: false });
    }

    fn store(&mut self) {
        let Some((place, ty)) = self.changeable(&|_| true) else { return };
        if self.random.chance(70) {
            let value = self.value(ty, 2);
            self.unshare(place);
            self.b.assign(place, Rvalue::Use(value));
        } else {
            let value = self.rvalue(ty, 2);
            self.unshare(place);
            self.b.assign(place, value);
        }
    }

    fn append(&mut self) {
        let str_ = self.universe.str_;
        let Some((place, _)) = self.changeable(&|ty| ty == str_) else { return };
        let piece = self.value(str_, 1);
        self.unshare(place);
        let args = [Arg::Address(place), Arg::Value(piece)];
        let append = self.universe.runtime("rt_str_append");
        self.b.call(None, append, &args);
    }

    fn list_place(&mut self) -> Option<(Place, TypeId)> {
        let universe = self.universe;
        let is_list = |ty| matches!(universe.types.get(ty), Type::List(_));
        let (place, ty) = self.changeable(&is_list)?;
        match self.types().get(ty) {
            Type::List(element) => Some((place, element)),
            _ => None,
        }
    }

    fn push(&mut self) {
        let Some((place, element)) = self.list_place() else { return };
        let value = self.value(element, 2);
        self.unshare(place);
        self.b.intrinsic(None, Intrinsic::ListPush, &[Arg::Address(place), Arg::Value(value)]);
    }

    /// Goes on only if the list at `place` has more than `least` elements;
    /// gives the block to go on at otherwise.
    fn guard(&mut self, place: Place, least: i64) -> (Place, BlockId) {
        let len = self.b.temp(self.universe.i64_, Rvalue::Len(place));
        let more = Rvalue::Binary(BinOp::Gt, Operand::Copy(len), Universe::int(least));
        let more = self.b.temp(self.universe.bool_, more);
        let (yes, join) = (self.b.new_block(), self.b.new_block());
        let condition = Operand::Copy(more);
        self.b.end(Terminator::Branch { condition, then: yes, otherwise: join });
        self.b.switch_to(yes);
        (len, join)
    }

    fn pop(&mut self) {
        let Some((place, element)) = self.list_place() else { return };
        let (_, join) = self.guard(place, 0);
        self.unshare(place);
        self.b.push(StatementKind::Unshare(place));
        let dest = match self.random.below(3) {
            0 => None,
            _ => {
                let known = self.variables.iter().find(|v| v.ty == element && !v.by_address);
                known.map(|variable| Place::local(variable.local))
            }
        };
        self.b.intrinsic(dest, Intrinsic::ListPop, &[Arg::Address(place)]);
        self.b.goto(join);
        self.b.switch_to(join);
    }

    fn args(&mut self, header: &Header) -> Option<Vec<Arg>> {
        let mut used = Vec::new();
        let mut args = Vec::new();
        // Places are found last, as lowering does.
        for param in &header.params {
            args.push(if param.by_address {
                None
            } else {
                Some(Arg::Value(self.value(param.ty, 2)))
            });
        }
        for (index, param) in header.params.iter().enumerate() {
            if !param.by_address {
                continue;
            }
            let ty = param.ty;
            let (place, _) = self.changeable(&|found| found == ty)?;
            let shared = !self.size.overlapping && self.through_instance(place);
            if used.contains(&place.local) || shared {
                return None;
            }
            used.push(place.local);
            self.unshare(place);
            args[index] = Some(Arg::Address(place));
        }
        args.into_iter().collect()
    }

    fn call(&mut self) {
        if self.headers.is_empty() {
            return;
        }
        let index = self.random.below(self.headers.len());
        let header = self.headers[index].clone();
        let Some(args) = self.args(&header) else { return };
        let callee = Callee::Function(self.ids[index]);
        match self.random.below(4) {
            0 => self.b.call(None, callee, &args),
            1 => {
                let ty = header.result;
                match self.variables.iter().find(|v| v.ty == ty && !v.by_address).copied() {
                    Some(variable) => {
                        self.b.call(Some(Place::local(variable.local)), callee, &args);
                    }
                    None => self.b.call(None, callee, &args),
                }
            }
            _ => {
                let local = self.b.local(header.result);
                self.b.call(Some(Place::local(local)), callee, &args);
                self.variables.push(Variable { local, ty: header.result, by_address: false });
            }
        }
    }

    /// Calls a function that takes the address of an element alone.
    fn call_with(&mut self, element: Place, ty: TypeId) {
        let fits = |header: &Header| {
            let addresses: Vec<&Param> = header.params.iter().filter(|p| p.by_address).collect();
            matches!(*addresses, [only] if only.ty == ty)
        };
        let Some(index) = self.headers.iter().position(fits) else { return };
        let header = self.headers[index].clone();
        let mut args = Vec::new();
        for param in &header.params {
            args.push(if param.by_address {
                Arg::Address(element)
            } else {
                Arg::Value(self.value(param.ty, 1))
            });
        }
        self.unshare(element);
        self.b.call(None, Callee::Function(self.ids[index]), &args);
    }

    /// Hands a part of an instance to a function that changes the instance.
    fn hostile(&mut self) {
        let universe = self.universe;
        let is_instance = |ty| matches!(universe.types.get(ty), Type::Class(_));
        let Some((instance, ty)) = self.changeable(&is_instance) else { return };
        if self.random.chance(30) {
            // The same instance is reached by another way, too.
            let Type::Enum(option) = universe.types.get(universe.all[6]) else { return };
            debug_assert!(universe.types.enum_variants(option)[0].fields[0].ty == ty);
            let args = self.b.values(&[Operand::Copy(instance)]);
            let some = self.b.temp(universe.all[6], Rvalue::Variant(0, args));
            let global = self.global(2, universe.all[6]);
            self.b.assign(global, Rvalue::Use(Operand::Copy(some)));
        }
        let wanted = |ty| ty == universe.str_ || ty == universe.strs || ty == universe.all[0];
        let mut ways = self.ways(ty, 2, &wanted);
        ways.retain(|way| !self.links_instances(ty, way));
        let way = ways[self.random.below(ways.len())].clone();
        let mut place = self.b.project(instance, &way);
        if self.random.chance(30) {
            // By way of a local, which may turn out to be an alias.
            let copy = self.b.temp(ty, Rvalue::Use(Operand::Copy(instance)));
            place = self.b.project(copy, &way);
        }
        let mut part = self.type_of(place);
        let mut join = None;
        if part == universe.strs && self.random.chance(40) {
            let (_, done) = self.guard(place, 0);
            let zero = self.b.temp(universe.i64_, Rvalue::Use(Universe::int(0)));
            place = self.b.project(place, &[Projection::Index(zero.local)]);
            part = universe.str_;
            join = Some(done);
        }
        let what = match self.random.below(if self.size.overlapping { 3 } else { 2 }) {
            0 => Hostile::Look,
            1 => Hostile::Keep,
            _ => Hostile::Change,
        };
        let function = universe.hostile(self.module, what, part).expect("there is one");
        let callee = Callee::Function(function);
        let value = Arg::Value(Operand::Copy(place));
        let whom = Arg::Value(Operand::Copy(instance));
        match what {
            Hostile::Look => self.b.call(None, callee, &[value, whom]),
            Hostile::Change => {
                self.unshare(place);
                self.b.call(None, callee, &[Arg::Address(place), whom]);
            }
            Hostile::Keep if join.is_none() && self.random.chance(60) => {
                self.b.call(Some(place), callee, &[value, whom]);
            }
            Hostile::Keep => {
                let local = self.b.local(part);
                self.b.call(Some(Place::local(local)), callee, &[value, whom]);
                self.dump(Variable { local, ty: part, by_address: false });
                if join.is_none() {
                    self.b.assign(place, Rvalue::Use(Operand::Copy(Place::local(local))));
                }
            }
        }
        if let Some(join) = join {
            self.b.goto(join);
            self.b.switch_to(join);
        }
    }

    /// Copies a part twice: one copy is handed on, the other looked at.
    fn part_twice(&mut self) {
        let Some(variable) = self.any_variable() else { return };
        let mut ways = self.ways(variable.ty, 3, &|_| true);
        ways.retain(|way| !way.is_empty());
        if ways.is_empty() {
            return;
        }
        let way = ways[self.random.below(ways.len())].clone();
        let whole = self.random.chance(50);
        let root = if whole {
            let place = self.root(variable);
            self.b.temp(variable.ty, Rvalue::Use(Operand::Copy(place)))
        } else {
            self.root(variable)
        };
        let place = self.b.project(root, &way);
        let ty = self.type_of(place);
        let first = self.b.temp(ty, Rvalue::Use(Operand::Copy(place)));
        let second = self.b.temp(ty, Rvalue::Use(Operand::Copy(place)));
        let list = self.types().intern(Type::List(ty));
        let values = self.b.values(&[Operand::Copy(second)]);
        let kept = self.b.temp(list, Rvalue::List(values));
        if self.random.chance(50) {
            self.variables.push(Variable { local: kept.local, ty: list, by_address: false });
        }
        self.dump(Variable { local: first.local, ty, by_address: false });
    }

    /// Changes a part, copies the whole or a container on the way, and changes
    /// the part again without making anything unique: the pass must see to it.
    fn change_twice(&mut self) {
        let Some((place, ty)) = self.changeable(&|_| true) else { return };
        let (mut place, mut ty) = (place, ty);
        let mut join = None;
        if let Type::List(element) = self.types().get(ty)
            && self.random.chance(70)
        {
            let (_, done) = self.guard(place, 0);
            let zero = self.b.temp(self.universe.i64_, Rvalue::Use(Universe::int(0)));
            place = self.b.project(place, &[Projection::Index(zero.local)]);
            let ways = self.ways(element, 1, &|_| true);
            let way = ways[self.random.below(ways.len())].clone();
            if self.links_instances(element, &way) {
                self.b.goto(done);
                self.b.switch_to(done);
                return;
            }
            place = self.b.project(place, &way);
            ty = self.type_of(place);
            join = Some(done);
        }
        let first = self.value(ty, 1);
        let second = self.value(ty, 1);
        self.unshare(place);
        self.b.assign(place, Rvalue::Use(first));
        let len = self.random.below(place.len as usize) as u32;
        let mut prefix = if len == 0 { Place::local(place.local) } else { Place { len, ..place } };
        if self.b.steps(place).first() == Some(&Projection::Deref) && len == 0 {
            prefix = Place { len: 1.min(place.len), ..place };
        }
        let start = analysis::Part::Value(self.b.locals[prefix.local].ty);
        let reached = self
            .b
            .steps(prefix)
            .iter()
            .try_fold(start, |part, step| analysis::step(self.types(), part, *step));
        if let Some(analysis::Part::Value(whole)) = reached
            && !matches!(self.types().get(whole), Type::Address(_))
        {
            let copy = self.b.temp(whole, Rvalue::Use(Operand::Copy(prefix)));
            let kept = Variable { local: copy.local, ty: whole, by_address: false };
            if join.is_none() {
                self.variables.push(kept);
            }
            self.b.assign(place, Rvalue::Use(second));
            self.dump(kept);
        }
        if let Some(join) = join {
            self.b.goto(join);
            self.b.switch_to(join);
        }
    }

    /// `place = f(place)`, where `f` is anything that makes such a value.
    fn update(&mut self) {
        let Some((place, ty)) = self.changeable(&|_| true) else { return };
        if self.type_of(place) != ty || self.b.steps(place).is_empty() && self.random.chance(60) {
            return;
        }
        let fits = |header: &Header| {
            header.result == ty
                && header.params.iter().any(|param| param.ty == ty && !param.by_address)
                && header.params.iter().all(|param| !param.by_address)
        };
        let candidates: Vec<usize> =
            (0..self.headers.len()).filter(|index| fits(&self.headers[*index])).collect();
        if let Some(&index) = candidates.first() {
            let header = self.headers[index].clone();
            let mut given = false;
            let mut args = Vec::new();
            for param in &header.params {
                if param.ty == ty && !given {
                    given = true;
                    args.push(Arg::Value(Operand::Copy(place)));
                } else {
                    args.push(Arg::Value(self.value(param.ty, 1)));
                }
            }
            let callee = Callee::Function(self.ids[index]);
            if self.random.chance(50) {
                self.b.call(Some(place), callee, &args);
            } else {
                let result = Place::local(self.b.local(ty));
                self.b.call(Some(result), callee, &args);
                self.unshare(place);
                self.b.assign(place, Rvalue::Use(Operand::Copy(result)));
            }
            return;
        }
        // Through a temporary that is changed meanwhile.
        let copy = self.b.temp(ty, Rvalue::Use(Operand::Copy(place)));
        match self.types().get(ty) {
            Type::Str => {
                let piece = self.fresh_text();
                let append = self.universe.runtime("rt_str_append");
                self.b.call(None, append, &[Arg::Address(copy), Arg::Value(piece)]);
            }
            Type::List(element) => {
                let value = Arg::Value(self.value(element, 1));
                let args = [Arg::Address(copy), value];
                self.b.intrinsic(None, Intrinsic::ListPush, &args);
            }
            _ => {}
        }
        self.unshare(place);
        self.b.assign(place, Rvalue::Use(Operand::Copy(copy)));
    }

    fn branch(&mut self) {
        let condition = self.value(self.universe.bool_, 2);
        let (then, otherwise, join) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.end(Terminator::Branch { condition, then, otherwise });
        for block in [then, otherwise] {
            self.b.switch_to(block);
            self.nested();
            self.b.goto(join);
        }
        self.b.switch_to(join);
    }

    fn count_loop(&mut self) {
        let rounds = self.random.below(4) as i64;
        self.counted(Universe::int(rounds), &mut |this, _| this.nested());
    }

    fn counted(&mut self, end: Operand, body: &mut dyn FnMut(&mut Self, Place)) {
        let i64_ = self.universe.i64_;
        let index = self.b.temp(i64_, Rvalue::Use(Universe::int(0)));
        let (head, inside, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        let more = Rvalue::Binary(BinOp::Lt, Operand::Copy(index), end);
        let more = self.b.temp(self.universe.bool_, more);
        let condition = Operand::Copy(more);
        self.b.end(Terminator::Branch { condition, then: inside, otherwise: done });
        self.b.switch_to(inside);
        body(self, index);
        let next =
            Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(index), Universe::int(1));
        self.b.assign(index, next);
        self.b.goto(head);
        self.b.switch_to(done);
    }

    /// `for x in list`, as lowering writes it.
    fn for_each(&mut self) {
        let universe = self.universe;
        let is_list = |ty| matches!(universe.types.get(ty), Type::List(_));
        let Some((place, ty)) = self.changeable(&is_list) else { return };
        let Type::List(element) = self.types().get(ty) else { return };
        let list = self.b.temp(ty, Rvalue::Use(Operand::Copy(place)));
        let len = self.b.temp(universe.i64_, Rvalue::Len(list));
        let short = Rvalue::Binary(BinOp::Min, Operand::Copy(len), Universe::int(3));
        let len = self.b.temp(universe.i64_, short);
        self.counted(Operand::Copy(len), &mut |this, index| {
            let place = this.b.project(list, &[Projection::Index(index.local)]);
            let local = this.b.temp(element, Rvalue::Use(Operand::Copy(place))).local;
            let scope = this.variables.len();
            this.variables.push(Variable { local, ty: element, by_address: false });
            this.nested();
            this.variables.truncate(scope);
        });
    }

    /// A match on an enum: each arm binds what its variant holds.
    fn take_apart(&mut self) {
        let universe = self.universe;
        let is_enum = |ty| matches!(universe.types.get(ty), Type::Enum(_));
        let Some((place, ty)) = self.changeable(&is_enum) else { return };
        let Type::Enum(id) = self.types().get(ty) else { return };
        let variants = universe.types.enum_variants(id);
        let tag = self.b.temp(universe.i64_, Rvalue::Discriminant(place));
        let otherwise = self.b.new_block();
        let join = self.b.new_block();
        let mut cases = Vec::new();
        let mut arms = Vec::new();
        for variant in 0..variants.len() {
            if variant + 1 < variants.len() || self.random.chance(50) {
                let block = self.b.new_block();
                cases.push((variant as u64, block));
                arms.push((variant, block));
            }
        }
        let value = Operand::Copy(tag);
        self.b.end(Terminator::Switch { value, cases: cases.into(), otherwise });
        for (variant, block) in arms {
            self.b.switch_to(block);
            let scope = self.variables.len();
            for (index, field) in variants[variant].fields.iter().enumerate() {
                let steps = [Projection::Variant(variant as u32), Projection::Field(index as u32)];
                let mut part = self.b.project(place, &steps);
                let mut ty = field.ty;
                if let Type::Box(inner) = universe.types.get(ty)
                    && self.random.chance(70)
                {
                    part = self.b.project(part, &[Projection::Deref]);
                    ty = inner;
                }
                if self.random.chance(80) {
                    let local = self.b.temp(ty, Rvalue::Use(Operand::Copy(part))).local;
                    self.variables.push(Variable { local, ty, by_address: false });
                }
            }
            self.nested();
            self.variables.truncate(scope);
            self.b.goto(join);
        }
        self.b.switch_to(otherwise);
        if self.random.chance(50) {
            self.nested();
        }
        self.b.goto(join);
        self.b.switch_to(join);
    }

    /// Changes or exchanges elements of a list.
    fn element_exchange(&mut self) {
        let Some((place, element)) = self.list_place() else { return };
        let value = self.value(element, 1);
        let (len, join) = self.guard(place, 1);
        let seven = Rvalue::Binary(BinOp::Rem, Universe::int(7), Operand::Copy(len));
        let index = self.b.temp(self.universe.i64_, seven);
        self.unshare(place);
        match self.random.below(6) {
            4 if element == self.universe.str_ => {
                let part = self.b.project(place, &[Projection::Index(index.local)]);
                let piece = self.fresh_text();
                self.unshare(part);
                let append = self.universe.runtime("rt_str_append");
                self.b.call(None, append, &[Arg::Address(part), Arg::Value(piece)]);
            }
            5 if self.size.overlapping || !self.through_instance(place) => {
                let part = self.b.project(place, &[Projection::Index(index.local)]);
                self.call_with(part, element);
            }
            0 => {
                self.b.push(StatementKind::Unshare(place));
                let args = [
                    Arg::Address(place),
                    Arg::Value(Operand::Copy(index)),
                    Arg::Value(Universe::int(0)),
                ];
                self.b.intrinsic(None, Intrinsic::ListSwap, &args);
            }
            1 => {
                self.b.push(StatementKind::Unshare(place));
                let at = Arg::Value(Operand::Copy(index));
                let taken = Place::local(self.b.local(element));
                self.b.intrinsic(Some(taken), Intrinsic::ListTake, &[Arg::Address(place), at]);
                let back =
                    Arg::Value(if self.random.chance(50) { Operand::Copy(taken) } else { value });
                self.b.intrinsic(None, Intrinsic::ListPut, &[Arg::Address(place), at, back]);
            }
            2 => {
                let other = self.b.local(element);
                let at = Arg::Value(Operand::Copy(index));
                let list = Arg::Value(Operand::Copy(place));
                self.b.intrinsic(Some(Place::local(other)), Intrinsic::ListGet, &[list, at]);
                self.dump(Variable { local: other, ty: element, by_address: false });
            }
            _ => {
                let part = self.b.project(place, &[Projection::Index(index.local)]);
                let len = self.b.temp(self.universe.i64_, Rvalue::Len(place));
                let index = Operand::Copy(index);
                self.b.push(StatementKind::CheckIndex { index, len: Operand::Copy(len) });
                self.unshare(part);
                self.b.assign(part, Rvalue::Use(value));
            }
        }
        self.b.goto(join);
        self.b.switch_to(join);
    }

    fn use_global(&mut self) {
        let universe = self.universe;
        if self.random.chance(50) {
            let value = self.value(universe.str_, 2);
            let text = self.global(0, universe.str_);
            if self.random.chance(50) {
                self.b.assign(text, Rvalue::Use(value));
            } else {
                let args = [Arg::Address(text), Arg::Value(value)];
                self.b.call(None, universe.runtime("rt_str_append"), &args);
            }
        } else {
            let value = self.value(universe.str_, 2);
            let list = self.global(1, universe.strs);
            let args = [Arg::Address(list), Arg::Value(value)];
            self.b.intrinsic(None, Intrinsic::ListPush, &args);
            let read = self.b.temp(universe.strs, Rvalue::Use(Operand::Copy(list)));
            let variable = Variable { local: read.local, ty: universe.strs, by_address: false };
            self.variables.push(variable);
        }
    }

    /// Leaves early, by a return or a panic.
    fn leave(&mut self) {
        if self.is_entry || self.random.chance(20) {
            if self.random.chance(30) {
                let message = self.value(self.universe.str_, 1);
                let panic = self.universe.runtime("rt_panic_str");
                self.b.call(None, panic, &[Arg::Value(message)]);
                self.b.end(Terminator::Unreachable);
            }
            return;
        }
        let value = self.value(self.result, 2);
        self.b.end(Terminator::Return(value));
    }

    fn call_closure(&mut self) {
        let universe = self.universe;
        let is_closure = |ty| matches!(universe.types.get(ty), Type::Closure(_));
        let Some((place, ty)) = self.changeable(&is_closure) else { return };
        let Type::Closure(signature) = universe.types.get(ty) else { return };
        let Signature { params, result } = universe.types.signature(signature).clone();
        let args: Vec<Arg> = params.iter().map(|ty| Arg::Value(self.value(*ty, 2))).collect();
        let local = self.b.local(result);
        self.b.call(Some(Place::local(local)), Callee::Closure(place), &args);
        self.variables.push(Variable { local, ty: result, by_address: false });
    }

    /// A weak reference whose target is certainly alive when it is looked for.
    fn weak(&mut self) {
        let universe = self.universe;
        let found = self
            .variables
            .iter()
            .copied()
            .find(|v| matches!(universe.types.get(v.ty), Type::Class(_)));
        let Some(instance) = found else { return };
        let Type::Class(class) = universe.types.get(instance.ty) else { return };
        let weak = universe.types.intern(Type::Weak(class));
        let place = self.root(instance);
        let weak = self.b.temp(weak, Rvalue::Downgrade(Operand::Copy(place)));
        let option = universe.all[6];
        let option = self.b.temp(option, Rvalue::Upgrade(Operand::Copy(weak)));
        self.dump(Variable { local: option.local, ty: universe.all[6], by_address: false });
        let place = self.root(instance);
        let again = self.b.temp(instance.ty, Rvalue::Use(Operand::Copy(place)));
        self.dump(Variable { local: again.local, ty: instance.ty, by_address: false });
    }

    /// `(x, y) = (y, x)`
    fn swap(&mut self) {
        let Some(a) = self.any_variable() else { return };
        let other =
            self.variables.iter().copied().rev().find(|b| b.ty == a.ty && b.local != a.local);
        let Some(b) = other else { return };
        let (a_place, b_place) = (self.root(a), self.root(b));
        let first = self.b.temp(a.ty, Rvalue::Use(Operand::Copy(a_place)));
        let second = self.b.temp(a.ty, Rvalue::Use(Operand::Copy(b_place)));
        self.b.assign(a_place, Rvalue::Use(Operand::Copy(second)));
        self.b.assign(b_place, Rvalue::Use(Operand::Copy(first)));
    }

    /// An operand of type `ty`.
    fn value(&mut self, ty: TypeId, depth: usize) -> Operand {
        if self.random.chance(if depth == 0 { 90 } else { 65 })
            && let Some(place) = self.place_of(ty)
        {
            if self.random.chance(20) {
                return Operand::Copy(self.b.temp(ty, Rvalue::Use(Operand::Copy(place))));
            }
            return Operand::Copy(place);
        }
        match self.rvalue(ty, depth) {
            Rvalue::Use(operand) => operand,
            rvalue => Operand::Copy(self.b.temp(ty, rvalue)),
        }
    }

    fn fresh_text(&mut self) -> Operand {
        const TEXTS: [&str; 6] = ["", "a", "bc", "def", "ghij", "x"];
        let text = self.universe.text(TEXTS[self.random.below(TEXTS.len())]);
        if self.random.chance(40) {
            return text;
        }
        // Not a literal: a counted object.
        let result = Place::local(self.b.local(self.universe.str_));
        let args = [Arg::Value(text), Arg::Value(self.universe.text("+"))];
        let concat = self.universe.runtime("rt_str_concat");
        self.b.call(Some(result), concat, &args);
        Operand::Copy(result)
    }

    fn rvalue(&mut self, ty: TypeId, depth: usize) -> Rvalue {
        let universe = self.universe;
        let types = &universe.types;
        if self.random.chance(35)
            && let Some(place) = self.place_of(ty)
        {
            return Rvalue::Use(Operand::Copy(place));
        }
        let less = depth.saturating_sub(1);
        match types.get(ty) {
            Type::Int(_) => match self.random.below(3) {
                0 => match self.place_of(universe.strs) {
                    Some(place) => Rvalue::Len(place),
                    None => Rvalue::Use(Universe::int(3)),
                },
                1 if depth > 0 => {
                    let (a, b) = (self.value(ty, less), self.value(ty, less));
                    Rvalue::Binary(BinOp::Add(Overflow::Wrap), a, b)
                }
                _ => Rvalue::Use(Universe::int(self.random.below(10) as i64)),
            },
            Type::Bool => {
                if depth > 0 {
                    let i64_ = universe.i64_;
                    let (a, b) = (self.value(i64_, less), self.value(i64_, less));
                    Rvalue::Binary(BinOp::Lt, a, b)
                } else {
                    Rvalue::Use(Operand::Const(Const::Bool(self.random.chance(50))))
                }
            }
            Type::Str => Rvalue::Use(self.fresh_text()),
            Type::List(element) => {
                let count = if depth == 0 { 0 } else { self.random.below(4) };
                if count == 0 && self.random.chance(50) {
                    return Rvalue::Use(Operand::Const(Const::EmptyList(ty)));
                }
                let values: Vec<Operand> = (0..count).map(|_| self.value(element, less)).collect();
                Rvalue::List(self.b.values(&values))
            }
            Type::Struct(id) => {
                let fields: Vec<TypeId> = types.struct_fields(id).iter().map(|f| f.ty).collect();
                let values: Vec<Operand> =
                    fields.into_iter().map(|field| self.value(field, less)).collect();
                Rvalue::Struct(self.b.values(&values))
            }
            Type::Class(id) => {
                let fields: Vec<TypeId> = types.class_fields(id).iter().map(|f| f.ty).collect();
                let values: Vec<Operand> =
                    fields.into_iter().map(|field| self.value(field, less)).collect();
                Rvalue::Class(self.b.values(&values))
            }
            Type::Box(inner) => Rvalue::Box(self.value(inner, less)),
            Type::Enum(id) => {
                let variants = types.enum_variants(id);
                let mut variant = self.random.below(variants.len());
                if depth == 0 {
                    variant = variants.iter().position(|v| v.fields.is_empty()).unwrap_or(variant);
                }
                if variants[variant].fields.is_empty() {
                    return Rvalue::Use(Operand::Const(Const::Variant(id, variant as u32)));
                }
                let fields: Vec<TypeId> =
                    variants[variant].fields.iter().map(|field| field.ty).collect();
                let values: Vec<Operand> =
                    fields.into_iter().map(|field| self.value(field, less)).collect();
                Rvalue::Variant(variant as u32, self.b.values(&values))
            }
            Type::Closure(signature) => self.closure(signature),
            Type::Dyn(_) => {
                let vtable = self.random.below(2);
                let inner = self.module.vtables[vtable].ty;
                let value = self.value(inner, less);
                Rvalue::Dyn(vtable as u32, value)
            }
            _ => Rvalue::Use(Operand::Const(Const::Unit)),
        }
    }

    /// A closure: captures some values, returns one of them or its argument.
    fn closure(&mut self, signature: SignatureId) -> Rvalue {
        let universe = self.universe;
        let types = &universe.types;
        let Signature { params, result } = types.signature(signature).clone();
        let number = self.module.functions.len() + self.module.vtables.len();
        let number = number * 1000 + self.b.locals.len() * 10 + self.random.below(10);
        let captured: Vec<TypeId> =
            (0..self.random.below(3)).map(|_| self.any_type()).chain([result]).collect();
        let name = universe.interner.intern(&format!("env {number} {}", self.random.next()));
        let id = types.declare_struct(name);
        let fields = captured
            .iter()
            .enumerate()
            .map(|(index, ty)| FieldDef {
                name: universe.interner.intern(&index.to_string()),
                ty: *ty,
            })
            .collect();
        types.define_struct(id, fields);
        let environment = types.intern(Type::Struct(id));
        let address = types.intern(Type::Address(environment));
        let mut b = Builder::new();
        let object = Place::local(b.local(address));
        let inputs: Vec<Place> = params.iter().map(|ty| Place::local(b.local(*ty))).collect();
        let captures = b.project(object, &[Projection::Deref]);
        let own = b.project(captures, &[Projection::Field(captured.len() as u32 - 1)]);
        if let Some(dump) = universe.dump_of(captured[0]) {
            let part = b.project(captures, &[Projection::Field(0)]);
            b.call(None, Callee::Function(dump), &[Arg::Value(Operand::Copy(part))]);
        }
        let same = inputs.iter().zip(&*params).find(|(_, ty)| **ty == result);
        let returned = match same {
            Some((input, _)) if self.random.chance(50) => *input,
            _ => own,
        };
        b.end(Terminator::Return(Operand::Copy(returned)));
        let modes = std::iter::once(ParamMode::Borrowed)
            .chain(params.iter().map(|_| ParamMode::Undecided))
            .collect();
        let name = universe.interner.intern(&format!("closure {number} {}", self.random.next()));
        let code = b.finish(name, modes, result);
        let code = self.module.functions.push(code);
        let values: Vec<Operand> = captured.iter().map(|ty| self.value(*ty, 0)).collect();
        Rvalue::Closure { code, drop: None, captures: self.b.values(&values) }
    }
}
