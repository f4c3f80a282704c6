//! Counters of functions that are called all the time count now and then only.
//!
//! The process that started the program shares the memory of its code, and may
//! write to it where the program may not. So it can make a jump of a counter's first
//! instruction, by eight bytes that are written at once, and what it was again. And it
//! lets calls of the counter lead to the function while that rests, so that it costs
//! them nothing at all.

use std::arch::asm;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::count::CODE_SIZE;

/// How often counters are looked at.
pub(super) const SWEEP: Duration = Duration::from_millis(10);
/// Calls that are counted one by one in any case.
const EXACT: u64 = 1 << 20;
/// Calls in a second up to which counting goes unnoticed: a nanosecond each.
const BEARABLE: f64 = 2e6;
/// Sweeps that a counter rests before it counts for one.
const REST: u32 = 31;

/// `jmp` by a distance of 32 bits, and how long it is.
const JUMP: u8 = 0xe9;
const JUMP_SIZE: usize = 5;

/// What is known of a counter that may rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relief {
    /// What it had counted when it was last looked at.
    counted: u64,
    at: Instant,
    /// Calls in a second when it last counted, and sweeps that it is to rest.
    resting: Option<(f64, u32)>,
    /// Calls that it did not see, as far as its rate tells.
    missed: f64,
}

impl Relief {
    pub(super) fn new(at: Instant) -> Self {
        Self { counted: 0, at, resting: None, missed: 0.0 }
    }

    /// Calls that were not counted.
    pub(super) fn missed(&self) -> u64 {
        self.missed as u64
    }

    /// Looks at a counter that has `counted` so far, and says whether it is to
    /// count from now on.
    pub(super) fn sweep(&mut self, counted: u64, now: Instant) -> bool {
        let time = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        match &mut self.resting {
            Some((rate, left)) => {
                self.missed += *rate * time;
                *left -= 1;
                if *left == 0 {
                    self.resting = None;
                }
            }
            None if time > 0.0 => {
                let rate = (counted - self.counted.min(counted)) as f64 / time;
                if counted > EXACT && rate > BEARABLE {
                    self.resting = Some((rate, REST));
                }
            }
            None => {}
        }
        self.counted = counted;
        self.resting.is_none()
    }
}

/// The beginning of a counter, in its two forms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Switch {
    counts: u64,
    passes: u64,
}

impl Switch {
    /// How far from a counter's beginning its function is, if its code is this.
    pub(super) fn distance(code: &[u8; CODE_SIZE], jump: usize) -> i32 {
        let mut distance = [0; 4];
        distance.copy_from_slice(&code[jump + 1..jump + JUMP_SIZE]);
        i32::from_le_bytes(distance).wrapping_add((jump + JUMP_SIZE) as i32)
    }

    /// For a counter of this code; at `jump` in it is the jump to its function.
    pub(super) fn new(code: &[u8; CODE_SIZE], jump: usize) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&code[..8]);
        let counts = u64::from_le_bytes(first);
        let distance = Self::distance(code, jump) - JUMP_SIZE as i32;
        // A thread that has just counted goes on behind what changes.
        first[0] = JUMP;
        first[1..JUMP_SIZE].copy_from_slice(&distance.to_le_bytes());
        Self { counts, passes: u64::from_le_bytes(first) }
    }

    /// Lets the counter at an address count, or pass calls on without; whether it did
    /// not do so already.
    ///
    /// # Safety
    /// The counter that this was made for is at the address, aligned to 16 bytes, in
    /// memory that this process may write; others may execute it. Processors fetch
    /// eight aligned bytes before or after they are written, not in between.
    pub(super) unsafe fn set(self, counter: u64, counts: bool) -> bool {
        let code = std::ptr::with_exposed_provenance_mut::<u64>(counter as usize);
        // SAFETY: aligned and writable, as the caller says.
        let code = unsafe { AtomicU64::from_ptr(code) };
        let wanted = if counts { self.counts } else { self.passes };
        // What is right already stays in the caches of other processors.
        let changes = code.load(Ordering::Relaxed) != wanted;
        if changes {
            code.store(wanted, Ordering::Release);
        }
        changes
    }
}

/// A call or jump that leads to a counter: where its distance is, and what that is to
/// the counter and to the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Site {
    address: u64,
    to_counter: i32,
    to_function: i32,
}

impl Site {
    /// For the distance at an address, whose present value and the bytes before it are
    /// `code`, to a counter whose function is `farther`. None if it is no call or jump,
    /// or does not lie where processors fetch it as a whole: in a block of sixteen
    /// bytes.
    pub(super) fn new(address: u64, code: [u8; 6], farther: i32) -> Option<Self> {
        const BLOCK: u64 = 16;
        let [first, second, distance @ ..] = code;
        let leads = matches!(second, 0xe8 | 0xe9) || (first == 0x0f && second & 0xf0 == 0x80);
        let is_whole = address % BLOCK <= BLOCK - 4;
        let to_counter = i32::from_le_bytes(distance);
        let to_function = to_counter.checked_add(farther)?;
        (leads && is_whole).then_some(Self { address, to_counter, to_function })
    }

    /// Lets it lead to the counter, or past it.
    ///
    /// # Safety
    /// The call that this was made for is at the address, in memory that this process
    /// may write; others may execute it.
    pub(super) unsafe fn lead(self, counts: bool) {
        let wanted = if counts { self.to_counter } else { self.to_function };
        // SAFETY: writable, as the caller says. One store to one line of the cache,
        // which other processors see whole, aligned or not; Rust has no atomics for
        // what is not.
        unsafe {
            asm!("mov [{0}], {1:e}", in(reg) self.address, in(reg) wanted, options(nostack));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_becomes_a_jump_to_its_function() {
        let mut code = [0x90; CODE_SIZE];
        code[..8].copy_from_slice(&[0x83, 0x2d, 1, 2, 3, 4, 1, 0x78]);
        code[9..14].copy_from_slice(&[JUMP, 0x10, 0, 0, 0]);
        let switch = Switch::new(&code, 9);
        assert_eq!(switch.counts.to_le_bytes(), code[..8]);
        // From 9 + 5 + 0x10 to the same place from 5.
        assert_eq!(switch.passes.to_le_bytes(), [JUMP, 0x19, 0, 0, 0, 4, 1, 0x78]);
    }

    #[test]
    fn calls_lead_past_a_counter() {
        let call = [0x90, 0xe8, 0x10, 0, 0, 0];
        let site = Site::new(0x100c, call, -0x30).expect("a call in one block");
        assert_eq!((site.to_counter, site.to_function), (0x10, -0x20));
        assert!(Site::new(0x100d, call, 0).is_none());
        // lea rax, [rip + 0x10]
        assert!(Site::new(0x1000, [0x8d, 0x05, 0x10, 0, 0, 0], 0).is_none());
        let branch = [0x0f, 0x84, 0x10, 0, 0, 0];
        let site = Site::new(0x1000, branch, 1).expect("a branch");
        let mut bytes = [0x10, 0, 0, 0, 7];
        let site = Site { address: bytes.as_mut_ptr().expose_provenance() as u64, ..site };
        for (counts, expected) in [(false, 0x11), (true, 0x10)] {
            // SAFETY: these bytes.
            unsafe { site.lead(counts) };
            let bytes = std::hint::black_box(&bytes);
            assert_eq!(*bytes, [expected, 0, 0, 0, 7]);
        }
    }

    #[test]
    fn what_a_resting_counter_misses_is_estimated() {
        let begin = Instant::now();
        let mut relief = Relief::new(begin);
        // Ten million calls in a second, of which it sees what it is let see.
        let (mut counted, mut counts) = (0, true);
        for sweep in 1..=1000 {
            counted += if counts { 100_000 } else { 0 };
            counts = relief.sweep(counted, begin + SWEEP * sweep);
        }
        assert!(counted < 5_000_000, "{counted}");
        let all = (counted + relief.missed()) as f64;
        assert!((all / 100e6 - 1.0).abs() < 0.01, "{all}");
        // One that is called seldom is exact.
        let mut relief = Relief::new(begin);
        for sweep in 1..=1000 {
            assert!(relief.sweep(u64::from(sweep) * 15_000, begin + SWEEP * sweep));
        }
        assert_eq!(relief.missed(), 0);
    }
}
