//! What the debug runtime says.

use super::table::{Record, Table};
use super::{CHECKED, Kind, Trace, trace_here};
use crate::io::{self, ErrorOutput};
use crate::object::Header;
use crate::panic::{Address, Sink, write_trace};
use crate::platform;

/// Exit status of a program that misused or lost memory.
const STATUS: i32 = 99;
/// Objects that are described one by one.
const MAX_OBJECTS: usize = 20;

/// What was done wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Misuse {
    FreedUnknown,
    FreedTwice,
    FreedWithSize(usize),
    WrittenBeyond,
    WrittenAfterFree,
    UsedAfterFree,
    UsedDead,
}

impl Misuse {
    fn text(self) -> &'static str {
        match self {
            Self::FreedUnknown => "memory was freed that was never allocated",
            Self::FreedTwice => "an object was freed twice",
            Self::FreedWithSize(_) => "an object was freed with a wrong size",
            Self::WrittenBeyond => "an object was written to beyond its end",
            Self::WrittenAfterFree => "an object was written to after it was freed",
            Self::UsedAfterFree => "an object was used after it was freed",
            Self::UsedDead => "an instance was used that only weak references hold",
        }
    }
}

/// Reports and ends the program.
#[cold]
#[inline(never)]
pub(super) fn misused(misuse: Misuse, record: Option<&mut Record>) -> ! {
    let here = trace_here();
    if cfg!(test) {
        panic!("{}", misuse.text());
    }
    io::flush_output_quietly();
    let mut out = ErrorOutput::new();
    write_misuse(&mut out, misuse, record.as_deref(), &here);
    out.flush();
    platform::exit(STATUS)
}

/// At a normal end nothing may be alive. Ends the program if something is.
pub(crate) fn report_leaks() {
    // SAFETY: one thread, and no other reference is alive.
    let table = unsafe { &mut (*CHECKED.get()).table };
    let mut out = ErrorOutput::new();
    if write_leaks(&mut out, table) {
        out.flush();
        platform::exit(STATUS);
    }
}

pub(super) fn write_misuse(
    out: &mut impl Sink,
    misuse: Misuse,
    record: Option<&Record>,
    here: &Trace,
) {
    out.text("memory: ");
    out.text(misuse.text());
    out.text("\n");
    write_frames(out, here);
    let Some(record) = record else { return };
    write_object(out, record);
    if let Misuse::FreedWithSize(size) = misuse {
        out.text("and freed with a size of ");
        out.number(size as i64);
        out.text("\n");
    } else if record.freed[0] != 0 {
        out.text("and freed\n");
        write_frames(out, &record.freed);
    }
}

/// Describes the live objects; false if there are none.
pub(super) fn write_leaks(out: &mut impl Sink, table: &mut Table) -> bool {
    let (count, bytes) = table.live();
    if count == 0 {
        return false;
    }
    out.text("memory: ");
    out.number(count as i64);
    out.text(if count == 1 { " object (" } else { " objects (" });
    out.number(bytes as i64);
    out.text(if count == 1 { " bytes) is" } else { " bytes) are" });
    out.text(" still alive at the end\n");
    let mut serial = 0;
    for _ in 0..MAX_OBJECTS {
        let Some(record) = table.next_live(serial) else { break };
        serial = record.serial;
        let header = core::ptr::with_exposed_provenance::<Header>(record.address);
        // SAFETY: the object is alive.
        let references = unsafe { (*header).count };
        out.number(references.into());
        out.text(if references == 1 { " reference to " } else { " references to " });
        write_object(out, &record);
    }
    if count > MAX_OBJECTS {
        out.text("... ");
        out.number((count - MAX_OBJECTS) as i64);
        out.text(" more\n");
    }
    true
}

fn write_frames(out: &mut impl Sink, trace: &Trace) {
    write_trace(out, trace.iter().take_while(|&&pc| pc != 0).map(|&pc| Address::Return(pc)));
}

fn write_object(out: &mut impl Sink, record: &Record) {
    out.text(match record.kind {
        Kind::Object => "an object",
        Kind::Text => "a text",
        Kind::List => "a list",
    });
    out.text(" of ");
    out.number(record.size as i64);
    out.text(" bytes, allocated\n");
    write_frames(out, &record.allocated);
}
