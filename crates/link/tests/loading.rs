//! Programs that run in memory.

mod assembly;

use std::ffi::CString;
use std::process::{Command, Stdio};

use assembly::{Assembler, Code, hello};
use simple_link::{Input, LoadedImage, Options, load};
use simple_object::{Kind, RelocationKind};
use simple_source::Interner;

fn load_all(assembler: &Assembler<'_>, entry: &str) -> LoadedImage {
    let objects = [assembler.object.view()];
    let input = Input { objects: &objects, runtime: None, interner: assembler.interner };
    load(&input, &Options { entry, ..Options::default() }).expect("it loads")
}

#[test]
fn loaded_functions_can_be_called() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    // mov rax, [rip + table]; add rax, rdi; inc qword [rip + count]; ret
    let add = Code::new()
        .bytes(&[0x48, 0x8b, 0x05])
        .reference(RelocationKind::Relative32, "forty", -4)
        .bytes(&[0x48, 0x01, 0xf8, 0x48, 0xff, 0x05])
        .reference(RelocationKind::Relative32, "count", -4)
        .bytes(&[0xc3]);
    assembler.function("add_forty", add);
    assembler.define("forty", Kind::ReadOnly, Code::new().bytes(&40u64.to_le_bytes()));
    assembler.zeroed("count", 8);
    let image = load_all(&assembler, "add_forty");
    let address = |name| image.address(interner.intern(name));
    let function = address("add_forty").expect("it is reached");
    // SAFETY: the code above is a function of this type and leaves other
    // registers alone.
    let add_forty: extern "C" fn(u64) -> u64 = unsafe { std::mem::transmute(function) };
    assert_eq!((add_forty(2), add_forty(60)), (42, 100));
    let count = address("count").expect("it is reached").cast::<u64>();
    // SAFETY: the definition has eight bytes, and the image is still mapped.
    assert_eq!(unsafe { count.read() }, 2);
    assert!(address("nothing").is_none());
}

#[test]
fn memory_is_protected_as_the_file_says() {
    let interner = Interner::new();
    let image = load_all(&hello(&interner), "_start");
    let maps = std::fs::read_to_string("/proc/self/maps").expect("the list of mappings");
    let access = |name| {
        let address = image.address(interner.intern(name)).expect("it is reached").as_ptr() as u64;
        let holds = |line: &&str| {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let (start, end) = range.expect("a range");
            let number = |text| u64::from_str_radix(text, 16).expect("an address");
            (number(start)..number(end)).contains(&address)
        };
        let line = maps.lines().find(holds).expect("it is mapped");
        line.split(' ').nth(1).expect("what is allowed").to_owned()
    };
    assert_eq!(access("_start"), "r-xp");
    assert_eq!(access("greeting"), "r--p");
    assert_eq!(access("counter"), "rw-p");
    assert_eq!(access("buffer"), "rw-p");
}

/// Prints its third argument and what follows it on the stack in the image of
/// `enters_as_the_kernel_would`: `argv[2]`, its first eight bytes.
fn print_arguments(interner: &Interner) -> Assembler<'_> {
    let mut assembler = Assembler::new(interner);
    let start = Code::new()
        // The stack is aligned and the registers are clear, or it traps:
        // test rsp, 15; jnz trap; or rbp, rbp; jnz trap; or rdx, rdx; jnz trap
        .bytes(&[0x48, 0xf7, 0xc4, 15, 0, 0, 0, 0x75, 12])
        .bytes(&[0x48, 0x09, 0xed, 0x75, 7])
        .bytes(&[0x48, 0x09, 0xd2, 0x75, 2])
        // jmp over; trap: ud2; over:
        .bytes(&[0xeb, 2, 0x0f, 0x0b])
        // mov rsi, [rsp + 24]: argv[2]; eight bytes of it go to standard output.
        .bytes(&[0x48, 0x8b, 0x74, 0x24, 24])
        .bytes(&[0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0xba, 8, 0, 0, 0, 0x0f, 0x05])
        // mov rsi, [rsp + 40]: envp[0], behind argc, three arguments and a null
        .bytes(&[0x48, 0x8b, 0x74, 0x24, 40])
        .bytes(&[0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0xba, 7, 0, 0, 0, 0x0f, 0x05])
        // Uses a megabyte of the stack: sub rsp, 1 << 20; mov [rsp], rax; add rsp, 1 << 20
        .bytes(&[0x48, 0x81, 0xec, 0, 0, 0x10, 0, 0x48, 0x89, 0x04, 0x24])
        .bytes(&[0x48, 0x81, 0xc4, 0, 0, 0x10, 0])
        // The key of the first auxiliary entry, AT_PAGESZ = 6, is behind
        // envp's null; mov edi, [rsp + 56]; exit
        .bytes(&[0x8b, 0x7c, 0x24, 56, 0xb8, 231, 0, 0, 0, 0x0f, 0x05]);
    assembler.function("_start", start);
    assembler
}

/// A closed pipe: `SIGPIPE` has its default action, although Rust ignores it.
fn write_to_closed_pipe(interner: &Interner) -> Assembler<'_> {
    let mut assembler = Assembler::new(interner);
    let start = Code::new()
        // sub rsp, 16; mov rdi, rsp; mov eax, 22 (pipe); syscall
        .bytes(&[0x48, 0x83, 0xec, 16, 0x48, 0x89, 0xe7, 0xb8, 22, 0, 0, 0, 0x0f, 0x05])
        // mov edi, [rsp]; mov eax, 3 (close); syscall
        .bytes(&[0x8b, 0x3c, 0x24, 0xb8, 3, 0, 0, 0, 0x0f, 0x05])
        // mov edi, [rsp + 4]; mov rsi, rsp; mov edx, 1; mov eax, 1 (write); syscall
        .bytes(&[0x8b, 0x7c, 0x24, 4, 0x48, 0x89, 0xe6, 0xba, 1, 0, 0, 0])
        .bytes(&[0xb8, 1, 0, 0, 0, 0x0f, 0x05])
        .exit(0);
    assembler.function("_start", start);
    assembler
}

/// Calls itself for ever.
fn exhaust_stack(interner: &Interner) -> Assembler<'_> {
    let mut assembler = Assembler::new(interner);
    assembler.function("_start", Code::new().call("_start"));
    assembler
}

const CHILD: &str = "SIMPLE_LINK_TEST_PROGRAM";

fn enter(program: &str) {
    let interner = Interner::new();
    let assembler = match program {
        "hello" => hello(&interner),
        "arguments" => print_arguments(&interner),
        "pipe" => write_to_closed_pipe(&interner),
        "stack" => exhaust_stack(&interner),
        other => panic!("no program {other}"),
    };
    let arguments =
        ["program", "first", "second\n\n"].map(|text| CString::new(text).expect("no NUL"));
    let environment = CString::new("KEY=42\n").expect("no NUL");
    let arguments = arguments.each_ref().map(|argument| argument.as_c_str());
    let image = load_all(&assembler, "_start");
    // SAFETY: the programs above expect to be entered so and do not return.
    let result = unsafe { image.enter(&arguments, &[&environment]) };
    panic!("the program was not entered: {:?}", result.err());
}

/// Each program runs in a process of its own: this test's binary, started
/// again for just this test.
#[test]
fn programs_are_entered_as_the_kernel_would() {
    if let Ok(program) = std::env::var(CHILD) {
        return enter(&program);
    }
    let run = |program: &str| {
        let output = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "programs_are_entered_as_the_kernel_would", "--nocapture", "-q"])
            .env(CHILD, program)
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        let text = String::from_utf8(output.stdout).expect("text");
        // The test harness prints its own lines first.
        let own = text.lines().filter(|line| !line.is_empty() && !line.starts_with("running"));
        let own = own.collect::<Vec<_>>().join("\n");
        (own, output.status)
    };
    use std::os::unix::process::ExitStatusExt;
    let (text, status) = run("hello");
    assert_eq!((text.as_str(), status.code()), ("hello", Some(7)));
    let (text, status) = run("arguments");
    assert_eq!((text.as_str(), status.code()), ("second\nKEY=42", Some(libc::AT_PAGESZ as i32)));
    assert_eq!(run("pipe").1.signal(), Some(libc::SIGPIPE));
    assert_eq!(run("stack").1.signal(), Some(libc::SIGSEGV));
}
