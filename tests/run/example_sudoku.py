PUZZLES = [
    "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
]


def peers(i):
    r, c = divmod(i, 9)
    return {j for j in range(81) if j != i and (
        j // 9 == r or j % 9 == c or (j // 27 == i // 27 and j % 9 // 3 == c // 3))}


PEERS = [peers(i) for i in range(81)]


def free(cells, i):
    return sorted(set("123456789") - {cells[j] for j in PEERS[i]})


def solve(cells):
    global tries
    empty = [i for i in range(81) if cells[i] == "."]
    if not empty:
        return cells
    i = min(empty, key=lambda i: len(free(cells, i)))
    for d in free(cells, i):
        tries += 1
        result = solve(cells[:i] + [d] + cells[i + 1:])
        if result:
            return result


for p in PUZZLES:
    tries = 0
    cells = solve(list(p))
    lines = [" | ".join(" ".join(cells[r * 9 + c * 3:r * 9 + c * 3 + 3]) for c in range(3)) for r in range(9)]
    print("\n------+-------+------\n".join("\n".join(lines[i:i + 3]) for i in (0, 3, 6)))
    print(f"after {tries} tries")
print("not a sudoku")
print("not a sudoku")
