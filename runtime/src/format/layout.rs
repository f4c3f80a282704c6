//! Puts the pieces of a number, or a text, into a width. The rules are those of
//! CPython's `Python/formatter_unicode.c`.

use super::spec::{Align, Spec};
use crate::object::Text;

/// A number taken apart: `sign prefix integer . fraction suffix`.
pub(super) struct Number<'a> {
    /// `-`, `+`, space, or 0.
    pub(super) sign: u8,
    /// `0x` and the like.
    pub(super) prefix: &'a str,
    /// Digits of the integer part, and zeros after them. None in `inf` and `nan`.
    pub(super) integer: Digits<'a>,
    /// Whether there is a point.
    pub(super) point: bool,
    /// Zeros after the point, digits, and zeros after them.
    pub(super) zeros: usize,
    pub(super) fraction: Digits<'a>,
    /// Exponent and per cent sign; `inf`.
    pub(super) suffix: &'a [u8],
}

/// ASCII digits and a number of zeros after them.
#[derive(Clone, Copy)]
pub(super) struct Digits<'a> {
    pub(super) digits: &'a [u8],
    pub(super) zeros: usize,
}

impl Digits<'_> {
    pub(super) const NONE: Self = Digits { digits: &[], zeros: 0 };

    fn len(self) -> usize {
        self.digits.len() + self.zeros
    }
}

impl Number<'_> {
    /// Appends the number as the spec wants it.
    pub(super) fn write(&self, out: &mut Text, spec: &Spec, group: usize) {
        let align = spec.number_align();
        let rest = usize::from(self.point) + self.zeros + self.fraction.len() + self.suffix.len();
        let start = usize::from(self.sign != 0) + self.prefix.len();
        let digits = self.integer.len();
        let (leading, separators) = match spec.separator {
            Some(_) if digits > 0 => {
                // Zeros that fill the width are grouped too.
                let fills = spec.fill == '0' && align == Align::AfterSign;
                let least = if fills { spec.width.saturating_sub(start + rest) } else { 0 };
                grouping(digits, least, group)
            }
            _ => (0, 0),
        };
        let len = start + leading + digits + separators + rest;
        let padding = Padding::new(spec, align, len);
        out.push_repeated(spec.fill, padding.left);
        if self.sign != 0 {
            out.push_ascii(&[self.sign]);
        }
        out.push_str(self.prefix);
        out.push_repeated(spec.fill, padding.middle);
        match spec.separator {
            Some(separator) if digits > 0 => {
                self.write_grouped(out, leading, separator, group);
            }
            _ => write_digits(out, self.integer),
        }
        if self.point {
            out.push_ascii(b".");
        }
        out.push_repeated('0', self.zeros);
        write_digits(out, self.fraction);
        out.push_ascii(self.suffix);
        out.push_repeated(spec.fill, padding.right);
    }

    fn write_grouped(&self, out: &mut Text, leading: usize, separator: u8, group: usize) {
        let count = leading + self.integer.len();
        for at in 0..count {
            if at > 0 && (count - at).is_multiple_of(group) {
                out.push_ascii(&[separator]);
            }
            let digit = at.checked_sub(leading).and_then(|at| self.integer.digits.get(at));
            out.push_ascii(&[*digit.unwrap_or(&b'0')]);
        }
    }
}

fn write_digits(out: &mut Text, digits: Digits<'_>) {
    out.push_ascii(digits.digits);
    out.push_repeated('0', digits.zeros);
}

/// Leading zeros and separators that digits get, so that both together with the
/// digits fill `least`; a separator never comes first.
fn grouping(digits: usize, least: usize, group: usize) -> (usize, usize) {
    let separators = |count: usize| (count - 1) / group;
    // The most digits that fit, with their separators, in `least`: of each
    // `group + 1` places one is a separator's.
    let mut count = digits.max(least - least / (group + 1));
    while count + separators(count) < least {
        count += 1;
    }
    while count > digits && count - 1 + separators(count - 1) >= least {
        count -= 1;
    }
    (count - digits, separators(count))
}

/// Fill characters before, inside and after.
pub(super) struct Padding {
    pub(super) left: usize,
    pub(super) middle: usize,
    pub(super) right: usize,
}

impl Padding {
    pub(super) fn new(spec: &Spec, align: Align, len: usize) -> Self {
        let missing = spec.width.saturating_sub(len);
        let (left, middle, right) = match align {
            Align::Left => (0, 0, missing),
            Align::Right => (missing, 0, 0),
            Align::Center => (missing / 2, 0, missing - missing / 2),
            Align::AfterSign => (0, missing, 0),
        };
        Self { left, middle, right }
    }
}
