//! What types of other languages are called here.

/// A generic type of another language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Generic {
    /// What it is, with its article.
    pub what: &'static str,
    /// How many arguments it takes.
    pub params: usize,
    /// What stands before, between and after its arguments here.
    before: &'static str,
    between: &'static str,
    after: &'static str,
}

impl Generic {
    /// The type with names for its arguments.
    pub fn example(self) -> String {
        match self.params {
            2 => self.written(&["K", "V"]),
            _ => self.written(&["T"]),
        }
    }

    /// The type with these arguments, as it is written here.
    pub fn written(self, args: &[&str]) -> String {
        format!("{}{}{}", self.before, args.join(self.between), self.after)
    }
}

/// How the generic type `name` of another language is written here.
pub fn generic_type(name: &str) -> Option<Generic> {
    let (what, [before, between, after]) = match name {
        "list" | "Vec" | "vec" | "Array" | "array" | "ArrayList" | "Seq" | "Slice" => {
            ("a list", ["[", ", ", "]"])
        }
        "dict" | "map" | "Map" | "HashMap" | "BTreeMap" | "IndexMap" | "hashmap" => {
            ("a dict", ["{", ": ", "}"])
        }
        "set" | "HashSet" | "BTreeSet" => ("a set", ["{", ", ", "}"]),
        "Optional" | "Maybe" | "option" => ("an option", ["", ", ", "?"]),
        "tuple" | "Tuple" => ("a tuple", ["(", ", ", ")"]),
        "Box" | "Rc" | "Arc" => ("a value behind a pointer", ["", ", ", ""]),
        _ => return None,
    };
    let params = if between == ": " { 2 } else { 1 };
    Some(Generic { what, params, before, between, after })
}

/// What the type `name` of another language is called here.
pub fn plain_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "Int" | "Integer" | "integer" | "long" | "Long" | "isize" | "usize" | "int64"
        | "number" | "i128" => "i64",
        "short" | "int16" => "i16",
        "int32" => "i32",
        "uint" | "unsigned" | "uint64" | "ulong" | "u128" => "u64",
        "uint32" => "u32",
        "byte" | "uint8" => "u8",
        "int8" => "i8",
        "float" | "Float" | "double" | "Double" | "float64" => "f64",
        "float32" => "f32",
        "string" | "String" | "text" | "Str" => "str",
        "boolean" | "Boolean" | "Bool" => "bool",
        "Char" | "rune" => "char",
        "Void" | "void" | "None" | "Unit" | "unit" => "()",
        _ => return None,
    })
}
