//! The image in this process's memory, for `simple run`.

mod counted;
mod relief;
mod stack;

use std::ffi::{CStr, c_void};
use std::ops::Range;
use std::ptr::NonNull;

use rustix::mm::{
    Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous, mprotect, munmap,
};
use simple_object::ObjectView;
use simple_source::{Interner, Symbol};

use crate::error::LinkError;
use crate::fill::Image;
use crate::layout::{Access, PAGE, Packing, Place};
use crate::{Input, Options, arrange, resolve};

pub use counted::{
    CallCount, CountedImage, Counts, FunctionCount, Moment, PassedMark, load_counted,
};

/// Addresses are settled when the system has given memory.
const PLACE: Place = Place { packing: Packing::Memory, base: 0, headers: 0 };

/// Puts a program into memory, ready to be entered. It is the image that
/// [`crate::link`] would write, at other addresses; [`Options::debug`] means
/// nothing here.
///
/// The memory lies below 2 GiB if any is free there, which code with 32-bit
/// absolute references needs. If not, such references are
/// [`LinkError::OutOfRange`].
pub fn load(input: &Input<'_>, options: &Options<'_>) -> Result<LoadedImage, LinkError> {
    // Which part of the runtime does the program need?
    let runtime = resolve::select_runtime(input, options, &[])?;

    let objects = input.with(runtime.as_ref());
    let (image, memory) = place(objects, input.interner, options, Sharing::Private)?;
    Ok(LoadedImage { addresses: Addresses::of(&image), memory })
}

/// Everything in its place in memory.
fn place<'a>(
    objects: Vec<ObjectView<'a>>,
    interner: &'a Interner,
    options: &Options<'a>,
    sharing: Sharing,
) -> Result<(Image<'a>, Mapping), LinkError> {
    // What lies where?
    let mut image = arrange(objects, interner, options, &PLACE)?;

    // Where is there room?
    let size = image.layout.end_address.next_multiple_of(PAGE) as usize;
    let mut memory = Mapping::new(size, sharing)?;
    image.layout.move_up(memory.start.as_ptr() as u64);

    // Copy everything to its place and fill references in.
    memory.populate(image.layout.bytes_end());
    image.fill(memory.bytes())?;
    memory.protect(&image)?;
    Ok((image, memory))
}

/// A program in memory. The memory is given back when this is dropped.
pub struct LoadedImage {
    addresses: Addresses,
    // Only held.
    #[allow(dead_code)]
    memory: Mapping,
}

impl LoadedImage {
    /// The address of the definition called `symbol`, if the program has it.
    /// It is valid for as long as this value lives.
    pub fn address(&self, symbol: Symbol) -> Option<NonNull<c_void>> {
        let address = *self.addresses.by_symbol.get(symbol.raw() as usize)?;
        NonNull::new(std::ptr::with_exposed_provenance_mut(address as usize))
    }

    /// Runs the program in place of this one, on a fresh stack, with these
    /// arguments (the first is the program's name) and this environment. The
    /// program ends the process.
    ///
    /// What this process wrote but did not flush is lost. Open files stay open
    /// and other threads keep running.
    ///
    /// Fails if there is no memory for the stack.
    ///
    /// # Safety
    /// The image's entry must be code that may take over the process: it gets
    /// the stack pointer as the System V ABI describes it for process entry,
    /// and must not return.
    pub unsafe fn enter(
        self,
        arguments: &[&CStr],
        environment: &[&CStr],
    ) -> Result<std::convert::Infallible, LinkError> {
        let stack = stack::prepare(arguments, environment, self.addresses.entry)?;
        // SAFETY: the caller vouches for the entry, and the image stays mapped
        // since nothing after this runs.
        unsafe { begin(self.addresses.entry, stack) }
    }
}

/// Begins the program at `entry`.
///
/// # Safety
/// There must be code at `entry` that may take over the process and never
/// returns.
unsafe fn begin(entry: u64, stack: stack::StackPointer) -> ! {
    stack::reset_signals();
    // SAFETY: the caller vouches for the entry; the stack is laid out as it
    // expects.
    unsafe { stack::jump(entry, stack) }
}

/// The addresses of all names, indexed by symbol; 0 for those without.
struct Addresses {
    by_symbol: Vec<u64>,
    entry: u64,
}

impl Addresses {
    fn of(image: &Image<'_>) -> Self {
        let mut by_symbol = vec![0; image.names.len()];
        for id in &image.layout.definitions {
            by_symbol[image.program.definition(*id).name.raw() as usize] =
                image.layout.address(*id);
        }
        Self { by_symbol, entry: image.address(image.entry).unwrap_or(0) }
    }
}

/// Who sees what is written to a mapping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Private,
    /// Processes that are made of this one, too.
    WithChildren,
}

/// Anonymous memory of this process.
struct Mapping {
    start: NonNull<c_void>,
    size: usize,
}

// SAFETY: a mapping is plain memory, not bound to the thread that made it.
unsafe impl Send for Mapping {}
// SAFETY: a shared mapping gives no access at all.
unsafe impl Sync for Mapping {}

/// `MAP_32BIT` of the x86-64 kernel, which rustix does not name: below 2 GiB.
const MAP_LOW: MapFlags = MapFlags::from_bits_retain(0x40);

impl Mapping {
    /// Zeroed, writable memory, below 2 GiB if possible.
    fn new(size: usize, sharing: Sharing) -> Result<Self, LinkError> {
        let map = |flags| {
            // SAFETY: without a fixed address no memory in use is replaced.
            unsafe {
                mmap_anonymous(
                    std::ptr::null_mut(),
                    size,
                    ProtFlags::READ | ProtFlags::WRITE,
                    flags,
                )
            }
        };
        let shared = match sharing {
            Sharing::Private => MapFlags::PRIVATE,
            Sharing::WithChildren => MapFlags::SHARED,
        };
        let start = map(shared | MAP_LOW).or_else(|_| map(shared))?;
        let start = NonNull::new(start).ok_or(rustix::io::Errno::NOMEM)?;
        Ok(Self { start, size })
    }

    /// Asks for the first `size` bytes at once, which is cheaper than a fault
    /// for each page.
    fn populate(&self, size: usize) {
        // SAFETY: populating changes no contents. Kernels before 5.14 do not
        // know the request, and then pages come one by one.
        let _ = unsafe { madvise(self.start.as_ptr(), size, Advice::LinuxPopulateWrite) };
    }

    /// The address of the first byte.
    fn start(&self) -> u64 {
        self.start.as_ptr() as u64
    }

    /// Lets this process, and no other that has the mapping, write to a part of it
    /// instead of what it could do before.
    fn make_writable(&self, part: &Range<usize>) -> Result<(), LinkError> {
        assert!(part.end <= self.size, "the part lies in the mapping");
        let start = self.start.as_ptr().wrapping_byte_add(part.start);
        // SAFETY: whole pages inside the mapping, which nobody here refers to or
        // executes.
        unsafe { mprotect(start, part.len(), MprotectFlags::READ | MprotectFlags::WRITE)? };
        Ok(())
    }

    /// Reads what may change meanwhile.
    fn read<const N: usize>(&self, offset: usize) -> [u8; N] {
        assert!(offset + N <= self.size, "what is read lies in the mapping");
        // SAFETY: inside the mapping, which stays readable. Whatever another
        // process writes meanwhile, bytes are bytes.
        unsafe { self.start.as_ptr().wrapping_byte_add(offset).cast::<[u8; N]>().read_volatile() }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the mapping is as long as that, readable and writable until
        // `protect`, which is called once, after the last use of these bytes;
        // the borrow keeps it alive and unshared.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.size) }
    }

    /// Gives each segment the access that it needs and no more.
    fn protect(&self, image: &Image<'_>) -> Result<(), LinkError> {
        for segment in &image.layout.segments {
            let flags = match segment.access {
                Access::Read => MprotectFlags::READ,
                Access::Execute => MprotectFlags::READ | MprotectFlags::EXEC,
                Access::Write => continue,
            };
            let start = self.start.as_ptr().wrapping_byte_add(segment.offset as usize);
            let size = segment.memory_size.next_multiple_of(PAGE) as usize;
            // SAFETY: segments begin at pages of their own inside the mapping,
            // and nobody has a reference into it.
            unsafe { mprotect(start, size, flags)? };
        }
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: nothing refers to the mapping any more. If the kernel refuses,
        // the memory stays mapped, which harms nobody.
        let _ = unsafe { munmap(self.start.as_ptr(), self.size) };
    }
}
