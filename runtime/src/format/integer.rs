//! Integers.

use super::layout::{Digits, Number};
use super::spec::{Sign, Spec};
use crate::object::Text;

/// Room for any 64-bit integer in decimal.
pub(crate) type IntegerBuffer = [u8; 20];

/// `00` to `99`.
static PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut at = 0;
    while at < 100 {
        pairs[2 * at] = b'0' + (at / 10) as u8;
        pairs[2 * at + 1] = b'0' + (at % 10) as u8;
        at += 1;
    }
    pairs
};

/// The decimal digits of a number, written to the end of the buffer.
#[inline]
pub(crate) fn decimal_u64(mut value: u64, buffer: &mut IntegerBuffer) -> &[u8] {
    let mut start = buffer.len();
    while value >= 100 {
        let pair = (value % 100) as usize * 2;
        value /= 100;
        start -= 2;
        buffer[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if value >= 10 {
        let pair = value as usize * 2;
        start -= 2;
        buffer[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        start -= 1;
        buffer[start] = b'0' + value as u8;
    }
    &buffer[start..]
}

/// A number in decimal with its sign.
#[inline]
pub(crate) fn decimal_i64(value: i64, buffer: &mut IntegerBuffer) -> &[u8] {
    let len = decimal_u64(value.unsigned_abs(), buffer).len();
    let mut start = buffer.len() - len;
    if value < 0 {
        // 19 digits at most, so there is room.
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

/// The digits of a number in a base that is a power of two.
fn binary_digits(mut value: u64, bits: u32, upper: bool, buffer: &mut [u8; 64]) -> &[u8] {
    let letters = if upper { b'A' } else { b'a' };
    let mut start = buffer.len();
    loop {
        let digit = (value & ((1 << bits) - 1)) as u8;
        value >>= bits;
        start -= 1;
        buffer[start] = if digit < 10 { b'0' + digit } else { letters + digit - 10 };
        if value == 0 {
            return &buffer[start..];
        }
    }
}

#[unsafe(export_name = "rt_show_i64")]
extern "C" fn show_i64(out: &mut Text, value: i64) {
    out.push_ascii(decimal_i64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_show_u64")]
extern "C" fn show_u64(out: &mut Text, value: u64) {
    out.push_ascii(decimal_u64(value, &mut [0; 20]));
}

#[unsafe(export_name = "rt_fmt_i64")]
pub(super) extern "C" fn format_i64(
    out: &mut Text,
    value: i64,
    flags: u64,
    width: i64,
    precision: i64,
) {
    let spec = Spec::new(flags, width, precision);
    format(out, value < 0, value.unsigned_abs(), &spec);
}

#[unsafe(export_name = "rt_fmt_u64")]
pub(super) extern "C" fn format_u64(
    out: &mut Text,
    value: u64,
    flags: u64,
    width: i64,
    precision: i64,
) {
    format(out, false, value, &Spec::new(flags, width, precision));
}

/// What stands before a number.
pub(super) fn sign(negative: bool, spec: &Spec) -> u8 {
    match spec.sign {
        _ if negative => b'-',
        Sign::Plus => b'+',
        Sign::Space => b' ',
        Sign::None => 0,
    }
}

fn format(out: &mut Text, negative: bool, magnitude: u64, spec: &Spec) {
    let mut decimal = [0; 20];
    let mut binary = [0; 64];
    let mut encoded = [0; 4];
    let mut group = 4;
    let (prefix, digits): (&str, &[u8]) = match spec.letter {
        b'b' => ("0b", binary_digits(magnitude, 1, false, &mut binary)),
        b'o' => ("0o", binary_digits(magnitude, 3, false, &mut binary)),
        b'x' => ("0x", binary_digits(magnitude, 4, false, &mut binary)),
        b'X' => ("0X", binary_digits(magnitude, 4, true, &mut binary)),
        b'c' => {
            let code = u32::try_from(magnitude).ok().filter(|_| !negative);
            let character = code.and_then(char::from_u32);
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            let text: &str = character.encode_utf8(&mut encoded);
            super::text::write(out, text, spec, spec.number_align());
            return;
        }
        _ => {
            group = 3;
            ("", decimal_u64(magnitude, &mut decimal))
        }
    };
    let number = Number {
        sign: sign(negative, spec),
        prefix: if spec.alternate { prefix } else { "" },
        integer: Digits { digits, zeros: 0 },
        point: false,
        zeros: 0,
        fraction: Digits::NONE,
        suffix: &[],
    };
    number.write(out, spec, group);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::ToString;

    use super::*;

    proptest! {
        #[test]
        fn decimal(value: i64, shift in 0u32..64) {
            let value = value >> shift;
            let mut out = Text::empty();
            show_i64(&mut out, value);
            out.push_str(" ");
            show_u64(&mut out, value as u64);
            prop_assert_eq!(out.as_str(), std::format!("{value} {}", value as u64));
        }
    }

    #[test]
    fn extremes() {
        let mut buffer = [0; 20];
        for value in [0, 9, 10, 99, 100, i64::MAX, i64::MIN] {
            assert_eq!(decimal_i64(value, &mut buffer), value.to_string().as_bytes());
        }
        assert_eq!(decimal_u64(u64::MAX, &mut buffer), u64::MAX.to_string().as_bytes());
    }
}
