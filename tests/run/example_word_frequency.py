import sys

SHOWN, BAR = 12, 30


def words_of(text):
    words, word = [], ""
    for c in text:
        if c.isalnum():
            word += c.lower()
        elif word:
            words.append(word)
            word = ""
    if word:
        words.append(word)
    return words


words = words_of(open(sys.argv[1], encoding="utf-8").read())
counts = {}
for w in words:
    counts[w] = counts.get(w, 0) + 1
entries = sorted(counts.items(), key=lambda e: (-e[1], e[0]))
print(f"{len(words):,} words, {len(entries):,} different")
most = entries[0][1] if entries else 1
for word, n in entries[:SHOWN]:
    print(f"{word:>14} {n:>5}  {'#' * -(-n * BAR // most)}")
