use simple_source::Interner;

use super::*;
use crate::text::{parse_module, print_module};
use crate::validate::expect_valid;

/// `text` after calls that do not return were cut and ends split off.
fn split_text(text: &str) -> String {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let mut module = parse_module(text, &types, &interner).expect("the module reads");
    let order: Vec<FuncId> = module.functions.indices().collect();
    cut(&mut module, &interner, &order);
    split(&mut module, &types, &interner);
    expect_valid(&module, &types, &interner, Dialect::Values, "split");
    print_module(&module, &types, &interner)
}

#[test]
fn an_end_becomes_a_function_with_what_it_needs() {
    let text = r#"fn f (_0 n: i64, _1 s: &str) -> i64 {
    let _2: bool
    let _3: str
  bb0:
    _2 = lt _0, 0i64
    branch _2 -> bb1, bb2
  bb1:
    _3 = "bad: "
    call extern rt_show_i64(&_3, _0)
    call extern rt_str_append(&_3, (*_1))
    call extern rt_panic_str(_3)
    goto bb2
  bb2:
    return _0
}
"#;
    let expected = r#"fn f (_0 n: i64, _1 s: &str) -> i64 {
    let _2: bool
    let _3: str
  bb0:
    _2 = lt _0, 0i64
    branch _2 -> bb1, bb2
  bb1:
    call "cold f"(_0, &(*_1))
    unreachable
  bb2:
    return _0
}

fn "cold f" "f" (_0 n: i64, _1 s: &str address) -> () noinline cold part {
    let _2: str
  bb0:
    _2 = "bad: "
    call extern rt_show_i64(&_2, _0)
    call extern rt_str_append(&_2, (*_1))
    call extern rt_panic_str(_2)
    unreachable
}
"#;
    let text = text.replace("_1 s: &str)", "_1 s: &str address)");
    let expected = expected.replace("_1 s: &str) -> i64", "_1 s: &str address) -> i64");
    assert_eq!(split_text(&text), expected);
}

/// A call of what never returns ends the caller's block too; what is short or
/// in a loop stays.
#[test]
fn what_stays() {
    let text = r#"fn fail () -> () {
  bb0:
    call extern rt_panic_str("no")
    return ()
}

fn serve (_0: bool) -> () {
  bb0:
    goto bb1
  bb1:
    branch _0 -> bb1, bb2
  bb2:
    call fail()
    call extern rt_out_newline()
    return ()
}
"#;
    let expected = r#"fn fail () -> () cold {
  bb0:
    call extern rt_panic_str("no")
    unreachable
}

fn serve (_0: bool) -> () {
  bb0:
    goto bb1
  bb1:
    branch _0 -> bb1, bb2
  bb2:
    call fail()
    unreachable
}
"#;
    assert_eq!(split_text(text), expected);
}

#[test]
fn blocks_of_a_loop_are_not_doomed() {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let text = "fn f (_0: bool) -> () {
  bb0:
    goto bb1
  bb1:
    branch _0 -> bb2, bb3
  bb2:
    goto bb1
  bb3:
    goto bb4
  bb4:
    unreachable
}
";
    let module = parse_module(text, &types, &interner).expect("the module reads");
    assert_eq!(doomed(&module.functions[FuncId(0)]), [false, false, false, true, true]);
}
