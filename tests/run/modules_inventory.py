m = lambda c: f"{c // 100}.{c % 100:02}"
items, changes = {}, 0
LINES = """add pen 12 1.20
add ink 3 7.50
add book 5 19.99
remove pen 5
remove ink 4
remove chalk 1
find ink
add pen 100 1.00
discount 10
report
remove book 5
fly away
add cup x 1.0
add cup 1
report""".splitlines()


def worth():
    return sum(n * p for n, p in items.values())


for line in LINES:
    w = line.split()
    if w[0] == "add" and len(w) == 4:
        if not w[2].isdigit():
            print(f"! '{w[2]}' is not a number")
            continue
        items[w[1]] = [items.get(w[1], [0])[0] + int(w[2]), round(float(w[3]) * 100)]
        changes += 1
        print(f"added {w[2]} of {w[1]}")
    elif w[0] == "remove":
        name, n = w[1], int(w[2])
        if name not in items:
            print(f"! there is no {name}")
        elif items[name][0] < n:
            print(f"! only {items[name][0]} of {name}, not {n}")
        else:
            items[name][0] -= n
            changes += 1
            print(f"{items[name][0]} of {name} left")
            if not items[name][0]:
                del items[name]
    elif w[0] == "discount":
        for i in items.values():
            i[1] = (i[1] * (100 - int(w[1])) + 50) // 100
        changes += 1
        print(f"everything {w[1]}% off")
    elif w[0] == "find":
        print(f"{items[w[1]][0]} x {w[1]} at {m(items[w[1]][1])}")
    elif w[0] == "report":
        print("-" * 24)
        for name, (n, p) in items.items():
            print(f"{name:<8}{n:>5}{m(p):>11}")
        print(f"{'worth':<8}{m(worth()):>16}")
        print("-" * 24)
    else:
        print(f"! cannot do '{line}'")
print(f"{changes} changes, worth {m(worth())}")
print("true")
