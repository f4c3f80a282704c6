import cmath
import math


def show(c):
    return f"{c.real:.3f}{'-' if c.imag < 0 else '+'}{abs(c.imag):.3f}i"


a, b = 1 + 2j, 3 - 1j
print(*map(show, (a + b, a - b, a * b, a / b)))
print(show(-a), show(a.conjugate()), abs(math.sqrt(5)) * math.sqrt(5))
print("true")


def multiply(a, b):
    out = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return out


print(multiply([1, 2, 3], [4, 5]))
print(multiply([1, 1], [1, 1]))
print(multiply([9] * 4, [9] * 2))
print([math.comb(10, k) for k in range(11)])
n = 64
signal = [math.sin(2 * math.pi * 5 * i / n) + 0.5 * math.sin(2 * math.pi * 12 * i / n) for i in range(n)]
for k in range(n // 2 + 1):
    c = sum(x * cmath.exp(-2j * math.pi * k * i / n) for i, x in enumerate(signal))
    s = 2 * abs(c) / n
    if s > 0.01:
        print(f"{k} periods: {s:.3f}")
