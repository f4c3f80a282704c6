//! What is known at a point of the abstract run.

use simple_source::interner::FxHashMap;

/// An object of the abstract run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Object(pub(super) u32);

/// Whose an object is at first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The function's own: made here, given to it, or retained by it.
    Own,
    /// A borrowed parameter's.
    Lent,
    /// Read from memory, which owns it; whoever overwrites the memory then owns
    /// what was there.
    Memory,
    /// Not counted, or not decided.
    Free,
}

/// Tokens of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Account {
    pub(super) kind: Kind,
    pub(super) tokens: i32,
}

/// The pointers in a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Tree {
    /// There is none that counts.
    Nothing,
    /// A pointer, or an enum whose variant is not known.
    Leaf(Object),
    /// The fields of a struct.
    Fields(Box<[Tree]>),
    /// The fields of a variant that is known.
    Variant(u32, Box<[Tree]>),
}

impl Tree {
    /// Calls `each` for every pointer.
    pub(super) fn for_each(&self, each: &mut impl FnMut(Object)) {
        match self {
            Self::Nothing => {}
            Self::Leaf(object) => each(*object),
            Self::Fields(parts) | Self::Variant(_, parts) => {
                for part in parts {
                    part.for_each(each);
                }
            }
        }
    }
}

/// What the locals hold, and the objects' accounts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    pub(super) locals: Vec<Tree>,
    pub(super) accounts: Vec<Account>,
}

impl State {
    pub(super) fn new_object(&mut self, kind: Kind, tokens: i32) -> Object {
        self.accounts.push(Account { kind, tokens });
        Object(self.accounts.len() as u32 - 1)
    }

    pub(super) fn account(&mut self, object: Object) -> &mut Account {
        &mut self.accounts[object.0 as usize]
    }

    /// How often the locals name each object.
    pub(super) fn names(&self) -> Vec<u32> {
        let mut names = vec![0; self.accounts.len()];
        for tree in &self.locals {
            tree.for_each(&mut |object| names[object.0 as usize] += 1);
        }
        names
    }

    /// Numbers objects in the order in which locals name them; drops the rest.
    pub(super) fn normalise(&mut self) {
        let mut numbers = vec![u32::MAX; self.accounts.len()];
        let mut accounts = Vec::new();
        for tree in &mut self.locals {
            renumber(tree, &mut |object| {
                let number = &mut numbers[object.0 as usize];
                if *number == u32::MAX {
                    *number = accounts.len() as u32;
                    accounts.push(self.accounts[object.0 as usize]);
                }
                Object(*number)
            });
        }
        self.accounts = accounts;
    }

    /// Brings in what another way says. Whether that changes anything.
    ///
    /// # Errors
    /// If the ways cannot both be right.
    pub(super) fn merge(&mut self, other: &State) -> Result<bool, String> {
        let mut merger = Merger {
            left: self,
            right: other,
            pairs: FxHashMap::default(),
            list: Vec::new(),
            undecided: [vec![false; self.accounts.len()], vec![false; other.accounts.len()]],
        };
        let locals: Vec<Tree> = self
            .locals
            .iter()
            .zip(&other.locals)
            .map(|(left, right)| merger.tree(left, right))
            .collect();
        let accounts = merger.accounts()?;
        let mut merged = State { locals, accounts };
        merged.normalise();
        let changed = merged != *self;
        *self = merged;
        Ok(changed)
    }
}

fn renumber(tree: &mut Tree, number: &mut impl FnMut(Object) -> Object) {
    match tree {
        Tree::Nothing => {}
        Tree::Leaf(object) => *object = number(*object),
        Tree::Fields(parts) | Tree::Variant(_, parts) => {
            for part in parts {
                renumber(part, number);
            }
        }
    }
}

/// Merges two states: an object of the result is a pair of theirs.
struct Merger<'m> {
    left: &'m State,
    right: &'m State,
    pairs: FxHashMap<(Object, Object), Object>,
    list: Vec<(Object, Object)>,
    /// Objects of either side that the other does not know in this form.
    undecided: [Vec<bool>; 2],
}

/// Stands for an object of a pair that is not decided.
const NONE: Object = Object(u32::MAX);

impl Merger<'_> {
    fn tree(&mut self, left: &Tree, right: &Tree) -> Tree {
        match (left, right) {
            (Tree::Leaf(a), Tree::Leaf(b)) => Tree::Leaf(self.pair(*a, *b)),
            (Tree::Fields(a), Tree::Fields(b)) if a.len() == b.len() => {
                Tree::Fields(a.iter().zip(b).map(|(a, b)| self.tree(a, b)).collect())
            }
            (Tree::Variant(v, a), Tree::Variant(w, b)) if v == w => {
                Tree::Variant(*v, a.iter().zip(b).map(|(a, b)| self.tree(a, b)).collect())
            }
            (Tree::Nothing, _) | (_, Tree::Nothing) => Tree::Nothing,
            // Known to be a variant on one way only.
            _ => {
                for (tree, undecided) in [left, right].into_iter().zip(&mut self.undecided) {
                    tree.for_each(&mut |object| undecided[object.0 as usize] = true);
                }
                self.list.push((NONE, NONE));
                Tree::Leaf(Object(self.list.len() as u32 - 1))
            }
        }
    }

    fn pair(&mut self, a: Object, b: Object) -> Object {
        let next = Object(self.list.len() as u32);
        let object = *self.pairs.entry((a, b)).or_insert(next);
        if object == next {
            self.list.push((a, b));
        }
        object
    }

    /// The accounts of all pairs.
    fn accounts(&self) -> Result<Vec<Account>, String> {
        let mut left_pairs = vec![0u32; self.left.accounts.len()];
        let mut right_pairs = vec![0u32; self.right.accounts.len()];
        for (a, b) in &self.list {
            if *a != NONE {
                left_pairs[a.0 as usize] += 1;
                right_pairs[b.0 as usize] += 1;
            }
        }
        let free = Account { kind: Kind::Free, tokens: 0 };
        let mut accounts = Vec::with_capacity(self.list.len());
        for (a, b) in &self.list {
            let [left, right] = &self.undecided;
            if *a == NONE || left[a.0 as usize] || right[b.0 as usize] {
                accounts.push(free);
                continue;
            }
            let (left, right) =
                (self.left.accounts[a.0 as usize], self.right.accounts[b.0 as usize]);
            let account = match (left.kind, right.kind) {
                // A constant on one way says nothing about the other.
                (Kind::Free, _) | (_, Kind::Free) => free,
                (Kind::Memory, _) | (_, Kind::Memory) if left.tokens != right.tokens => free,
                (kind, other) => {
                    let kind = if kind == other { kind } else { Kind::Memory };
                    let single = left_pairs[a.0 as usize] == 1;
                    let other_single = right_pairs[b.0 as usize] == 1;
                    match (single, other_single) {
                        (true, true) if left.tokens != right.tokens => {
                            let (x, y) = (left.tokens, right.tokens);
                            return Err(format!(
                                "ways meet that own {x} and {y} references of the same value"
                            ));
                        }
                        (true, _) => Account { kind, tokens: left.tokens },
                        (_, true) => Account { kind, tokens: right.tokens },
                        (false, false) => free,
                    }
                }
            };
            accounts.push(account);
        }
        Ok(accounts)
    }
}
