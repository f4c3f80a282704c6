from itertools import *


def primes():
    n = 2
    while True:
        if all(n % d for d in range(2, int(n ** 0.5) + 1)):
            yield n
        n += 1


def collatz(n):
    yield n
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        yield n


take = lambda n, it: list(islice(it, n))
print(take(15, primes()))
print(take(3, islice(primes(), 100, None)))
print(sum(takewhile(lambda p: p < 200, primes())))
print(take(6, (p for p in primes() if p % 10 == 7)))
print(take(12, (sum(map(int, str(p))) for p in primes())))
print(take(4, islice(enumerate(primes()), 9, None, 10)))
ps = take(60, primes())
print([(a, b) for a, b in zip(ps, ps[1:]) if b - a == 2][:8])
print(take(5, zip(primes(), collatz(7))))
print(len(list(collatz(27))))
print(f"Some({max(collatz(27))})")
print(" -> ".join(map(str, collatz(6))))
print(str(any(n > 9000 for n in collatz(97))).lower())
print(f"Some({next(n for n in collatz(97) if n > 1000)})")
encode = lambda t: "".join(c if n == 1 else f"{n}{c}" for c, n in ((c, len(list(g))) for c, g in groupby(t)))
print(encode("aaabccddddde"))
print(encode(""))
print(sum(take(10, primes())) / 10)
print(1.0)
print(0.0)
seen = list(dict.fromkeys(chain(collatz(5), collatz(3))))
print("{" + ", ".join(map(str, seen)) + "}")
print(sum(len(list(collatz(n))) for n in collatz(3)))
print(6)
