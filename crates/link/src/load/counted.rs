//! A program in memory whose functions count their calls, run as a child
//! process that shares the memory: whatever ends it, the counts are there.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io;
use std::ops::Range;
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

use rustix::io::{FdFlags, fcntl_getfd};
use simple_object::{Kind, RelocationKind};
use simple_source::Symbol;

use super::relief::{Relief, SWEEP, Site, Switch};
use super::{Mapping, Sharing, begin, place, stack};
use crate::count::{self, Counted};
use crate::error::LinkError;
use crate::fill::Image;
use crate::layout::{Access, PAGE};
use crate::{Input, Options, resolve};

/// Puts a program into memory like [`crate::load`], with counters in front of
/// its functions.
pub fn load_counted(input: &Input<'_>, options: &Options<'_>) -> Result<CountedImage, LinkError> {
    // Which part of the runtime does the program need?
    let runtime = resolve::select_runtime(input, options, &count::NEEDED)?;

    // What counts in place of being called?
    let plain = input.with(runtime.as_ref());
    let counted = Counted::new(&plain, input.interner);

    // The rest is as without counters.
    let views = counted.views(&plain);
    let (image, memory) = place(views, input.interner, options, Sharing::WithChildren)?;
    let datum = image.address(input.interner.intern(count::DATUM)).unwrap_or(0);
    let functions = functions(&image, &counted, &memory);
    let now = Instant::now();
    Ok(CountedImage {
        datum: (datum - memory.start()) as usize,
        reliefs: Mutex::new(vec![Relief::new(now); functions.len()]),
        functions,
        entry: image.address(image.entry).unwrap_or(0),
        text: text_range(&image),
        started: AtomicBool::new(false),
        memory,
    })
}

/// Where code lies in the image: its offset and size.
fn text_range(image: &Image<'_>) -> Range<usize> {
    let code = image.layout.segments.iter().find(|segment| segment.access == Access::Execute);
    code.map_or(0..0, |segment| {
        let start = segment.offset as usize;
        start..start + segment.memory_size.next_multiple_of(PAGE) as usize
    })
}

/// A program in memory that counts. It can be run once.
pub struct CountedImage {
    memory: Mapping,
    /// Offset of what counters write.
    datum: usize,
    /// By address.
    functions: Vec<Function>,
    /// The address at which the program begins.
    entry: u64,
    /// Where code lies in the memory.
    text: Range<usize>,
    /// Whether the program has a process of its own.
    started: AtomicBool,
    /// Of each function, what its counter's rests hide.
    reliefs: Mutex<Vec<Relief>>,
}

/// A function of the program.
struct Function {
    name: String,
    address: u64,
    size: u64,
    /// None: it is not counted.
    slot: Option<usize>,
    /// Where its counter begins, and how it is switched; none if nothing refers to
    /// it.
    counter: Option<(u64, Switch)>,
    /// What leads to the counter.
    sites: Vec<Site>,
}

/// What was counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Every function of the program, by address.
    pub functions: Vec<FunctionCount>,
    /// Calls, by caller and callee: positions in `functions`.
    pub edges: Vec<CallCount>,
    /// Marks that were passed, each name once, in order.
    pub marks: Vec<PassedMark>,
    /// Calls whose caller was not noted for want of room.
    pub lost: u64,
}

/// How often a function was called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionCount {
    /// Its linker name.
    pub name: String,
    /// How often; if it was called more than a million times, an estimate.
    pub calls: u64,
    /// Its first call, if there was one.
    pub first: Option<Moment>,
}

/// When something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// How many functions had been called before.
    pub order: u32,
    /// Since the program's second function was called.
    pub time_ns: u64,
}

/// How often one function called another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct CallCount {
    /// Who called.
    pub caller: usize,
    /// Who was called.
    pub callee: usize,
    /// How often, to within an interval of the counter.
    pub calls: u64,
}

/// A moment that the program gave a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassedMark {
    /// The first bytes of its name.
    pub name: String,
    /// When it was passed for the first time.
    pub at: Moment,
}

impl CountedImage {
    /// Starts the program in a new process, which is set up as `command` says
    /// except for program, arguments and environment.
    ///
    /// # Safety
    /// As for [`super::LoadedImage::enter`].
    ///
    /// # Errors
    /// If there is no new process, or no memory for it.
    pub unsafe fn spawn(
        &self,
        mut command: Command,
        arguments: Vec<CString>,
        environment: Vec<CString>,
    ) -> io::Result<Child> {
        let entry = self.entry;
        let go = move || {
            let arguments: Vec<&CStr> = arguments.iter().map(CString::as_c_str).collect();
            let environment: Vec<&CStr> = environment.iter().map(CString::as_c_str).collect();
            let stack =
                stack::prepare(&arguments, &environment, entry).map_err(io::Error::other)?;
            close_as_exec_does()?;
            // SAFETY: the caller vouches for the entry; the new process has the
            // image's mapping too, and nothing takes it away there.
            unsafe { begin(entry, stack) }
        };
        // SAFETY: it allocates, which glibc lets forked processes do.
        unsafe { command.pre_exec(go) };
        let child = command.spawn()?;
        self.started.store(true, Ordering::Release);
        Ok(child)
    }

    /// Does what starts the program and waits for its end. Meanwhile counters of
    /// functions that are called all the time rest, so that a recorded program runs
    /// about as fast as others.
    pub fn relieved<T>(&self, work: impl FnOnce() -> T) -> T {
        let (ended, rest) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || self.relieve(&rest));
            let result = work();
            drop(ended);
            result
        })
    }

    /// Sweeps until the other end of the channel is gone.
    fn relieve(&self, rest: &mpsc::Receiver<()>) {
        let mut is_writable = false;
        while rest.recv_timeout(SWEEP) == Err(mpsc::RecvTimeoutError::Timeout) {
            if !self.started.load(Ordering::Acquire) {
                continue;
            }
            // The new process has its own view of the memory by now.
            if !is_writable && self.memory.make_writable(&self.text).is_err() {
                return;
            }
            is_writable = true;
            let now = Instant::now();
            let mut reliefs = self.reliefs();
            for (function, relief) in self.functions.iter().zip(&mut *reliefs) {
                let (Some(slot), Some((counter, switch))) = (function.slot, function.counter)
                else {
                    continue;
                };
                let counts = relief.sweep(self.calls(slot), now);
                // SAFETY: the address is the counter's, in memory that is writable
                // here; counters are aligned to 16 bytes.
                if unsafe { switch.set(counter, counts) } {
                    for site in &function.sites {
                        // SAFETY: it is one of the same memory's.
                        unsafe { site.lead(counts) };
                    }
                }
            }
        }
        let now = Instant::now();
        let mut reliefs = self.reliefs();
        for (function, relief) in self.functions.iter().zip(&mut *reliefs) {
            if let Some(slot) = function.slot {
                relief.sweep(self.calls(slot), now);
            }
        }
    }

    fn reliefs(&self) -> MutexGuard<'_, Vec<Relief>> {
        self.reliefs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted until now; all of it if the program has ended.
    pub fn counts(&self) -> Counts {
        let mut marks: Vec<PassedMark> = Vec::new();
        let passed = self.u32_at(count::MARKS_PASSED) as usize;
        let origin = self.slots().filter_map(|slot| self.first(slot)).map(|m| m.time_ns).min();
        let since = |moment: Moment| Moment {
            time_ns: moment.time_ns.saturating_sub(origin.unwrap_or(0)),
            ..moment
        };
        for number in 0..passed.min(count::MARK_COUNT) {
            let at = count::MARKS + number * count::MARK_SIZE;
            let name = self.mark_name(at);
            if marks.iter().all(|mark| mark.name != name) {
                // The function at the beginning is not counted.
                let order = self.u32_at(at + count::MARK_ORDER) + 1;
                let moment = Moment { order, time_ns: self.u64_at(at + count::MARK_TIME) };
                marks.push(PassedMark { name, at: since(moment) });
            }
        }
        let reliefs = self.reliefs();
        let count = |(function, relief): (&Function, &Relief)| {
            let is_entry = function.address == self.entry;
            let (calls, first) = match function.slot {
                _ if is_entry => (1, Some(Moment { order: 0, time_ns: 0 })),
                Some(slot) => (self.calls(slot) + relief.missed(), self.first(slot).map(since)),
                None => (0, None),
            };
            FunctionCount { name: function.name.clone(), calls, first }
        };
        Counts {
            functions: self.functions.iter().zip(&*reliefs).map(count).collect(),
            edges: self.edges(&reliefs),
            marks,
            lost: self.u64_at(count::LOST),
        }
    }

    fn slots(&self) -> impl Iterator<Item = usize> {
        self.functions.iter().filter_map(|function| function.slot)
    }

    fn calls(&self, slot: usize) -> u64 {
        let at = count::SLOTS + slot * count::SLOT_SIZE;
        let interval = i64::from(self.u32_at(at + count::SLOT_INTERVAL));
        if interval == 0 {
            return 0;
        }
        let left = i64::from(self.u32_at(at + count::SLOT_LEFT) as i32);
        // What the present interval has seen.
        let begun = (interval - 1 - left).max(0) as u64;
        self.u64_at(at + count::SLOT_CALLS) + begun
    }

    fn first(&self, slot: usize) -> Option<Moment> {
        let at = count::SLOTS + slot * count::SLOT_SIZE;
        let order = self.u32_at(at + count::SLOT_ORDER);
        (order > 0).then(|| Moment { order, time_ns: self.u64_at(at + count::SLOT_TIME) })
    }

    fn mark_name(&self, mark: usize) -> String {
        let length = (self.u32_at(mark + count::MARK_LENGTH) as usize).min(count::MARK_NAME_SIZE);
        let bytes: Vec<u8> =
            (0..length).map(|at| self.bytes::<1>(mark + count::MARK_NAME + at)[0]).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn edges(&self, reliefs: &[Relief]) -> Vec<CallCount> {
        let by_slot: HashMap<usize, usize> = self
            .functions
            .iter()
            .enumerate()
            .filter_map(|(index, function)| Some((function.slot?, index)))
            .collect();
        let mut edges: HashMap<(usize, usize), u64> = HashMap::new();
        for number in 0..count::EDGE_COUNT {
            let at = count::EDGES + number * count::EDGE_SIZE;
            let key = self.u64_at(at);
            if key == 0 {
                continue;
            }
            let slot = (key as u32 as usize).saturating_sub(count::SLOTS) / count::SLOT_SIZE;
            // The distance from the datum, which may be negative.
            let distance = i64::from((key >> 32) as u32 as i32);
            let datum = self.memory.start() + self.datum as u64;
            let caller = self.function_at(datum.wrapping_add_signed(distance));
            if let (Some(caller), Some(callee)) = (caller, by_slot.get(&slot)) {
                *edges.entry((caller, *callee)).or_default() += self.u64_at(at + count::EDGE_CALLS);
            }
        }
        // What a function's counter missed came from where the others came from.
        let scale = |callee: usize, calls: u64| {
            let missed = reliefs[callee].missed();
            let counted = self.functions[callee].slot.map_or(1, |slot| self.calls(slot)).max(1);
            calls + (u128::from(calls) * u128::from(missed) / u128::from(counted)) as u64
        };
        let mut edges: Vec<CallCount> = edges
            .into_iter()
            .map(|((caller, callee), calls)| CallCount {
                caller,
                callee,
                calls: scale(callee, calls),
            })
            .collect();
        edges.sort_unstable();
        edges
    }

    /// The function that a call returns to.
    fn function_at(&self, return_address: u64) -> Option<usize> {
        // The call may be a function's last instruction.
        let pc = return_address.checked_sub(1)?;
        let after = self.functions.partition_point(|function| function.address <= pc);
        let index = after.checked_sub(1)?;
        let function = &self.functions[index];
        (pc - function.address < function.size).then_some(index)
    }

    fn u32_at(&self, offset: usize) -> u32 {
        u32::from_le_bytes(self.bytes(offset))
    }

    fn u64_at(&self, offset: usize) -> u64 {
        u64::from_le_bytes(self.bytes(offset))
    }

    fn bytes<const N: usize>(&self, offset: usize) -> [u8; N] {
        self.memory.read(self.datum + offset)
    }
}

/// All functions of an image but the counters themselves.
fn functions(image: &Image<'_>, counted: &Counted, memory: &Mapping) -> Vec<Function> {
    let slots: HashMap<Symbol, usize> =
        counted.functions.iter().enumerate().map(|(slot, name)| (*name, slot)).collect();
    let counter = |function: Symbol| {
        // What is not linked has no address.
        let address = image.address(counted.counter_of(function)?).filter(|at| *at != 0)?;
        let code = memory.read((address - memory.start()) as usize);
        Some((address, Switch::new(&code, count::JUMP)))
    };
    let mut sites = sites(image, counted, memory);
    let mut functions: Vec<Function> = Vec::new();
    for &id in &image.layout.definitions {
        let definition = image.program.definition(id);
        if definition.kind == Kind::Function
            && let Some(name) = counted.original(definition.name)
        {
            functions.push(Function {
                name: image.program.text(name).to_owned(),
                address: image.layout.address(id),
                size: definition.size.into(),
                slot: slots.get(&name).copied(),
                counter: counter(name),
                sites: sites.remove(&name).unwrap_or_default(),
            });
        }
    }
    functions.sort_by_key(|function| function.address);
    functions
}

/// The calls of each function's counter.
fn sites(image: &Image<'_>, counted: &Counted, memory: &Mapping) -> HashMap<Symbol, Vec<Site>> {
    let mut of: HashMap<Symbol, (Symbol, i32)> = HashMap::new();
    for &function in &counted.functions {
        let counter = counted.counter_of(function);
        let address = counter.and_then(|counter| image.address(counter)).filter(|at| *at != 0);
        if let (Some(counter), Some(address)) = (counter, address) {
            let code = memory.read((address - memory.start()) as usize);
            of.insert(counter, (function, Switch::distance(&code, count::JUMP)));
        }
    }
    let mut sites: HashMap<Symbol, Vec<Site>> = HashMap::new();
    for &id in &image.layout.definitions {
        let definition = image.program.definition(id);
        if definition.kind != Kind::Function {
            continue;
        }
        for relocation in image.program.object(id).relocations_of(definition) {
            let Some(&(function, farther)) = of.get(&relocation.target) else { continue };
            if relocation.kind != RelocationKind::Relative32 || relocation.offset < 2 {
                continue;
            }
            let field = image.layout.address(id) + u64::from(relocation.offset);
            let code = memory.read((field - 2 - memory.start()) as usize);
            sites.entry(function).or_default().extend(Site::new(field, code, farther));
        }
    }
    sites
}

/// Closes the files that a new program would not get. With them goes the pipe
/// by which whoever made this process waits for its program to begin.
fn close_as_exec_does() -> io::Result<()> {
    let mut open: Vec<RawFd> = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        if let Some(number) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) {
            open.push(number);
        }
    }
    for number in open {
        // SAFETY: only asked about; one that is not open, as that of the folder
        // above, is an error.
        let flags = fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) });
        if flags.is_ok_and(|flags| flags.contains(FdFlags::CLOEXEC)) {
            // SAFETY: this process goes on as another program, and nothing of
            // the one before uses the file.
            unsafe { rustix::io::close(number) };
        }
    }
    Ok(())
}
