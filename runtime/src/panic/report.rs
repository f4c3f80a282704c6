//! What a panic writes.

use super::backtrace::Frames;
use super::image::{Address, Function, Image};
use super::{Part, STATUS};
use crate::io::{self, ErrorOutput};
use crate::platform;

/// Lines of a backtrace.
const MAX_LINES: usize = 64;
/// The longest cycle of calls that is folded.
const MAX_PERIOD: usize = 8;

global! {
    static PANICKING: bool = false;
}

/// Flushes standard output, reports, and ends the program.
#[cold]
#[inline(never)]
#[cfg_attr(test, expect(dead_code, reason = "tests panic as Rust does"))]
pub(super) fn panic(message: &[Part<'_>], details: &[Part<'_>], frames: Frames) -> ! {
    // SAFETY: one thread, and no reference is alive.
    unsafe {
        if *PANICKING.get() {
            platform::exit(STATUS);
        }
        *PANICKING.get() = true;
    }
    io::flush_output_quietly();
    let mut out = ErrorOutput::new();
    write_report(&mut out, Image::of_program(), message, details, frames);
    out.flush();
    platform::exit(STATUS)
}

/// What takes the text.
pub(crate) trait Sink {
    fn text(&mut self, text: &str);

    fn number(&mut self, value: i64);

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Text(text) => self.text(text),
            Part::Int(value) => self.number(value),
        }
    }
}

fn write_report(
    out: &mut impl Sink,
    image: Image,
    message: &[Part<'_>],
    details: &[Part<'_>],
    frames: impl Iterator<Item = Address> + Clone,
) {
    out.text("panic: ");
    for part in message {
        out.part(*part);
    }
    let first = first_shown(image, frames.clone());
    if let Some((function, address)) = first {
        write_position(out, " at ", image, function, address);
    }
    out.text("\n");
    for part in details {
        out.part(*part);
    }
    if let Some((_, first)) = first {
        write_backtrace(out, image, frames.skip_while(|&address| address != first));
    }
}

/// Writes the frames of a call stack, but for the runtime's.
#[cfg(feature = "check")]
pub(crate) fn write_trace(out: &mut impl Sink, frames: impl Iterator<Item = Address>) {
    write_backtrace(out, Image::of_program(), frames);
}

/// The innermost frame of the user's own code, or else of any but the runtime's.
/// One without a position (the stack ran out in a function's first
/// instructions) is passed over: its caller's says more.
#[inline(never)]
fn first_shown(
    image: Image,
    frames: impl Iterator<Item = Address>,
) -> Option<(&'static Function, Address)> {
    let mut fallback = None;
    for address in frames {
        let Some(function) = image.function_at(address.pc()) else { continue };
        if image.is_users(function, address) {
            return Some((function, address));
        }
        if fallback.is_none() && !function.is_runtimes() {
            fallback = Some((function, address));
        }
    }
    fallback
}

#[inline(never)]
fn write_position(
    out: &mut impl Sink,
    before: &str,
    image: Image,
    function: &Function,
    address: Address,
) -> bool {
    let Some(position) = image.position(function, address) else { return false };
    out.text(before);
    out.text(image.file(position.file).unwrap_or("?"));
    out.text(":");
    out.number(position.line.into());
    out.text(":");
    out.number(position.column.into());
    true
}

#[inline(never)]
fn write_frame(out: &mut impl Sink, image: Image, function: &Function, address: Address) {
    let name = image.name(function);
    out.text("  in ");
    out.text(if name.is_empty() { "?" } else { name });
    if write_position(out, " (", image, function, address) {
        out.text(")");
    }
    out.text("\n");
}

/// The last addresses that were seen, for finding repetitions.
struct Recent {
    addresses: [usize; 2 * MAX_PERIOD],
    count: usize,
}

impl Recent {
    fn push(&mut self, pc: usize) {
        self.addresses[self.count % (2 * MAX_PERIOD)] = pc;
        self.count += 1;
    }

    /// The address seen `back` addresses ago; 1 is the last one.
    fn ago(&self, back: usize) -> usize {
        self.addresses[(self.count - back) % (2 * MAX_PERIOD)]
    }

    /// The shortest cycle that the last addresses went through twice.
    fn period(&self) -> Option<usize> {
        (1..=MAX_PERIOD.min(self.count / 2))
            .find(|&period| (1..=period).all(|back| self.ago(back) == self.ago(back + period)))
    }
}

#[inline(never)]
fn write_backtrace(out: &mut impl Sink, image: Image, frames: impl Iterator<Item = Address>) {
    let mut recent = Recent { addresses: [0; 2 * MAX_PERIOD], count: 0 };
    let mut folding: Option<usize> = None;
    let mut folded = 0;
    let mut lines = 0;
    let mut left_out = 0;
    let mut of_part = false;
    for address in frames {
        let Some(function) = image.function_at(address.pc()) else { continue };
        // The frame of a part stood for that of its caller.
        if core::mem::replace(&mut of_part, function.is_part()) {
            continue;
        }
        // The entry has no place in the text, nor have the first instructions of
        // a function that ran out of stack.
        let has_position = image.position(function, address).is_some_and(|at| at.line > 0);
        if function.is_runtimes() || !has_position {
            continue;
        }
        if let Some(period) = folding {
            if recent.ago(period) == address.pc() {
                recent.push(address.pc());
                folded += 1;
                continue;
            }
            write_folded(out, folded, period);
            (folding, folded) = (None, 0);
            recent.count = 0;
        }
        if lines == MAX_LINES {
            left_out += 1;
            continue;
        }
        write_frame(out, image, function, address);
        lines += 1;
        recent.push(address.pc());
        folding = recent.period();
    }
    if let Some(period) = folding {
        write_folded(out, folded, period);
    }
    if left_out > 0 {
        out.text("  ... ");
        out.number(left_out);
        out.text(" more\n");
    }
}

fn write_folded(out: &mut impl Sink, folded: i64, period: usize) {
    if folded == 0 {
        return;
    }
    out.text("  ... ");
    out.number(folded);
    out.text(" more like the last");
    if period > 1 {
        out.text(" ");
        out.number(period as i64);
    }
    out.text("\n");
}

#[cfg(test)]
mod tests;
