//! Sorting lists of plain values and of text, which compiled code would do with
//! a call per comparison. Equal elements cannot be told apart, so the faster
//! unstable sort is as good as a stable one.

use crate::object::{List, Retain, TextRef, retain};

/// The elements of a list made unique.
///
/// # Safety
/// The list's elements are of type `T`.
unsafe fn elements<T>(slot: &mut List, retain: Retain) -> &mut [T] {
    // Shorter ones are sorted.
    if slot.len() > 1 {
        slot.unshare(size_of::<T>(), retain);
    }
    // SAFETY: a unique list is ours; in a shorter one nothing is changed.
    unsafe { core::slice::from_raw_parts_mut(slot.start().cast(), slot.len()) }
}

#[unsafe(export_name = "rt_list_sort_i64")]
pub(super) unsafe extern "C" fn sort_i64(slot: &mut List) {
    // SAFETY: the compiler passes lists of this type.
    unsafe { elements::<i64>(slot, None) }.sort_unstable();
}

#[unsafe(export_name = "rt_list_sort_u64")]
unsafe extern "C" fn sort_u64(slot: &mut List) {
    // SAFETY: the compiler passes lists of this type.
    unsafe { elements::<u64>(slot, None) }.sort_unstable();
}

/// A number whose signed order is the total order of floats, NaN last.
#[inline]
fn float_key(value: f64) -> i64 {
    if value.is_nan() {
        return i64::MAX;
    }
    let bits = value.to_bits() as i64;
    // Negative floats rise as their magnitude falls.
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

#[unsafe(export_name = "rt_list_sort_f64")]
unsafe extern "C" fn sort_f64(slot: &mut List) {
    // SAFETY: the compiler passes lists of this type.
    unsafe { elements::<f64>(slot, None) }.sort_unstable_by_key(|&value| float_key(value));
}

/// Retains the text at an address.
unsafe extern "C" fn retain_text(element: *mut u8) {
    // SAFETY: the element is a text.
    unsafe { retain(element.cast::<TextRef<'_>>().read().address()) };
}

#[unsafe(export_name = "rt_list_sort_str")]
unsafe extern "C" fn sort_str(slot: &mut List) {
    // SAFETY: the compiler passes lists of this type.
    unsafe { elements::<TextRef<'_>>(slot, Some(retain_text)) }
        .sort_unstable_by(|a, b| a.bytes().cmp(b.bytes()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;
    use crate::object::Text;

    fn list_of<T: Copy>(values: &[T]) -> List {
        let mut list = List::with_capacity(values.len(), size_of::<T>());
        list.append_copies(values.as_ptr().cast(), values.len(), size_of::<T>(), None);
        list
    }

    fn values<T: Copy>(list: &List) -> Vec<T> {
        // SAFETY: the tests' lists are of this type.
        unsafe { core::slice::from_raw_parts(list.start().cast::<T>(), list.len()) }.to_vec()
    }

    proptest! {
        #[test]
        fn integers_and_floats(ints: Vec<i64>, mut floats: Vec<f64>) {
            floats.extend([0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -f64::NAN]);
            let mut list = list_of(&ints);
            // SAFETY: a list of this type.
            unsafe { sort_i64(&mut list) };
            let mut sorted = ints.clone();
            sorted.sort();
            prop_assert_eq!(values::<i64>(&list), sorted);
            let unsigned: Vec<u64> = ints.iter().map(|&int| int as u64).collect();
            let mut list = list_of(&unsigned);
            // SAFETY: a list of this type.
            unsafe { sort_u64(&mut list) };
            let mut sorted = unsigned.clone();
            sorted.sort();
            prop_assert_eq!(values::<u64>(&list), sorted);
            let mut list = list_of(&floats);
            // SAFETY: a list of this type.
            unsafe { sort_f64(&mut list) };
            let (numbers, nans): (Vec<f64>, Vec<f64>) =
                values::<f64>(&list).into_iter().partition(|value| !value.is_nan());
            prop_assert!(numbers.is_sorted_by(|a, b| a.total_cmp(b).is_le()));
            prop_assert_eq!(numbers.len() + nans.len(), floats.len());
            prop_assert!(values::<f64>(&list)[numbers.len()..].iter().all(|value| value.is_nan()));
        }
    }

    #[test]
    fn shared_lists_are_copied_first() {
        let mut list = List::empty();
        // SAFETY: lists of the right types.
        unsafe {
            sort_str(&mut list);
            for text in ["b", "é", "", "a", "ab"] {
                list.push_text(Text::new(text));
            }
            let shared = list.as_ref().retain();
            sort_str(&mut list);
            let sorted: Vec<&str> =
                list.as_ref().texts().iter().map(|text| text.as_str()).collect();
            assert_eq!(sorted, ["", "a", "ab", "b", "é"]);
            let kept: Vec<&str> =
                shared.as_ref().texts().iter().map(|text| text.as_str()).collect();
            assert_eq!(kept, ["b", "é", "", "a", "ab"]);
            assert_eq!((*list.as_ref().texts()[1].address()).count, 2);
        }
    }
}
