//! Does a plan still fit the program?

use std::fmt;

use rustc_hash::FxHashMap;

use super::{Plan, names_hash};
use crate::symbol::unique_names;

/// What of a plan applies to a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fit {
    /// For each row of the plan's symbols the position in the program's list;
    /// none: the program has no such function.
    pub rows: Vec<Option<usize>>,
    /// Rows of functions that do not exist.
    pub missing: usize,
    /// Functions of the program that no row names.
    pub new: usize,
    /// Whether the program has exactly the functions that the plan was made for.
    pub same_names: bool,
}

impl Fit {
    /// Whether the plan says a place for every function and nothing else.
    pub fn is_complete(&self) -> bool {
        self.missing == 0 && self.new == 0 && self.same_names
    }

    /// How many rows apply.
    pub fn applied(&self) -> usize {
        self.rows.len() - self.missing
    }
}

impl fmt::Display for Fit {
    /// What a warning says of a plan that is not complete.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.len();
        write!(f, "{} of {rows} functions of the plan are in the program", self.applied())?;
        if self.new > 0 {
            write!(f, ", and {} of the program are not in the plan", self.new)?;
        } else if self.missing == 0 && !self.same_names {
            write!(f, ", but it was made for a program with other functions")?;
        }
        Ok(())
    }
}

impl Plan {
    /// Which rows apply to a program with the functions `names`, in the order of
    /// their addresses if names repeat (see [`unique_names`]). A row that is
    /// there twice applies once.
    pub fn fit<S: AsRef<str>>(&self, names: &[S]) -> Fit {
        let names = unique_names(names);
        let mut position: FxHashMap<&str, usize> =
            names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let rows: Vec<Option<usize>> =
            self.symbols.iter().map(|row| position.remove(row.name.as_str())).collect();
        let missing = rows.iter().filter(|row| row.is_none()).count();
        let same_names = self.names == names_hash(&names);
        Fit { rows, missing, new: position.len(), same_names }
    }
}

#[cfg(test)]
mod tests {
    use super::super::PlanSymbol;
    use super::*;
    use crate::Phase;

    fn plan(names: &[&str]) -> Plan {
        let row = |name: &&str| PlanSymbol {
            name: (*name).to_owned(),
            phase: Phase::Startup,
            group: 0,
            pinned: false,
        };
        Plan {
            names: names_hash(names),
            symbols: names.iter().map(row).collect(),
            ..Plan::default()
        }
    }

    #[test]
    fn a_plan_fits_its_own_program_in_any_order() {
        let fit = plan(&["a", "b", "b#2"]).fit(&["b", "a", "b"]);
        assert_eq!(fit.rows, [Some(1), Some(0), Some(2)]);
        assert!(fit.is_complete());
    }

    #[test]
    fn what_changed_is_counted() {
        let fit = plan(&["a", "b", "c"]).fit(&["c", "x", "y"]);
        assert_eq!(fit.rows, [None, None, Some(0)]);
        assert_eq!((fit.applied(), fit.missing, fit.new), (1, 2, 2));
        assert!(!fit.same_names && !fit.is_complete());
        assert_eq!(
            fit.to_string(),
            "1 of 3 functions of the plan are in the program, and 2 of the program are not in \
             the plan"
        );
    }

    #[test]
    fn a_row_that_is_there_twice_applies_once() {
        let fit = plan(&["a", "a"]).fit(&["a"]);
        assert_eq!(fit.rows, [Some(0), None]);
        assert!(!fit.is_complete());
    }
}
