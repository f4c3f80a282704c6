//! The four languages.

use super::printer::{Commented, Dialect};
use super::program::{FIELDS, Function, Statement, Type};

pub(super) struct Simple;
pub(super) struct C;
pub(super) struct Go;
pub(super) struct Rust;

/// The fields of the record, one a line, each as the language says it.
fn fields(field: impl Fn(&str, Type) -> String) -> String {
    FIELDS.iter().map(|(name, ty)| field(name, *ty)).collect()
}

/// The parameters of a function, each as the language says it.
fn parameters(function: &Function, parameter: impl Fn(&str, Type) -> String) -> String {
    function.signature.parameters().map(|(name, ty)| parameter(name, ty)).join(", ")
}

/// `value as ty`, which binds tighter than the operators between two.
fn as_type(value: &str, is_atom: bool, ty: &str) -> String {
    if is_atom { format!("{value} as {ty}") } else { format!("({value}) as {ty}") }
}

impl Simple {
    fn ty(ty: Type) -> &'static str {
        match ty {
            Type::Int => "i64",
            Type::Float => "f64",
            Type::Record => "Sample",
        }
    }
}

impl Dialect for Simple {
    const END: &'static str = "";
    const OPEN: &'static str = ":";
    const CLOSE: &'static str = "";

    fn prologue(&self) -> String {
        let fields = fields(|name, ty| format!("    {name}: {}\n", Self::ty(ty)));
        format!("# A generated program.\n\nstruct Sample:\n{fields}\n")
    }

    fn function(&self, function: &Function) -> String {
        let parameters = parameters(function, |name, ty| format!("{name}: {}", Self::ty(ty)));
        format!("fn {}({parameters}) -> {}", function.name, Self::ty(function.signature.result()))
    }

    fn declaration(&self, name: &str, _ty: Type, mutable: bool, value: &str) -> String {
        format!("{} {name} = {value}", if mutable { "var" } else { "val" })
    }

    fn for_header(&self, counter: &str, count: i64) -> String {
        format!("for {counter} in 0..{count}")
    }

    fn while_header(&self, condition: &str) -> String {
        format!("while {condition}")
    }

    fn if_header(&self, condition: &str) -> String {
        format!("if {condition}")
    }

    fn result(&self, value: &str) -> String {
        value.to_owned()
    }

    fn record(&self, fields: &[String]) -> String {
        format!("Sample({})", fields.join(", "))
    }

    fn to_float(&self, value: &str, is_atom: bool) -> String {
        as_type(value, is_atom, "f64")
    }

    fn to_int(&self, value: &str, is_atom: bool) -> String {
        as_type(value, is_atom, "i64")
    }

    fn main_header(&self) -> String {
        "fn main()".to_owned()
    }

    fn print_total(&self) -> String {
        "print total".to_owned()
    }

    fn comment(&self, of: Commented<'_>) -> Option<String> {
        match of {
            Commented::Function(function) => {
                let [(first, _), (second, _)] = function.signature.parameters();
                Some(format!("## Makes one number of `{first}` and `{second}`."))
            }
            Commented::Main => {
                Some("## Prints a number that depends on every function.".to_owned())
            }
            Commented::Statement(Statement::For { count, .. }) => {
                Some(format!("# {count} rounds are enough."))
            }
            Commented::Statement(Statement::While { .. }) => {
                Some("# Until hardly anything is left.".to_owned())
            }
            Commented::Statement(Statement::If { .. }) => Some("# It depends.".to_owned()),
            Commented::Statement(_) => None,
        }
    }
}

impl C {
    fn ty(ty: Type) -> &'static str {
        match ty {
            Type::Int => "int64_t",
            Type::Float => "double",
            Type::Record => "Sample",
        }
    }
}

impl Dialect for C {
    const END: &'static str = ";";
    const OPEN: &'static str = " {";

    fn prologue(&self) -> String {
        let fields = fields(|name, ty| format!("    {} {name};\n", Self::ty(ty)));
        format!(
            "// A generated program.\n#include <inttypes.h>\n#include <stdio.h>\n\n\
             typedef struct {{\n{fields}}} Sample;\n\n"
        )
    }

    fn function(&self, function: &Function) -> String {
        let parameters = parameters(function, |name, ty| format!("{} {name}", Self::ty(ty)));
        format!("{} {}({parameters})", Self::ty(function.signature.result()), function.name)
    }

    fn declaration(&self, name: &str, ty: Type, _mutable: bool, value: &str) -> String {
        format!("{} {name} = {value}", Self::ty(ty))
    }

    fn for_header(&self, counter: &str, count: i64) -> String {
        format!("for (int64_t {counter} = 0; {counter} < {count}; {counter}++)")
    }

    fn while_header(&self, condition: &str) -> String {
        format!("while ({condition})")
    }

    fn if_header(&self, condition: &str) -> String {
        format!("if ({condition})")
    }

    fn result(&self, value: &str) -> String {
        format!("return {value};")
    }

    fn record(&self, fields: &[String]) -> String {
        format!("(Sample){{{}}}", fields.join(", "))
    }

    fn to_float(&self, value: &str, _is_atom: bool) -> String {
        format!("(double)({value})")
    }

    fn to_int(&self, value: &str, _is_atom: bool) -> String {
        format!("(int64_t)({value})")
    }

    fn main_header(&self) -> String {
        "int main(void)".to_owned()
    }

    fn print_total(&self) -> String {
        "printf(\"%\" PRId64 \"\\n\", total)".to_owned()
    }
}

impl Go {
    fn ty(ty: Type) -> &'static str {
        match ty {
            Type::Int => "int64",
            Type::Float => "float64",
            Type::Record => "Sample",
        }
    }
}

impl Dialect for Go {
    const INDENT: &'static str = "\t";
    const END: &'static str = "";
    const OPEN: &'static str = " {";

    fn prologue(&self) -> String {
        let fields = fields(|name, ty| format!("\t{name} {}\n", Self::ty(ty)));
        format!(
            "// A generated program.\npackage main\n\nimport \"fmt\"\n\n\
             type Sample struct {{\n{fields}}}\n\n"
        )
    }

    fn function(&self, function: &Function) -> String {
        let parameters = parameters(function, |name, ty| format!("{name} {}", Self::ty(ty)));
        let result = Self::ty(function.signature.result());
        format!("func {}({parameters}) {result}", function.name)
    }

    fn declaration(&self, name: &str, ty: Type, _mutable: bool, value: &str) -> String {
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("var {name} {} = {value}", Self::ty(ty))
        } else {
            format!("{name} := {value}")
        }
    }

    fn for_header(&self, counter: &str, count: i64) -> String {
        format!("for {counter} := int64(0); {counter} < {count}; {counter}++")
    }

    fn while_header(&self, condition: &str) -> String {
        format!("for {condition}")
    }

    fn if_header(&self, condition: &str) -> String {
        format!("if {condition}")
    }

    fn result(&self, value: &str) -> String {
        format!("return {value}")
    }

    fn record(&self, fields: &[String]) -> String {
        format!("Sample{{{}}}", fields.join(", "))
    }

    fn to_float(&self, value: &str, _is_atom: bool) -> String {
        format!("float64({value})")
    }

    fn to_int(&self, value: &str, _is_atom: bool) -> String {
        format!("int64({value})")
    }

    fn main_header(&self) -> String {
        "func main()".to_owned()
    }

    fn print_total(&self) -> String {
        "fmt.Println(total)".to_owned()
    }
}

impl Rust {
    fn ty(ty: Type) -> &'static str {
        // The names of Simple's types are Rust's.
        Simple::ty(ty)
    }
}

impl Dialect for Rust {
    const END: &'static str = ";";
    const OPEN: &'static str = " {";

    fn prologue(&self) -> String {
        let fields = fields(|name, ty| format!("    {name}: {},\n", Self::ty(ty)));
        format!(
            "// A generated program.\n#![allow(unused)]\n\n\
             #[derive(Clone, Copy)]\nstruct Sample {{\n{fields}}}\n\n"
        )
    }

    fn function(&self, function: &Function) -> String {
        // The same words, but a colon.
        Simple.function(function)
    }

    fn declaration(&self, name: &str, _ty: Type, mutable: bool, value: &str) -> String {
        format!("let {}{name} = {value}", if mutable { "mut " } else { "" })
    }

    fn for_header(&self, counter: &str, count: i64) -> String {
        format!("for {counter} in 0..{count}")
    }

    fn while_header(&self, condition: &str) -> String {
        format!("while {condition}")
    }

    fn if_header(&self, condition: &str) -> String {
        format!("if {condition}")
    }

    fn result(&self, value: &str) -> String {
        value.to_owned()
    }

    fn record(&self, values: &[String]) -> String {
        let fields: Vec<String> = FIELDS
            .iter()
            .zip(values)
            .map(|((name, _), value)| format!("{name}: {value}"))
            .collect();
        format!("Sample {{ {} }}", fields.join(", "))
    }

    fn to_float(&self, value: &str, is_atom: bool) -> String {
        as_type(value, is_atom, "f64")
    }

    fn to_int(&self, value: &str, is_atom: bool) -> String {
        as_type(value, is_atom, "i64")
    }

    fn main_header(&self) -> String {
        "fn main()".to_owned()
    }

    fn print_total(&self) -> String {
        "println!(\"{total}\")".to_owned()
    }
}
