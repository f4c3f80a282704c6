//! Items at the left margin.

use simple_source::Symbol;
use simple_source::interner::FxHashMap;

use super::{Parser, Result};
use crate::{FieldDef, FuncId, Global, Glue, Module, VariantDef, Vtable};

impl Parser<'_> {
    /// The first pass: gives numbers to the items that the lines at the left
    /// margin name. Text is never continued on a line of its own, so a line
    /// that begins with such a word is such an item.
    pub(super) fn declare_items(&mut self) -> Result<()> {
        while !self.cursor.at_end() {
            let start = self.cursor.position();
            let word = self.cursor.peek_word();
            let keyword = matches!(word, "struct" | "enum" | "class" | "vtable" | "global" | "fn");
            if keyword && self.cursor.eat(word) {
                let is_type = matches!(word, "struct" | "enum" | "class");
                let name = if is_type { self.type_name()? } else { self.name()? };
                let (types, names) = (self.types, &mut self.names);
                let new = match word {
                    "struct" => declare(&mut names.structs, name, |_| types.declare_struct(name)),
                    "enum" => declare(&mut names.enums, name, |_| types.declare_enum(name)),
                    "class" => declare(&mut names.classes, name, |_| types.declare_class(name)),
                    "vtable" => declare(&mut names.vtables, name, |n| n),
                    "global" => declare(&mut names.globals, name, |n| n),
                    _ => declare(&mut names.functions, name, FuncId),
                };
                if !new {
                    let message = format!("this {word} is declared twice");
                    return Err(self.cursor.error_at(start, message));
                }
            }
            self.cursor.skip_line();
        }
        Ok(())
    }

    /// The second pass.
    pub(super) fn items(&mut self) -> Result<Module> {
        let mut module = Module::default();
        loop {
            self.cursor.skip_lines();
            if self.cursor.at_end() {
                return Ok(module);
            }
            let start = self.cursor.position();
            if start > 0 && !self.at_left_margin(start) {
                return Err(self.cursor.error("expected an item at the left margin"));
            }
            let word = self.cursor.peek_word();
            if !word.is_empty() {
                self.cursor.eat(word);
            }
            match word {
                "struct" => self.struct_item()?,
                "class" => self.class_item()?,
                "enum" => self.enum_item()?,
                "vtable" => {
                    let vtable = self.vtable()?;
                    module.vtables.push(vtable);
                }
                "global" => {
                    let name = self.name()?;
                    self.cursor.expect(":")?;
                    let ty = self.ty()?;
                    module.globals.push(Global { name, ty });
                }
                "glue" => self.glue(&mut module.glue)?,
                "entry" => {
                    if module.entry.is_some() {
                        return Err(self.cursor.error_at(start, "a second entry"));
                    }
                    module.entry = Some(self.function_name()?);
                }
                "fn" => {
                    let function = self.function()?;
                    module.functions.push(function);
                }
                _ => return Err(self.cursor.error_at(start, "expected an item")),
            }
            self.end_of_line()?;
        }
    }

    /// Whether the first pass saw what stands at `position`.
    fn at_left_margin(&mut self, position: usize) -> bool {
        self.cursor.seek(position - 1);
        let at_margin = self.cursor.peek() == Some(b'\n');
        self.cursor.seek(position);
        at_margin
    }

    pub(super) fn end_of_line(&mut self) -> Result<()> {
        self.cursor.skip_spaces();
        match self.cursor.peek() {
            None | Some(b'\n') => Ok(()),
            Some(_) => Err(self.cursor.error("expected the end of the line")),
        }
    }

    fn has_body(&self) -> bool {
        self.cursor.peek() == Some(b'{')
    }

    fn struct_item(&mut self) -> Result<()> {
        let start = self.cursor.position();
        let name = self.type_name()?;
        // The first pass declared it.
        let id = self.types.declare_struct(name);
        if self.has_body() {
            let fields = self.bracketed("{", "}", Self::field)?;
            let same = fields.clone();
            self.types.define_struct(id, fields);
            if self.types.try_struct_fields(id) != Some(&*same) {
                return Err(self.cursor.error_at(start, "this struct has other fields elsewhere"));
            }
        }
        Ok(())
    }

    fn class_item(&mut self) -> Result<()> {
        let start = self.cursor.position();
        let name = self.type_name()?;
        let id = self.types.declare_class(name);
        if self.has_body() {
            let fields = self.bracketed("{", "}", Self::field)?;
            let same = fields.clone();
            self.types.define_class(id, fields);
            if self.types.try_class_fields(id) != Some(&*same) {
                return Err(self.cursor.error_at(start, "this class has other fields elsewhere"));
            }
        }
        Ok(())
    }

    fn enum_item(&mut self) -> Result<()> {
        let start = self.cursor.position();
        let name = self.type_name()?;
        let id = self.types.declare_enum(name);
        if self.has_body() {
            let variants = self.bracketed("{", "}", |parser| {
                let name = parser.name()?;
                let fields = match parser.cursor.peek() {
                    Some(b'(') => parser.bracketed("(", ")", Self::field)?,
                    _ => Vec::new(),
                };
                Ok(VariantDef { name, fields: fields.into() })
            })?;
            let same = variants.clone();
            self.types.define_enum(id, variants);
            if self.types.try_enum_variants(id) != Some(&*same) {
                return Err(self.cursor.error_at(start, "this enum has other variants elsewhere"));
            }
        }
        Ok(())
    }

    fn field(&mut self) -> Result<FieldDef> {
        let digits = self.cursor.bytes().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let name = if digits > 0 {
            let text = self.cursor.advance(digits);
            self.cursor.skip_spaces();
            self.interner.intern(text)
        } else {
            self.name()?
        };
        self.cursor.expect(":")?;
        Ok(FieldDef { name, ty: self.ty()? })
    }

    fn vtable(&mut self) -> Result<Vtable> {
        let name = self.name()?;
        self.cursor.expect("for")?;
        let ty = self.ty()?;
        self.cursor.expect("{")?;
        self.cursor.expect("drop")?;
        let drop = self.function_name()?;
        self.cursor.expect(",")?;
        self.cursor.expect("clone")?;
        let clone = self.function_name()?;
        let mut methods = Vec::new();
        while self.cursor.eat(",") {
            methods.push(self.function_name()?);
        }
        self.cursor.expect("}")?;
        Ok(Vtable { name, ty, drop, clone, methods })
    }

    fn glue(&mut self, glue: &mut Glue) -> Result<()> {
        let start = self.cursor.position();
        let table = if self.cursor.eat("destroy") {
            &mut glue.destroy
        } else if self.cursor.eat("retain") {
            &mut glue.retain
        } else if self.cursor.eat("release") {
            &mut glue.release
        } else {
            return Err(self.cursor.error("expected `destroy`, `retain` or `release`"));
        };
        let ty = self.ty()?;
        self.cursor.expect("=")?;
        let function = self.function_name()?;
        if table.insert(ty, function).is_some() {
            return Err(self.cursor.error_at(start, "a second function for the same type"));
        }
        Ok(())
    }

    /// `?` and a number stand for an item without a name.
    fn item_number(&mut self) -> Result<Option<u32>> {
        if self.cursor.peek() == Some(b'?') {
            self.cursor.advance(1);
            return Ok(Some(self.cursor.index()?));
        }
        Ok(None)
    }

    pub(super) fn function_name(&mut self) -> Result<FuncId> {
        if let Some(number) = self.item_number()? {
            return Ok(FuncId(number));
        }
        let start = self.cursor.position();
        let name = self.name()?;
        let id = self.names.functions.get(&name).copied();
        id.ok_or_else(|| {
            let text = self.interner.resolve(name);
            self.cursor.error_at(start, format!("the function `{text}` is not declared"))
        })
    }

    pub(super) fn vtable_name(&mut self) -> Result<u32> {
        if let Some(number) = self.item_number()? {
            return Ok(number);
        }
        let start = self.cursor.position();
        let name = self.name()?;
        let id = self.names.vtables.get(&name).copied();
        id.ok_or_else(|| self.cursor.error_at(start, "this vtable is not declared"))
    }

    pub(super) fn global_name(&mut self) -> Result<u32> {
        if let Some(number) = self.item_number()? {
            return Ok(number);
        }
        let start = self.cursor.position();
        let name = self.name()?;
        let id = self.names.globals.get(&name).copied();
        id.ok_or_else(|| self.cursor.error_at(start, "this global is not declared"))
    }
}

/// Numbers `name` in `table`; false if it is there already.
fn declare<T>(table: &mut FxHashMap<Symbol, T>, name: Symbol, make: impl FnOnce(u32) -> T) -> bool {
    let number = table.len() as u32;
    table.insert(name, make(number)).is_none()
}
