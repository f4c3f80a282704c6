//! Cranelift's settings for each level of effort.

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};

use crate::{Architecture, OptLevel, Target};

/// One compiler for each level.
pub(super) struct Isas {
    none: OwnedTargetIsa,
    less: OwnedTargetIsa,
    speed: OwnedTargetIsa,
    size: OwnedTargetIsa,
    /// For functions whose size is beyond the allocator that the level asks for.
    huge: OwnedTargetIsa,
}

impl Isas {
    pub(super) fn new(target: &Target, verify: bool) -> Self {
        let isa = |opt_level, allocator| build(target, opt_level, allocator, verify);
        Self {
            none: isa("none", "single_pass"),
            less: isa("none", "backtracking"),
            speed: isa("speed", "backtracking"),
            size: isa("speed_and_size", "backtracking"),
            huge: isa("none", "single_pass"),
        }
    }

    pub(super) fn get(&self, level: OptLevel) -> &OwnedTargetIsa {
        match level {
            OptLevel::None => &self.none,
            OptLevel::Less => &self.less,
            OptLevel::Speed => &self.speed,
            OptLevel::Size => &self.size,
        }
    }

    pub(super) fn huge(&self) -> &OwnedTargetIsa {
        &self.huge
    }
}

fn build(target: &Target, opt_level: &str, allocator: &str, verify: bool) -> OwnedTargetIsa {
    let mut flags = settings::builder();
    let verify = if verify { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", allocator),
        ("enable_verifier", verify),
        ("regalloc_checker", verify),
        // The image lies where the linker puts it, below 2 GiB.
        ("is_pic", "false"),
        // Backtraces walk frames by frame pointer; nothing unwinds.
        ("preserve_frame_pointers", "true"),
        ("unwind_info", "false"),
        // A frame larger than a page touches each of its pages in order, so
        // that it cannot step over the guard page below the stack.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("probestack_size_log2", "12"),
    ] {
        flags.set(name, value).expect("the setting exists in this version of Cranelift");
    }
    let Architecture::X86_64 = target.architecture;
    let mut isa =
        isa::lookup_by_name("x86_64-unknown-linux").expect("Cranelift was built with x86");
    for feature in
        ["has_sse3", "has_ssse3", "has_cmpxchg16b", "has_sse41", "has_sse42", "has_popcnt"]
    {
        isa.enable(feature).expect("the feature exists in this version of Cranelift");
    }
    isa.finish(Flags::new(flags)).expect("the settings fit together")
}
