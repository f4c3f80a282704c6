from functools import lru_cache


def compare(a, b):
    @lru_cache(None)
    def lcs(i, j):
        if i == len(a) or j == len(b):
            return 0
        return lcs(i + 1, j + 1) + 1 if a[i] == b[j] else max(lcs(i + 1, j), lcs(i, j + 1))

    i = j = 0
    while i < len(a) or j < len(b):
        if i < len(a) and j < len(b) and a[i] == b[j]:
            yield "  " + a[i]
            i, j = i + 1, j + 1
        elif j == len(b) or (i < len(a) and lcs(i + 1, j) >= lcs(i, j + 1)):
            yield "- " + a[i]
            i += 1
        else:
            yield "+ " + b[j]
            j += 1


def distance(a, b):
    @lru_cache(None)
    def d(i, j):
        if not i or not j:
            return i + j
        return min(d(i - 1, j) + 1, d(i, j - 1) + 1, d(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return d(len(a), len(b))


before = "alpha bravo charlie delta echo foxtrot golf hotel india juliett".split()
after = ["alpha", "bravo", "CHARLIE", "delta", "echo", "foxtrot", "golf", "hotel", "new line", "india", "kilo"]
lines = list(compare(before, after))
near = [any(l[0] != " " for l in lines[max(i - 1, 0):i + 2]) for i in range(len(lines))]
skipped = 0
for l, n in zip(lines + ["end"], near + [True]):
    if n:
        if skipped:
            print(f"@@ {skipped} unchanged @@")
        skipped = 0
        if l != "end":
            print(l)
    else:
        skipped += 1
print(sum(l[0] == " " for l in lines))
print("+ only\n+ new\n- only\n- old\ntrue")
for a, b in [("kitten", "sitting"), ("", "abc"), ("flaw", "lawn"), ("über", "uber"), ("same", "same")]:
    print(f"{a} -> {b}: {distance(a, b)}")
print(f'Some("{min(["apple", "maple", "ample", "staple", "apply"], key=lambda w: (distance(w, "aple"), w))}")')
