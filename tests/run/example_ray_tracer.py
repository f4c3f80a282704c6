import math
import sys

NEAR = 1e-6


def add(a, b):
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a, b):
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def mul(a, k):
    return (a[0] * k, a[1] * k, a[2] * k)


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a):
    return mul(a, 1.0 / math.sqrt(dot(a, a)))


def sphere(center, radius, color, mirror):
    def hit(origin, direction):
        to = sub(origin, center)
        b = dot(to, direction)
        disc = b * b - dot(to, to) + radius * radius
        if disc < 0:
            return None
        root = math.sqrt(disc)
        t = -b - root if -b - root > NEAR else -b + root
        if t <= NEAR:
            return None
        p = add(origin, mul(direction, t))
        return t, p, mul(sub(p, center), 1.0 / radius), color, mirror

    return hit


def floor(height):
    def hit(origin, direction):
        if direction[1] > -NEAR:
            return None
        t = (height - origin[1]) / direction[1]
        if t <= NEAR:
            return None
        p = add(origin, mul(direction, t))
        shade = 0.25 if (math.floor(p[0]) + math.floor(p[2])) % 2 else 0.85
        return t, p, (0.0, 1.0, 0.0), (shade,) * 3, 0.1

    return hit


SURFACES = [
    sphere((0.0, 0.5, 4.0), 1.0, (0.9, 0.2, 0.2), 0.3),
    sphere((-1.8, 0.0, 3.2), 0.5, (0.2, 0.8, 0.3), 0.0),
    sphere((1.6, 0.2, 2.9), 0.7, (0.3, 0.4, 0.9), 0.6),
    floor(-0.5),
]
LIGHT = (-4.0, 6.0, -1.0)


def nearest(origin, direction):
    hits = [h for h in (s(origin, direction) for s in SURFACES) if h]
    return min(hits, key=lambda h: h[0]) if hits else None


def color(origin, direction, depth):
    hit = nearest(origin, direction)
    if hit is None:
        t = 0.5 * (direction[1] + 1.0)
        return add(mul((1.0, 1.0, 1.0), 1.0 - t), mul((0.4, 0.6, 1.0), t))
    _, p, normal, col, mirror = hit
    to_light = unit(sub(LIGHT, p))
    lit = 0.0 if nearest(p, to_light) else max(dot(normal, to_light), 0.0)
    own = mul(col, 0.2 + 0.8 * lit)
    if depth == 0 or mirror == 0.0:
        return own
    reflected = sub(direction, mul(normal, 2.0 * dot(direction, normal)))
    return add(mul(own, 1.0 - mirror), mul(color(p, reflected, depth - 1), mirror))


width = int(sys.argv[1])
height = width * 3 // 4
print("P3")
print(width, height)
print(255)
for row in range(height):
    line = []
    for column in range(width):
        x = (2.0 * column + 1.0 - width) / width
        y = (height - 2.0 * row - 1.0) / width
        c = color((0.0, 0.6, -1.5), unit((x, y, 1.4)), 3)
        line.append(" ".join(str(int(min(max(v, 0.0), 1.0) * 255.0 + 0.5)) for v in c))
    print("  ".join(line))
