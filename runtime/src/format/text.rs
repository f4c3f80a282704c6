//! Text, characters and bools in a width.

use super::layout::Padding;
use super::spec::{Align, Spec};
use crate::object::{Text, TextRef};

/// Appends a text, cut to the precision, in the width.
pub(super) fn write(out: &mut Text, text: &str, spec: &Spec, align: Align) {
    let end = spec
        .precision
        .and_then(|precision| text.char_indices().nth(precision))
        .map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let padding = if spec.width == 0 {
        Padding { left: 0, middle: 0, right: 0 }
    } else {
        Padding::new(spec, align, text.chars().count())
    };
    out.push_repeated(spec.fill, padding.left + padding.middle);
    out.push_str(text);
    out.push_repeated(spec.fill, padding.right);
}

#[unsafe(export_name = "rt_fmt_str")]
pub(super) extern "C" fn format_str(
    out: &mut Text,
    text: TextRef<'_>,
    flags: u64,
    width: i64,
    precision: i64,
) {
    // The text may be the one that is appended to, and that may move.
    let keep = text.retain();
    let spec = Spec::new(flags, width, precision);
    write(out, keep.as_str(), &spec, spec.text_align());
}

#[unsafe(export_name = "rt_fmt_char")]
pub(super) extern "C" fn format_char(
    out: &mut Text,
    value: char,
    flags: u64,
    width: i64,
    precision: i64,
) {
    let spec = Spec::new(flags, width, precision);
    write(out, value.encode_utf8(&mut [0; 4]), &spec, spec.text_align());
}

#[unsafe(export_name = "rt_fmt_bool")]
pub(super) extern "C" fn format_bool(
    out: &mut Text,
    value: u32,
    flags: u64,
    width: i64,
    precision: i64,
) {
    let spec = Spec::new(flags, width, precision);
    write(out, super::show::bool_text(value), &spec, spec.text_align());
}
