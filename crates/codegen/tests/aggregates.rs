//! Structs and enums: how they are held, passed and returned.

mod support;

use support::at_each_level;
use support::machine::{Arg, Outcome};
use support::runtime;

#[test]
fn pairs_travel_in_registers() {
    at_each_level(
        "
struct pair { a: i64, b: f64 }
struct bytes { a: u8, b: i32 }
fn make (_0: i64 owned, _1: f64 owned) -> pair {
    let _2: pair
  bb0:
    _2 = struct(_0, _1)
    return _2
}
fn swap_ends (_0: pair owned, _1: bytes owned) -> bytes {
    let _2: bytes
    let _3: i64
    let _4: i32
    let _5: u8
  bb0:
    _3 = cast.float_to_int _0.1
    _4 = cast.int _3
    _5 = cast.int _1.1
    _2.0 = _5
    _2.1 = _4
    return _2
}
fn through (_0: i64 owned) -> i64 {
    let _1: pair
    let _2: bytes
    let _3: bytes
    let _4: i64
    let _5: i64
  bb0:
    _1 = call make(_0, 7.5f64)
    _2 = struct(1u8, 258i32)
    _3 = call swap_ends(_1, _2)
    _4 = cast.int _3.0
    _5 = cast.int _3.1
    _4 = mul _4, 100i64
    _4 = add _4, _5
    _4 = add _4, _1.0
    return _4
}",
        |run| {
            let made = run.outcome("make", &[Arg::Int(5), Arg::F64(2.5)]);
            let Outcome::Returned([rax, _, xmm0, _]) = made else { panic!("{made:?}") };
            assert_eq!((rax, f64::from_bits(xmm0)), (5, 2.5));
            let args = [Arg::Int(9), Arg::F64(-3.9), Arg::Int(1), Arg::Int(0x1_0000_0203)];
            let (a, b) = run.ints("swap_ends", &args);
            assert_eq!((a & 0xff, b as i32), (3, -3));
            assert_eq!(run.int("through", &[1000]), 1000 + 200 + 7);
        },
    );
}

#[test]
fn larger_structs_travel_by_address() {
    at_each_level(
        "
struct v3 { x: f64, y: f64, z: f64 }
struct big { a: i64, v: v3, b: i8, w: v3, c: v3, d: v3, e: v3, f: v3 }
fn make (_0: f64 owned) -> v3 {
    let _1: f64
    let _2: f64
    let _3: v3
  bb0:
    _1 = add _0, 1.0f64
    _2 = add _0, 2.0f64
    _3 = struct(_0, _1, _2)
    return _3
}
fn dot (_0: v3 borrowed, _1: v3 borrowed) -> f64 {
    let _2: f64
    let _3: f64
  bb0:
    _2 = mul _0.0, _1.0
    _3 = mul _0.1, _1.1
    _2 = add _2, _3
    _3 = mul _0.2, _1.2
    _2 = add _2, _3
    return _2
}
fn scaled (_0: v3 owned, _1: f64 owned) -> v3 {
  bb0:
    _0.0 = mul _0.0, _1
    _0.1 = mul _0.1, _1
    _0.2 = mul _0.2, _1
    return _0
}
fn run (_0: f64 owned) -> f64 {
    let _1: v3
    let _2: v3
    let _3: f64
    let _4: f64
  bb0:
    _1 = call make(_0)
    _2 = call scaled(_1, 10.0f64)
    _3 = call dot(_1, _2)
    _1 = call scaled(_1, 2.0f64)
    _4 = call dot(_1, _1)
    _4 = add _3, _4
    return _4
}
fn rotate (_0: f64 owned) -> f64 {
    let _1: v3
    let _2: f64
  bb0:
    _1 = call make(_0)
    _1 = struct(_1.1, _1.2, _1.0)
    _2 = mul _1.0, 100.0f64
    _2 = add _2, _1.2
    return _2
}
fn nested (_0: f64 owned) -> f64 {
    let _1: big
    let _2: v3
    let _3: f64
  bb0:
    _2 = call make(_0)
    _1.0 = 1i64
    _1.1 = _2
    _1.2 = 7i8
    _1.3 = call scaled(_1.1, 3.0f64)
    _1.1 = _1.3
    _1.7 = _1.1
    _3 = call inner(_1)
    _3 = add _3, _1.1.0
    return _3
}
fn inner (_0: big owned) -> f64 {
    let _1: big
    let _2: f64
    let _3: f64
  bb0:
    _1 = _0
    _0.7.1 = 0.0f64
    _2 = _1.7.1
    _3 = cast.int_to_float _1.2
    _2 = mul _2, _3
    _2 = add _2, _0.7.1
    return _2
}",
        |run| {
            let at = |x: f64| [x, x + 1.0, x + 2.0];
            let square = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>();
            for x in [0.0, 1.0, -2.5] {
                let expected = square(at(x)) * 10.0 + square(at(x)) * 4.0;
                assert_eq!(run.f64("run", &[Arg::F64(x)]), expected);
                assert_eq!(run.f64("rotate", &[Arg::F64(x)]), (x + 1.0) * 100.0 + x);
                let expected = (x + 1.0) * 3.0 * 7.0 + x * 3.0;
                assert_eq!(run.f64("nested", &[Arg::F64(x)]), expected);
            }
        },
    );
}

#[test]
fn many_arguments_go_on_over_the_stack() {
    at_each_level(
        "
struct pair { a: i64, b: i64 }
struct wide { a: i64, b: i64, c: i64 }
fn sum (_0: i64 owned, _1: pair owned, _2: () owned, _3: pair owned, _4: wide borrowed, _5: pair owned, _6: i8 owned, _7: i64 owned) -> i64 {
    let _8: i64
  bb0:
    _8 = cast.int _6
    _8 = add _8, _0
    _8 = add _8, _1.0
    _8 = add _8, _1.1
    _8 = add _8, _3.0
    _8 = add _8, _3.1
    _8 = add _8, _4.2
    _8 = add _8, _5.0
    _8 = add _8, _5.1
    _8 = shl _8, 8i64
    _8 = add _8, _7
    return _8
}
fn go (_0: i64 owned) -> i64 {
    let _1: pair
    let _2: wide
    let _3: i64
  bb0:
    _1 = struct(_0, 10i64)
    _2 = struct(1i64, 2i64, 100i64)
    _3 = call sum(1i64, _1, (), _1, _2, _1, -1i8, 3i64)
    return _3
}",
        |run| {
            assert_eq!(run.int("go", &[5]), ((1 + 15 * 3 + 100 - 1) << 8) + 3);
        },
    );
}

const ENUMS: &str = "
enum Plain { A, B, C }
enum Shape { Circle(r: f64), Rect(w: f64, h: f64), Empty }
enum i64? { None, Some(0: i64) }
enum Same { Int(v: i64), Float(v: f64), Unit }
enum Small? { None, Some(0: Plain) }
enum str? { None, Some(0: str) }
enum Unit? { None, Some(0: ()) }
enum Nested? { None, Some(0: i64?) }
";

#[test]
fn enums_of_every_shape() {
    let text = format!(
        "{ENUMS}
fn plain (_0: Plain owned) -> i64 {{
    let _1: i64
  bb0:
    _1 = discriminant _0
    return _1
}}
fn next (_0: Plain owned) -> Plain {{
    let _1: i64
    let _2: Plain
  bb0:
    _1 = discriminant _0
    switch _1 -> 0: bb1, 1: bb2, 2: bb3, else bb4
  bb1:
    return variant 1 of Plain
  bb2:
    _2 = variant 2()
    return _2
  bb3:
    return variant 0 of Plain
  bb4:
    unreachable
}}
fn area (_0: Shape borrowed) -> f64 {{
    let _1: i64
    let _2: f64
  bb0:
    _1 = discriminant _0
    switch _1 -> 0: bb1, 1: bb2, else bb3
  bb1:
    _2 = mul (_0 as 0).0, (_0 as 0).0
    return _2
  bb2:
    _2 = mul (_0 as 1).0, (_0 as 1).1
    return _2
  bb3:
    return 0.0f64
}}
fn shape (_0: i64 owned) -> f64 {{
    let _1: Shape
    let _2: f64
  bb0:
    switch _0 -> 0: bb1, 1: bb2, else bb3
  bb1:
    _1 = variant 0(3.0f64)
    goto bb4
  bb2:
    _1 = variant 1(2.0f64, 5.0f64)
    goto bb4
  bb3:
    _1 = variant 2()
    goto bb4
  bb4:
    _2 = call area(_1)
    return _2
}}
fn empty () -> f64 {{
    let _0: f64
  bb0:
    _0 = call area(variant 2 of Shape)
    return _0
}}
fn some (_0: i64 owned) -> i64? {{
    let _1: bool
    let _2: i64?
  bb0:
    _1 = lt _0, 0i64
    branch _1 -> bb1, bb2
  bb1:
    return variant 0 of i64?
  bb2:
    _2 = variant 1(_0)
    return _2
}}
fn unwrap_or (_0: i64? owned, _1: i64 owned) -> i64 {{
    let _2: i64
  bb0:
    _2 = discriminant _0
    switch _2 -> 1: bb1, else bb2
  bb1:
    return (_0 as 1).0
  bb2:
    return _1
}}
fn both (_0: i64 owned) -> i64 {{
    let _1: i64?
    let _2: i64
  bb0:
    _1 = call some(_0)
    _2 = call unwrap_or(_1, 77i64)
    return _2
}}
fn mixed (_0: i64 owned) -> f64 {{
    let _1: Same
    let _2: f64
  bb0:
    switch _0 -> 0: bb1, 1: bb2, else bb3
  bb1:
    _1 = variant 0(-9i64)
    goto bb4
  bb2:
    _1 = variant 1(1.25f64)
    goto bb4
  bb3:
    _1 = variant 2 of Same
    goto bb4
  bb4:
    _2 = call mixed_value(_1)
    return _2
}}
fn mixed_value (_0: Same owned) -> f64 {{
    let _1: i64
    let _2: f64
  bb0:
    _1 = discriminant _0
    switch _1 -> 0: bb1, 1: bb2, 2: bb3, else bb4
  bb1:
    _2 = cast.int_to_float (_0 as 0).0
    return _2
  bb2:
    (_0 as 1).0 = add (_0 as 1).0, 1.0f64
    return (_0 as 1).0
  bb3:
    return 0.5f64
  bb4:
    unreachable
}}
fn nested (_0: i64 owned) -> i64 {{
    let _1: Nested?
    let _2: i64?
    let _3: i64
  bb0:
    _2 = call some(_0)
    _1 = variant 1(_2)
    _3 = discriminant (_1 as 1).0
    _3 = mul _3, 1000i64
    switch _3 -> 1000: bb1, else bb2
  bb1:
    _3 = add _3, ((_1 as 1).0 as 1).0
    goto bb2
  bb2:
    return _3
}}
fn units () -> i64 {{
    let _0: Unit?
    let _1: Unit?
    let _2: i64
    let _3: i64
  bb0:
    _0 = variant 1(())
    _1 = variant 0()
    _2 = discriminant _0
    _3 = discriminant _1
    _2 = mul _2, 10i64
    _2 = add _2, _3
    return _2
}}
fn text (_0: i64 owned) -> i64 {{
    let _1: str?
    let _2: i64
    let _3: i64
  bb0:
    switch _0 -> 0: bb1, else bb2
  bb1:
    _1 = variant 1(\"twelve bytes\")
    goto bb3
  bb2:
    _1 = variant 0 of str?
    goto bb3
  bb3:
    _2 = discriminant _1
    switch _2 -> 0: bb4, else bb5
  bb4:
    return -1i64
  bb5:
    _3 = len (_1 as 1).0
    return _3
}}"
    );
    at_each_level(&text, |run| {
        for tag in 0..3 {
            assert_eq!(run.int("plain", &[tag]), tag);
            assert_eq!(run.int("next", &[tag]) & 0xff, (tag + 1) % 3);
        }
        assert_eq!([0, 1, 2].map(|i| run.f64("shape", &[Arg::Int(i)])), [9.0, 10.0, 0.0]);
        assert_eq!(run.f64("empty", &[]), 0.0);
        assert_eq!([5, -5].map(|i| run.int("both", &[i])), [5, 77]);
        assert_eq!([0, 1, 2].map(|i| run.f64("mixed", &[Arg::Int(i)])), [-9.0, 2.25, 0.5]);
        assert_eq!([3, -3].map(|i| run.int("nested", &[i])), [1003, 0]);
        assert_eq!(run.int("units", &[]), 10);
        assert_eq!([0, 1].map(|i| run.int("text", &[i])), [12, -1]);
    });
}

#[test]
fn places_are_passed_by_address() {
    at_each_level(
        "
struct pair { a: i64, b: i64 }
struct wide { a: i64, b: pair, c: i64 }
fn bump (_0: &i64 address, _1: i64 owned) -> i64 {
  bb0:
    (*_0) = add.panic (*_0), _1
    return (*_0)
}
fn bump_pair (_0: &pair address) -> () {
    let _1: i64
  bb0:
    _1 = call bump(&(*_0).1, 100i64)
    (*_0).0 = add (*_0).0, _1
    return ()
}
fn scalar (_0: i64 owned) -> i64 {
    let _1: i64
    let _2: i64
    let _3: bool
  bb0:
    _1 = _0
    goto bb1
  bb1:
    _2 = call bump(&_1, 1i64)
    _3 = lt _2, 10i64
    branch _3 -> bb1, bb2
  bb2:
    return _1
}
fn pair_in_registers (_0: i64 owned) -> i64 {
    let _1: pair
    let _2: i64
  bb0:
    _1 = struct(_0, 1i64)
    call bump_pair(&_1)
    _2 = call bump(&_1.0, _1.1)
    _2 = sub _2, _1.0
    _2 = add _2, _1.0
    return _2
}
fn in_memory (_0: i64 owned) -> i64 {
    let _1: wide
    let _2: i64
  bb0:
    _1.0 = _0
    _1.1 = struct(_0, _0)
    _1.2 = 5i64
    call bump_pair(&_1.1)
    _1.2 = call bump(&_1.2, _1.1.1)
    _2 = add _1.1.0, _1.2
    return _2
}
fn self_assign (_0: i64 owned) -> i64 {
  bb0:
    _0 = call bump(&_0, 5i64)
    return _0
}",
        |run| {
            assert_eq!([-3, 9, 10, 50].map(|i| run.int("scalar", &[i])), [10, 10, 11, 51]);
            assert_eq!(run.int("self_assign", &[1]), 6);
            // _1: (x, 1) -> (x + 101, 101) -> first + 101
            assert_eq!(run.int("pair_in_registers", &[7]), 7 + 101 + 101);
            assert_eq!(run.int("in_memory", &[7]), 7 + 107 + 5 + 107);
        },
    );
}

#[test]
fn the_runtime_takes_aggregates_by_address() {
    at_each_level(
        "
struct Two { a: i64, b: f64 }
enum i64? { None, Some(0: i64) }
fn swap (_0: i64 owned, _1: f64 owned) -> Two {
    let _2: Two
    let _3: Two
  bb0:
    _2 = struct(_0, _1)
    _3 = call extern swap_two(_2)
    return _3
}
fn swap_self (_0: i64 owned, _1: f64 owned) -> Two {
    let _2: Two
  bb0:
    _2 = struct(_0, _1)
    _2 = call extern swap_two(_2)
    return _2
}
fn count (_0: i64 owned) -> i64 {
  bb0:
    call extern increment(&_0)
    call extern increment(&_0)
    return _0
}
fn small (_0: i8 owned, _1: u16 owned, _2: bool owned, _3: u8 owned) -> () {
    let _4: i32
    let _5: u32
  bb0:
    call extern log_small(_0, _1, _2, _3)
    call extern log_wide(-5i32, 4000000000u32, 7i32, 0u32)
    return ()
}",
        |run| {
            for name in ["swap", "swap_self"] {
                let swapped = run.outcome(name, &[Arg::Int(3), Arg::F64(8.0)]);
                let Outcome::Returned([rax, _, xmm0, _]) = swapped else { panic!("{swapped:?}") };
                assert_eq!((rax, f64::from_bits(xmm0)), (8, 3.0));
            }
            assert_eq!(run.int("count", &[40]), 42);
            let garbage = |word: u64| Arg::Int(0xffff_ffff_0000_0000 | word);
            let args =
                [garbage(0xabcd_efff), garbage(0x7777_fffe), garbage(0xff01), garbage(0x1_ff80)];
            run.outcome("small", &args);
            assert_eq!(runtime::take_log(), ["-1 65534 true 128", "-5 4000000000 7 0"]);
        },
    );
}

#[test]
fn panics_and_traps_know_their_place() {
    at_each_level(
        "
fn at (_0: i64 owned, _1: i64 owned) -> i64 {
  bb0:
    check_index _0, _1 @33..34
    return _0
}
fn two (_0: i64 owned) -> i64 {
    let _1: i64
    let _2: i64
  bb0:
    _1 = add.panic _0, _0 @11..12
    _2 = add.panic _1, _1 @25..26
    return _2
}
fn outer (_0: i64 owned) -> i64 {
    let _1: i64
  bb0:
    _1 = call two(_0) @50..51
    return _1
}
fn never () -> i64 {
  bb0:
    unreachable @75..76
}",
        |run| {
            assert_eq!(run.int("at", &[4, 5]), 4);
            for (index, len) in [(5, 5), (-1, 5), (0, 0), (i64::MIN, i64::MAX)] {
                let outcome = run.outcome("at", &[Arg::Int(index as u64), Arg::Int(len as u64)]);
                let message = format!("index {index} of {len}");
                assert_eq!(outcome, Outcome::Panicked { message, line: 4, column: 3 });
            }
            let trap = |line, column| Outcome::Trapped { kind: 16, line, column };
            assert_eq!(run.int("outer", &[3]), 12);
            assert_eq!(run.outcome("two", &[Arg::Int(1 << 62)]), trap(2, 1));
            assert_eq!(run.outcome("outer", &[Arg::Int(1 << 61)]), trap(3, 5));
            let outcome = run.outcome("never", &[]);
            assert_eq!(outcome, Outcome::Trapped { kind: 26, line: 8, column: 5 });
        },
    );
}

#[test]
fn switches_of_every_size() {
    let mut text = String::new();
    let cases: Vec<i64> = vec![-7, 0, 1, 2, 3, 4, 5, 6, 100, 1000, 1001, i64::MAX];
    for count in 0..=cases.len() {
        text += &format!("fn s{count} (_0: i64 owned) -> i64 {{\n  bb0:\n    switch _0 -> ");
        // In the rising order of their bits.
        let mut sorted = cases[..count].to_vec();
        sorted.sort_by_key(|case| *case as u64);
        for case in &sorted {
            let block = cases.iter().position(|other| other == case).expect("it is there") + 1;
            text += &format!("{}: bb{block}, ", *case as u64);
        }
        text += &format!("else bb{}\n", count + 1);
        for block in 1..=count + 1 {
            text += &format!("  bb{block}:\n    return {block}i64\n");
        }
        text += "}\n";
    }
    for (count, ty) in [(2, "u8"), (6, "u8"), (6, "i8"), (5, "char")] {
        text += &format!("fn {ty}{count} (_0: {ty} owned) -> i64 {{\n  bb0:\n    switch _0 -> ");
        for case in 0..count {
            text += &format!("{}: bb{}, ", case + 120, case + 1);
        }
        text += &format!("else bb{}\n", count + 1);
        for block in 1..=count + 1 {
            text += &format!("  bb{block}:\n    return {block}i64\n");
        }
        text += "}\n";
    }
    at_each_level(&text, |run| {
        for count in 0..=cases.len() {
            for (index, case) in cases.iter().enumerate() {
                let expected = if index < count { index } else { count } as i64 + 1;
                assert_eq!(run.int(&format!("s{count}"), &[*case]), expected, "{case} of {count}");
            }
            assert_eq!(run.int(&format!("s{count}"), &[50]), count as i64 + 1);
        }
        for value in 0..256 {
            let garbage = value | 0x77_7700;
            let expected = |count: i64| {
                (value - 119).clamp(1, count + 1) + if value < 120 { count } else { 0 }
            };
            assert_eq!(run.int("u82", &[garbage]), expected(2));
            assert_eq!(run.int("u86", &[garbage]), expected(6));
            if value < 128 {
                assert_eq!(run.int("i86", &[garbage]), expected(6));
            }
            assert_eq!(run.int("char5", &[value]), expected(5));
        }
    });
}
