import heapq

q = lambda xs: "[" + ", ".join(f'"{x}"' for x in xs) + "]"


def parse(t):
    g = {}
    for l in t.split("\n"):
        a, b = l.split(":")
        g.setdefault(a, [])
        for x in b.split():
            g.setdefault(x, [])
            g[a].append(x)
    return g


def topological(g):
    inc = {n: sum(ts.count(n) for ts in g.values()) for n in g}
    heap, out = [n for n in g if not inc[n]], []
    heapq.heapify(heap)
    while heap:
        n = heapq.heappop(heap)
        out.append(n)
        for t in g[n]:
            inc[t] -= 1
            if not inc[t]:
                heapq.heappush(heap, t)
    if len(out) == len(g):
        return f"Ok({q(out)})"
    return f"Err({q(sorted(n for n in g if inc[n] > 0))})"


def reach(g, a):
    seen, todo = set(), [a]
    while todo:
        n = todo.pop()
        if n not in seen:
            seen.add(n)
            todo += g[n]
    return seen


clothes = parse("shirt: tie belt\ntie: jacket\ntrousers: shoes belt\nbelt: jacket\nsocks: shoes\nwatch:")
print(topological(clothes))
calls = parse("main: parse run\nparse: lex error\nlex: error\nerror: report\nreport: error\nrun: step\nstep: run jump\njump: step")
print(topological(calls))
R = {n: reach(calls, n) for n in calls}
comps = sorted({tuple(sorted(m for m in calls if m in R[n] and n in R[m])) for n in calls})
print("[" + ", ".join(map(q, comps)) + "]")
roads = [(7, 0, 1), (5, 1, 2), (8, 0, 3), (9, 1, 3), (7, 1, 4), (5, 2, 4), (15, 3, 4), (6, 3, 5), (8, 4, 5), (9, 4, 6), (11, 5, 6)]
group, tree = list(range(7)), []
for w, a, b in sorted(roads):
    if group[a] != group[b]:
        tree.append((w, a, b))
        old, new = group[b], group[a]
        group = [new if x == old else x for x in group]
print(tree)
print(sum(t[0] for t in tree))
words = "cat cot dot dog cog hat hot bat bag big dig lead load goad gold".split()
for a, b in [("cat", "dog"), ("hat", "dig"), ("lead", "gold"), ("cat", "gold")]:
    paths, seen, found = [[a]], {a}, None
    while paths and not found:
        nxt = []
        for p in paths:
            if p[-1] == b:
                found = p
                break
            for w in words:
                if len(w) == len(p[-1]) and sum(x != y for x, y in zip(w, p[-1])) == 1 and w not in seen:
                    seen.add(w)
                    nxt.append(p + [w])
        paths = nxt
    print(" - ".join(found) if found else f"no way from {a} to {b}")
