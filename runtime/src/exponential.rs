//! Powers, exponentials and logarithms in fixed point, which gives the nearest
//! `f64` (but for about one result in ten thousand, the next to nearest) with
//! the same bits on every machine.
//!
//! All of them go through base 2: the logarithm of `x` is found to more than
//! 110 bits, products are taken to 128 bits, and `2 ** f` is found to 69.
//! Numbers written `Qn` are integers that count steps of 2⁻ⁿ.

/// ln 2, Q128.
const LN_2_BITS: u128 = 0xb172_17f7_d1cf_79ab_c9e3_b398_03f2_f6af;
/// log₂ e, Q127.
const LOG2_E_BITS: u128 = 0xb8aa_3b29_5c17_f0bb_be87_fed0_691d_3e88;
const LN_2: Scaled = Scaled { value: LN_2_BITS, exponent: -1, negative: false };
const LOG2_E: Scaled = Scaled { value: LOG2_E_BITS, exponent: 0, negative: false };
const LOG10_2: Scaled =
    Scaled { value: 0x9a20_9a84_fbcf_f798_8f89_59ac_0b7c_9178, exponent: -2, negative: false };

/// The upper half of a product.
const fn mul_high(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low, b_high, b_low) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let (high_low, low_high) = (a_high * b_low, a_low * b_high);
    let carry = ((a_low * b_low) >> 64) + (high_low & LOW) + (low_high & LOW);
    a_high * b_high + (high_low >> 64) + (low_high >> 64) + (carry >> 64)
}

/// 2 to the power `i / 128`, Q127.
static POWERS: [u128; 128] = {
    let mut table = [0; 128];
    let mut i = 0;
    while i < 128 {
        // The sum of tⁿ / n!, with t = ln 2 · i / 128, in Q126.
        let t = mul_high(LN_2_BITS, (i as u128) << 121);
        let (mut term, mut sum, mut n) = (1u128 << 126, 0, 1);
        while term > 0 {
            sum += term;
            term = mul_high(term, t) / n;
            n += 1;
        }
        table[i] = sum << 1;
        i += 1;
    }
    table
};

/// The first piece of a mantissa between √½ and √2, in steps of 1/128.
const FIRST: usize = 90;
const PIECES: usize = 92;

/// For each piece a factor in steps of 1/256 that brings its mantissas near 1,
/// and minus the binary logarithm of that factor, Q126.
static FACTORS: [(u16, i128); PIECES] = {
    let mut table = [(0, 0); PIECES];
    let mut i = 0;
    while i < PIECES {
        let piece = (i + FIRST) as u128;
        // The nearest to 256 · 128 / (piece + ½); mantissas close to 1 stay.
        let factor =
            if piece == 127 || piece == 128 { 256 } else { (256 * 256 + piece) / (2 * piece + 1) };
        table[i] = (factor as u16, -log2_of_factor(factor));
        i += 1;
    }
    table
};

/// The binary logarithm of `factor / 256`, Q126.
const fn log2_of_factor(factor: u128) -> i128 {
    // ln f = 2 · artanh s = 2 · (s + s³/3 + s⁵/5 + …), s = (f − 1) / (f + 1).
    let (above, below) = (factor.abs_diff(256), factor + 256);
    let mut power = (above << 118) / below;
    let (mut sum, mut n) = (0, 1);
    while power > 0 {
        sum += power / n;
        power = power * above / below * above / below;
        n += 2;
    }
    // Doubled, this is Q117; to Q127 for the product.
    let log = mul_high(sum << 10, LOG2_E_BITS) as i128;
    if factor < 256 { -log } else { log }
}

/// 1/3, 1/5 and so on, Q62.
const ODD: [i64; 5] = reciprocals(3);
/// 1/4, 1/6 and so on, Q62.
const EVEN: [i64; 5] = reciprocals(4);

/// The reciprocals of every second number, Q62.
const fn reciprocals(first: i64) -> [i64; 5] {
    let mut table = [0; 5];
    let mut i = 0;
    while i < 5 {
        table[i] = (1 << 62) / (first + 2 * i as i64);
        i += 1;
    }
    table
}

/// 1, 1/2, 1/6 and so on: the reciprocals of factorials, Q63.
const FACTORIALS: [u64; 8] = {
    let mut table = [1 << 63; 8];
    let mut i = 1;
    while i < 8 {
        table[i] = table[i - 1] / (i as u64 + 1);
        i += 1;
    }
    table
};

/// `a · b`, without the last so many digits.
fn signed_product(a: i64, b: i64, digits: u32) -> i64 {
    ((i128::from(a) * i128::from(b)) >> digits) as i64
}

/// The binary logarithm of a positive finite number: its whole part and the
/// rest, Q126, between −½ and ½ (of numbers near 1 there is only a rest).
fn log2_parts(x: f64) -> (i32, i128) {
    let Scaled { value, mut exponent, .. } = Scaled::of(x);
    // Q62: from 1 to 2, or from √½ on.
    let mut mantissa = (value >> 65) as u64;
    if mantissa > 0x5a82_7999_fcef_3242 {
        exponent += 1;
        mantissa >>= 1;
    }
    let (factor, log) = FACTORS[(mantissa >> 55) as usize - FIRST];
    // Q70, exactly: mantissa · factor − 1.
    let z = i128::from(mantissa) * i128::from(factor) - (1 << 70);
    // ln (1 + z) = z − z²/2 + z³ · (1/3 − z/4 + z²/5 − …), the bracket in Q62.
    let short = (z >> 8) as i64;
    let size = z.unsigned_abs() as u64;
    let square = u128::from(size) * u128::from(size);
    // The odd and the even terms do not wait for each other.
    let short_square = (square >> 78) as i64;
    let chain = |terms: [i64; 5]| {
        terms.iter().rev().fold(0, |sum, term| term + signed_product(short_square, sum, 62))
    };
    let series = chain(ODD) - signed_product(short, chain(EVEN), 62);
    let cube = signed_product((square >> 66) as i64, short, 54);
    let ln = (z << 56) - (square >> 15) as i128 + ((i128::from(cube) * i128::from(series)) >> 18);
    let rest = (mul_high(ln.unsigned_abs() << 7, LOG2_E_BITS) >> 6) as i128;
    (exponent, log + if ln < 0 { -rest } else { rest })
}

/// A number as `value · 2^exponent`, with `value` between 1 and 2 in Q127.
#[derive(Clone, Copy)]
struct Scaled {
    value: u128,
    exponent: i32,
    negative: bool,
}

impl Scaled {
    /// `value` counts steps of `2^-fraction_bits`; it is not zero.
    fn new(value: i128, fraction_bits: i32) -> Self {
        let zeros = value.unsigned_abs().leading_zeros();
        Self {
            value: value.unsigned_abs() << zeros,
            exponent: 127 - zeros as i32 - fraction_bits,
            negative: value < 0,
        }
    }

    /// A finite number other than zero.
    fn of(x: f64) -> Self {
        let bits = x.to_bits() & (u64::MAX >> 1);
        let scaled = match bits >> 52 {
            0 => Self::new(bits.into(), 1074),
            exponent => {
                Self::new(((bits & ((1 << 52) - 1)) | (1 << 52)).into(), 1075 - exponent as i32)
            }
        };
        Self { negative: x < 0.0, ..scaled }
    }

    fn times(self, other: Self) -> Self {
        let product = mul_high(self.value, other.value);
        let zeros = product.leading_zeros() as i32;
        Self {
            value: product << zeros,
            exponent: self.exponent + other.exponent + 1 - zeros,
            negative: self.negative != other.negative,
        }
    }

    /// The nearest `f64`, of numbers that are neither too large nor too small.
    fn to_f64(self) -> f64 {
        let value = nearest(self.value, self.exponent);
        if self.negative { -value } else { value }
    }

    /// 2 to this power.
    fn exp2(self) -> f64 {
        if self.exponent >= 11 {
            return if self.negative { 0.0 } else { f64::INFINITY };
        }
        // Q116, rounded down.
        let shift = (11 - self.exponent) as u32;
        let fixed = self.value.checked_shr(shift).unwrap_or(0) as i128;
        let fixed = if self.negative { -fixed } else { fixed };
        let whole = (fixed >> 116) as i32;
        let rest = (fixed as u128) << 12;
        let power = POWERS[(rest >> 121) as usize];
        // Q71: what is left of the exponent, times ln 2.
        let left = (rest << 7 >> 64) as u64;
        let t = multiply(left, (LN_2_BITS >> 64) as u64);
        // e^t − 1 = t · (1 + t/2 + t²/6 + …), the bracket in Q63.
        // The odd and the even terms do not wait for each other. t² is Q78.
        let square = multiply(t, t);
        let chain = |first: usize| {
            let terms = FACTORIALS[first..].iter().step_by(2).rev();
            terms.fold(0, |sum, term| term + (multiply(square, sum) >> 14))
        };
        let series = chain(0) + (multiply(t, chain(1)) >> 7);
        let more = multiply(t, series);
        // Q63 · Q70 = Q133, to Q127.
        // Just below the next power of 2 an error must not go beyond it.
        let value = power.saturating_add(((power >> 64) * u128::from(more)) >> 6);
        nearest(value, whole)
    }
}

/// The upper half of a product.
fn multiply(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}

/// The `f64` nearest to `value · 2^exponent`, with `value` from 1 to 2 in Q127.
fn nearest(value: u128, exponent: i32) -> f64 {
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // Of 128 digits 53 are kept, fewer of a subnormal number.
    let dropped = 75 + (-1022i32).saturating_sub(exponent).max(0) as u32;
    if dropped > 128 {
        return 0.0;
    }
    let kept = value.checked_shr(dropped).unwrap_or(0) as u64;
    let (rest, half) = (value << (128 - dropped), 1u128 << 127);
    let up = rest > half || rest == half && kept & 1 == 1;
    // The digit before the point adds one to the exponent's field, as a carry does.
    let field = (exponent + 1022).max(0) as u64;
    f64::from_bits((field << 52) + kept + u64::from(up))
}

/// The binary logarithm of a positive finite number; none if it is zero.
fn log2_scaled(x: f64) -> Option<Scaled> {
    match log2_parts(x) {
        (0, 0) => None,
        (0, rest) => Some(Scaled::new(rest, 126)),
        (whole, rest) => Some(Scaled::new((i128::from(whole) << 116) + (rest >> 10), 116)),
    }
}

/// A logarithm, by the factor that makes it of the binary one.
fn logarithm(x: f64, factor: Scaled) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    log2_scaled(x).map_or(0.0, |log| log.times(factor).to_f64())
}

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    logarithm(x, LN_2)
}

/// The binary logarithm.
pub(crate) fn log2(x: f64) -> f64 {
    logarithm(x, Scaled { value: 1 << 127, exponent: 0, negative: false })
}

/// The decimal logarithm.
pub(crate) fn log10(x: f64) -> f64 {
    logarithm(x, LOG10_2)
}

/// 2 to the power `x · factor`.
fn power_of_2(x: f64, factor: Scaled) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return if x > 0.0 { x } else { 0.0 };
    }
    if x == 0.0 { 1.0 } else { Scaled::of(x).times(factor).exp2() }
}

/// e to the power `x`.
pub(crate) fn exp(x: f64) -> f64 {
    power_of_2(x, LOG2_E)
}

/// 2 to the power `x`.
pub(crate) fn exp2(x: f64) -> f64 {
    power_of_2(x, Scaled { value: 1 << 127, exponent: 0, negative: false })
}

/// `x` to the power `y`.
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x == 0.0 || !x.is_finite() || !y.is_finite() {
        return libm::pow(x, y);
    }
    let whole = libm::trunc(y) == y;
    if x < 0.0 && !whole {
        return f64::NAN;
    }
    // Above 2⁵³ all numbers are even.
    let odd = whole && libm::fabs(y) < 9e15 && y as i64 & 1 == 1;
    let base = libm::fabs(x);
    let power = match whole_power(base, y) {
        Some(power) if whole => power,
        _ => log2_scaled(base).map_or(1.0, |log| log.times(Scaled::of(y)).exp2()),
    };
    if x < 0.0 && odd { -power } else { power }
}

/// A small whole power of a number of few digits, which may lie in the middle
/// between two `f64` and is therefore computed exactly.
fn whole_power(base: f64, y: f64) -> Option<f64> {
    if !(2.0..=64.0).contains(&y) {
        return None;
    }
    let Scaled { value, exponent, .. } = Scaled::of(base);
    let zeros = value.trailing_zeros();
    let digits = (value >> zeros) as i128;
    let power = digits.checked_pow(y as u32)?;
    let fraction_bits = (127 - zeros as i32 - exponent) * y as i32;
    Some(Scaled::new(power, fraction_bits).to_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_results() {
        for n in -1074..=1023 {
            let power = exp2(n.into());
            assert_eq!(log2(power), f64::from(n));
            assert_eq!(pow(2.0, n.into()), power);
            assert_eq!(
                power,
                if n < -1022 {
                    f64::from_bits(1 << (n + 1074))
                } else {
                    f64::from_bits(((n + 1023) as u64) << 52)
                }
            );
        }
        let mut power = 1.0;
        for n in 0..=22 {
            assert_eq!((pow(10.0, n.into()), log10(power)), (power, f64::from(n)));
            power *= 10.0;
        }
        // In the middle between two: to the even one.
        assert_eq!(pow(134_217_729.0, 2.0), 134_217_729.0 * 134_217_729.0);
        assert_eq!(pow(41.0, 10.0), 13_422_659_310_152_401u64 as f64);
        assert_eq!((exp(0.0), ln(1.0), pow(-1.0, 3.0), pow(-3.0, 3.0)), (1.0, 0.0, -1.0, -27.0));
        assert_eq!(pow(4.0, 0.5), 2.0);
    }

    #[test]
    fn nearest_results() {
        assert_eq!((exp(1.0), ln(10.0)), (core::f64::consts::E, core::f64::consts::LN_10));
        assert_eq!((pow(10.0, -5.0), pow(10.0, -22.0)), (1e-5, 1e-22));
        for n in 1..=308 {
            let text = std::format!("1e-{n}");
            assert_eq!(pow(10.0, f64::from(-n)), text.parse::<f64>().expect("a number"));
        }
    }

    #[test]
    fn ends() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        assert_eq!(
            (exp(inf), exp(-inf), exp(709.782_712_893_384), exp(709.79)),
            (inf, 0.0, 1.797_693_134_862_273_2e308, inf)
        );
        assert_eq!((exp(-745.13), exp(-745.14), exp(1e300), exp(-1e300)), (5e-324, 0.0, inf, 0.0));
        assert_eq!((exp(5e-324), exp(-5e-324), exp(-1e-17), exp(1e-16)), (1.0, 1.0, 1.0, 1.0));
        assert_eq!((ln(0.0), ln(inf), ln(5e-324)), (-inf, inf, -744.440_071_921_381_2));
        assert!(ln(-1.0).is_nan() && exp(nan).is_nan() && pow(-8.0, 1.0 / 3.0).is_nan());
        assert_eq!(
            (pow(0.0, -1.0), pow(-0.0, 3.0), pow(nan, 0.0), pow(1.0, nan)),
            (inf, 0.0, 1.0, 1.0)
        );
        assert_eq!((pow(10.0, 308.0), pow(10.0, 309.0), pow(10.0, -324.0)), (1e308, inf, 0.0));
        assert_eq!(
            (pow(-2.0, 1e300), pow(0.5, 1e300), pow(5e-324, 0.5)),
            (inf, 0.0, pow(2.0, -537.0))
        );
    }

    /// Compared with what musl's functions say, which is off by one at most.
    #[test]
    fn close_to_others() {
        let close = |a: f64, b: f64| {
            assert!(a == b || (a.to_bits() as i64 - b.to_bits() as i64).abs() <= 1, "{a} {b}");
        };
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..20_000 {
            let (x, y) = (random() * 1400.0 - 700.0, random() * 200.0 - 100.0);
            close(exp(x), libm::exp(x));
            close(exp2(y), libm::exp2(y));
            let base = f64::from_bits((random() * 0x7fe0_0000_0000_0000u64 as f64) as u64);
            close(ln(base), libm::log(base));
            close(log2(base), libm::log2(base));
            let near_1 = 0.9 + random() * 0.2;
            close(ln(near_1), libm::log(near_1));
            let base = random() * 100.0;
            close(pow(base, y), libm::pow(base, y));
        }
    }
}
