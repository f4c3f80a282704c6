import math
import sys

S, D = 39.47841760435743, 365.24
RAW = [
    (0, 0, 0, 0, 0, 0, 1),
    (4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
     1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05, 9.54791938424326609e-04),
    (8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
     -2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05, 2.85885980666130812e-04),
    (1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
     2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05, 4.36624404335156298e-05),
    (1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
     2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05, 5.15138902046611451e-05),
]
bodies = [[[float(c) for c in r[:3]], [c * D for c in r[3:6]], r[6] * S] for r in RAW]
start = [list(b[1]) for b in bodies]
for v, b in zip(start, bodies):
    for k in range(3):
        bodies[0][1][k] -= v[k] * b[2] / S


def energy():
    e = 0.0
    for i, (p, v, m) in enumerate(bodies):
        e += 0.5 * m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
        for q, _, n in bodies[i + 1:]:
            d = [p[k] - q[k] for k in range(3)]
            e -= m * n / math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
    return e


def advance(dt):
    for i, (p, v, m) in enumerate(bodies):
        for q, w, n in bodies[i + 1:]:
            d = [p[k] - q[k] for k in range(3)]
            d2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
            mag = dt / (d2 * math.sqrt(d2))
            mi, mj = m * mag, n * mag
            for k in range(3):
                v[k] -= d[k] * mj
                w[k] += d[k] * mi
    for p, v, _ in bodies:
        for k in range(3):
            p[k] += dt * v[k]


print(f"{energy():.9f}")
for _ in range(int(sys.argv[1])):
    advance(0.01)
print(f"{energy():.9f}")
x, y, z = bodies[0][0]
print(f"Vec(x: {x!r}, y: {y!r}, z: {z!r})")
