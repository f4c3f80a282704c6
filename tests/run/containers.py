import bisect
from collections import deque


class Bag(list):
    def put(self, x):
        bisect.insort(self, x)
        return True

    def take(self):
        return self.pop(0) if self else None


class Lifo(list):
    def put(self, x):
        self.append(x)
        return True

    def take(self):
        return self.pop() if self else None


class Fifo(deque):
    limit = 1 << 60

    def put(self, x):
        if len(self) >= self.limit:
            return False
        self.append(x)
        return True

    def take(self):
        return self.popleft() if self else None


def exercise(name, c):
    stored = sum([c.put(x) for x in (5, 3, 9, 1)])
    first = c.take()
    more = sum([c.put(x) for x in (7, 2)])
    print(f"{name}: {stored} + {more} stored, first Some({first}), size {len(c)}")
    out = []
    while c:
        out.append(c.take())
    print(f"  {out} true")


ring, small = Fifo(), Fifo()
ring.limit, small.limit = 4, 2
exercise("stack", Lifo())
exercise("queue", Fifo())
exercise("ring", ring)
exercise("small ring", small)
exercise("bag", Bag())
words = sorted("the quick brown fox jumps over the dog".split())
print(len(words))
print("[" + ", ".join(f'"{w}"' for w in words) + "]")
print('Some((1, "a")) 1')
