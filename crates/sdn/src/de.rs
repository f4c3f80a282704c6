//! Reading into types, through serde.
//!
//! A text is read as a whole first, so that a mistake in the notation is
//! reported before any mistake in what it says. Whatever goes wrong below a
//! node is reported at the innermost node that it concerns.

use std::borrow::Cow;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::error::Error;
use crate::parse;
use crate::scalar;
use crate::tree::{Children, Cursor, Kind};

/// Reads a `T` from a text. `&str` and `Cow<str>` in it borrow from the text
/// where they can; `Cow` and `String` take text with escapes too.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let tree = parse::parse(text)?;
    let read = match Cursor::root(text, &tree) {
        Some(root) => T::deserialize(Node(root)),
        None => T::deserialize(Empty),
    };
    // What concerns nothing else concerns the whole: it lacks something.
    read.map_err(|error| error.or_at(text, 0, 0))
}

/// The same from bytes, which must be UTF-8.
pub fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    from_str(parse::utf8(bytes)?)
}

/// A text with nothing in it.
struct Empty;

impl<'de> Deserializer<'de> for Empty {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(serde::de::value::MapDeserializer::<_, Error>::new(std::iter::empty::<(
            &str,
            &str,
        )>()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A value in the text.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t, 'de>(pub(crate) Cursor<'t, 'de>);

fn visit_text<'de, V: Visitor<'de>>(text: Cow<'de, str>, visitor: V) -> Result<V::Value, Error> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

fn visit_integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, Error> {
    if let Ok(value) = u64::try_from(value) {
        visitor.visit_u64(value)
    } else if let Ok(value) = i64::try_from(value) {
        visitor.visit_i64(value)
    } else {
        visitor.visit_i128(value)
    }
}

impl<'de> Node<'_, 'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let node = self.0;
        match node.kind() {
            Kind::Nil => visitor.visit_unit(),
            Kind::True => visitor.visit_bool(true),
            Kind::False => visitor.visit_bool(false),
            Kind::Integer => visit_integer(node.integer(), visitor),
            Kind::Float => visitor.visit_f64(scalar::parse_float(node.raw())),
            Kind::Word | Kind::Quoted | Kind::Escaped => visit_text(node.name(), visitor),
            Kind::BlockMap | Kind::InlineMap => {
                let mut children = node.children();
                let pairs = std::iter::from_fn(move || Some((children.next()?, children.next()?)));
                visitor.visit_map(Pairs::new(pairs))
            }
            Kind::BlockList | Kind::InlineList | Kind::Columns => {
                visitor.visit_seq(Items(node.children()))
            }
            Kind::Table => visitor.visit_seq(Rows { columns: node.columns(), rows: node.rows() }),
            // Only a table's `Rows` knows the columns.
            Kind::Row => visitor.visit_seq(Items(node.children())),
        }
    }

    fn blame<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| self.0.blame(error))
    }
}

impl<'de> Deserializer<'de> for Node<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = self.visit(visitor);
        self.blame(result)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // Through an `f64` it would be rounded twice.
        let result = match self.0.kind() {
            Kind::Float => visitor.visit_f32(scalar::parse_float32(self.0.raw())),
            _ => self.visit(visitor),
        };
        self.blame(result)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match self.0.kind() {
            Kind::Nil => visitor.visit_none(),
            _ => visitor.visit_some(self),
        };
        self.blame(result)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = visitor.visit_newtype_struct(self);
        self.blame(result)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let node = self.0;
        let result = match node.kind() {
            Kind::Word | Kind::Quoted | Kind::Escaped => {
                visitor.visit_enum(Variant { name: node, value: None })
            }
            Kind::BlockMap | Kind::InlineMap => {
                let mut entries = node.entries();
                match (entries.next(), entries.next()) {
                    (Some((name, value)), None) => {
                        visitor.visit_enum(Variant { name, value: Some(value) })
                    }
                    _ => Err(serde::de::Error::invalid_value(
                        Unexpected::Map,
                        &"a map with one entry, the variant's name and its value",
                    )),
                }
            }
            _ => self.visit(visitor),
        };
        self.blame(result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

struct Items<'t, 'de>(Children<'t, 'de>);

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Node(item))).transpose()
    }
}

/// Names, each with its value: of a map, or the columns and cells of a row.
struct Pairs<'t, 'de, I> {
    pairs: I,
    value: Option<Cursor<'t, 'de>>,
}

impl<I> Pairs<'_, '_, I> {
    fn new(pairs: I) -> Self {
        Self { pairs, value: None }
    }
}

impl<'t, 'de, I: Iterator<Item = (Cursor<'t, 'de>, Cursor<'t, 'de>)>> MapAccess<'de>
    for Pairs<'t, 'de, I>
{
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Name(name)).map(Some).map_err(|error| name.blame(error))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::new("a value without its name"))?;
        seed.deserialize(Node(value))
    }
}

struct Rows<'t, 'de> {
    columns: Children<'t, 'de>,
    rows: Children<'t, 'de>,
}

impl<'de> SeqAccess<'de> for Rows<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        let record = Record { row, columns: self.columns.clone() };
        seed.deserialize(record).map(Some).map_err(|error| row.blame(error))
    }

    fn size_hint(&self) -> Option<usize> {
        // A row with one cell is two nodes; serde bounds what it trusts.
        None
    }
}

/// A table's row: a map, or what its cells are for who wants a tuple.
pub(crate) struct Record<'t, 'de> {
    pub(crate) row: Cursor<'t, 'de>,
    pub(crate) columns: Children<'t, 'de>,
}

impl<'de> Deserializer<'de> for Record<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Pairs::new(self.columns.zip(self.row.children())))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Items(self.row.children()))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut columns = self.columns;
        match (columns.next(), columns.next(), self.row.children().next()) {
            (Some(name), None, Some(value)) => {
                visitor.visit_enum(Variant { name, value: Some(value) })
            }
            _ => Err(Error::new("a row of several columns where a variant is expected")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq map struct identifier
    }
}

/// A name. As names mean nothing, whoever wants a number finds one there.
struct Name<'t, 'de>(Cursor<'t, 'de>);

impl<'de> Name<'_, 'de> {
    /// For those who do not want text.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.0.name();
        match scalar::classify(&text) {
            Ok(Kind::Integer) => {
                visit_integer(scalar::parse_integer(&text).unwrap_or_default(), visitor)
            }
            Ok(Kind::Float) => visitor.visit_f64(scalar::parse_float(&text)),
            Ok(Kind::True) => visitor.visit_bool(true),
            Ok(Kind::False) => visitor.visit_bool(false),
            _ => visit_text(text, visitor),
        }
    }
}

macro_rules! visit_name {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.visit(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Name<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit_text(self.0.name(), visitor)
    }

    visit_name! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant { name: self.0, value: None })
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// An enum's variant: its name alone, or with a value.
struct Variant<'t, 'de> {
    name: Cursor<'t, 'de>,
    value: Option<Cursor<'t, 'de>>,
}

impl<'t, 'de> EnumAccess<'de> for Variant<'t, 'de> {
    type Error = Error;
    type Variant = Payload<'t, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Payload<'t, 'de>), Error> {
        let name = seed.deserialize(self.name.name().into_deserializer());
        let name = name.map_err(|error: Error| self.name.blame(error))?;
        Ok((name, Payload { name: self.name, value: self.value }))
    }
}

struct Payload<'t, 'de> {
    name: Cursor<'t, 'de>,
    value: Option<Cursor<'t, 'de>>,
}

impl<'t, 'de> Payload<'t, 'de> {
    fn value(&self) -> Result<Node<'t, 'de>, Error> {
        self.value.map(Node).ok_or_else(|| {
            let name = self.name.raw();
            let error = Error::new(format!("the variant `{name}` needs a value"));
            self.name.blame(error.with_hint(format!("as in `{{{name}: …}}`")))
        })
    }
}

impl<'de> VariantAccess<'de> for Payload<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.value {
            None => Ok(()),
            Some(value) if value.kind() == Kind::Nil => Ok(()),
            Some(value) => {
                let name = self.name.raw();
                Err(value.blame(Error::new(format!("the variant `{name}` has no value"))))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value()?.deserialize_struct("", fields, visitor)
    }
}
