import sys

WAYS = {"n": "north", "s": "south", "e": "east", "w": "west"}
WAYS.update({w: w for w in list(WAYS.values())})
rooms = {
    "hall": ["Hall", "Dust, and a portrait that looks away.", {"north": "garden", "east": "kitchen", "south": "cellar"},
             ["lamp"]],
    "kitchen": ["Kitchen", "Somebody has eaten here, long ago.", {"west": "hall"}, ["bread", "old knife"]],
    "cellar": ["Cellar", "The lamp shows a key on a hook.", {"north": "hall"}, ["key"]],
    "garden": ["Garden", "Roses, and an iron gate in the north.", {"south": "hall", "north": "gate"}, []],
}
at, carried, lit, opened, turns = "hall", set(), False, False, 0


def look():
    title, text, exits, things = rooms[at]
    print(f"== {title} ==\n{text}")
    if things:
        print(f"You see: {', '.join(things)}.")
    print(f"Ways: {', '.join(exits)}.")


look()
end = None
for line in sys.stdin.read().splitlines():
    print("> " + line)
    words = line.lower().split()
    turns += 1
    way = words[-1] if len(words) == 1 or (len(words) == 2 and words[0] == "go") else ""
    things = rooms[at][3]
    rest = " ".join(words[1:])
    if way in WAYS:
        way = WAYS[way]
        target = rooms[at][2].get(way)
        if target is None:
            print(f"You cannot go {way}.")
        elif target == "gate":
            if opened:
                end = f"You are free, after {turns} turns."
                break
            print("The gate is locked.")
        elif target == "cellar" and not lit:
            end = "You were caught by the cellar troll, in the dark."
            break
        else:
            at = target
            look()
    elif words[:1] in (["take"], ["get"]):
        if rest in things:
            things.remove(rest)
            carried.add(rest)
            print(f"Taken: {rest}.")
        else:
            print(f"There is no {rest} here.")
    elif words[:1] in (["use"], ["light"]):
        if rest not in carried:
            print(f"You have no {rest}.")
        elif rest == "lamp":
            lit = not lit
            print("The lamp is lit." if lit else "The lamp goes out.")
        elif (rest, at) == ("key", "garden"):
            opened = True
            print("The gate swings open.")
        else:
            print("Nothing happens.")
    elif words in (["look"], ["l"]):
        look()
    elif words in (["inventory"], ["i"]):
        print(f"You carry: {', '.join(sorted(carried))}." if carried else "You carry nothing.")
    elif words in (["quit"], ["q"]):
        break
    else:
        turns -= 1
        print(f"I do not understand '{line}'.")
print(end or "You give up.")
