//! Random programs do the same before and after the optimiser, in both
//! dialects: those of the ownership pass's tests, and others full of loops,
//! indexes and sums that may be out of range.

mod support;

use std::fmt::Write;

use simple_mir::interpret::{Fault, Limits, Machine, Outcome};
use simple_mir::text::{parse_module, print_module};
use simple_mir::validate::{expect_valid, validate};
use simple_mir::{Dialect, Module, TypeTable, opt, ownership};
use simple_source::Interner;
use support::Random;
use support::generate::{Size, program};

fn limits() -> Limits {
    Limits { steps: 400_000, frames: 200, memory: 400_000 }
}

type Found = Option<(Outcome, String)>;

/// How a program ends and what it prints; none if it exceeds the limits.
fn run(
    types: &TypeTable,
    interner: &Interner,
    module: &Module,
    dialect: Dialect,
) -> Result<Found, Fault> {
    let mut machine = Machine::new(module, types, interner, dialect, limits());
    let entry = module.entry.expect("programs have an entry");
    match machine.run(entry, Vec::new()) {
        Ok(outcome) => {
            if let Outcome::Returned(value) = &outcome {
                machine.finish(value)?;
            }
            let output = machine.output().to_owned();
            Ok(Some((outcome, output)))
        }
        Err(Fault::Limit(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Whether the program ran to its end.
fn check(name: &str, types: &TypeTable, interner: &Interner, module: Module) -> bool {
    let print = |module: &Module| print_module(module, types, interner);
    expect_valid(&module, types, interner, Dialect::Values, "generation");
    let before = print(&module);
    let explain = |module: &Module, what: &str| -> String {
        let path = std::env::temp_dir().join("simple-mir-optimise.mir");
        let _ = std::fs::write(&path, format!("# {name}\n{before}\n# after\n{}", print(module)));
        format!("{name}: {what}; see {}", path.display())
    };
    let expected = run(types, interner, &module, Dialect::Values)
        .unwrap_or_else(|fault| panic!("{}", explain(&module, &format!("unoptimised: {fault}"))));
    let mut module = module;
    let compare = |module: &Module, dialect: Dialect, pass: &str| -> bool {
        if let Err(errors) = validate(module, types, interner, dialect) {
            panic!("{}", explain(module, &format!("{pass}: {:#?}", errors[0])));
        }
        let found = run(types, interner, module, dialect)
            .unwrap_or_else(|fault| panic!("{}", explain(module, &format!("{pass}: {fault}"))));
        match (&expected, &found) {
            (Some(expected), Some(found)) if expected != found => {
                panic!("{}", explain(module, &format!("{pass}: {expected:?}, not {found:?}")));
            }
            (Some(_), Some(_)) => true,
            _ => false,
        }
    };
    opt::optimise(&mut module, types, interner);
    let mut ended = compare(&module, Dialect::Values, "optimise");
    ownership::run(&mut module, types, interner);
    ended &= compare(&module, Dialect::Counted, "ownership");
    opt::finish(&mut module, types, interner);
    ended & compare(&module, Dialect::Counted, "finish")
}

fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

#[test]
fn programs_with_counted_values_stay_what_they_are() {
    let (mut ended, mut all) = (0, 0);
    for (functions, statements, depth) in [(0, 4, 1), (1, 8, 2), (2, 14, 2), (4, 30, 3), (6, 60, 4)]
    {
        for seed in 0..seeds() {
            let size = Size { functions, statements, depth, overlapping: false };
            let (universe, module) = program(seed, size);
            let name = format!("seed {seed}, size {statements}");
            ended += u32::from(check(&name, &universe.types, &universe.interner, module));
            all += 1;
        }
    }
    assert!(ended * 2 > all, "most programs should end: {ended} of {all}");
}

#[test]
fn loops_and_checks_stay_what_they_are() {
    let (mut ended, mut panicked) = (0, 0);
    let all = seeds() * 10;
    for seed in 0..all {
        let text = Loops::program(seed);
        let (types, interner) = (TypeTable::new(), Interner::new());
        let module = parse_module(&text, &types, &interner)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let outcome = run(&types, &interner, &module, Dialect::Values);
        panicked += u64::from(!matches!(outcome, Ok(Some((Outcome::Returned(_), _)))));
        ended += u64::from(check(&format!("loops, seed {seed}"), &types, &interner, module));
    }
    assert!(ended * 2 > all, "most programs should end: {ended} of {all}");
    assert!(panicked * 20 > all, "some programs should panic: {panicked} of {all}");
    assert!(panicked * 4 < all * 3, "some programs should not panic: {panicked} of {all}");
}

/// Numbers and lists in local variables, by number of local.
const NUMBERS: usize = 6;
const LISTS: usize = 3;
const FIRST_LIST: usize = NUMBERS;
/// A list of lists.
const TABLE: usize = FIRST_LIST + LISTS;

const HELPERS: &str = "
fn grow (_0: &[i64]) -> () {
  bb0:
    list_push(&(*_0), 3i64)
    return ()
}
fn set (_0: &[i64], _1: i64) -> () {
    let _2: i64
  bb0:
    _2 = len (*_0)
    check_index _1, _2
    unshare (*_0)
    (*_0)[_1] = 8i64
    return ()
}
fn sum (_0: [i64]) -> i64 {
    let _1: i64
    let _2: i64
    let _3: i64
    let _4: bool
  bb0:
    _1 = 0i64
    _2 = 0i64
    goto bb1
  bb1:
    _3 = len _0
    _4 = lt _1, _3
    branch _4 -> bb2, bb3
  bb2:
    check_index _1, _3
    _2 = add _2, _0[_1]
    _1 = add _1, 1i64
    goto bb1
  bb3:
    return _2
}
";

/// Writes a program as text.
struct Loops {
    random: Random,
    locals: Vec<&'static str>,
    blocks: Vec<String>,
    block: usize,
    depth: usize,
    budget: usize,
    /// Where the statement at hand goes if an index is out of range.
    joins: Vec<usize>,
}

impl Loops {
    fn program(seed: u64) -> String {
        let mut locals = vec!["i64"; NUMBERS];
        locals.extend(vec!["[i64]"; LISTS]);
        locals.push("[[i64]]");
        let random = Random::new(seed);
        let blocks = vec![String::new()];
        let joins = Vec::new();
        let mut this = Self { random, locals, blocks, block: 0, depth: 0, budget: 40, joins };
        for number in 0..NUMBERS {
            let value = this.small();
            this.push(&format!("_{number} = {value}"));
        }
        for list in FIRST_LIST..TABLE {
            let values: Vec<String> =
                (0..this.random.below(6)).map(|n| format!("{n}i64")).collect();
            this.push(&format!("_{list} = list({})", values.join(", ")));
        }
        this.push(&format!("_{TABLE} = list(_{}, _{})", FIRST_LIST, FIRST_LIST + 1));
        for _ in 0..5 {
            this.statement();
        }
        for number in 0..NUMBERS {
            this.push(&format!("call extern rt_out_i64(_{number})"));
        }
        for list in FIRST_LIST..TABLE {
            let sum = this.local("i64");
            this.push(&format!("_{sum} = call sum(_{list})"));
            this.push(&format!("call extern rt_out_i64(_{sum})"));
        }
        this.push("return ()");
        let mut text = String::from(HELPERS);
        text += "entry main\nfn main () -> () {\n";
        for (number, ty) in this.locals.iter().enumerate() {
            let _ = writeln!(text, "    let _{number}: {ty}");
        }
        for (number, block) in this.blocks.iter().enumerate() {
            let _ = write!(text, "  bb{number}:\n{block}");
        }
        text + "}\n"
    }

    fn push(&mut self, line: &str) {
        let _ = writeln!(self.blocks[self.block], "    {line}");
    }

    fn local(&mut self, ty: &'static str) -> usize {
        self.locals.push(ty);
        self.locals.len() - 1
    }

    fn new_block(&mut self) -> usize {
        self.blocks.push(String::new());
        self.blocks.len() - 1
    }

    fn small(&mut self) -> String {
        match self.random.below(200) {
            0 => "9223372036854775807i64".into(),
            1 => "-9223372036854775808i64".into(),
            2..30 => format!("-{}i64", self.random.below(3)),
            _ => format!("{}i64", self.random.below(5)),
        }
    }

    fn number(&mut self) -> usize {
        self.random.below(NUMBERS)
    }

    fn operand(&mut self) -> String {
        if self.random.chance(60) { format!("_{}", self.number()) } else { self.small() }
    }

    /// A place that holds a list of numbers; one in the table is checked first.
    fn list(&mut self) -> String {
        if self.random.chance(60) {
            return format!("_{}", FIRST_LIST + self.random.below(LISTS));
        }
        let row = self.check(&format!("_{TABLE}"));
        format!("_{TABLE}[_{row}]")
    }

    fn check(&mut self, list: &str) -> usize {
        let index = self.number();
        let len = self.local("i64");
        self.push(&format!("_{len} = len {list}"));
        if self.random.chance(95) {
            let (low, high) = (self.local("bool"), self.local("bool"));
            let (above, inside, join) = (self.new_block(), self.new_block(), self.new_block());
            self.push(&format!("_{low} = ge _{index}, 0i64"));
            self.push(&format!("branch _{low} -> bb{above}, bb{join}"));
            self.block = above;
            self.push(&format!("_{high} = lt _{index}, _{len}"));
            self.push(&format!("branch _{high} -> bb{inside}, bb{join}"));
            self.block = inside;
            self.joins.push(join);
        }
        self.push(&format!("check_index _{index}, _{len}"));
        index
    }

    fn unshare(&mut self, list: &str) {
        if list.contains('[') {
            self.push(&format!("unshare _{TABLE}"));
        }
        self.push(&format!("unshare {list}"));
    }

    fn nested(&mut self) {
        self.depth += 1;
        for _ in 0..1 + self.random.below(3) {
            self.statement();
        }
        self.depth -= 1;
    }

    fn statement(&mut self) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        let joins = self.joins.len();
        self.any_statement();
        while self.joins.len() > joins {
            let join = self.joins.pop().expect("there is one more");
            self.push(&format!("goto bb{join}"));
            self.block = join;
        }
    }

    fn any_statement(&mut self) {
        let deep = self.depth > 3;
        match self.random.below(20) {
            0..3 => self.compute(),
            3..6 => {
                let list = self.list();
                let (index, to) = (self.check(&list), self.number());
                self.push(&format!("_{to} = {list}[_{index}]"));
            }
            6..9 => {
                let list = self.list();
                let index = self.check(&list);
                let value = self.operand();
                self.unshare(&list);
                self.push(&format!("{list}[_{index}] = {value}"));
            }
            9 => {
                let list = self.list();
                let value = self.operand();
                self.unshare(&list);
                self.push(&format!("list_push(&{list}, {value})"));
            }
            10 => {
                let to = FIRST_LIST + self.random.below(LISTS);
                let from = self.list();
                self.push(&format!("_{to} = {from}"));
            }
            11 => {
                let row = self.check(&format!("_{TABLE}"));
                let from = FIRST_LIST + self.random.below(LISTS);
                self.push(&format!("unshare _{TABLE}"));
                self.push(&format!("_{TABLE}[_{row}] = _{from}"));
            }
            12 => {
                let list = self.list();
                if list.contains('[') {
                    self.push(&format!("unshare _{TABLE}"));
                }
                match self.random.below(3) {
                    0 => self.push(&format!("call grow(&{list})")),
                    1 => {
                        let index = self.check(&list);
                        self.push(&format!("call set(&{list}, _{index})"));
                    }
                    _ => {
                        let to = self.number();
                        self.push(&format!("_{to} = call sum({list})"));
                    }
                }
            }
            13 => {
                let value = self.operand();
                self.push(&format!("call extern rt_out_i64({value})"));
            }
            14..17 if !deep => self.count(),
            17 if !deep => self.count_down(),
            18 if !deep => self.branch(),
            _ => self.compute(),
        }
    }

    fn compute(&mut self) {
        let to = self.number();
        let (a, b) = (self.operand(), self.operand());
        let line = match self.random.below(9) {
            0 => format!("_{to} = {a}"),
            1 => format!("_{to} = add.panic {a}, {b}"),
            2 => format!("_{to} = sub.panic {a}, {b}"),
            3 => format!("_{to} = rem {a}, 5i64"),
            4 => format!("_{to} = min {a}, {b}"),
            5 => format!("_{to} = max {a}, {b}"),
            6 => format!("_{to} = rem {a}, 3i64"),
            7 => format!("_{to} = div {a}, 2i64"),
            _ => format!("_{to} = add {a}, 1i64"),
        };
        self.push(&line);
    }

    fn condition(&mut self) -> usize {
        let condition = self.local("bool");
        let op = ["lt", "le", "gt", "ge", "eq", "ne"][self.random.below(6)];
        let (a, b) = (self.operand(), self.operand());
        self.push(&format!("_{condition} = {op} {a}, {b}"));
        condition
    }

    fn branch(&mut self) {
        let condition = self.condition();
        let (then, otherwise, join) = (self.new_block(), self.new_block(), self.new_block());
        self.push(&format!("branch _{condition} -> bb{then}, bb{otherwise}"));
        for block in [then, otherwise] {
            self.block = block;
            self.nested();
            self.push(&format!("goto bb{join}"));
        }
        self.block = join;
    }

    /// `for i in low..high`, often over a list's length; `i` is a number that
    /// the body may use and, now and then, change.
    fn count(&mut self) {
        let index = self.local("i64");
        let low = if self.random.chance(70) { "0i64".into() } else { self.operand() };
        let high = self.local("i64");
        if self.random.chance(60) {
            let list = self.list();
            self.push(&format!("_{high} = len {list}"));
        } else {
            let operand = self.operand();
            self.push(&format!("_{high} = min {operand}, 6i64"));
        }
        self.push(&format!("_{index} = max {low}, -2i64"));
        let more = self.local("bool");
        let (head, body, done) = (self.new_block(), self.new_block(), self.new_block());
        self.push(&format!("goto bb{head}"));
        self.block = head;
        self.push(&format!("_{more} = lt _{index}, _{high}"));
        self.push(&format!("branch _{more} -> bb{body}, bb{done}"));
        self.block = body;
        let visible = self.number();
        self.push(&format!("_{visible} = _{index}"));
        self.nested();
        if self.random.chance(15) {
            let condition = self.condition();
            let on = self.new_block();
            self.push(&format!("branch _{condition} -> bb{done}, bb{on}"));
            self.block = on;
        }
        let op = if self.random.chance(70) { "add" } else { "add.panic" };
        self.push(&format!("_{index} = {op} _{index}, 1i64"));
        self.push(&format!("goto bb{head}"));
        self.block = done;
    }

    /// `while i > 0: i -= 1; …`
    fn count_down(&mut self) {
        let index = self.local("i64");
        let list = self.list();
        self.push(&format!("_{index} = len {list}"));
        let more = self.local("bool");
        let (head, body, done) = (self.new_block(), self.new_block(), self.new_block());
        self.push(&format!("goto bb{head}"));
        self.block = head;
        self.push(&format!("_{more} = gt _{index}, 0i64"));
        self.push(&format!("branch _{more} -> bb{body}, bb{done}"));
        self.block = body;
        self.push(&format!("_{index} = sub.panic _{index}, 1i64"));
        let visible = self.number();
        self.push(&format!("_{visible} = _{index}"));
        self.nested();
        self.push(&format!("goto bb{head}"));
        self.block = done;
    }
}
