//! As much of the runtime as the tests' programs call, with a record of what
//! is alive. Layouts are those of `docs/design/memory.md`.

use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::machine::abandon;

thread_local! {
    static LIVE: RefCell<BTreeMap<usize, u64>> = const { RefCell::new(BTreeMap::new()) };
    static PANIC: Cell<Option<(String, usize)>> = const { Cell::new(None) };
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<String> = const { RefCell::new(String::new()) };
    static DROP_DEPTH: Cell<i64> = const { Cell::new(0) };
    static DROP_QUEUE: RefCell<Vec<(u64, u64)>> = const { RefCell::new(Vec::new()) };
}

/// The panic that ended the last call, with the return address of its call.
pub(crate) fn take_panic() -> Option<(String, usize)> {
    PANIC.take()
}

/// How many objects are alive on this thread.
pub(crate) fn live_objects() -> usize {
    LIVE.with_borrow(BTreeMap::len)
}

/// Forgets what a panic left behind.
pub(crate) fn forget_objects() {
    let live = LIVE.take();
    for (memory, size) in live {
        // SAFETY: it was allocated with this size, and nobody uses it any more.
        unsafe { std::alloc::dealloc(memory as *mut u8, layout(size)) };
    }
    DROP_DEPTH.set(0);
    DROP_QUEUE.take();
}

/// What the program printed since the last time.
pub(crate) fn take_output() -> String {
    OUTPUT.take()
}

/// What `log` was called with since the last time.
pub(crate) fn take_log() -> Vec<String> {
    LOG.take()
}

fn layout(size: u64) -> Layout {
    Layout::from_size_align(size as usize, 8).expect("a small size")
}

extern "C" fn alloc(size: u64) -> *mut u8 {
    // SAFETY: objects have at least a header.
    let memory = unsafe { std::alloc::alloc(layout(size)) };
    // SAFETY: it has this size.
    unsafe { memory.write_bytes(0xa5, size as usize) };
    LIVE.with_borrow_mut(|live| live.insert(memory as usize, size));
    memory
}

extern "C" fn free(memory: *mut u8, size: u64) {
    let known = LIVE.with_borrow_mut(|live| live.remove(&(memory as usize)));
    assert_eq!(known, Some(size), "freed twice, or with another size than it was made");
    // SAFETY: it was allocated with this size.
    unsafe {
        memory.write_bytes(0xde, size as usize);
        std::alloc::dealloc(memory, layout(size));
    }
}

/// An object's header and, in text and lists, what follows it.
#[repr(C)]
struct Object {
    count: i32,
    weak: u32,
    len: i64,
    cap: i64,
}

const DATA: u64 = 24;

extern "C" fn retain_slow(object: *mut Object) {
    // SAFETY: the program passes objects.
    assert_eq!(unsafe { (*object).count }, 0, "only static objects come here");
}

extern "C" fn release_slow(object: *mut Object) -> i32 {
    // SAFETY: the program passes objects.
    assert_eq!(unsafe { (*object).count }, 0, "only static objects come here");
    0
}

fn release_plain(object: *mut Object, element: i64) {
    // SAFETY: the program passes objects.
    unsafe {
        match (*object).count {
            0 => {}
            1 => free(object.cast(), DATA + ((*object).cap * element) as u64),
            _ => (*object).count -= 1,
        }
    }
}

extern "C" fn str_release(text: *mut Object) {
    if !text.is_null() {
        release_plain(text, 1);
    }
}

extern "C" fn list_free(list: *mut Object, element: i64) {
    // SAFETY: the program passes a dead list.
    let cap = unsafe { (*list).cap };
    free(list.cast(), DATA + (cap * element) as u64);
}

extern "C" fn list_with_capacity(cap: i64, element: i64) -> *mut Object {
    let list = alloc(DATA + (cap.max(0) * element) as u64).cast::<Object>();
    // SAFETY: it was just made with room for the header.
    unsafe { list.write(Object { count: 1, weak: 0, len: 0, cap: cap.max(0) }) };
    list
}

type Retain = Option<extern "C" fn(*mut u8)>;

extern "C" fn list_reserve(slot: *mut *mut Object, more: i64, element: i64, retain: Retain) {
    // SAFETY: the slot holds a list of elements of this size.
    unsafe {
        let old = *slot;
        let needed = (*old).len + more;
        if (*old).count == 1 && (*old).cap >= needed {
            return;
        }
        let new = list_with_capacity(needed.max((*old).cap * 2), element);
        (*new).len = (*old).len;
        let (from, to) = (old.cast::<u8>().add(24), new.cast::<u8>().add(24));
        to.copy_from_nonoverlapping(from, ((*old).len * element) as usize);
        *slot = new;
        if (*old).count == 1 {
            return list_free(old, element);
        }
        if let Some(retain) = retain {
            (0..(*new).len).for_each(|i| retain(to.add((i * element) as usize)));
        }
        if (*old).count > 1 {
            (*old).count -= 1;
        }
    }
}

extern "C" fn list_unshare(slot: *mut *mut Object, element: i64, retain: Retain) {
    list_reserve(slot, 0, element, retain);
}

extern "C" fn str_unshare(slot: *mut *mut Object) {
    list_reserve(slot, 0, 1, None);
}

extern "C" fn weak_retain(object: *mut Object) {
    if !object.is_null() {
        // SAFETY: the program passes instances.
        unsafe { (*object).weak += 1 };
    }
}

extern "C" fn weak_release(object: *mut Object, size: u64) {
    if !object.is_null() {
        class_free(object, size);
    }
}

extern "C" fn class_free(object: *mut Object, size: u64) {
    // SAFETY: the program passes instances.
    unsafe {
        (*object).weak -= 1;
        if (*object).weak == 0 {
            assert_eq!((*object).count, 0, "freed while it is alive");
            free(object.cast(), size);
        }
    }
}

extern "C" fn weak_upgrade(object: *mut Object) -> *mut Object {
    // SAFETY: the program passes instances.
    if object.is_null() || unsafe { (*object).count } == 0 {
        return std::ptr::null_mut();
    }
    // SAFETY: as above.
    unsafe { (*object).count += 1 };
    object
}

extern "C" fn panic_index(index: i64, len: i64, return_address: usize) -> ! {
    PANIC.set(Some((format!("index {index} of {len}"), return_address)));
    abandon()
}

/// Text of the program, for looking at results.
pub(crate) fn text_at(object: u64) -> String {
    // SAFETY: the tests pass what a program returned as a text.
    unsafe {
        let object = object as *const Object;
        let bytes = object.cast::<u8>().add(24);
        let bytes = std::slice::from_raw_parts(bytes, (*object).len as usize);
        String::from_utf8(bytes.to_vec()).expect("text is UTF-8")
    }
}

extern "C" fn log_i64(value: i64) {
    LOG.with_borrow_mut(|log| log.push(value.to_string()));
}

extern "C" fn log_small(a: i8, b: u16, c: bool, d: u8) {
    // What the System V ABI leaves open, compilers of C do not: read the full
    // registers back through a wider type.
    LOG.with_borrow_mut(|log| log.push(format!("{a} {b} {c} {d}")));
}

extern "C" fn log_wide(a: i32, b: u32, c: i32, d: u32) {
    LOG.with_borrow_mut(|log| log.push(format!("{a} {b} {c} {d}")));
}

extern "C" fn log_str(text: u64) {
    LOG.with_borrow_mut(|log| log.push(text_at(text)));
}

fn print(text: &str) {
    OUTPUT.with_borrow_mut(|output| output.push_str(text));
}

extern "C" fn out_str(text: u64) {
    print(&text_at(text));
}

extern "C" fn out_i64(value: i64) {
    print(&value.to_string());
}

extern "C" fn out_bool(value: bool) {
    print(if value { "true" } else { "false" });
}

extern "C" fn out_newline() {
    print("\n");
}

extern "C" fn panic_str(text: u64, _: u64, return_address: usize) -> ! {
    PANIC.set(Some((text_at(text), return_address)));
    abandon()
}

extern "C" fn str_append(slot: *mut *mut Object, piece: *mut Object) {
    // SAFETY: the slot and the piece hold texts; the piece may be what is in
    // the slot, whose bytes are looked at again after it grew.
    unsafe {
        let len = (*piece).len;
        let same = *slot == piece;
        list_reserve(slot, len, 1, None);
        let text = *slot;
        let piece = if same { text } else { piece };
        let to = text.cast::<u8>().add(24 + (*text).len as usize);
        to.copy_from_nonoverlapping(piece.cast::<u8>().add(24), len as usize);
        (*text).len += len;
    }
}

extern "C" fn str_concat(a: *mut Object, b: *mut Object) -> *mut Object {
    let mut text = list_with_capacity(0, 1);
    str_append(&mut text, a);
    str_append(&mut text, b);
    text
}

extern "C" fn drop_enter() -> bool {
    // Lower than the real limit, so that small programs meet it.
    let enter = DROP_DEPTH.get() < 3;
    DROP_DEPTH.set(DROP_DEPTH.get() + i64::from(enter));
    enter
}

extern "C" fn drop_leave() {
    if DROP_DEPTH.get() > 1 {
        return DROP_DEPTH.set(DROP_DEPTH.get() - 1);
    }
    while let Some((object, destroyer)) = DROP_QUEUE.with_borrow_mut(Vec::pop) {
        // SAFETY: a destroyer is a static closure, whose code takes the address
        // of its captures and the object.
        unsafe {
            let code = *((destroyer + 8) as *const extern "C" fn(u64, u64));
            code(destroyer + 24, object);
        }
    }
    DROP_DEPTH.set(0);
}

extern "C" fn defer_drop(object: u64, destroyer: u64) {
    DROP_QUEUE.with_borrow_mut(|queue| queue.push((object, destroyer)));
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Two {
    a: i64,
    b: f64,
}

extern "C" fn swap_two(result: *mut Two, two: *const Two) {
    // SAFETY: aggregates are passed by address.
    unsafe { result.write(Two { a: (*two).b as i64, b: (*two).a as f64 }) };
}

extern "C" fn increment(place: *mut i64) {
    // SAFETY: `mut` places are passed by address.
    unsafe { *place += 1 };
}

extern "C" fn call_back(code: extern "C" fn(i64) -> bool, value: i64) -> bool {
    code(value)
}

/// The address of a function of the runtime.
pub(crate) fn address_of(name: &str) -> usize {
    match name {
        "rt_alloc" => alloc as *const () as usize,
        "rt_free" => free as *const () as usize,
        "rt_retain_slow" => retain_slow as *const () as usize,
        "rt_release_slow" => release_slow as *const () as usize,
        "rt_str_release" => str_release as *const () as usize,
        "rt_str_unshare" => str_unshare as *const () as usize,
        "rt_list_free" => list_free as *const () as usize,
        "rt_list_with_capacity" => list_with_capacity as *const () as usize,
        "rt_list_reserve" => list_reserve as *const () as usize,
        "rt_list_unshare" => list_unshare as *const () as usize,
        "rt_weak_retain" => weak_retain as *const () as usize,
        "rt_weak_release" => weak_release as *const () as usize,
        "rt_weak_upgrade" => weak_upgrade as *const () as usize,
        "rt_class_free" => class_free as *const () as usize,
        "rt_panic_index" => panic_index as *const () as usize,
        "rt_math_fmod" => fmod as *const () as usize,
        "memcpy" => libc::memcpy as *const () as usize,
        "memmove" => libc::memmove as *const () as usize,
        "rt_out_str" => out_str as *const () as usize,
        "rt_out_i64" => out_i64 as *const () as usize,
        "rt_out_bool" => out_bool as *const () as usize,
        "rt_out_newline" => out_newline as *const () as usize,
        "rt_panic_str" => panic_str as *const () as usize,
        "rt_str_append" => str_append as *const () as usize,
        "rt_str_concat" => str_concat as *const () as usize,
        "rt_drop_enter" => drop_enter as *const () as usize,
        "rt_drop_leave" => drop_leave as *const () as usize,
        "rt_defer_drop" => defer_drop as *const () as usize,
        "log_i64" => log_i64 as *const () as usize,
        "log_small" => log_small as *const () as usize,
        "log_wide" => log_wide as *const () as usize,
        "log_str" => log_str as *const () as usize,
        "swap_two" => swap_two as *const () as usize,
        "increment" => increment as *const () as usize,
        "call_back" => call_back as *const () as usize,
        "rt_empty_str" | "rt_empty_list" => 0,
        other => panic!("the tests' runtime has no {other}"),
    }
}

extern "C" fn fmod(a: f64, b: f64) -> f64 {
    a % b
}
