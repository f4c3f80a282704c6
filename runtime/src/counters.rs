//! What an instrumented program notes about its calls.
//!
//! The linker makes the datum `simple_counters`, in the format below, and a
//! counter in front of each function: it takes one from the function's slot and
//! comes to [`rt_layout_touch`] when the slot falls below zero. Whoever started
//! the program shares the datum's memory and reads it afterwards, however the
//! program ended. `docs/design/layout.md` has the whole of it.

use core::arch::naked_asm;
use core::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::object::TextRef;
use crate::platform;
use crate::tally::{self, Entry};

/// Calls between two visits to the slow path double up to this many.
const LONGEST_INTERVAL: u32 = 1024;
const MARKS: usize = 64;
const MARK_NAME: usize = 48;
/// A power of two.
const EDGES: usize = 1 << 17;

/// The datum, up to the slots of functions that follow it.
#[repr(C)]
struct Counters {
    /// How many functions were entered.
    touched: AtomicU32,
    /// How many marks were passed for the first time, whether or not there is
    /// room for them.
    marks_passed: AtomicU32,
    /// Calls whose caller found no place in `edges`.
    lost: AtomicU64,
    unused: [u64; 6],
    marks: [Mark; MARKS],
    /// The key is the return address, from the datum on and modulo 2³², in the upper
    /// half, and the callee's slot, from the datum on, in the lower.
    edges: [Entry; EDGES],
}

#[repr(C)]
struct Mark {
    time_ns: AtomicU64,
    order: AtomicU32,
    length: AtomicU32,
    name: [AtomicU8; MARK_NAME],
}

/// What is known about a function's calls.
#[repr(C)]
struct Slot {
    /// Calls that are left until the next visit, less one.
    left: AtomicI32,
    /// Calls that the present interval stands for.
    interval: AtomicU32,
    /// Calls in earlier intervals.
    calls: AtomicU64,
    /// 1 + how many functions were entered before it; 0: it was not.
    order: AtomicU32,
    claimed: AtomicU32,
    time_ns: AtomicU64,
}

// The linker and the loader count on these.
const _: () = {
    assert!(size_of::<Counters>() == 64 + 64 * MARKS + 16 * EDGES);
    assert!(size_of::<Slot>() == 32);
};

unsafe extern "C" {
    #[link_name = "simple_counters"]
    static COUNTERS: Counters;
}

/// A function's slot fell below zero. In `r11` is the slot; on the stack lie
/// the address in the function's counter and the caller's behind it. Keeps all
/// registers in which arguments may be, since the function is yet to begin.
#[unsafe(naked)]
#[unsafe(export_name = "rt_layout_touch")]
unsafe extern "C" fn touch() {
    naked_asm!(
        "push rax",
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "push r10",
        "sub rsp, 128",
        "movups [rsp], xmm0",
        "movups [rsp + 16], xmm1",
        "movups [rsp + 32], xmm2",
        "movups [rsp + 48], xmm3",
        "movups [rsp + 64], xmm4",
        "movups [rsp + 80], xmm5",
        "movups [rsp + 96], xmm6",
        "movups [rsp + 112], xmm7",
        "mov rdi, r11",
        "mov rsi, [rsp + 200]",
        "call {note}",
        "movups xmm0, [rsp]",
        "movups xmm1, [rsp + 16]",
        "movups xmm2, [rsp + 32]",
        "movups xmm3, [rsp + 48]",
        "movups xmm4, [rsp + 64]",
        "movups xmm5, [rsp + 80]",
        "movups xmm6, [rsp + 96]",
        "movups xmm7, [rsp + 112]",
        "add rsp, 128",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rdx",
        "pop rcx",
        "pop rax",
        "ret",
        note = sym note,
    )
}

/// Notes a call of the function with `slot` that returns to `caller`.
#[unsafe(export_name = "rt_layout_note")]
unsafe extern "C" fn note(slot: &Slot, caller: usize) {
    // Another thread came first.
    if slot.left.load(Relaxed) >= 0 {
        return;
    }
    // Before anything is called, which may be counted too.
    let interval = slot.interval.load(Relaxed);
    let next = match interval {
        0 => 1,
        interval => (2 * interval).min(LONGEST_INTERVAL),
    };
    slot.interval.store(next, Relaxed);
    slot.left.store(next as i32 - 1, Relaxed);
    let calls = u64::from(interval.max(1));
    slot.calls.fetch_add(calls, Relaxed);
    // SAFETY: the linker made the datum.
    let counters = unsafe { &COUNTERS };
    if slot.order.load(Relaxed) == 0 && slot.claimed.swap(1, Relaxed) == 0 {
        slot.time_ns.store(platform::monotonic_clock() as u64, Relaxed);
        slot.order.store(counters.touched.fetch_add(1, Relaxed) + 1, Relaxed);
    }
    counters.add_edge(core::ptr::from_ref(slot).addr(), caller, calls);
}

impl Counters {
    fn add_edge(&self, slot: usize, caller: usize, calls: u64) {
        let base = core::ptr::from_ref(self).addr();
        let key = (caller.wrapping_sub(base) as u64) << 32 | (slot - base) as u64;
        if !tally::add(&self.edges, key, calls) {
            self.lost.fetch_add(calls, Relaxed);
        }
    }
}

/// Takes the place of `rt_layout_mark`.
#[unsafe(export_name = "rt_layout_note_mark")]
unsafe extern "C" fn note_mark(name: TextRef<'_>) {
    // SAFETY: the linker made the datum.
    let counters = unsafe { &COUNTERS };
    let name = name.bytes();
    let name = &name[..name.len().min(MARK_NAME)];
    let passed = counters.marks_passed.load(Relaxed) as usize;
    if counters.marks[..passed.min(MARKS)].iter().any(|mark| mark.is_called(name)) {
        return;
    }
    let number = counters.marks_passed.fetch_add(1, Relaxed) as usize;
    let Some(mark) = counters.marks.get(number) else { return };
    mark.time_ns.store(platform::monotonic_clock() as u64, Relaxed);
    mark.order.store(counters.touched.load(Relaxed), Relaxed);
    for (to, from) in mark.name.iter().zip(name) {
        to.store(*from, Relaxed);
    }
    mark.length.store(name.len() as u32, Relaxed);
}

impl Mark {
    fn is_called(&self, name: &[u8]) -> bool {
        self.length.load(Relaxed) as usize == name.len()
            && self.name.iter().zip(name).all(|(byte, expected)| byte.load(Relaxed) == *expected)
    }
}
