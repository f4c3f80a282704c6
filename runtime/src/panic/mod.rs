//! Panics: the end of a program that went wrong.
//!
//! A panic flushes standard output, writes its message, the position in the
//! user's own code and a backtrace to standard error, and ends the process with
//! [`STATUS`]. Nothing is unwound and nothing is allocated.

mod backtrace;
mod image;
#[cfg(feature = "image")]
mod language_item;
mod position;
mod report;
pub(crate) mod trap;

use crate::object::TextRef;

#[cfg(feature = "check")]
pub(crate) use backtrace::Frames;
#[cfg(feature = "check")]
pub(crate) use image::Address;
#[cfg(feature = "image")]
pub(crate) use image::Image;
pub(crate) use report::Sink;
#[cfg(feature = "check")]
pub(crate) use report::write_trace;
#[cfg(feature = "image")]
pub(crate) use trap::PanicOnFault;

/// Exit status of a program that panicked.
pub(crate) const STATUS: i32 = 101;

/// A piece of a message.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// Text as it is.
    Text(&'a str),
    /// An integer in decimal.
    Int(i64),
}

impl<'a> From<TextRef<'a>> for Part<'a> {
    fn from(text: TextRef<'a>) -> Self {
        Part::Text(text.as_str())
    }
}

/// Ends the program with a message, at the call in user code that led here.
#[cold]
#[inline(never)]
pub(crate) fn fail(message: &[Part<'_>]) -> ! {
    fail_with(message, &[])
}

/// As [`fail`], with lines that follow the position.
#[cold]
#[inline(never)]
fn fail_with(message: &[Part<'_>], details: &[Part<'_>]) -> ! {
    #[cfg(test)]
    {
        let mut text = std::string::String::new();
        for part in message.iter().chain(details) {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Int(value) => text.push_str(&std::string::ToString::to_string(value)),
            }
        }
        panic!("{text}");
    }
    #[cfg(not(test))]
    report::panic(message, details, backtrace::Frames::from_here())
}

/// `index` is not below `len`.
pub(crate) fn index_out_of_range(index: i64, len: usize) -> ! {
    fail(&[
        Part::Text("index "),
        Part::Int(index),
        Part::Text(" out of range for length "),
        Part::Int(len as i64),
    ])
}

/// A range that does not lie within `0..len`.
pub(crate) fn slice_out_of_range(lo: i64, hi: i64, len: usize) -> ! {
    let range = [Part::Text("range "), Part::Int(lo), Part::Text(".."), Part::Int(hi)];
    let [a, b, c, d] = range;
    if lo > hi {
        fail(&[a, b, c, d, Part::Text(" ends before it starts")])
    }
    fail(&[a, b, c, d, Part::Text(" out of range for length "), Part::Int(len as i64)])
}

/// A byte offset that is not between characters.
pub(crate) fn inside_character(at: usize, text: TextRef<'_>) -> ! {
    let text = text.as_str();
    let mut start = at;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let len = text[start..].chars().next().map_or(0, char::len_utf8);
    fail(&[
        Part::Text("offset "),
        Part::Int(at as i64),
        Part::Text(" is inside the character '"),
        Part::Text(&text[start..start + len]),
        Part::Text("' (bytes "),
        Part::Int(start as i64),
        Part::Text(".."),
        Part::Int((start + len) as i64),
        Part::Text(")"),
    ])
}

/// A count below zero.
pub(crate) fn negative_count(count: i64) -> ! {
    fail(&[Part::Text("negative count "), Part::Int(count)])
}

#[unsafe(export_name = "rt_panic_str")]
extern "C" fn panic_str(message: TextRef<'_>) -> ! {
    fail(&[message.into()])
}

#[unsafe(export_name = "rt_panic_index")]
extern "C" fn panic_index(index: i64, len: i64) -> ! {
    index_out_of_range(index, len as usize)
}

#[unsafe(export_name = "rt_panic_slice")]
extern "C" fn panic_slice(lo: i64, hi: i64, len: i64) -> ! {
    slice_out_of_range(lo, hi, len as usize)
}

#[unsafe(export_name = "rt_panic_boundary")]
extern "C" fn panic_boundary(at: i64, text: TextRef<'_>) -> ! {
    inside_character((at.max(0) as usize).min(text.len()), text)
}

#[unsafe(export_name = "rt_panic_count")]
extern "C" fn panic_count(count: i64) -> ! {
    negative_count(count)
}

#[unsafe(export_name = "rt_panic_assert")]
extern "C" fn panic_assert(message: TextRef<'_>) -> ! {
    let separator = if message.len() == 0 { "" } else { ": " };
    fail(&[Part::Text("assertion failed"), Part::Text(separator), message.into()])
}

#[unsafe(export_name = "rt_panic_assert_compare")]
extern "C" fn panic_assert_compare(
    message: TextRef<'_>,
    left: TextRef<'_>,
    right: TextRef<'_>,
) -> ! {
    let separator = if message.len() == 0 { "" } else { ": " };
    fail_with(
        &[Part::Text("assertion failed"), Part::Text(separator), message.into()],
        &[
            Part::Text("  left:  "),
            left.into(),
            Part::Text("\n  right: "),
            right.into(),
            Part::Text("\n"),
        ],
    )
}

#[unsafe(export_name = "rt_panic_unwrap")]
extern "C" fn panic_unwrap(what: TextRef<'_>) -> ! {
    fail(&[Part::Text("called `unwrap()` on "), what.into()])
}

#[unsafe(export_name = "rt_panic_expect")]
extern "C" fn panic_expect(message: TextRef<'_>, what: TextRef<'_>) -> ! {
    let separator = if what.len() == 0 { "" } else { ": " };
    fail(&[message.into(), Part::Text(separator), what.into()])
}

#[unsafe(export_name = "rt_panic_key")]
extern "C" fn panic_key(key: TextRef<'_>) -> ! {
    fail(&[Part::Text("key not found: "), key.into()])
}

#[unsafe(export_name = "rt_panic_empty")]
extern "C" fn panic_empty(what: TextRef<'_>) -> ! {
    fail(&[what.into(), Part::Text(" of an empty list")])
}

#[unsafe(export_name = "rt_panic_trap")]
extern "C" fn panic_trap(kind: i64) -> ! {
    fail(&[Part::Text(trap::message(u8::try_from(kind).unwrap_or(0)))])
}
