import copy
import sys

tasks, next_id, history = [], 1, []
MARK = {0: "~", 1: " ", 2: "!"}


def find(i):
    try:
        n = int(i)
    except ValueError:
        raise KeyError(f"'{i}' is not a number")
    for t in tasks:
        if t["id"] == n:
            return t
    raise KeyError(f"there is no task {n}")


for line in sys.stdin.read().splitlines():
    w = line.split()
    if not w:
        continue
    before = (copy.deepcopy(tasks), next_id)
    try:
        if w[0] == "add":
            rest, p = w[1:], 1
            if not rest:
                raise KeyError("what is to be done?")
            if rest[0] in "!~":
                p = 2 if rest[0] == "!" else 0
                rest = rest[1:]
            tasks.append({"id": next_id, "title": " ".join(rest), "p": p, "done": False})
            print("added", next_id)
            next_id += 1
        elif w[0] == "done":
            t = find(w[1])
            if t["done"]:
                raise KeyError("that is done already")
            t["done"] = True
            print("done:", t["title"])
        elif w[0] == "drop":
            t = find(w[1])
            tasks.remove(t)
            print("dropped:", t["title"])
        elif w[0] == "rename":
            t = find(w[1])
            old, t["title"] = t["title"], " ".join(w[2:])
            print(old, "->", t["title"])
        elif w[0] == "list":
            for t in sorted(tasks, key=lambda t: (t["done"], -t["p"])):
                print(f"{t['id']:>3} [{'x' if t['done'] else ' '}] {MARK[t['p']]} {t['title']}")
            if not tasks:
                print("nothing to do")
        elif w[0] == "undo":
            if not history:
                raise KeyError("nothing to undo")
            tasks, next_id = history.pop()
            print("undone")
            continue
        else:
            raise KeyError(f"cannot {w[0]}")
    except KeyError as e:
        print("!", e.args[0])
    if (tasks, next_id) != before:
        history.append(before)
print(f"{sum(not t['done'] for t in tasks)} of {len(tasks)} open, {len(history)} changes")
