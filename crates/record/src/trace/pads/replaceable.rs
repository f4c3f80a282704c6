//! Which functions' first bytes can be a jump.
//!
//! A jump is longer than a breakpoint, so it must not happen that the program goes
//! to the second byte of what it stands for. That is so if
//!
//! - the first word, which is put back by one store, is the function's own: it is
//!   aligned, and no symbol of any kind is in it,
//! - the bytes of the jump are of the function, and no part of what lies behind,
//! - no direct branch anywhere in the program leads between them. Any bytes that would
//!   be such a branch count, wherever instructions begin; only near the function it is
//!   looked closer, since there one in fifteen would fall to chance,
//! - it is not the cold part of another function, which the unwinder can enter
//!   anywhere.
//!
//! Compilers' code goes to the inside of a function from elsewhere in no other way.
//! Functions that are left have breakpoints. Programs of Go have breakpoints alone:
//! their functions count on what little stack they leave. So have programs whose text
//! the dynamic linker changes before they begin.

use std::thread;

use iced_x86::{Decoder, DecoderOptions, OpKind};

use crate::program::{Program, Segment};
use crate::sys::pad_code::{self, JUMP};
use crate::{Function, FunctionIndex};

const WORD: u64 = pad_code::WORD as u64;

/// For each function of a program, whether a jump can stand for its first bytes.
pub(super) fn replaceable(program: &Program) -> Vec<bool> {
    let functions = &program.functions.list;
    let is_of_go = |function: &Function| {
        function.names().any(|name| {
            name.strip_prefix("runtime.morestack").is_some_and(|r| r.is_empty() || r == ".abi0")
        })
    };
    if program.relocates_text || functions.iter().any(is_of_go) {
        return vec![false; functions.len()];
    }
    let mut can: Vec<bool> = functions.iter().map(|f| stands_alone(program, f)).collect();
    for (function, can) in functions.iter().zip(&mut can) {
        *can = *can
            && !(may_be_entered_nearby(program, function) && is_entered_nearby(program, function));
    }
    let words = Words::of(program, &can);
    for target in far_branches(program, &words) {
        // Words have one function each, and it begins there.
        if let Some(FunctionIndex(index)) = program.functions.entered_at(target / WORD * WORD) {
            can[index as usize] = false;
        }
    }
    can
}

fn executable(program: &Program) -> impl Iterator<Item = &Segment> {
    program.segments.iter().filter(|segment| segment.executable)
}

fn stands_alone(program: &Program, function: &Function) -> bool {
    const INT3: u8 = 0xcc;
    let end = function.address.saturating_add(WORD);
    let is_part = |name: &str| [".cold", ".eh", ".__part."].iter().any(|part| name.contains(part));
    let inside = program.labels.partition_point(|&label| label <= function.address);
    let bytes = program.code_at(function.address);
    function.address.is_multiple_of(WORD)
        && function.size >= JUMP as u64
        && bytes.len() >= WORD as usize
        && bytes[0] != INT3
        && program.labels.get(inside).is_none_or(|&label| label >= end)
        && !function.names().any(is_part)
}

/// The words that functions begin at whose first bytes may be replaced, a bit each.
struct Words {
    /// What the bits are counted from.
    start: u64,
    bits: Vec<u64>,
}

impl Words {
    fn of(program: &Program, can: &[bool]) -> Self {
        let chosen = || program.functions.list.iter().zip(can).filter(|(_, can)| **can);
        let addresses = || chosen().map(|(function, _)| function.address);
        let start = addresses().next().unwrap_or(0);
        let last = addresses().next_back().unwrap_or(0);
        let mut bits = vec![0; ((last - start) / (WORD * 64)) as usize + 1];
        for address in addresses() {
            let word = (address - start) / WORD;
            bits[(word / 64) as usize] |= 1 << (word % 64);
        }
        Self { start, bits }
    }

    /// Whether an address is between the first and the last byte of a jump.
    #[inline]
    fn is_inside(&self, target: u64) -> bool {
        let word = target.wrapping_sub(self.start) / WORD;
        (1..JUMP as u64).contains(&(target % WORD))
            && self.bits.get((word / 64) as usize).is_some_and(|bits| bits >> (word % 64) & 1 != 0)
    }
}

/// As far as a branch of two bytes leads from its end.
const REACH: u64 = 128;
/// The longest instruction.
const LONGEST: usize = 15;

/// Whether a branch of two bytes begins so.
#[inline]
fn is_near(code: u8) -> bool {
    (code & 0xf0 == 0x70) | (code & 0xfc == 0xe0) | (code == 0xeb)
}

/// Whether bytes around a function could be a branch of two (`jcc rel8`, `jmp rel8`,
/// `loop`, `jrcxz`) to the inside of its first bytes.
fn may_be_entered_nearby(program: &Program, function: &Function) -> bool {
    let segment = executable(program).find(|segment| segment.contains(function.address));
    let Some(segment) = segment else { return true };
    let start = (function.address - segment.address).min(REACH + 2);
    let bytes = program.code_at(function.address - start);
    let bytes = &bytes[..bytes.len().min((start + REACH + JUMP as u64) as usize)];
    let (Some(codes), Some(distances)) = (bytes.get(..bytes.len() - 1), bytes.get(1..)) else {
        return true;
    };
    // A branch at an offset from the function leads to its byte n, if the distance
    // and the offset and 2 are n. All of it is modulo 256, which can only find more.
    // Without a condition in it, the loop takes sixteen bytes at a time.
    let first = 1_u8.wrapping_sub(start as u8);
    let mut found = false;
    let mut offset = first;
    for (&code, &distance) in codes.iter().zip(distances) {
        let is_branch = is_near(code);
        // Less by one, so that the bytes from 1 are those from 0.
        let to = distance.wrapping_add(offset);
        found |= is_branch & (to < JUMP as u8 - 1);
        offset = offset.wrapping_add(1);
    }
    found
}

/// Whether one of those bytes is the beginning of an instruction. Instructions are found
/// from the beginning of the function that they are in; where there is no function, or
/// something that is no instruction, any bytes count.
fn is_entered_nearby(program: &Program, function: &Function) -> bool {
    let functions = &program.functions;
    let inside = function.address + 1..function.address + JUMP as u64;
    let (first, last) = (function.address.saturating_sub(REACH + 2), function.address + REACH + 2);
    let mut at = first;
    while at <= last {
        let holder = functions.at(at).map(|index| &functions[index]);
        let Some(holder) = holder else {
            // Between functions are only bytes that nobody executes, or so they say.
            let code = program.code_at(at);
            let [code, distance, ..] = *code else { return true };
            let target = (at + 2).wrapping_add_signed(i64::from(distance as i8));
            if is_near(code) && inside.contains(&target) {
                return true;
            }
            at += 1;
            continue;
        };
        let end = holder.address + holder.size;
        let code = program.code_at(holder.address);
        let size = (end.min(last + 1) - holder.address) as usize;
        // The last instruction may end behind the last place to look at.
        let code = &code[..code.len().min(size + LONGEST)];
        for instruction in Decoder::with_ip(64, code, holder.address, DecoderOptions::NONE) {
            if instruction.ip() >= end.min(last + 1) {
                break;
            }
            let leads = matches!(instruction.op0_kind(), OpKind::NearBranch64);
            if instruction.is_invalid()
                || leads && inside.contains(&instruction.near_branch_target())
            {
                return true;
            }
        }
        at = end.max(at + 1);
    }
    false
}

/// Where branches lead that have a distance of four bytes and lead into the bytes of
/// a jump.
fn far_branches(program: &Program, words: &Words) -> Vec<u64> {
    /// What a thread takes at a time.
    const PART: usize = 1 << 20;
    let segments = executable(program).map(|s| (s.address, program.code_at(s.address)));
    let parts: Vec<_> = segments
        .flat_map(|(address, code)| {
            let starts = (0..code.len()).step_by(PART);
            starts.map(move |start| (address, code, start..code.len().min(start + PART)))
        })
        .collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(parts.len()).max(1);
    let scan_all = |thread: usize| {
        let mut found = Vec::new();
        for (address, code, range) in parts.iter().skip(thread).step_by(threads) {
            scan(*address, code, range.clone(), words, &mut found);
        }
        found
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|n| scope.spawn(move || scan_all(n))).collect();
        let mut found = scan_all(0);
        for other in others {
            found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

/// Looks for `call rel32`, `jmp rel32` and `jcc rel32` that begin in a range.
fn scan(
    address: u64,
    code: &[u8],
    range: std::ops::Range<usize>,
    words: &Words,
    found: &mut Vec<u64>,
) {
    const ESCAPE: u8 = 0x0f;
    for at in memchr::memchr3_iter(0xe8, 0xe9, ESCAPE, &code[range.clone()]) {
        let mut at = range.start + at + 1;
        if code[at - 1] == ESCAPE {
            if !matches!(code.get(at), Some(0x80..=0x8f)) {
                continue;
            }
            at += 1;
        }
        let Some(Ok(distance)) = code.get(at..at + 4).map(<[u8; 4]>::try_from) else { continue };
        let distance = i64::from(i32::from_le_bytes(distance));
        let target = address.wrapping_add(at as u64 + 4).wrapping_add_signed(distance);
        if words.is_inside(target) {
            found.push(target);
        }
    }
}
