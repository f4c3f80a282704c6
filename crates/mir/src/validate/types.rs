//! Values fit where they go.

use super::Checker;
use crate::analysis::place_type;
use crate::{
    Arg, Args, BinOp, CastKind, Const, FuncId, Function, IntType, Operand, Overflow, Place, Rvalue,
    Shape, SignatureId, StatementKind, Terminator, Type, TypeId, UnOp,
};

impl Checker<'_> {
    pub(super) fn types(&mut self) {
        self.for_each_statement(|this, statement| match statement.kind {
            StatementKind::Nop => {}
            StatementKind::Assign(place, rvalue) => {
                let dest = this.type_of(place);
                this.rvalue(dest, rvalue);
            }
            StatementKind::Call { dest, callee, args } => this.call(dest, callee, args),
            StatementKind::Intrinsic { dest, op, args } => this.intrinsic(dest, op, args),
            StatementKind::Unshare(place) => {
                let ty = this.types.get(this.type_of(place));
                if !matches!(ty, Type::Str | Type::List(_) | Type::Box(_) | Type::Dyn(_)) {
                    this.error("only text, lists, boxes and `dyn` values are made unique");
                }
            }
            StatementKind::CheckIndex { index, len } => {
                let i64_ty = this.int(IntType::I64);
                for operand in [index, len] {
                    let ty = this.operand(operand);
                    this.expect(i64_ty, ty, "index");
                }
            }
            StatementKind::Initialise(place, operand) => {
                let (place, ty) = (this.type_of(place), this.operand(operand));
                this.expect(place, ty, "value");
            }
            StatementKind::Discard(place) | StatementKind::Keep(place) => {
                this.type_of(place);
            }
            StatementKind::Retain(place) | StatementKind::Release(place) => {
                let ty = this.type_of(place);
                if !this.is_pointer(ty) {
                    this.error("only pointers are counted; for others there is glue");
                }
            }
            StatementKind::Free(place) => {
                let ty = this.types.get(this.type_of(place));
                let object =
                    matches!(ty, Type::Str | Type::List(_) | Type::Box(_) | Type::Class(_));
                if !object {
                    this.error("this is no object whose size is known");
                }
            }
        });
        self.terminators();
    }

    fn terminators(&mut self) {
        let function = self.function;
        for (id, block) in function.blocks.iter_enumerated() {
            self.place = Some((id, block.statements.len()));
            match block.terminator {
                Terminator::Branch { condition, .. } => {
                    let ty = self.operand(condition);
                    let bool_ty = self.types.intern(Type::Bool);
                    self.expect(bool_ty, ty, "condition");
                }
                Terminator::Switch { value, .. } => {
                    let ty = self.operand(value);
                    let fits = match self.types.get(ty) {
                        Type::Int(_) | Type::Char | Type::Bool => true,
                        Type::Enum(_) => self.types.layout(ty).shape == Shape::Tag,
                        _ => false,
                    };
                    if !fits {
                        let name = self.type_name(ty);
                        self.error(format!("there is no switch on {name}"));
                    }
                }
                Terminator::Return(value) => {
                    let ty = self.operand(value);
                    self.expect(function.result, ty, "result");
                }
                Terminator::Goto(_) | Terminator::Unreachable => {}
            }
        }
        self.place = None;
    }

    pub(super) fn int(&self, int: IntType) -> TypeId {
        self.types.intern(Type::Int(int))
    }

    /// The type at a place, whose structure was checked.
    pub(super) fn type_of(&self, place: Place) -> TypeId {
        place_type(self.types, self.function, place).expect("the structure was checked")
    }

    pub(super) fn is_pointer(&self, ty: TypeId) -> bool {
        match self.types.get(ty) {
            Type::Str
            | Type::List(_)
            | Type::Box(_)
            | Type::Class(_)
            | Type::Weak(_)
            | Type::Closure(_)
            | Type::Dyn(_) => true,
            Type::Enum(_) => matches!(self.types.layout(ty).shape, Shape::Nullable { .. }),
            _ => false,
        }
    }

    /// The type of an operand; constants are checked.
    pub(super) fn operand(&mut self, operand: Operand) -> TypeId {
        match operand {
            Operand::Copy(place) => self.type_of(place),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    fn constant(&mut self, constant: Const) -> TypeId {
        let ty = match constant {
            Const::Unit => Type::Unit,
            Const::Bool(_) => Type::Bool,
            Const::Char(_) => Type::Char,
            Const::Int(int, bits) => {
                if int.canonical(bits) != bits {
                    self.error("the constant does not fit its type");
                }
                Type::Int(int)
            }
            Const::F32(_) => Type::F32,
            Const::F64(_) => Type::F64,
            Const::Str(_) => Type::Str,
            Const::EmptyList(ty) => {
                if !matches!(self.types.get(ty), Type::List(_)) {
                    self.error("this is no type of lists");
                }
                return ty;
            }
            Const::Variant(id, variant) => {
                let variants = self.types.try_enum_variants(id).unwrap_or_default();
                if variants.get(variant as usize).is_none_or(|v| !v.fields.is_empty()) {
                    self.error("there is no such variant without fields");
                }
                Type::Enum(id)
            }
            Const::Function(code, signature) => {
                self.closure_code(code, signature, None);
                Type::Closure(signature)
            }
            Const::NullWeak(class) => Type::Weak(class),
        };
        self.types.intern(ty)
    }

    /// Whether `code` can be the code of closures with this signature and these
    /// captures; none if it may leave out their address.
    fn closure_code(&mut self, code: FuncId, signature: SignatureId, captures: Option<&[TypeId]>) {
        let types = self.types;
        let Some(function) = self.callee(code) else { return };
        let params: Vec<TypeId> =
            function.locals.iter().take(function.params.len()).map(|local| local.ty).collect();
        let signature = types.signature(signature);
        let result = function.result;
        let with_environment = match params.first().map(|first| types.get(*first)) {
            Some(Type::Address(environment)) if params.len() == signature.params.len() + 1 => {
                let fields = match types.get(environment) {
                    Type::Struct(id) => types.try_struct_fields(id),
                    Type::Unit => Some(&[][..]),
                    _ => None,
                };
                fields.is_some_and(|fields| {
                    let fields = fields.iter().map(|field| field.ty);
                    fields.eq(captures.unwrap_or_default().iter().copied())
                })
            }
            _ => false,
        };
        let fits = if with_environment {
            params[1..] == *signature.params
        } else {
            captures.is_none() && params == *signature.params
        };
        if !fits {
            self.error("the function's parameters are not the closure's");
        }
        if result != signature.result {
            self.error("the function's result is not the closure's");
        }
    }

    /// Arguments that are values; their types.
    fn values(&mut self, args: Args) -> Vec<TypeId> {
        let list: Vec<Arg> = self.function.args_of(args).to_vec();
        list.into_iter()
            .map(|arg| match arg {
                Arg::Value(operand) => self.operand(operand),
                Arg::Address(place) => self.type_of(place),
            })
            .collect()
    }

    fn parts(&mut self, expected: &[TypeId], args: Args) {
        let found = self.values(args);
        if expected.len() != found.len() {
            let (expected, found) = (expected.len(), found.len());
            return self.error(format!("expected {expected} parts, found {found}"));
        }
        for (expected, found) in expected.iter().zip(found) {
            self.expect(*expected, found, "part");
        }
    }

    fn rvalue(&mut self, dest: TypeId, rvalue: Rvalue) {
        let types = self.types;
        let kind = types.get(dest);
        let wrong = "the place has another type than the value";
        match rvalue {
            Rvalue::Use(operand) => {
                let ty = self.operand(operand);
                self.expect(dest, ty, "value");
            }
            Rvalue::Unary(op, operand) => {
                let ty = self.operand(operand);
                self.unary(dest, op, ty);
            }
            Rvalue::Binary(op, a, b) => {
                let (a, b) = (self.operand(a), self.operand(b));
                self.binary(dest, op, a, b);
            }
            Rvalue::Overflowing(op, a, b) => {
                let (a, b) = (self.operand(a), self.operand(b));
                self.expect(a, b, "right operand");
                let fields = match kind {
                    Type::Struct(id) => types.struct_fields(id),
                    _ => &[],
                };
                let bool_ty = types.intern(Type::Bool);
                let can = matches!(op, BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_));
                let fits = matches!(fields, [x, y] if x.ty == a && y.ty == bool_ty);
                if !can || !fits || !matches!(types.get(a), Type::Int(_)) {
                    self.error("this cannot overflow to such a struct");
                }
            }
            Rvalue::Cast(cast, operand) => {
                let from = self.operand(operand);
                self.cast(cast, from, dest);
            }
            Rvalue::Discriminant(place) => {
                let ty = self.type_of(place);
                if !matches!(types.get(ty), Type::Enum(_)) {
                    self.error("only enums have variants");
                }
                let i64_ty = self.int(IntType::I64);
                self.expect(i64_ty, dest, "place");
            }
            Rvalue::Len(place) => {
                if !matches!(types.get(self.type_of(place)), Type::Str | Type::List(_)) {
                    self.error("only text and lists have a length");
                }
                let i64_ty = self.int(IntType::I64);
                self.expect(i64_ty, dest, "place");
            }
            Rvalue::Struct(args) => match kind {
                Type::Struct(id) => {
                    let fields: Vec<TypeId> =
                        types.struct_fields(id).iter().map(|f| f.ty).collect();
                    self.parts(&fields, args);
                }
                _ => self.error(wrong),
            },
            Rvalue::Variant(variant, args) => match kind {
                Type::Enum(id) => match types.enum_variants(id).get(variant as usize) {
                    Some(variant) => {
                        let fields: Vec<TypeId> = variant.fields.iter().map(|f| f.ty).collect();
                        self.parts(&fields, args);
                    }
                    None => self.error("there is no such variant"),
                },
                _ => self.error(wrong),
            },
            Rvalue::List(args) => match kind {
                Type::List(element) => {
                    let elements = vec![element; args.len as usize];
                    self.parts(&elements, args);
                }
                _ => self.error(wrong),
            },
            Rvalue::Box(operand) => {
                let ty = self.operand(operand);
                match kind {
                    Type::Box(inner) => self.expect(inner, ty, "value"),
                    _ => self.error(wrong),
                }
            }
            Rvalue::Class(args) => match kind {
                Type::Class(id) => {
                    let fields: Vec<TypeId> = types.class_fields(id).iter().map(|f| f.ty).collect();
                    self.parts(&fields, args);
                }
                _ => self.error(wrong),
            },
            Rvalue::Closure { code, drop, captures } => {
                let captures = self.values(captures);
                match kind {
                    Type::Closure(signature) => {
                        self.closure_code(code, signature, Some(&captures));
                    }
                    _ => self.error(wrong),
                }
                if let Some(drop) = drop {
                    self.callee(drop);
                }
            }
            Rvalue::Dyn(vtable, operand) => {
                let ty = self.operand(operand);
                match self.module.vtables.get(vtable as usize) {
                    Some(vtable) => self.expect(vtable.ty, ty, "value"),
                    None => self.error("there is no such vtable"),
                }
                if !matches!(kind, Type::Dyn(_)) {
                    self.error(wrong);
                }
            }
            Rvalue::Downgrade(operand) => {
                let ty = self.operand(operand);
                match (types.get(ty), kind) {
                    (Type::Class(of), Type::Weak(to)) if of == to => {}
                    _ => self.error(wrong),
                }
            }
            Rvalue::Upgrade(operand) => {
                let ty = self.operand(operand);
                let fits = match (types.get(ty), kind, &types.layout(dest).shape) {
                    (Type::Weak(of), Type::Enum(id), Shape::Nullable { some, .. }) => {
                        let field = types.enum_variants(id)[*some as usize].fields[0].ty;
                        types.get(field) == Type::Class(of)
                    }
                    _ => false,
                };
                if !fits {
                    self.error(wrong);
                }
            }
            Rvalue::GlobalAddress(index) => match self.module.globals.get(index as usize) {
                Some(global) if kind == Type::Address(global.ty) => {}
                Some(_) => self.error(wrong),
                None => self.error("there is no such variable"),
            },
        }
    }

    fn unary(&mut self, dest: TypeId, op: UnOp, ty: TypeId) {
        let kind = self.types.get(ty);
        let int = matches!(kind, Type::Int(_));
        let float = matches!(kind, Type::F32 | Type::F64);
        let (fits, result) = match op {
            UnOp::Neg(Overflow::Panic) => (int, ty),
            UnOp::Neg(Overflow::Wrap) | UnOp::Abs => (int || float, ty),
            UnOp::Not => (int || kind == Type::Bool, ty),
            UnOp::Sqrt | UnOp::Floor | UnOp::Ceil | UnOp::Trunc => (float, ty),
            UnOp::CountOnes | UnOp::LeadingZeros | UnOp::TrailingZeros => (int, ty),
            UnOp::ToBits => match kind {
                Type::F32 => (true, self.int(IntType::U32)),
                Type::F64 => (true, self.int(IntType::U64)),
                _ => (self.is_pointer(ty), self.int(IntType::U64)),
            },
            UnOp::FromBits => match kind {
                Type::Int(IntType::U32) => (true, self.types.intern(Type::F32)),
                Type::Int(IntType::U64) => (true, self.types.intern(Type::F64)),
                _ => (false, ty),
            },
        };
        if !fits {
            let name = self.type_name(ty);
            return self.error(format!("there is no such operator on {name}"));
        }
        self.expect(dest, result, "value");
    }

    fn binary(&mut self, dest: TypeId, op: BinOp, a: TypeId, b: TypeId) {
        let kind = self.types.get(a);
        let int = matches!(kind, Type::Int(_));
        let float = matches!(kind, Type::F32 | Type::F64);
        let bool_ty = self.types.intern(Type::Bool);
        if matches!(op, BinOp::Shl(_) | BinOp::Shr(_)) {
            if !int || !matches!(self.types.get(b), Type::Int(_)) {
                return self.error("only integers are shifted, by integers");
            }
            return self.expect(dest, a, "value");
        }
        self.expect(a, b, "right operand");
        let (fits, result) = match op {
            BinOp::Add(Overflow::Panic)
            | BinOp::Sub(Overflow::Panic)
            | BinOp::Mul(Overflow::Panic) => (int, a),
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div | BinOp::Rem => {
                (int || float, a)
            }
            BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => (int || kind == Type::Bool, a),
            BinOp::Min | BinOp::Max => (int, a),
            BinOp::Same => (self.is_pointer(a), bool_ty),
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                let tag = matches!(kind, Type::Enum(_)) && self.types.layout(a).shape == Shape::Tag;
                (int || float || tag || matches!(kind, Type::Bool | Type::Char), bool_ty)
            }
            BinOp::Shl(_) | BinOp::Shr(_) => (true, a),
        };
        if !fits {
            let name = self.type_name(a);
            return self.error(format!("there is no such operator on {name}"));
        }
        self.expect(dest, result, "value");
    }

    fn cast(&mut self, cast: CastKind, from: TypeId, to: TypeId) {
        let integral = |ty: TypeId| match self.types.get(ty) {
            Type::Int(_) | Type::Bool | Type::Char => true,
            Type::Enum(_) => self.types.layout(ty).shape == Shape::Tag,
            _ => false,
        };
        let int = |ty: TypeId| matches!(self.types.get(ty), Type::Int(_));
        let float = |ty: TypeId| matches!(self.types.get(ty), Type::F32 | Type::F64);
        let fits = match cast {
            CastKind::Int => integral(from) && integral(to),
            CastKind::IntToFloat => int(from) && float(to),
            CastKind::FloatToInt => float(from) && int(to),
            CastKind::Float => float(from) && float(to),
        };
        if !fits {
            let (from, to) = (self.type_name(from), self.type_name(to));
            self.error(format!("{from} is not converted to {to} like this"));
        }
    }

    /// The types of a function's parameters.
    pub(super) fn param_types(function: &Function) -> Vec<TypeId> {
        function.locals.iter().take(function.params.len()).map(|local| local.ty).collect()
    }
}
