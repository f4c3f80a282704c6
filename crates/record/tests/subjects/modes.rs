//! What the tests run: the first argument says what to do. Functions that tests
//! look at begin with `t_`.
#![allow(clippy::missing_safety_doc)]

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, exit};
use std::sync::{Arc, Barrier};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, thread, time::Duration};

unsafe extern "C" {
    fn fork() -> i32;
    fn vfork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn raise(signal: i32) -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
    fn signal(signal: i32, handler: usize) -> usize;
    fn alarm(seconds: u32) -> u32;
    fn pause() -> i32;
    fn _exit(status: i32) -> !;
    fn execv(path: *const i8, arguments: *const *const i8) -> i32;
    fn sigfillset(set: *mut [u64; 16]) -> i32;
    fn sigprocmask(how: i32, set: *const [u64; 16], old: *mut [u64; 16]) -> i32;
}

macro_rules! functions {
    ($($name:ident)*) => {
        $(#[inline(never)]
        #[unsafe(no_mangle)]
        extern "C" fn $name(x: u64) -> u64 {
            // The name makes each function different from the others.
            black_box(x).wrapping_add(black_box(stringify!($name)).len() as u64)
        })*
    };
}

functions! {
    t_first t_second t_third t_never t_parent t_child t_both t_again t_blocked
    t_r00 t_r01 t_r02 t_r03 t_r04 t_r05 t_r06 t_r07 t_r08 t_r09
    t_r10 t_r11 t_r12 t_r13 t_r14 t_r15 t_r16 t_r17 t_r18 t_r19
    t_r20 t_r21 t_r22 t_r23 t_r24 t_r25 t_r26 t_r27 t_r28 t_r29
}

const RACE: [extern "C" fn(u64) -> u64; 30] = [
    t_r00, t_r01, t_r02, t_r03, t_r04, t_r05, t_r06, t_r07, t_r08, t_r09, t_r10, t_r11, t_r12,
    t_r13, t_r14, t_r15, t_r16, t_r17, t_r18, t_r19, t_r20, t_r21, t_r22, t_r23, t_r24, t_r25,
    t_r26, t_r27, t_r28, t_r29,
];

#[inline(never)]
#[unsafe(no_mangle)]
extern "C" fn t_caller(x: u64) -> u64 {
    black_box(t_third(x)) + 1
}

static SIGNALS: AtomicU64 = AtomicU64::new(0);

#[unsafe(no_mangle)]
extern "C" fn t_handler(number: i32) {
    SIGNALS.fetch_add(1 << number, Ordering::SeqCst);
}

#[unsafe(no_mangle)]
extern "C" fn t_terminated(_number: i32) {
    unsafe { _exit(7) }
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments[1].as_str() {
        "order" => {
            for _ in 0..3 {
                println!("{} {} {}", t_second(1), t_caller(2), t_first(3));
            }
        }
        "race" => race(),
        "fork" => forked(),
        "vfork" => unsafe {
            // The child shares this memory until it ends.
            let child = vfork();
            if child == 0 {
                t_both(1);
                _exit(0);
            }
            waitpid(child, &mut 0, 0);
            println!("{}", t_both(2));
        },
        "spawn" => {
            t_first(1);
            let status = Command::new(&arguments[2]).args(&arguments[3..]).status();
            println!("{:?}", status.expect("the program exists").code());
            t_second(1);
        }
        "exec" => {
            t_first(1);
            execute(&arguments[2..]);
        }
        // Not by the first thread, and with more of them about.
        "exec_in_thread" => {
            for _ in 0..3 {
                thread::spawn(|| loop {
                    black_box(t_first(1));
                });
            }
            thread::spawn(move || execute(&arguments[2..])).join().expect("it does not return");
        }
        "signals" => signals(),
        "blocked" => unsafe {
            let (mut all, mut before) = ([0; 16], [0; 16]);
            sigfillset(&mut all);
            sigprocmask(0, &all, &mut before);
            println!("{}", t_blocked(1));
            sigprocmask(2, &before, std::ptr::null_mut());
        },
        "wait" => {
            unsafe { signal(15, t_terminated as *const () as usize) };
            println!("ready");
            std::io::stdout().flush().expect("there is a reader");
            loop {
                unsafe { pause() };
            }
        }
        "stop" => {
            t_first(1);
            fs::write(&arguments[2], std::process::id().to_string()).expect("it can be written");
            unsafe { raise(19) };
            t_second(1);
            println!("continued");
        }
        "forever" => {
            t_first(1);
            loop {
                thread::sleep(Duration::from_secs(1));
            }
        }
        "status" => exit(arguments[2].parse().expect("a number")),
        "die" => unsafe {
            let number = arguments[2].parse().expect("a number");
            signal(number, 0);
            kill(std::process::id() as i32, number);
        },
        other => panic!("no mode {other}"),
    }
}

fn execute(arguments: &[String]) {
    let words: Vec<String> = arguments.iter().map(|word| format!("{word}\0")).collect();
    let mut pointers: Vec<*const i8> = words.iter().map(|word| word.as_ptr().cast()).collect();
    pointers.push(std::ptr::null());
    unsafe { execv(pointers[0], pointers.as_ptr()) };
}

fn race() {
    const THREADS: u64 = 8;
    let barrier = Arc::new(Barrier::new(THREADS as usize));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let mut sum = 0_u64;
                for function in RACE {
                    barrier.wait();
                    sum = sum.wrapping_mul(3).wrapping_add(function(number));
                }
                sum
            })
        })
        .collect();
    let sums: Vec<u64> = threads.into_iter().map(|t| t.join().expect("it does not panic")).collect();
    println!("{sums:?}");
}

/// Both processes call the same function after they have parted.
fn forked() {
    unsafe {
        let child = fork();
        if child == 0 {
            println!("child {} {}", t_child(1), t_both(1));
            exit(5);
        }
        let mut status = 0;
        waitpid(child, &mut status, 0);
        println!("parent {} {} {}", t_parent(1), t_both(2), status >> 8);
    }
}

fn signals() {
    let seen = |number: i32| SIGNALS.load(Ordering::SeqCst) >> number & 1;
    unsafe {
        for number in [5, 10, 14] {
            signal(number, t_handler as *const () as usize);
        }
        raise(10);
        raise(5);
        println!("{} {}", seen(10), seen(5));
        SIGNALS.store(0, Ordering::SeqCst);
        std::arch::asm!("int3");
        println!("{}", seen(5));
        alarm(1);
        while seen(14) == 0 {
            thread::sleep(Duration::from_millis(10));
        }
    }
    println!("done {}", t_first(1));
}
