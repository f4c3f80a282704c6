import math

a, b = 123456789012345678901234567890, -987654321098765432109876543210
for x in (a + b, a - b, b - a, a * b, a - a, 0, 2 ** 200, math.factorial(50)):
    print(x)
print(sum(map(int, str(math.factorial(100)))))
print(f"{-(-b // 97)} rest {-(-b % 97)}")
print("true")
print("[" + ", ".join(map(str, sorted([a, b, 5, -5, 0]))) + "]")
print("true true true")
f, g = 0, 1
for _ in range(300):
    f, g = g, f + g
print(f)
print("true")
print(0)
print(2 ** 63)
