//! Where constants and initialised data go: behind the function that needs them
//! first, so that a startup function's literals lie on startup data pages.

/// A function, by whatever number its owner gave it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FunctionIndex(pub u32);

/// A constant or datum, by its position in the order that there was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DataIndex(pub u32);

/// Who refers to a datum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Referrer {
    /// Code.
    Function(FunctionIndex),
    /// A table of addresses, say.
    Data(DataIndex),
}

/// `to`'s address is in the bytes of `from`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// Who refers.
    pub from: Referrer,
    /// To what.
    pub to: DataIndex,
}

/// A datum's place: its position in the result of [`place_data`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlacedDatum {
    /// Which.
    pub data: DataIndex,
    /// The function that it follows; none: no function of the order needs it.
    pub function: Option<FunctionIndex>,
}

/// The order of `count` data: each follows the first function in
/// `function_order` that refers to it, directly or through other data; those of
/// one function in the order of its references, each with what it refers to
/// behind it. What no function of the order reaches keeps its order behind the
/// others. References from functions that are not in the order and to data that
/// there are not are ignored.
pub fn place_data(
    function_order: &[FunctionIndex],
    references: &[Reference],
    count: usize,
) -> Vec<PlacedDatum> {
    let exists = |data: DataIndex| (data.0 as usize) < count;
    let functions = function_order.iter().map(|f| f.0 as usize + 1).max().unwrap_or(0);
    let of_functions = Lists::new(functions, references, |reference| match reference.from {
        Referrer::Function(function) if exists(reference.to) => Some(function.0),
        _ => None,
    });
    let of_data = Lists::new(count, references, |reference| match reference.from {
        Referrer::Data(data) if exists(reference.to) => Some(data.0),
        _ => None,
    });

    let mut order = Vec::with_capacity(count);
    let mut placed = vec![false; count];
    let mut stack = Vec::new();
    for function in function_order {
        stack.extend(of_functions.get(function.0).iter().rev());
        while let Some(data) = stack.pop() {
            if !std::mem::replace(&mut placed[data as usize], true) {
                order.push(PlacedDatum { data: DataIndex(data), function: Some(*function) });
                stack.extend(of_data.get(data).iter().rev());
            }
        }
    }
    let rest = (0..count).filter(|&data| !placed[data]);
    order.extend(rest.map(|data| PlacedDatum { data: DataIndex(data as u32), function: None }));
    order
}

/// What each of `0..n` refers to, one flat array.
struct Lists {
    starts: Vec<usize>,
    targets: Vec<u32>,
}

impl Lists {
    fn new(
        count: usize,
        references: &[Reference],
        from: impl Fn(&Reference) -> Option<u32>,
    ) -> Self {
        let from = |reference: &Reference| {
            from(reference).map(|from| from as usize).filter(|&from| from < count)
        };
        let mut starts = vec![0usize; count + 1];
        for from in references.iter().filter_map(from) {
            starts[from + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut targets = vec![0u32; starts[count]];
        for reference in references {
            if let Some(from) = from(reference) {
                targets[next[from]] = reference.to.0;
                next[from] += 1;
            }
        }
        Self { starts, targets }
    }

    fn get(&self, from: u32) -> &[u32] {
        let from = from as usize;
        &self.targets[self.starts[from]..self.starts[from + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(order: &[u32], references: &[(char, u32, u32)], count: usize) -> Vec<u32> {
        let order: Vec<_> = order.iter().copied().map(FunctionIndex).collect();
        let references: Vec<_> = references
            .iter()
            .map(|&(kind, from, to)| Reference {
                from: match kind {
                    'f' => Referrer::Function(FunctionIndex(from)),
                    _ => Referrer::Data(DataIndex(from)),
                },
                to: DataIndex(to),
            })
            .collect();
        let placed = place_data(&order, &references, count);
        // Those that nothing needs come last.
        assert!(placed.is_sorted_by_key(|placed| placed.function.is_none()));
        placed.iter().map(|placed| placed.data.0).collect()
    }

    #[test]
    fn the_function_that_is_followed_is_told() {
        let reference = |from, to| Reference { from, to: DataIndex(to) };
        let functions = [FunctionIndex(7), FunctionIndex(2)];
        let references = [
            reference(Referrer::Function(functions[1]), 0),
            reference(Referrer::Function(functions[0]), 1),
            reference(Referrer::Data(DataIndex(1)), 0),
        ];
        let placed = place_data(&functions, &references, 3);
        let told: Vec<_> = placed.iter().map(|p| (p.data.0, p.function.map(|f| f.0))).collect();
        assert_eq!(told, [(1, Some(7)), (0, Some(7)), (2, None)]);
    }

    #[test]
    fn data_follow_their_first_function() {
        let references = [('f', 0, 0), ('f', 0, 3), ('f', 1, 2), ('f', 1, 0)];
        assert_eq!(place(&[1, 0], &references, 5), [2, 0, 3, 1, 4]);
        assert_eq!(place(&[0, 1], &references, 5), [0, 3, 2, 1, 4]);
        assert_eq!(place(&[], &references, 5), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn data_are_reached_through_data() {
        // 0 → table 4 → 1, 3; 3 → 4 is a cycle; function 1 uses 1 by itself.
        let references = [('f', 0, 4), ('d', 4, 1), ('d', 4, 3), ('d', 3, 4), ('f', 1, 1)];
        assert_eq!(place(&[0, 1], &references, 5), [4, 1, 3, 0, 2]);
        assert_eq!(place(&[1, 0], &references, 5), [1, 4, 3, 0, 2]);
    }

    #[test]
    fn what_does_not_exist_is_ignored() {
        let references = [('f', 9, 1), ('f', 0, 9), ('d', 9, 0), ('d', 1, 7), ('f', 0, 1)];
        assert_eq!(place(&[0, 0, 3], &references, 2), [1, 0]);
    }
}
