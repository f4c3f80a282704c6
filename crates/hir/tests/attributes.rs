//! What attributes say arrives where later stages look for it.

mod support;

use simple_hir::{AppType, FnAttributes, FnDef, OptimizeLevel, Phase, Scenario, WindowHints};
use support::{Checked, check, in_folder, library, render};

fn checked(text: &str) -> Checked {
    let checked = check("attributes.spl", text, &|_| None, &in_folder(library()));
    let said: String =
        checked.diagnostics.iter().map(|found| render(found, &checked.sources)).collect();
    assert!(said.is_empty(), "{said}");
    checked
}

fn codes(text: &str) -> Vec<&'static str> {
    let checked = check("attributes.spl", text, &|_| None, &in_folder(library()));
    checked.diagnostics.iter().map(|found| found.code.id).collect()
}

/// The user's function whose name is the source text `name`.
fn function<'p>(checked: &'p Checked, name: &str) -> &'p FnDef {
    let is_users = |def: &&FnDef| !checked.program.modules[def.module].is_library;
    checked
        .program
        .functions
        .iter()
        .filter(is_users)
        .find(|def| checked.sources.snippet(def.span) == name)
        .expect("it is declared")
}

fn attributes(text: &str) -> FnAttributes {
    let text = format!("{text}\nfn f(x: i64) -> i64: x + 1\n\nfn main(): print f(1)\n");
    function(&checked(&text), "f").attributes.clone()
}

#[test]
fn effort() {
    assert_eq!(attributes("@inline").inline, Some(true));
    assert_eq!(attributes("@noinline").inline, Some(false));
    assert_eq!(attributes("@simd").simd, Some(true));
    assert_eq!(attributes("@no_simd").simd, Some(false));
    assert_eq!(attributes("@optimize(2)").optimize, Some(OptimizeLevel::Speed(2)));
    assert_eq!(attributes("@optimize(level: 3)").optimize, Some(OptimizeLevel::Speed(3)));
    assert_eq!(attributes("@optimize(\"s\")").optimize, Some(OptimizeLevel::Size));
    assert_eq!(attributes("@no_optimize").optimize, Some(OptimizeLevel::Speed(0)));
    assert_eq!(attributes("@parallel").parallel, Some(None));
    assert_eq!(attributes("@parallel(grain_size: 64)").parallel, Some(Some(64)));
    assert!(attributes("@serial").serial);
    assert_eq!(attributes("@cached").cached, Some(None));
    assert_eq!(attributes("@cached(ttl: 60)").cached, Some(Some(60.0)));
    assert_eq!(attributes("@cached(ttl=0.5)").cached, Some(Some(0.5)));
    assert_eq!(attributes(""), FnAttributes::default());
}

#[test]
fn layout() {
    let said = attributes("@hot\n@layout(phase: \"first_frame\")\n@layout(pin: true)");
    assert!(said.hot && !said.cold && said.pinned);
    assert_eq!(said.phase, Some(Phase::FirstFrame));
    for (word, phase) in [
        ("startup", Phase::Startup),
        ("first_frame", Phase::FirstFrame),
        ("steady", Phase::Steady),
        ("cold", Phase::Cold),
    ] {
        assert_eq!(attributes(&format!("@layout(phase: {word})")).phase, Some(phase));
        assert_eq!(attributes(&format!("#[layout(phase=\"{word}\")]")).phase, Some(phase));
    }
    assert!(attributes("@cold").cold);
    let program = "@layout(anchor: \"event_loop\")\nfn f(): pass\nfn main(): f()\n";
    let checked = checked(program);
    let anchor = function(&checked, "f").attributes.anchor.expect("it was said");
    assert_eq!(checked.interner.resolve(anchor), "event_loop");
}

#[test]
fn methods_and_nested_functions_have_them_too() {
    let program = "\
struct Point:
    x: f64

    @inline
    fn length(self) -> f64: self.x

fn main():
    @cold
    fn fail(): print \"failed\"
    fail()
    print Point(1.0).length()
";
    let checked = checked(program);
    assert_eq!(function(&checked, "length").attributes.inline, Some(true));
    assert!(function(&checked, "fail").attributes.cold);
}

#[test]
fn tests_are_scenarios() {
    let checked = checked(
        "@scenario(stop: \"ui.ready\", weight: 0.3)\ntest \"opens\": assert true\n\
         @scenario\ntest \"closes\": assert true\n",
    );
    let Checked { program, interner, .. } = checked;
    let said: Vec<Option<Scenario>> =
        program.tests.iter().map(|test| program.functions[*test].attributes.scenario).collect();
    let stop = said[0].and_then(|scenario| scenario.stop).expect("it was said");
    assert_eq!(interner.resolve(stop), "ui.ready");
    assert_eq!(said[0].map(|scenario| scenario.weight), Some(0.3));
    assert_eq!(said[1], Some(Scenario { stop: None, weight: 1.0 }));
}

#[test]
fn the_entry_says_what_the_program_is() {
    let with_main = "@app_type(\"gui\")\n@window_hints(width: 640, height=480, title: \"Paint\")\n\
                     fn main(): print 1\n";
    let script = "@app_type(\"gui\")\n@window_hints(width: 640, height=480, title: \"Paint\")\n\
                  use std.math\n\nprint math.PI\n";
    for program in [with_main, script] {
        let Checked { program, interner, .. } = checked(program);
        assert_eq!(program.application.kind, Some(AppType::Gui));
        let Some(WindowHints { width, height, title }) = program.application.window else {
            panic!("it was said");
        };
        assert_eq!((width, height), (Some(640), Some(480)));
        assert_eq!(title.map(|title| interner.resolve(title)), Some("Paint"));
    }
}

#[test]
fn promises_are_checked() {
    let main = "fn main(): pass\n";
    let refused = [
        ("@cached\nfn f(mut xs: [i64]): xs.push(1)\n", "E0706"),
        ("@cached\nfn f(g: fn(i64) -> i64) -> i64: g(1)\n", "E0706"),
        ("class C:\n    n: i64 = 0\n@cached\nfn f(c: C) -> i64: c.n\n", "E0706"),
        ("class C:\n    n: i64 = 0\n@cached\nfn f(c: [C?]) -> i64: c.len()\n", "E0706"),
        ("class C:\n    n: i64 = 0\n@cached\nfn f() -> C: C()\n", "E0706"),
        ("@interned\nfn f() -> i64: 1\n", "E0702"),
        ("@interned\nconst N = 1\n", "E0702"),
        ("trait T:\n    @inline\n    fn f(self) -> i64\n", "E0702"),
        ("@inline\nuse std.math\n", "E0702"),
    ];
    for (program, code) in refused {
        assert_eq!(codes(&format!("{program}{main}")), [code], "{program}");
    }
    let accepted = [
        "fn p(x: i64): print x\n@cached\nfn f(x: i64) -> i64:\n    p(x)\n    x\n",
        "@cached\nfn f() -> str: input() ?? \"\"\n",
        "@cached\nfn f(x: i64) -> i64:\n    print x\n    x\n",
        "@cached\nfn f(xs: [i64], s: str) -> i64: xs.sum() + s.len()\n",
        "@cached\nfn f(n: i64) -> i64: if n < 2: n else: f(n - 1) + f(n - 2)\n",
        "@interned\nfn f() -> str: \"a\"\n",
        "@interned\nconst NAME = \"a\"\n",
        "@cached\n@inline\n@hot\nfn f(x: i64) -> i64: x\n",
    ];
    for program in accepted {
        assert_eq!(codes(&format!("{program}{main}")), [""; 0], "{program}");
    }
}
