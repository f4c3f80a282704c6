//! Format specs as the compiler packs them (`docs/design/runtime.md`, text of
//! values).

use crate::panic::{self, Part};

/// Where a value lies in a width that it does not fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Align {
    Left,
    Right,
    Center,
    /// Fill between the sign and the digits.
    AfterSign,
}

/// What stands before a number that is not negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sign {
    None,
    Plus,
    Space,
}

/// A decoded spec.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) fill: char,
    pub(super) align: Option<Align>,
    pub(super) sign: Sign,
    pub(super) alternate: bool,
    /// What separates groups of digits.
    pub(super) separator: Option<u8>,
    /// Negative zero loses its sign.
    pub(super) no_negative_zero: bool,
    /// The type letter, 0 if there is none.
    pub(super) letter: u8,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    /// `0` stood before the width and means something.
    zero_padded: bool,
}

impl Spec {
    pub(super) fn new(flags: u64, width: i64, precision: i64) -> Self {
        let field = |from: u32, bits: u32| (flags >> from) & ((1 << bits) - 1);
        let given_fill = char::from_u32(field(0, 21) as u32).filter(|&fill| fill != '\0');
        // After a fill character, a `0` is the first digit of the width.
        let zero_padded = field(31, 1) != 0 && given_fill.is_none();
        Self {
            fill: given_fill.unwrap_or(if zero_padded { '0' } else { ' ' }),
            align: match field(24, 3) {
                1 => Some(Align::Left),
                2 => Some(Align::Right),
                3 => Some(Align::Center),
                4 => Some(Align::AfterSign),
                _ => None,
            },
            sign: match field(28, 2) {
                1 => Sign::Plus,
                2 => Sign::Space,
                _ => Sign::None,
            },
            alternate: field(30, 1) != 0,
            separator: match field(32, 2) {
                1 => Some(b','),
                2 => Some(b'_'),
                _ => None,
            },
            no_negative_zero: field(34, 1) != 0,
            letter: field(40, 8) as u8,
            width: usize::try_from(width).unwrap_or(0),
            precision: usize::try_from(precision).ok(),
            zero_padded,
        }
    }

    /// The alignment of a number: to the right, unless said otherwise.
    pub(super) fn number_align(&self) -> Align {
        self.align.unwrap_or(if self.zero_padded { Align::AfterSign } else { Align::Right })
    }

    /// The alignment of text: to the left, unless said otherwise.
    pub(super) fn text_align(&self) -> Align {
        self.align.unwrap_or(Align::Left)
    }
}

/// The largest width or precision that a program may compute.
const MAX_COUNT: i64 = 65_535;

#[unsafe(export_name = "rt_fmt_count")]
extern "C" fn checked_count(count: i64) -> i64 {
    check_count(count)
}

fn check_count(count: i64) -> i64 {
    if !(0..=MAX_COUNT).contains(&count) {
        panic::fail(&[
            Part::Text("format width or precision "),
            Part::Int(count),
            Part::Text(" is not in 0..=65535"),
        ]);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_within_the_limit() {
        assert_eq!((check_count(0), check_count(65_535)), (0, 65_535));
    }

    #[test]
    #[should_panic(expected = "format width or precision -1 is not in 0..=65535")]
    fn counts_below() {
        check_count(-1);
    }

    #[test]
    #[should_panic(expected = "format width or precision 65536 is not in 0..=65535")]
    fn counts_above() {
        check_count(65_536);
    }
}
