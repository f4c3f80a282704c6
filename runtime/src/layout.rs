//! Moments of a run that a recording of page layout refers to.

use crate::object::TextRef;

/// `std.layout.mark`: the program has come to the moment called `name`. A plain
/// program has nobody to tell.
#[unsafe(export_name = "rt_layout_mark")]
extern "C" fn mark(_name: TextRef<'_>) {}
