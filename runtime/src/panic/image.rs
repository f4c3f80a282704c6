//! The tables about the program (`docs/design/objects.md`, image tables).

use super::position::{Kind, Position, Positions};

/// A function of the program.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Function {
    start: u32,
    size: u32,
    name: u32,
    name_len: u16,
    flags: u16,
    positions: u32,
    positions_len: u32,
}
const _: () = assert!(size_of::<Function>() == 24);

/// The file (or function) is the standard library's.
pub(super) const LIBRARY: u16 = 1;
/// The function is the runtime's.
pub(super) const RUNTIME: u16 = 2;
/// The function was split off from the one that calls it.
pub(super) const PART: u16 = 4;

#[repr(C)]
struct File {
    name: u32,
    name_len: u16,
    flags: u16,
}

/// The datum `simple_image` that the linker makes.
#[repr(C)]
struct Tables {
    text_base: *const u8,
    functions: *const Function,
    function_count: u64,
    names: *const u8,
    files: *const File,
    file_count: u64,
    positions: *const u8,
}

#[cfg(all(feature = "image", not(test)))]
unsafe extern "C" {
    #[link_name = "simple_image"]
    static IMAGE: Tables;
}

/// Read access to the tables.
#[derive(Clone, Copy)]
pub(crate) struct Image {
    text_base: usize,
    functions: &'static [Function],
    names: *const u8,
    files: &'static [File],
    positions: *const u8,
}

impl Image {
    /// The tables of this program.
    #[cfg(all(feature = "image", not(test)))]
    pub(crate) fn of_program() -> Self {
        // SAFETY: the linker made the datum.
        unsafe { Self::new(&IMAGE) }
    }

    /// Without a program there are no functions.
    #[cfg(not(all(feature = "image", not(test))))]
    pub(crate) fn of_program() -> Self {
        use core::ptr::null;
        Self { text_base: 0, functions: &[], names: null(), files: &[], positions: null() }
    }

    /// # Safety
    /// The pointers and counts are right.
    #[cfg_attr(not(any(feature = "image", test)), expect(dead_code, reason = "for images"))]
    unsafe fn new(tables: &'static Tables) -> Self {
        // SAFETY: passed on.
        unsafe {
            Self {
                text_base: tables.text_base.addr(),
                functions: slice(tables.functions, tables.function_count as usize),
                names: tables.names,
                files: slice(tables.files, tables.file_count as usize),
                positions: tables.positions,
            }
        }
    }

    /// The function that an address lies in.
    pub(crate) fn function_at(self, pc: usize) -> Option<&'static Function> {
        let offset = u32::try_from(pc.checked_sub(self.text_base)?).ok()?;
        let after = self.functions.partition_point(|function| function.start <= offset);
        let function = self.functions.get(after.checked_sub(1)?)?;
        (offset - function.start < function.size).then_some(function)
    }

    /// Where the function begins that an address lies in.
    #[cfg(feature = "image")]
    pub(crate) fn function_start(self, pc: usize) -> Option<usize> {
        self.function_at(pc).map(|function| self.text_base + function.start as usize)
    }

    /// The name for people; empty if it was stripped.
    pub(crate) fn name(self, function: &Function) -> &'static str {
        // SAFETY: the range lies in the names.
        unsafe { text(self.names, function.name, function.name_len.into()) }
    }

    /// The name of a file by its number.
    pub(crate) fn file(self, number: u32) -> Option<&'static str> {
        let file = self.files.get(number as usize)?;
        // SAFETY: the range lies in the names.
        Some(unsafe { text(self.names, file.name, file.name_len.into()) })
    }

    /// Whether an address in a function is of code that the user wrote: its
    /// position is in no file of the library. A function of the library may
    /// hold such code, which was inlined into it.
    pub(crate) fn is_users(self, function: &Function, address: Address) -> bool {
        !function.is_runtimes()
            && self.position(function, address).is_some_and(|position| {
                let file = self.files.get(position.file as usize);
                file.is_some_and(|file| file.flags & LIBRARY == 0)
            })
    }

    /// The source position of an address in a function.
    pub(crate) fn position(self, function: &Function, address: Address) -> Option<Position> {
        let len = function.positions_len as usize;
        if len == 0 {
            return None;
        }
        // SAFETY: the range lies in the positions.
        let stream = unsafe { slice(self.positions.add(function.positions as usize), len) };
        let (pc, kind) = match address {
            Address::Instruction(pc) => (pc, None),
            Address::Return(pc) => (pc, Some(Kind::Call)),
        };
        let offset = (pc - self.text_base) as u32 - function.start;
        let mut best = None;
        for position in Positions::new(stream) {
            if position.offset > offset {
                break;
            }
            match kind {
                // The row of a call is the one of its return address. Without
                // one, what begins at that address is not the call.
                Some(kind) if position.offset == offset => {
                    if position.kind == kind {
                        return Some(position);
                    }
                }
                // Return addresses lie behind what their rows are about.
                None if position.kind == Kind::Call => {}
                _ => best = Some(position),
            }
        }
        best
    }
}

/// What an address in a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Address {
    /// The instruction that went wrong.
    Instruction(usize),
    /// Where a call returns to.
    Return(usize),
}

impl Address {
    /// An address in the instruction that is meant.
    pub(crate) fn pc(self) -> usize {
        match self {
            Self::Instruction(pc) => pc,
            // The call may be a function's last instruction.
            Self::Return(pc) => pc.wrapping_sub(1),
        }
    }
}

impl Function {
    /// Whether this is code of the runtime.
    pub(crate) fn is_runtimes(&self) -> bool {
        self.flags & RUNTIME != 0
    }

    /// Whether this and the function that called it were one.
    pub(crate) fn is_part(&self) -> bool {
        self.flags & PART != 0
    }
}

/// # Safety
/// There are so many elements, for as long as the program runs.
unsafe fn slice<T>(start: *const T, len: usize) -> &'static [T] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(start, len) }
}

/// # Safety
/// The range lies in the names.
unsafe fn text(names: *const u8, at: u32, len: u32) -> &'static str {
    // SAFETY: the caller's promise; names are UTF-8.
    unsafe { core::str::from_utf8_unchecked(slice(names.add(at as usize), len as usize)) }
}

/// A function for a test's tables.
#[cfg(test)]
pub(super) struct TestFunction {
    pub(super) name: &'static str,
    pub(super) size: u32,
    pub(super) flags: u16,
    pub(super) positions: &'static [u8],
}

#[cfg(test)]
impl Image {
    /// Tables of functions that follow each other from `base` on; those without
    /// a name and without positions are holes.
    pub(super) fn for_test(base: usize, functions: &[TestFunction], files: &[(&str, u16)]) -> Self {
        use std::boxed::Box;
        use std::vec::Vec;
        let mut names = std::string::String::new();
        let mut positions = Vec::new();
        let mut name = |text: &str| {
            names.push_str(text);
            (names.len() - text.len()) as u32
        };
        let mut start = 0;
        let mut table = Vec::new();
        for function in functions {
            table.push(Function {
                start,
                size: function.size,
                name: name(function.name),
                name_len: function.name.len() as u16,
                flags: function.flags,
                positions: positions.len() as u32,
                positions_len: function.positions.len() as u32,
            });
            start += function.size;
            positions.extend_from_slice(function.positions);
        }
        table.retain(|function| function.name_len > 0 || function.positions_len > 0);
        let files: Vec<File> = files
            .iter()
            .map(|&(file, flags)| File { name: name(file), name_len: file.len() as u16, flags })
            .collect();
        let tables = Tables {
            text_base: core::ptr::without_provenance(base),
            function_count: table.len() as u64,
            functions: table.leak().as_ptr(),
            names: names.leak().as_ptr(),
            file_count: files.len() as u64,
            files: files.leak().as_ptr(),
            positions: positions.leak().as_ptr(),
        };
        // SAFETY: the tables are right.
        unsafe { Self::new(Box::leak(Box::new(tables))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three functions: the user's, the library's and, after a hole, the runtime's.
    fn image() -> Image {
        let stream: &'static [u8] = &[
            0, 10, // file 0, line 10
            0, 0, 0, 1, // +0: line 10 column 1
            1, 9, 1, 5, // +9: a call in line 11, column 5
            0, 0, 1, 6, // +9: line 12, column 6
            16, 11, 0x7f, 3, // +20: a trap in line 11
            255, 1, 1, 10, 2, 7, // +30: another file, a call in line 13
        ];
        let function = |name, flags, positions| TestFunction { name, size: 32, flags, positions };
        let functions = [
            function("main", 0, stream),
            function("lib.", LIBRARY, &[]),
            function("", 0, &[]),
            function("rt", RUNTIME, &[]),
        ];
        Image::for_test(0x1000, &functions, &[("rt.splé", 0), ("main", LIBRARY)])
    }

    #[test]
    fn functions_by_address() {
        let image = image();
        let name = |pc| image.function_at(pc).map(|function| image.name(function));
        assert_eq!(name(0xfff), None);
        assert_eq!(name(0x1000), Some("main"));
        assert_eq!(name(0x101f), Some("main"));
        assert_eq!(name(0x1020), Some("lib."));
        assert_eq!(name(0x1040), None);
        assert_eq!(name(0x1060), Some("rt"));
        assert_eq!(name(0x1080), None);
        assert_eq!(name(usize::MAX), None);
    }

    #[test]
    fn positions_by_address() {
        let image = image();
        let function = image.function_at(0x1000).expect("there is one");
        let at = |address| {
            let found = image.position(function, address)?;
            Some((found.file, found.line, found.column))
        };
        assert_eq!(at(Address::Return(0x1009)), Some((0, 11, 5)));
        assert_eq!(at(Address::Instruction(0x1009)), Some((0, 12, 6)));
        assert_eq!(at(Address::Instruction(0x1008)), Some((0, 10, 1)));
        assert_eq!(at(Address::Instruction(0x1014)), Some((0, 11, 3)));
        assert_eq!(at(Address::Return(0x1014)), Some((0, 12, 6)));
        assert_eq!(at(Address::Return(0x101e)), Some((1, 13, 7)));
        let library = image.function_at(0x1020).expect("there is one");
        assert!(image.position(library, Address::Instruction(0x1020)).is_none());
        let users = |pc| image.is_users(function, Address::Return(pc));
        assert!(users(0x1009) && !users(0x101e));
        assert!(!image.is_users(library, Address::Instruction(0x1020)));
        assert!(!library.is_runtimes());
        assert_eq!(image.file(0), Some("rt.splé"));
        assert_eq!(image.file(2), None);
    }
}
