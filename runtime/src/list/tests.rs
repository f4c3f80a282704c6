use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::object::Header;
use crate::object::{Text, retain, static_text};

unsafe extern "C" fn retain_text(element: *mut u8) {
    // SAFETY: the tests' elements are texts.
    unsafe { retain(*element.cast::<*mut Header>()) };
}

fn texts(list: &List) -> Vec<&str> {
    list.as_ref().texts().iter().map(|text| text.as_str()).collect()
}

fn of_bytes(bytes: &[u8]) -> List {
    List::from_bytes(bytes)
}

#[test]
fn growing_moves_what_is_unique_and_copies_what_is_shared() {
    let mut list = List::empty();
    for text in ["a", "b", "c"] {
        list.push_text(Text::new(text));
    }
    let shared = list.as_ref().retain();
    let elements = [0, 1, 2].map(|at| list.as_ref().texts()[at].address());
    reserve(&mut list, 1, 8, Some(retain_text));
    assert_ne!(list.as_ref().address(), shared.as_ref().address());
    assert_eq!(texts(&list), texts(&shared));
    for element in elements {
        // SAFETY: both lists hold it.
        assert_eq!(unsafe { (*element).count }, 2);
    }
    // The old list lost the slot's reference.
    assert!(shared.is_unique());
    let place = list.as_ref().address();
    reserve(&mut list, 1, 8, Some(retain_text));
    assert_eq!(list.as_ref().address(), place, "there is room already");
    reserve(&mut list, 1000, 8, Some(retain_text));
    assert!(list.capacity() >= 1003);
    for element in elements {
        // SAFETY: both lists hold it.
        assert_eq!(unsafe { (*element).count }, 2, "a unique list moves");
    }
}

#[test]
fn growth_is_amortised() {
    let mut list = List::empty();
    let mut moves = 0;
    for at in 0..1_000_000usize {
        if !list.is_unique() || list.capacity() == list.len() {
            moves += 1;
            reserve(&mut list, 1, 8, None);
        }
        // SAFETY: there is room.
        unsafe {
            list.start().cast::<usize>().add(at).write(at);
            list.set_len(at + 1);
        }
    }
    assert!(moves < 30, "{moves}");
    // SAFETY: the elements were written.
    let all = unsafe { core::slice::from_raw_parts(list.start().cast::<usize>(), list.len()) };
    assert!(all.iter().enumerate().all(|(at, &value)| at == value));
    // SAFETY: the list is not used again.
    unsafe { free(list.as_ref(), 8) };
}

#[test]
fn elements_without_size() {
    let mut list = with_capacity(3, 0);
    reserve(&mut list, i64::MAX, 0, None);
    assert_eq!(list.capacity(), i64::MAX as usize);
    // SAFETY: nothing to initialise.
    unsafe { list.set_len(5) };
    let copy = slice(list.as_ref(), 1, 3, 0, None);
    assert_eq!(copy.len(), 2);
    assert_eq!(concat(list.as_ref(), copy.as_ref(), 0, None).len(), 7);
}

#[test]
fn the_empty_list_becomes_unique_too() {
    for elem in [0, 1, 8, 1000] {
        let mut list = List::empty();
        unshare(&mut list, elem, None);
        assert!(list.is_unique() && list.capacity() > 0);
        let mut list = List::empty();
        reserve(&mut list, 0, elem, None);
        assert!(list.is_unique() && list.capacity() > 0);
        // SAFETY: nothing to initialise.
        unsafe { list.set_len(0) };
    }
    let mut empty = List::empty();
    // SAFETY: a list of this type.
    unsafe { sort::sort_i64(&mut empty) };
    assert!(!empty.is_unique());
}

#[test]
fn whole_slices_and_empty_operands_share() {
    let list = of_bytes(b"abc");
    let whole = slice(list.as_ref(), 0, 3, 1, None);
    assert_eq!(whole.as_ref().address(), list.as_ref().address());
    let same = concat(List::empty().as_ref(), list.as_ref(), 1, None);
    assert_eq!(same.as_ref().address(), list.as_ref().address());
}

#[test]
fn extending_a_list_by_itself() {
    let mut list = List::empty();
    list.push_text(Text::new("a"));
    list.push_text(static_text!("b").retain());
    for _ in 0..10 {
        let len = list.len();
        let address = list.as_ref().address();
        // SAFETY: the object is alive; a slot may hold the argument.
        let other = unsafe { core::mem::transmute::<*mut Header, ListRef<'_>>(address) };
        extend(&mut list, other, 8, Some(retain_text));
        assert_eq!(list.len(), 2 * len);
    }
    assert!(texts(&list).chunks(2).all(|pair| pair == ["a", "b"]));
    // SAFETY: the object is alive.
    assert_eq!(unsafe { (*list.as_ref().texts()[0].address()).count }, 1024);
}

proptest! {
    #[test]
    fn behaves_as_a_vector(
        start: Vec<u8>, other: Vec<u8>, at in 0usize..200, gap in 0usize..20, shared: bool,
    ) {
        let mut list = of_bytes(&start);
        let keep = shared.then(|| list.as_ref().retain());
        let mut model = start.clone();
        extend(&mut list, of_bytes(&other).as_ref(), 1, None);
        model.extend(&other);
        prop_assert_eq!(list.as_ref().bytes(), &model);
        let at = at.min(model.len());
        open_gap(&mut list, at as i64, gap as i64, 1, None);
        if gap > 0 {
            // SAFETY: the gap lies within the list.
            unsafe { list.start().add(at).write_bytes(7, gap) };
        }
        model.splice(at..at, core::iter::repeat_n(7, gap));
        prop_assert_eq!(list.as_ref().bytes(), &model);
        if list.is_unique() {
            close_gap_in(&mut list, at as i64, gap as i64, 1);
            model.drain(at..at + gap);
            prop_assert_eq!(list.as_ref().bytes(), &model);
        }
        let part = slice(list.as_ref(), (at / 2) as i64, at as i64, 1, None);
        prop_assert_eq!(part.as_ref().bytes(), &model[at / 2..at]);
        let joined = concat(part.as_ref(), list.as_ref(), 1, None);
        prop_assert_eq!(joined.as_ref().bytes(), [&model[at / 2..at], &model].concat());
        if let Some(keep) = keep {
            prop_assert_eq!(keep.as_ref().bytes(), &start);
        }
    }
}

#[test]
#[should_panic(expected = "range 1..4 out of range for length 3")]
fn slice_beyond_the_end() {
    slice(of_bytes(b"abc").as_ref(), 1, 4, 1, None);
}

#[test]
#[should_panic(expected = "index 4 out of range for length 3")]
fn gap_beyond_the_end() {
    open_gap(&mut of_bytes(b"abc"), 4, 1, 1, None);
}

#[test]
#[should_panic(expected = "out of memory")]
fn more_than_memory() {
    List::empty().reserve(usize::MAX / 2, 8, None);
}
