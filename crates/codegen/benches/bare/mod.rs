//! The benchmark's function, built by hand for Cranelift: the yardstick.

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, BlockArg, ExtFuncData, ExternalName, FuncRef, GlobalValueData, InstBuilder,
    MemFlagsData, Signature, SourceLoc, TrapCode, Type, UserExternalName, Value, types,
};
use cranelift_codegen::isa::{self, CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};
use cranelift_codegen::{Context, ir};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use simple_codegen::OptLevel;

/// Cranelift with the settings of a level.
pub(crate) struct Settings {
    isa: OwnedTargetIsa,
}

impl Settings {
    pub(crate) fn of(level: OptLevel) -> Self {
        let (opt_level, allocator) = match level {
            OptLevel::None => ("none", "single_pass"),
            OptLevel::Less => ("none", "backtracking"),
            OptLevel::Speed => ("speed", "backtracking"),
            OptLevel::Size => ("speed_and_size", "backtracking"),
        };
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", opt_level),
            ("regalloc_algorithm", allocator),
            ("enable_verifier", "false"),
            ("preserve_frame_pointers", "true"),
            ("unwind_info", "false"),
        ] {
            flags.set(name, value).expect("a known setting");
        }
        let mut isa = isa::lookup_by_name("x86_64-unknown-linux").expect("x86");
        isa.enable("has_sse41").expect("a known feature");
        Self { isa: isa.finish(Flags::new(flags)).expect("settings that fit") }
    }
}

/// Compiles `count` functions; gives the bytes of their code.
pub(crate) fn compile(settings: &Settings, count: usize) -> usize {
    let mut context = Context::new();
    let mut builder = FunctionBuilderContext::new();
    let mut control = ControlPlane::default();
    let mut text = Vec::new();
    for n in 0..count {
        context.clear();
        build(&mut context.func, &mut builder, n as i64, &settings.isa);
        let code = context.compile(&*settings.isa, &mut control).expect("it compiles");
        text.extend_from_slice(code.code_buffer());
    }
    text.len()
}

struct Builder<'a> {
    b: FunctionBuilder<'a>,
}

impl Builder<'_> {
    fn import(&mut self, index: u32, params: &[Type], returns: &[Type]) -> FuncRef {
        let signature = self.b.import_signature(signature(params, returns));
        let name = UserExternalName { namespace: 0, index };
        let name = ExternalName::user(self.b.func.declare_imported_user_function(name));
        self.b.import_function(ExtFuncData { name, signature, colocated: true, patchable: false })
    }

    fn word(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    fn at(&mut self, position: u32) {
        self.b.set_srcloc(SourceLoc::new(position));
    }

    fn add(&mut self, a: Value, b: Value) -> Value {
        let (sum, overflow) = self.b.ins().sadd_overflow(a, b);
        self.b.ins().trapnz(overflow, TrapCode::unwrap_user(16));
        sum
    }
}

fn signature(params: &[Type], returns: &[Type]) -> Signature {
    let list = |types: &[Type]| types.iter().map(|ty| AbiParam::new(*ty)).collect();
    Signature { params: list(params), returns: list(returns), call_conv: CallConv::SystemV }
}

fn build(
    func: &mut ir::Function,
    context: &mut FunctionBuilderContext,
    n: i64,
    isa: &OwnedTargetIsa,
) {
    let word = types::I64;
    func.signature = signature(&[word, word], &[word]);
    let mut f = Builder { b: FunctionBuilder::new(func, context) };
    let flags = MemFlagsData::trusted();
    let blocks: [ir::Block; 10] = std::array::from_fn(|_| f.b.create_block());
    let [entry, head, body, inside, outside, cut, next, after, report, end] = blocks;
    f.b.set_cold_block(outside);
    f.b.append_block_params_for_function_params(entry);
    f.b.switch_to_block(entry);
    f.b.seal_block(entry);
    let (list, limit) = (f.b.block_params(entry)[0], f.b.block_params(entry)[1]);
    let (total, i) = (f.b.declare_var(word), f.b.declare_var(word));
    f.at(11);
    let start = f.word(n);
    f.b.def_var(total, start);
    f.at(21);
    let zero = f.word(0);
    f.b.def_var(i, zero);
    f.b.ins().jump(head, &[] as &[BlockArg]);
    f.b.switch_to_block(head);
    f.at(31);
    let len = f.b.ins().load(word, flags, list, 8);
    let index = f.b.use_var(i);
    let more = f.b.ins().icmp(IntCC::SignedLessThan, index, len);
    f.b.ins().brif(more, body, &[], after, &[]);
    f.b.switch_to_block(body);
    f.b.seal_block(body);
    f.at(41);
    let len = f.b.ins().load(word, flags, list, 8);
    let fits = f.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
    f.b.ins().brif(fits, inside, &[], outside, &[]);
    f.b.switch_to_block(outside);
    f.b.seal_block(outside);
    let panic = f.import(1, &[word, word], &[]);
    f.b.ins().call(panic, &[index, len]);
    f.b.ins().trap(TrapCode::unwrap_user(26));
    f.b.switch_to_block(inside);
    f.b.seal_block(inside);
    let three = f.b.ins().iconst(types::I8, 3);
    let offset = f.b.ins().ishl(index, three);
    let address = f.b.ins().iadd(list, offset);
    let element = f.b.ins().load(word, flags, address, 24);
    let factor = f.word(3);
    let (product, overflow) = f.b.ins().smul_overflow(element, factor);
    f.b.ins().trapnz(overflow, TrapCode::unwrap_user(18));
    let old = f.b.use_var(total);
    let sum = f.add(old, product);
    f.b.def_var(total, sum);
    f.at(51);
    let above = f.b.ins().icmp(IntCC::SignedGreaterThan, sum, limit);
    f.b.ins().brif(above, cut, &[], next, &[]);
    f.b.switch_to_block(cut);
    f.b.seal_block(cut);
    f.at(61);
    let (less, overflow) = f.b.ins().ssub_overflow(sum, limit);
    f.b.ins().trapnz(overflow, TrapCode::unwrap_user(17));
    f.b.def_var(total, less);
    f.b.ins().jump(next, &[] as &[BlockArg]);
    f.b.switch_to_block(next);
    f.b.seal_block(next);
    f.at(71);
    let one = f.word(1);
    let following = f.b.ins().iadd(index, one);
    let wrong = f.b.ins().icmp(IntCC::SignedLessThan, following, index);
    f.b.ins().trapnz(wrong, TrapCode::unwrap_user(16));
    f.b.def_var(i, following);
    f.b.ins().jump(head, &[] as &[BlockArg]);
    f.b.seal_block(head);
    f.b.switch_to_block(after);
    f.b.seal_block(after);
    f.at(81);
    let bound = f.word(n);
    let low = f.b.ins().icmp(IntCC::SignedLessThan, limit, bound);
    f.b.ins().brif(low, report, &[], end, &[]);
    f.b.switch_to_block(report);
    f.b.seal_block(report);
    f.at(91);
    let name = UserExternalName { namespace: 0, index: 1000 + n as u32 };
    let name = ExternalName::user(f.b.func.declare_imported_user_function(name));
    let text = f.b.create_global_value(GlobalValueData::Symbol {
        name,
        offset: 0.into(),
        colocated: true,
        tls: false,
    });
    let text = f.b.ins().symbol_value(word, text);
    let print = f.import(2, &[word], &[]);
    f.b.ins().call(print, &[text]);
    let release = f.import(3, &[word], &[]);
    f.b.ins().call(release, &[text]);
    f.at(101);
    let other = f.import(100_000 + n as u32, &[word, word], &[word]);
    let old = f.b.use_var(total);
    let call = f.b.ins().call(other, &[list, old]);
    let result = f.b.inst_results(call)[0];
    let sum = f.add(old, result);
    f.b.def_var(total, sum);
    f.b.ins().jump(end, &[] as &[BlockArg]);
    f.b.switch_to_block(end);
    f.b.seal_block(end);
    f.at(111);
    let thousand = f.word(1000);
    let total = f.b.use_var(total);
    let result = f.b.ins().srem(total, thousand);
    f.b.ins().return_(&[result]);
    f.b.finalize(isa.frontend_config());
}
