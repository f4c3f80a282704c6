import re
import sys


def escape(t):
    return t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


SPAN = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\*([^*]+)\*|_([^_]+)_|\[([^\]]+)\]\(([^)]+)\)", re.S)


def inline(t):
    out, last = "", 0
    for m in SPAN.finditer(t):
        out += escape(t[last:m.start()])
        last = m.end()
        code, strong, em, em2, label, target = m.groups()
        if code:
            out += f"<code>{escape(code)}</code>"
        elif strong:
            out += f"<strong>{inline(strong)}</strong>"
        elif em or em2:
            out += f"<em>{inline(em or em2)}</em>"
        else:
            out += f'<a href="{escape(target)}">{inline(label)}</a>'
    return out + escape(t[last:])


KINDS = [
    ("blank", r"\s*$"), ("rule", r"\s*---\s*$"), ("code", r"```(.*)"), ("heading", r"(#{1,6}) (.*)"),
    ("ul", r"[-*+] (.*)"), ("ol", r"-?\d+\. (.*)"), ("quote", r">(.*)"), ("p", r"(.*)"),
]


def kind(line):
    for k, r in KINDS:
        m = re.match(r, line)
        if m:
            return k, m
    raise AssertionError


def render(lines, indent=""):
    out, i = [], 0

    def run(k):
        nonlocal i
        found = []
        while i < len(lines) and (kind(lines[i])[0] == k or (k == "p" and kind(lines[i])[0] == "rule")):
            found.append(kind(lines[i])[1].group(1) if k != "p" else lines[i].strip())
            i += 1
        return found

    while i < len(lines):
        k, m = kind(lines[i])
        if k in ("blank", "rule", "heading"):
            i += 1
            if k == "rule":
                out.append(f"{indent}<hr>")
            if k == "heading":
                n = len(m.group(1))
                out.append(f"{indent}<h{n}>{inline(m.group(2).strip())}</h{n}>")
        elif k == "code":
            language, body = m.group(1).strip(), []
            i += 1
            while i < len(lines) and not lines[i].startswith("```"):
                body.append(lines[i])
                i += 1
            i += 1
            cls = f' class="{language}"' if language else ""
            out.append(f"<pre><code{cls}>{escape(chr(10).join(body))}</code></pre>")
        elif k in ("ul", "ol"):
            items = "\n".join(f"{indent}  <li>{inline(x)}</li>" for x in run(k))
            out.append(f"{indent}<{k}>\n{items}\n{indent}</{k}>")
        elif k == "quote":
            inner = render([x.lstrip() for x in run(k)], indent + "  ")
            out.append(f"{indent}<blockquote>\n{inner}\n{indent}</blockquote>")
        else:
            out.append(f"{indent}<p>{inline(chr(10).join(run(k)))}</p>")
    return "\n".join(out)


print(render(open(sys.argv[1], encoding="utf-8").read().splitlines()))
