//! A program page by page: what lies where, and which bytes a start touches.
//!
//! In go the functions and data of an executable with their addresses, and
//! optionally the early touches of a profile; out comes a [`PageMap`], which
//! [`terminal`], [`svg`] and [`html`] draw. Profiles know functions only: data count
//! as touched if the code of a touched function refers to them.

pub mod html;
pub mod svg;
pub mod terminal;

use rustc_hash::FxHashSet;

use crate::profile::{Profile, early_touches};
use crate::{PAGE_SIZE, Phase};

/// A function or datum of an executable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MapSymbol {
    /// As in profiles, see [`crate::unique_names`].
    pub name: String,
    /// Its first byte in memory, without the base that it was loaded at.
    pub address: u64,
    /// Bytes.
    pub size: u64,
}

/// A place in a program that another one's code refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapReference {
    /// Where the function begins whose code it is.
    pub from: u64,
    /// What it refers to.
    pub to: u64,
}

/// A section that lies in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MapSection {
    /// Such as `.text.startup`.
    pub name: String,
    /// Its first byte.
    pub address: u64,
    /// Bytes.
    pub size: u64,
    /// Whether it is code.
    pub code: bool,
}

impl MapSection {
    /// The phase that its name says.
    pub fn phase(&self) -> Option<Phase> {
        match self.name.as_str() {
            ".text.startup" | ".data.startup" => Some(Phase::Startup),
            ".text.first_frame" | ".data.first_frame" => Some(Phase::FirstFrame),
            ".text.cold" | ".text.unlikely" | ".data.cold" => Some(Phase::Cold),
            _ => None,
        }
    }
}

/// A piece of a page that belongs to one symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Which, a row of [`PageMap::symbols`].
    pub symbol: u32,
    /// From the page's start, in bytes.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Whether a scenario touches the symbol before its stop mark; of data, whether
    /// what it touches refers to it. Of those larger than a page it is this page that
    /// counts.
    pub touched: bool,
}

/// A page of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// A multiple of [`PAGE_SIZE`].
    pub address: u64,
    /// The section of most of its bytes, a row of [`PageMap::sections`].
    pub section: u32,
    /// What lies there, by address; holes are padding.
    pub pieces: Vec<Piece>,
}

impl Page {
    /// Bytes of symbols.
    pub fn used(&self) -> u32 {
        self.pieces.iter().map(|piece| piece.end - piece.start).sum()
    }

    /// Bytes of symbols that a start touches.
    pub fn touched(&self) -> u32 {
        let touched = self.pieces.iter().filter(|piece| piece.touched);
        touched.map(|piece| piece.end - piece.start).sum()
    }
}

/// All pages of a program that hold symbols.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageMap {
    /// For people.
    pub program: String,
    /// By address.
    pub sections: Vec<MapSection>,
    /// By address.
    pub symbols: Vec<MapSymbol>,
    /// By address; pages between sections are left out.
    pub pages: Vec<Page>,
    /// Whether touches of code are known.
    pub profiled: bool,
    /// And whether those of data are.
    pub referred: bool,
}

/// Sums over the pages of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Pages.
    pub pages: u64,
    /// Pages with a touched byte.
    pub touched_pages: u64,
    /// Bytes of symbols.
    pub bytes: u64,
    /// Bytes of touched symbols.
    pub touched_bytes: u64,
}

impl Totals {
    /// The fewest pages that the touched bytes fit on.
    pub fn bound(&self) -> u64 {
        self.touched_bytes.div_ceil(PAGE_SIZE)
    }
}

impl PageMap {
    /// The map of a program's `sections` and `symbols`, in any order. Symbols
    /// outside of all sections are left out. `profile` says what a start
    /// touches, by name: it need not be of this very build; `references` to what
    /// data its functions refer, where that is known.
    pub fn new(
        program: &str,
        mut sections: Vec<MapSection>,
        mut symbols: Vec<MapSymbol>,
        profile: Option<&Profile>,
        references: Option<&[MapReference]>,
    ) -> Self {
        sections.retain(|section| section.size > 0);
        sections.sort_by(|a, b| (a.address, &a.name).cmp(&(b.address, &b.name)));
        symbols.retain(|symbol| section_of(&sections, symbol.address).is_some());
        symbols.sort_by(|a, b| (a.address, a.size, &a.name).cmp(&(b.address, b.size, &b.name)));
        let touched = profile.map(touched_names);
        let mut map = Self {
            program: program.to_owned(),
            sections,
            symbols,
            pages: Vec::new(),
            profiled: profile.is_some(),
            referred: profile.is_some() && references.is_some(),
        };
        let mut data = FxHashSet::default();
        if let (Some(names), Some(references)) = (&touched, references) {
            data = map.touched_data(names, references);
        }
        let mut covered = 0;
        for index in 0..map.symbols.len() {
            let symbol = &map.symbols[index];
            let touched =
                touched.as_ref().is_some_and(|names| names.contains(symbol.name.as_str()));
            map.add(index, touched, &mut covered);
        }
        for page in &mut map.pages {
            for piece in &mut page.pieces {
                piece.touched |= data.contains(&(piece.symbol, page.address));
            }
        }
        map
    }

    /// The data, and their pages, that touched functions refer to: all pages of data
    /// that are no larger than one.
    fn touched_data(
        &self,
        names: &FxHashSet<&str>,
        references: &[MapReference],
    ) -> FxHashSet<(u32, u64)> {
        let is_touched = |symbol: &&MapSymbol| names.contains(symbol.name.as_str());
        let functions: FxHashSet<u64> =
            self.symbols.iter().filter(is_touched).map(|symbol| symbol.address).collect();
        let mut data = FxHashSet::default();
        let page_of = |address: u64| address / PAGE_SIZE * PAGE_SIZE;
        for reference in references.iter().filter(|r| functions.contains(&r.from)) {
            let after = self.symbols.partition_point(|symbol| symbol.address <= reference.to);
            // Of several names for a place, the last has most bytes.
            let Some(index) = after.checked_sub(1) else { continue };
            let symbol = &self.symbols[index];
            if reference.to - symbol.address >= symbol.size.max(1) {
                continue;
            }
            let mut add = |page| data.insert((index as u32, page));
            if symbol.size <= PAGE_SIZE {
                let last = symbol.address + symbol.size.saturating_sub(1);
                add(page_of(symbol.address));
                add(page_of(last));
            } else {
                add(page_of(reference.to));
            }
        }
        data
    }

    /// Whether it is known what is touched of code, or of data.
    pub fn knows(&self, code: bool) -> bool {
        if code { self.profiled } else { self.referred }
    }

    /// Adds the pieces of a symbol from `covered` on, where those before it end.
    fn add(&mut self, index: usize, touched: bool, covered: &mut u64) {
        let (start, end) = {
            let symbol = &self.symbols[index];
            (symbol.address, symbol.address.saturating_add(symbol.size))
        };
        let Some(section) = section_of(&self.sections, start) else { return };
        let holder = &self.sections[section];
        let end = end.min(holder.address.saturating_add(holder.size));
        if touched && start < *covered {
            self.touch_alias(start);
        }
        let mut at = start.max(*covered);
        *covered = at.max(end);
        while at < end {
            let address = at / PAGE_SIZE * PAGE_SIZE;
            let stop = end.min(address + PAGE_SIZE);
            if self.pages.last().is_none_or(|page| page.address != address) {
                let section = section as u32;
                self.pages.push(Page { address, section, pieces: Vec::new() });
            }
            let page = self.pages.last_mut().expect("one was pushed");
            page.pieces.push(Piece {
                symbol: index as u32,
                start: (at - address) as u32,
                end: (stop - address) as u32,
                touched,
            });
            at = stop;
        }
    }

    /// Another name of what begins at `start` is touched.
    fn touch_alias(&mut self, start: u64) {
        let pages = self.pages.iter_mut().rev();
        for page in pages.take_while(|page| page.address + PAGE_SIZE > start) {
            for piece in &mut page.pieces {
                piece.touched |= self.symbols[piece.symbol as usize].address == start;
            }
        }
    }

    /// Sums over the pages of code, or of data.
    pub fn totals(&self, code: bool) -> Totals {
        let mut totals = Totals::default();
        for page in &self.pages {
            if self.sections[page.section as usize].code != code {
                continue;
            }
            totals.pages += 1;
            totals.touched_pages += u64::from(page.touched() > 0);
            totals.bytes += u64::from(page.used());
            totals.touched_bytes += u64::from(page.touched());
        }
        totals
    }

    /// The section of `page`.
    pub fn section(&self, page: &Page) -> &MapSection {
        &self.sections[page.section as usize]
    }

    /// The name of a piece's symbol.
    pub fn name(&self, piece: &Piece) -> &str {
        &self.symbols[piece.symbol as usize].name
    }
}

fn section_of(sections: &[MapSection], address: u64) -> Option<usize> {
    let after = sections.partition_point(|section| section.address <= address);
    let index = after.checked_sub(1)?;
    (address - sections[index].address < sections[index].size).then_some(index)
}

/// What some scenario touches before it counts as finished.
fn touched_names(profile: &Profile) -> FxHashSet<&str> {
    early_touches(profile)
        .map(|touch| profile.symbols[touch.symbol.index()].name.as_str())
        .collect()
}

#[cfg(test)]
mod tests;
