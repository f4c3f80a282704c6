//! Declarations.

use super::Dump;
use crate::ast::{AttributeValue, Field, Function, Generics, Item, ItemId, ItemKind, Items, List};

impl Dump<'_> {
    pub(super) fn item(&mut self, id: ItemId) {
        let item = *self.ast.item(id);
        self.attributes(&item);
        let public = if item.public.is_some() { "pub " } else { "" };
        let name = self.text(item.name.symbol);
        let doc = if item.doc.is_none() { "" } else { " ##" };
        match item.kind {
            ItemKind::Error => self.line("<error>"),
            ItemKind::Use { path, alias, names } => {
                let mut head = format!("{public}use {}", self.path(path));
                if let Some(alias) = alias {
                    head += &format!(" as {}", self.text(alias.symbol));
                }
                if let Some(names) = names {
                    let names: Vec<String> = self
                        .ast
                        .list(names)
                        .iter()
                        .map(|entry| match entry.alias {
                            Some(alias) => format!(
                                "{} as {}",
                                self.text(entry.name.symbol),
                                self.text(alias.symbol)
                            ),
                            None => self.text(entry.name.symbol).to_owned(),
                        })
                        .collect();
                    head += &format!(".{{{}}}", names.join(", "));
                }
                self.line(&head);
            }
            ItemKind::Function(function) => {
                let prefix = if function.is_extern { "extern " } else { "" };
                self.function(&format!("{public}{prefix}fn {name}"), doc, &function);
            }
            ItemKind::Struct { generics, fields, methods } => {
                self.record(&format!("{public}struct {name}"), doc, generics, fields, methods);
            }
            ItemKind::Class { generics, fields, methods } => {
                self.record(&format!("{public}class {name}"), doc, generics, fields, methods);
            }
            ItemKind::Enum { generics, variants, methods } => {
                let head = format!("{public}enum {name}{}{doc}", self.generics(generics));
                self.nest(&head, |dump| {
                    for variant in dump.ast.list(variants) {
                        let doc = if variant.doc.is_none() { "" } else { " ##" };
                        let head = format!("variant {}{doc}", dump.text(variant.name.symbol));
                        dump.nest(&head, |dump| dump.fields(variant.fields));
                    }
                    dump.items(methods);
                });
            }
            ItemKind::Trait { generics, supertraits, methods } => {
                let mut head = format!("{public}trait {name}{}", self.generics(generics));
                if !supertraits.is_empty() {
                    head += &format!(": {}", self.types(supertraits).replace(", ", " + "));
                }
                self.nest(&(head + doc), |dump| dump.items(methods));
            }
            ItemKind::Impl { generics, trait_, target, methods } => {
                let mut head = format!("impl{} ", self.generics(generics));
                if let Some(trait_) = trait_ {
                    head += &format!("{} for ", self.ty(trait_));
                }
                head += &self.ty(target);
                self.nest(&(head + doc), |dump| dump.items(methods));
            }
            ItemKind::TypeAlias { generics, ty } => {
                let head = format!(
                    "{public}type {name}{} = {}{doc}",
                    self.generics(generics),
                    self.ty(ty)
                );
                self.line(&head);
            }
            ItemKind::Const { ty, value } => {
                let ty = ty.map_or(String::new(), |ty| format!(": {}", self.ty(ty)));
                self.nest(&format!("{public}const {name}{ty}{doc}"), |dump| dump.expr(value));
            }
            ItemKind::Test { body } => {
                self.nest(&format!("test {name:?}{doc}"), |dump| dump.expr(body));
            }
            ItemKind::Stmt(stmt) => self.stmt(stmt),
        }
    }

    fn items(&mut self, items: Items) {
        for item in self.ast.list(items) {
            self.item(*item);
        }
    }

    fn attributes(&mut self, item: &Item) {
        for attribute in self.ast.list(item.attributes) {
            let args: Vec<String> = self
                .ast
                .list(attribute.args)
                .iter()
                .map(|arg| {
                    let value = match arg.value {
                        AttributeValue::Str(text) => format!("{:?}", self.text(text)),
                        AttributeValue::Int(value) => value.to_string(),
                        AttributeValue::Float(value) => format!("{value:?}"),
                        AttributeValue::Bool(value) => value.to_string(),
                        AttributeValue::Name(name) => self.text(name).to_owned(),
                    };
                    match arg.name {
                        Some(name) => format!("{}: {value}", self.text(name.symbol)),
                        None => value,
                    }
                })
                .collect();
            let args =
                if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
            let head = format!("@{}{args}", self.text(attribute.name.symbol));
            self.line(&head);
        }
    }

    fn generics(&self, generics: Generics) -> String {
        if generics.is_empty() {
            return String::new();
        }
        let params: Vec<String> = self
            .ast
            .list(generics)
            .iter()
            .map(|param| {
                let name = self.text(param.name.symbol);
                match param.bounds.len() {
                    0 => name.to_owned(),
                    _ => format!("{name}: {}", self.types(param.bounds).replace(", ", " + ")),
                }
            })
            .collect();
        format!("[{}]", params.join(", "))
    }

    fn function(&mut self, head: &str, doc: &str, function: &Function) {
        let mut head = format!("{head}{}", self.generics(function.generics));
        if let Some(result) = function.result {
            head += &format!(" -> {}", self.ty(result));
        }
        self.nest(&(head + doc), |dump| {
            dump.params(function.params);
            if let Some(body) = function.body {
                dump.expr(body);
            }
        });
    }

    fn record(
        &mut self,
        head: &str,
        doc: &str,
        generics: Generics,
        fields: List<Field>,
        methods: Items,
    ) {
        let head = format!("{head}{}{doc}", self.generics(generics));
        self.nest(&head, |dump| {
            dump.fields(fields);
            dump.items(methods);
        });
    }

    fn fields(&mut self, fields: List<Field>) {
        for field in self.ast.list(fields) {
            let doc = if field.doc.is_none() { "" } else { " ##" };
            let name = self.text(field.name.symbol);
            let ty = self.ty(field.ty);
            let head = match name {
                "" => format!("field {ty}{doc}"),
                _ => format!("field {name}: {ty}{doc}"),
            };
            match field.default {
                Some(default) => self.nest(&head, |dump| dump.expr(default)),
                None => self.line(&head),
            }
        }
    }
}
