//! Vectors that only their own index type can index.
//!
//! A `FuncId` never indexes a table of types: the mistake does not compile.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A 4-byte index into an [`IndexVec`]. Implemented by [`define_index!`].
pub trait Idx: Copy + Eq {
    /// The index for position `position`.
    fn from_usize(position: usize) -> Self;
    /// The position that this index stands for.
    fn index(self) -> usize;
}

/// Defines a 4-byte index type: `define_index! { /// doc  pub struct FooId; }`.
#[macro_export]
macro_rules! define_index {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name(pub u32);
        impl $crate::Idx for $name {
            #[inline]
            fn from_usize(position: usize) -> Self {
                debug_assert!(position <= u32::MAX as usize);
                Self(position as u32)
            }
            #[inline]
            fn index(self) -> usize { self.0 as usize }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

/// A vector indexed by `I`.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexVec<I, T> {
    raw: Vec<T>,
    marker: PhantomData<fn(I)>,
}

impl<I: Idx, T> IndexVec<I, T> {
    /// An empty vector; allocates nothing.
    pub const fn new() -> Self {
        Self { raw: Vec::new(), marker: PhantomData }
    }
    /// An empty vector with room for `capacity` elements.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { raw: Vec::with_capacity(capacity), marker: PhantomData }
    }
    /// Wraps `raw`; element 0 gets index 0.
    pub fn from_raw(raw: Vec<T>) -> Self {
        Self { raw, marker: PhantomData }
    }
    /// Appends `value` and returns its index.
    #[inline]
    pub fn push(&mut self, value: T) -> I {
        let id = I::from_usize(self.raw.len());
        self.raw.push(value);
        id
    }
    /// The index that the next `push` will return.
    pub fn next_index(&self) -> I {
        I::from_usize(self.raw.len())
    }
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.raw.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
    /// The element at `index`, if there is one.
    pub fn get(&self, index: I) -> Option<&T> {
        self.raw.get(index.index())
    }
    /// The elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.raw.iter()
    }
    /// The elements in order, mutable.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.raw.iter_mut()
    }
    /// The elements with their indexes.
    pub fn iter_enumerated(&self) -> impl ExactSizeIterator<Item = (I, &T)> + use<'_, I, T> {
        self.raw.iter().enumerate().map(|(position, value)| (I::from_usize(position), value))
    }
    /// All indexes in order.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = I> + use<I, T> {
        (0..self.raw.len()).map(I::from_usize)
    }
    /// The underlying slice.
    pub fn as_slice(&self) -> &[T] {
        &self.raw
    }
    /// The underlying vector.
    pub fn into_raw(self) -> Vec<T> {
        self.raw
    }
    /// The underlying vector, mutable: for `truncate`, `clear`, `extend`.
    pub fn raw_mut(&mut self) -> &mut Vec<T> {
        &mut self.raw
    }
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self { raw: Vec::new(), marker: PhantomData }
    }
}

impl<I: Idx, T> Index<I> for IndexVec<I, T> {
    type Output = T;
    #[inline]
    fn index(&self, index: I) -> &T {
        &self.raw[index.index()]
    }
}

impl<I: Idx, T> IndexMut<I> for IndexVec<I, T> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.raw[index.index()]
    }
}

impl<I, T: std::fmt::Debug> std::fmt::Debug for IndexVec<I, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.raw.fmt(f)
    }
}

impl<I, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(iter: It) -> Self {
        Self { raw: iter.into_iter().collect(), marker: PhantomData }
    }
}

impl<'a, I, T> IntoIterator for &'a IndexVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.raw.iter()
    }
}
