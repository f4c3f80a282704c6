import csv

rows = list(csv.reader(open("tests/data/fruit.csv", newline="")))[1:]
rows += [["broken", "line"], ["kiwi", "Italy", "cheap", "3"]]
fruits = []
for i, r in enumerate(rows):
    if len(r) != 4:
        print(f"line {i + 2}: {len(r)} fields instead of 4")
        continue
    try:
        fruits.append((r[0], r[1], float(r[2]), int(r[3])))
    except ValueError:
        print(f"line {i + 2}: bad price '{r[2]}'")
print(f"{'fruit':<16}|{'origin':^10}|{'price':>7} |{'stock':>6}")
print("-" * 16 + "+" + "-" * 10 + "+" + "-" * 8 + "+" + "-" * 6)
for n, o, p, s in fruits:
    print(f"{n:<16}|{o:^10}|{p:>7.2f} |{s:>6}")
print()
for origin in sorted({f[1] for f in fruits}):
    mine = [f for f in fruits if f[1] == origin]
    value = 0.0
    for f in mine:
        value += f[2] * f[3]
    print(f"{origin}: {len(mine)} kinds, {sum(f[3] for f in mine)} pieces, {value:,.2f}")
total = 0.0
for f in fruits:
    total += f[2] * f[3]
missing = "[" + ", ".join(f'"{f[0]}"' for f in fruits if f[3] == 0) + "]"
print(f"total {total:,.2f}, dearest {max(fruits, key=lambda f: f[2])[0]}, out of stock {missing}")
print(f"average price {sum(f[2] for f in fruits) / len(fruits):.3f}")
