//! Writing types, through serde: first to a [`Value`], then to text.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::error::Error;
use crate::parse::MAX_DEPTH;
use crate::value::{Map, Table, Value};

/// The text of anything, in the canonical form.
///
/// A list of structs becomes a table if they are flat: if all have the same
/// fields, in the same order, and each is a scalar. So does a list of maps.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    to_value(value)?.print()
}

/// Anything as a value; see [`to_string`].
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    Ok(value.serialize(Writer { depth: 0 })?.into_value())
}

/// What a list's elements are until the list is complete: only then it is known
/// whether they are rows, for which names are not copied again and again.
enum Out {
    Value(Value),
    Struct(Vec<(&'static str, Value)>),
}

impl Out {
    fn into_value(self) -> Value {
        match self {
            Out::Value(value) => value,
            Out::Struct(fields) => Value::Map(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            ),
        }
    }
}

/// A list, or the table that it is.
fn list(items: Vec<Out>) -> Value {
    let names_of = |item: &Out| match item {
        Out::Struct(fields) if fields.iter().all(|(_, value)| value.is_scalar()) => {
            Some(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>())
        }
        _ => None,
    };
    if let Some(names) = items.first().and_then(names_of) {
        let is_row = |item: &Out| match item {
            Out::Struct(fields) => {
                fields.len() == names.len()
                    && fields
                        .iter()
                        .zip(&names)
                        .all(|((name, value), wanted)| name == wanted && value.is_scalar())
            }
            Out::Value(_) => false,
        };
        let columns = names.iter().map(|name| (*name).to_owned()).collect();
        if items.iter().all(is_row)
            && let Ok(mut table) = Table::new(columns)
        {
            for item in items {
                if let Out::Struct(fields) = item {
                    let pushed = table.push(fields.into_iter().map(|(_, value)| value).collect());
                    debug_assert_eq!(pushed, Ok(()), "as many scalars as columns");
                }
            }
            return Value::Table(table);
        }
    }
    let list = Value::List(items.into_iter().map(Out::into_value).collect());
    // Maps that are no structs may be rows too; what is in them was seen to.
    match list {
        Value::List(items) if matches!(items.first(), Some(Value::Map(_))) => {
            crate::value::list_or_table(items)
        }
        other => other,
    }
}

#[derive(Clone, Copy)]
struct Writer {
    depth: usize,
}

impl Writer {
    fn deeper(self) -> Result<Writer, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Writer { depth: self.depth + 1 })
    }
}

fn done(value: Value) -> Result<Out, Error> {
    Ok(Out::Value(value))
}

macro_rules! integers {
    ($($method:ident $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<Out, Error> {
            done(Value::Integer(value.into()))
        })*
    };
}

impl Serializer for Writer {
    type Ok = Out;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Entries;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_i128 i128, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32,
        serialize_u64 u64
    }

    fn serialize_u128(self, value: u128) -> Result<Out, Error> {
        let value = i128::try_from(value)
            .map_err(|_| Error::new(format!("the integer {value} does not fit into 128 bits")))?;
        done(Value::Integer(value))
    }

    fn serialize_bool(self, value: bool) -> Result<Out, Error> {
        done(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Out, Error> {
        // The float with the same shortest text, not the same value: 0.1 stays 0.1.
        let mut text = String::new();
        crate::print::float(&mut text, value);
        done(Value::Float(crate::scalar::parse_float(&text)))
    }

    fn serialize_f64(self, value: f64) -> Result<Out, Error> {
        done(Value::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Out, Error> {
        done(Value::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Out, Error> {
        done(Value::Text(value.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Out, Error> {
        done(Value::List(bytes.iter().map(|byte| Value::Integer((*byte).into())).collect()))
    }

    fn serialize_none(self) -> Result<Out, Error> {
        done(Value::Nil)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Out, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Out, Error> {
        done(Value::Nil)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Out, Error> {
        done(Value::Nil)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Out, Error> {
        done(Value::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Out, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Out, Error> {
        let value = value.serialize(self.deeper()?)?.into_value();
        done(of_variant(Some(variant), value))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<List, Error> {
        // A length that is not true must not cost memory.
        let items = Vec::with_capacity(len.unwrap_or(0).min(1 << 16));
        Ok(List { writer: self.deeper()?, variant: None, items })
    }

    fn serialize_tuple(self, len: usize) -> Result<List, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<List, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<List, Error> {
        Ok(List { variant: Some(variant), ..self.deeper()?.serialize_seq(Some(len))? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries { writer: self.deeper()?, map: Map::new(), name: None })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Fields, Error> {
        Ok(Fields { writer: self.deeper()?, variant: None, fields: Vec::with_capacity(len) })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Fields, Error> {
        Ok(Fields { variant: Some(variant), ..self.deeper()?.serialize_struct(name, len)? })
    }
}

/// `{variant: value}`
fn of_variant(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        None => value,
        Some(variant) => Value::Map(Map::from_iter([(variant.to_owned(), value)])),
    }
}

struct List {
    writer: Writer,
    variant: Option<&'static str>,
    items: Vec<Out>,
}

impl List {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(value.serialize(self.writer)?);
        Ok(())
    }

    fn finish(self) -> Result<Out, Error> {
        done(of_variant(self.variant, list(self.items)))
    }
}

macro_rules! list_trait {
    ($($name:ident $method:ident),*) => {
        $(impl $name for List {
            type Ok = Out;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.add(value)
            }

            fn end(self) -> Result<Out, Error> {
                self.finish()
            }
        })*
    };
}

list_trait! {
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
}

struct Fields {
    writer: Writer,
    variant: Option<&'static str>,
    fields: Vec<(&'static str, Value)>,
}

impl Fields {
    fn add<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.fields.push((name, value.serialize(self.writer)?.into_value()));
        Ok(())
    }

    fn finish(self) -> Result<Out, Error> {
        let fields = Out::Struct(self.fields);
        match self.variant {
            None => Ok(fields),
            variant => done(of_variant(variant, fields.into_value())),
        }
    }
}

macro_rules! fields_trait {
    ($($name:ident),*) => {
        $(impl $name for Fields {
            type Ok = Out;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.add(name, value)
            }

            fn end(self) -> Result<Out, Error> {
                self.finish()
            }
        })*
    };
}

fields_trait! { SerializeStruct, SerializeStructVariant }

struct Entries {
    writer: Writer,
    map: Map,
    name: Option<String>,
}

impl SerializeMap for Entries {
    type Ok = Out;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let mut name = String::new();
        match key.serialize(self.writer)?.into_value() {
            Value::Text(text) => name = text,
            Value::Integer(value) => crate::print::integer(&mut name, value),
            Value::Float(value) => crate::print::float(&mut name, value),
            Value::Bool(value) => name = value.to_string(),
            other => return Err(Error::new(format!("a map's name is {}, not text", other.kind()))),
        }
        self.name = Some(name);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(self.writer)?.into_value();
        let name = self.name.take().ok_or_else(|| Error::new("a value without its name"))?;
        if self.map.contains_key(&name) {
            return Err(Error::new(format!("the name `{name}` occurs twice")));
        }
        self.map.insert(name, value);
        Ok(())
    }

    fn end(self) -> Result<Out, Error> {
        done(Value::Map(self.map))
    }
}
