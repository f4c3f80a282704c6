//! Reading numbers.

use crate::object::TextRef;

#[unsafe(export_name = "rt_str_to_int")]
extern "C" fn to_int(text: TextRef<'_>, out: &mut i64) -> bool {
    match text.as_str().parse() {
        Ok(value) => {
            *out = value;
            true
        }
        Err(_) => false,
    }
}

/// Correctly rounded; the grammar is that of Rust's `f64::from_str`.
#[unsafe(export_name = "rt_str_to_float")]
extern "C" fn to_float(text: TextRef<'_>, out: &mut f64) -> bool {
    match text.as_str().parse() {
        Ok(value) => {
            *out = value;
            true
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Text;

    #[test]
    fn integers() {
        let read = |text: &str| {
            let mut out = 77;
            let read = to_int(Text::new(text).as_ref(), &mut out);
            assert!(read || out == 77);
            read.then_some(out)
        };
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("-12"), Some(-12));
        assert_eq!(read("+007"), Some(7));
        assert_eq!(read("9223372036854775807"), Some(i64::MAX));
        assert_eq!(read("-9223372036854775808"), Some(i64::MIN));
        for bad in ["", "-", "+", " 1", "1 ", "1_0", "1.0", "0x1", "9223372036854775808", "--1"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn floats() {
        let read = |text: &str| {
            let mut out = 77.0;
            to_float(Text::new(text).as_ref(), &mut out).then_some(out)
        };
        assert_eq!(read("1.5"), Some(1.5));
        assert_eq!(read("-.5e-3"), Some(-0.0005));
        assert_eq!(read("5."), Some(5.0));
        // Halfway cases need all digits.
        assert_eq!(read("9007199254740993"), Some(9_007_199_254_740_992.0));
        assert_eq!(read("9007199254740993.0000000000000000001"), Some(9_007_199_254_740_994.0));
        assert_eq!(read("1e400"), Some(f64::INFINITY));
        assert_eq!(read("-inf"), Some(f64::NEG_INFINITY));
        assert!(read("NaN").is_some_and(f64::is_nan));
        for bad in ["", ".", "e5", " 1", "1e", "1_0.0", "0x1p3"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
