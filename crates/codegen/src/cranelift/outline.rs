//! Helpers that code calls instead of containing them: one definition each in
//! the program, made by whoever needs it first.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Value, types};
use simple_mir::{BOX_OFFSET, FuncId};
use simple_source::{Interner, Symbol};

use super::code::{Code, Memory, Region, SignatureShape, Values};
use super::counting::{Counting, NEW_OBJECT};
use super::shared::{Destroyer, Shared};
use super::signature;
use crate::names;

/// A helper.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outline {
    /// `fn(object or null)`: one more reference.
    Retain,
    /// `fn(address of an object's pointer or null)`: one more reference.
    RetainAt,
    /// `fn(address of a weak reference or null)`: one more weak reference.
    RetainWeakAt,
    /// `fn(object or null)`: one reference less.
    Release(Destroyer),
    /// `fn(object)`: gives back the memory of a closure of this size that has
    /// nothing to release.
    FreeClosure { size: u32 },
    /// `fn(address of a box)`: makes it unique, for a box of `size` bytes
    /// whose value is retained by a function of the program.
    UnshareBox { size: u32, retain: Option<Symbol>, destroyer: Destroyer },
    /// `fn(address of a dyn value)`: makes it unique.
    UnshareDyn,
    /// A closure's code that calls a function, called by its symbol.
    Adaptor(FuncId, Symbol),
}

impl Outline {
    /// Its linker name, the same in all objects.
    pub(super) fn name(&self, interner: &Interner) -> Symbol {
        let text = |symbol: Symbol| interner.resolve(symbol);
        let name = match *self {
            Self::Retain => "retain:".to_owned(),
            Self::Release(destroyer) => match destroyer {
                Destroyer::Function { name, .. } => format!("release:{}", text(name)),
                Destroyer::Text => "release:text".to_owned(),
                Destroyer::List { element } => format!("release:list:{element}"),
                Destroyer::Box { size } => format!("release:box:{size}"),
                Destroyer::Class { size } => format!("release:class:{size}"),
                Destroyer::Closure => "release:closure:".to_owned(),
                Destroyer::Dyn => "release:dyn:".to_owned(),
            },
            Self::FreeClosure { size } => format!("free:closure:{size}"),
            Self::UnshareBox { size, retain, destroyer } => {
                let release = Self::Release(destroyer).name(interner);
                format!("unshare:box:{size}:{}:{}", retain.map_or("", text), text(release))
            }
            Self::RetainAt => "retain:at:".to_owned(),
            Self::RetainWeakAt => "retain:weak:".to_owned(),
            Self::UnshareDyn => "unshare:dyn:".to_owned(),
            Self::Adaptor(_, function) => return names::adaptor(interner, function),
        };
        interner.intern(&name)
    }

    /// What it takes and returns.
    pub(super) fn signature(&self, shared: &mut Shared<'_>) -> SignatureShape {
        match *self {
            Self::Adaptor(function, _) => signature::with_environment(shared, function),
            _ => {
                let mut shape = SignatureShape::new();
                shape.params.push(AbiParam::new(types::I64));
                shape
            }
        }
    }

    /// Builds its body in the entry block, with these parameters.
    pub(super) fn build(&self, code: &mut Code<'_, '_>, params: &[Value]) {
        match *self {
            Self::Retain => {
                let (there, fast, slow) = (code.block(), code.block(), code.cold_block());
                let done = code.block();
                code.branch(params[0], there, done);
                code.enter(there);
                let count = code.load_count(params[0]);
                let plain = code.compare_with(IntCC::SignedGreaterThan, count, 0);
                code.branch(plain, fast, slow);
                code.enter(fast);
                let more = code.add_constant(count, 1);
                code.store_region(more, Memory::at(params[0], 0), Region::Count);
                code.jump(done, &[]);
                code.enter(slow);
                let retain_slow = code.shared.names.retain_slow;
                code.call_runtime(retain_slow, &[params[0]], None);
                code.jump(done, &[]);
                code.enter(done);
            }
            Self::RetainAt => {
                let object = code.load(types::I64, Memory::at(params[0], 0));
                code.retain(object, true, Counting::Outlined);
            }
            Self::RetainWeakAt => {
                let object = code.load(types::I64, Memory::at(params[0], 0));
                code.retain_weak(object);
            }
            Self::Release(destroyer) => code.release_body(params[0], destroyer),
            Self::FreeClosure { size } => code.free(params[0], size),
            Self::UnshareBox { size, retain, destroyer } => {
                unshare_box(code, params[0], size, retain, destroyer);
            }
            Self::UnshareDyn => unshare_dyn(code, params[0]),
            Self::Adaptor(function, symbol) => {
                let results = adapt(code, params, function, symbol);
                code.b.ins().return_(&results);
                return;
            }
        }
        code.b.ins().return_(&[]);
    }
}

fn unshare_box(
    code: &mut Code<'_, '_>,
    address: Value,
    size: u32,
    retain: Option<Symbol>,
    destroyer: Destroyer,
) {
    let (slot, done, shared) = (Memory::at(address, 0), code.block(), code.block());
    let old = code.load(types::I64, slot);
    let count = code.load_count(old);
    let only = code.compare_with(IntCC::Equal, count, 1);
    code.branch(only, done, shared);
    code.enter(shared);
    let new = code.allocate(u64::from(size), NEW_OBJECT);
    let (from, to) = (Memory::at(old, BOX_OFFSET), Memory::at(new, BOX_OFFSET));
    code.copy(to, from, size - BOX_OFFSET);
    if let Some(retain) = retain {
        let value = code.address(to);
        code.call_runtime(retain, &[value], None);
    }
    code.store(new, slot);
    code.release(old, false, destroyer, Counting::Outlined);
    code.jump(done, &[]);
    code.enter(done);
}

fn unshare_dyn(code: &mut Code<'_, '_>, address: Value) {
    let (slot, done, shared) = (Memory::at(address, 0), code.block(), code.block());
    let old = code.load(types::I64, slot);
    let count = code.load_count(old);
    let only = code.compare_with(IntCC::Equal, count, 1);
    code.branch(only, done, shared);
    code.enter(shared);
    let vtable = code.load(types::I64, Memory::at(old, simple_mir::DYN_VTABLE_OFFSET));
    let clone = code.load(types::I64, Memory::at(vtable, 8));
    let mut shape = SignatureShape::new();
    shape.params.push(AbiParam::new(types::I64));
    shape.returns.push(AbiParam::new(types::I64));
    let signature = code.signature(&shape);
    let call = code.b.ins().call_indirect(signature, clone, &[old]);
    let new = code.b.inst_results(call)[0];
    code.store(new, slot);
    code.release(old, false, Destroyer::Dyn, Counting::Outlined);
    code.jump(done, &[]);
    code.enter(done);
}

/// Calls a function with the arguments of a closure, without the environment.
fn adapt(code: &mut Code<'_, '_>, params: &[Value], function: FuncId, symbol: Symbol) -> Values {
    let shape = signature::of_function(code.shared, function);
    // A place for the result comes first in both.
    let environment = usize::from(signature::returns_in_memory(code.shared, function));
    let mut args = Values::from_slice(params);
    args.remove(environment);
    let call = code.call(symbol, &shape, &args);
    Values::from_slice(code.b.inst_results(call))
}
