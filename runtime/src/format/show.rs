//! Bools and characters as they are.

use crate::object::Text;

/// The text of a bool, of which only the low eight bits are looked at.
pub(crate) fn bool_text(value: u32) -> &'static str {
    if value as u8 == 0 { "false" } else { "true" }
}

#[unsafe(export_name = "rt_show_bool")]
extern "C" fn show_bool(out: &mut Text, value: u32) {
    out.push_str(bool_text(value));
}

#[unsafe(export_name = "rt_show_char")]
extern "C" fn show_char(out: &mut Text, value: char) {
    out.push_char(value);
}
