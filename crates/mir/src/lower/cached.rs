//! `@cached` functions: in the place of each instance stands one that looks
//! for a kept result first. The results of an instance lie in a dict of their
//! own, in a slot of the program that begins as zeros, which is `None`.

use simple_hir::{AdtId, Callee as HirCallee, FnId, FnRef, Ty, TyKind, Tys};
use simple_source::Symbol;

use super::builder::Builder;
use super::function::FunctionLowerer;
use super::instance::Instance;
use crate::function::*;

impl FunctionLowerer<'_, '_, '_> {
    /// The function that stands in the place of a cached one.
    pub(crate) fn lower_cached(
        &mut self,
        name: Symbol,
        function: FnId,
        args: Tys,
        ttl: Option<f64>,
    ) -> Function {
        let program = self.program;
        let types = &program.types;
        let def = &program.functions[function];
        let mut header = self.header(name, Some(function));
        header.attributes.inline = InlineHint::Never;
        self.b = Builder::new(def.span);
        let type_args = types.list(args);
        let result_ty = types.substitute(def.result, type_args);
        header.result = self.types.get(result_ty);
        let mut key_types: Vec<Ty> = Vec::new();
        let mut params: Vec<Operand> = Vec::new();
        for param in &def.params {
            let ty = types.substitute(param.ty, type_args);
            key_types.push(ty);
            let memory = self.types.get(ty);
            header.params.push(ParamMode::Undecided);
            params.push(Operand::Copy(Place::local(self.b.named(memory, param.name))));
        }
        let key_ty = types.intern(TyKind::Tuple(types.intern_list(&key_types)));
        let kept_ty = types.intern(TyKind::Tuple(types.intern_list(&[result_ty, Ty::F64])));
        let dict_ty = self.adt(program.lang.dict, &[key_ty, kept_ty]);
        let slot_ty = self.adt(program.lang.option, &[dict_ty]);
        let slot_memory = self.types.get(slot_ty);
        let slot = self.shared.request_results(name, slot_memory);
        let library = self.shared.cached_library();
        let callee_args = types.intern_list(&[key_ty, result_ty]);
        let ttl = Operand::Const(Const::F64(ttl.unwrap_or(f64::INFINITY).to_bits()));

        let key_memory = self.types.get(key_ty);
        let fields = self.b.values(&params);
        let key = self.b.temp_from(key_memory, Rvalue::Struct(fields));
        let option_ty = self.adt(program.lang.option, &[result_ty]);
        let option_memory = self.types.get(option_ty);
        let found = Place::local(self.b.temp(option_memory));
        let results = self.global_address(slot, slot_memory);
        let kept = HirCallee::Fn(FnRef { function: library.kept, args: callee_args });
        self.substitution = &[];
        self.call_values(kept, &[Operand::Copy(results), key, ttl], Some(found));
        let tag = self.tag(found);
        let (known, unknown) = (self.b.new_block(), self.b.new_block());
        self.b.switch(tag, vec![(0, known)], unknown);
        self.b.switch_to(known);
        let value = self.b.project(found, Projection::Variant(0));
        let value = self.b.field(value, 0);
        self.b.terminate(Terminator::Return(Operand::Copy(value)));
        self.b.switch_to(unknown);
        let computed = self.request(Instance::Computed(function, args));
        let result = Place::local(self.b.temp(header.result));
        let arguments: Vec<Arg> = params.iter().map(|param| Arg::Value(*param)).collect();
        self.b.call(Some(result), Callee::Function(computed), &arguments);
        let keep = HirCallee::Fn(FnRef { function: library.keep, args: callee_args });
        let results = self.global_address(slot, slot_memory);
        let values = [Operand::Copy(results), key, Operand::Copy(result), ttl];
        self.call_values(keep, &values, None);
        self.b.terminate(Terminator::Return(Operand::Copy(result)));
        self.finish(header)
    }

    fn adt(&self, adt: AdtId, args: &[Ty]) -> Ty {
        let types = &self.program.types;
        types.intern(TyKind::Adt(adt, types.intern_list(args)))
    }
}
