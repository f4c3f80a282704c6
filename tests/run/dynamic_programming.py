from functools import lru_cache
from itertools import combinations

T = [("lamp", 12, 24), ("rope", 7, 13), ("tent", 11, 23), ("stove", 8, 15), ("book", 9, 16), ("map", 1, 6), ("knife", 2, 9)]
q = lambda xs: "[" + ", ".join(f'"{x}"' for x in xs) + "]"
for cap in [0, 9, 26, 50]:
    best = [c for k in range(8) for c in combinations(T, k) if sum(t[1] for t in c) <= cap]
    top = max(sum(t[2] for t in c) for c in best)
    winners = [c for c in best if sum(t[2] for t in c) == top]
    assert len(winners) == 1, winners
    print(f"{cap}: ({top}, {q(t[0] for t in winners[0])})")


def change(coins, amount):
    layer, n = {0: []}, 0
    seen = set(layer)
    while layer:
        if amount in layer:
            return f"Some({sorted(layer[amount], reverse=True)})"
        nxt = {}
        for a, used in layer.items():
            for c in coins:
                if a + c <= amount and a + c not in seen:
                    seen.add(a + c)
                    nxt[a + c] = used + [c]
        layer = nxt
    return "None"


print(change([1, 5, 12, 25], 29))
print(change([5, 10], 3))
print(change([4, 9], 35))


@lru_cache(None)
def ways(i, a, coins=(1, 2, 5, 10, 20, 50, 100, 200)):
    return 1 if a == 0 else 0 if a < 0 or i == len(coins) else ways(i, a - coins[i]) + ways(i + 1, a)


print(ways(0, 200))


def rising(xs):
    best = [[x] for x in xs]
    for i in range(len(xs)):
        for j in range(i):
            if xs[j] < xs[i] and len(best[j]) + 1 > len(best[i]):
                best[i] = best[j] + [xs[i]]
    return max(best, key=len)


print(rising([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9]))
print(rising([5, 4, 3]))
S = [30, 35, 15, 5, 10, 20, 25]


@lru_cache(None)
def chain(lo, hi):
    if hi - lo == 1:
        return 0, "ABCDEFGH"[lo]
    return min((chain(lo, m)[0] + chain(m, hi)[0] + S[lo] * S[m] * S[hi], f"({chain(lo, m)[1]}{chain(m, hi)[1]})")
               for m in range(lo + 1, hi))


c, t = chain(0, 6)
print(f'({c}, "{t}")')
print(15)


@lru_cache(None)
def parts(n, k):
    return 1 if n == 0 else 0 if n < 0 or k == 0 else parts(n - k, k) + parts(n, k - 1)


print(parts(100, 100))
