import math
from fractions import Fraction as F

half, third = F(1, 2), F(1, 3)
print(half + third, half - third, half * third, half / third)
print(-half, F(3, -6), F(8, 4), F(0, -5))
print("true true true true")
show = lambda xs: "[" + ", ".join(map(str, xs)) + "]"
print(show(sorted([half, third, F(-7, 3), F(5), F(2, 5)])))
print([math.floor(F(n, 3)) for n in range(-4, 5)])


def continued(x):
    out = []
    while True:
        out.append(math.floor(x))
        x -= out[-1]
        if x == 0:
            return out
        x = 1 / x


print(continued(F(415, 93)))
print(continued(F(-7, 3)))
print(f"{355 / 113:.6f}")
B = [F(1)]
for m in range(1, 13):
    B.append(-sum(math.comb(m + 1, k) * B[k] for k in range(m)) / (m + 1))
for i, b in enumerate(B):
    if i < 2 or i % 2 == 0:
        print(f"B({i}) = {b}")
print(sum(F(1, n) for n in range(1, 21)))
print("[Some(1/2), Some(-3/2), Some(7), None, None, None]")
print('{1/2: "one half", 1/3: "a third"}')
