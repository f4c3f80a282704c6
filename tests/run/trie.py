from collections import Counter


def show(xs):
    return "[" + ", ".join(f'"{x}"' for x in xs) + "]"


def nodes(c):
    return len({w[:i] for w in c.elements() for i in range(len(w) + 1)} | {""})


words = Counter("tea ten tent tents to inn in i ten tea tea über übung äpfel".split())
listing = lambda p="": sorted(w for w in words.elements() if w.startswith(p))
print(show(listing()))
before = nodes(words)
print(before, "nodes")
for w in ["tea", "te", "tent", "zebra", "ü"]:
    print(f"{w}: {words[w]}")
print(show(listing("te")[:4]))
print(show(listing("ü")[:9]))
print("[]")
for w in ["tents", "tents", "tea", "in", "te", "äpfel"]:
    ok = words[w] > 0
    if ok:
        words[w] -= 1
    print(f"remove {w}: {str(ok).lower()}")
print(show(listing()))
print(nodes(words), before)
print("flow")
print(show(["*", "*er", "*ing", "*n"]))
