//! Integer powers and the mathematical functions.
//!
//! Most functions come from `libm`, a port of musl's: the same bits on every
//! machine.

use crate::exponential;
use crate::panic::{self, Part, trap};
use crate::processor;

/// `base ** exp` if it fits in 64 bits with the sign.
fn power(base: i128, exp: i64) -> Option<i128> {
    let mut exp = u64::try_from(exp).unwrap_or_else(|_| fail(trap::NEGATIVE_EXPONENT));
    // What stays small for any exponent; everything else soon does not fit.
    match base {
        0 => return Some(i128::from(exp == 0)),
        1 => return Some(1),
        -1 => return Some(if exp & 1 == 0 { 1 } else { -1 }),
        _ if exp > 64 => return None,
        _ => {}
    }
    let mut result = 1i128;
    let mut factor = base;
    loop {
        if exp & 1 == 1 {
            result = result.checked_mul(factor)?;
        }
        exp >>= 1;
        if exp == 0 {
            return Some(result);
        }
        factor = factor.checked_mul(factor)?;
    }
}

#[cold]
fn fail(kind: u8) -> ! {
    panic::fail(&[Part::Text(trap::message(kind))])
}

fn power_signed(base: i64, exp: i64, bits: i64) -> Option<i64> {
    let result = i64::try_from(power(base.into(), exp)?).ok()?;
    let unused = (64 - bits) as u32;
    (result << unused >> unused == result).then_some(result)
}

fn power_unsigned(base: u64, exp: i64, bits: i64) -> Option<u64> {
    let result = u64::try_from(power(base.into(), exp)?).ok()?;
    let unused = (64 - bits) as u32;
    (result << unused >> unused == result).then_some(result)
}

#[unsafe(export_name = "rt_pow_i64")]
extern "C" fn pow_i64(base: i64, exp: i64, bits: i64) -> i64 {
    power_signed(base, exp, bits).unwrap_or_else(|| fail(trap::POWER_OVERFLOW))
}

#[unsafe(export_name = "rt_pow_u64")]
extern "C" fn pow_u64(base: u64, exp: i64, bits: i64) -> u64 {
    power_unsigned(base, exp, bits).unwrap_or_else(|| fail(trap::POWER_OVERFLOW))
}

/// Stores a result if there is one.
fn store<T>(result: Option<T>, out: &mut T) -> bool {
    match result {
        Some(value) => {
            *out = value;
            true
        }
        None => false,
    }
}

#[unsafe(export_name = "rt_pow_checked_i64")]
extern "C" fn pow_checked_i64(base: i64, exp: i64, bits: i64, out: &mut i64) -> bool {
    store(power_signed(base, exp, bits), out)
}

#[unsafe(export_name = "rt_pow_checked_u64")]
extern "C" fn pow_checked_u64(base: u64, exp: i64, bits: i64, out: &mut u64) -> bool {
    store(power_unsigned(base, exp, bits), out)
}

#[unsafe(export_name = "rt_pow_wrapping")]
extern "C" fn pow_wrapping(base: u64, exp: i64) -> u64 {
    wrapping(base, exp)
}

fn wrapping(mut base: u64, exp: i64) -> u64 {
    let mut exp = u64::try_from(exp).unwrap_or_else(|_| fail(trap::NEGATIVE_EXPONENT));
    let mut result = 1u64;
    while exp > 0 {
        if exp & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exp >>= 1;
    }
    result
}

/// Exports functions of a module.
macro_rules! export {
    ($module:ident: $($export:literal $name:ident = $function:ident($($argument:ident: $type:ty),+);)+) => {$(
        #[unsafe(export_name = $export)]
        extern "C" fn $name($($argument: $type),+) -> last!($($type),+) {
            $module::$function($($argument),+)
        }
    )+};
}

/// The result's type, which is that of the arguments.
macro_rules! last {
    ($type:ty) => {
        $type
    };
    ($first:ty, $type:ty) => {
        $type
    };
}

export! { exponential:
    "rt_math_exp" exp = exp(x: f64);
    "rt_math_exp2" exp2 = exp2(x: f64);
    "rt_math_ln" ln = ln(x: f64);
    "rt_math_log2" log2 = log2(x: f64);
    "rt_math_log10" log10 = log10(x: f64);
    "rt_math_pow" pow = pow(x: f64, y: f64);
}

export! { libm:
    "rt_math_sin" sin = sin(x: f64);
    "rt_math_cos" cos = cos(x: f64);
    "rt_math_tan" tan = tan(x: f64);
    "rt_math_asin" asin = asin(x: f64);
    "rt_math_acos" acos = acos(x: f64);
    "rt_math_atan" atan = atan(x: f64);
    "rt_math_sinh" sinh = sinh(x: f64);
    "rt_math_cosh" cosh = cosh(x: f64);
    "rt_math_tanh" tanh = tanh(x: f64);
    "rt_math_exp_m1" exp_m1 = expm1(x: f64);
    "rt_math_ln_1p" ln_1p = log1p(x: f64);
    "rt_math_cbrt" cbrt = cbrt(x: f64);
    "rt_math_floor" floor = floor(x: f64);
    "rt_math_ceil" ceil = ceil(x: f64);
    "rt_math_trunc" trunc = trunc(x: f64);
    "rt_math_round" round = round(x: f64);
    "rt_math_floor_f32" floor_f32 = floorf(x: f32);
    "rt_math_ceil_f32" ceil_f32 = ceilf(x: f32);
    "rt_math_trunc_f32" trunc_f32 = truncf(x: f32);
    "rt_math_round_f32" round_f32 = roundf(x: f32);
    "rt_math_atan2" atan2 = atan2(y: f64, x: f64);
    "rt_math_hypot" hypot = hypot(x: f64, y: f64);
}

#[unsafe(export_name = "rt_math_sqrt")]
extern "C" fn sqrt(x: f64) -> f64 {
    processor::sqrt(x)
}

#[unsafe(export_name = "rt_math_fmod")]
extern "C" fn fmod(x: f64, y: f64) -> f64 {
    processor::fmod(x, y)
}

#[unsafe(export_name = "rt_f64_to_i64")]
extern "C" fn f64_to_i64(value: f64) -> i64 {
    value as i64
}

#[unsafe(export_name = "rt_f64_to_u64")]
extern "C" fn f64_to_u64(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn powers(base in -200i64..200, exp in 0i64..70) {
            for bits in [8u32, 16, 32, 64] {
                let unused = 64 - bits;
                let fits = |value: &i64| *value << unused >> unused == *value;
                let expected = base.checked_pow(exp as u32).filter(fits);
                prop_assert_eq!(power_signed(base, exp, bits.into()), expected);
                let fits = |value: &u64| *value << unused >> unused == *value;
                let unsigned = base.unsigned_abs();
                let expected = unsigned.checked_pow(exp as u32).filter(fits);
                prop_assert_eq!(power_unsigned(unsigned, exp, bits.into()), expected);
            }
            prop_assert_eq!(wrapping(base as u64, exp), (base as u64).wrapping_pow(exp as u32));
        }
    }

    #[test]
    fn extremes() {
        assert_eq!(power_signed(-2, 63, 64), Some(i64::MIN));
        assert_eq!(power_signed(2, 63, 64), None);
        assert_eq!(power_unsigned(2, 63, 64), Some(1 << 63));
        assert_eq!(power_signed(i64::MIN, 1, 64), Some(i64::MIN));
        assert_eq!(power_signed(-1, i64::MAX, 8), Some(-1));
        assert_eq!(power_unsigned(1, i64::MAX, 8), Some(1));
        assert_eq!(power_unsigned(0, i64::MAX, 8), Some(0));
        assert_eq!(power_unsigned(0, 0, 8), Some(1));
        let mut out = 5;
        assert!(!pow_checked_i64(10, 19, 64, &mut out) && out == 5);
        assert!(pow_checked_i64(10, 18, 64, &mut out) && out == 1_000_000_000_000_000_000);
    }

    #[test]
    #[should_panic(expected = "negative exponent")]
    fn negative_exponent() {
        power_signed(2, -1, 64);
    }

    #[test]
    fn functions() {
        assert_eq!((round(-0.5), round(2.5), round(0.499_999_999_999_999_94)), (-1.0, 3.0, 0.0));
        assert_eq!((sqrt(2.0), hypot(3.0, 4.0)), (2f64.sqrt(), 5.0));
        assert_eq!((fmod(-7.5, 2.0), pow(2.0, 0.5)), (-1.5, 2f64.sqrt()));
        assert_eq!((ln(1.0), exp(0.0), atan2(0.0, -1.0)), (0.0, 1.0, core::f64::consts::PI));
        assert_eq!((floor_f32(-0.5), trunc_f32(-0.5)), (-1.0, -0.0));
        assert_eq!((f64_to_i64(f64::NAN), f64_to_i64(1e300)), (0, i64::MAX));
        assert_eq!((f64_to_u64(-1.0), f64_to_u64(1e300)), (0, u64::MAX));
    }
}
