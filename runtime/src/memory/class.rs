//! Size classes.
//!
//! Steps of 8 bytes up to 128, then four steps for each doubling: a block is at
//! most a quarter larger than what was asked for. Blocks up to [`SMALL_MAX`]
//! lie in small spans, up to [`MEDIUM_MAX`] in spans of a whole segment, and
//! beyond that in pages of their own.

use crate::platform::PAGE_SIZE;

/// The largest block in a small span.
pub(super) const SMALL_MAX: usize = 1024;
/// The largest block in a medium span.
pub(super) const MEDIUM_MAX: usize = 64 * 1024;

/// Size of a small span, and its alignment.
pub(super) const SMALL_SPAN: usize = 64 * 1024;
/// Size of a segment, and its alignment: 16 small spans or one medium span.
pub(super) const SEGMENT: usize = 1024 * 1024;

/// Linear classes: 8, 16, … 128.
const LINEAR_MAX: usize = 128;
const LINEAR: usize = LINEAR_MAX / 8;

/// Number of classes.
pub(super) const CLASSES: usize = class_of(MEDIUM_MAX) + 1;
/// Number of classes of small blocks.
pub(super) const SMALL_CLASSES: usize = class_of(SMALL_MAX) + 1;

/// The class of a size up to [`MEDIUM_MAX`].
#[inline]
pub(super) const fn class_of(size: usize) -> usize {
    if size <= LINEAR_MAX {
        return size.saturating_sub(1) / 8;
    }
    // 129..=160 is the first step of the first doubling.
    let last = size - 1;
    let doubling = last.ilog2() as usize;
    let step = (last >> (doubling - 2)) & 3;
    LINEAR + (doubling - LINEAR_MAX.ilog2() as usize) * 4 + step
}

/// The size of a class's blocks.
#[inline]
pub(super) const fn block_size(class: usize) -> usize {
    if class < LINEAR {
        return (class + 1) * 8;
    }
    let doubling = (class - LINEAR) / 4 + LINEAR_MAX.ilog2() as usize;
    let step = (class - LINEAR) % 4;
    (5 + step) << (doubling - 2)
}

/// The size of the block that a request for `size` bytes gives.
#[inline]
pub(super) const fn usable_size(size: usize) -> usize {
    if size <= MEDIUM_MAX {
        block_size(class_of(size))
    } else {
        // Too large a size stays as it is and fails when it is asked for.
        match size.checked_next_multiple_of(PAGE_SIZE) {
            Some(pages) => pages,
            None => size,
        }
    }
}

const _: () = assert!(block_size(CLASSES - 1) == MEDIUM_MAX);
const _: () = assert!(block_size(SMALL_CLASSES - 1) == SMALL_MAX);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_fits_its_class_tightly() {
        let mut previous = 0;
        for size in 0..=MEDIUM_MAX {
            let class = class_of(size);
            assert!(class == previous || class == previous + 1, "{size}");
            previous = class;
            let block = block_size(class);
            assert!(block >= size && block.is_multiple_of(8), "{size}: {block}");
            assert!(class == 0 || block_size(class - 1) < size, "{size}");
            assert!(size < 128 || block - size <= size / 4, "{size}: {block}");
            assert_eq!(class_of(block), class);
        }
        assert_eq!(previous + 1, CLASSES);
    }
}
