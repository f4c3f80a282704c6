import math

PLANETS = [
    ("Merkur", 3.302e23, 2440, 0, 87.97), ("Venus", 4.869e24, 6052, 0, 224.7), ("Erde", 5.974e24, 6378, 1, 365.26),
    ("Jupiter", 1.899e27, 71492, 95, 4332.82), ("Neptun", 1.024e26, 24764, 14, 60190.03),
    ("Mākemāke", 3.1e21, 715, 1, 111845.0),
]


def render(titles, aligns, rows):
    w = [max([len(t)] + [len(r[i]) for r in rows]) for i, t in enumerate(titles)]
    rule = "+" + "+".join("-" * (x + 2) for x in w) + "+"
    line = lambda cells, al: "| " + " | ".join(f"{c:{a}{x}}" for c, a, x in zip(cells, al, w)) + " |"
    print("\n".join([rule, line(titles, "^" * len(w)), rule.replace("-", "=")] + [line(r, aligns) for r in rows] + [rule]))


top = max(p[1] for p in PLANETS)
render(["planet", "mass/kg", "radius", "moons", "period", "%"], "<>>^>>",
       [[n, f"{m:.2e}", f"{r:,}", str(k), f"{t:,.1f}", f"{m / top:.3%}"] for n, m, r, k, t in PLANETS])
print(f"{sum(p[3] for p in PLANETS)} moons, {len(PLANETS):03} planets, {6378:#x} = {6378:b}")
render(["empty", "table"], "<<", [])
for p in PLANETS:
    print(f"{p[0]:>9} " + "*" * int(math.log10(p[2]) * 8))
