//! Whatever the input: no panic, every diagnostic at a place, and a program
//! that is accepted has complete bodies.

mod support;

use std::path::{Path, PathBuf};

use simple_hir::{ExprKind, FnKind, StmtKind, Ty, Tys};
use support::{Checked, check, in_folder, library};

/// What must hold for a program without errors: lowering relies on it.
fn assert_complete(checked: &Checked) {
    let program = &checked.program;
    let types = &program.types;
    for function in program.functions.indices() {
        let def = &program.functions[function];
        if !matches!(def.kind, FnKind::Body(_)) || program.modules[def.module].is_library {
            continue;
        }
        let name = program.dump_function(function);
        let name = name.lines().next().unwrap_or("");
        let body = program.body(function).unwrap_or_else(|| panic!("{name} has no body"));
        let known = |ty: Ty| assert!(!types.has_error(ty), "{name}: unknown type");
        let all_known = |list: Tys| types.list(list).iter().for_each(|ty| known(*ty));
        assert_eq!(body.params.len(), def.captures.len() + def.params.len(), "{name}");
        known(def.result);
        body.locals.iter().for_each(|local| known(local.ty));
        body.pats.iter().for_each(|pat| known(pat.ty));
        // `_` in a tuple of places is the one error expression there may be.
        let mut thrown_away = Vec::new();
        for expr in &body.exprs {
            if let ExprKind::Tuple(parts) = expr.kind {
                thrown_away.extend_from_slice(body.list(parts));
            }
        }
        for (id, expr) in body.exprs.iter_enumerated() {
            known(expr.ty);
            match expr.kind {
                ExprKind::Error => assert!(thrown_away.contains(&id), "{name}: error expression"),
                ExprKind::Fn(function) => all_known(function.args),
                ExprKind::Method(method) => all_known(method.args),
                ExprKind::Call { callee: simple_hir::Callee::Fn(function), args } => {
                    all_known(function.args);
                    let wanted = program.functions[function.function].params.len();
                    let mut given: Vec<u32> = body.list(args).iter().map(|arg| arg.param).collect();
                    given.sort_unstable();
                    let all: Vec<u32> = (0..wanted as u32).collect();
                    assert_eq!(given, all, "{name}: arguments");
                    let generics = program.functions[function.function].generics.params.len();
                    assert_eq!(types.list(function.args).len(), generics, "{name}: type arguments");
                }
                ExprKind::Call { callee: simple_hir::Callee::Method(method), .. } => {
                    all_known(method.args);
                    let generics = program.functions[method.method].generics.params.len();
                    assert_eq!(types.list(method.args).len(), generics, "{name}: type arguments");
                }
                ExprKind::Block { stmts, .. } => {
                    for stmt in body.list(stmts) {
                        if let StmtKind::Expr(value) = stmt.kind {
                            assert!((value.0 as usize) < body.exprs.len());
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn check_text(text: &str, folder: &Path) -> Checked {
    let find = in_folder(folder.to_path_buf());
    let library = in_folder(library());
    let checked = check("mutant.spl", text, &find, &library);
    for diagnostic in &checked.diagnostics {
        let span = diagnostic.primary.span;
        let file = checked.sources.file_of(span).map(|file| checked.sources.file(file));
        let file = file.unwrap_or_else(|| panic!("{} has no place", diagnostic.message));
        assert!(span.lo <= span.hi && span.hi <= file.span().hi, "{}", diagnostic.message);
        assert!(!diagnostic.message.is_empty());
    }
    if !checked.diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        assert_complete(&checked);
    }
    checked
}

fn programs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found: Vec<PathBuf> = ["tests/run", "tests/reject", "tests/reject/fixed", "examples"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(root.join(folder)).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "spl"))
        .collect();
    found.sort();
    found
}

#[test]
fn accepted_programs_are_complete() {
    for path in programs() {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        check_text(&text, path.parent().expect("it is in a folder"));
    }
}

/// A small generator of pseudo-random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// Splits a text into words, numbers, white space and single characters.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let kind = class(c);
        if before.is_some_and(|before| before != kind || kind == 2) {
            found.push(&text[start..at]);
            start = at;
        }
        before = Some(kind);
    }
    found.push(&text[start..]);
    found
}

fn mutate(text: &str, random: &mut Random) -> String {
    let mut parts: Vec<&str> = pieces(text);
    let words: Vec<&str> =
        parts.iter().copied().filter(|part| part.starts_with(char::is_alphanumeric)).collect();
    let extra =
        ["0", "None", "[]", "{}", "self", "1.5", "\"x\"", "mut ", "?", "T", "i64", "_", "x"];
    for _ in 0..1 + random.below(4) {
        let at = random.below(parts.len());
        match random.below(6) {
            0 => {
                parts.remove(at);
                if parts.is_empty() {
                    return String::new();
                }
            }
            1 if !words.is_empty() => parts[at] = words[random.below(words.len())],
            2 => {
                let other = random.below(parts.len());
                parts.swap(at, other);
            }
            3 => parts.insert(at, extra[random.below(extra.len())]),
            4 if parts[at].starts_with(char::is_alphanumeric) => {
                parts[at] = extra[random.below(extra.len())];
            }
            _ if !words.is_empty() => {
                // A word for a word: most likely to get past the parser.
                let targets: Vec<usize> = (0..parts.len())
                    .filter(|at| parts[*at].starts_with(char::is_alphanumeric))
                    .collect();
                let at = targets[random.below(targets.len())];
                parts[at] = words[random.below(words.len())];
            }
            _ => {}
        }
    }
    parts.concat()
}

#[test]
fn mutated_programs_do_no_harm() {
    let rounds: usize =
        std::env::var("SIMPLE_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let seed = std::env::var("SIMPLE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1u64);
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
    let programs: Vec<(PathBuf, String)> = programs()
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text)))
        .collect();
    for _ in 0..rounds {
        let (path, text) = &programs[random.below(programs.len())];
        let mutant = mutate(text, &mut random);
        let folder = path.parent().expect("it is in a folder");
        let result = std::panic::catch_unwind(|| {
            check_text(&mutant, folder);
        });
        if result.is_err() {
            let kept = std::env::temp_dir().join("simple-mutant.spl");
            let _ = std::fs::write(&kept, &mutant);
            panic!("a mutant of {} (kept in {})", path.display(), kept.display());
        }
    }
}

/// Nesting at the parser's limit, on a small stack.
#[test]
fn deep_programs_fit_a_small_stack() {
    let deep = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("fn main():\n    val x = {}{inner}{}\n", open.repeat(depth), close.repeat(depth))
    };
    let mut texts = vec![
        deep("(", "1", ")", 250),
        deep("[", "1", "]", 250),
        deep("-", "1", "", 250),
        deep("not ", "true", "", 250),
        deep("1 + ", "1", "", 250),
        deep("Some(", "1", ")", 250),
        deep("(\\x: ", "x", ")", 120),
        deep("", "1", " + 1", 250),
        deep("", "\"a\"", ".trim()", 250),
        deep("if true: ", "1", " else: 2", 120),
    ];
    let mut chain = String::from("fn main():\n    val n = 3\n    if n == 0: print 0\n");
    for branch in 1..5000 {
        chain.push_str(&format!("    elif n == {branch}: print {branch}\n"));
    }
    texts.push(chain);
    let mut blocks = String::from("fn main():\n");
    for depth in 0..120 {
        blocks.push_str(&format!("{}if true:\n", "    ".repeat(depth + 1)));
    }
    blocks.push_str(&format!("{}print 1\n", "    ".repeat(121)));
    texts.push(blocks);
    let mut nested = String::from("fn main():\n");
    for depth in 0..60 {
        nested.push_str(&format!("{}fn f{depth}(x):\n", "    ".repeat(depth + 1)));
    }
    nested.push_str(&format!("{}x\n", "    ".repeat(61)));
    texts.push(nested);
    for text in texts {
        let worker = std::thread::Builder::new().stack_size(2 << 20);
        worker
            .spawn(move || {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(1)
                    .stack_size(2 << 20)
                    .build()
                    .expect("one thread");
                pool.install(|| {
                    check_text(&text, Path::new("."));
                });
            })
            .expect("one thread")
            .join()
            .expect("no overflow");
    }
}

/// Types that grow with every line are refused, not built.
#[test]
fn growing_types_are_refused() {
    let mut pairs = String::from("fn main():\n    val x0 = (1, 2)\n");
    let mut lists = String::from("fn main():\n    val x0 = [1]\n");
    let mut open = String::from("fn grow(a):\n    val x0 = (a, a)\n");
    for step in 1..400 {
        let before = step - 1;
        pairs.push_str(&format!("    val x{step} = (x{before}, x{before})\n"));
        lists.push_str(&format!("    val x{step} = [x{before}]\n"));
        open.push_str(&format!("    val x{step} = (x{before}, x{before})\n"));
    }
    open.push_str("    x399\nfn main(): print 1\n");
    for text in [pairs, lists, open] {
        let checked = check_text(&text, Path::new("."));
        let codes: Vec<&str> =
            checked.diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
        assert_eq!(codes, ["E0331"]);
    }
}

/// Long programs take time in proportion.
#[test]
fn long_chains_take_linear_time() {
    let mut functions = String::new();
    for number in 0..20_000 {
        functions.push_str(&format!("fn step{number}(x): step{}(x)\n", number + 1));
    }
    functions.push_str("fn step20000(x): x\nfn main(): print step0(1)\n");
    let checked = check_text(&functions, Path::new("."));
    assert!(checked.diagnostics.is_empty());
    let mut locals = String::from("fn main():\n    val x0 = 1\n");
    for number in 1..20_000 {
        locals.push_str(&format!("    val x{number} = x{} + 1\n", number - 1));
    }
    let checked = check_text(&locals, Path::new("."));
    assert!(checked.diagnostics.is_empty());
    assert!(checked.elapsed.as_secs() < 20, "{:?}", checked.elapsed);
}
