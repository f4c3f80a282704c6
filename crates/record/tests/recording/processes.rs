use simple_record::Exit;

use crate::build::{MODES, build_bare, plain_output, run, touched, toucher};

fn path(program: &std::path::Path) -> &str {
    program.to_str().expect("the path is text")
}

#[test]
fn a_child_has_breakpoints_of_its_own() {
    let (recording, output) = run(&MODES, &["fork"]);
    assert_eq!(output, plain_output(&MODES, &["fork"]));
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(toucher(&recording, "t_child"), Some(1));
    // The child is first, and yet the parent gets past its own breakpoint.
    assert_eq!(toucher(&recording, "t_both"), Some(1));
    assert_eq!(toucher(&recording, "t_parent"), Some(0));
    assert_eq!(touched(&recording, "t_"), ["t_child", "t_both", "t_parent"]);
}

#[test]
fn a_child_that_shares_memory() {
    let (recording, output) = run(&MODES, &["vfork"]);
    assert_eq!(output, plain_output(&MODES, &["vfork"]));
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(toucher(&recording, "t_both"), Some(1));
    assert_eq!(touched(&recording, "t_"), ["t_both"]);
}

#[test]
fn a_child_that_becomes_another_program_is_let_go() {
    let other = build_bare("bare", "other", &[]);
    let (recording, output) = run(&MODES, &["spawn", path(&other)]);
    assert_eq!(output, "hi\nhi\nSome(42)\n");
    assert_eq!(touched(&recording, "t_"), ["t_first", "t_second"]);
    assert!(recording.functions.named("twice").is_none());
}

#[test]
fn a_child_that_becomes_the_same_program_is_recorded() {
    let (recording, output) = run(&MODES, &["spawn", path(&MODES), "order"]);
    assert_eq!(output, plain_output(&MODES, &["spawn", path(&MODES), "order"]));
    let expected = ["t_first", "t_second", "t_caller", "t_third"];
    assert_eq!(touched(&recording, "t_"), expected);
    assert_eq!(toucher(&recording, "t_third"), Some(1));
}

#[test]
fn a_program_that_replaces_itself() {
    // By itself: the recording goes on.
    let (recording, output) = run(&MODES, &["exec", path(&MODES), "order"]);
    assert_eq!(output, plain_output(&MODES, &["order"]));
    assert_eq!(touched(&recording, "t_"), ["t_first", "t_second", "t_caller", "t_third"]);
    assert_eq!(toucher(&recording, "t_third"), Some(0));
    // Likewise when another thread does it.
    let (recording, output) = run(&MODES, &["exec_in_thread", path(&MODES), "order"]);
    assert_eq!(output, plain_output(&MODES, &["order"]));
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(toucher(&recording, "t_third"), Some(0));
    // By another: it is over, and how that one ends still counts.
    let other = build_bare("bare", "successor", &[]);
    let (recording, output) = run(&MODES, &["exec", path(&other)]);
    assert_eq!(output, "hi\nhi\n");
    assert_eq!(recording.exit, Exit::Code(42));
    assert_eq!(touched(&recording, "t_"), ["t_first"]);
}
