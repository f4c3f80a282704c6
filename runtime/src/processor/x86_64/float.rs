//! Float operations that are instructions.

use core::arch::asm;
use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_sd};

/// The square root, correctly rounded.
pub(crate) fn sqrt(x: f64) -> f64 {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x))) }
}

/// What is left of `x` after taking `y` from it a whole number of times, with
/// the sign of `x`: exact, as C's `fmod`.
///
/// `fprem` reduces the exponent by up to 63 at a time and says whether it is
/// done. An `f64` is exact in the x87's registers, and so is every remainder.
pub(crate) fn fmod(x: f64, y: f64) -> f64 {
    let mut result = x;
    // SAFETY: works on the registers that it names, and takes its operands off
    // the x87's stack.
    unsafe {
        asm!(
            "fld qword ptr [{y}]",
            "fld qword ptr [{x}]",
            "2:",
            "fprem",
            "fnstsw ax",
            "test ah, 4",
            "jnz 2b",
            "fstp st(1)",
            "fstp qword ptr [{x}]",
            x = in(reg) &raw mut result,
            y = in(reg) &raw const y,
            out("ax") _,
            out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
            out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
            options(nostack),
        );
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(x: f64, y: f64) {
        let (ours, theirs) = (fmod(x, y), x % y);
        assert!(
            ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()),
            "{x:e} % {y:e}: {ours:e}, not {theirs:e}"
        );
    }

    proptest! {
        #[test]
        fn remainders(x: f64, y: f64, a: u64, b: u64) {
            check(x, y);
            check(f64::from_bits(a), f64::from_bits(b));
            check(x, x / 3.0);
        }
    }

    #[test]
    fn special_values() {
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            3.0,
            5e-324,
            1e308,
            f64::MAX,
            f64::INFINITY,
            -f64::INFINITY,
            f64::NAN,
        ];
        for x in values {
            for y in values {
                check(x, y);
            }
        }
        assert_eq!(sqrt(2.0).to_bits(), 2f64.sqrt().to_bits());
    }
}
