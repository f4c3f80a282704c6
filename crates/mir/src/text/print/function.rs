//! Functions, statements, operands, places.

use std::fmt::Write;

use super::super::names::{bin_op_name, cast_name, intrinsic_name, un_op_name, write_quoted};
use super::Printer;
use crate::{
    Arg, Args, Attributes, BlockId, Callee, Const, Function, InlineHint, LocalId, Operand,
    OptimizeLevel, ParamMode, Place, Projection, Rvalue, Statement, StatementKind, Terminator,
};
use simple_object::Phase;
use simple_source::sym;

impl Printer<'_> {
    pub(super) fn function(&mut self, function: &Function) {
        self.push("fn ");
        self.name(function.name);
        if function.display != function.name {
            self.push(" ");
            self.quoted(function.display);
        }
        self.push(" (");
        let param_count = function.params.len();
        self.list(function.params.iter().zip(function.locals.iter_enumerated()), |p, param| {
            let (mode, (id, local)) = param;
            p.local_declaration(id, local);
            p.push(match mode {
                ParamMode::Undecided => "",
                ParamMode::Borrowed => " borrowed",
                ParamMode::Owned => " owned",
                ParamMode::Address => " address",
            });
        });
        self.push(") -> ");
        self.ty(function.result);
        self.attributes(&function.attributes);
        self.span(function.span);
        self.push(" {\n");
        for (id, local) in function.locals.iter_enumerated().skip(param_count) {
            self.push("    let ");
            self.local_declaration(id, local);
            self.push("\n");
        }
        for (id, block) in function.blocks.iter_enumerated() {
            self.push("  bb");
            self.number(id.0);
            self.push(":\n");
            for statement in &block.statements {
                self.push("    ");
                self.statement(function, statement);
                self.push("\n");
            }
            self.push("    ");
            self.terminator(function, &block.terminator);
            self.span(block.span);
            self.push("\n");
        }
        self.push("}\n");
    }

    fn local_declaration(&mut self, id: LocalId, local: &crate::Local) {
        let _ = write!(self.out, "_{}", id.0);
        if local.name != sym::EMPTY {
            self.push(" ");
            self.name(local.name);
        }
        self.push(": ");
        self.ty(local.ty);
    }

    fn attributes(&mut self, attributes: &Attributes) {
        // Every field is named, so that a new one is not forgotten here.
        let Attributes {
            inline,
            phase,
            pinned,
            anchor,
            hot,
            cold,
            optimize,
            reached,
            part,
            library,
        } = *attributes;
        self.push(match inline {
            InlineHint::Auto => "",
            InlineHint::Always => " inline",
            InlineHint::Never => " noinline",
        });
        self.phase(" phase(", phase);
        if pinned {
            self.push(" pin");
        }
        if let Some(anchor) = anchor {
            self.push(" anchor(");
            self.name(anchor);
            self.push(")");
        }
        if hot {
            self.push(" hot");
        }
        if cold {
            self.push(" cold");
        }
        if let Some(level) = optimize {
            self.push(" optimize(");
            match level {
                OptimizeLevel::Speed(level) => self.number(level),
                OptimizeLevel::Size => self.push("s"),
            }
            self.push(")");
        }
        self.phase(" reached(", reached);
        if part {
            self.push(" part");
        }
        if library {
            self.push(" library");
        }
    }

    fn phase(&mut self, before: &str, phase: Option<Phase>) {
        let Some(phase) = phase else { return };
        self.push(before);
        self.push(match phase {
            Phase::Startup => "startup)",
            Phase::FirstFrame => "first_frame)",
            Phase::Steady => "steady)",
            Phase::Cold => "cold)",
        });
    }

    pub(super) fn statement(&mut self, function: &Function, statement: &Statement) {
        match statement.kind {
            StatementKind::Nop => self.push("nop"),
            StatementKind::Assign(place, rvalue) => {
                self.place(function, place);
                self.push(" = ");
                self.rvalue(function, rvalue);
            }
            StatementKind::Call { dest, callee, args } => {
                self.destination(function, dest);
                self.push("call ");
                match callee {
                    Callee::Function(id) => self.function_name(id),
                    Callee::Extern(name) => {
                        self.push("extern ");
                        self.name(name);
                    }
                    Callee::Closure(place) => {
                        self.push("closure ");
                        self.place(function, place);
                    }
                    Callee::Method(place, slot, signature) => {
                        self.push("method ");
                        self.number(slot);
                        self.push(" of ");
                        self.place(function, place);
                        self.push(" as ");
                        self.signature(signature);
                        self.push(" ");
                    }
                }
                self.args(function, args);
            }
            StatementKind::Intrinsic { dest, op, args } => {
                self.destination(function, dest);
                self.push(intrinsic_name(op));
                self.args(function, args);
            }
            StatementKind::Unshare(place) => self.with_place("unshare ", function, place),
            StatementKind::Retain(place) => self.with_place("retain ", function, place),
            StatementKind::Release(place) => self.with_place("release ", function, place),
            StatementKind::Free(place) => self.with_place("free ", function, place),
            StatementKind::Discard(place) => self.with_place("discard ", function, place),
            StatementKind::Keep(place) => self.with_place("keep ", function, place),
            StatementKind::Initialise(place, operand) => {
                self.with_place("initialise ", function, place);
                self.push(" = ");
                self.operand(function, operand);
            }
            StatementKind::CheckIndex { index, len } => {
                self.push("check_index ");
                self.operands(function, [index, len]);
            }
        }
        self.span(statement.span);
    }

    fn destination(&mut self, function: &Function, dest: Option<Place>) {
        if let Some(place) = dest {
            self.place(function, place);
            self.push(" = ");
        }
    }

    fn with_place(&mut self, word: &str, function: &Function, place: Place) {
        self.push(word);
        self.place(function, place);
    }

    fn terminator(&mut self, function: &Function, terminator: &Terminator) {
        match terminator {
            Terminator::Goto(target) => {
                self.push("goto ");
                self.block(*target);
            }
            Terminator::Branch { condition, then, otherwise } => {
                self.push("branch ");
                self.operand(function, *condition);
                self.push(" -> ");
                self.block(*then);
                self.push(", ");
                self.block(*otherwise);
            }
            Terminator::Switch { value, cases, otherwise } => {
                self.push("switch ");
                self.operand(function, *value);
                self.push(" -> ");
                for &(case, target) in cases {
                    self.number(case);
                    self.push(": ");
                    self.block(target);
                    self.push(", ");
                }
                self.push("else ");
                self.block(*otherwise);
            }
            Terminator::Return(operand) => {
                self.push("return ");
                self.operand(function, *operand);
            }
            Terminator::Unreachable => self.push("unreachable"),
        }
    }

    fn block(&mut self, id: BlockId) {
        self.push("bb");
        self.number(id.0);
    }

    fn rvalue(&mut self, function: &Function, rvalue: Rvalue) {
        match rvalue {
            Rvalue::Use(operand) => self.operand(function, operand),
            Rvalue::Unary(op, operand) => {
                self.push(un_op_name(op));
                self.push(" ");
                self.operand(function, operand);
            }
            Rvalue::Binary(op, a, b) => {
                self.push(bin_op_name(op));
                self.push(" ");
                self.operands(function, [a, b]);
            }
            Rvalue::Overflowing(op, a, b) => {
                self.push("overflowing ");
                self.push(bin_op_name(op));
                self.push(" ");
                self.operands(function, [a, b]);
            }
            Rvalue::Cast(kind, operand) => {
                self.push(cast_name(kind));
                self.push(" ");
                self.operand(function, operand);
            }
            Rvalue::Discriminant(place) => self.with_place("discriminant ", function, place),
            Rvalue::Len(place) => self.with_place("len ", function, place),
            Rvalue::Struct(args) => {
                self.push("struct");
                self.args(function, args);
            }
            Rvalue::Variant(variant, args) => {
                self.push("variant ");
                self.number(variant);
                self.args(function, args);
            }
            Rvalue::List(args) => {
                self.push("list");
                self.args(function, args);
            }
            Rvalue::Class(args) => {
                self.push("class");
                self.args(function, args);
            }
            Rvalue::Box(operand) => {
                self.push("box ");
                self.operand(function, operand);
            }
            Rvalue::Closure { code, drop, captures } => {
                self.push("closure ");
                self.function_name(code);
                if let Some(drop) = drop {
                    self.push(" drop ");
                    self.function_name(drop);
                }
                self.args(function, captures);
            }
            Rvalue::Dyn(vtable, operand) => {
                self.push("dyn ");
                let module = self.context.module;
                let name = module.and_then(|module| module.vtables.get(vtable as usize));
                self.item(name.map(|vtable| vtable.name), vtable);
                self.push(" ");
                self.operand(function, operand);
            }
            Rvalue::Downgrade(operand) => {
                self.push("downgrade ");
                self.operand(function, operand);
            }
            Rvalue::Upgrade(operand) => {
                self.push("upgrade ");
                self.operand(function, operand);
            }
            Rvalue::GlobalAddress(global) => {
                self.push("global_address ");
                self.global(global);
            }
        }
    }

    fn global(&mut self, global: u32) {
        let module = self.context.module;
        let name = module.and_then(|module| module.globals.get(global as usize));
        self.item(name.map(|global| global.name), global);
    }

    fn args(&mut self, function: &Function, args: Args) {
        self.push("(");
        match function.args.get(args.start as usize..args.start as usize + args.len as usize) {
            Some(list) => self.list(list, |printer, arg| match *arg {
                Arg::Value(operand) => printer.operand(function, operand),
                Arg::Address(place) => printer.with_place("&", function, place),
            }),
            None => {
                let _ = write!(self.out, "?{}..+{}", args.start, args.len);
            }
        }
        self.push(")");
    }

    fn operands(&mut self, function: &Function, [a, b]: [Operand; 2]) {
        self.operand(function, a);
        self.push(", ");
        self.operand(function, b);
    }

    fn operand(&mut self, function: &Function, operand: Operand) {
        match operand {
            Operand::Copy(place) => self.place(function, place),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    fn place(&mut self, function: &Function, place: Place) {
        write_place(&mut self.out, function, place);
    }

    fn constant(&mut self, constant: Const) {
        match constant {
            Const::Unit => self.push("()"),
            Const::Bool(value) => self.push(if value { "true" } else { "false" }),
            Const::Char(value) => {
                write_quoted(&mut self.out, value.encode_utf8(&mut [0; 4]), '\'');
            }
            Const::Int(ty, bits) => {
                if ty.canonical(bits) != bits {
                    let _ = write!(self.out, "bits({bits:#x})");
                } else if ty.is_signed() {
                    self.number(bits as i64);
                } else {
                    self.number(bits);
                }
                self.push(ty.name());
            }
            Const::F32(bits) => {
                let value = f32::from_bits(bits);
                if value.is_finite() {
                    let _ = write!(self.out, "{value:?}");
                } else {
                    let _ = write!(self.out, "bits({bits:#x})");
                }
                self.push("f32");
            }
            Const::F64(bits) => {
                let value = f64::from_bits(bits);
                if value.is_finite() {
                    let _ = write!(self.out, "{value:?}");
                } else {
                    let _ = write!(self.out, "bits({bits:#x})");
                }
                self.push("f64");
            }
            Const::Str(text) => self.quoted(text),
            Const::EmptyList(ty) => {
                self.push("empty ");
                self.ty(ty);
            }
            Const::Variant(id, variant) => {
                self.push("variant ");
                self.number(variant);
                self.push(" of ");
                self.nominal("enum", self.context.types.enum_name(id));
            }
            Const::Function(id, signature) => {
                self.push("function ");
                self.function_name(id);
                self.push(" as ");
                self.signature(signature);
            }
            Const::NullWeak(id) => {
                self.push("null weak ");
                self.nominal("class", self.context.types.class_name(id));
            }
        }
    }
}

/// Writes `(*(_1 as 2).0)[_4]` and the like.
pub(super) fn write_place(out: &mut String, function: &Function, place: Place) {
    let range = place.start as usize..place.start as usize + place.len as usize;
    let Some(projections) = function.projections.get(range) else {
        let _ = write!(out, "_{}?{}..+{}", place.local.0, place.start, place.len);
        return;
    };
    for projection in projections.iter().rev() {
        match projection {
            Projection::Deref => out.push_str("(*"),
            Projection::Variant(_) => out.push('('),
            Projection::Field(_) | Projection::Index(_) => {}
        }
    }
    let _ = write!(out, "_{}", place.local.0);
    for projection in projections {
        let _ = match projection {
            Projection::Field(field) => write!(out, ".{field}"),
            Projection::Variant(variant) => write!(out, " as {variant})"),
            Projection::Deref => write!(out, ")"),
            Projection::Index(local) => write!(out, "[_{}]", local.0),
        };
    }
}
