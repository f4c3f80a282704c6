//! Counted objects: lists, boxes, classes, closures, `dyn` values, text; what
//! is retained, released, made unique and freed.

mod support;

use support::{at_each_level, runtime};

#[test]
fn lists_are_filled_read_and_freed() {
    at_each_level(
        "
struct v3 { x: i64, y: i64, z: i64 }
fn numbers (_0: i64 owned) -> i64 {
    let _1: [i64]
    let _2: i64
    let _3: bool
    let _4: i64
    let _5: i64
  bb0:
    _1 = empty [i64]
    _2 = 0i64
    goto bb1
  bb1:
    _3 = lt _2, _0
    branch _3 -> bb2, bb3
  bb2:
    _4 = mul _2, _2
    list_push(&_1, _4)
    _2 = add _2, 1i64
    goto bb1
  bb3:
    _2 = 0i64
    _4 = 0i64
    goto bb4
  bb4:
    _5 = len _1
    _3 = lt _2, _5
    branch _3 -> bb5, bb6
  bb5:
    check_index _2, _5
    _4 = add _4, _1[_2]
    _2 = add _2, 1i64
    goto bb4
  bb6:
    release _1
    return _4
}
fn structs (_0: i64 owned) -> i64 {
    let _1: [v3]
    let _2: v3
    let _3: i64
    let _4: i64
    let _5: i64
  bb0:
    _2 = struct(_0, 2i64, 3i64)
    _1 = list(_2, _2)
    _3 = 0i64
    list_push(&_1, _1[_3])
    _4 = 2i64
    unshare _1
    _1[_4].1 = 50i64
    _1[_3].2 = _1[_4].1
    list_swap(&_1, _3, _4)
    _5 = _1[_3].1
    _5 = mul _5, 100i64
    _5 = add _5, _1[_4].2
    _2 = list_pop(&_1)
    _5 = mul _5, 100i64
    _5 = add _5, _2.0
    release _1
    return _5
}
fn shared (_0: i64 owned) -> i64 {
    let _1: [i64]
    let _2: [i64]
    let _3: i64
    let _4: i64
  bb0:
    _1 = list(_0, 2i64)
    retain _1
    _2 = _1
    unshare _2
    _3 = 0i64
    _2[_3] = 9i64
    list_push(&_2, 1i64)
    _4 = mul _1[_3], 100i64
    _4 = add _4, _2[_3]
    _4 = mul _4, 10i64
    _3 = len _2
    _4 = add _4, _3
    release _1
    release _2
    return _4
}
fn pieces (_0: i64 owned) -> i64 {
    let _1: [i64]
    let _2: i64
    let _3: i64
  bb0:
    _1 = list_with_capacity(4i64)
    list_reserve(&_1, 10i64)
    _2 = list_capacity(_1)
    list_set_len(&_1, 3i64)
    list_put(&_1, 0i64, _0)
    list_put(&_1, 1i64, 20i64)
    list_move(&_1, 0i64, 1i64, 2i64)
    _3 = list_take(&_1, 2i64)
    _3 = mul _3, 1000i64
    _3 = add _3, _2
    _2 = list_get(_1, 1i64)
    _2 = mul _2, 100000i64
    _3 = add _3, _2
    release _1
    return _3
}
fn sizes () -> i64 {
    let _0: [u8]
    let _1: [()]
    let _2: i64
    let _3: i64
    let _4: u8
    let _5: [char]
  bb0:
    _0 = list(1u8, 2u8, 255u8)
    list_push(&_0, 7u8)
    _3 = 2i64
    _4 = _0[_3]
    _2 = cast.int _4
    _1 = list((), ())
    list_push(&_1, ())
    _3 = len _1
    _2 = mul _2, 10i64
    _2 = add _2, _3
    _5 = list('a', 'é')
    _3 = 1i64
    switch _5[_3] -> 233: bb1, else bb2
  bb1:
    _2 = neg _2
    goto bb2
  bb2:
    release _0
    release _1
    release _5
    return _2
}",
        |run| {
            for n in [0, 1, 2, 7, 100] {
                assert_eq!(run.int("numbers", &[n]), (0..n).map(|i| i * i).sum());
            }
            assert_eq!(run.int("structs", &[6]), 5050 * 100 + 6);
            assert_eq!(run.int("shared", &[6]), 6093);
            assert_eq!(run.int("pieces", &[6]), 600_000 + 20_010);
            assert_eq!(run.int("sizes", &[]), -2553);
        },
    );
}

#[test]
fn text_literals_are_never_counted_or_changed() {
    at_each_level(
        "
fn literal (_0: i64 owned) -> i64 {
    let _1: str
    let _2: str
    let _3: i64
    let _4: i64
  bb0:
    _1 = \"héllo\"
    retain _1
    _2 = _1
    unshare _2
    _3 = len _2
    _4 = 0i64
    release _1
    call extern log_str(_2)
    release _2
    call extern log_str(\"\")
    _1 = \"\"
    _4 = len _1
    _3 = mul _3, 10i64
    _3 = add _3, _4
    return _3
}
fn byte (_0: i64 owned) -> u8 {
    let _1: u8
  bb0:
    _1 = str_byte(\"héllo\", _0)
    return _1
}
fn same () -> bool {
    let _0: str
    let _1: str
    let _2: bool
  bb0:
    _0 = \"one\"
    _1 = \"one\"
    _2 = same _0, _1
    return _2
}",
        |run| {
            assert_eq!(run.int("literal", &[0]), 60);
            assert_eq!(runtime::take_log(), ["héllo", ""]);
            assert_eq!(run.int("byte", &[2]) & 0xff, 0xa9);
            assert_eq!(run.int("same", &[]) & 0xff, 1);
        },
    );
}

#[test]
fn boxes_are_copied_with_their_parts() {
    at_each_level(
        "
enum Expr { Num(v: i64), Add(a: box Expr, b: box Expr) }
glue destroy box Expr = \"destroy box Expr\"
glue retain Expr = \"retain Expr\"
fn \"destroy box Expr\" (_0: box Expr owned) -> () {
    let _1: i64
  bb0:
    _1 = discriminant (*_0)
    switch _1 -> 1: bb1, else bb2
  bb1:
    release ((*_0) as 1).0
    release ((*_0) as 1).1
    goto bb2
  bb2:
    free _0
    return ()
}
fn \"retain Expr\" (_0: &Expr address) -> () {
    let _1: i64
  bb0:
    _1 = discriminant (*_0)
    switch _1 -> 1: bb1, else bb2
  bb1:
    retain ((*_0) as 1).0
    retain ((*_0) as 1).1
    goto bb2
  bb2:
    return ()
}
fn tree (_0: i64 owned) -> box Expr {
    let _1: Expr
    let _2: box Expr
    let _3: box Expr
    let _4: i64
  bb0:
    switch _0 -> 0: bb1, else bb2
  bb1:
    _1 = variant 0(1i64)
    _2 = box _1
    return _2
  bb2:
    _4 = sub.panic _0, 1i64
    _2 = call tree(_4)
    _3 = call tree(_4)
    _1 = variant 1(_2, _3)
    _2 = box _1
    return _2
}
fn eval (_0: box Expr borrowed) -> i64 {
    let _1: i64
    let _2: i64
  bb0:
    _1 = discriminant (*_0)
    switch _1 -> 0: bb1, 1: bb2, else bb3
  bb1:
    return ((*_0) as 0).0
  bb2:
    _1 = call eval(((*_0) as 1).0)
    _2 = call eval(((*_0) as 1).1)
    _1 = add.panic _1, _2
    return _1
  bb3:
    unreachable
}
fn sum (_0: i64 owned) -> i64 {
    let _1: box Expr
    let _2: i64
  bb0:
    _1 = call tree(_0)
    _2 = call eval(_1)
    release _1
    return _2
}
fn changed (_0: i64 owned) -> i64 {
    let _1: box Expr
    let _2: box Expr
    let _3: i64
    let _4: i64
  bb0:
    _1 = call tree(_0)
    retain _1
    _2 = _1
    unshare _2
    unshare ((*_2) as 1).0
    release ((*_2) as 1).0
    ((*_2) as 1).0 = call tree(3i64)
    _3 = call eval(_1)
    _4 = call eval(_2)
    release _1
    release _2
    _3 = mul _3, 1000i64
    _3 = add _3, _4
    return _3
}",
        |run| {
            assert_eq!(run.int("sum", &[5]), 32);
            assert_eq!(run.int("changed", &[5]), 32 * 1000 + 16 + 8);
        },
    );
}

#[test]
fn boxes_of_plain_values_need_no_glue() {
    at_each_level(
        "
struct wide { a: i64, b: i64, c: i8 }
enum boxed? { None, Some(0: box wide) }
fn run (_0: i64 owned) -> i64 {
    let _1: wide
    let _2: box wide
    let _3: box wide
    let _4: boxed?
    let _5: i64
    let _6: boxed?
  bb0:
    _1 = struct(_0, 2i64, 3i8)
    _2 = box _1
    retain _2
    _3 = _2
    unshare _3
    (*_3).0 = 40i64
    (*_3).2 = -1i8
    _4 = variant 1(_3)
    retain _4
    _6 = _4
    release _6
    _5 = add (*(_4 as 1).0).0, (*_2).0
    _1 = (*(_4 as 1).0)
    _5 = add _5, _1.1
    release _2
    release _4
    _4 = variant 0()
    retain _4
    release _4
    return _5
}",
        |run| {
            assert_eq!(run.int("run", &[5]), 40 + 5 + 2);
        },
    );
}

#[test]
fn instances_are_shared_and_weak_references_fade() {
    at_each_level(
        "
class Node { value: i64, small: i8, next: Node?, parent: weak Node }
enum Node? { None, Some(0: Node) }
glue destroy Node = \"destroy Node\"
fn \"destroy Node\" (_0: Node owned) -> () {
  bb0:
    call extern log_i64((*_0).0)
    release (*_0).2
    release (*_0).3
    free _0
    return ()
}
fn make (_0: i64 owned, _1: Node? owned) -> Node {
    let _2: Node
  bb0:
    _2 = class(_0, -3i8, _1, null weak Node)
    return _2
}
fn chain (_0: i64 owned) -> i64 {
    let _1: Node
    let _2: Node
    let _3: i64
    let _4: weak Node
    let _5: weak Node
    let _6: Node?
    let _7: i64
    let _8: bool
  bb0:
    _1 = call make(1i64, variant 0 of Node?)
    _6 = variant 1(_1)
    _2 = call make(_0, _6)
    _4 = downgrade _2
    (*((*_2).2 as 1).0).3 = _4
    _6 = upgrade (*((*_2).2 as 1).0).3
    _8 = same (_6 as 1).0, _2
    _3 = cast.int _8
    _3 = mul _3, 100i64
    _3 = add _3, (*(_6 as 1).0).0
    release _6
    _5 = downgrade _2
    retain _5
    release _5
    release _2
    _6 = upgrade _5
    _7 = discriminant _6
    _3 = mul _3, 10i64
    _3 = add _3, _7
    release _6
    release _5
    return _3
}",
        |run| {
            assert_eq!(run.int("chain", &[42]), 1420);
            assert_eq!(runtime::take_log(), ["42", "1"]);
        },
    );
}

#[test]
fn closures_carry_what_they_captured() {
    at_each_level(
        "
struct captured { k: i64, text: str }
struct plain { k: i64, b: i8 }
struct object { code: u64, drop: u64, captured: captured }
struct v3 { x: i64, y: i64, z: i64 }
fn code (_0: &captured borrowed, _1: i64 owned) -> i64 {
    let _2: i64
  bb0:
    _2 = len (*_0).1
    _2 = add _2, (*_0).0
    _2 = mul _2, _1
    return _2
}
fn drop (_0: box object owned) -> () {
  bb0:
    call extern log_str((*_0).2.1)
    release (*_0).2.1
    free _0
    return ()
}
fn plain_code (_0: &plain borrowed, _1: i64 owned) -> i64 {
    let _2: i64
  bb0:
    _2 = cast.int (*_0).1
    _2 = add _2, (*_0).0
    _2 = add _2, _1
    return _2
}
fn empty_code (_0: &() borrowed, _1: v3 owned, _2: i64 owned) -> v3 {
  bb0:
    _1.1 = add _1.1, _2
    return _1
}
fn function (_0: v3 owned, _1: i64 owned) -> v3 {
    let _2: v3
  bb0:
    _2 = struct(_1, _0.0, _0.1)
    return _2
}
fn call_twice (_0: fn(i64) -> i64 borrowed, _1: i64 owned) -> i64 {
    let _2: i64
    let _3: i64
  bb0:
    _2 = call closure _0(_1)
    _3 = call closure _0(_2)
    return _3
}
fn with_captures (_0: i64 owned) -> i64 {
    let _1: fn(i64) -> i64
    let _2: str
    let _3: fn(i64) -> i64
    let _4: i64
  bb0:
    _2 = \"four\"
    unshare _2
    _1 = closure code drop drop(_0, _2)
    retain _1
    _3 = _1
    _4 = call call_twice(_1, 10i64)
    release _1
    release _3
    _1 = closure plain_code(_0, -1i8)
    _0 = call call_twice(_1, 0i64)
    release _1
    _4 = mul _4, 100i64
    _4 = add _4, _0
    return _4
}
fn values (_0: fn(v3, i64) -> v3 borrowed) -> i64 {
    let _1: v3
    let _2: i64
  bb0:
    _1 = struct(1i64, 2i64, 3i64)
    _1 = call closure _0(_1, 50i64)
    _2 = mul _1.0, 10000i64
    _2 = add _2, _1.2
    _1.0 = mul _1.1, 100i64
    _2 = add _2, _1.0
    return _2
}
fn without () -> i64 {
    let _0: fn(v3, i64) -> v3
    let _1: i64
    let _2: i64
  bb0:
    _0 = closure empty_code()
    retain _0
    release _0
    _1 = call values(_0)
    release _0
    _0 = function function as fn(v3, i64) -> v3
    _2 = call values(_0)
    release _0
    _1 = mul _1, 1000000i64
    _1 = add _1, _2
    return _1
}",
        |run| {
            let f = |x: i64| (4 + 5) * x;
            assert_eq!(run.int("with_captures", &[5]), f(f(10)) * 100 + 4 + 4);
            assert_eq!(runtime::take_log(), ["four"]);
            assert_eq!(run.int("without", &[]), 15_203_000_000 + 500_102);
        },
    );
}

#[test]
fn dyn_values_find_their_methods() {
    at_each_level(
        "
struct Square { side: i64, name: str }
struct object { vtable: u64, value: Square }
struct v3 { x: i64, y: i64, z: i64 }
vtable \"Shape for Square\" for Square { drop drop, clone clone, area, grow, corner }
fn area (_0: &Square address) -> i64 {
    let _1: i64
  bb0:
    _1 = mul (*_0).0, (*_0).0
    return _1
}
fn grow (_0: &Square address, _1: i64 owned) -> () {
  bb0:
    (*_0).0 = add (*_0).0, _1
    return ()
}
fn corner (_0: &Square address, _1: v3 owned) -> v3 {
  bb0:
    _1.2 = (*_0).0
    return _1
}
fn drop (_0: box object owned) -> () {
  bb0:
    call extern log_i64((*_0).1.0)
    release (*_0).1.1
    free _0
    return ()
}
fn clone (_0: dyn Shape borrowed) -> dyn Shape {
    let _1: Square
    let _2: dyn Shape
    let _3: i64
  bb0:
    _1 = struct(1000i64, \"copy\")
    _2 = dyn \"Shape for Square\" _1
    return _2
}
fn run (_0: i64 owned) -> i64 {
    let _1: Square
    let _2: dyn Shape
    let _3: dyn Shape
    let _4: i64
    let _5: i64
    let _6: v3
  bb0:
    _1 = struct(_0, \"square\")
    _2 = dyn \"Shape for Square\" _1
    _4 = call method 0 of _2 as fn() -> i64 ()
    call method 1 of _2 as fn(i64) -> () (1i64)
    _5 = call method 0 of _2 as fn() -> i64 ()
    _4 = mul _4, 1000i64
    _4 = add _4, _5
    retain _2
    _3 = _2
    unshare _3
    call method 1 of _3 as fn(i64) -> () (7i64)
    _6 = struct(1i64, 2i64, 3i64)
    _6 = call method 2 of _2 as fn(v3) -> v3 (_6)
    _4 = mul _4, 100i64
    _4 = add _4, _6.2
    release _2
    release _3
    return _4
}",
        |run| {
            assert_eq!(run.int("run", &[3]), 901_604);
            assert_eq!(runtime::take_log(), ["4", "1007"]);
        },
    );
}

#[test]
fn variables_of_the_program_are_reached_by_address() {
    at_each_level(
        "
struct v3 { x: i64, y: i64, z: i64 }
global counter: i64
global corner: v3
fn count () -> i64 {
    let _0: &i64
    let _1: &v3
    let _2: i64
  bb0:
    _0 = global_address counter
    (*_0) = add (*_0), 1i64
    _1 = global_address corner
    (*_1).2 = add (*_1).2, (*_0)
    _2 = mul (*_1).2, 100i64
    _2 = add _2, (*_0)
    return _2
}",
        |run| {
            assert_eq!([0; 3].map(|_| run.int("count", &[])), [101, 302, 603]);
        },
    );
}

#[test]
fn parts_of_structs_and_enums_are_counted() {
    at_each_level(
        "
struct named { id: i64, name: str, more: [i64] }
struct word { name: str, n: i64 }
enum Mixed { Text(t: str), Number(n: i64), Both(w: word, l: [i64]) }
enum Result { Ok(0: str), Err(0: [i64]) }
fn named (_0: i64 owned) -> i64 {
    let _1: named
    let _2: str
    let _3: [i64]
    let _4: named
    let _5: i64
  bb0:
    _2 = \"name\"
    unshare _2
    _3 = list(_0)
    _1 = struct(_0, _2, _3)
    retain _1
    _4 = _1
    release _1
    _5 = len _4.1
    release _4
    return _5
}
fn mixed (_0: i64 owned) -> i64 {
    let _1: Mixed
    let _2: str
    let _3: word
    let _4: [i64]
    let _5: Mixed
    let _6: i64
  bb0:
    switch _0 -> 0: bb1, 1: bb2, else bb3
  bb1:
    _2 = \"text\"
    unshare _2
    _1 = variant 0(_2)
    goto bb4
  bb2:
    _1 = variant 1(9i64)
    goto bb4
  bb3:
    _2 = \"both\"
    unshare _2
    _3 = struct(_2, 1i64)
    _4 = list(1i64, 2i64)
    _1 = variant 2(_3, _4)
    goto bb4
  bb4:
    retain _1
    _5 = _1
    release _1
    _6 = discriminant _5
    release _5
    return _6
}
fn results (_0: i64 owned) -> i64 {
    let _1: Result
    let _2: str
    let _3: [i64]
    let _4: i64
  bb0:
    switch _0 -> 0: bb1, else bb2
  bb1:
    _2 = \"result\"
    unshare _2
    _1 = variant 0(_2)
    goto bb3
  bb2:
    _3 = list(5i64)
    _1 = variant 1(_3)
    goto bb3
  bb3:
    retain _1
    release _1
    _4 = discriminant _1
    release _1
    return _4
}",
        |run| {
            assert_eq!(run.int("named", &[3]), 4);
            assert_eq!([0, 1, 2].map(|i| run.int("mixed", &[i])), [0, 1, 2]);
            assert_eq!([0, 1].map(|i| run.int("results", &[i])), [0, 1]);
        },
    );
}

#[test]
fn lists_of_counted_elements_retain_them_when_copied() {
    at_each_level(
        "
enum str? { None, Some(0: str) }
glue destroy [str] = \"destroy [str]\"
glue destroy [str?] = \"destroy [str?]\"
fn \"destroy [str]\" (_0: [str] owned) -> () {
    let _1: i64
    let _2: i64
    let _3: bool
  bb0:
    _1 = 0i64
    _2 = len _0
    goto bb1
  bb1:
    _3 = lt _1, _2
    branch _3 -> bb2, bb3
  bb2:
    release _0[_1]
    _1 = add _1, 1i64
    goto bb1
  bb3:
    free _0
    return ()
}
fn \"destroy [str?]\" (_0: [str?] owned) -> () {
    let _1: i64
    let _2: i64
    let _3: bool
  bb0:
    _1 = 0i64
    _2 = len _0
    goto bb1
  bb1:
    _3 = lt _1, _2
    branch _3 -> bb2, bb3
  bb2:
    release _0[_1]
    _1 = add _1, 1i64
    goto bb1
  bb3:
    free _0
    return ()
}
fn run () -> i64 {
    let _0: str
    let _1: [str]
    let _2: [str]
    let _3: i64
    let _4: str
    let _5: str?
    let _6: [str?]
    let _7: [str?]
  bb0:
    _0 = \"element\"
    unshare _0
    _1 = list(_0, \"static\")
    retain _1
    _2 = _1
    retain _0
    list_push(&_2, _0)
    _3 = 0i64
    unshare _2
    release _2[_3]
    _2[_3] = \"new\"
    release _1
    _3 = 2i64
    retain _2[_3]
    _5 = variant 1(_2[_3])
    _6 = list(_5, variant 0 of str?)
    release _2
    retain _6
    _7 = _6
    unshare _7
    release _6
    _3 = len _7
    release _7
    return _3
}",
        |run| assert_eq!(run.int("run", &[]), 2),
    );
}

#[test]
fn a_callee_cannot_see_changes_of_what_it_was_given() {
    at_each_level(
        "
struct v3 { x: i64, y: i64, z: i64 }
class Cell { v: v3 }
fn clobber (_0: Cell borrowed, _1: v3 owned, _2: &v3 address) -> i64 {
    let _3: v3
  bb0:
    _3 = struct(7i64, 8i64, 9i64)
    (*_0).0 = _3
    (*_2) = _3
    return _1.0
}
fn fill (_0: &v3 address, _1: v3 owned) -> v3 {
    let _2: v3
  bb0:
    (*_0).0 = 100i64
    _2 = struct(_1.2, _1.1, _1.0)
    return _2
}
fn run () -> i64 {
    let _0: Cell
    let _1: v3
    let _2: i64
    let _3: i64
    let _4: [v3]
  bb0:
    _1 = struct(1i64, 2i64, 3i64)
    _0 = class(_1)
    _2 = call clobber(_0, (*_0).0, &_1)
    _1 = struct(4i64, 5i64, 6i64)
    _3 = call clobber(_0, _1, &_1)
    _2 = mul _2, 10i64
    _2 = add _2, _3
    _1 = struct(1i64, 2i64, 3i64)
    _1 = call fill(&_1, _1)
    _2 = mul _2, 10i64
    _2 = add _2, _1.0
    _4 = list(_1, _1)
    _3 = 1i64
    _4[_3] = call fill(&_1, _4[_3])
    _2 = mul _2, 10i64
    _2 = add _2, _4[_3].0
    _2 = mul _2, 1000i64
    _2 = add _2, _1.0
    release _0
    release _4
    return _2
}",
        |run| assert_eq!(run.int("run", &[]), 1_431_100),
    );
}

#[test]
fn the_arguments_of_large_functions_stay_apart() {
    // More locals in memory than slots: those of one block share them.
    let mut text =
        "struct v3 { x: i64, y: i64, z: i64 }\nfn run (_0: i64 owned) -> i64 {\n".to_owned();
    for local in 1..=40 {
        text += &format!("let _{local}: v3\n");
    }
    text += "let _41: i64\nbb0:\n_41 = 0i64\n";
    for local in 1..=40 {
        text += &format!("_{local} = struct(_0, {local}i64, _41)\n");
        if local % 3 == 0 {
            text += &format!("_41 = add _{}.1, _{}.2\n", local - 1, local);
        }
    }
    text += "return _41\n}\n";
    at_each_level(&text, |run| {
        let mut expected = 0;
        for local in (3..=40).step_by(3) {
            expected += local - 1;
        }
        assert_eq!(run.int("run", &[1]), expected);
    });
}
