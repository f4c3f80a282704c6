import re

ROWS = [
    ["Item", "Price", "Count", "Total"], ["pen", "1.25", "10", "=B2*C2"], ["ink", "7.5", "2", "=B3*C3"],
    ["book", "19.99", "1", "=B4 * C4"], ["", "", "=SUM(C2:C4)", "=SUM(D2:D4)"], ["tax", "0.2", "", "=D5*B6"],
    ["sum", "", "", "=D5+D6"], ["=MAX(B2:B4)", "=MIN(B2:B4)", "=AVG(B2:B4)", "=COUNT(B2:D4)"],
    ["=-(1+2)*3-4/8", "=2*(3", "=A1+1", "=1/(B3-7.5)"], ["=B10", "=C10", "=A10+1", "=D10"],
    ["=NOPE(A1:A2)", "=E9", "=1++2", "=SUM(A9:A8)"],
]


class Fault(Exception):
    pass


class Evaluation:
    def __init__(self, cells):
        self.cells, self.known, self.active = dict(cells), {}, set()

    def value(self, name):
        if name not in self.known:
            if name in self.active:
                raise Fault("Cycle")
            self.active.add(name)
            try:
                self.known[name] = self.compute(self.cells.get(name, "0"))
            except Fault as f:
                self.known[name] = f
            self.active.discard(name)
        if isinstance(self.known[name], Fault):
            raise self.known[name]
        return self.known[name]

    def compute(self, content):
        try:
            return float(content)
        except ValueError:
            pass
        if content[0] != "=":
            raise Fault("NotANumber")
        t = re.findall(r"[A-Z]+\([^)]*\)|[A-Z0-9.]+|.", content[1:].replace(" ", ""))
        x = self.sum(t)
        if t:
            raise Fault("BadFormula")
        return x

    def sum(self, t):
        x = self.product(t)
        while t and t[0] in "+-":
            op = t.pop(0)
            y = self.product(t)
            x = x + y if op == "+" else x - y
        return x

    def product(self, t):
        x = self.atom(t)
        while t and t[0] in "*/":
            op = t.pop(0)
            y = self.atom(t)
            if op == "/" and y == 0:
                raise Fault("DivideByZero")
            x = x * y if op == "*" else x / y
        return x

    def atom(self, t):
        if not t:
            raise Fault("BadFormula")
        w = t.pop(0)
        if w == "-":
            return -self.atom(t)
        if w == "(":
            x = self.sum(t)
            if not t or t.pop(0) != ")":
                raise Fault("BadFormula")
            return x
        m = re.fullmatch(r"([A-Z]+)\(([A-Z])(\d+):([A-Z])(\d+)\)", w)
        if m:
            f, a, b, c, d = m.groups()
            v = [self.value(chr(k) + str(r)) for k in range(ord(a), ord(c) + 1) for r in range(int(b), int(d) + 1)]
            if f not in ("SUM", "MAX", "MIN", "AVG", "COUNT"):
                raise Fault("BadFormula")
            total = 0.0
            for x in v:
                total += x
            return {"SUM": lambda: total, "MAX": lambda: max(v), "MIN": lambda: min(v),
                    "AVG": lambda: total / len(v), "COUNT": lambda: float(len(v))}[f]()
        try:
            return float(w)
        except ValueError:
            pass
        if re.fullmatch(r"[A-Z]\d+", w):
            return self.value(w)
        raise Fault("BadFormula")

    def show(self, name):
        try:
            return f"{self.value(name):.2f}"
        except Fault as f:
            return f"#{f}"


cells = {f"{c}{r + 1}": x for r, row in enumerate(ROWS) for c, x in zip("ABCD", row) if x}
e = Evaluation(cells)
for r in range(1, len(ROWS) + 1):
    line = ""
    for c in "ABCD":
        x = cells.get(f"{c}{r}")
        label = x is not None and x[0] != "=" and not re.fullmatch(r"[\d.]+", x)
        line += (x if label else "-" if x is None else e.show(f"{c}{r}")).rjust(14)
    print(line.rstrip())
print(len(e.known), "cells evaluated")
cells["C2"] = "100"
print(Evaluation(cells).show("D7"))
print(e.show("D7"))
