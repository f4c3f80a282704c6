use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::panic::image::{LIBRARY, PART, RUNTIME, TestFunction};

#[derive(Default)]
struct Lines(String);

impl Sink for Lines {
    fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn number(&mut self, value: i64) {
        self.0.push_str(&value.to_string());
    }
}

/// Functions of 16 bytes from 0x100 on, with a call at +5 in line 7.
fn image() -> Image {
    let stream: &'static [u8] = &[0, 7, 1, 5, 0, 3];
    let library: &'static [u8] = &[1, 7, 1, 5, 0, 3];
    let function = |name, flags, positions| TestFunction { name, size: 16, flags, positions };
    let functions = [
        function("a", 0, stream),
        function("b", 0, stream),
        function("lib.f", LIBRARY, library),
        function("rt.g", RUNTIME, stream),
        function("", 0, stream),
        // The user's code was inlined into it.
        function("lib.with", LIBRARY, stream),
        function("b", PART, stream),
    ];
    Image::for_test(0x100, &functions, &[("m.spl", 0), ("lib.spl", LIBRARY)])
}

/// The report about a call of the runtime with these functions running.
fn report(functions: &[usize]) -> String {
    let frames: Vec<Address> =
        functions.iter().map(|number| Address::Return(0x100 + 16 * number + 5)).collect();
    let mut out = Lines::default();
    let message = [Part::Text("index "), Part::Int(-1)];
    write_report(&mut out, image(), &message, &[], frames.into_iter());
    out.0
}

#[test]
fn the_innermost_user_frame_has_the_position() {
    let frame = |name: &str| std::format!("  in {name} (m.spl:7:3)\n");
    let library = "  in lib.f (lib.spl:7:3)\n";
    let head = "panic: index -1 at m.spl:7:3\n";
    assert_eq!(report(&[3, 2, 0, 1]), [head, &frame("a"), &frame("b")].concat());
    assert_eq!(report(&[0, 2, 3, 4]), [head, &frame("a"), library, &frame("?")].concat());
    assert_eq!(report(&[2, 5, 0]), [head, &frame("lib.with"), &frame("a")].concat());
    // Nothing but library code.
    assert_eq!(report(&[3, 2]), ["panic: index -1 at lib.spl:7:3\n", library].concat());
    assert_eq!(report(&[3]), "panic: index -1\n");
    assert_eq!(report(&[]), "panic: index -1\n");
    assert_eq!(report(&[99, 0]), [head, &frame("a")].concat());
}

#[test]
fn a_part_and_its_caller_are_one() {
    let frame = |name: &str| std::format!("  in {name} (m.spl:7:3)\n");
    let head = "panic: index -1 at m.spl:7:3\n";
    assert_eq!(report(&[3, 6, 1, 0]), [head, &frame("b"), &frame("a")].concat());
    assert_eq!(report(&[6, 1, 1, 0]), [head, &frame("b"), &frame("b"), &frame("a")].concat());
}

#[test]
fn repetitions_are_folded() {
    let text = report(&[[0].repeat(1000), [1].to_vec()].concat());
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  in a (m.spl:7:3)",
            "  in a (m.spl:7:3)",
            "  ... 998 more like the last",
            "  in b (m.spl:7:3)",
        ]
    );
    let text = report(&[0, 1, 2].repeat(100));
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[6], "  ... 294 more like the last 3");
}

#[test]
fn long_backtraces_are_cut() {
    // The sequence of Thue and Morse repeats nothing three times in a row, and
    // here nothing short twice.
    let functions: Vec<usize> = square_free(400);
    let text = report(&functions);
    assert_eq!(text.lines().count(), 1 + MAX_LINES + 1);
    assert!(text.ends_with("  ... 336 more\n"), "{text}");
}

/// A sequence of 0, 1, 2 without any part that is followed by itself.
fn square_free(len: usize) -> Vec<usize> {
    let ones = |at: usize| at.count_ones() as usize & 1;
    (0..len).map(|at| (1 + ones(at + 1) + 2 - ones(at)) % 3).map(|step| [0, 1, 2][step]).collect()
}
