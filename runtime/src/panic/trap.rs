//! Faults of compiled code: the `ud2` of a failed check, exhausted stacks, and
//! what should not happen.

#[cfg(feature = "image")]
use super::backtrace::Frames;
#[cfg(feature = "image")]
use super::{Part, image::Image, position::Kind, report};
#[cfg(feature = "image")]
use crate::platform::{Fault, FaultHandler, FaultKind};

/// Messages of trap kinds, from kind 16 on (`docs/design/objects.md`, traps).
const MESSAGES: [&str; 11] = [
    "integer overflow in `+`",
    "integer overflow in `-`",
    "integer overflow in `*`",
    "integer overflow in negation",
    "division by zero",
    "integer overflow in `/`",
    "remainder by zero",
    "shift count out of range",
    "integer overflow in `**`",
    "negative exponent",
    "reached code that cannot be reached",
];

/// Overflow in `**`.
pub(crate) const POWER_OVERFLOW: u8 = 24;
/// A negative exponent of an integer power.
pub(crate) const NEGATIVE_EXPONENT: u8 = 25;

/// The message of a trap kind.
pub(crate) fn message(kind: u8) -> &'static str {
    let number = usize::from(kind).wrapping_sub(16);
    MESSAGES.get(number).copied().unwrap_or("unknown trap")
}

/// How far from the stack pointer an access to the stack may be.
#[cfg(feature = "image")]
const STACK_REACH: usize = 1024 * 1024;

/// The program's own instructions went wrong: that is a panic.
#[cfg(feature = "image")]
pub(crate) struct PanicOnFault;

#[cfg(feature = "image")]
impl FaultHandler for PanicOnFault {
    #[cold]
    fn on_fault(fault: &Fault) -> ! {
        on_fault(fault)
    }
}

#[cfg(feature = "image")]
#[cold]
fn on_fault(fault: &Fault) -> ! {
    let text = match fault.kind {
        FaultKind::Instruction => trap_at(fault.pc),
        FaultKind::Arithmetic => "arithmetic fault",
        FaultKind::Memory(address) => {
            if address.wrapping_sub(fault.stack.wrapping_sub(STACK_REACH)) < 2 * STACK_REACH {
                "stack overflow (endless recursion?)"
            } else {
                "invalid memory access"
            }
        }
    };
    report::panic(&[Part::Text(text)], &[], Frames::from_fault(fault))
}

/// What the undefined instruction at an address stands for.
#[cfg(feature = "image")]
fn trap_at(pc: usize) -> &'static str {
    let image = Image::of_program();
    let address = super::image::Address::Instruction(pc);
    let position = image.function_at(pc).and_then(|function| image.position(function, address));
    match position.map(|position| position.kind) {
        Some(Kind::Trap(kind)) => message(kind),
        _ => "undefined instruction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_messages() {
        assert_eq!(message(16), "integer overflow in `+`");
        assert_eq!(message(POWER_OVERFLOW), "integer overflow in `**`");
        assert_eq!(message(NEGATIVE_EXPONENT), "negative exponent");
        assert_eq!(message(26), "reached code that cannot be reached");
        assert_eq!((message(0), message(27)), ("unknown trap", "unknown trap"));
    }
}
