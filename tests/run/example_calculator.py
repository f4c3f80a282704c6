import math
import re
import sys


class CalcError(Exception):
    pass


def unexpected(what, column):
    return CalcError(f"column {column}: did not expect {what}")


def tokenize(text):
    tokens, i = [], 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        m = re.match(r"[0-9.]+|[^\W\d_]\w*|\*\*|[-+*/%()=]", text[i:])
        if not m:
            raise CalcError(f"column {i + 1}: what is '{text[i]}'?")
        word = m.group()
        if word[0].isdigit() or word[0] == ".":
            try:
                tokens.append((float(word), i + 1))
            except ValueError:
                raise unexpected(f"'{word}'", i + 1)
        else:
            tokens.append((word, i + 1))
        i += len(word)
    return tokens


class Calculator:
    def __init__(self):
        self.variables = {"pi": math.pi, "e": math.e}

    def run(self, line):
        self.tokens, self.at = tokenize(line), 0
        t = self.tokens
        if len(t) >= 2 and isinstance(t[0][0], str) and t[0][0].isalnum() and t[1][0] == "=":
            self.at = 2
            value = self.whole()
            self.variables[t[0][0]] = value
            return value
        return self.whole()

    def unexpected(self):
        if self.at < len(self.tokens):
            token, column = self.tokens[self.at]
            return unexpected(repr(token) if isinstance(token, float) else f"'{token}'", column)
        return unexpected("the end", (self.tokens[-1][1] if self.tokens else 0) + 1)

    def accept(self, symbol):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == symbol:
            self.at += 1
            return True
        return False

    def whole(self):
        value = self.sum()
        if self.at < len(self.tokens):
            raise self.unexpected()
        return value

    def sum(self):
        left = self.product()
        while True:
            if self.accept("+"):
                left += self.product()
            elif self.accept("-"):
                left -= self.product()
            else:
                return left

    def product(self):
        left = self.unary()
        while True:
            if self.accept("*"):
                left *= self.unary()
            elif self.accept("/") or self.accept("%"):
                symbol = self.tokens[self.at - 1][0]
                right = self.unary()
                if right == 0:
                    raise CalcError("division by zero")
                left = left / right if symbol == "/" else math.fmod(left, right)
            else:
                return left

    def unary(self):
        return -self.unary() if self.accept("-") else self.power()

    def power(self):
        base = self.atom()
        return base ** self.unary() if self.accept("**") else base

    def close(self):
        if not self.accept(")"):
            raise self.unexpected()

    def atom(self):
        if self.at >= len(self.tokens):
            raise self.unexpected()
        token, _ = self.tokens[self.at]
        self.at += 1
        if isinstance(token, float):
            return token
        if token == "(":
            value = self.sum()
            self.close()
            return value
        if not token.isalnum():
            self.at -= 1
            raise self.unexpected()
        if self.accept("("):
            x = self.sum()
            self.close()
            functions = {
                "sqrt": math.sqrt,
                "abs": abs,
                "round": lambda x: math.copysign(math.floor(abs(x) + 0.5), x),
                "floor": lambda x: float(math.floor(x)),
            }
            if token not in functions:
                raise CalcError(f"there is no '{token}'")
            return functions[token](x)
        if token not in self.variables:
            raise CalcError(f"there is no '{token}'")
        return self.variables[token]


calculator = Calculator()
failed = False
for line in sys.argv[1:]:
    try:
        print(f"{line} => {calculator.run(line)!r}")
    except CalcError as e:
        print(f"{line} => error: {e}")
        failed = True
sys.exit(failed)
