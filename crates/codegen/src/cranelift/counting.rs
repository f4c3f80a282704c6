//! Counting references: `docs/design/memory.md`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use simple_mir::{DYN_VTABLE_OFFSET, LEN_OFFSET};

use super::code::{Base, Code, Memory, Region, SignatureShape};
use super::outline::Outline;
use super::shared::Destroyer;
use crate::OptLevel;

/// The header of a new object: `count` 1, `weak` 0.
pub(crate) const NEW_OBJECT: u64 = 1;
/// The header of a new class instance: all strong references together hold one
/// weak one.
pub(crate) const NEW_INSTANCE: u64 = 1 | 1 << 32;

/// How much of counting stands where it is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counting {
    /// A call each: quickest to compile.
    Outlined,
    /// Changing the count; a call when it comes to an end.
    Short,
    /// Changing the count and destroying.
    Inline,
}

impl Counting {
    pub(super) fn of(level: OptLevel) -> Self {
        match level {
            OptLevel::None => Self::Outlined,
            OptLevel::Less | OptLevel::Size => Self::Short,
            OptLevel::Speed => Self::Inline,
        }
    }
}

impl Code<'_, '_> {
    pub(super) fn load_count(&mut self, object: Value) -> Value {
        self.load_region(types::I32, Memory::at(object, 0), Region::Count)
    }

    fn store_count(&mut self, object: Value, count: Value) {
        self.store_region(count, Memory::at(object, 0), Region::Count);
    }

    /// One more reference to an object.
    pub(super) fn retain(&mut self, object: Value, nullable: bool, counting: Counting) {
        if counting == Counting::Outlined {
            let helper = self.shared.outline(Outline::Retain);
            self.call_runtime(helper, &[object], None);
            return;
        }
        let done = self.block();
        if nullable {
            let there = self.block();
            self.branch(object, there, done);
            self.enter(there);
        }
        let (fast, slow) = (self.block(), self.cold_block());
        let count = self.load_count(object);
        let plain = self.compare_with(IntCC::SignedGreaterThan, count, 0);
        self.branch(plain, fast, slow);
        self.enter(slow);
        let retain_slow = self.shared.names.retain_slow;
        self.call_runtime(retain_slow, &[object], None);
        self.jump(done, &[]);
        self.enter(fast);
        let count = self.add_constant(count, 1);
        self.store_count(object, count);
        self.jump(done, &[]);
        self.enter(done);
    }

    /// One reference less to an object.
    pub(super) fn release(
        &mut self,
        object: Value,
        nullable: bool,
        destroyer: Destroyer,
        counting: Counting,
    ) {
        if counting == Counting::Outlined {
            let helper = self.shared.outline(Outline::Release(destroyer));
            self.call_runtime(helper, &[object], None);
            return;
        }
        let done = self.block();
        if nullable {
            let there = self.block();
            self.branch(object, there, done);
            self.enter(there);
        }
        let (fast, last) = (self.block(), self.block());
        let count = self.load_count(object);
        let others = self.compare_with(IntCC::SignedGreaterThan, count, 1);
        self.branch(others, fast, last);
        self.enter(last);
        match destroyer {
            Destroyer::Function { .. } if counting == Counting::Inline => {
                let (plain, slow) = (self.block(), self.cold_block());
                let only = self.compare_with(IntCC::Equal, count, 1);
                self.branch(only, plain, slow);
                self.enter(slow);
                self.release(object, false, destroyer, Counting::Outlined);
                self.jump(done, &[]);
                self.enter(plain);
                self.destroy(object, destroyer);
            }
            _ => self.release(object, false, destroyer, Counting::Outlined),
        }
        self.jump(done, &[]);
        self.enter(fast);
        let count = self.add_constant(count, u64::MAX);
        self.store_count(object, count);
        self.jump(done, &[]);
        self.enter(done);
    }

    /// The body of the helper that gives back a reference, null included.
    pub(super) fn release_body(&mut self, object: Value, destroyer: Destroyer) {
        let (there, fast, last) = (self.block(), self.block(), self.block());
        let (slow, destroy, done) = (self.cold_block(), self.block(), self.block());
        self.branch(object, there, done);
        self.enter(there);
        let count = self.load_count(object);
        let others = self.compare_with(IntCC::SignedGreaterThan, count, 1);
        self.branch(others, fast, last);
        self.enter(fast);
        let less = self.add_constant(count, u64::MAX);
        self.store_count(object, less);
        self.jump(done, &[]);
        self.enter(last);
        let only = self.compare_with(IntCC::Equal, count, 1);
        self.branch(only, destroy, slow);
        self.enter(slow);
        let release_slow = self.shared.names.release_slow;
        let dead = self
            .call_runtime(release_slow, &[object], Some(types::I32))
            .expect("the signature has a result");
        self.branch(dead, destroy, done);
        self.enter(destroy);
        self.destroy(object, destroyer);
        self.jump(done, &[]);
        self.enter(done);
    }

    /// Destroys an object that nobody refers to any more.
    fn destroy(&mut self, object: Value, destroyer: Destroyer) {
        match destroyer {
            Destroyer::Function { name, class } => {
                if class {
                    // A weak reference must find it dead while its fields go.
                    let zero = self.iconst(types::I32, 0);
                    self.store_count(object, zero);
                }
                self.call_runtime(name, &[object], None);
            }
            Destroyer::Text => {
                let release = self.shared.names.str_release;
                self.call_runtime(release, &[object], None);
            }
            Destroyer::List { element } => self.free_list(object, element),
            Destroyer::Box { size } => self.free(object, size),
            Destroyer::Class { size } => {
                let zero = self.iconst(types::I32, 0);
                self.store_count(object, zero);
                self.free_instance(object, size);
            }
            Destroyer::Closure => {
                let (own, plain, done) = (self.block(), self.block(), self.block());
                let offset = simple_mir::CLOSURE_DROP_OFFSET;
                let drop = self.load(types::I64, Memory::at(object, offset));
                self.branch(drop, own, plain);
                self.enter(own);
                self.call_destroyer(drop, object);
                self.jump(done, &[]);
                self.enter(plain);
                self.free(object, simple_mir::CLOSURE_CAPTURES_OFFSET);
                self.jump(done, &[]);
                self.enter(done);
            }
            Destroyer::Dyn => {
                let vtable = self.load(types::I64, Memory::at(object, DYN_VTABLE_OFFSET));
                let drop = self.load(types::I64, Memory::at(vtable, 0));
                self.call_destroyer(drop, object);
            }
        }
    }

    fn call_destroyer(&mut self, destroyer: Value, object: Value) {
        let mut shape = SignatureShape::new();
        shape.params.push(cranelift_codegen::ir::AbiParam::new(types::I64));
        let signature = self.signature(&shape);
        self.b.ins().call_indirect(signature, destroyer, &[object]);
    }

    /// Gives back the memory of an object of `size` bytes.
    pub(super) fn free(&mut self, object: Value, size: u32) {
        let size = self.word(u64::from(size));
        let free = self.shared.names.free;
        self.call_runtime(free, &[object, size], None);
    }

    /// Gives back the memory of a dead list.
    pub(super) fn free_list(&mut self, list: Value, element: u32) {
        let element = self.word(u64::from(element));
        let free = self.shared.names.list_free;
        self.call_runtime(free, &[list, element], None);
    }

    /// Gives back the memory of a dead text.
    pub(super) fn free_text(&mut self, text: Value) {
        // A text is laid out as a list of bytes.
        self.free_list(text, 1);
    }

    /// Gives back the memory of a dead instance unless weak references hold it.
    pub(super) fn free_instance(&mut self, object: Value, size: u32) {
        let size = self.word(u64::from(size));
        let free = self.shared.names.class_free;
        self.call_runtime(free, &[object, size], None);
    }

    /// One more weak reference to an instance, or null.
    pub(super) fn retain_weak(&mut self, object: Value) {
        let retain = self.shared.names.weak_retain;
        self.call_runtime(retain, &[object], None);
    }

    /// One weak reference less to an instance of `size` bytes, or null.
    pub(super) fn release_weak(&mut self, object: Value, size: u32) {
        let size = self.word(u64::from(size));
        let release = self.shared.names.weak_release;
        self.call_runtime(release, &[object, size], None);
    }

    /// The length of text or a list.
    pub(super) fn load_len(&mut self, object: Value) -> Value {
        self.load_region(types::I64, Memory::at(object, LEN_OFFSET), Region::Length)
    }

    /// Makes the object that `slot` points to unique by calling `slow` with the
    /// slot if it is shared. Gives the object.
    pub(super) fn make_unique(
        &mut self,
        object: Value,
        slot: Memory,
        spill: bool,
        slow: impl FnOnce(&mut Self, Value),
    ) -> Value {
        let (shared, unique) = (self.cold_block(), self.block());
        let result = self.b.append_block_param(unique, types::I64);
        let count = self.load_count(object);
        let only = self.compare_with(IntCC::Equal, count, 1);
        let args = [object.into()];
        self.b.ins().brif(only, unique, &args, shared, &[]);
        self.enter(shared);
        if spill {
            self.store(object, slot);
        }
        let address = self.address(slot);
        slow(self, address);
        let object = self.load(types::I64, slot);
        self.jump(unique, &[object]);
        self.enter(unique);
        debug_assert!(!spill || matches!(slot.base, Base::Slot(_)));
        result
    }
}
