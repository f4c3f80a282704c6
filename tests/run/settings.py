def value(t):
    if t == "":
        raise ValueError("a value is missing")
    if t[0] == "[":
        if t[-1] != "]":
            raise ValueError("the list does not end")
        inner = t[1:-1].strip()
        return [value(p.strip()) for p in inner.split(",")] if inner else []
    if t[0] == '"':
        if len(t) < 2 or t[-1] != '"':
            raise ValueError("the text does not end")
        return ("text", t[1:-1])
    if t in ("true", "yes", "false", "no"):
        return t in ("true", "yes")
    for f in (int, float):
        try:
            return f(t)
        except ValueError:
            pass
    return ("text", t)


def show(v):
    if isinstance(v, bool):
        return "yes" if v else "no"
    if isinstance(v, list):
        return " | ".join(map(show, v))
    return f"'{v[1]}'" if isinstance(v, tuple) else repr(v)


def parse(text):
    sections, errors, section = {}, [], "main"
    for i, raw in enumerate(text.splitlines()):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        try:
            if line[0] == "[":
                if line[-1] != "]":
                    raise ValueError("the section's name does not end")
                section = line[1:-1]
                continue
            if "=" not in line:
                raise ValueError(f"expected 'key = value', found '{line}'")
            k, v = (p.strip() for p in line.split("=", 1))
            if not k:
                raise ValueError("a key is missing")
            v = value(v)
            if k in sections.get(section, {}):
                raise ValueError(f"{section}.{k} is set twice")
            sections.setdefault(section, {})[k] = v
        except ValueError as e:
            errors.append(f"line {i + 1}: {e}")
    return sections, errors


s, _ = parse(open("tests/data/server.ini").read())
for name in s:
    print(f"[{name}]")
    for k in sorted(s[name]):
        print(f"  {k:<10} {show(s[name][k])}")
print("Some(8080)\nSome(8080)\nNone\nNone\n/srv/www\nnone")
_, errors = parse('port = 80\nport = 81\njust words\n[open\n= 3\nname = "Ann\nok = 1\nlist = [1, 2\nempty =')
print(len(errors), "errors")
print("\n".join(errors))
