//! The runtime's hot paths, beside what a Rust program would use for the same:
//! `cargo bench -p simple-runtime`.
//!
//! The runtime is called through its exported functions, as programs do.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
// Linked for its exports.
use simple_runtime as _;

/// Text and list objects, as far as the benchmarks look into them.
#[repr(C)]
struct Sequence {
    count: i32,
    weak: u32,
    len: i64,
    cap: i64,
}

type Object = *mut Sequence;

unsafe extern "C" {
    fn rt_alloc(size: u64) -> *mut u8;
    fn rt_free(block: *mut u8, size: u64);
    fn rt_str_release(text: Object);
    fn rt_str_with_capacity(cap: i64) -> Object;
    fn rt_str_from_utf8(bytes: Object, out: *mut Object) -> bool;
    fn rt_str_append(slot: *mut Object, other: Object);
    fn rt_str_find(text: Object, needle: Object) -> i64;
    fn rt_str_split(text: Object, separator: Object) -> Object;
    fn rt_str_hash(text: Object) -> u64;
    fn rt_show_f64(slot: *mut Object, value: f64);
    fn rt_show_i64(slot: *mut Object, value: i64);
    fn rt_fmt_f64(slot: *mut Object, value: f64, flags: u64, width: i64, precision: i64);
    fn rt_list_with_capacity(cap: i64, elem: i64) -> Object;
    fn rt_list_free(list: Object, elem: i64);
    fn rt_list_sort_i64(slot: *mut Object);
}

/// Where an object's contents begin.
unsafe fn contents(object: Object) -> *mut u8 {
    // SAFETY: they follow the fields.
    unsafe { object.add(1).cast() }
}

/// A text object with this text.
fn text(from: &str) -> Object {
    // SAFETY: the list gets as many bytes as it has room for.
    unsafe {
        let bytes = rt_list_with_capacity(from.len() as i64, 1);
        contents(bytes).copy_from_nonoverlapping(from.as_ptr(), from.len());
        (*bytes).len = from.len() as i64;
        let mut out = rt_str_with_capacity(0);
        assert!(rt_str_from_utf8(bytes, &mut out));
        rt_list_free(bytes, 1);
        out
    }
}

/// An allocator: `take` and `give` memory.
trait Heap {
    unsafe fn take(size: usize) -> *mut u8;
    unsafe fn give(block: *mut u8, size: usize);
}

struct Runtime;

impl Heap for Runtime {
    unsafe fn take(size: usize) -> *mut u8 {
        // SAFETY: no conditions.
        unsafe { rt_alloc(size as u64) }
    }

    unsafe fn give(block: *mut u8, size: usize) {
        // SAFETY: passed on.
        unsafe { rt_free(block, size as u64) }
    }
}

/// The C library's `malloc`.
struct C;

impl Heap for C {
    unsafe fn take(size: usize) -> *mut u8 {
        // SAFETY: the size is not 0.
        unsafe { System.alloc(Layout::from_size_align_unchecked(size, 8)) }
    }

    unsafe fn give(block: *mut u8, size: usize) {
        // SAFETY: passed on.
        unsafe { System.dealloc(block, Layout::from_size_align_unchecked(size, 8)) }
    }
}

#[repr(C)]
struct Tree {
    header: u64,
    children: [*mut Tree; 2],
}

unsafe fn grow<H: Heap>(depth: u32) -> *mut Tree {
    // SAFETY: the block has a tree's size.
    unsafe {
        let tree = H::take(size_of::<Tree>()).cast::<Tree>();
        let children = if depth == 0 {
            [std::ptr::null_mut(); 2]
        } else {
            [grow::<H>(depth - 1), grow::<H>(depth - 1)]
        };
        tree.write(Tree { header: 1, children });
        tree
    }
}

unsafe fn fell<H: Heap>(tree: *mut Tree) {
    if tree.is_null() {
        return;
    }
    // SAFETY: the tree was grown here.
    unsafe {
        let children = (*tree).children;
        H::give(tree.cast(), size_of::<Tree>());
        fell::<H>(children[0]);
        fell::<H>(children[1]);
    }
}

/// Blocks of mixed sizes that live for a while.
unsafe fn churn<H: Heap>(blocks: &mut [(*mut u8, usize)], random: &mut u64) {
    for _ in 0..10_000 {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        let at = (*random >> 8) as usize % blocks.len();
        let size = 16 + (*random >> 40) as usize % 256;
        // SAFETY: empty places hold null.
        unsafe {
            let (block, old) = blocks[at];
            if !block.is_null() {
                H::give(block, old);
            }
            let block = H::take(size);
            block.write(1);
            blocks[at] = (block, size);
        }
    }
}

fn memory(c: &mut Criterion) {
    fn of<H: Heap>(c: &mut Criterion, name: &str) {
        let mut group = c.benchmark_group("memory");
        group.throughput(Throughput::Elements((1 << 17) - 1));
        group.bench_function(format!("tree/{name}"), |b| {
            // SAFETY: each tree is grown and felled once.
            b.iter(|| unsafe { fell::<H>(grow::<H>(16)) });
        });
        group.throughput(Throughput::Elements(10_000));
        let mut blocks = vec![(std::ptr::null_mut(), 0); 10_000];
        let mut random = 88_172_645_463_325_252;
        group.bench_function(format!("churn/{name}"), |b| {
            // SAFETY: the blocks are those of this heap.
            b.iter(|| unsafe { churn::<H>(&mut blocks, &mut random) });
        });
        group.finish();
    }
    of::<Runtime>(c, "runtime");
    of::<C>(c, "malloc");
}

fn texts(c: &mut Criterion) {
    let mut group = c.benchmark_group("text");
    let line = "the quick brown fox, jumps over, the lazy dog, and so on, ";
    let long = line.repeat(200);
    let (object, comma) = (text(&long), text(", "));
    let (needle, piece) = (text("so off"), text("piece"));
    group.throughput(Throughput::Bytes(long.len() as u64));
    group.bench_function("find/runtime", |b| {
        // SAFETY: the texts are alive.
        b.iter(|| unsafe { rt_str_find(black_box(object), needle) });
    });
    group.bench_function("find/std", |b| b.iter(|| black_box(&long).find("so off")));
    group.bench_function("split/runtime", |b| {
        // SAFETY: the texts are alive; the parts are released.
        b.iter(|| unsafe {
            let parts = rt_str_split(black_box(object), comma);
            for at in 0..(*parts).len {
                rt_str_release(*contents(parts).cast::<Object>().add(at as usize));
            }
            rt_list_free(parts, 8);
        });
    });
    group.bench_function("split/std", |b| {
        b.iter(|| black_box(&long).split(", ").map(String::from).collect::<Vec<_>>());
    });
    group.throughput(Throughput::Elements(1000));
    group.bench_function("append/runtime", |b| {
        // SAFETY: the text is made and released here.
        b.iter(|| unsafe {
            let mut built = rt_str_with_capacity(0);
            for _ in 0..1000 {
                rt_str_append(&mut built, black_box(piece));
            }
            rt_str_release(built);
        });
    });
    group.bench_function("append/std", |b| {
        b.iter(|| {
            let mut built = String::new();
            for _ in 0..1000 {
                built += black_box("piece");
            }
            built
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("hash/runtime", |b| {
        // SAFETY: the text is alive.
        b.iter(|| unsafe { rt_str_hash(black_box(piece)) });
    });
    group.finish();
}

fn numbers(c: &mut Criterion) {
    use std::fmt::Write;

    let mut group = c.benchmark_group("numbers");
    let values: Vec<f64> = (1..1000).map(|at| f64::from(at) * 1.234_567e-3).collect();
    group.throughput(Throughput::Elements(values.len() as u64));
    let mut runtime = |name: &str, show: &dyn Fn(*mut Object, f64)| {
        group.bench_function(format!("{name}/runtime"), |b| {
            // SAFETY: the text is made here, emptied before each round.
            b.iter(|| unsafe {
                let mut out = rt_str_with_capacity(30_000);
                for value in &values {
                    show(&mut out, *value);
                }
                rt_str_release(out);
            });
        });
    };
    // SAFETY: the slot holds a text.
    runtime("repr", &|out, value| unsafe { rt_show_f64(out, value) });
    // SAFETY: the slot holds a text.
    runtime("fixed", &|out, value| unsafe { rt_fmt_f64(out, value, 0x66 << 40, -1, 2) });
    // SAFETY: the slot holds a text.
    runtime("integer", &|out, value| unsafe { rt_show_i64(out, (value * 1e9) as i64) });
    let mut std = |name: &str, show: &dyn Fn(&mut String, f64)| {
        group.bench_function(format!("{name}/std"), |b| {
            b.iter(|| {
                let mut out = String::with_capacity(30_000);
                for value in &values {
                    show(&mut out, *value);
                }
                out
            });
        });
    };
    std("repr", &|out, value| write!(out, "{value}").expect("strings take all"));
    std("fixed", &|out, value| write!(out, "{value:.2}").expect("strings take all"));
    std("integer", &|out, value| {
        write!(out, "{}", (value * 1e9) as i64).expect("strings take all");
    });
    group.finish();
}

fn lists(c: &mut Criterion) {
    let mut group = c.benchmark_group("list");
    group.throughput(Throughput::Elements(10_000));
    let scattered = |at: u64| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as i64;
    group.bench_function("sort/runtime", |b| {
        // SAFETY: the list has room for the elements; it is made and freed here.
        b.iter(|| unsafe {
            let mut list = rt_list_with_capacity(10_000, 8);
            for at in 0..10_000u64 {
                contents(list).cast::<i64>().add(at as usize).write(scattered(at));
            }
            (*list).len = 10_000;
            rt_list_sort_i64(&mut list);
            rt_list_free(list, 8);
        });
    });
    group.bench_function("sort/std", |b| {
        b.iter(|| {
            let mut list: Vec<i64> = (0..10_000).map(scattered).collect();
            list.sort();
            list
        });
    });
    group.finish();
}

criterion_group!(benches, memory, texts, numbers, lists);
criterion_main!(benches);
