use std::string::{String, ToString};

use super::report::{write_leaks, write_misuse};
use super::*;
use crate::object::{Text, static_text};
use crate::panic::Sink;

fn live() -> (usize, usize) {
    // SAFETY: each test has its own thread, and so its own table.
    unsafe { (*CHECKED.get()).table.live() }
}

#[test]
fn objects_are_known_until_they_are_freed() {
    assert_eq!(live(), (0, 0));
    let text = Text::new("0123456789");
    assert_eq!(live(), (1, 40));
    let list = crate::object::List::with_capacity(3, 8);
    assert_eq!(live(), (2, 88));
    drop(text);
    assert_eq!(live(), (1, 48));
    // SAFETY: the list is not used again.
    unsafe { free(list.as_ref().address().cast(), 48) };
    assert_eq!(live(), (0, 0));
}

#[test]
fn much_memory_passes_through_the_quarantine() {
    for round in 0..600_000usize {
        let size = 16 + round % 1000;
        let block = allocate(size);
        // SAFETY: the block is ours.
        unsafe { free(block, size) };
    }
    assert_eq!(live(), (0, 0));
    // SAFETY: each test has its own thread.
    assert!(unsafe { (*CHECKED.get()).table.find(0).is_none() });
}

#[test]
fn reallocation_moves() {
    let block = allocate(16);
    // SAFETY: the blocks are ours.
    unsafe {
        block.write_bytes(7, 16);
        let moved = reallocate(block, 16, 32);
        assert_ne!(moved, block);
        assert_eq!(slice::from_raw_parts(moved, 16), [7; 16]);
        assert_eq!(slice::from_raw_parts(moved.add(16), 16), [FRESH; 16]);
        assert_eq!(slice::from_raw_parts(block, 16), [POISON; 16]);
        free(moved, 32);
    }
}

#[test]
#[should_panic(expected = "an object was freed twice")]
fn double_free() {
    let block = allocate(16);
    // SAFETY: what is wrong is found.
    unsafe {
        free(block, 16);
        free(block, 16);
    }
}

#[test]
#[should_panic(expected = "an object was freed with a wrong size")]
fn wrong_size() {
    let block = allocate(16);
    // SAFETY: what is wrong is found.
    unsafe { free(block, 24) };
}

#[test]
#[should_panic(expected = "memory was freed that was never allocated")]
fn unknown() {
    let mut block = [0u64; 4];
    // SAFETY: what is wrong is found.
    unsafe { free(block.as_mut_ptr().cast(), 32) };
}

#[test]
#[should_panic(expected = "an object was written to beyond its end")]
fn overrun() {
    let block = allocate(24);
    // SAFETY: what is wrong is found.
    unsafe {
        block.add(24).write(1);
        free(block, 24);
    }
}

#[test]
#[should_panic(expected = "an object was written to after it was freed")]
fn late_write() {
    let block = allocate(64);
    // SAFETY: what is wrong is found.
    unsafe {
        free(block, 64);
        block.add(32).write(1);
    }
    for _ in 0..100 {
        let block = allocate(1 << 20);
        // SAFETY: the block is ours.
        unsafe { free(block, 1 << 20) };
    }
}

/// A count made of poison takes the slow paths of counting, which look here.
#[test]
#[should_panic(expected = "an object was used after it was freed")]
fn late_use() {
    let text = Text::new("some text");
    let stale = text.as_ref().address();
    drop(text);
    // SAFETY: what is wrong is found.
    unsafe {
        assert!((*stale).count < 0);
        verify_alive(stale, false);
    }
}

#[test]
#[should_panic(expected = "an instance was used that only weak references hold")]
fn dead_instance() {
    let instance = allocate(16).cast::<Header>();
    // SAFETY: what is wrong is found.
    unsafe {
        instance.write(Header { count: 0, weak: 1 });
        verify_alive(instance, true);
        verify_alive(instance, false);
    }
}

impl Sink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    fn number(&mut self, value: i64) {
        self.push_str(&value.to_string());
    }
}

#[test]
fn leaks_are_described_in_order() {
    // SAFETY: each test has its own thread, and so its own table.
    let table = unsafe { &mut (*CHECKED.get()).table };
    let mut out = String::new();
    assert!(!write_leaks(&mut out, table));
    let text = Text::new("some text");
    let _second = text.as_ref().retain();
    let list = crate::object::List::from_bytes(b"abc");
    // A static text is nobody's.
    let _third = static_text!("x").retain();
    assert!(write_leaks(&mut out, table));
    assert_eq!(
        out,
        "memory: 2 objects (72 bytes) are still alive at the end\n\
         2 references to a text of 40 bytes, allocated\n\
         1 reference to a list of 32 bytes, allocated\n"
    );
    // SAFETY: the list is not used again.
    unsafe { free(list.as_ref().address().cast(), 32) };
    for _ in 0..30 {
        core::mem::forget(Text::new("lost"));
    }
    let mut out = String::new();
    assert!(write_leaks(&mut out, table));
    assert!(out.starts_with("memory: 31 objects (1000 bytes) are"), "{out}");
    assert!(out.ends_with("allocated\n... 11 more\n"), "{out}");
}

#[test]
fn misuse_is_described() {
    let block = allocate(16);
    // SAFETY: each test has its own thread, and so its own table.
    let table = unsafe { &mut (*CHECKED.get()).table };
    let record = table.find(block.addr()).copied().expect("it is alive");
    let mut out = String::new();
    write_misuse(&mut out, report::Misuse::FreedWithSize(24), Some(&record), &[0; FRAMES]);
    assert_eq!(
        out,
        "memory: an object was freed with a wrong size\n\
         an object of 16 bytes, allocated\n\
         and freed with a size of 24\n"
    );
    let mut out = String::new();
    let record = Record { freed: [1; FRAMES], ..record };
    write_misuse(&mut out, report::Misuse::UsedAfterFree, Some(&record), &[0; FRAMES]);
    assert!(out.ends_with("an object of 16 bytes, allocated\nand freed\n"), "{out}");
    let mut out = String::new();
    write_misuse(&mut out, report::Misuse::FreedUnknown, None, &[0; FRAMES]);
    assert_eq!(out, "memory: memory was freed that was never allocated\n");
}
