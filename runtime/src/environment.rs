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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::static_text;
    use crate::platform::InitialStack;
    use crate::startup::STARTUP;

    #[test]
    fn arguments_and_variables() {
        let stack = InitialStack::for_test(
            &[c"program", c"", c"caf\xc3\xa9", c"\xff"],
            &[c"HOMER=odyssey", c"HOME=/root", c"EMPTY=", c"NOTHING"],
        );
        // SAFETY: each test has its own thread, and so its own state.
        unsafe { (*STARTUP.get()).stack = stack };
        let list = arguments();
        let texts = list.as_ref().texts();
        let texts = [0, 1, 2, 3].map(|at| texts[at].as_str());
        assert_eq!((list.len(), texts), (4, ["program", "", "café", "\u{fffd}"]));
        let mut out = Text::new("before");
        assert!(variable(static_text!("HOME"), &mut out));
        assert_eq!(out.as_str(), "/root");
        assert!(variable(static_text!("EMPTY"), &mut out));
        assert_eq!(out.as_str(), "");
        out.push_str("kept");
        assert!(!variable(static_text!("NOTHING"), &mut out));
        assert!(!variable(static_text!("HOM"), &mut out));
        assert!(!variable(static_text!("HOME=/root"), &mut out));
        assert_eq!(out.as_str(), "kept");
    }

    #[test]
    fn no_process_no_arguments() {
        assert_eq!(arguments().len(), 0);
        assert!(!variable(static_text!("PATH"), &mut Text::empty()));
    }
}
