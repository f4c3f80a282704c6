import json
import sys


def number(x):
    x = float(x)
    return str(int(x)) if x == int(x) and abs(x) < 1e15 else repr(x)


def quoted(s):
    for a, b in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        s = s.replace(a, b)
    return f'"{s}"'


def pretty(j, indent=""):
    inner = indent + "  "
    if j is None:
        return "null"
    if isinstance(j, bool):
        return "true" if j else "false"
    if isinstance(j, (int, float)):
        return number(j)
    if isinstance(j, str):
        return quoted(j)
    if isinstance(j, list):
        if not j:
            return "[]"
        return "[\n" + ",\n".join(inner + pretty(x, inner) for x in j) + f"\n{indent}]"
    if not j:
        return "{}"
    return "{\n" + ",\n".join(f"{inner}{quoted(k)}: {pretty(v, inner)}" for k, v in j.items()) + f"\n{indent}}}"


def depth(j):
    if isinstance(j, dict):
        j = list(j.values())
    return 1 + max(map(depth, j), default=0) if isinstance(j, list) else 0


document = json.load(open(sys.argv[1], encoding="utf-8"))
print(pretty(document))
print("depth", depth(document))
