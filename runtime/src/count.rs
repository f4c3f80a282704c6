//! The slow paths of counting, the queue of deferred destructions, and weak
//! references (`docs/design/memory.md`).

use core::ptr::null_mut;
use core::sync::atomic::{AtomicI32, Ordering};

use crate::memory;
use crate::object::{Header, Text};

/// A function value that destroys an object which nobody refers to any more:
/// a static closure without captures, since MIR knows no bare addresses of
/// functions.
#[repr(C)]
struct Destroyer {
    header: Header,
    code: unsafe extern "C" fn(captures: *const u8, object: *mut Header),
    drop: usize,
}

/// The count of an object that other threads see too.
///
/// # Safety
/// `object` is alive, and all threads that see it count atomically.
unsafe fn shared_count<'a>(object: *mut Header) -> &'a AtomicI32 {
    // SAFETY: the caller's object is alive, and its count aligned.
    unsafe { AtomicI32::from_ptr(&raw mut (*object).count) }
}

/// One more reference to a static or shared object.
///
/// # Safety
/// `object` is alive.
#[cold]
#[inline(never)]
#[unsafe(export_name = "rt_retain_slow")]
pub(crate) unsafe extern "C" fn retain_slow(object: *mut Header) {
    #[cfg(feature = "check")]
    // SAFETY: looks at the address only, and at memory that is never unmapped.
    unsafe {
        memory::checked::verify_alive(object, false);
    }
    // SAFETY: the caller's object is alive.
    unsafe {
        if (*object).count < 0 {
            shared_count(object).fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// One reference less to a static or shared object; 1 if it was the last one.
///
/// # Safety
/// `object` is alive, and the reference is the caller's.
#[cold]
#[inline(never)]
#[unsafe(export_name = "rt_release_slow")]
pub(crate) unsafe extern "C" fn release_slow(object: *mut Header) -> i32 {
    #[cfg(feature = "check")]
    // SAFETY: looks at the address only, and at memory that is never unmapped.
    unsafe {
        memory::checked::verify_alive(object, false);
    }
    // SAFETY: the caller's object is alive.
    unsafe {
        if (*object).count < 0 {
            // What other threads did with the object happened before.
            i32::from(shared_count(object).fetch_add(1, Ordering::AcqRel) == -1)
        } else {
            0
        }
    }
}

#[unsafe(export_name = "rt_str_release")]
extern "C" fn release_text(text: Text) {
    drop(text);
}

/// Destroyers that may be inside each other before the rest is queued. Their
/// frames are small: this is a few pages of stack.
const DEPTH_LIMIT: i64 = 128;

/// Number of destroyers that are running.
#[cfg_attr(not(test), unsafe(export_name = "rt_drop_depth"))]
static mut DROP_DEPTH: i64 = 0;

/// An object and who destroys it.
#[derive(Clone, Copy)]
struct Deferred {
    object: *mut Header,
    destroyer: &'static Destroyer,
}

/// A stack of objects that wait for their destroyers.
struct Queue {
    start: *mut Deferred,
    len: usize,
    cap: usize,
}

global! {
    static QUEUE: Queue = Queue { start: null_mut(), len: 0, cap: 0 };
}

impl Queue {
    fn push(&mut self, deferred: Deferred) {
        if self.len == self.cap {
            let cap = (2 * self.cap).max(64);
            let size = |cap: usize| cap * size_of::<Deferred>();
            // SAFETY: the block, if there is one, has room for `cap` entries.
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
        unsafe { self.start.add(self.len).write(deferred) };
        self.len += 1;
    }

    fn pop(&mut self) -> Option<Deferred> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the entry was pushed.
        Some(unsafe { self.start.add(self.len).read() })
    }
}

#[unsafe(export_name = "rt_drop_enter")]
extern "C" fn drop_enter() -> bool {
    let depth = &raw mut DROP_DEPTH;
    // SAFETY: one thread.
    unsafe {
        let enters = *depth < DEPTH_LIMIT;
        *depth += i64::from(enters);
        enters
    }
}

#[unsafe(export_name = "rt_drop_leave")]
unsafe extern "C" fn drop_leave() {
    let depth = &raw mut DROP_DEPTH;
    // SAFETY: one thread.
    unsafe {
        *depth -= 1;
        if *depth == 0 {
            drop_drain();
        }
    }
}

/// Destroys what is queued, and what is queued meanwhile.
#[unsafe(export_name = "rt_drop_drain")]
unsafe extern "C" fn drop_drain() {
    let depth = &raw mut DROP_DEPTH;
    // SAFETY: one thread; no reference to the queue is alive while a destroyer
    // runs. Each entry's object was handed over to be destroyed.
    unsafe {
        if (*QUEUE.get()).len == 0 {
            return;
        }
        // So that no other destroyer is the outermost one.
        *depth += 1;
        while let Some(deferred) = (*QUEUE.get()).pop() {
            let destroyer = deferred.destroyer;
            let captures = core::ptr::from_ref(destroyer).add(1).cast();
            (destroyer.code)(captures, deferred.object);
        }
        *depth -= 1;
    }
}

#[unsafe(export_name = "rt_defer_drop")]
extern "C" fn defer_drop(object: *mut Header, destroyer: &'static Destroyer) {
    // SAFETY: one thread, and no other reference to the queue is alive.
    unsafe { (*QUEUE.get()).push(Deferred { object, destroyer }) };
}

#[unsafe(export_name = "rt_weak_retain")]
unsafe extern "C" fn weak_retain(object: *mut Header) {
    if object.is_null() {
        return;
    }
    #[cfg(feature = "check")]
    // SAFETY: looks at the address only, and at memory that is never unmapped.
    unsafe {
        memory::checked::verify_alive(object, true);
    }
    // SAFETY: a weak reference keeps the memory.
    unsafe { (*object).weak += 1 };
}

#[unsafe(export_name = "rt_weak_release")]
unsafe extern "C" fn weak_release(object: *mut Header, size: usize) {
    if object.is_null() {
        return;
    }
    #[cfg(feature = "check")]
    // SAFETY: looks at the address only, and at memory that is never unmapped.
    unsafe {
        memory::checked::verify_alive(object, true);
    }
    // SAFETY: a weak reference keeps the memory, and this one was the caller's.
    unsafe {
        (*object).weak -= 1;
        if (*object).weak == 0 {
            memory::free(object.cast(), size);
        }
    }
}

#[unsafe(export_name = "rt_weak_upgrade")]
unsafe extern "C" fn weak_upgrade(object: *mut Header) -> *mut Header {
    if object.is_null() {
        return object;
    }
    #[cfg(feature = "check")]
    // SAFETY: looks at the address only, and at memory that is never unmapped.
    unsafe {
        memory::checked::verify_alive(object, true);
    }
    // SAFETY: a weak reference keeps the memory; instances are never static, so
    // a count of 0 says that the instance is gone.
    unsafe {
        if (*object).count == 0 {
            return null_mut();
        }
        crate::object::retain(object);
    }
    object
}

/// The end of a class destroyer. The strong references' share of `weak` goes.
#[unsafe(export_name = "rt_class_free")]
unsafe extern "C" fn class_free(object: *mut Header, size: usize) {
    // SAFETY: passed on.
    unsafe { weak_release(object, size) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link of a chain, as a class or box would be laid out.
    #[repr(C)]
    struct Link {
        header: Header,
        next: *mut Link,
    }

    fn link(next: *mut Link) -> *mut Link {
        let link = memory::allocate(size_of::<Link>()).cast::<Link>();
        // SAFETY: the block has that size.
        unsafe { link.write(Link { header: Header { count: 1, weak: 1 }, next }) };
        link
    }

    static DESTROY: Destroyer = Destroyer { header: Header::STATIC, code: adaptor, drop: 0 };

    unsafe extern "C" fn adaptor(_captures: *const u8, object: *mut Header) {
        // SAFETY: passed on.
        unsafe { destroy(object) };
    }

    unsafe extern "C" fn destroy(object: *mut Header) {
        // SAFETY: the test's objects are links.
        unsafe {
            if !drop_enter() {
                defer_drop(object, &DESTROY);
                return;
            }
            (*object).count = 0;
            let next = (*object.cast::<Link>()).next;
            if !next.is_null() && crate::object::release(next.cast()) {
                destroy(next.cast());
            }
            class_free(object, size_of::<Link>());
            drop_leave();
        }
    }

    #[test]
    fn long_chains_need_little_stack() {
        // The depth is one variable for all threads, so all is in one test.
        let mut chain = null_mut();
        for _ in 0..1_000_000 {
            chain = link(chain);
        }
        // SAFETY: the chain is ours.
        unsafe { destroy(chain.cast()) };
        // SAFETY: one thread uses the queue.
        unsafe {
            assert_eq!((*QUEUE.get()).len, 0);
            assert!((*QUEUE.get()).cap <= 64);
        }
        assert!(drop_enter());
        // SAFETY: nothing is queued.
        unsafe { drop_leave() };
    }

    #[test]
    fn weak_references_outlive_the_instance_but_not_its_memory() {
        let instance = link(null_mut()).cast::<Header>();
        // SAFETY: the instance is ours.
        unsafe {
            weak_retain(instance);
            assert_eq!(weak_upgrade(instance), instance);
            assert_eq!((*instance).count, 2);
            (*instance).count -= 1;
            // The last strong reference goes.
            (*instance).count = 0;
            class_free(instance, size_of::<Link>());
            assert_eq!((*instance).weak, 1);
            assert!(weak_upgrade(instance).is_null());
            weak_release(instance, size_of::<Link>());
            // Its memory is free again; the debug runtime holds it back.
            #[cfg(not(feature = "check"))]
            assert_eq!(memory::allocate(size_of::<Link>()), instance.cast());
            assert!(weak_upgrade(null_mut()).is_null());
            weak_release(null_mut(), 16);
            weak_retain(null_mut());
        }
    }

    #[test]
    fn slow_counts() {
        let mut header = Header::STATIC;
        // SAFETY: the header is alive.
        unsafe {
            retain_slow(&raw mut header);
            assert_eq!(release_slow(&raw mut header), 0);
            assert_eq!(header.count, 0);
            header.count = -1;
            retain_slow(&raw mut header);
            assert_eq!(header.count, -2);
            assert_eq!(release_slow(&raw mut header), 0);
            assert_eq!(release_slow(&raw mut header), 1);
        }
    }
}
