from collections import deque

MAZE = """\
#####################
#S  #       #       #
# # # ##### # ##### #
# #   #   #   #   # #
# ##### # ##### # # #
#     # #     # #   #
##### # ##### # #####
#   # #   # # #     #
# # # ### # # ##### #
# #   #   #   #    E#
#####################""".split("\n")
g = [list(r) for r in MAZE]
find = lambda ch: next((r, c) for r in range(len(g)) for c in range(len(g[0])) if g[r][c] == ch)
S, E = find("S"), find("E")
STEPS = [(-1, 0), (0, 1), (1, 0), (0, -1)]


def path():
    before, q = {S: None}, deque([S])
    while q:
        p = q.popleft()
        if p == E:
            out = []
            while p:
                out.append(p)
                p = before[p]
            return out[::-1]
        for d in STEPS:
            n = (p[0] + d[0], p[1] + d[1])
            if g[n[0]][n[1]] != "#" and n not in before:
                before[n] = p
                q.append(n)


def regions():
    todo = {(r, c) for r in range(len(g)) for c in range(len(g[0])) if g[r][c] != "#"}
    n = 0
    while todo:
        n += 1
        stack = [todo.pop()]
        while stack:
            r, c = stack.pop()
            for d in STEPS:
                k = (r + d[0], c + d[1])
                if k in todo:
                    todo.remove(k)
                    stack.append(k)
    return n


show = lambda p: f"Point(row: {p[0]}, column: {p[1]})"
print(f"from {show(S)} to {show(E)}")
p = path()
print(len(p) - 1, "steps")
for r, c in p[1:-1]:
    g[r][c] = "."
for row in g:
    print("".join(row))
print(regions(), "regions")
g[5][6] = g[1][5] = "#"
print(regions(), "regions")
g[2][5] = g[3][4] = g[9][18] = g[8][19] = "#"
print("true" if path() else "false")
print(regions(), "regions")
