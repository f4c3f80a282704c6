//! Programs linked with the embedded runtime, as files and in memory.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};

use simple_link::{Input, Options, SourceFile};
use simple_object::blob::Blob;
use simple_object::positions::{Encoder, Position, PositionKind};
use simple_object::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, Relocation, RelocationKind,
};
use simple_source::Interner;

/// What `simple_main` does after it has printed a greeting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Returns 3.
    Return,
    /// Runs into a trap in line 7 of `hello.spl`.
    Trap,
    /// Calls itself.
    Recurse,
}

const ENDS: [(&str, End); 3] =
    [("return", End::Return), ("trap", End::Trap), ("recurse", End::Recurse)];

fn program(interner: &Interner, end: End) -> CodeObject {
    let mut object = CodeObject::default();
    // push rbp; mov rbp, rsp; lea rdi, [rip + greeting]; call rt_out_str
    object.text.extend([0x55, 0x48, 0x89, 0xe5, 0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0xe8, 0, 0, 0, 0]);
    match end {
        // mov eax, 3; pop rbp; ret
        End::Return => object.text.extend([0xb8, 3, 0, 0, 0, 0x5d, 0xc3]),
        End::Trap => object.text.extend([0x0f, 0x0b]),
        End::Recurse => object.text.extend([0xe8, 0, 0, 0, 0]),
    }
    let reference = |offset, target| Relocation {
        offset,
        kind: RelocationKind::Relative32,
        target: interner.intern(target),
        addend: -4,
    };
    object.relocations.extend([reference(7, "greeting"), reference(12, "rt_out_str")]);
    if end == End::Recurse {
        object.relocations.push(reference(17, "simple_main"));
    }
    let mut encoder = Encoder::new(&mut object.positions, 0, 5);
    let at = |offset, kind, line| Position { offset, kind, file: 0, line, column: 9 };
    encoder.push(at(16, PositionKind::Call, 6));
    match end {
        End::Trap => encoder.push(at(16, PositionKind::Trap(20), 7)),
        End::Recurse => encoder.push(at(21, PositionKind::Call, 7)),
        End::Return => (),
    }
    // A static text: count, weak, length, capacity, bytes.
    let greeting = "Hello, world!\n";
    object.rodata.extend([0; 8]);
    object.rodata.extend((greeting.len() as u64).to_le_bytes());
    object.rodata.extend((greeting.len() as u64).to_le_bytes());
    object.rodata.extend(greeting.as_bytes());
    let definition = |name, display, kind, size: usize| Definition {
        name: interner.intern(name),
        display: interner.intern(display),
        kind,
        linkage: Linkage::Global,
        offset: 0,
        size: size as u32,
        align_log2: 4,
        phase: Phase::Steady,
        flags: FunctionFlags::default(),
        order: 0,
        relocations: 0..0,
        positions: 0..0,
    };
    object.definitions = vec![
        Definition {
            relocations: 0..object.relocations.len() as u32,
            positions: 0..object.positions.len() as u32,
            ..definition("simple_main", "hello.main", Kind::Function, object.text.len())
        },
        definition("greeting", "greeting", Kind::ReadOnly, object.rodata.len()),
    ];
    object
}

fn runtimes() -> [(&'static str, Blob<'static>); 2] {
    [("plain", simple_runtime_image::plain()), ("checked", simple_runtime_image::checked())]
        .map(|(name, bytes)| (name, Blob::parse(bytes).expect("the runtime is whole")))
}

const HELLO: SourceFile<'static> = SourceFile { name: "hello.spl", library: false };

const OPTIONS: Options<'static> = Options {
    entry: "_start",
    strip: false,
    debug: None,
    files: &[HELLO],
    plan: None,
    remarks: &[],
    sample: false,
};

fn link(runtime: Blob<'static>, end: End) -> Vec<u8> {
    let interner = Interner::new();
    let object = program(&interner, end);
    let objects = [object.view()];
    let input = Input { objects: &objects, runtime: Some(runtime), interner: &interner };
    simple_link::link(&input, &OPTIONS).expect("it links")
}

/// Whoever has it may write an executable, or start a process: a process
/// inherits every file that its parent has open until it becomes another
/// program, and a file that is open for writing cannot be run.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn run(bytes: &[u8]) -> Output {
    let directory = tempfile::tempdir().expect("a directory for the program");
    let path = directory.path().join("hello");
    let _turn = turn();
    simple_link::output::write_executable(&path, bytes).expect("it can be written");
    Command::new(&path).output().expect("it starts")
}

fn check(which: &str, end: End, output: &Output) {
    let (text, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let (message, status) = match end {
        End::Return => ("", 3),
        End::Trap => ("panic: division by zero at hello.spl:7:9\n", 101),
        End::Recurse => ("panic: stack overflow", 101),
    };
    assert_eq!(output.status.code(), Some(status), "{which}: {output:?}");
    assert!(errors.starts_with(message), "{which}: {errors}");
    if end == End::Return {
        assert_eq!(errors, "", "{which}");
    } else {
        assert!(errors.contains("hello.main"), "{which}: {errors}");
    }
    if end == End::Recurse {
        // It prints at each depth, as far as the stack goes.
        assert!(text.lines().count() > 100_000, "{which}");
        assert!(text.lines().all(|line| line == "Hello, world!"), "{which}");
        assert!(errors.lines().count() < 100, "{which}: {errors}");
    } else {
        assert_eq!(text, "Hello, world!\n", "{which}");
    }
}

#[test]
fn both_runtimes_define_the_same() {
    let exported = |blob: Blob<'static>| -> BTreeSet<&'static str> {
        let names = blob.defined_names().map(|name| name.expect("the runtime is whole"));
        names.filter(|name| name.starts_with("rt_") || *name == "_start").collect()
    };
    let [(_, plain), (_, checked)] = runtimes();
    let plain = exported(plain);
    assert!(plain.len() > 100, "{plain:?}");
    assert_eq!(plain, exported(checked));
}

#[test]
fn linked_programs_run_and_panic_as_they_should() {
    for (name, runtime) in runtimes() {
        for (end_name, end) in ENDS {
            check(&format!("{name} {end_name}"), end, &run(&link(runtime, end)));
        }
    }
}

#[test]
fn hello_is_small() {
    let [(_, plain), _] = runtimes();
    let size = link(plain, End::Return).len();
    assert!(size <= 16 << 10, "{size} bytes");
}

const CHILD: &str = "SIMPLE_RUNTIME_IMAGE_TEST";

/// The same in memory: this test's binary, started again for just this test.
#[test]
fn loaded_programs_behave_as_linked_ones() {
    if let Ok(which) = std::env::var(CHILD) {
        let (name, end_name) = which.split_once(' ').expect("a runtime and an end");
        let (_, runtime) = runtimes()[usize::from(name == "checked")];
        let (_, end) = ENDS.into_iter().find(|(name, _)| *name == end_name).expect("an end");
        let interner = Interner::new();
        let object = program(&interner, end);
        let objects = [object.view()];
        let input = Input { objects: &objects, runtime: Some(runtime), interner: &interner };
        let image = simple_link::load(&input, &OPTIONS).expect("it loads");
        let name = CString::new("hello").expect("no NUL");
        // SAFETY: the runtime's entry takes over the process.
        let result = unsafe { image.enter(&[&name], &[]) };
        panic!("the program was not entered: {:?}", result.err());
    }
    let run = |which: &str| {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", "loaded_programs_behave_as_linked_ones", "--nocapture", "-q"]);
        command.env(CHILD, which).stdin(Stdio::null()).arg0(Path::new("hello"));
        let turn = turn();
        let mut output = command.output().expect("it starts");
        drop(turn);
        // The test harness prints its own lines first.
        let start = output.stdout.windows(5).position(|window| window == b"Hello").unwrap_or(0);
        output.stdout.drain(..start);
        output
    };
    for (name, _) in runtimes() {
        for (end_name, end) in ENDS {
            let which = format!("{name} {end_name}");
            check(&which, end, &run(&which));
        }
    }
}
