//! Sets of small integers as bits.

/// A set of integers below a bound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// The empty set of integers below `len`.
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }
    /// Puts `index` in; whether it was not there before.
    #[inline]
    pub fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.words[index / 64], 1u64 << (index % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
    /// Takes `index` out; whether it was there.
    #[inline]
    pub fn remove(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.words[index / 64], 1u64 << (index % 64));
        let was = *word & bit != 0;
        *word &= !bit;
        was
    }
    /// Whether `index` is in.
    #[inline]
    pub fn contains(&self, index: usize) -> bool {
        self.words[index / 64] & (1u64 << (index % 64)) != 0
    }
    /// The members in rising order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        iter_bits(&self.words)
    }
    /// Takes everything out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }
}

/// Sets of integers below the same bound, one for each row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BitMatrix {
    words: Vec<u64>,
    /// Words in a row.
    stride: usize,
}

impl BitMatrix {
    /// `rows` empty sets of integers below `columns`.
    pub fn new(rows: usize, columns: usize) -> Self {
        let stride = columns.div_ceil(64);
        Self { words: vec![0; rows * stride], stride }
    }
    /// The words of a row.
    #[inline]
    pub fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.stride..][..self.stride]
    }
    /// The words of a row, to be changed.
    #[inline]
    pub fn row_mut(&mut self, row: usize) -> &mut [u64] {
        &mut self.words[row * self.stride..][..self.stride]
    }
    /// Puts `column` into the set `row`.
    #[inline]
    pub fn insert(&mut self, row: usize, column: usize) {
        self.row_mut(row)[column / 64] |= 1 << (column % 64);
    }
    /// Takes `column` out of the set `row`.
    #[inline]
    pub fn remove(&mut self, row: usize, column: usize) {
        self.row_mut(row)[column / 64] &= !(1 << (column % 64));
    }
    /// Whether `column` is in the set `row`.
    #[inline]
    pub fn contains(&self, row: usize, column: usize) -> bool {
        self.row(row)[column / 64] & (1 << (column % 64)) != 0
    }
    /// The members of the set `row` in rising order.
    pub fn iter_row(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        iter_bits(self.row(row))
    }
}

fn iter_bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(position, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(position * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let mut set = BitSet::new(130);
        assert!(set.insert(0) && set.insert(64) && set.insert(129) && !set.insert(64));
        assert!(set.remove(0) && !set.remove(0));
        assert_eq!(set.iter().collect::<Vec<_>>(), [64, 129]);
        let mut matrix = BitMatrix::new(3, 70);
        matrix.insert(1, 69);
        matrix.insert(2, 3);
        assert!(matrix.contains(1, 69) && !matrix.contains(0, 69) && !matrix.contains(2, 69));
        assert_eq!(matrix.iter_row(2).collect::<Vec<_>>(), [3]);
    }
}
