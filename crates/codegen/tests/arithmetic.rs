//! Operators on all types over edge values, checked against Rust: results,
//! and the traps of those that do not fit.

#![allow(clippy::type_complexity, reason = "tables of a name and a function")]

mod support;

use simple_mir::IntType;
use support::machine::{Arg, Outcome};
use support::{LEVELS, Running, Source};

const INTS: [IntType; 8] = [
    IntType::I8,
    IntType::I16,
    IntType::I32,
    IntType::I64,
    IntType::U8,
    IntType::U16,
    IntType::U32,
    IntType::U64,
];

fn min(int: IntType) -> i128 {
    if int.is_signed() { -(1 << (int.bits() - 1)) } else { 0 }
}

fn max(int: IntType) -> i128 {
    if int.is_signed() { (1 << (int.bits() - 1)) - 1 } else { (1 << int.bits()) - 1 }
}

/// Around every place where something changes.
fn edges(int: IntType) -> Vec<i128> {
    let mut edges = vec![0, 1, 2, 3, 5, 7, 10, 63, 64, 100, 127, 128, -1, -2, -3, -7, -10, -128];
    let root = 1 << (int.bits() / 2);
    for middle in [min(int), max(int), max(int) / 2, min(int) / 2, root, -root] {
        edges.extend(middle - 2..=middle + 2);
    }
    edges.retain(|edge| (min(int)..=max(int)).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn wrap(int: IntType, value: i128) -> i128 {
    let bits = int.canonical(value as u64);
    if int.is_signed() { i128::from(bits as i64) } else { i128::from(bits) }
}

/// Arguments carry garbage above their width, as the ABI allows.
fn arg(int: IntType, value: i128) -> Arg {
    let mask = u64::MAX >> (64 - int.bits());
    Arg::Int(value as u64 & mask | 0x5a5a_5a5a_5a5a_5a5a & !mask)
}

/// What must come out.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Expected {
    Value(i128),
    Trap(u8),
}

fn check(run: &Running<'_>, name: &str, args: &[Arg], int: IntType, expected: Expected) {
    let outcome = run.outcome(name, args);
    let ok = match (&outcome, expected) {
        (Outcome::Returned(results), Expected::Value(value)) => {
            wrap(int, i128::from(results[0] as i64)) == value
        }
        (Outcome::Trapped { kind, line, column }, Expected::Trap(expected)) => {
            *kind == expected && (*line, *column) == (3, 5)
        }
        _ => false,
    };
    assert!(ok, "{name}{args:x?} at {:?}: {outcome:?}, not {expected:?}", run.level);
}

fn at_each_level(text: &str, test: impl Fn(&Running<'_>)) {
    let source = Source::parse(text);
    for level in LEVELS {
        let machine = source.load(level);
        test(&Running { source: &source, machine: &machine, level });
    }
}

fn fits(int: IntType, value: i128, trap: u8) -> Expected {
    if (min(int)..=max(int)).contains(&value) {
        Expected::Value(value)
    } else {
        Expected::Trap(trap)
    }
}

fn divide(int: IntType, a: i128, b: i128) -> Expected {
    if b == 0 { Expected::Trap(20) } else { fits(int, a / b, 21) }
}

fn remainder(_: IntType, a: i128, b: i128) -> Expected {
    if b == 0 { Expected::Trap(22) } else { Expected::Value(a % b) }
}

/// A function of one argument that is one operator.
fn unary(name: &str, from: &str, to: &str, operator: &str) -> String {
    format!(
        "fn \"{name}\" (_0: {from} owned) -> {to} {{
            let _1: {to}
          bb0:
            _1 = {operator} @25..26
            return _1
        }}\n"
    )
}

/// The same of two arguments.
fn binary(name: &str, a: &str, b: &str, to: &str, operator: &str) -> String {
    format!(
        "fn \"{name}\" (_0: {a} owned, _1: {b} owned) -> {to} {{
            let _2: {to}
          bb0:
            _2 = {operator} _0, _1 @25..26
            return _2
        }}\n"
    )
}

type Rule = fn(IntType, i128, i128) -> Expected;

const BINARY: &[(&str, Rule)] = &[
    ("add.panic", |int, a, b| fits(int, a + b, 16)),
    ("sub.panic", |int, a, b| fits(int, a - b, 17)),
    ("mul.panic", |int, a, b| fits(int, a.saturating_mul(b), 18)),
    ("add", |int, a, b| Expected::Value(wrap(int, a + b))),
    ("sub", |int, a, b| Expected::Value(wrap(int, a - b))),
    ("mul", |int, a, b| Expected::Value(wrap(int, a.wrapping_mul(b)))),
    ("div", divide),
    ("rem", remainder),
    ("bit_and", |int, a, b| Expected::Value(wrap(int, a & b))),
    ("bit_or", |int, a, b| Expected::Value(wrap(int, a | b))),
    ("bit_xor", |int, a, b| Expected::Value(wrap(int, a ^ b))),
    ("min", |_, a, b| Expected::Value(a.min(b))),
    ("max", |_, a, b| Expected::Value(a.max(b))),
];

/// A function for each operator, and ones with each constant on either side.
fn binary_module(int: IntType, constants: &[i128]) -> String {
    let ty = int.name();
    let mut text = String::new();
    for (op, _) in BINARY {
        text += &binary(op, ty, ty, ty, op);
        for constant in constants {
            let right = format!("{op} _0, {constant}{ty}");
            text += &unary(&format!("{op} r{constant}"), ty, ty, &right);
            let left = format!("{op} {constant}{ty}, _0");
            text += &unary(&format!("{op} l{constant}"), ty, ty, &left);
        }
    }
    text
}

fn check_binary(int: IntType) {
    let edges = edges(int);
    let constants: Vec<i128> = edges.iter().copied().step_by(3).chain([0, 1, max(int)]).collect();
    let mut constants: Vec<i128> =
        constants.into_iter().chain(int.is_signed().then_some(-1)).collect();
    constants.push(min(int));
    constants.sort_unstable();
    constants.dedup();
    at_each_level(&binary_module(int, &constants), |run| {
        for (op, rule) in BINARY {
            for a in &edges {
                for b in &edges {
                    check(run, op, &[arg(int, *a), arg(int, *b)], int, rule(int, *a, *b));
                }
                for b in &constants {
                    check(run, &format!("{op} r{b}"), &[arg(int, *a)], int, rule(int, *a, *b));
                    check(run, &format!("{op} l{b}"), &[arg(int, *a)], int, rule(int, *b, *a));
                }
            }
        }
    });
}

#[test]
fn binary_operators_of_8_bits() {
    check_binary(IntType::I8);
    check_binary(IntType::U8);
}

#[test]
fn binary_operators_of_16_bits() {
    check_binary(IntType::I16);
    check_binary(IntType::U16);
}

#[test]
fn binary_operators_of_32_bits() {
    check_binary(IntType::I32);
    check_binary(IntType::U32);
}

#[test]
fn binary_operators_of_64_bits() {
    check_binary(IntType::I64);
    check_binary(IntType::U64);
}

#[test]
fn comparisons_give_a_full_bool() {
    let rules: [(&str, fn(&i128, &i128) -> bool); 6] = [
        ("eq", |a, b| a == b),
        ("ne", |a, b| a != b),
        ("lt", |a, b| a < b),
        ("le", |a, b| a <= b),
        ("gt", |a, b| a > b),
        ("ge", |a, b| a >= b),
    ];
    for int in INTS {
        let ty = int.name();
        let mut text = String::new();
        for (op, _) in rules {
            text += &binary(op, ty, ty, "bool", op);
            text += &format!(
                "fn branch_{op} (_0: {ty} owned, _1: {ty} owned) -> i64 {{
                    let _2: bool
                  bb0:
                    _2 = {op} _0, _1
                    branch _2 -> bb1, bb2
                  bb1:
                    return 1i64
                  bb2:
                    return 0i64
                }}\n"
            );
        }
        at_each_level(&text, |run| {
            for a in &edges(int) {
                for b in &edges(int) {
                    for (op, rule) in rules {
                        let args = [arg(int, *a), arg(int, *b)];
                        let expected = i64::from(rule(a, b));
                        // Callers in C read more than the low byte.
                        let (result, _) = run.ints(op, &args);
                        assert_eq!(result & 0xffff_ffff, expected, "{op} {ty} {a} {b}");
                        assert_eq!(run.ints(&format!("branch_{op}"), &args).0, expected);
                    }
                }
            }
        });
    }
}

#[test]
fn shifts_check_or_wrap_their_count() {
    for int in INTS {
        for count in [IntType::I8, IntType::U8, IntType::I64, IntType::U64, int] {
            let (ty, count_ty) = (int.name(), count.name());
            let width = i128::from(int.bits());
            let mut text = String::new();
            for op in ["shl", "shr", "shl.panic", "shr.panic"] {
                text += &binary(op, ty, count_ty, ty, op);
                text += &unary(&format!("{op} 3"), ty, ty, &format!("{op} _0, 3{count_ty}"));
            }
            let counts =
                [0, 1, 3, width - 1, width, width + 1, 64, 65, -1, -128, max(count), min(count)];
            let counts: Vec<i128> =
                counts.into_iter().filter(|n| (min(count)..=max(count)).contains(n)).collect();
            at_each_level(&text, |run| {
                for a in edges(int) {
                    for (op, left, checked) in [
                        ("shl", true, false),
                        ("shr", false, false),
                        ("shl.panic", true, true),
                        ("shr.panic", false, true),
                    ] {
                        let expected = |n: i128| {
                            if checked && !(0..width).contains(&n) {
                                return Expected::Trap(23);
                            }
                            let n = n.rem_euclid(width);
                            Expected::Value(if left { wrap(int, a << n) } else { a >> n })
                        };
                        for n in &counts {
                            check(run, op, &[arg(int, a), arg(count, *n)], int, expected(*n));
                        }
                        check(run, &format!("{op} 3"), &[arg(int, a)], int, expected(3));
                    }
                }
            });
        }
    }
}

#[test]
fn unary_operators_of_integers() {
    for int in INTS {
        let ty = int.name();
        let mut text = String::new();
        let ops =
            ["neg", "neg.panic", "not", "abs", "count_ones", "leading_zeros", "trailing_zeros"];
        for op in ops {
            text += &unary(op, ty, ty, &format!("{op} _0"));
        }
        at_each_level(&text, |run| {
            for a in edges(int) {
                let mask = u64::MAX >> (64 - int.bits());
                let bits = a as u64 & mask;
                let unused = 64 - int.bits();
                let zeros = |n: u32| Expected::Value(i128::from(n.min(int.bits())));
                for op in ops {
                    let expected = match op {
                        "neg" => Expected::Value(wrap(int, -a)),
                        "neg.panic" => fits(int, -a, 19),
                        "not" => Expected::Value(wrap(int, !a)),
                        "abs" => Expected::Value(wrap(int, a.abs())),
                        "count_ones" => zeros(bits.count_ones()),
                        "leading_zeros" => zeros(bits.leading_zeros() - unused),
                        _ => zeros(bits.trailing_zeros()),
                    };
                    check(run, op, &[arg(int, a)], int, expected);
                }
            }
        });
    }
}

#[test]
fn overflowing_operators_say_what_did_not_fit() {
    for int in INTS {
        let ty = int.name();
        let mut text = format!("struct pair {{ 0: {ty}, 1: bool }}\n");
        for op in ["add", "sub", "mul"] {
            text += &binary(op, ty, ty, "pair", &format!("overflowing {op}"));
        }
        at_each_level(&text, |run| {
            for a in edges(int) {
                for b in edges(int) {
                    for (op, exact) in
                        [("add", Some(a + b)), ("sub", Some(a - b)), ("mul", a.checked_mul(b))]
                    {
                        let (value, flag) = run.ints(op, &[arg(int, a), arg(int, b)]);
                        let value = wrap(int, i128::from(value));
                        let low = match op {
                            "add" => a.wrapping_add(b),
                            "sub" => a.wrapping_sub(b),
                            _ => a.wrapping_mul(b),
                        };
                        assert_eq!(value, wrap(int, low), "{op} {ty} {a} {b}");
                        let fits = exact == Some(value);
                        assert_eq!(flag & 0xff, i64::from(!fits), "{op} {ty} {a} {b}");
                    }
                }
            }
        });
    }
}

#[test]
fn integers_are_cut_and_extended() {
    for from in INTS {
        let mut text = String::new();
        for to in INTS {
            text += &unary(to.name(), from.name(), to.name(), "cast.int _0");
        }
        at_each_level(&text, |run| {
            for a in edges(from) {
                for to in INTS {
                    check(run, to.name(), &[arg(from, a)], to, Expected::Value(wrap(to, a)));
                }
            }
        });
    }
}

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    0.5,
    -0.5,
    0.999_999_999_999_999_9,
    1.0,
    -1.0,
    1.5,
    2.5,
    -2.5,
    126.9,
    127.0,
    127.5,
    128.0,
    -128.0,
    -128.9,
    -129.0,
    255.0,
    255.9,
    256.0,
    32767.9,
    32768.0,
    65535.9,
    65536.0,
    2147483647.0,
    2147483648.0,
    -2147483648.0,
    -2147483649.0,
    4294967295.0,
    4294967296.0,
    9223372036854774784.0,
    9223372036854775808.0,
    -9223372036854775808.0,
    -9223372036854777856.0,
    18446744073709549568.0,
    18446744073709551616.0,
    1e300,
    -1e300,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn saturated(int: IntType, value: f64) -> i128 {
    match int {
        IntType::I8 => i128::from(value as i8),
        IntType::I16 => i128::from(value as i16),
        IntType::I32 => i128::from(value as i32),
        IntType::I64 => i128::from(value as i64),
        IntType::U8 => i128::from(value as u8),
        IntType::U16 => i128::from(value as u16),
        IntType::U32 => i128::from(value as u32),
        IntType::U64 => i128::from(value as u64),
    }
}

#[test]
fn floats_become_integers_by_saturation() {
    let mut text = String::new();
    for int in INTS {
        for float in ["f32", "f64"] {
            let name = format!("{float}_{}", int.name());
            text += &unary(&name, float, int.name(), "cast.float_to_int _0");
        }
    }
    at_each_level(&text, |run| {
        for value in FLOATS {
            for int in INTS {
                let (name, narrow) = (int.name(), *value as f32);
                let expected = Expected::Value(saturated(int, *value));
                check(run, &format!("f64_{name}"), &[Arg::F64(*value)], int, expected);
                let expected = Expected::Value(saturated(int, f64::from(narrow)));
                check(run, &format!("f32_{name}"), &[Arg::F32(narrow)], int, expected);
            }
        }
    });
}

#[test]
fn integers_become_the_nearest_float() {
    for int in INTS {
        let ty = int.name();
        let mut text = String::new();
        for float in ["f32", "f64"] {
            text += &unary(float, ty, float, "cast.int_to_float _0");
        }
        at_each_level(&text, |run| {
            for a in edges(int).into_iter().chain([max(int) / 3, min(int) / 3]) {
                let args = [arg(int, a)];
                let narrow = f32::from_bits(run.f64("f32", &args).to_bits() as u32);
                if int.is_signed() {
                    assert_eq!(run.f64("f64", &args), a as i64 as f64, "{ty} {a}");
                    assert_eq!(narrow, a as i64 as f32, "{ty} {a}");
                } else {
                    assert_eq!(run.f64("f64", &args), a as u64 as f64, "{ty} {a}");
                    assert_eq!(narrow, a as u64 as f32, "{ty} {a}");
                }
            }
        });
    }
}

#[test]
fn float_operators_are_those_of_ieee() {
    let arithmetic: [(&str, fn(f64, f64) -> f64); 5] = [
        ("add", |a, b| a + b),
        ("sub", |a, b| a - b),
        ("mul", |a, b| a * b),
        ("div", |a, b| a / b),
        ("rem", |a, b| a % b),
    ];
    let narrow: [fn(f32, f32) -> f32; 5] =
        [|a, b| a + b, |a, b| a - b, |a, b| a * b, |a, b| a / b, |a, b| a % b];
    let compare: [(&str, fn(&f64, &f64) -> bool); 6] = [
        ("eq", |a, b| a == b),
        ("ne", |a, b| a != b),
        ("lt", |a, b| a < b),
        ("le", |a, b| a <= b),
        ("gt", |a, b| a > b),
        ("ge", |a, b| a >= b),
    ];
    let functions: [(&str, fn(f64) -> f64); 6] = [
        ("neg", |a| -a),
        ("sqrt", f64::sqrt),
        ("floor", f64::floor),
        ("ceil", f64::ceil),
        ("trunc", f64::trunc),
        ("abs", f64::abs),
    ];
    let mut text = String::new();
    for float in ["f64", "f32"] {
        for (op, _) in arithmetic {
            text += &binary(&format!("{op}_{float}"), float, float, float, op);
        }
        for (op, _) in compare {
            text += &binary(&format!("{op}_{float}"), float, float, "bool", op);
        }
    }
    for (op, _) in functions {
        text += &unary(&format!("{op}_1"), "f64", "f64", &format!("{op} _0"));
    }
    for (name, from, to, op) in [
        ("widen", "f32", "f64", "cast.float"),
        ("narrow", "f64", "f32", "cast.float"),
        ("bits", "f64", "u64", "to_bits"),
        ("float", "u64", "f64", "from_bits"),
        ("bits32", "f32", "u32", "to_bits"),
        ("float32", "u32", "f32", "from_bits"),
    ] {
        text += &unary(name, from, to, &format!("{op} _0"));
    }
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    let low = |value: f64| f32::from_bits(value.to_bits() as u32);
    at_each_level(&text, |run| {
        for a in FLOATS {
            for b in FLOATS {
                let args = [Arg::F64(*a), Arg::F64(*b)];
                let (c, d) = (*a as f32, *b as f32);
                for ((op, rule), narrow) in arithmetic.iter().zip(narrow) {
                    let result = run.f64(&format!("{op}_f64"), &args);
                    assert!(same(result, rule(*a, *b)), "{op} {a} {b}: {result}");
                    let result = low(run.f64(&format!("{op}_f32"), &[Arg::F32(c), Arg::F32(d)]));
                    assert!(
                        same(f64::from(result), f64::from(narrow(c, d))),
                        "{op} {c} {d}: {result}"
                    );
                }
                for (op, rule) in compare {
                    let (result, _) = run.ints(&format!("{op}_f64"), &args);
                    assert_eq!(result & 0xff, i64::from(rule(a, b)), "{op} {a} {b}");
                    let (result, _) = run.ints(&format!("{op}_f32"), &[Arg::F32(c), Arg::F32(d)]);
                    assert_eq!(result & 0xff, i64::from(rule(&f64::from(c), &f64::from(d))));
                }
            }
            for (op, rule) in functions {
                let result = run.f64(&format!("{op}_1"), &[Arg::F64(*a)]);
                assert!(same(result, rule(*a)), "{op} {a}: {result}");
            }
            let narrow = *a as f32;
            assert!(same(run.f64("widen", &[Arg::F32(narrow)]), f64::from(narrow)));
            assert_eq!(low(run.f64("narrow", &[Arg::F64(*a)])).to_bits(), narrow.to_bits());
            assert_eq!(run.ints("bits", &[Arg::F64(*a)]).0 as u64, a.to_bits());
            assert_eq!(run.f64("float", &[Arg::Int(a.to_bits())]).to_bits(), a.to_bits());
            assert_eq!(run.ints("bits32", &[Arg::F32(narrow)]).0 as u32, narrow.to_bits());
            let back = run.f64("float32", &[Arg::Int(u64::from(narrow.to_bits()))]);
            assert_eq!(low(back).to_bits(), narrow.to_bits());
        }
    });
}

#[test]
fn bools_and_chars_are_small_integers() {
    let text = [
        unary("not", "bool", "bool", "not _0"),
        binary("and", "bool", "bool", "bool", "bit_and"),
        unary("code", "char", "u32", "cast.int _0"),
        unary("is_a", "char", "bool", "eq _0, 'a'"),
        unary("number", "bool", "i64", "cast.int _0"),
    ];
    at_each_level(&text.concat(), |run| {
        for bit in [0, 1] {
            assert_eq!(run.int("not", &[bit]) & 0xff, 1 - bit);
            assert_eq!(run.int("number", &[bit | 0xff00]), bit);
            assert_eq!(run.int("and", &[bit, 1]) & 0xff, bit);
        }
        assert_eq!(run.int("code", &['é' as i64]) & 0xffff_ffff, 'é' as i64);
        assert_eq!(run.int("is_a", &['a' as i64]) & 0xff, 1);
        assert_eq!(run.int("is_a", &['b' as i64]) & 0xff, 0);
    });
}
