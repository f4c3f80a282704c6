from collections import OrderedDict


class Lru:
    def __init__(self, capacity):
        self.capacity, self.d, self.hits, self.misses = capacity, OrderedDict(), 0, 0

    def get(self, k):
        if k not in self.d:
            self.misses += 1
            return None
        self.hits += 1
        self.d.move_to_end(k)
        return self.d[k]

    def put(self, k, v):
        if k not in self.d and len(self.d) == self.capacity:
            self.d.popitem(last=False)
        self.d[k] = v
        self.d.move_to_end(k)


def keys(c):
    return "[" + ", ".join(f'"{k}"' if isinstance(k, str) else str(k) for k in c.d) + "]"


def opt(x):
    return "None" if x is None else f"Some({x})"


p = Lru(3)
for k, v in (("index", 10), ("about", 20), ("news", 30)):
    p.put(k, v)
print(keys(p))
print(opt(p.get("index")))
print(keys(p))
p.put("contact", 40)
print(keys(p))
print(opt(p.get("about")), opt(p.get("news")))
p.put("index", 11)
print(keys(p))
print(opt(p.get("index")), p.hits, p.misses)


def collatz(n):
    steps = 1
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


c = Lru(50)
longest = 0
for r in range(3):
    for n in range(1, 40 + r * 15 + 1):
        v = c.get(n)
        if v is None:
            v = collatz(n)
            c.put(n, v)
        longest = max(longest, v)
    print(f"round {r}: longest {longest}, {c.hits} hits, {c.misses} misses")
print(str(list(c.d)[:5]))
