//! Building blocks of code that know nothing of MIR: memory, calls, addresses
//! of symbols, branches to cold code.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, AliasRegionData, Block, BlockArg, ExtFuncData, ExternalName, FuncRef, GlobalValue,
    GlobalValueData, Inst, InstBuilder, MemFlagsData, SigRef, Signature, StackSlot, StackSlotData,
    StackSlotKind, TrapCode, Type, UserExternalName, Value, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use simple_mir::DATA_OFFSET;
use simple_source::Symbol;
use simple_source::interner::FxHashMap;
use smallvec::SmallVec;

use super::shared::Shared;
use crate::abi::Scalar;
pub(super) use crate::positions::Trap;

/// Copies up to this size are loads and stores, larger ones call `memcpy`: a
/// call costs about as much as these instructions.
const MAX_INLINE_COPY: u32 = 128;

/// Machine scalars as Cranelift calls them.
pub(super) fn machine_type(scalar: Scalar) -> Type {
    match scalar {
        Scalar::I8 => types::I8,
        Scalar::I16 => types::I16,
        Scalar::I32 => types::I32,
        Scalar::I64 => types::I64,
        Scalar::F32 => types::F32,
        Scalar::F64 => types::F64,
    }
}

impl From<Trap> for TrapCode {
    fn from(trap: Trap) -> Self {
        TrapCode::unwrap_user(trap as u8)
    }
}

/// A place in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) base: Base,
    pub(super) offset: i32,
    /// [`Region::Elements`] or [`Region::Data`].
    region: Region,
}

/// What an offset counts from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    /// The frame's own memory.
    Slot(StackSlot),
    /// Memory that a pointer leads to.
    Pointer(Value),
}

impl Memory {
    pub(super) fn slot(slot: StackSlot) -> Self {
        Self { base: Base::Slot(slot), offset: 0, region: Region::Data }
    }

    pub(super) fn at(pointer: Value, offset: u32) -> Self {
        Self { base: Base::Pointer(pointer), offset: offset as i32, region: Region::Data }
    }

    pub(super) fn within(self, region: Region) -> Self {
        Self { region, ..self }
    }

    pub(super) fn plus(self, offset: u32) -> Self {
        Self { offset: self.offset + offset as i32, ..self }
    }
}

/// Words of memory that never share an address, for redundant loads to be
/// found across stores.
#[derive(Clone, Copy, Debug)]
pub(super) enum Region {
    /// Headers of counted objects.
    Count,
    /// Length and capacity of text and lists.
    Length,
    /// Elements of lists in which nothing is counted, in functions that have
    /// no other way to them: so a number stored to one leaves the pointers to
    /// lists what they are.
    Elements,
    /// Everything else.
    Data,
}

/// The flags of loads and stores to each [`Region`].
#[derive(Clone, Copy)]
struct RegionFlags([MemFlagsData; 4]);

/// A list of arguments or results for Cranelift.
pub(super) type Values = SmallVec<[Value; 8]>;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct SignatureShape {
    pub(super) params: SmallVec<[AbiParam; 8]>,
    pub(super) returns: SmallVec<[AbiParam; 2]>,
}

impl SignatureShape {
    pub(super) fn new() -> Self {
        Self { params: SmallVec::new(), returns: SmallVec::new() }
    }

    pub(super) fn signature(&self) -> Signature {
        Signature {
            params: self.params.to_vec(),
            returns: self.returns.to_vec(),
            call_conv: CallConv::SystemV,
        }
    }
}

/// Entities that the function being built has imported. Reused between functions.
#[derive(Default)]
pub(super) struct Imports {
    signatures: FxHashMap<SignatureShape, SigRef>,
    functions: FxHashMap<(Symbol, SigRef), FuncRef>,
    symbols: FxHashMap<Symbol, GlobalValue>,
    /// Slots for values that need an address during one statement.
    scratch: Vec<Scratch>,
}

struct Scratch {
    slot: StackSlot,
    size: u32,
    in_use: bool,
}

/// The code of one function while it is built.
pub(super) struct Code<'f, 'a> {
    pub(super) b: FunctionBuilder<'f>,
    pub(super) shared: &'f mut Shared<'a>,
    imports: &'f mut Imports,
    flags: RegionFlags,
}

impl<'f, 'a> Code<'f, 'a> {
    /// Code of an empty function. `optimized` says whether somebody will look
    /// for redundant loads.
    pub(super) fn new(
        b: FunctionBuilder<'f>,
        shared: &'f mut Shared<'a>,
        imports: &'f mut Imports,
        optimized: bool,
    ) -> Self {
        imports.signatures.clear();
        imports.functions.clear();
        imports.symbols.clear();
        imports.scratch.clear();
        let mut flags = RegionFlags([MemFlagsData::trusted(); 4]);
        if optimized {
            for (id, (flags, name)) in
                flags.0.iter_mut().zip(["count", "length", "elements", "data"]).enumerate()
            {
                let region = AliasRegionData { user_id: id as u32, description: name.into() };
                flags.set_alias_region(Some(b.func.dfg.alias_regions.insert(region)));
            }
        }
        Self { b, shared, imports, flags }
    }

    fn flags(&self, region: Region) -> MemFlagsData {
        self.flags.0[region as usize]
    }

    // Constants and arithmetic.

    /// An integer constant; bits above the type's width are dropped.
    pub(super) fn iconst(&mut self, ty: Type, value: u64) -> Value {
        let unused = 64 - ty.bits();
        self.b.ins().iconst(ty, (value << unused >> unused) as i64)
    }

    pub(super) fn word(&mut self, value: u64) -> Value {
        self.iconst(types::I64, value)
    }

    /// A zero of any scalar type.
    pub(super) fn zero(&mut self, ty: Type) -> Value {
        match ty {
            types::F32 => self.b.ins().f32const(0.0),
            types::F64 => self.b.ins().f64const(0.0),
            _ => self.iconst(ty, 0),
        }
    }

    pub(super) fn compare(&mut self, cc: IntCC, a: Value, b: Value) -> Value {
        self.b.ins().icmp(cc, a, b)
    }

    pub(super) fn compare_with(&mut self, cc: IntCC, a: Value, b: u64) -> Value {
        let b = self.iconst(self.b.func.dfg.value_type(a), b);
        self.b.ins().icmp(cc, a, b)
    }

    pub(super) fn add_constant(&mut self, a: Value, b: u64) -> Value {
        if b == 0 {
            return a;
        }
        let b = self.iconst(self.b.func.dfg.value_type(a), b);
        self.b.ins().iadd(a, b)
    }

    /// `a * factor`, in ways that fit into an address where there are any.
    pub(super) fn scale(&mut self, a: Value, factor: u32) -> Value {
        if factor == 0 {
            return self.word(0);
        }
        let shift = factor.trailing_zeros();
        let a = match factor >> shift {
            1 => a,
            // `a + (a << k)` is one `lea`.
            odd @ (3 | 5 | 9) => {
                let part = self.shift_left(a, (odd - 1).trailing_zeros());
                self.b.ins().iadd(a, part)
            }
            _ => {
                let factor = self.word(u64::from(factor));
                return self.b.ins().imul(a, factor);
            }
        };
        self.shift_left(a, shift)
    }

    fn shift_left(&mut self, a: Value, by: u32) -> Value {
        if by == 0 {
            return a;
        }
        let by = self.iconst(types::I8, u64::from(by));
        self.b.ins().ishl(a, by)
    }

    /// The bits of `value` as a scalar type of the same size.
    pub(super) fn reinterpret(&mut self, value: Value, ty: Type) -> Value {
        if self.b.func.dfg.value_type(value) == ty {
            return value;
        }
        self.b.ins().bitcast(ty, MemFlagsData::new(), value)
    }

    // Memory.

    pub(super) fn load(&mut self, ty: Type, from: Memory) -> Value {
        self.load_region(ty, from, from.region)
    }

    pub(super) fn load_region(&mut self, ty: Type, from: Memory, region: Region) -> Value {
        let (pointer, offset) = self.pointer_and_offset(from);
        let flags = self.flags(region);
        self.b.ins().load(ty, flags, pointer, offset)
    }

    pub(super) fn store(&mut self, value: Value, to: Memory) {
        self.store_region(value, to, to.region);
    }

    pub(super) fn store_region(&mut self, value: Value, to: Memory, region: Region) {
        let (pointer, offset) = self.pointer_and_offset(to);
        let flags = self.flags(region);
        self.b.ins().store(flags, value, pointer, offset);
    }

    fn pointer_and_offset(&mut self, memory: Memory) -> (Value, i32) {
        match memory.base {
            Base::Pointer(pointer) => (pointer, memory.offset),
            Base::Slot(slot) => (self.b.ins().stack_addr(types::I64, slot, 0), memory.offset),
        }
    }

    /// The address of a place.
    pub(super) fn address(&mut self, memory: Memory) -> Value {
        match memory.base {
            Base::Pointer(pointer) => self.add_constant(pointer, memory.offset as i64 as u64),
            Base::Slot(slot) => self.b.ins().stack_addr(types::I64, slot, memory.offset),
        }
    }

    /// Copies `size` bytes between places that are the same or do not overlap.
    pub(super) fn copy(&mut self, to: Memory, from: Memory, size: u32) {
        if size > MAX_INLINE_COPY {
            let (to, from) = (self.address(to), self.address(from));
            let size = self.word(u64::from(size));
            let memcpy = self.shared.names.memcpy;
            self.call_runtime(memcpy, &[to, from, size], Some(types::I64));
            return;
        }
        // The memory may lie at any address that suits its type, so that 16
        // bytes at once must not ask for more than 8.
        let copied_in = |code: &Self, region| {
            let mut flags = MemFlagsData::new().with_notrap();
            flags.set_alias_region(code.flags(region).alias_region());
            flags
        };
        let (to_flags, from_flags) = (copied_in(self, to.region), copied_in(self, from.region));
        let (to_pointer, to_offset) = self.pointer_and_offset(to);
        let (from_pointer, from_offset) = self.pointer_and_offset(from);
        let mut done = 0;
        while done < size {
            let (ty, step) = match size - done {
                16.. => (types::I8X16, 16),
                8.. => (types::I64, 8),
                4.. => (types::I32, 4),
                2.. => (types::I16, 2),
                _ => (types::I8, 1),
            };
            let value = self.b.ins().load(ty, from_flags, from_pointer, from_offset + done as i32);
            self.b.ins().store(to_flags, value, to_pointer, to_offset + done as i32);
            done += step;
        }
    }

    /// A stack slot of its own.
    pub(super) fn new_slot(&mut self, size: u32) -> StackSlot {
        // Sizes in eights keep slots from sharing words, and the aligned
        // copies of 16 bytes are not used on them.
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size.next_multiple_of(8), 3);
        self.b.create_sized_stack_slot(data)
    }

    /// Memory for `size` bytes that nobody else uses before
    /// [`Code::release_scratch`].
    pub(super) fn scratch(&mut self, size: u32) -> Memory {
        let fits = |scratch: &&mut Scratch| !scratch.in_use && scratch.size >= size;
        if let Some(scratch) = self.imports.scratch.iter_mut().find(fits) {
            scratch.in_use = true;
            return Memory::slot(scratch.slot);
        }
        // Room for any value that travels in registers serves most uses.
        let size = size.max(16);
        let slot = self.new_slot(size);
        self.imports.scratch.push(Scratch { slot, size, in_use: true });
        Memory::slot(slot)
    }

    /// Makes scratch memory free again: at the end of a statement.
    pub(super) fn release_scratch(&mut self) {
        for scratch in &mut self.imports.scratch {
            scratch.in_use = false;
        }
    }

    /// The element with number `index` of a list of elements of `size` bytes.
    pub(super) fn element(
        &mut self,
        list: Value,
        index: Value,
        size: u32,
        region: Region,
    ) -> Memory {
        let offset = self.scale(index, size);
        let pointer = self.b.ins().iadd(list, offset);
        Memory::at(pointer, DATA_OFFSET).within(region)
    }

    // Calls and symbols.

    fn external_name(&mut self, symbol: Symbol) -> ExternalName {
        let name = UserExternalName { namespace: 0, index: symbol.raw() };
        ExternalName::user(self.b.func.declare_imported_user_function(name))
    }

    /// The address of `symbol`.
    pub(super) fn symbol_address(&mut self, symbol: Symbol) -> Value {
        let value = match self.imports.symbols.get(&symbol) {
            Some(value) => *value,
            None => {
                let name = self.external_name(symbol);
                let data =
                    GlobalValueData::Symbol { name, offset: 0.into(), colocated: true, tls: false };
                let value = self.b.create_global_value(data);
                self.imports.symbols.insert(symbol, value);
                value
            }
        };
        self.b.ins().symbol_value(types::I64, value)
    }

    pub(super) fn signature(&mut self, shape: &SignatureShape) -> SigRef {
        if let Some(signature) = self.imports.signatures.get(shape) {
            return *signature;
        }
        let signature = self.b.import_signature(shape.signature());
        self.imports.signatures.insert(shape.clone(), signature);
        signature
    }

    /// Calls `symbol`.
    pub(super) fn call(&mut self, symbol: Symbol, shape: &SignatureShape, args: &[Value]) -> Inst {
        let signature = self.signature(shape);
        let function = match self.imports.functions.get(&(symbol, signature)) {
            Some(function) => *function,
            None => {
                let name = self.external_name(symbol);
                let data = ExtFuncData { name, signature, colocated: true, patchable: false };
                let function = self.b.import_function(data);
                self.imports.functions.insert((symbol, signature), function);
                function
            }
        };
        self.b.ins().call(function, args)
    }

    /// Calls a function of the runtime, or a helper, that takes and returns
    /// full scalars.
    pub(super) fn call_runtime(
        &mut self,
        symbol: Symbol,
        args: &[Value],
        result: Option<Type>,
    ) -> Option<Value> {
        let mut shape = SignatureShape::new();
        shape.params.extend(args.iter().map(|arg| AbiParam::new(self.b.func.dfg.value_type(*arg))));
        shape.returns.extend(result.map(AbiParam::new));
        let call = self.call(symbol, &shape, args);
        self.b.inst_results(call).first().copied()
    }

    /// Calls a function of the runtime that returns a word.
    pub(super) fn call_for_word(&mut self, symbol: Symbol, args: &[Value]) -> Value {
        self.call_runtime(symbol, args, Some(types::I64)).expect("the signature has a result")
    }

    /// A new object of `size` bytes with its header.
    pub(super) fn allocate(&mut self, size: u64, header: u64) -> Value {
        let size = self.word(size);
        let alloc = self.shared.names.alloc;
        let object = self.call_for_word(alloc, &[size]);
        let header = self.word(header);
        self.store_region(header, Memory::at(object, 0), Region::Count);
        object
    }

    // Control flow.

    pub(super) fn block(&mut self) -> Block {
        self.b.create_block()
    }

    pub(super) fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    pub(super) fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
    }

    pub(super) fn jump(&mut self, to: Block, args: &[Value]) {
        let args: SmallVec<[BlockArg; 4]> = args.iter().map(|arg| BlockArg::Value(*arg)).collect();
        self.b.ins().jump(to, args.iter());
    }

    /// Goes on in `block`, all of whose predecessors are there.
    pub(super) fn enter(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }

    pub(super) fn trap_if(&mut self, condition: Value, trap: Trap) {
        self.b.ins().trapnz(condition, trap);
    }

    pub(super) fn trap_unless(&mut self, condition: Value, trap: Trap) {
        self.b.ins().trapz(condition, trap);
    }
}
