//! Whose an entry is that a program made in the log by itself.
//!
//! It says the number of the memory (a *space*) that the program runs in, which
//! threads share and, for a while, a child with the parent that waits for it; and
//! the thread's base for thread-local variables, which tells the threads of one
//! space apart.

use super::process::Process;
use crate::sys::ticks::Ticks;

/// A thread and its process, as recordings number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) process: u32,
    pub(crate) number: u32,
}

/// The spaces of a run and who ran in them when.
#[derive(Default)]
pub(crate) struct Spaces {
    /// What each adds to link addresses.
    biases: Vec<u64>,
    threads: Vec<Thread>,
    loans: Vec<Loan>,
}

/// A thread of the process whose space it is.
struct Thread {
    space: u32,
    base: u64,
    who: Who,
    since: Ticks,
}

/// A child that runs in its parent's space, with the base of the thread that made
/// it and waits for it.
struct Loan {
    space: u32,
    base: u64,
    who: Who,
    since: Ticks,
    until: Option<Ticks>,
}

impl Spaces {
    /// Makes a space for a process that has new memory.
    pub(crate) fn add(&mut self, process: &Process) -> u32 {
        self.biases.push(process.bias);
        self.biases.len() as u32 - 1
    }

    pub(crate) fn bias(&self, space: u32) -> u64 {
        self.biases.get(space as usize).copied().unwrap_or(0)
    }

    /// A thread that is about to run for the first time.
    pub(crate) fn begin(&mut self, space: u32, base: u64, who: Who) {
        self.threads.push(Thread { space, base, who, since: Ticks::now() });
    }

    /// A child that is about to run in its parent's space.
    pub(crate) fn lend(&mut self, space: u32, base: u64, who: Who) {
        self.loans.push(Loan { space, base, who, since: Ticks::now(), until: None });
    }

    /// A thread that waited for a child in its space is about to run again.
    pub(crate) fn returned(&mut self, space: u32, base: u64) {
        self.end(|loan| loan.space == space && loan.base == base);
    }

    /// A process has ended, or has other memory now.
    pub(crate) fn left(&mut self, process: u32) {
        self.end(|loan| loan.who.process == process);
    }

    fn end(&mut self, which: impl Fn(&Loan) -> bool) {
        let now = Ticks::now();
        let open = self.loans.iter_mut().filter(|loan| loan.until.is_none() && which(loan));
        open.for_each(|loan| loan.until = Some(now));
    }

    /// Who had this base in a space at a moment. The first thread of a program has none
    /// when it begins, so whoever is not known by it is the space's first one.
    pub(crate) fn who(&self, space: u32, base: u64, at: Ticks) -> Who {
        let during = |loan: &&Loan| loan.since <= at && loan.until.is_none_or(|until| at <= until);
        let lent = self.loans.iter().filter(|l| l.space == space && l.base == base);
        if let Some(loan) = lent.clone().rev().find(during) {
            return loan.who;
        }
        let mut own = self.threads.iter().filter(|thread| thread.space == space);
        let first = own.clone().next();
        let found = own.rfind(|thread| thread.base == base && thread.since <= at);
        found.or(first).map_or(Who { process: 0, number: 0 }, |thread| thread.who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(process: u32, number: u32) -> Who {
        Who { process, number }
    }

    #[test]
    fn threads_are_told_apart() {
        let thread = |space, base, number, since| Thread {
            space,
            base,
            who: who(space, number),
            since: Ticks(since),
        };
        let spaces = Spaces {
            biases: vec![0x1000, 0x2000],
            threads: vec![
                thread(0, 0, 0, 10),
                thread(0, 0xa0, 1, 20),
                thread(1, 0xa0, 2, 30),
                // The first thread's place, taken again after it ended.
                thread(0, 0xa0, 3, 40),
            ],
            loans: vec![Loan {
                space: 0,
                base: 0xa0,
                who: who(2, 4),
                since: Ticks(50),
                until: Some(Ticks(60)),
            }],
        };
        assert_eq!(spaces.bias(1), 0x2000);
        let at = |space, base, ticks| spaces.who(space, base, Ticks(ticks));
        assert_eq!(at(0, 0x99, 45), who(0, 0));
        assert_eq!(at(0, 0xa0, 25), who(0, 1));
        assert_eq!(at(0, 0xa0, 45), who(0, 3));
        assert_eq!(at(1, 0xa0, 45), who(1, 2));
        assert_eq!(at(0, 0xa0, 55), who(2, 4));
        assert_eq!(at(0, 0xa0, 61), who(0, 3));
        assert_eq!(at(1, 0xa0, 55), who(1, 2));
    }
}
