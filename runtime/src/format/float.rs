//! Floats: Python's `repr`, and specs as CPython's `format_float_short` has them.

use super::decimal::{Decimal, decode};
use super::integer::{IntegerBuffer, decimal_u64, sign};
use super::layout::{Digits, Number};
use super::spec::Spec;
use crate::object::Text;

/// Room for the longest `repr`: `-2.2250738585072014e-308`.
pub(crate) type FloatBuffer = [u8; 32];

/// Decimal exponents from which on, and below which, `repr` has an exponent.
const REPR_MAX_POINT: i32 = 16;
const MIN_POINT: i32 = -4;

/// Shortest digits that read back as the same float, of its magnitude: the
/// value is `0.d1 d2 d3… * 10^point`.
struct Shortest {
    digits: [u8; 17],
    len: usize,
    point: i32,
}

impl Shortest {
    fn new<F: zmij::Float>(value: F) -> Self {
        let mut buffer = zmij::Buffer::new();
        Self::from_text(buffer.format_finite(value).as_bytes())
    }

    /// Takes apart `-123.45e-6`.
    fn from_text(text: &[u8]) -> Self {
        let mut shortest = Self { digits: [b'0'; 17], len: 0, point: 0 };
        let mut fraction = false;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match byte {
                b'0'..=b'9' => {
                    let zero = byte == b'0';
                    if shortest.len == 0 && zero {
                        // A zero before all digits moves the point if it is
                        // behind it.
                        shortest.point -= i32::from(fraction);
                        continue;
                    }
                    if let Some(digit) = shortest.digits.get_mut(shortest.len) {
                        *digit = byte;
                    }
                    shortest.len += 1;
                    shortest.point += i32::from(!fraction);
                }
                b'.' => fraction = true,
                b'e' => {
                    shortest.point += read_exponent(&text[at..]);
                    break;
                }
                _ => {}
            }
        }
        shortest.len = shortest.len.min(shortest.digits.len());
        while shortest.len > 0 && shortest.digits[shortest.len - 1] == b'0' {
            shortest.len -= 1;
        }
        if shortest.len == 0 {
            shortest.point = 0;
        }
        shortest
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }
}

fn read_exponent(text: &[u8]) -> i32 {
    let mut value = 0;
    for byte in text {
        if byte.is_ascii_digit() {
            value = 10 * value + i32::from(byte - b'0');
        }
    }
    if text.first() == Some(&b'-') { -value } else { value }
}

/// Appends to a buffer of fixed size.
struct Writer<'a> {
    buffer: &'a mut FloatBuffer,
    len: usize,
}

impl<'a> Writer<'a> {
    fn push(&mut self, bytes: &[u8]) {
        if let Some(room) = self.buffer.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    fn zeros(&mut self, count: i32) {
        for _ in 0..count {
            self.push(b"0");
        }
    }

    fn finish(self) -> &'a [u8] {
        &self.buffer[..self.len]
    }
}

/// An exponent as Python writes it: a sign and at least two digits.
fn write_exponent(letter: u8, exponent: i32, buffer: &mut [u8; 8]) -> &[u8] {
    buffer[0] = letter;
    buffer[1] = if exponent < 0 { b'-' } else { b'+' };
    let mut digits = [0; 20];
    let digits = decimal_u64(exponent.unsigned_abs().into(), &mut digits);
    let zeros = usize::from(digits.len() < 2);
    buffer[2] = b'0';
    let end = 2 + zeros + digits.len();
    buffer[2 + zeros..end].copy_from_slice(digits);
    &buffer[..end]
}

fn write_repr<'a>(negative: bool, shortest: &Shortest, buffer: &'a mut FloatBuffer) -> &'a [u8] {
    let mut out = Writer { buffer, len: 0 };
    if negative {
        out.push(b"-");
    }
    let (digits, point) = (shortest.digits(), shortest.point);
    let Some((first, rest)) = digits.split_first() else {
        out.push(b"0.0");
        return out.finish();
    };
    if point <= MIN_POINT || point > REPR_MAX_POINT {
        out.push(&[*first]);
        if !rest.is_empty() {
            out.push(b".");
            out.push(rest);
        }
        out.push(write_exponent(b'e', point - 1, &mut [0; 8]));
    } else if point <= 0 {
        out.push(b"0.");
        out.zeros(-point);
        out.push(digits);
    } else if digits.len() as i32 <= point {
        out.push(digits);
        out.zeros(point - digits.len() as i32);
        out.push(b".0");
    } else {
        let (integer, fraction) = digits.split_at(point as usize);
        out.push(integer);
        out.push(b".");
        out.push(fraction);
    }
    out.finish()
}

/// The text of a float that is not finite, without sign.
fn not_finite(nan: bool, upper: bool) -> &'static [u8] {
    match (nan, upper) {
        (true, false) => b"nan",
        (true, true) => b"NAN",
        (false, false) => b"inf",
        (false, true) => b"INF",
    }
}

/// Python's `repr` of a float.
pub(crate) fn repr_f64(value: f64, buffer: &mut FloatBuffer) -> &[u8] {
    if !value.is_finite() {
        return repr_not_finite(value.is_nan(), value < 0.0);
    }
    write_repr(value.is_sign_negative(), &Shortest::new(value), buffer)
}

/// The same with the shortest text that reads back as the same `f32`.
pub(crate) fn repr_f32(value: f32, buffer: &mut FloatBuffer) -> &[u8] {
    if !value.is_finite() {
        return repr_not_finite(value.is_nan(), value < 0.0);
    }
    write_repr(value.is_sign_negative(), &Shortest::new(value), buffer)
}

fn repr_not_finite(nan: bool, negative: bool) -> &'static [u8] {
    if negative { b"-inf" } else { not_finite(nan, false) }
}

#[unsafe(export_name = "rt_show_f64")]
pub(super) extern "C" fn show_f64(out: &mut Text, value: f64) {
    out.push_ascii(repr_f64(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_show_f32")]
extern "C" fn show_f32(out: &mut Text, value: f32) {
    out.push_ascii(repr_f32(value, &mut [0; 32]));
}

#[unsafe(export_name = "rt_fmt_f64")]
pub(super) extern "C" fn format_f64(
    out: &mut Text,
    value: f64,
    flags: u64,
    width: i64,
    precision: i64,
) {
    let spec = Spec::new(flags, width, precision);
    if is_repr(&spec) && value.is_finite() {
        format_repr(out, value.is_sign_negative(), &Shortest::new(value), &spec);
    } else {
        format(out, value, &spec);
    }
}

#[unsafe(export_name = "rt_fmt_f32")]
pub(super) extern "C" fn format_f32(
    out: &mut Text,
    value: f32,
    flags: u64,
    width: i64,
    precision: i64,
) {
    let spec = Spec::new(flags, width, precision);
    if is_repr(&spec) && value.is_finite() {
        format_repr(out, value.is_sign_negative(), &Shortest::new(value), &spec);
    } else {
        format(out, value.into(), &spec);
    }
}

fn is_repr(spec: &Spec) -> bool {
    spec.letter == 0 && spec.precision.is_none()
}

/// Digits in fixed or exponential notation, and what follows them.
struct Notation<'a> {
    /// Significant digits; none for zero.
    digits: &'a [u8],
    /// The value is `0.d1 d2 d3… * 10^point`.
    point: i32,
    /// Digits after the point, whether there are so many or not.
    places: usize,
    exponential: bool,
    /// A point even if nothing follows it.
    keep_point: bool,
    suffix: &'a [u8],
    upper: bool,
}

impl Notation<'_> {
    fn write(&self, out: &mut Text, negative: bool, spec: &Spec) {
        let zero = self.digits.is_empty();
        let (digits, mut point) = if zero { (&b"0"[..], 1) } else { (self.digits, self.point) };
        let mut exponent = [0; 8];
        let mut suffix = self.suffix;
        if self.exponential {
            let letter = if self.upper { b'E' } else { b'e' };
            suffix = write_exponent(letter, point - 1, &mut exponent);
            point = 1;
        }
        let (integer, zeros, fraction) = if point <= 0 {
            let zeros = self.places.min(point.unsigned_abs() as usize);
            (Digits { digits: b"0", zeros: 0 }, zeros, digits)
        } else {
            let point = point as usize;
            let (integer, fraction) = digits.split_at(point.min(digits.len()));
            (Digits { digits: integer, zeros: point - integer.len() }, 0, fraction)
        };
        let left = self.places - zeros;
        let fraction = &fraction[..fraction.len().min(left)];
        let number = Number {
            sign: sign(negative && !(zero && spec.no_negative_zero), spec),
            prefix: "",
            integer,
            point: self.places > 0 || self.keep_point,
            zeros,
            fraction: Digits { digits: fraction, zeros: left - fraction.len() },
            suffix,
        };
        number.write(out, spec, 3);
    }
}

/// `repr` in a width, `g` and `G`: exponential for small and large values,
/// otherwise as many places as there are digits.
struct General {
    /// Positions of the point from which on there is an exponent.
    max_point: i64,
    /// Zeros at the end up to this many significant digits.
    least_digits: usize,
    /// Fixed notation always has a place.
    dot_zero: bool,
}

impl General {
    fn write(&self, out: &mut Text, digits: &[u8], point: i32, negative: bool, spec: &Spec) {
        let (len, position) = if digits.is_empty() { (1, 1) } else { (digits.len(), point) };
        let exponential = position <= MIN_POINT || i64::from(position) > self.max_point;
        let significant = len.max(self.least_digits) as i64;
        let places = significant - if exponential { 1 } else { i64::from(position) };
        let least = i64::from(self.dot_zero && !exponential);
        let notation = Notation {
            digits,
            point,
            places: places.max(least) as usize,
            exponential,
            keep_point: spec.alternate,
            suffix: &[],
            upper: spec.letter == b'G',
        };
        notation.write(out, negative, spec);
    }
}

/// No type and no precision.
fn format_repr(out: &mut Text, negative: bool, shortest: &Shortest, spec: &Spec) {
    let general = General { max_point: REPR_MAX_POINT.into(), least_digits: 0, dot_zero: true };
    general.write(out, shortest.digits(), shortest.point, negative, spec);
}

fn format(out: &mut Text, value: f64, spec: &Spec) {
    let percent = spec.letter == b'%';
    let value = if percent { value * 100.0 } else { value };
    let upper = spec.letter.is_ascii_uppercase();
    let negative = value.is_sign_negative() && !value.is_nan();
    if !value.is_finite() {
        let mut name = [b'%'; 4];
        name[..3].copy_from_slice(not_finite(value.is_nan(), upper));
        let number = Number {
            sign: sign(negative, spec),
            prefix: "",
            integer: Digits::NONE,
            point: false,
            zeros: 0,
            fraction: Digits::NONE,
            suffix: &name[..3 + usize::from(percent)],
        };
        number.write(out, spec, 3);
        return;
    }
    let places = spec.precision.unwrap_or(6);
    let notation = Notation {
        digits: &[],
        point: 0,
        places,
        exponential: matches!(spec.letter, b'e' | b'E'),
        keep_point: spec.alternate,
        suffix: if percent { b"%" } else { b"" },
        upper,
    };
    match spec.letter {
        b'f' | b'F' | b'%' => {
            let mut buffer = [0; 20];
            if let Some((digits, point)) = fixed_in_integers(value, places, &mut buffer) {
                Notation { digits, point, ..notation }.write(out, negative, spec);
                return;
            }
            let mut decimal = Decimal::exact(value);
            decimal.round_to_places(places);
            Notation { digits: decimal.digits(), point: decimal.point, ..notation }
                .write(out, negative, spec);
        }
        b'e' | b'E' => {
            let decimal = significant(value, places.saturating_add(1));
            Notation { digits: decimal.digits(), point: decimal.point, ..notation }
                .write(out, negative, spec);
        }
        letter => {
            // No type, but a precision: as `g`, with a point or an exponent.
            let dot_zero = letter == 0;
            let precision = places.max(1);
            let general = General {
                max_point: precision as i64 - i64::from(dot_zero),
                least_digits: if spec.alternate { precision } else { 0 },
                dot_zero,
            };
            let decimal = significant(value, precision);
            general.write(out, decimal.digits(), decimal.point, negative, spec);
        }
    }
}

/// The value rounded to significant digits.
fn significant(value: f64, digits: usize) -> Decimal {
    let mut decimal = Decimal::exact(value);
    decimal.round_to_digits(digits);
    decimal
}

/// Digits and point of the value rounded to places, in the usual case: 128-bit
/// arithmetic is exact for `m * 10^places / 2^-e`.
fn fixed_in_integers(
    value: f64,
    places: usize,
    buffer: &mut IntegerBuffer,
) -> Option<(&[u8], i32)> {
    let (significand, exponent) = decode(value);
    let shift = u32::try_from(-exponent).ok().filter(|&shift| (1..=120).contains(&shift))?;
    // 53 bits by at most 57.
    let power = 10u64.pow(u32::try_from(places).ok().filter(|&places| places <= 17)?);
    let scaled = u128::from(significand) * u128::from(power);
    let (whole, rest) = (scaled >> shift, scaled & ((1 << shift) - 1));
    let half = 1u128 << (shift - 1);
    let units = u64::try_from(whole).ok()?;
    let up = rest > half || (rest == half && units & 1 == 1);
    let units = units.checked_add(up.into())?;
    if units == 0 {
        return Some((&[], 0));
    }
    let digits = decimal_u64(units, buffer);
    Some((digits, digits.len() as i32 - places as i32))
}
