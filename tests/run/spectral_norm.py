import math
import sys

n = int(sys.argv[1])
A = [[1.0 / ((i + j) * (i + j + 1) // 2 + i + 1) for j in range(n)] for i in range(n)]
T = list(zip(*A))
mul = lambda m, v: [sum(x * y for x, y in zip(r, v)) for r in m]
u = [1.0] * n
for _ in range(10):
    v = mul(T, mul(A, u))
    u = mul(T, mul(A, v))
print(f"{math.sqrt(sum(x * y for x, y in zip(u, v)) / sum(y * y for y in v)):.9f}")
