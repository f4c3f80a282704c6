LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
known = {}


def winner(b):
    return next((b[x] for x, y, z in LINES if b[x] != "." and b[x] == b[y] == b[z]), None)


def moves(b):
    return [i for i in range(9) if b[i] == "."]


def play(b, i, m):
    return b[:i] + m + b[i + 1:]


OTHER = {"x": "o", "o": "x"}


def value(b, m):
    if b not in known:
        known[b] = None
        if winner(b):
            v = -1
        elif not moves(b):
            v = 0
        else:
            v = max(-value(play(b, i, m), OTHER[m]) for i in moves(b))
        known[b] = v
    return known[b]


print(value("." * 9, "x"))
print(len(known))
for opening in [[0], [0, 1], [0, 8, 2], [4, 1]]:
    b, m = "." * 9, "x"
    for i in opening:
        b, m = play(b, i, m), OTHER[m]
    print(f"opening {opening}, value {value(b, m)}")
    while not winner(b) and moves(b):
        i = max(moves(b), key=lambda i: -value(play(b, i, m), OTHER[m]))
        b, m = play(b, i, m), OTHER[m]
    for r in range(0, 9, 3):
        print(" ".join(b[r:r + 3]))
    print(f"{winner(b)} wins" if winner(b) else "draw")
