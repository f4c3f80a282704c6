//! What is said about mistakes: for each program the diagnostics, as
//! `line:column code text underlined`, and no others.

mod support;

use simple_source::Interner;
use support::{parse_text, place};

fn found(text: &str) -> Vec<String> {
    let interner = Interner::new();
    let (_, diagnostics) = parse_text(text, &interner);
    let lines = diagnostics.iter().map(|diagnostic| {
        let span = diagnostic.primary.span;
        let underlined = &text[span.lo as usize - 1..span.hi as usize - 1];
        std::format!("{} {} {underlined}", place(text, span), diagnostic.code.id)
    });
    lines.map(|line| line.trim_end().to_owned()).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "in\n{text}");
}

#[track_caller]
fn fixed(text: &str, expected: &str) {
    let interner = Interner::new();
    let (_, diagnostics) = parse_text(text, &interner);
    assert_eq!(diagnostics.len(), 1, "in\n{text}\n{diagnostics:#?}");
    let suggestion = diagnostics[0].suggestions.first().expect("a fix is offered");
    let mut edits = suggestion.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    let mut mended = text.to_owned();
    for (span, replacement) in edits {
        mended.replace_range(span.lo as usize - 1..span.hi as usize - 1, &replacement);
    }
    assert_eq!(mended, expected);
    let (_, diagnostics) = parse_text(&mended, &interner);
    assert!(diagnostics.is_empty(), "in\n{mended}\n{diagnostics:#?}");
}

#[test]
fn fixes_mend() {
    fixed("if a && b: c", "if a and b: c");
    fixed("if a||b: c", "if a or b: c");
    fixed("if !a: c", "if not a: c");
    fixed("x++", "x += 1");
    fixed("--x", "x -= 1");
    fixed("x := 3", "x = 3");
    fixed("val x = std::io", "val x = std.io");
    fixed("if a === b: c", "if a == b: c");
    fixed("if a <> b: c", "if a != b: c");
    fixed("if a is not b: c", "if not a is b: c");
    fixed("if a = b: c", "if a == b: c");
    fixed("if a < b < c: d", "if a < b and b < c: d");
    fixed("def f(x): x", "fn f(x): x");
    fixed("let x = 3", "val x = 3");
    fixed("let mut x = 3", "var x = 3");
    fixed("val mut x = 3", "var x = 3");
    fixed("mut x = 3", "var x = 3");
    fixed("import std.io", "use std.io");
    fixed("from std.math import PI, E", "use std.math.{PI, E}");
    fixed("switch x:\n    case 1: y", "match x:\n    case 1: y");
    fixed("foreach x in xs: y", "for x in xs: y");
    fixed("interface A:\n    fn f(self)", "trait A:\n    fn f(self)");
    fixed("public fn f(): pass", "pub fn f(): pass");
    fixed("private fn f(): pass", "fn f(): pass");
    fixed("if a: b\nelse if c: d", "if a: b\nelif c: d");
    fixed("if a: b\nelsif c: d", "if a: b\nelif c: d");
    fixed("if a\n    b", "if a:\n    b");
    fixed("if a return", "if a: return");
    fixed("val x = 3;", "val x = 3");
    fixed("val f = lambda x, y: x", "val f = \\x, y: x");
    fixed("val f = |x, y| x", "val f = \\x, y: x");
    fixed("val x = a ? b : c", "val x = if a: b else: c");
    fixed("val p = Point { x: 1 }", "val p = Point(x: 1)");
    fixed("f(x=1)", "f(x: 1)");
    fixed("f(x = 1)", "f(x: 1)");
    fixed("println!(x)", "println(x)");
    fixed("val y = xs[a:b]", "val y = xs[a..b]");
    fixed("val a, b = c", "val (a, b) = c");
    fixed("a, b = b, a", "(a, b) = (b, a)");
    fixed("for k, v in d: k", "for (k, v) in d: k");
    fixed("return a, b", "return (a, b)");
    fixed("val x = f y", "val x = f(y)");
    fixed("print not x", "print(not x)");
    fixed("val x: List<i64> = y", "val x: List[i64] = y");
    fixed("val x: Dict<str, List<i64>> = y", "val x: Dict[str, List[i64]] = y");
    fixed("fn f<T>(x: T): x", "fn f[T](x: T): x");
    fixed("val x: i64[] = y", "val x: [i64] = y");
    fixed("val x: i64 | None = y", "val x: i64? = y");
    fixed("fn f(x: &str): x", "fn f(x: str): x");
    fixed("fn f(&self): x", "fn f(self): x");
    fixed("fn f() i64:\n    1", "fn f() -> i64:\n    1");
    fixed("fn f(): i64:\n    1", "fn f() -> i64:\n    1");
    fixed("fn f() => i64: 1", "fn f() -> i64: 1");
    fixed("fn f: pass", "fn f(): pass");
    fixed("class A(B):\n    x: i64", "class A:\n    x: i64");
    fixed("struct A:\n    val x: i64", "struct A:\n    x: i64");
    fixed("enum A:\n    case B", "enum A:\n    B");
    fixed("whlie x:\n    y", "while x:\n    y");
    fixed("val x = .5", "val x = 0.5");
    fixed("val x = 1.", "val x = 1.0");
    fixed("val x = 0X1f", "val x = 0x1f");
    fixed("val x = 1__0", "val x = 1_0");
    fixed("val x = 10L", "val x = 10i64");
    fixed("val x = \"\\x41\"", "val x = \"\\u{41}\"");
    fixed("val x = f\"{a}\"", "val x = \"{a}\"");
    fixed("x = \"a\" \"b\"", "x = \"a\" + \"b\"");
    fixed("var x: i64", "var x: i64 = 0");
    fixed("match x:\n    1: y", "match x:\n    case 1: y");
    fixed("match x:\n    default: y", "match x:\n    case _: y");
    fixed("match x:\n    case 1 or 2: y", "match x:\n    case 1 | 2: y");
    fixed("val x: i64 = 1\ny: i64 = 2", "val x: i64 = 1\nval y: i64 = 2");
}

#[test]
fn one_mistake_is_told_once() {
    check("f(a, b\nval c = 1\n", &["1:2 E0013 ("]);
    check("f(a, b\ng(c)\nh(d)\n", &["1:2 E0013 ("]);
    check("f(g(a)\nfn h(): pass\n", &["1:2 E0013 ("]);
    check("val xs = [1, 2\nprint xs\n", &["1:10 E0013 ["]);
    check("if f(a:\n    b\nc\n", &["1:5 E0013 ("]);
    check("fn f(a: i64:\n    b\nc\n", &["1:5 E0013 ("]);
    check("f(a]\nb\n", &["1:4 E0014 ]"]);
    check("f(a))\nb\n", &["1:5 E0014 )"]);
    check("f([a)\nb\n", &["1:3 E0013 ["]);
    check("print \"a\nb\n", &["1:7 E0005 \""]);
    check("f(\"a)\nb\n", &["1:3 E0005 \""]);
    check("if f(\"a):\n    b\n", &["1:6 E0005 \""]);
    check("print \"{a\"\nb\n", &["1:8 E0008 {"]);
    check("print \"{a[1}\"\nb\n", &["1:10 E0013 ["]);
    check("print \"{f(a\"\nb\n", &["1:8 E0008 {"]);
    check("x = \"\"\"a\nb\n", &["1:5 E0005 \"\"\""]);
    check("val 1x = 2\ny\n", &["1:6 E0011 x"]);
    check("val x = 1 +\n", &["1:12 E0101"]);
    check("val x = 1 +\nval y = 2\n", &["1:12 E0101"]);
    check("val x =\nval y = 2\n", &["1:8 E0101"]);
    check("fn f(:\n    x\ny\n", &["1:5 E0013 ("]);
    check("fn (x): y\nz\n", &["1:4 E0103 ("]);
    check("for x xs:\n    y\nz\n", &["1:7 E0102 xs"]);
    check("while:\n    y\nz\n", &["1:6 E0101 :"]);
    check("if a b:\n    y\nz\n", &["1:6 E0104 b"]);
    check("match x\n    case 1: y\nz\n", &["1:8 E0104"]);
    check("try:\n    a\nexcept X:\n    b\nelse:\n    c\nd\n", &["1:1 E0107 try"]);
    check("with f() as g:\n    a\nb\n", &["1:1 E0107 with"]);
    check("else:\n    a\nb\n", &["1:1 E0111 else"]);
    check("if a:\n    b\n    else:\n    c\n", &["3:5 E0111 else"]);
    check("struct A:\n    x\n    y: i64\n", &["2:5 E0115 x"]);
    check("struct A:\n    x: i64\n    if a: b\n    y: i64\n", &["3:5 E0121 if"]);
    check("fn f():\nval x = 1\n", &["2:1 E0105 val"]);
    check("fn f():\n", &["1:7 E0105 :"]);
    check("a = b = c\n", &["1:7 E0109 ="]);
    check("f() = 3\n", &["1:1 E0118 f()"]);
    check("1 = x\n", &["1:1 E0118 1"]);
    check("print x y\n", &["1:9 E0114 y"]);
    check("spawn f()\n", &["1:1 E0123 spawn"]);
    check("use a.*\nuse b\n", &["1:7 E0129 *"]);
    check("f(a b, c)\n", &["1:5 E0102 b"]);
    check("[a b c]\n", &["1:4 E0102 b"]);
    check("{a: 1 b: 2}\n", &["1:7 E0102 b"]);
    check("f(a: 1, 2)\n", &["1:9 E0125 2"]);
    check("val x = $y\n", &["1:9 E0003 $"]);
    check("x = a ? b\n", &["1:9 E0113 b"]);
    check("if a: b: c\n", &["1:8 E0113 :"]);
    check("loop 3:\n    a\n", &["1:6 E0104 3"]);
    check("(a, b\n", &["1:1 E0013 ("]);
    check("x = y z\n", &["1:7 E0114 z"]);
    check("@inline\n", &["1:1 E0122 @inline"]);
    check("test x:\n    y\n", &["1:6 E0102 x"]);
    check("\tx = 1\n", &["1:1 E0001"]);
    check(" x = 1\n", &["1:1 E0106"]);
    check("match x:\n    case y: 1\n   case z: 2\n    case w: 3\n", &["3:1 E0002"]);
}

#[test]
fn independent_mistakes_are_all_told() {
    check(
        "val a = 1 +\nfn f(x: i64, y:):\n    x = = 1\n    if x\n        y\nval b = (1, 2]\n",
        &["1:12 E0101", "2:16 E0115 )", "3:9 E0101 =", "4:9 E0104", "6:14 E0014 ]"],
    );
    check(
        "f(\n    1 +,\n    g(2 3),\n    \\x:\n        y = = 1\n        z z z,\n)\nval c d\n",
        &["2:8 E0101 ,", "3:9 E0102 3", "5:13 E0101 =", "6:13 E0114 z", "8:7 E0102 d"],
    );
    check(
        "struct A:\n    x: \n    y i64\n    fn f(self:\n        1 +\n",
        &["2:7 E0115", "3:5 E0115 y", "4:9 E0013 (", "5:12 E0101"],
    );
    check("a ? b : c\nx && y\n!z\n", &["1:3 E0117 ?", "2:3 E0108 &&", "3:1 E0108 !"]);
    check("print \"{1 +} {2 +}\"\n", &["1:12 E0101 }", "1:18 E0101 }"]);
}

#[test]
fn habits_of_a_file_are_told_once() {
    let text = "fn main() {\n    let x = 3;\n    if x > 2 {\n        print(x);\n    } else {\n        go();\n    }\n}\n";
    check(text, &["1:11 E0017 {", "2:5 E0107 let", "2:14 E0018 ;"]);
    let text = "fn main():\n\tval x = 1\n\tif x > 2:\n\t\tprint x\n\tprint 3\n";
    check(text, &["2:1 E0001"]);
}

#[test]
fn what_is_legal_is_not_complained_about() {
    for text in [
        "",
        "\n",
        "#",
        "x",
        "x\r\ny",
        "f(\n\tx)",
        "# a\n\t# b\n",
        "val x = [\na\n,\nb]",
        "val x = [a\nfor a in b\nif c]",
        "x = a\n\n\n    .b()\n  # c\n  ?.d",
        "if a: b\n\n# c\nelse: d",
        "x = 1 as i64 + 2",
        "f \\: 1",
        "f nil, true",
        "f self",
        "self.f x",
        "x = \"}}{{\"",
        "x = 'it\\'",
        "x = \"\"\"a \"quoted\" text\"\"\"",
        "x = \"a\u{0}b\"",
        "x = a..b\ny = ..b in c",
        "x = xs[..]",
        "x = t.0.1",
        "x = 1.max(2)",
        "x = 1..2",
        "x = 1e5 + 1E-5 + 0xfE",
        "data = 1\ndata.x = 2\ndata x",
        "fn f(a, b = 1,): a",
        "enum A: B, C,\nx",
        "trait A: B + C\nx",
        "fn f(): if a: b\n",
        "val x = if a: 1 else: 2\ny",
        "print env.var(\"HOME\")",
        "x = match y: case 1: 2",
        "f(match x:\n    case 1: 2\n)",
        "#[inline]\nfn f(): pass",
        "x = 1 # [not an attribute]",
        "x = y ?? return",
        "x = {\"a\": \\y: y, \"b\": \\: 1}",
        "\u{feff}x = 1",
        "größe = 1\nñ = größe",
    ] {
        check(text, &[]);
    }
}
