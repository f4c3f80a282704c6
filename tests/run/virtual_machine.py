FACT = """push 1;store 0;push 1;store 1;loop:;load 0;push 11;less;jumpz done;load 1;load 0;mul;dup;print;store 1
load 0;push 1;add;store 0;jump loop;done:;halt"""
FIB = """push 15;call fib;print;halt;fib:;dup;push 2;less;jumpz recurse;return;recurse:;dup;push 1;sub;call fib;swap
push 2;sub;call fib;add;return"""
PLAIN = "add sub mul div less dup swap return print halt".split()
OPERAND = "load store jump jumpz call".split()
LIMIT = 1 << 63


class Fault(Exception):
    pass


def assemble(src):
    labels, lines = {}, []
    for line in src.replace("\n", ";").split(";"):
        w = line.split()
        if len(w) == 1 and w[0].endswith(":"):
            labels[w[0][:-1]] = len(lines)
        elif w:
            lines.append(w)
    code = []
    for w in lines:
        if w[0] == "push" and len(w) == 2:
            try:
                code.append(("push", int(w[1])))
            except ValueError:
                raise Fault(f"bad number {w[1]}")
        elif len(w) == 1:
            if w[0] not in PLAIN:
                raise Fault(f"no instruction {w[0]}")
            code.append((w[0], 0))
        elif len(w) == 2:
            if w[1] in labels:
                target = labels[w[1]]
            else:
                try:
                    target = int(w[1])
                except ValueError:
                    raise Fault(f"no label {w[1]}")
            if w[0] not in OPERAND:
                raise Fault(f"no instruction {w[0]} with an operand")
            code.append((w[0], target))
        else:
            raise Fault("cannot read [" + ", ".join(f'"{x}"' for x in w) + "]")
    return code


def run(code):
    stack, calls, slots, at, steps, out = [], [], [0] * 8, 0, 0, []

    def pop():
        if not stack:
            raise Fault("StackEmpty")
        return stack.pop()

    try:
        while True:
            steps += 1
            if steps > 100000:
                raise Fault("TooLong")
            if at >= len(code):
                raise Fault(f"BadAddress({at})")
            op, n = code[at]
            at += 1
            if op == "push":
                stack.append(n)
            elif op == "load":
                stack.append(slots[n])
            elif op == "store":
                slots[n] = pop()
            elif op in ("add", "sub", "mul", "div", "less"):
                if op == "div" and stack[-1:] == [0]:
                    raise Fault("DivideByZero")
                b, a = pop(), pop()
                r = {"add": a + b, "sub": a - b, "mul": a * b, "less": int(a < b)}.get(op)
                if not -LIMIT <= r < LIMIT:
                    raise Fault("Overflow")
                stack.append(r)
            elif op == "dup":
                a = pop()
                stack += [a, a]
            elif op == "swap":
                b, a = pop(), pop()
                stack += [b, a]
            elif op == "jump":
                at = n
            elif op == "jumpz":
                if pop() == 0:
                    at = n
            elif op == "call":
                calls.append(at)
                at = n
            elif op == "return":
                if not calls:
                    raise Fault("StackEmpty")
                at = calls.pop()
            elif op == "print":
                out.append(str(pop()))
            else:
                return out, "halted", steps
    except Fault as f:
        return out, str(f), steps


def execute(title, src):
    try:
        out, result, steps = run(assemble(src))
        print(f"{title}: {' '.join(out)} ({result}, {steps} steps)")
    except Fault as f:
        print(f"{title}: {f}")


execute("factorials", FACT)
execute("fibonacci", FIB)
execute("empty", "add")
execute("zero", "push 1;push 0;div;print")
execute("overflow", "push 9223372036854775807;dup;add")
execute("address", "jump 7")
execute("endless", "again:;jump again")
execute("label", "jump nowhere")
execute("instruction", "push 1;frobnicate")
execute("number", "push one")
execute("words", "push 1 2")
