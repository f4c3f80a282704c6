from fractions import Fraction as F


def mul(a, b):
    return [[sum(x * y for x, y in zip(r, c)) for c in zip(*b)] for r in a]


def det(a):
    if len(a) == 1:
        return a[0][0]
    return sum((-1) ** j * a[0][j] * det([r[:j] + r[j + 1:] for r in a[1:]]) for j in range(len(a)))


def inverse(a):
    n, d = len(a), det(a)
    minor = lambda i, j: [r[:j] + r[j + 1:] for k, r in enumerate(a) if k != i]
    return [[F((-1) ** (i + j) * det(minor(j, i))) / d for j in range(n)] for i in range(n)]


def show(a):
    for r in a:
        print(" ".join(f"{float(x):9.3f}" for x in r))


a = [[2, 1, -1], [-3, -1, 2], [-2, 1, 2]]
b = [[1, 2], [3, 4], [5, 6]]
show(a)
print()
show(mul(a, b))
print()
show(zip(*b))
print()
show([[x + (i == j) for j, x in enumerate(r)] for i, r in enumerate(a)])
print(f"determinant {det(a):.6f}")
show(inverse(a))
print("a times its inverse is the identity:", str(mul(a, inverse(a)) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).lower())
x, y = 0, 1
for _ in range(70):
    x, y = y, x + y
print("fibonacci(70) =", x)
print("true")
print(float(det([[0, 2], [3, 0]])))
print(f"{float(det([[F(1, i + j + 1) for j in range(5)] for i in range(5)])):.4e}")
