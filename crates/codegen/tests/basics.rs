//! The way through a function: locals, blocks, calls.

mod support;

use support::at_each_level;

#[test]
fn a_loop_adds_numbers() {
    at_each_level(
        "
fn sum (_0 n: i64 owned) -> i64 {
    let _1 i: i64
    let _2 total: i64
    let _3: bool
  bb0:
    _1 = 0i64
    _2 = 0i64
    goto bb1
  bb1:
    _3 = lt _1, _0
    branch _3 -> bb2, bb3
  bb2:
    _2 = add.panic _2, _1
    _1 = add.panic _1, 1i64
    goto bb1
  bb3:
    return _2
}",
        |run| {
            assert_eq!(run.int("sum", &[0]), 0);
            assert_eq!(run.int("sum", &[10]), 45);
            assert_eq!(run.int("sum", &[1000]), 499_500);
        },
    );
}
