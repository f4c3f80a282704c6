//! From a program to the text of a language.
//!
//! All four have the same operators; where they differ is a [`Dialect`].

use std::fmt::Write;

use super::program::{Condition, Expr, Function, Operator, Place, Program, Statement, Type};

/// What sets a language apart.
pub(super) trait Dialect {
    /// One level of indentation.
    const INDENT: &'static str = "    ";
    /// Ends a simple statement.
    const END: &'static str;
    /// Begins a block, after its header.
    const OPEN: &'static str;
    /// Ends a block on a line of its own; empty where indentation does.
    const CLOSE: &'static str = "}";

    /// What stands before the first function.
    fn prologue(&self) -> String;
    fn function(&self, function: &Function) -> String;
    fn declaration(&self, name: &str, ty: Type, mutable: bool, value: &str) -> String;
    fn for_header(&self, counter: &str, count: i64) -> String;
    fn while_header(&self, condition: &str) -> String;
    fn if_header(&self, condition: &str) -> String;
    fn result(&self, value: &str) -> String;
    fn record(&self, fields: &[String]) -> String;
    fn to_float(&self, value: &str, is_atom: bool) -> String;
    fn to_int(&self, value: &str, is_atom: bool) -> String;
    fn main_header(&self) -> String;
    /// The last statement of `main`, which prints `total`.
    fn print_total(&self) -> String;
    /// What stands before a function, or before a statement that has a block.
    /// A language without closing braces has as many lines as one with them by
    /// a comment for each.
    fn comment(&self, _of: Commented<'_>) -> Option<String> {
        None
    }
}

/// What a comment is about.
#[derive(Clone, Copy)]
pub(super) enum Commented<'a> {
    Function(&'a Function),
    Statement(&'a Statement),
    Main,
}

/// The text of a program.
pub(super) fn print<D: Dialect>(program: &Program, dialect: &D) -> String {
    let mut printer = Printer { program, dialect, text: dialect.prologue(), depth: 0 };
    for function in &program.functions {
        printer.function(function);
    }
    printer.main();
    printer.text
}

struct Printer<'a, D> {
    program: &'a Program,
    dialect: &'a D,
    text: String,
    depth: usize,
}

impl<D: Dialect> Printer<'_, D> {
    fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text.push_str(D::INDENT);
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn function(&mut self, function: &Function) {
        if let Some(comment) = self.dialect.comment(Commented::Function(function)) {
            self.line(&comment);
        }
        self.line(&(self.dialect.function(function) + D::OPEN));
        self.block(&function.body);
        self.close("");
        self.text.push('\n');
    }

    fn main(&mut self) {
        if let Some(comment) = self.dialect.comment(Commented::Main) {
            self.line(&comment);
        }
        self.line(&(self.dialect.main_header() + D::OPEN));
        self.block(&self.program.main);
        self.depth += 1;
        self.line(&(self.dialect.print_total() + D::END));
        self.depth -= 1;
        self.close("");
    }

    fn close(&mut self, rest: &str) {
        let line = format!("{}{rest}", D::CLOSE);
        if !line.is_empty() {
            self.line(line.trim_start());
        }
    }

    fn block(&mut self, body: &[Statement]) {
        self.depth += 1;
        for (index, statement) in body.iter().enumerate() {
            self.statement(statement, &body[index + 1..]);
        }
        self.depth -= 1;
    }

    /// `rest` is what follows in the block.
    fn statement(&mut self, statement: &Statement, rest: &[Statement]) {
        let dialect = self.dialect;
        if let Some(comment) = dialect.comment(Commented::Statement(statement)) {
            self.line(&comment);
        }
        let header = match statement {
            Statement::Let { name, ty, value } => {
                let mutable = rest.iter().any(|statement| statement.assigns(name));
                dialect.declaration(name, *ty, mutable, &self.expr(value)) + D::END
            }
            Statement::Assign { place, value } => {
                format!("{} = {}{}", place_text(*place), self.expr(value), D::END)
            }
            Statement::Add { place, value } => {
                format!("{} += {}{}", place_text(*place), self.expr(value), D::END)
            }
            Statement::Result { value } => dialect.result(&self.expr(value)),
            Statement::For { counter, count, .. } => dialect.for_header(counter, *count) + D::OPEN,
            Statement::While { condition, .. } => {
                dialect.while_header(&self.condition(condition)) + D::OPEN
            }
            Statement::If { condition, .. } => {
                dialect.if_header(&self.condition(condition)) + D::OPEN
            }
        };
        self.line(&header);
        match statement {
            Statement::For { body, .. } | Statement::While { body, .. } => {
                self.block(body);
                self.close("");
            }
            Statement::If { then, otherwise, .. } => {
                self.block(then);
                if !otherwise.is_empty() {
                    self.close(&format!(" else{}", D::OPEN));
                    self.block(otherwise);
                }
                self.close("");
            }
            Statement::Let { .. }
            | Statement::Assign { .. }
            | Statement::Add { .. }
            | Statement::Result { .. } => {}
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let side = |expr: &Expr| match expr {
            Expr::Binary(operator, ..) if operator.precedence() == 0 => {
                format!("({})", self.expr(expr))
            }
            _ => self.expr(expr),
        };
        format!("{} {} {}", side(&condition.left), condition.comparison, side(&condition.right))
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Int(value) => value.to_string(),
            Expr::Float(value) => format!("{value:?}"),
            Expr::Place(place) => place_text(*place),
            Expr::Binary(operator, left, right) => {
                let left = self.operand(left, *operator, false);
                let right = self.operand(right, *operator, true);
                format!("{left} {} {right}", operator.text())
            }
            Expr::Call(callee, arguments) => {
                let mut text = format!("{}(", self.program.functions[callee.0].name);
                for (index, argument) in arguments.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    let _ = write!(text, "{comma}{}", self.expr(argument));
                }
                text + ")"
            }
            Expr::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| self.expr(field)).collect();
                self.dialect.record(&fields)
            }
            Expr::ToFloat(value) => self.dialect.to_float(&self.expr(value), is_atom(value)),
            Expr::ToInt(value) => self.dialect.to_int(&self.expr(value), is_atom(value)),
        }
    }

    fn operand(&self, operand: &Expr, parent: Operator, is_right: bool) -> String {
        let text = self.expr(operand);
        let Expr::Binary(operator, ..) = operand else { return text };
        let (inner, outer) = (operator.precedence(), parent.precedence());
        if inner == 0 || outer == 0 || inner < outer || (is_right && inner == outer) {
            format!("({text})")
        } else {
            text
        }
    }
}

fn is_atom(expr: &Expr) -> bool {
    !matches!(expr, Expr::Binary(..))
}

fn place_text(place: Place) -> String {
    match place.field {
        None => place.local.to_owned(),
        Some(field) => format!("{}.{field}", place.local),
    }
}
