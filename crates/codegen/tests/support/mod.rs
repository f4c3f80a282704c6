//! What the tests of generated code share: MIR in, results out.
//!
//! Programs are text (`docs/design/mir.md`), compiled at each level with
//! Cranelift's own checks switched on, and run.

#![allow(dead_code)]

pub(crate) mod machine;
pub(crate) mod runtime;

use machine::{Arg, Machine, Outcome};
use simple_codegen::cranelift::Cranelift;
use simple_codegen::direct::Direct;
use simple_codegen::{Backend, OptLevel, Options, Program};
use simple_mir::text::parse_module;
use simple_mir::{FuncId, Module, TypeTable};
use simple_object::CodeObject;
use simple_source::{Idx, Interner, SourceMap};

/// Every level, as the tests go through them.
pub(crate) const LEVELS: [Level; 5] = [
    Level::Direct,
    Level::Cranelift(OptLevel::None),
    Level::Cranelift(OptLevel::Less),
    Level::Cranelift(OptLevel::Speed),
    Level::Cranelift(OptLevel::Size),
];

/// A back end with its effort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// The one that has no levels.
    Direct,
    Cranelift(OptLevel),
}

/// A parsed program.
pub(crate) struct Source {
    pub(crate) interner: Interner,
    pub(crate) types: TypeTable,
    pub(crate) sources: SourceMap,
    pub(crate) module: Module,
}

impl Source {
    /// Parses MIR. Positions in it (`@lo..hi`) are offsets in the text
    /// "abcdefghi\n" repeated: 10 is line 1, column 10, and 11 begins line 2.
    pub(crate) fn parse(text: &str) -> Self {
        let (interner, types) = (Interner::new(), TypeTable::new());
        let text = at_margin(text);
        let module = match parse_module(&text, &types, &interner) {
            Ok(module) => module,
            Err(error) => panic!("{error:?} in\n{text}"),
        };
        let mut sources = SourceMap::new();
        sources.add_text("test.spl", "abcdefghi\n".repeat(100)).expect("ASCII");
        Self { interner, types, sources, module }
    }

    pub(crate) fn program(&self) -> Program<'_> {
        Program {
            module: &self.module,
            types: &self.types,
            interner: &self.interner,
            sources: &self.sources,
        }
    }

    /// Compiles everything into one object.
    pub(crate) fn object(&self, level: Level) -> CodeObject {
        compile(self.program(), level)
    }

    pub(crate) fn load(&self, level: Level) -> Machine {
        Machine::load(self.object(level), &self.interner, runtime::address_of)
    }

    pub(crate) fn assembly(&self, level: Level) -> String {
        let mut text = String::new();
        let object = self.object(level);
        simple_codegen::write_assembly(&mut text, &object, &self.interner, &self.sources);
        text
    }

    pub(crate) fn call(&self, machine: &Machine, function: &str, args: &[Arg]) -> Outcome {
        let symbol = self.interner.lookup(function).expect("the program has this function");
        machine.call(machine.address(symbol), args)
    }
}

/// Compiles a program into one object, with the back ends' own checks.
pub(crate) fn compile(program: Program<'_>, level: Level) -> CodeObject {
    let (backend, level): (Box<dyn Backend>, OptLevel) = match level {
        Level::Direct => (Box::new(Direct::default()), OptLevel::None),
        Level::Cranelift(level) => (Box::new(Cranelift::default()), level),
    };
    let options = Options { level, statement_rows: true, verify: true };
    let mut worker = backend.worker(program, options);
    for index in 0..program.module.functions.len() {
        let id = FuncId::from_usize(index);
        if let Err(error) = worker.function(id, index as u64) {
            panic!("{error}");
        }
    }
    worker.data(1 << 32);
    worker.take_object()
}

/// Moves items to the left margin, where the reader of MIR wants them.
fn at_margin(text: &str) -> String {
    let items = ["fn", "struct", "enum", "class", "vtable", "global", "glue", "entry", "}"];
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        let word = line.split(' ').next().unwrap_or("");
        if !items.contains(&word) {
            out.push_str("    ");
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Runs `test` on `text` compiled at each level; everything that was allocated
/// must be gone afterwards.
pub(crate) fn at_each_level(text: &str, test: impl Fn(&Running<'_>)) {
    let source = Source::parse(text);
    for level in LEVELS {
        let machine = source.load(level);
        test(&Running { source: &source, machine: &machine, level });
        assert_eq!(runtime::live_objects(), 0, "objects are left at {level:?}");
    }
}

/// A program in memory.
pub(crate) struct Running<'a> {
    pub(crate) source: &'a Source,
    pub(crate) machine: &'a Machine,
    pub(crate) level: Level,
}

impl Running<'_> {
    pub(crate) fn outcome(&self, function: &str, args: &[Arg]) -> Outcome {
        self.source.call(self.machine, function, args)
    }

    fn results(&self, function: &str, args: &[Arg]) -> [u64; 4] {
        match self.outcome(function, args) {
            Outcome::Returned(results) => results,
            other => panic!("{function}{args:?} at {:?}: {other:?}", self.level),
        }
    }

    /// The first integer result of integer arguments.
    pub(crate) fn int(&self, function: &str, args: &[i64]) -> i64 {
        let args: Vec<Arg> = args.iter().map(|arg| Arg::Int(*arg as u64)).collect();
        self.results(function, &args)[0] as i64
    }

    /// Both integer results.
    pub(crate) fn ints(&self, function: &str, args: &[Arg]) -> (i64, i64) {
        let results = self.results(function, args);
        (results[0] as i64, results[1] as i64)
    }

    pub(crate) fn f64(&self, function: &str, args: &[Arg]) -> f64 {
        f64::from_bits(self.results(function, args)[2])
    }
}
