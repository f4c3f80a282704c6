//! Rewrites a function from the value dialect to the counted one.

use simple_source::{Idx, IndexVec, Span};
use smallvec::SmallVec;

use super::aliases::{self, Aliases, is_frozen_param};
use super::body::{Body, Class};
use super::count::{Count, GlueCalls, Tables};
use super::facts::{self, Facts};
use super::modes::{Effects, Program};
use super::plan::{self, BlockPlan, Planner, StatementPlan};
use super::regions::Segment;
use super::unique::Unshared;
use super::{edges, prepare};
use crate::analysis::{How, Occurrence, Role, for_each_occurrence, place_type};
use crate::opt::unshare::Unique;
use crate::{
    Arg, Args, Block, Callee, Function, Intrinsic, Local, LocalId, Operand, Place, Projection,
    Rvalue, Statement, StatementKind, Terminator, Type, TypeId, TypeTable,
};

/// Rewrites `function`; the result lists the glue that it calls.
pub(super) fn rewrite(function: &mut Function, types: &TypeTable, program: &Program) -> GlueCalls {
    prepare::prepare(function, types);
    if counts_nothing(function, types, program) {
        for block in function.blocks.iter_mut() {
            block.statements.retain(|statement| {
                !matches!(statement.kind, StatementKind::Nop | StatementKind::Keep(_))
            });
        }
        return GlueCalls::default();
    }
    let mut body = Body::new(types, program, function);
    let aliases = aliases::select(&mut body);
    let liveness = body.liveness();
    let facts = facts::solve(&body);
    let doomed = plan::doomed(&body);
    let unique = Unique::of(function, types, &body.cfg);
    let mut planner = Planner::new(&body, &liveness, &aliases);
    let mut inserter = Inserter {
        body: &body,
        aliases: &aliases,
        tables: Tables::new(types, function),
        locals: function.locals.clone(),
        out: Vec::new(),
        facts: Facts::new(),
        unshared: Unshared::default(),
        doomed: false,
        span: Span::NONE,
    };
    let mut blocks = IndexVec::with_capacity(function.blocks.len());
    let mut looked_at = Vec::with_capacity(function.blocks.len());
    for (id, block) in function.blocks.iter_enumerated() {
        let plan = planner.block(id);
        inserter.facts = facts[id.index()].clone();
        inserter.doomed = doomed[id.index()];
        inserter.unshared.clear();
        for place in unique.iter().flat_map(|unique| unique.at(id)) {
            inserter.unshared.insert(place);
        }
        blocks.push(inserter.block(block, &plan));
        looked_at.push(plan.looked_at);
    }
    let Inserter { mut tables, locals, .. } = inserter;
    edges::release(&body, &liveness, &facts, &doomed, &looked_at, &mut blocks, &mut tables);
    let Tables { projections, args, glue, .. } = tables;
    function.locals = locals;
    function.blocks = blocks;
    function.projections = projections;
    function.args = args;
    glue
}

/// Whether `function` has no place that holds anything counted: then both
/// dialects say the same. Counted constants are static objects, and a result
/// that nobody wants is the only counted value without a place.
fn counts_nothing(function: &Function, types: &TypeTable, program: &Program) -> bool {
    let plain = |ty: TypeId| match types.get(ty) {
        Type::Address(target) => !types.is_counted(target),
        _ => !types.is_counted(ty),
    };
    if !function.locals.iter().all(|local| plain(local.ty)) {
        return false;
    }
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements.into_iter().all(|statement| match statement.kind {
        StatementKind::Nop
        | StatementKind::Keep(_)
        | StatementKind::Assign(..)
        | StatementKind::CheckIndex { .. } => true,
        StatementKind::Call { dest: Some(_), callee, .. } => {
            matches!(callee, Callee::Function(_) | Callee::Extern(_))
        }
        StatementKind::Call { dest: None, callee, .. } => match callee {
            Callee::Function(id) => program.result(id).is_some_and(|ty| !types.is_counted(ty)),
            Callee::Extern(_) => true,
            Callee::Closure(_) | Callee::Method(..) => false,
        },
        _ => false,
    })
}

struct Inserter<'b, 'a> {
    body: &'b Body<'a>,
    aliases: &'b Aliases,
    tables: Tables<'a>,
    locals: IndexVec<LocalId, Local>,
    /// The statements of the block at hand.
    out: Vec<Statement>,
    /// What is known about enums here.
    facts: Facts,
    /// What is known to be unique here.
    unshared: Unshared,
    /// The program panics from here on: nothing need be given back.
    doomed: bool,
    span: Span,
}

/// What a statement needs beyond itself.
#[derive(Default)]
struct Around {
    /// Operands that are read from a temporary, by rising slot.
    replaced: SmallVec<[(u32, LocalId); 2]>,
    /// Temporaries given back afterwards.
    after: SmallVec<[LocalId; 2]>,
    /// A whole local that is counted right after it was assigned.
    retain_result: bool,
}

impl Inserter<'_, '_> {
    fn block(&mut self, block: &Block, plan: &BlockPlan) -> Block {
        for (statement, plan) in block.statements.iter().zip(&plan.statements) {
            self.span = statement.span;
            self.statement(statement, plan);
        }
        self.span = block.span;
        let terminator = match block.terminator {
            Terminator::Return(value) => {
                let plan = plan.statements.last().expect("the terminator has a plan");
                Terminator::Return(self.returned(value, plan))
            }
            ref other => other.clone(),
        };
        Block { statements: std::mem::take(&mut self.out), terminator, span: block.span }
    }

    fn push(&mut self, kind: StatementKind) {
        self.out.push(Statement { kind, span: self.span });
    }

    fn assign(&mut self, place: Place, value: Rvalue) {
        self.push(StatementKind::Assign(place, value));
    }

    fn temp(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { ty, name: simple_source::sym::EMPTY })
    }

    /// A temporary with the bytes at `place`.
    fn copy(&mut self, place: Place) -> LocalId {
        let ty = self.type_of(place);
        let temp = self.temp(ty);
        self.assign(Place::local(temp), Rvalue::Use(Operand::Copy(place)));
        temp
    }

    fn type_of(&self, place: Place) -> TypeId {
        match place.as_local() {
            Some(local) => self.locals[local].ty,
            None => place_type(self.body.types, self.body.function, place)
                .expect("the validator has checked all places"),
        }
    }

    fn count(&mut self, count: Count, place: Place) {
        let ty = self.type_of(place);
        if count == Count::Release && self.doomed {
            return;
        }
        let (tables, out) = (&mut self.tables, &mut self.out);
        tables.count(count, place, ty, &self.facts, self.span, out);
    }

    /// [`Inserter::count`] for what was just stored: what is known about the
    /// place was true of the value before.
    fn count_new(&mut self, count: Count, place: Place) {
        let facts = std::mem::take(&mut self.facts);
        self.count(count, place);
        self.facts = facts;
    }

    fn deaths(&mut self, plan: &StatementPlan) {
        if self.doomed {
            return;
        }
        for death in &plan.deaths {
            let place = Place::local(death.local);
            let ty = self.locals[death.local].ty;
            let (tables, out) = (&mut self.tables, &mut self.out);
            tables.release_rest(place, ty, &death.moved_parts, &self.facts, self.span, out);
        }
    }

    fn statement(&mut self, statement: &Statement, plan: &StatementPlan) {
        if plan::is_unused_copy(statement, plan) {
            return self.deaths(plan);
        }
        let function = self.body.function;
        let mut occurrences: SmallVec<[Occurrence; 8]> = SmallVec::new();
        for_each_occurrence(function, statement, |occurrence| occurrences.push(occurrence));
        let mut dead_already = false;
        match statement.kind {
            // A use and nothing else: see the deaths below.
            StatementKind::Nop | StatementKind::Keep(_) => {}
            StatementKind::Discard(place) => self.count(Count::Release, place),
            StatementKind::Unshare(place) => {
                self.make_unique(place);
                self.push(statement.kind);
                self.unshared.insert(place);
            }
            StatementKind::Retain(_) | StatementKind::Release(_) | StatementKind::Free(_) => {
                debug_assert!(false, "the pass runs once");
                self.push(statement.kind);
            }
            StatementKind::CheckIndex { .. } => self.push(statement.kind),
            StatementKind::Assign(..)
            | StatementKind::Call { .. }
            | StatementKind::Intrinsic { .. }
            | StatementKind::Initialise(..) => {
                let around = self.before(statement, plan, &occurrences);
                dead_already = self.emit(statement, plan, &around);
                for temp in &around.after {
                    self.count(Count::Release, Place::local(*temp));
                }
            }
        }
        // What is known about variants may be different now.
        self.forget(statement, &occurrences);
        if !dead_already {
            self.deaths(plan);
        }
    }

    /// Retains what the statement takes over without moving it, and borrowed
    /// arguments that might not live through a call.
    fn before(
        &mut self,
        statement: &Statement,
        plan: &StatementPlan,
        occurrences: &[Occurrence],
    ) -> Around {
        let body = self.body;
        let mut around = Around::default();
        let callee = match &statement.kind {
            StatementKind::Call { callee, .. } => Some(callee),
            _ => None,
        };
        let effects = callee.map_or(Effects::default(), |callee| body.program.effects(callee));
        let is_alias = body.is_alias_definition(statement);
        // Parts of something that the statement changes.
        let changed: SmallVec<[Place; 2]> = occurrences
            .iter()
            .filter(|other| {
                matches!(other.how, How::Write | How::Initialise | How::Address(_))
                    && other.place.len > 0
            })
            .map(|other| other.place)
            .collect();
        for occurrence in occurrences {
            let place = occurrence.place;
            let How::Read(role) = occurrence.how else {
                if occurrence.how == How::Receiver
                    && !self.is_stable(place, effects, callee, occurrences)
                {
                    self.keep(occurrence, &mut around);
                }
                continue;
            };
            if is_alias || plan.moves(occurrence.slot) {
                continue;
            }
            if body.consumes(occurrence) {
                self.take_over(statement, occurrence, &changed, &mut around);
            } else if matches!(role, Role::Param(..) | Role::ExternArg)
                && body.is_counted(place)
                && !self.is_stable(place, effects, callee, occurrences)
            {
                self.keep(occurrence, &mut around);
            }
        }
        for occurrence in occurrences {
            let changes = match occurrence.how {
                How::Address(index) => !is_frozen_param(body, callee, index),
                How::Write | How::Initialise => true,
                _ => false,
            };
            if changes {
                self.make_unique(occurrence.place);
            }
        }
        if effects.writes {
            for occurrence in occurrences {
                if let How::Address(_) = occurrence.how {
                    self.pin(occurrence.place, effects, callee, &mut around);
                }
            }
        }
        around
    }

    /// Counts an operand that the statement keeps a reference of.
    fn take_over(
        &mut self,
        statement: &Statement,
        occurrence: &Occurrence,
        changed: &[Place],
        around: &mut Around,
    ) {
        let place = occurrence.place;
        // Retaining what is about to be changed in place would make it shared:
        // it is read and counted first, then made unique again.
        let conflicts = changed.iter().any(|other| self.may_share(place, *other));
        if let StatementKind::Assign(dest, Rvalue::Use(_)) = statement.kind
            && let Some(dest) = dest.as_local()
            && dest != place.local
        {
            if place.len == 0 {
                self.count(Count::Retain, place);
            } else {
                around.retain_result = true;
            }
        } else if place.len == 0 && !conflicts {
            self.count(Count::Retain, place);
        } else {
            let temp = self.copy(place);
            self.count(Count::Retain, Place::local(temp));
            around.replaced.push((occurrence.slot, temp));
        }
        self.forget_shared_with(place);
    }

    /// One more reference to what is at `place` exists: what holds it is not
    /// known to be unique any more.
    fn forget_shared_with(&mut self, place: Place) {
        let body = self.body;
        self.unshared.forget_root(body.root_of(place.local));
        if self.reaches_shared(place) {
            self.unshared.forget_shared(body);
        }
    }

    /// Whether the way to `place` leads through memory that others reach.
    fn reaches_shared(&self, place: Place) -> bool {
        let way = self.body.way(place);
        way.segments
            .iter()
            .chain(self.alias_segments(place.local))
            .any(|segment| segment.region.is_shared())
    }

    /// Whether a reference to what is at `value` may be one to a container on
    /// the way to `changed`.
    fn may_share(&self, value: Place, changed: Place) -> bool {
        let body = self.body;
        if body.root_of(value.local) == body.root_of(changed.local) {
            return true;
        }
        self.reaches_shared(value) && self.reaches_shared(changed)
    }

    /// Holds a borrowed operand for the time of a call.
    fn keep(&mut self, occurrence: &Occurrence, around: &mut Around) {
        let temp = self.copy(occurrence.place);
        self.forget_shared_with(occurrence.place);
        self.count(Count::Retain, Place::local(temp));
        around.replaced.push((occurrence.slot, temp));
        around.after.push(temp);
    }

    /// The memory that an alias depends on, through all its roots.
    fn alias_segments(&self, local: LocalId) -> impl Iterator<Item = &Segment> {
        let mut next = Some(local);
        std::iter::from_fn(move || {
            let local = next?;
            next = match self.body.class[local] {
                Class::Alias(root) => Some(root),
                _ => None,
            };
            Some(local)
        })
        .flat_map(|local| match self.body.class[local] {
            Class::Alias(_) => self.aliases.segments(local),
            _ => &[],
        })
    }

    /// Whether what is at `place` lives through a call, whatever the callee
    /// does with what it is given and what it can reach.
    fn is_stable(
        &self,
        place: Place,
        effects: Effects,
        callee: Option<&Callee>,
        occurrences: &[Occurrence],
    ) -> bool {
        let body = self.body;
        let runtime = matches!(callee, Some(Callee::Extern(_)));
        let changed = occurrences.iter().filter_map(|other| match other.how {
            // The runtime copes with an argument that is what it changes.
            How::Address(_) if runtime && self.tables.same_place(other.place, place) => None,
            How::Address(index) if !is_frozen_param(body, callee, index) => {
                body.written(other.place)
            }
            _ => None,
        });
        let changed: SmallVec<[Segment; 4]> = changed.collect();
        let way = body.way(place);
        way.segments.iter().chain(self.alias_segments(place.local)).all(|segment| {
            let may_be_written = effects.writes && segment.region.is_shared();
            let is_changed = changed.iter().any(|change| change.overlaps(segment, body.function));
            !(may_be_written || is_changed)
        })
    }

    /// Keeps the object that holds a place whose address is passed, if other
    /// code could let go of it meanwhile.
    fn pin(
        &mut self,
        place: Place,
        effects: Effects,
        callee: Option<&Callee>,
        around: &mut Around,
    ) {
        let steps = self.body.function.projections_of(place);
        let is_address = matches!(
            self.body.types.get(self.body.function.locals[place.local].ty),
            Type::Address(_)
        );
        let holder =
            steps.iter().rposition(|step| matches!(step, Projection::Deref | Projection::Index(_)));
        let Some(holder) = holder.filter(|holder| *holder > 0 || !is_address) else { return };
        let holder = Body::prefix(place, holder as u32);
        if self.body.is_counted(holder) && !self.is_stable(holder, effects, callee, &[]) {
            let temp = self.copy(holder);
            let ty = self.locals[temp].ty;
            let (tables, out) = (&mut self.tables, &mut self.out);
            tables.count(Count::Retain, Place::local(temp), ty, &[], self.span, out);
            around.after.push(temp);
        }
    }

    /// Makes the boxes and lists on the way to a place unique that are not known
    /// to be.
    fn make_unique(&mut self, place: Place) {
        let body = self.body;
        let mut region_start = 0;
        let mut containers: SmallVec<[u32; 4]> = SmallVec::new();
        for (position, step) in body.function.projections_of(place).iter().enumerate() {
            let position = position as u32;
            match step {
                Projection::Index(_) => containers.push(position),
                Projection::Deref => {
                    let base = self.type_of(Body::prefix(place, position));
                    match body.types.get(base) {
                        Type::Box(_) => containers.push(position),
                        _ => region_start = position + 1,
                    }
                }
                Projection::Field(_) | Projection::Variant(_) => {}
            }
        }
        for position in containers {
            let container = Body::prefix(place, position);
            if position >= region_start && !self.unshared.contains(container, &self.tables) {
                self.push(StatementKind::Unshare(container));
                self.unshared.insert(container);
            }
        }
    }

    /// The statement itself. Whether what dies at it was given back already.
    fn emit(&mut self, statement: &Statement, plan: &StatementPlan, around: &Around) -> bool {
        let kind = self.replace(statement.kind, around);
        match kind {
            StatementKind::Initialise(place, operand) => {
                self.assign(place, Rvalue::Use(operand));
                false
            }
            StatementKind::Assign(place, rvalue) => {
                let destination = self.destination(place, plan);
                if destination == Destination::Stored {
                    let old = self.old_value(place, plan);
                    self.assign(place, rvalue);
                    self.release_old(old);
                    return false;
                }
                let target = self.target(place, destination);
                self.assign(target, rvalue);
                if around.retain_result {
                    self.count_new(Count::Retain, target);
                }
                self.hand_over(place, target, plan)
            }
            StatementKind::Call { dest, callee, args } => {
                let result = dest.is_none().then(|| self.result_type(&callee)).flatten();
                let (dest, target) = self.call_target(dest, result, plan);
                self.push(StatementKind::Call { dest: target, callee, args });
                self.finish_call(dest, target, plan)
            }
            StatementKind::Intrinsic { dest, op, args } => {
                let result = dest.is_none().then(|| self.intrinsic_result(op, args)).flatten();
                let (dest, target) = self.call_target(dest, result, plan);
                self.push(StatementKind::Intrinsic { dest: target, op, args });
                self.finish_call(dest, target, plan)
            }
            other => {
                self.push(other);
                false
            }
        }
    }

    fn destination(&self, place: Place, plan: &StatementPlan) -> Destination {
        match place.as_local() {
            Some(local) if plan.deaths.iter().any(|death| death.local == local) => {
                Destination::Temporary
            }
            Some(_) => Destination::Direct,
            None if self.body.is_counted(place) => Destination::Stored,
            None => Destination::Direct,
        }
    }

    fn target(&mut self, place: Place, destination: Destination) -> Place {
        match destination {
            Destination::Temporary => {
                let ty = self.type_of(place);
                Place::local(self.temp(ty))
            }
            Destination::Direct | Destination::Stored => place,
        }
    }

    /// The place that a call's result belongs to, and the one that the call
    /// gets: a temporary where a place inside something has to be looked for
    /// after the call, which may change what leads there, and where nobody
    /// wants the result but it is counted.
    fn call_target(
        &mut self,
        dest: Option<Place>,
        unwanted: Option<TypeId>,
        plan: &StatementPlan,
    ) -> (Option<Place>, Option<Place>) {
        let Some(place) = dest else {
            let counted = unwanted.filter(|ty| self.body.types.is_counted(*ty));
            return (None, counted.map(|ty| Place::local(self.temp(ty))));
        };
        let destination = match self.destination(place, plan) {
            Destination::Direct if place.len == 0 => Destination::Direct,
            _ => Destination::Temporary,
        };
        (dest, Some(self.target(place, destination)))
    }

    fn result_type(&self, callee: &Callee) -> Option<TypeId> {
        let types = self.body.types;
        match callee {
            Callee::Function(id) => self.body.program.result(*id),
            // The runtime's results are only dropped where there are none.
            Callee::Extern(_) => None,
            Callee::Closure(place) => match types.get(self.type_of(*place)) {
                Type::Closure(signature) => Some(types.signature(signature).result),
                _ => None,
            },
            Callee::Method(_, _, signature) => Some(types.signature(*signature).result),
        }
    }

    /// The element that an intrinsic moves out of a list.
    fn intrinsic_result(&self, op: Intrinsic, args: Args) -> Option<TypeId> {
        let list = match (op, self.tables.args.get(args.start as usize)?) {
            (Intrinsic::ListPop | Intrinsic::ListTake, Arg::Address(list)) => *list,
            _ => return None,
        };
        match self.body.types.get(self.type_of(list)) {
            Type::List(element) => Some(element),
            _ => None,
        }
    }

    /// Moves a call's result to where it belongs. Whether what dies at the call
    /// was given back already.
    fn finish_call(
        &mut self,
        dest: Option<Place>,
        target: Option<Place>,
        plan: &StatementPlan,
    ) -> bool {
        match (dest, target) {
            (Some(place), Some(target)) => self.hand_over(place, target, plan),
            (None, Some(unwanted)) => {
                self.count(Count::Release, unwanted);
                false
            }
            (_, None) => false,
        }
    }

    /// Moves a result from where it was made to where it belongs. Whether what
    /// dies at the statement was given back already.
    fn hand_over(&mut self, place: Place, target: Place, plan: &StatementPlan) -> bool {
        if place.len > 0 {
            if target != place {
                let old = self.old_value(place, plan);
                self.assign(place, Rvalue::Use(Operand::Copy(target)));
                self.release_old(old);
            }
            return false;
        }
        if plan.dead_result {
            self.count_new(Count::Release, target);
            return false;
        }
        if target == place {
            return false;
        }
        // The local's old value was an operand and dies here.
        self.facts.clear();
        self.deaths(plan);
        self.assign(place, Rvalue::Use(Operand::Copy(target)));
        true
    }

    /// What is at a place that is about to be stored to, to be given back.
    fn old_value(&mut self, place: Place, plan: &StatementPlan) -> Option<LocalId> {
        let dropped = !plan.refills && !self.doomed && self.body.is_counted(place);
        dropped.then(|| self.copy(place))
    }

    fn release_old(&mut self, old: Option<LocalId>) {
        if let Some(old) = old {
            self.count(Count::Release, Place::local(old));
        }
    }

    /// What a function returns, after everything else was given back.
    fn returned(&mut self, value: Operand, plan: &StatementPlan) -> Operand {
        let Operand::Copy(place) = value else {
            self.deaths(plan);
            return value;
        };
        let body = self.body;
        let occurrence = Occurrence { place, how: How::Read(Role::Return), slot: 0 };
        let retains = body.consumes(&occurrence) && !plan.moves(0);
        let mut result = place;
        if place.len > 0 && (retains || !plan.deaths.is_empty()) {
            result = Place::local(self.copy(place));
        }
        if retains {
            self.count(Count::Retain, result);
        }
        self.deaths(plan);
        Operand::Copy(result)
    }

    /// Forgets what a statement may have made untrue.
    fn forget(&mut self, statement: &Statement, occurrences: &[Occurrence]) {
        for occurrence in occurrences {
            facts::forget(&mut self.facts, occurrence.place, occurrence.how);
            match occurrence.how {
                How::Write | How::Initialise | How::Address(_) | How::Count => {
                    let place = occurrence.place;
                    if let Some(local) = place.as_local() {
                        self.unshared.forget_index(local, &self.tables);
                    }
                    if self.body.is_counted(place) {
                        self.unshared.forget_root(place.local);
                    }
                }
                How::Read(_) | How::Inspect | How::Tag | How::Receiver | How::Unshare => {}
            }
        }
        if let StatementKind::Call { callee, .. } = &statement.kind
            && self.body.program.effects(callee).writes
        {
            self.unshared.forget_shared(self.body);
        }
    }

    /// The statement with operands from temporaries.
    fn replace(&mut self, kind: StatementKind, around: &Around) -> StatementKind {
        if around.replaced.is_empty() {
            return kind;
        }
        let mut replacer = Replacer { tables: &mut self.tables, around, slot: 0 };
        match kind {
            StatementKind::Assign(place, rvalue) => {
                StatementKind::Assign(place, replacer.rvalue(rvalue))
            }
            StatementKind::Call { dest, callee, args } => {
                let callee = match callee {
                    Callee::Closure(place) => Callee::Closure(replacer.place(place)),
                    Callee::Method(place, slot, signature) => {
                        Callee::Method(replacer.place(place), slot, signature)
                    }
                    other => other,
                };
                StatementKind::Call { dest, callee, args: replacer.args(args) }
            }
            StatementKind::Intrinsic { dest, op, args } => {
                StatementKind::Intrinsic { dest, op, args: replacer.args(args) }
            }
            StatementKind::Initialise(place, operand) => {
                StatementKind::Initialise(place, replacer.operand(operand))
            }
            other => other,
        }
    }
}

/// Where a result goes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// Where the statement says.
    Direct,
    /// To a place inside something, whose old value is given back afterwards.
    Stored,
    /// To a temporary, as the place's old value is still needed or its way may
    /// change meanwhile.
    Temporary,
}

/// Replaces operands, counting slots as `for_each_occurrence` does.
struct Replacer<'r, 'a> {
    tables: &'r mut Tables<'a>,
    around: &'r Around,
    slot: u32,
}

impl Replacer<'_, '_> {
    fn place(&mut self, place: Place) -> Place {
        let slot = self.slot;
        self.slot += 1;
        match self.around.replaced.binary_search_by_key(&slot, |(replaced, _)| *replaced) {
            Ok(found) => Place::local(self.around.replaced[found].1),
            Err(_) => place,
        }
    }

    fn operand(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Copy(place) => Operand::Copy(self.place(place)),
            Operand::Const(_) => {
                self.slot += 1;
                operand
            }
        }
    }

    fn args(&mut self, args: Args) -> Args {
        let range = args.start as usize..(args.start + args.len) as usize;
        let list: SmallVec<[Arg; 4]> = self.tables.args[range].iter().copied().collect();
        let list: SmallVec<[Arg; 4]> = list
            .into_iter()
            .map(|arg| match arg {
                Arg::Value(operand) => Arg::Value(self.operand(operand)),
                Arg::Address(place) => {
                    self.slot += 1;
                    Arg::Address(place)
                }
            })
            .collect();
        self.tables.args(&list)
    }

    fn rvalue(&mut self, rvalue: Rvalue) -> Rvalue {
        match rvalue {
            Rvalue::Use(operand) => Rvalue::Use(self.operand(operand)),
            Rvalue::Box(operand) => Rvalue::Box(self.operand(operand)),
            Rvalue::Dyn(vtable, operand) => Rvalue::Dyn(vtable, self.operand(operand)),
            Rvalue::Struct(args) => Rvalue::Struct(self.args(args)),
            Rvalue::Variant(variant, args) => Rvalue::Variant(variant, self.args(args)),
            Rvalue::List(args) => Rvalue::List(self.args(args)),
            Rvalue::Class(args) => Rvalue::Class(self.args(args)),
            Rvalue::Closure { code, drop, captures } => {
                Rvalue::Closure { code, drop, captures: self.args(captures) }
            }
            // What only looks at its operands takes nothing over.
            other => other,
        }
    }
}
