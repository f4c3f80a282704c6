//! Arguments and environment of the process.

use crate::object::{List, Text, TextRef};
use crate::platform::{Arguments, Environment};
use crate::text::lossy;

#[unsafe(export_name = "rt_env_args")]
extern "C" fn arguments() -> List {
    let mut list = List::empty();
    for argument in Arguments::new() {
        list.push_text(lossy(argument.to_bytes()));
    }
    list
}

#[unsafe(export_name = "rt_env_var")]
extern "C" fn variable(name: TextRef<'_>, out: &mut Text) -> bool {
    for entry in Environment::new() {
        let rest = entry.to_bytes().strip_prefix(name.bytes());
        if let Some(value) = rest.and_then(|rest| rest.strip_prefix(b"=")) {
            *out = lossy(value);
            return true;
        }
    }
    false
}
