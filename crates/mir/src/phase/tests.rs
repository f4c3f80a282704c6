use simple_source::Interner;

use super::*;
use crate::text::parse_module;

/// The functions of `text` by what `assign` says of them.
fn reached(text: &str) -> Vec<String> {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let mut module = parse_module(text, &types, &interner).expect("the module reads");
    module.entry = Some(FuncId(0));
    assign(&mut module, &types);
    let word = |function: &Function| match function.attributes.reached {
        Some(Phase::Startup) => "startup",
        Some(Phase::Steady) => "steady",
        Some(_) => "another",
        None => "-",
    };
    module
        .functions
        .iter()
        .map(|function| format!("{} {}", interner.resolve(function.name), word(function)))
        .collect()
}

fn function(name: &str, attributes: &str, body: &str) -> String {
    format!("fn {name} () -> (){attributes} {{\n  bb0:\n{body}    return ()\n}}\n")
}

fn call(name: &str) -> String {
    format!("    call {name}()\n")
}

#[test]
fn without_an_anchor_nothing_is_known() {
    let text = function("main", "", &call("a")) + &function("a", "", "");
    assert_eq!(reached(&text), ["main -", "a -"]);
}

#[test]
fn startup_ends_where_the_anchor_is_called() {
    let text = function("main", "", &(call("setup") + &call("run") + &call("teardown")))
        + &function("setup", "", &call("shared"))
        + &function("run", "", &(call("ready") + &call("loop") + &call("after")))
        + &function("loop", " anchor(loop)", &(call("draw") + &call("shared")))
        + &function("draw", "", "")
        + &function("shared", "", "")
        + &function("ready", "", "")
        + &function("after", "", "")
        + &function("teardown", "", &call("shared"))
        + &function("nowhere", "", "");
    assert_eq!(
        reached(&text),
        [
            "main startup",
            "setup startup",
            "run startup",
            "loop steady",
            "draw steady",
            "shared startup",
            "ready startup",
            "after -",
            "teardown -",
            "nowhere -",
        ]
    );
}

/// Of two ways, one goes round the anchor: what follows both may run at start.
#[test]
fn a_way_round_the_anchor_is_startup() {
    let text = "fn main (_0: bool) -> () {
  bb0:
    branch _0 -> bb1, bb2
  bb1:
    call loop()
    call after_loop()
    goto bb3
  bb2:
    call batch()
    goto bb3
  bb3:
    call finish()
    return ()
}
"
    .to_owned()
        + &function("loop", " anchor(loop)", "")
        + &function("after_loop", "", "")
        + &function("batch", "", "")
        + &function("finish", "", "");
    assert_eq!(
        reached(&text),
        ["main startup", "loop steady", "after_loop -", "batch startup", "finish startup"]
    );
}
