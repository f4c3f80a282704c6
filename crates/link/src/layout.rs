//! At which address does everything lie?

use simple_object::Kind;
use simple_source::Idx;

use crate::order::{Order, SMALL_ZEROED, SectionKind};
use crate::program::{DefinitionId, Program};

/// The unit of memory protection, and of loading.
pub(crate) const PAGE: u64 = 4096;

/// Where execution is allowed and where writing is; never both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    Execute,
    Write,
}

impl SectionKind {
    pub(crate) fn access(self) -> Access {
        match self {
            SectionKind::ReadOnly | SectionKind::Got | SectionKind::Image => Access::Read,
            SectionKind::Data | SectionKind::Zeroed => Access::Write,
            _ => Access::Execute,
        }
    }
}

/// Where the bytes of the image come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Packing {
    /// A file whose pages are mapped. A page that holds the end of one segment
    /// and the start of the next is mapped twice, at addresses with the same
    /// offset in their pages, so that the file needs no padding.
    File,
    /// Memory that is filled in place. Offsets are addresses without the base.
    Memory,
}

/// A run of the image with one purpose.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) kind: SectionKind,
    pub(crate) address: u64,
    /// Offset of its bytes in the file or the buffer.
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) align: u64,
    /// Its definitions, as positions in [`Layout::definitions`].
    pub(crate) definitions: std::ops::Range<usize>,
}

impl Section {
    pub(crate) fn has_bytes(&self) -> bool {
        self.kind != SectionKind::Zeroed
    }
}

/// A run of pages with one protection.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) access: Access,
    pub(crate) address: u64,
    pub(crate) offset: u64,
    /// How much of it has bytes; the rest is zero.
    pub(crate) file_size: u64,
    pub(crate) memory_size: u64,
}

/// All addresses of an image.
#[derive(Clone)]
pub(crate) struct Layout {
    pub(crate) sections: Vec<Section>,
    pub(crate) segments: Vec<Segment>,
    /// All definitions by rising address.
    pub(crate) definitions: Vec<DefinitionId>,
    /// The address of each live definition.
    addresses: Vec<u64>,
    /// One past the last byte of the image, by offset and by address.
    pub(crate) end_offset: u64,
    pub(crate) end_address: u64,
}

/// Where an image lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) packing: Packing,
    /// Its first address, a multiple of [`PAGE`].
    pub(crate) base: u64,
    /// Bytes at its start that describe it.
    pub(crate) headers: u64,
}

/// What the linker itself adds, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Additions {
    pub(crate) got: u64,
    pub(crate) image: u64,
}

impl Layout {
    /// The address of a live definition.
    pub(crate) fn address(&self, id: DefinitionId) -> u64 {
        self.addresses[id.index()]
    }

    /// The section of that kind, if it is not empty.
    pub(crate) fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// The section that a definition of that kind lies in.
    pub(crate) fn section_at(&self, kind: Kind, address: u64) -> SectionKind {
        let before = self.sections.iter().filter(|section| section.address <= address);
        let last = before.rev().find(|section| section.kind.holds(kind));
        last.map_or(SectionKind::ReadOnly, |section| section.kind)
    }

    /// Address of the first byte and size of all machine code.
    pub(crate) fn text(&self) -> (u64, u64) {
        let mut text = self.sections.iter().filter(|section| section.kind.is_text());
        let Some(first) = text.next() else { return (0, 0) };
        let last = text.next_back().unwrap_or(first);
        (first.address, last.address + last.size - first.address)
    }

    /// The offset behind the last byte that is not zero.
    pub(crate) fn bytes_end(&self) -> usize {
        self.segments.last().map_or(0, |segment| segment.offset + segment.file_size) as usize
    }

    /// Lets the last segment reach up to `cursor`.
    fn grow_segment(&mut self, cursor: &Cursor, has_bytes: bool) {
        if let Some(segment) = self.segments.last_mut() {
            segment.memory_size = cursor.address - segment.address;
            if has_bytes {
                segment.file_size = cursor.offset - segment.offset;
            }
        }
    }

    /// Moves everything up by `distance`, a multiple of [`PAGE`].
    pub(crate) fn move_up(&mut self, distance: u64) {
        self.sections.iter_mut().for_each(|section| section.address += distance);
        self.segments.iter_mut().for_each(|segment| segment.address += distance);
        self.definitions.iter().for_each(|id| self.addresses[id.index()] += distance);
        self.end_address += distance;
    }
}

/// Gives everything an address.
pub(crate) fn lay_out(
    program: &Program<'_>,
    order: Order,
    additions: Additions,
    place: &Place,
) -> Layout {
    let mut cursor = Cursor { packing: place.packing, address: place.base, offset: 0 };
    let mut layout = Layout {
        sections: Vec::new(),
        segments: Vec::new(),
        definitions: Vec::new(),
        addresses: vec![0; program.len()],
        end_offset: 0,
        end_address: 0,
    };
    if place.headers > 0 {
        layout.segments.push(cursor.segment(Access::Read));
        cursor.advance(place.headers, true);
        layout.grow_segment(&cursor, true);
    }
    for kind in SectionKind::ALL {
        let definitions = order.section(kind);
        let made = match kind {
            SectionKind::Got => additions.got,
            SectionKind::Image => additions.image,
            _ => 0,
        };
        if definitions.is_empty() && made == 0 {
            continue;
        }
        let ids = &order.definitions[definitions.clone()];
        let align_of = |id: &DefinitionId| match order.page_starts.binary_search(id) {
            Ok(_) => PAGE,
            Err(_) => 1 << program.definition(*id).align_log2,
        };
        let align = ids.iter().map(align_of).max().unwrap_or(8);
        let has_bytes = kind != SectionKind::Zeroed;

        cursor.align(align, has_bytes);
        let access = kind.access();
        if layout.segments.last().is_none_or(|segment| segment.access != access) {
            if !layout.segments.is_empty() {
                cursor.next_segment(surely_written(program, &order, access));
            }
            layout.segments.push(cursor.segment(access));
        }
        let (address, offset) = (cursor.address, cursor.offset);
        for id in ids {
            let definition = program.definition(*id);
            cursor.align(align_of(id), has_bytes);
            layout.addresses[id.index()] = cursor.address;
            cursor.advance(definition.size.into(), has_bytes);
        }
        cursor.advance(made, true);
        let size = cursor.address - address;
        layout.sections.push(Section { kind, address, offset, size, align, definitions });
        layout.grow_segment(&cursor, has_bytes);
    }
    layout.definitions = order.definitions;
    layout.end_offset = cursor.offset;
    layout.end_address = cursor.address;
    layout
}

/// How many bytes at the start of a segment with `access` a run will write.
fn surely_written(program: &Program<'_>, order: &Order, access: Access) -> u64 {
    if access != Access::Write {
        return 0;
    }
    let writable = order.section(SectionKind::Data).start..order.definitions.len();
    let definitions = order.definitions[writable].iter().map(|id| program.definition(*id));
    let near = definitions.take_while(|d| d.kind == Kind::Data || d.size <= SMALL_ZEROED);
    near.map(|d| u64::from(d.size)).sum()
}

/// Where the next byte goes. Address and offset are equal modulo a page until
/// the first byte that is in memory only; such bytes come last.
struct Cursor {
    packing: Packing,
    address: u64,
    offset: u64,
}

impl Cursor {
    fn segment(&self, access: Access) -> Segment {
        let (address, offset) = (self.address, self.offset);
        Segment { access, address, offset, file_size: 0, memory_size: 0 }
    }

    fn advance(&mut self, size: u64, has_bytes: bool) {
        self.address += size;
        if has_bytes || self.packing == Packing::Memory {
            self.offset += size;
        }
    }

    fn align(&mut self, align: u64, has_bytes: bool) {
        self.advance(self.address.next_multiple_of(align) - self.address, has_bytes);
    }

    /// Goes on in pages with another protection. `needed` bytes that would lie
    /// on two pages but fit on one are moved to the next.
    fn next_segment(&mut self, needed: u64) {
        let page = self.address.next_multiple_of(PAGE);
        let within = self.offset % PAGE;
        if self.packing == Packing::Memory || (needed <= PAGE && within + needed > PAGE) {
            self.offset = self.offset.next_multiple_of(PAGE);
        }
        self.address = page + self.offset % PAGE;
    }
}
