//! Class instances whose text is being made: one that contains itself is shown
//! as `Name(...)` inside.

use core::ptr::null_mut;

use crate::memory;
use crate::object::Header;

struct Shown {
    start: *mut *mut Header,
    len: usize,
    cap: usize,
}

global! {
    static SHOWN: Shown = Shown { start: null_mut(), len: 0, cap: 0 };
}

impl Shown {
    fn instances(&self) -> &[*mut Header] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: so many were written.
        unsafe { core::slice::from_raw_parts(self.start, self.len) }
    }

    fn push(&mut self, instance: *mut Header) {
        if self.len == self.cap {
            let cap = (2 * self.cap).max(8);
            let size = |cap: usize| cap * size_of::<*mut Header>();
            // SAFETY: the block, if there is one, has room for `cap` addresses.
            self.start = unsafe {
                if self.cap == 0 {
                    memory::allocate_internal(size(cap))
                } else {
                    memory::reallocate_internal(self.start.cast(), size(self.cap), size(cap))
                }
            }
            .cast();
            self.cap = cap;
        }
        // SAFETY: there is room.
        unsafe { self.start.add(self.len).write(instance) };
        self.len += 1;
    }
}

#[unsafe(export_name = "rt_show_enter")]
extern "C" fn show_enter(instance: *mut Header) -> bool {
    // SAFETY: one thread, and no other reference is alive.
    let shown = unsafe { &mut *SHOWN.get() };
    if shown.instances().contains(&instance) {
        return false;
    }
    shown.push(instance);
    true
}

#[unsafe(export_name = "rt_show_leave")]
extern "C" fn show_leave() {
    // SAFETY: one thread, and no other reference is alive.
    let shown = unsafe { &mut *SHOWN.get() };
    shown.len = shown.len.saturating_sub(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_inside_themselves() {
        let instances: [Header; 20] = [const { Header::UNIQUE }; 20];
        for instance in &instances {
            assert!(show_enter((&raw const *instance).cast_mut()));
        }
        assert!(!show_enter((&raw const instances[3]).cast_mut()));
        for _ in &instances {
            show_leave();
        }
        assert!(show_enter((&raw const instances[3]).cast_mut()));
        show_leave();
    }
}
