//! A program of no language in particular: what the four printers write.

/// All results of functions are remainders of this.
pub(super) const MODULUS: i64 = 1_000_003;

/// A whole program; functions only call earlier ones.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Program {
    pub(super) functions: Vec<Function>,
    /// The statements of `main`, which leave the checksum in `total`.
    pub(super) main: Vec<Statement>,
}

/// The place of a function in [`Program::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FunctionIndex(pub(super) usize);

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) signature: Signature,
    pub(super) body: Vec<Statement>,
}

/// What a function takes and gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signature {
    /// `(a: i64, b: i64) -> i64`
    Integers,
    /// `(r: Sample, n: i64) -> i64`
    Record,
    /// `(x: f64, n: i64) -> f64`
    Floats,
}

impl Signature {
    pub(super) fn parameters(self) -> [(&'static str, Type); 2] {
        match self {
            Self::Integers => [("a", Type::Int), ("b", Type::Int)],
            Self::Record => [("r", Type::Record), ("n", Type::Int)],
            Self::Floats => [("x", Type::Float), ("n", Type::Int)],
        }
    }

    pub(super) fn result(self) -> Type {
        match self {
            Self::Integers | Self::Record => Type::Int,
            Self::Floats => Type::Float,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Int,
    Float,
    Record,
}

/// The fields of the record that programs use.
pub(super) const FIELDS: [(&str, Type); 3] =
    [("low", Type::Int), ("high", Type::Int), ("weight", Type::Float)];

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Statement {
    Let { name: &'static str, ty: Type, value: Expr },
    Assign { place: Place, value: Expr },
    Add { place: Place, value: Expr },
    For { counter: &'static str, count: i64, body: Vec<Statement> },
    While { condition: Condition, body: Vec<Statement> },
    If { condition: Condition, then: Vec<Statement>, otherwise: Vec<Statement> },
    Result { value: Expr },
}

impl Statement {
    /// Lines in a language where each block ends in a brace on its own line.
    pub(super) fn lines(&self) -> usize {
        let all = |body: &[Self]| body.iter().map(Self::lines).sum::<usize>();
        match self {
            Self::Let { .. } | Self::Assign { .. } | Self::Add { .. } | Self::Result { .. } => 1,
            Self::For { body, .. } | Self::While { body, .. } => 2 + all(body),
            Self::If { then, otherwise, .. } if otherwise.is_empty() => 2 + all(then),
            Self::If { then, otherwise, .. } => 3 + all(then) + all(otherwise),
        }
    }

    /// Whether the statement, or one in it, changes the local.
    pub(super) fn assigns(&self, local: &str) -> bool {
        let any = |body: &[Self]| body.iter().any(|statement| statement.assigns(local));
        match self {
            Self::Let { .. } | Self::Result { .. } => false,
            Self::Assign { place, .. } | Self::Add { place, .. } => place.local == local,
            Self::For { body, .. } | Self::While { body, .. } => any(body),
            Self::If { then, otherwise, .. } => any(then) || any(otherwise),
        }
    }
}

/// A local, or a field of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) local: &'static str,
    pub(super) field: Option<&'static str>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Condition {
    pub(super) left: Expr,
    pub(super) comparison: &'static str,
    pub(super) right: Expr,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expr {
    Int(i64),
    /// A float that is exact with three digits after its point.
    Float(f64),
    Place(Place),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Call(FunctionIndex, Vec<Expr>),
    /// A record of these fields.
    Record(Vec<Expr>),
    ToFloat(Box<Expr>),
    ToInt(Box<Expr>),
}

impl Expr {
    pub(super) fn local(name: &'static str) -> Self {
        Self::Place(Place { local: name, field: None })
    }

    pub(super) fn field(name: &'static str, field: &'static str) -> Self {
        Self::Place(Place { local: name, field: Some(field) })
    }

    pub(super) fn binary(operator: Operator, left: Self, right: Self) -> Self {
        Self::Binary(operator, Box::new(left), Box::new(right))
    }

    /// `self % n`
    pub(super) fn rem(self, n: i64) -> Self {
        Self::binary(Operator::Rem, self, Self::Int(n))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Xor,
    Shr,
}

impl Operator {
    /// The same in all four languages.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::And => "&",
            Self::Xor => "^",
            Self::Shr => ">>",
        }
    }

    /// How tightly it binds, where the four languages agree; 0 where they do
    /// not and parentheses are always written.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Mul | Self::Div | Self::Rem => 2,
            Self::Add | Self::Sub => 1,
            Self::And | Self::Xor | Self::Shr => 0,
        }
    }
}
