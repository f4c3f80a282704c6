use std::collections::HashMap;
use std::vec::Vec;

use proptest::prelude::*;

use super::class::{MEDIUM_MAX, SEGMENT, SMALL_MAX};
use super::*;

/// What a program does with memory.
#[derive(Clone, Debug)]
enum Step {
    Allocate(usize),
    Free(usize),
    Reallocate(usize, usize),
}

/// Sizes of all kinds, around their borders too.
fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![
        8 => 0usize..300,
        2 => 0usize..5_000,
        1 => 0usize..100_000,
        1 => prop_oneof![Just(SMALL_MAX), Just(MEDIUM_MAX), Just(SEGMENT), Just(3 * SEGMENT)]
            .prop_flat_map(|border| border - 9..border + 9),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => sizes().prop_map(Step::Allocate),
        3 => any::<usize>().prop_map(Step::Free),
        1 => (any::<usize>(), sizes()).prop_map(|(which, size)| Step::Reallocate(which, size)),
    ]
}

/// A live block whose bytes are all the same.
struct Block {
    start: *mut u8,
    size: usize,
    fill: u8,
}

impl Block {
    fn new(start: *mut u8, size: usize, fill: u8) -> Self {
        assert_eq!(start.addr() % 8, 0);
        let block = Self { start, size, fill };
        // SAFETY: the block is ours.
        unsafe { start.write_bytes(fill, size) };
        block
    }

    fn check(&self, len: usize) {
        // SAFETY: the block is ours.
        let bytes = unsafe { core::slice::from_raw_parts(self.start, len) };
        assert!(bytes.iter().all(|&byte| byte == self.fill), "somebody else wrote to a block");
    }
}

fn run(steps: &[Step]) {
    let mut blocks: Vec<Block> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let fill = at as u8;
        match *step {
            Step::Allocate(size) => blocks.push(Block::new(allocate(size), size, fill)),
            Step::Free(which) if !blocks.is_empty() => {
                let block = blocks.swap_remove(which % blocks.len());
                block.check(block.size);
                // SAFETY: the block is ours, and forgotten.
                unsafe { free(block.start, block.size) };
            }
            Step::Reallocate(which, size) if !blocks.is_empty() => {
                let number = which % blocks.len();
                let mut block = blocks.swap_remove(number);
                // SAFETY: the block is ours.
                block.start = unsafe { reallocate(block.start, block.size, size) };
                block.check(block.size.min(size));
                blocks.push(Block::new(block.start, size, fill));
            }
            _ => {}
        }
    }
    for block in blocks {
        block.check(block.size);
        // SAFETY: the block is ours, and forgotten.
        unsafe { free(block.start, block.size) };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn blocks_do_not_overlap(steps in proptest::collection::vec(steps(), 0..400)) {
        run(&steps);
    }
}

/// Pages that the process has, in bytes.
#[cfg(not(feature = "check"))]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = status.split(' ').nth(1).expect("it has fields");
    pages.parse::<usize>().expect("a number") * crate::platform::PAGE_SIZE
}

/// A program that goes through phases with different sizes uses the memory of
/// one phase in the next.
#[test]
#[cfg(not(feature = "check"))]
fn memory_serves_other_sizes_when_it_is_free() {
    const PHASE: usize = 32 * 1024 * 1024;
    let before = resident();
    for size in [16, 24, 40, 64, 104, 200, 500, 1000, 3000, 10_000, 60_000, 100_000] {
        let mut blocks = Vec::with_capacity(PHASE / 16);
        for _ in 0..PHASE / size {
            let block = allocate(size);
            // SAFETY: the block is ours.
            unsafe { block.write_bytes(1, size) };
            blocks.push(block);
        }
        for block in blocks {
            // SAFETY: the block is ours, and forgotten.
            unsafe { free(block, size) };
        }
    }
    // The tests beside this one need memory too.
    let grown = resident().saturating_sub(before);
    assert!(grown < 5 * PHASE, "{} MiB", grown / 1024 / 1024);
}

#[test]
#[cfg(not(feature = "check"))]
fn the_block_freed_last_is_used_first() {
    for size in [8, 24, 128, 1000, 2000, 65_536] {
        let keep = allocate(size);
        let block = allocate(size);
        // SAFETY: the blocks are ours.
        unsafe {
            free(block, size);
            assert_eq!(allocate(size), block, "{size}");
            free(block, size);
            free(keep, size);
        }
    }
}

#[test]
fn usable_sizes_are_given_back_as_such() {
    let mut blocks = HashMap::new();
    for size in (0..2000).chain([50_000, 65_530, 65_537, 70_000, 1_000_000]) {
        let usable = usable_size(size);
        assert!(usable >= size);
        assert_eq!(usable_size(usable), usable);
        let block = allocate(size);
        // SAFETY: so much is ours.
        unsafe { block.write_bytes(size as u8, usable) };
        blocks.insert(block, usable);
    }
    for (block, usable) in blocks {
        // SAFETY: the blocks are ours.
        unsafe { free(block, usable) };
    }
}

#[test]
#[should_panic(expected = "out of memory")]
fn more_than_there_can_be() {
    // Not through the exported function, which may not unwind.
    super::large::allocate(1 << 60);
}
