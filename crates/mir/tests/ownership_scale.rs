//! Long functions take time in proportion to their length, long chains of
//! objects are freed without deep recursion, and values with one owner stay
//! unique.

use std::fmt::Write;
use std::time::{Duration, Instant};

use simple_mir::interpret::{Limits, Machine, Outcome, Statistics, Value};
use simple_mir::text::parse_module;
use simple_mir::validate::expect_valid;
use simple_mir::{Dialect, Module, TypeTable, ownership};
use simple_source::Interner;

fn owned(text: &str, types: &TypeTable, interner: &Interner) -> Module {
    let mut module = parse_module(text, types, interner).unwrap_or_else(|e| panic!("{e}\n{text}"));
    expect_valid(&module, types, interner, Dialect::Values, "parsing");
    ownership::run(&mut module, types, interner);
    expect_valid(&module, types, interner, Dialect::Counted, "ownership");
    module
}

fn run(text: &str) -> (Value, Statistics) {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let module = owned(text, &types, &interner);
    let limits = Limits { steps: 1 << 32, frames: 2_000, memory: 1 << 32 };
    let mut machine = Machine::new(&module, &types, &interner, Dialect::Counted, limits);
    let entry = module.entry.expect("there is an entry");
    let value = match machine.run(entry, Vec::new()) {
        Ok(Outcome::Returned(value)) => value,
        other => panic!("{other:?}"),
    };
    machine.finish(&value).unwrap_or_else(|fault| panic!("{fault}"));
    (value, machine.statistics())
}

/// A function of about `4 * n` statements: one block or many.
fn long_function(n: usize, blocks: bool) -> String {
    let mut text = String::from(
        "struct P { name: str, tags: [str], n: i64 }\n\
         fn look (_0: str, _1: [str]) -> i64 {\n  bb0:\n    return 1i64\n}\n\
         fn long (_0 ps: [P], _1: bool) -> i64 {\n    let _2 sum: i64\n    let _3 out: [P]\n    let _4: i64\n",
    );
    for i in 0..n {
        let _ = writeln!(
            text,
            "    let _{}: P\n    let _{}: i64\n    let _{}: str",
            5 + 3 * i,
            6 + 3 * i,
            7 + 3 * i
        );
    }
    text.push_str("  bb0:\n    _2 = 0i64\n    _4 = 0i64\n    _3 = empty [P]\n");
    let mut block = 0;
    for i in 0..n {
        let (p, r, s) = (5 + 3 * i, 6 + 3 * i, 7 + 3 * i);
        let _ = writeln!(text, "    _{p} = _0[_4]");
        let _ = writeln!(text, "    _{s} = _{p}.0");
        let _ = writeln!(text, "    _{r} = call look(_{s}, _{p}.1)");
        match i % 4 {
            0 => drop(writeln!(text, "    list_push(&_3, _{p})")),
            1 => drop(writeln!(text, "    unshare _3\n    _3[_4].0 = _{s}")),
            _ => {}
        }
        if blocks && i % 3 == 0 {
            let _ = writeln!(text, "    branch _1 -> bb{}, bb{}", block + 1, block + 2);
            let _ = writeln!(
                text,
                "  bb{}:\n    _2 = add _2, _{r}\n    goto bb{}",
                block + 1,
                block + 2
            );
            block += 2;
            let _ = writeln!(text, "  bb{block}:");
        }
    }
    text.push_str("    return _2\n}\n");
    text
}

fn time(n: usize, blocks: bool) -> Duration {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let text = long_function(n, blocks);
    let module = parse_module(&text, &types, &interner).expect("it is MIR");
    let once = || {
        let mut module = module.clone();
        let start = Instant::now();
        ownership::run(&mut module, &types, &interner);
        start.elapsed()
    };
    (0..3).map(|_| once()).min().expect("there are three")
}

#[test]
fn long_functions_take_linear_time() {
    for blocks in [false, true] {
        let (short, long) = (time(1_000, blocks), time(16_000, blocks));
        // Sixteen times the length; a quadratic step would take 256 times as
        // long. The rest is room for a busy machine.
        assert!(long < short * 100 + Duration::from_millis(100), "{short:?} and {long:?}");
    }
}

const CHAIN: &str = r#"
enum Link { Nil, Cons(next: box Node) }
struct Node { value: str, next: Link }
fn main () -> i64 {
    let _0: Link
    let _1: i64
    let _2: bool
    let _3: str
    let _4: Node
    let _5: box Node
  bb0:
    _0 = variant 0 of Link
    _1 = 0i64
    goto bb1
  bb1:
    _2 = lt _1, 300000i64
    branch _2 -> bb2, bb3
  bb2:
    _3 = call extern rt_str_concat("a", "b")
    _4 = struct(_3, _0)
    _5 = box _4
    _0 = variant 1(_5)
    _1 = add _1, 1i64
    goto bb1
  bb3:
    return _1
}
entry main
"#;

#[test]
fn a_long_chain_is_freed_without_deep_recursion() {
    let (value, statistics) = run(CHAIN);
    assert_eq!(value, Value::Int(300_000));
    assert_eq!(statistics.allocations, 600_000);
    assert!(statistics.frames < 1_000, "{statistics:?}");
    assert_eq!((statistics.retains, statistics.copies), (0, 0));
}

#[test]
fn a_long_list_of_boxes_is_freed() {
    let (_, statistics) = run(r#"
enum Tree { Leaf, Fork(left: box Tree, right: box Tree) }
fn main () -> i64 {
    let _0: [box Tree]
    let _1: i64
    let _2: bool
    let _3: box Tree
    let _4: box Tree
    let _5: Tree
    let _6: box Tree
  bb0:
    _0 = empty [box Tree]
    _1 = 0i64
    goto bb1
  bb1:
    _2 = lt _1, 200000i64
    branch _2 -> bb2, bb3
  bb2:
    _3 = box variant 0 of Tree
    _4 = box variant 0 of Tree
    _5 = variant 1(_3, _4)
    _6 = box _5
    list_push(&_0, _6)
    _1 = add _1, 1i64
    goto bb1
  bb3:
    _1 = len _0
    return _1
}
entry main
"#);
    assert!(statistics.frames < 1_000, "{statistics:?}");
    // The list begins as the static empty one.
    assert_eq!((statistics.retains, statistics.copies), (0, 1));
}

/// A loop of `rounds` rounds around `body`, which may use the locals that
/// `declarations` declares from `_10` on and `start` sets; `_0` counts.
fn in_loop(items: &str, declarations: &str, start: &str, body: &str, end: &str) -> String {
    format!(
        "{items}\nfn main () -> i64 {{\n    let _0: i64\n    let _1: bool\n    let _2: i64\n{}{declarations}\n\
         \x20 bb0:\n    _0 = 0i64\n{start}\n    goto bb1\n  bb1:\n    _1 = lt _0, 100i64\n    \
         branch _1 -> bb2, bb3\n  bb2:\n{body}\n    _0 = add _0, 1i64\n    goto bb1\n  bb3:\n{end}\n    \
         return _2\n}}\nentry main\n",
        (3..10).map(|i| format!("    let _{i}: i64\n")).collect::<String>()
    )
}

/// Runs a loop whose values all have one owner: nothing may be copied.
fn stays_unique(items: &str, declarations: &str, start: &str, body: &str, end: &str) {
    let (_, statistics) = run(&in_loop(items, declarations, start, body, end));
    // What begins as a static object is copied once.
    assert!(statistics.copies <= 1, "{statistics:?}\n{body}");
}

const PUSH: &str = r#"
struct State { items: [i64], text: str, n: i64 }
enum [i64]? { None, Some(value: [i64]) }
fn push (_0: [i64], _1: i64) -> [i64] {
    let _2: [i64]
  bb0:
    _2 = _0
    list_push(&_2, _1)
    return _2
}
fn step (_0: State, _1: i64) -> State {
    let _2: State
  bb0:
    _2 = _0
    unshare _2.0
    list_push(&_2.0, _1)
    call extern rt_str_append(&_2.1, "x")
    return _2
}
fn add (_0: &State address, _1: i64) -> () {
  bb0:
    list_push(&(*_0).0, _1)
    call extern rt_str_append(&(*_0).1, "x")
    return ()
}
fn count (_0: [i64]) -> i64 {
    let _1: i64
  bb0:
    _1 = len _0
    return _1
}
fn maybe (_0: [i64]) -> [i64]? {
    let _1: [i64]?
  bb0:
    _1 = variant 1(_0)
    return _1
}
"#;

#[test]
fn values_with_one_owner_are_changed_in_place() {
    let list = "    let _10: [i64]\n    let _11: [i64]\n    let _12: [i64]?";
    let empty = "    _10 = empty [i64]";
    let end = "    _2 = len _10";
    // xs = push(xs, i)
    stays_unique(PUSH, list, empty, "    _10 = call push(_10, _0)", end);
    // The same through a temporary, and with a look at it between.
    let body = "    _11 = call push(_10, _0)\n    _2 = call count(_11)\n    _10 = _11";
    stays_unique(PUSH, list, empty, body, end);
    // ys = xs; ys.push(i); xs = ys
    let body = "    _11 = _10\n    list_push(&_11, _0)\n    _10 = _11";
    stays_unique(PUSH, list, empty, body, end);
    // match Some(push(xs, i)): case Some(v): xs = v
    let body = "    _11 = call push(_10, _0)\n    _12 = call maybe(_11)\n    \
                _10 = (_12 as 1).0";
    stays_unique(PUSH, list, empty, body, end);

    let state = "    let _10: State\n    let _11: State\n    let _12: [i64]\n    let _13: str";
    let start = "    _12 = list(0i64)\n    _13 = call extern rt_str_concat(\"a\", \"b\")\n    \
                 _10 = struct(_12, _13, 0i64)";
    let end = "    _2 = len _10.0";
    // acc = f(acc)
    stays_unique(PUSH, state, start, "    _10 = call step(_10, _0)", end);
    // f(mut state)
    stays_unique(PUSH, state, start, "    call add(&_10, _0)", end);
    // state.items = push(state.items, i)
    stays_unique(PUSH, state, start, "    _10.0 = call push(_10.0, _0)", end);
    let body = "    _12 = call push(_10.0, _0)\n    _10.0 = _12";
    stays_unique(PUSH, state, start, body, end);
    // state.text = state.text + "x"
    let body = "    _13 = _10.1\n    call extern rt_str_append(&_13, \"x\")\n    _10.1 = _13";
    stays_unique(PUSH, state, start, body, end);
    // a = state; a.n += 1; state = a
    let body = "    _11 = _10\n    _11.2 = add _11.2, 1i64\n    unshare _11.0\n    \
                list_push(&_11.0, _0)\n    _10 = _11";
    stays_unique(PUSH, state, start, body, end);
}

#[test]
fn parts_of_instances_are_changed_in_place() {
    let items = format!("{PUSH}\nclass Node {{ items: [i64], text: str }}\n");
    let declarations = "    let _10: Node\n    let _11: [i64]\n    let _12: str";
    let start = "    _11 = list(1i64)\n    _12 = call extern rt_str_concat(\"a\", \"b\")\n    \
                 _10 = class(_11, _12)";
    let end = "    _2 = len (*_10).0";
    // node.items = push(node.items, i): `push` touches no instance.
    let body = "    _11 = call push((*_10).0, _0)\n    (*_10).0 = _11";
    stays_unique(&items, declarations, start, body, end);
    // node.text = node.text + "x"
    let body = "    _12 = (*_10).1\n    call extern rt_str_append(&_12, \"x\")\n    (*_10).1 = _12";
    stays_unique(&items, declarations, start, body, end);
    let body = "    list_push(&(*_10).0, _0)";
    stays_unique(&items, declarations, start, body, end);
}

#[test]
fn a_tree_is_rebuilt_in_place() {
    // insert(tree, key): each node is taken apart and made anew; no list in it
    // is ever copied.
    let (_, statistics) = run(r#"
enum Tree { Leaf, Fork(left: box Tree, keys: [i64], right: box Tree) }
fn insert (_0: Tree, _1: i64) -> Tree {
    let _2: i64
    let _3: Tree
    let _4: [i64]
    let _5: Tree
    let _6: bool
    let _7: box Tree
    let _8: box Tree
    let _9: i64
    let _10: Tree
  bb0:
    _2 = discriminant _0
    switch _2 -> 1: bb1, else bb4
  bb1:
    _3 = (*(_0 as 1).0)
    _4 = (_0 as 1).1
    _5 = (*(_0 as 1).2)
    list_push(&_4, _1)
    _9 = rem _1, 2i64
    _1 = div _1, 2i64
    _6 = eq _9, 0i64
    branch _6 -> bb2, bb3
  bb2:
    _3 = call insert(_3, _1)
    goto bb5
  bb3:
    _5 = call insert(_5, _1)
    goto bb5
  bb4:
    _4 = list(_1)
    _7 = box variant 0 of Tree
    _8 = box variant 0 of Tree
    _10 = variant 1(_7, _4, _8)
    return _10
  bb5:
    _7 = box _3
    _8 = box _5
    _10 = variant 1(_7, _4, _8)
    return _10
}
fn main () -> i64 {
    let _0: Tree
    let _1: i64
    let _2: bool
  bb0:
    _0 = variant 0 of Tree
    _1 = 0i64
    goto bb1
  bb1:
    _2 = lt _1, 300i64
    branch _2 -> bb2, bb3
  bb2:
    _0 = call insert(_0, _1)
    _1 = add _1, 1i64
    goto bb1
  bb3:
    return _1
}
entry main
"#);
    assert_eq!(statistics.copies, 0, "{statistics:?}");
}

#[test]
fn looking_does_not_count() {
    // for p in ps: total += p.name.len() + size(p)
    let (_, statistics) = run(r#"
struct P { name: str, tags: [str], n: i64 }
fn size (_0: P) -> i64 {
    let _1: i64
  bb0:
    _1 = len _0.1
    return _1
}
fn total (_0: [P]) -> i64 {
    let _1: i64
    let _2: [P]
    let _3: i64
    let _4: i64
    let _5: bool
    let _6: P
    let _7: i64
  bb0:
    _1 = 0i64
    _2 = _0
    _3 = len _2
    _4 = 0i64
    goto bb1
  bb1:
    _5 = lt _4, _3
    branch _5 -> bb2, bb3
  bb2:
    _6 = _2[_4]
    _7 = len _6.0
    _1 = add _1, _7
    _7 = call size(_6)
    _1 = add _1, _7
    _4 = add _4, 1i64
    goto bb1
  bb3:
    return _1
}
fn main () -> i64 {
    let _0: [P]
    let _1: str
    let _2: [str]
    let _3: P
    let _4: i64
  bb0:
    _1 = call extern rt_str_concat("a", "b")
    _2 = empty [str]
    _3 = struct(_1, _2, 1i64)
    _0 = list(_3)
    _4 = call total(_0)
    return _4
}
entry main
"#);
    assert_eq!((statistics.retains, statistics.copies), (0, 0), "{statistics:?}");
}
