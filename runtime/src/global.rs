//! State of the running program.
//!
//! A program has one thread today, and its state is a handful of statics that
//! are reached by address, without locks. Unit tests run on many threads: there
//! each thread has its own.

use core::cell::UnsafeCell;

/// A program-wide variable.
pub(crate) struct Global<T: 'static> {
    #[cfg(not(test))]
    value: UnsafeCell<T>,
    #[cfg(test)]
    local: fn() -> *mut T,
}

// SAFETY: a program runs one thread; the trap handlers, which interrupt it, end
// the program and use only state that is valid between any two instructions.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    #[cfg(not(test))]
    pub(crate) const fn new(value: T) -> Self {
        Self { value: UnsafeCell::new(value) }
    }

    #[cfg(test)]
    pub(crate) const fn per_thread(local: fn() -> *mut T) -> Self {
        Self { local }
    }

    /// The address of the variable. The caller makes no two references that
    /// are alive at the same time.
    #[cfg(not(test))]
    #[inline(always)]
    pub(crate) const fn get(&self) -> *mut T {
        self.value.get()
    }

    #[cfg(test)]
    pub(crate) fn get(&self) -> *mut T {
        (self.local)()
    }
}

/// The cell type that the macro below needs in tests.
#[cfg(test)]
pub(crate) type Cell<T> = UnsafeCell<T>;

/// Declares a [`Global`]: `global! { static NAME: Type = initial; }`.
macro_rules! global {
    ($(#[$attribute:meta])* $visible:vis static $name:ident: $type:ty = $initial:expr;) => {
        #[cfg(not(test))]
        $(#[$attribute])*
        $visible static $name: $crate::global::Global<$type> = $crate::global::Global::new($initial);

        #[cfg(test)]
        $visible static $name: $crate::global::Global<$type> = {
            std::thread_local! {
                static LOCAL: $crate::global::Cell<$type> =
                    const { $crate::global::Cell::new($initial) };
            }
            $crate::global::Global::per_thread(|| LOCAL.with(|cell| cell.get()))
        };
    };
}
