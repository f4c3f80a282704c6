def codes(text):
    trees = [(n, c, c) for c, n in {c: text.count(c) for c in text}.items()]
    while len(trees) > 1:
        trees.sort(key=lambda t: (t[0], t[1]))
        a, b = trees[:2]
        trees = trees[2:] + [(a[0] + b[0], min(a[1], b[1]), (a[2], b[2]))]
    out = {}

    def walk(t, prefix):
        if isinstance(t, str):
            out[t] = prefix or "0"
        else:
            walk(t[0], prefix + "0")
            walk(t[1], prefix + "1")

    walk(trees[0][2], "")
    return out


for text in ["abracadabra", "mississippi river", "aaaa", "Zwölf Boxkämpfer jagen Viktor über den Sylter Deich"]:
    cs = codes(text)
    bits = "".join(cs[c] for c in text)
    packed = [int(bits[i:i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8)]
    print(f"{len(text.encode())} bytes -> {len(bits)} bits -> {len(packed)} bytes")
    for c in sorted(cs)[:5]:
        print(f"  ['{c}'] {cs[c]}")
    print("  " + " ".join(f"{b:02x}" for b in packed[:6]))
print("true")
