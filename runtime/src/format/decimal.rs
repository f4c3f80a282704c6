//! The exact decimal value of a float, rounded where one likes.
//!
//! A finite `f64` is `m * 2^e`. For `e >= 0` that is an integer; otherwise it is
//! `m * 5^-e / 10^-e`, so multiplying gives its digits, at most 767. Rounding an
//! exact value, half to even, is what Python's formatting does.

/// The most significant digits of any `f64`, rounded up to whole groups.
const MAX_DIGITS: usize = 774;
/// Words of the largest integer: 2^53 * 5^1074 has 2547 bits.
const MAX_WORDS: usize = 80;
/// Decimal digits that are taken from the integer at a time.
const GROUP: usize = 9;
const GROUP_VALUE: u32 = 1_000_000_000;
/// The largest power of five in a word.
const FIVES: u32 = 13;
const FIVES_VALUE: u32 = 1_220_703_125;

/// Significant digits `d1 d2 d3 …` with the value `0.d1 d2 d3… * 10^point`.
/// Zero has no digits.
pub(super) struct Decimal {
    digits: [u8; MAX_DIGITS],
    start: usize,
    end: usize,
    pub(super) point: i32,
}

/// An unsigned integer in 32-bit words, lowest first.
struct Integer {
    words: [u32; MAX_WORDS],
    len: usize,
}

impl Integer {
    fn new(value: u64) -> Self {
        let mut words = [0; MAX_WORDS];
        words[0] = value as u32;
        words[1] = (value >> 32) as u32;
        Self { words, len: 2 }
    }

    fn multiply(&mut self, factor: u32) {
        let mut carry = 0;
        for word in &mut self.words[..self.len] {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.words[self.len] = carry as u32;
            self.len += 1;
        }
    }

    fn shift_left(&mut self, bits: u32) {
        let words = (bits / 32) as usize;
        self.words.copy_within(..self.len, words);
        self.words[..words].fill(0);
        self.len += words;
        self.multiply(1 << (bits % 32));
    }

    /// Divides by [`GROUP_VALUE`]; gives the remainder.
    fn take_group(&mut self) -> u32 {
        let mut remainder = 0;
        for word in self.words[..self.len].iter_mut().rev() {
            let value = u64::from(remainder) << 32 | u64::from(*word);
            *word = (value / u64::from(GROUP_VALUE)) as u32;
            remainder = (value % u64::from(GROUP_VALUE)) as u32;
        }
        while self.len > 0 && self.words[self.len - 1] == 0 {
            self.len -= 1;
        }
        remainder
    }
}

/// Significand and binary exponent of a finite float's magnitude.
pub(super) fn decode(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

impl Decimal {
    /// The exact magnitude of a finite float.
    pub(super) fn exact(value: f64) -> Self {
        let mut decimal =
            Self { digits: [b'0'; MAX_DIGITS], start: MAX_DIGITS, end: MAX_DIGITS, point: 0 };
        let (mut significand, mut exponent) = decode(value);
        if significand == 0 {
            return decimal;
        }
        // Fewer factors of two are fewer digits.
        let twos = significand.trailing_zeros().min((-exponent).max(0) as u32);
        significand >>= twos;
        exponent += twos as i32;
        let mut integer = Integer::new(significand);
        if exponent >= 0 {
            integer.shift_left(exponent as u32);
        } else {
            let mut fives = -exponent as u32;
            while fives >= FIVES {
                integer.multiply(FIVES_VALUE);
                fives -= FIVES;
            }
            integer.multiply(5u32.pow(fives));
        }
        while integer.len > 0 {
            let mut group = integer.take_group();
            for _ in 0..GROUP {
                decimal.start -= 1;
                decimal.digits[decimal.start] = b'0' + (group % 10) as u8;
                group /= 10;
            }
        }
        while decimal.digits[decimal.start] == b'0' {
            decimal.start += 1;
        }
        decimal.point = (decimal.end - decimal.start) as i32 + exponent.min(0);
        decimal.trim();
        decimal
    }

    /// The significant digits in ASCII; none for zero, no zeros at the end.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[self.start..self.end]
    }

    fn trim(&mut self) {
        while self.end > self.start && self.digits[self.end - 1] == b'0' {
            self.end -= 1;
        }
    }

    /// Rounds to `places` digits after the point.
    pub(super) fn round_to_places(&mut self, places: usize) {
        let places = i64::try_from(places).unwrap_or(i64::MAX);
        self.round(places.saturating_add(self.point.into()));
    }

    /// Rounds to so many significant digits.
    pub(super) fn round_to_digits(&mut self, count: usize) {
        self.round(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Keeps so many digits, rounding half to even. Below zero, even the first
    /// digit is less than a hundredth of a unit.
    fn round(&mut self, keep: i64) {
        let len = (self.end - self.start) as i64;
        if keep >= len {
            return;
        }
        if keep < 0 {
            self.end = self.start;
            self.point = 0;
            return;
        }
        let cut = self.start + keep as usize;
        let odd = cut > self.start && self.digits[cut - 1] & 1 == 1;
        let rest = &self.digits[cut..self.end];
        let up = rest[0] > b'5' || (rest[0] == b'5' && (rest.len() > 1 || odd));
        self.end = cut;
        if up {
            self.round_up();
        }
        self.trim();
        if self.end == self.start {
            self.point = 0;
        }
    }

    /// Adds one to the last digit.
    fn round_up(&mut self) {
        while self.end > self.start {
            let last = &mut self.digits[self.end - 1];
            if *last < b'9' {
                *last += 1;
                return;
            }
            // A nine becomes a zero, which is not kept.
            self.end -= 1;
        }
        // The buffer has room, since at least one digit was cut.
        self.digits[self.start] = b'1';
        self.end = self.start + 1;
        self.point += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;

    use super::*;

    fn digits(decimal: &Decimal) -> String {
        String::from_utf8(decimal.digits().to_vec()).expect("digits are ASCII")
    }

    #[test]
    fn exact_values() {
        let of = |value: f64| {
            let decimal = Decimal::exact(value);
            (digits(&decimal), decimal.point)
        };
        assert_eq!(of(0.0), (String::new(), 0));
        assert_eq!(of(1.0), ("1".into(), 1));
        assert_eq!(of(1000.0), ("1".into(), 4));
        assert_eq!(of(0.1).0, "1000000000000000055511151231257827021181583404541015625");
        assert_eq!(of(0.1).1, 0);
        assert_eq!(of(f64::MAX).1, 309);
        let smallest = of(f64::from_bits(1));
        assert_eq!((smallest.0.len(), smallest.1), (751, -323));
        // The float with the most digits.
        let most = of(f64::from_bits(0x000f_ffff_ffff_ffff));
        assert_eq!(most.0.len(), 767);
    }

    proptest! {
        /// Rust's own exact formatting is the reference.
        #[test]
        fn agrees_with_rust(bits: u64, places in 0usize..30) {
            let value = f64::from_bits(bits & !(1 << 63));
            prop_assume!(value.is_finite());
            let exact = Decimal::exact(value);
            let text = std::format!("{value:.1100}").replace('.', "");
            let significant = text.trim_matches('0');
            prop_assert_eq!(digits(&exact), significant);
            let mut rounded = Decimal::exact(value);
            rounded.round_to_digits(places + 1);
            let text = std::format!("{value:.places$e}");
            let (mantissa, exponent) = text.split_once('e').expect("there is an exponent");
            let mantissa = mantissa.replace('.', "");
            prop_assert_eq!(digits(&rounded), mantissa.trim_end_matches('0'));
            if value != 0.0 {
                prop_assert_eq!(rounded.point - 1, exponent.parse::<i32>().expect("a number"));
            }
        }

        #[test]
        fn rounds_places_as_rust(value in -1e18f64..1e18, shift in 0i32..40, places in 0usize..20) {
            let value = (value / 10f64.powi(shift)).abs();
            let mut rounded = Decimal::exact(value);
            rounded.round_to_places(places);
            let text = std::format!("{value:.places$}").replace('.', "");
            prop_assert_eq!(digits(&rounded), text.trim_matches('0'));
        }
    }

    #[test]
    fn ties_go_to_even() {
        for (value, expected, point) in [(0.5, "", 0), (1.5, "2", 1), (2.5, "2", 1), (9.5, "1", 2)]
        {
            let mut decimal = Decimal::exact(value);
            decimal.round_to_places(0);
            assert_eq!((digits(&decimal).as_str(), decimal.point), (expected, point), "{value}");
        }
    }
}
