import re

SYMBOLS = ["==", "<=", "+", "-", "*", "/", "%", "<", "=", "(", ")", ",", ";"]
END = ("End", None)
LIMIT = 1 << 63


class Failure(Exception):
    pass


def show(t):
    if t[0] == "End":
        return "End"
    return f"Number({t[1]})" if t[0] == "Number" else f'{t[0]}("{t[1]}")'


def tokenize(s):
    out, i = [], 0
    while i < len(s):
        if s[i].isspace():
            i += 1
            continue
        m = re.match(r"\w+", s[i:])
        if m:
            w = m.group()
            out.append(("Number", int(w)) if w.isdigit() else ("Name", w))
        else:
            w = next((x for x in SYMBOLS if s.startswith(x, i)), None)
            if w is None:
                raise Failure(f"unexpected '{s[i:].split()[0]}'")
            out.append(("Symbol", w))
        i += len(w)
    return out


BINDING = {"==": 1, "<": 1, "<=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3}


class Parser:
    def __init__(self, tokens):
        self.t, self.i = tokens, 0

    def peek(self):
        return self.t[self.i] if self.i < len(self.t) else END

    def next(self):
        t = self.peek()
        self.i += 1
        return t

    def accept(self, *t):
        if self.peek() == t:
            self.i += 1
            return True
        return False

    def expect(self, text):
        if not (self.accept("Symbol", text) or self.accept("Name", text)):
            raise Failure(f"expected '{text}', found {show(self.peek())}")

    def name(self):
        t = self.next()
        if t[0] != "Name":
            raise Failure(f"expected a name, found {show(t)}")
        return t[1]

    def listed(self, item):
        out = []
        while not self.accept("Symbol", ")"):
            out.append(item())
            self.accept("Symbol", ",")
        return out

    def program(self):
        functions, main = {}, []
        while self.peek() != END:
            if self.accept("Name", "def"):
                name = self.name()
                self.expect("(")
                params = self.listed(self.name)
                self.expect("=")
                functions[name] = (params, self.expr(1))
            else:
                main.append(self.expr(1))
            self.expect(";")
        return functions, main

    def expr(self, least):
        left = self.term()
        while self.peek()[0] == "Symbol" and BINDING.get(self.peek()[1], 0) >= least:
            op = self.next()[1]
            left = ("binary", op, left, self.expr(BINDING[op] + 1))
        return left

    def term(self):
        t = self.next()
        if t[0] == "Number":
            return ("const", t[1])
        if t == ("Symbol", "-"):
            return ("binary", "-", ("const", 0), self.term())
        if t == ("Symbol", "("):
            e = self.expr(1)
            self.expect(")")
            return e
        if t == ("Name", "if"):
            c = self.expr(1)
            self.expect("then")
            a = self.expr(1)
            self.expect("else")
            return ("if", c, a, self.expr(1))
        if t == ("Name", "let"):
            n = self.name()
            self.expect("=")
            v = self.expr(1)
            self.expect("in")
            return ("let", n, v, self.expr(1))
        if t[0] == "Name":
            if not self.accept("Symbol", "("):
                return ("var", t[1])
            return ("call", t[1], self.listed(lambda: self.expr(1)))
        raise Failure(f"unexpected {show(t)}")


def evaluate(fs, e, scope):
    k = e[0]
    if k == "const":
        return e[1]
    if k == "var":
        if e[1] not in scope:
            raise Failure(f"no variable '{e[1]}'")
        return scope[e[1]]
    if k == "if":
        return evaluate(fs, e[2] if evaluate(fs, e[1], scope) else e[3], scope)
    if k == "let":
        return evaluate(fs, e[3], {**scope, e[1]: evaluate(fs, e[2], scope)})
    if k == "call":
        if e[1] not in fs:
            raise Failure(f"no function '{e[1]}'")
        params, body = fs[e[1]]
        if len(params) != len(e[2]):
            raise Failure(f"{e[1]} takes {len(params)} arguments, not {len(e[2])}")
        return evaluate(fs, body, {p: evaluate(fs, a, scope) for p, a in zip(params, e[2])})
    a, b = evaluate(fs, e[2], scope), evaluate(fs, e[3], scope)
    op = e[1]
    if op in "/%":
        if b == 0:
            raise Failure(f"division of {a} by zero")
        q = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return q if op == "/" else a - q * b
    r = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "==": lambda: int(a == b),
         "<": lambda: int(a < b), "<=": lambda: int(a <= b)}[op]()
    if not -LIMIT <= r < LIMIT:
        raise Failure(f"{a} {op} {b} is too large")
    return r


SOURCES = [
    "1 + 2 * 3; (1 + 2) * 3; -7 / 2; 10 - 3 - 2;",
    """def fact(n) = if n < 2 then 1 else n * fact(n - 1);
    def fib(n) = if n < 2 then n else fib(n - 1) + fib(n - 2);
    def gcd(a, b) = if b == 0 then a else gcd(b, a % b);
    fact(10); fib(15); gcd(1071, 462);""",
    "let x = 5 in let y = x * x in y - x; let x = 1 in (let x = 2 in x) + x;",
    "def even(n) = if n == 0 then 1 else odd(n - 1); def odd(n) = if n == 0 then 0 else even(n - 1); even(100);",
    "def loop(n) = if 100 <= n then n else loop(n * 2); loop(3);",
    "1 / 0;", "9223372036854775807 + 1;", "def f(a) = a; f(1, 2);", "f(1);", "x + 1;", "1 + ;", "(1 + 2;",
    "1 ? 2;", "",
]
for source in SOURCES:
    try:
        fs, main = Parser(tokenize(source)).program()
        print([evaluate(fs, e, {}) for e in main])
    except Failure as f:
        print(f"error: {f}")
