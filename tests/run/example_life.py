import sys

PICTURE = """\
.#..........
..#.........
###.........
............
.......###..
............
............
.......##...
.......##..."""

lines = PICTURE.split("\n")
h, w = len(lines), len(lines[0])
board = frozenset((r, c) for r in range(h) for c in range(w) if lines[r][c] == "#")


def show(b):
    for r in range(h):
        print("".join(".#"[(r, c) in b] for c in range(w)))


def step(b):
    counts = {}
    for r, c in b:
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                if dr or dc:
                    k = ((r + dr) % h, (c + dc) % w)
                    counts[k] = counts.get(k, 0) + 1
    return frozenset(k for k, n in counts.items() if n == 3 or (n == 2 and k in b))


seen = {board: 0}
show(board)
for g in range(1, int(sys.argv[1]) + 1):
    board = step(board)
    print(f"-- generation {g}, {len(board)} alive")
    show(board)
    if board in seen:
        print(f"as in generation {seen[board]}")
        break
    seen[board] = g
