def show(s):
    name, *args = s
    return name + (f"({', '.join(chr(34) + a + chr(34) if isinstance(a, str) else str(a) for a in args)})" if args else "")


state, stock, prices, earned = ("Idle",), {"tea": 1, "cola": 5}, {"tea": 80, "cola": 150, "soup": 200}, 0
EVENTS = [
    ("Choose", "tea"), ("Coin", 50), ("Choose", "tea"), ("Coin", 50), ("Choose", "tea"), ("Coin", 10), ("Delivered",),
    ("Coin", 200), ("Choose", "tea"), ("Choose", "soup"), ("Choose", "gold"), ("Choose", "cola"), ("Delivered",),
    ("Coin", 5), ("Cancel",), ("Delivered",), ("Coin", 20), ("Kick",), ("Coin", 100), ("Cancel",),
]
for e in EVENTS:
    s = state[0]
    if s == "OutOfOrder":
        continue
    if e[0] == "Kick":
        state = ("OutOfOrder", f"kicked while {show(state)}")
    elif s == "Idle" and e[0] == "Coin":
        state = ("Holding", e[1])
    elif s == "Holding" and e[0] == "Coin":
        state = ("Holding", state[1] + e[1])
    elif s == "Holding" and e[0] == "Choose":
        item, have = e[1], state[1]
        if item not in prices:
            print(f"no {item} here")
        elif not stock.get(item):
            print(f"{item} is sold out")
        elif have < prices[item]:
            print(f"{item} costs {prices[item] - have} more")
        else:
            stock[item] -= 1
            earned += prices[item]
            state = ("Serving", item, have - prices[item])
    elif s == "Holding" and e[0] == "Cancel":
        print(f"returned {state[1]}")
        state = ("Idle",)
    elif s == "Serving" and e[0] == "Delivered":
        print(f"delivered {state[1]}, change {state[2]}")
        state = ("Idle",)
    else:
        print(f"ignored {show(e)} while {show(state)}")
print(show(state), earned, str(stock).replace("'", '"'))
light, t, req, shown = "R", 0, False, ""
for i in range(40):
    shown += light
    if i == 16:
        req = True
    elif (light == "R" and t >= 3) or light in "oA" or (light == "G" and (t >= 5 or (req and t >= 2))):
        light, t, req = {"R": "o", "o": "G", "G": "A", "A": "R"}[light], 0, False
    else:
        t += 1
print(shown)
for keys in ["4711", "471", "11114711", "12345678", "4711#", "47*11", "994711", "12345678#4711"]:
    lock = ("Locked", [])
    for k in keys:
        if lock[0] == "Open":
            lock = ("Locked", []) if k == "#" else lock
        elif lock[0] == "Locked":
            if not k.isdigit():
                lock = ("Locked", [])
                continue
            typed = lock[1] + [int(k)]
            if typed == [4, 7, 1, 1]:
                lock = ("Open",)
            elif len(typed) >= 8:
                lock = ("Alarm",)
            elif typed[-4:] == [4, 7, 1, 1]:
                lock = ("Open",)
            else:
                lock = ("Locked", typed)
    print(f"{keys}: {show(lock)}")
