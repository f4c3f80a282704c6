//! Code objects as assembly that people read: `--emit asm`.
//!
//! Made from the bytes that are linked, not from what the back end says of
//! them, so that it is true and the same for every back end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use iced_x86::{
    Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, Mnemonic, OpKind,
    SymbolResolver, SymbolResult,
};
use simple_object::positions::{Decoder as Positions, Position, PositionKind};
use simple_object::{CodeObject, Definition, Kind, Relocation, RelocationKind};
use simple_source::{Interner, SourceMap};

/// Appends the functions of `object` in Intel syntax, in the order of their
/// [`Definition::order`]: names for what they refer to, numbered labels for
/// jumps, and where the code comes from as comments.
pub fn write_assembly(
    out: &mut String,
    object: &CodeObject,
    interner: &Interner,
    sources: &SourceMap,
) {
    let mut functions: Vec<&Definition> =
        object.definitions.iter().filter(|definition| definition.kind == Kind::Function).collect();
    functions.sort_by_key(|function| (function.order, interner.resolve(function.name)));
    let mut writer = Writer::new(interner, sources);
    for function in functions {
        if !out.is_empty() {
            out.push('\n');
        }
        writer.function(out, object, function);
    }
}

struct Writer<'a> {
    interner: &'a Interner,
    sources: &'a SourceMap,
    formatter: IntelFormatter,
    names: Rc<RefCell<Names>>,
}

/// What the addresses in the current function and instruction are called.
#[derive(Default)]
struct Names {
    /// Numbers of jump targets.
    labels: BTreeMap<u64, usize>,
    /// What the instruction refers to outside the function.
    target: Option<String>,
}

struct Resolver(Rc<RefCell<Names>>);

impl SymbolResolver for Resolver {
    fn symbol(
        &mut self,
        _: &Instruction,
        _: u32,
        _: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        let names = self.0.borrow();
        let name = match (&names.target, names.labels.get(&address)) {
            (Some(target), _) => target.clone(),
            (None, Some(label)) => format!(".{label}"),
            (None, None) => return None,
        };
        Some(SymbolResult::with_string(address, name))
    }
}

impl<'a> Writer<'a> {
    fn new(interner: &'a Interner, sources: &'a SourceMap) -> Self {
        let names = Rc::new(RefCell::new(Names::default()));
        let resolver: Box<dyn SymbolResolver> = Box::new(Resolver(Rc::clone(&names)));
        let mut formatter = IntelFormatter::with_options(Some(resolver), None);
        let options = formatter.options_mut();
        options.set_space_after_operand_separator(true);
        options.set_rip_relative_addresses(false);
        options.set_hex_prefix("0x");
        options.set_hex_suffix("");
        options.set_uppercase_hex(false);
        options.set_small_hex_numbers_in_decimal(true);
        options.set_branch_leading_zeros(false);
        options.set_show_branch_size(false);
        options.set_signed_immediate_operands(true);
        Self { interner, sources, formatter, names }
    }

    fn function(&mut self, out: &mut String, object: &CodeObject, function: &Definition) {
        let code = object.bytes(function);
        let relocations = object.relocations_of(function);
        self.names.borrow_mut().labels = labels(code);
        let mut positions = Positions::new(object.positions_of(function)).peekable();
        let (name, display) =
            (self.interner.resolve(function.name), self.interner.resolve(function.display));
        let _ = write!(out, "{name}:");
        if display != name {
            let _ = write!(out, "  # {display}");
        }
        out.push('\n');
        let mut decoder = Decoder::with_ip(64, code, 0, DecoderOptions::NONE);
        while decoder.can_decode() {
            let instruction = decoder.decode();
            let (start, end) = (instruction.ip() as u32, instruction.next_ip() as u32);
            let label = self.names.borrow().labels.get(&u64::from(start)).copied();
            if let Some(label) = label {
                let _ = writeln!(out, ".{label}:");
            }
            let mut comment = String::new();
            while let Some(position) = positions.next_if(|position| position.offset <= start) {
                match position.kind {
                    PositionKind::Line => {
                        let _ = writeln!(out, "  # {}", self.place(&position));
                    }
                    PositionKind::Trap(kind) => {
                        comment = format!("{}, {}", trap_name(kind), self.place(&position));
                    }
                    // The place of the call before; it was written there.
                    PositionKind::Call => {}
                }
            }
            if let Some(position) = positions.peek()
                && position.kind == PositionKind::Call
                && position.offset == end
            {
                comment = self.place(position);
            }
            let within = |relocation: &&Relocation| (start..end).contains(&relocation.offset);
            let relocation = relocations.iter().find(within);
            self.names.borrow_mut().target = relocation.map(|relocation| self.target(relocation));
            let mut text = String::new();
            self.formatter.format(&instruction, &mut text);
            if comment.is_empty() {
                let _ = writeln!(out, "    {text}");
            } else {
                let _ = writeln!(out, "    {text:<40} # {comment}");
            }
        }
    }

    fn target(&self, relocation: &Relocation) -> String {
        let name = self.interner.resolve(relocation.target);
        // A relative reference counts from its own bytes, which end 4 later.
        let addend = match relocation.kind {
            RelocationKind::Relative32 | RelocationKind::GotRelative32 => relocation.addend + 4,
            _ => relocation.addend,
        };
        match addend {
            0 => name.to_owned(),
            addend => format!("{name}{addend:+}"),
        }
    }

    fn place(&self, position: &Position) -> String {
        let files = self.sources.files().as_slice();
        let file = files.get(position.file as usize).map_or("?", |file| &file.name);
        format!("{file}:{}:{}", position.line, position.column)
    }
}

/// Numbers the targets of jumps within the function, in order of address.
fn labels(code: &[u8]) -> BTreeMap<u64, usize> {
    let mut labels = BTreeMap::new();
    for instruction in &mut Decoder::with_ip(64, code, 0, DecoderOptions::NONE) {
        let is_jump = instruction.op0_kind() == OpKind::NearBranch64
            && instruction.mnemonic() != Mnemonic::Call;
        if is_jump && instruction.near_branch_target() < code.len() as u64 {
            labels.insert(instruction.near_branch_target(), 0);
        }
    }
    for (number, label) in labels.values_mut().enumerate() {
        *label = number;
    }
    labels
}

/// What a trap is for; see `docs/design/objects.md`.
fn trap_name(kind: u8) -> String {
    let name = match kind {
        16 => "overflow of +",
        17 => "overflow of -",
        18 => "overflow of *",
        19 => "overflow of negation",
        20 => "division by zero",
        21 => "overflow of /",
        22 => "remainder by zero",
        23 => "shift count out of range",
        24 => "overflow of **",
        25 => "negative exponent",
        26 => "unreachable",
        other => return format!("trap {other}"),
    };
    name.to_owned()
}
