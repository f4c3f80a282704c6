//! Cranelift signatures of functions, closures and the runtime.

use cranelift_codegen::ir::{AbiParam, types};
use simple_mir::{FuncId, Signature, Type, TypeId, TypeTable};

use super::code::{SignatureShape, machine_type};
use super::shared::Shared;
use crate::abi::Class;

/// The signature of a function of the program.
pub(super) fn of_function(shared: &mut Shared<'_>, function: FuncId) -> SignatureShape {
    let function = &shared.program.module.functions[function];
    let mut shape = SignatureShape::new();
    push_result(shared, &mut shape, function.result);
    for local in &function.locals.as_slice()[..function.params.len()] {
        push_param(shared, &mut shape, local.ty);
    }
    shape
}

/// The signature of a closure's code that calls `function`, which has no
/// environment.
pub(super) fn with_environment(shared: &mut Shared<'_>, function: FuncId) -> SignatureShape {
    let mut shape = of_function(shared, function);
    let environment = usize::from(returns_in_memory(shared, function));
    shape.params.insert(environment, AbiParam::new(types::I64));
    shape
}

/// Whether the first argument of `function` is where its result goes.
pub(super) fn returns_in_memory(shared: &mut Shared<'_>, function: FuncId) -> bool {
    let result = shared.program.module.functions[function].result;
    shared.classes.class(result).is_memory()
}

/// The signature of what is called through a closure or a vtable: an address
/// comes before the listed parameters.
pub(super) fn of_value(shared: &mut Shared<'_>, signature: &Signature) -> SignatureShape {
    let mut shape = SignatureShape::new();
    push_result(shared, &mut shape, signature.result);
    shape.params.push(AbiParam::new(types::I64));
    for param in &signature.params {
        push_param(shared, &mut shape, *param);
    }
    shape
}

fn push_result(shared: &mut Shared<'_>, shape: &mut SignatureShape, ty: TypeId) {
    match shared.classes.class(ty) {
        Class::Memory => shape.params.push(AbiParam::new(types::I64)),
        class @ Class::Leaves(_) => push_direct_result(shared.program.types, shape, ty, class),
    }
}

fn push_direct_result(types: &TypeTable, shape: &mut SignatureShape, ty: TypeId, class: Class) {
    match class.leaves() {
        // A single small integer comes extended, which C callers rely on.
        [leaf] => shape.returns.push(extended(types, ty, AbiParam::new(machine_type(leaf.scalar)))),
        leaves => {
            shape
                .returns
                .extend(leaves.iter().map(|leaf| AbiParam::new(machine_type(leaf.scalar))));
        }
    }
}

fn push_param(shared: &mut Shared<'_>, shape: &mut SignatureShape, ty: TypeId) {
    match shared.classes.class(ty) {
        Class::Memory => shape.params.push(AbiParam::new(types::I64)),
        class => {
            let leaves = class.leaves().iter();
            shape.params.extend(leaves.map(|leaf| AbiParam::new(machine_type(leaf.scalar))));
        }
    }
}

/// Builds the signature of a runtime function while its arguments are passed.
pub(super) struct ExternSignature {
    pub(super) shape: SignatureShape,
}

impl ExternSignature {
    /// Begins with the result; true if it goes to memory whose address is the
    /// first argument.
    pub(super) fn new(shared: &mut Shared<'_>, result: Option<TypeId>) -> (Self, bool) {
        let mut shape = SignatureShape::new();
        let mut in_memory = false;
        if let Some(result) = result {
            match shared.classes.extern_class(result) {
                Class::Memory => {
                    shape.params.push(AbiParam::new(types::I64));
                    in_memory = true;
                }
                class => push_direct_result(shared.program.types, &mut shape, result, class),
            }
        }
        (Self { shape }, in_memory)
    }

    /// One more argument, an address.
    pub(super) fn push_address(&mut self) {
        self.shape.params.push(AbiParam::new(types::I64));
    }

    /// One more argument of type `ty`; small integers are extended.
    pub(super) fn push(&mut self, shared: &mut Shared<'_>, ty: TypeId) {
        match shared.classes.extern_class(ty) {
            Class::Memory => self.push_address(),
            class => self.shape.params.extend(class.leaves().iter().map(|leaf| {
                extended(shared.program.types, ty, AbiParam::new(machine_type(leaf.scalar)))
            })),
        }
    }
}

fn extended(types: &TypeTable, ty: TypeId, param: AbiParam) -> AbiParam {
    if !param.value_type.is_int() || param.value_type.bits() >= 64 {
        return param;
    }
    match types.get(ty) {
        Type::Int(int) if int.is_signed() => param.sext(),
        _ => param.uext(),
    }
}
