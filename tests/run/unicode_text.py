SAMPLES = [
    "Hello, World 42", "Zwölf Boxkämpfer jagen Viktor", "Съешь ещё этих мягких булок", "いろはにほへと ちりぬるを",
    "🎉 party 🎈 time", "Ελληνικά γράμματα",
]
for s in SAMPLES:
    n = [len(s.encode()), len(s), len(s.split()), sum(map(str.isalpha, s)), sum(map(str.isdigit, s)),
         sum(map(str.isspace, s))]
    print(f"{s:<30}|{n[0]:>4}{n[1]:>4}{n[2]:>3}{n[3]:>4}{n[4]:>3}{n[5]:>3}")
    print(f"{s[::-1]:>30}|{s.upper()}")
for s in ["Ein Esel lese nie", "Аргентина манит негра", "Simple", "été", "しんぶんし"]:
    w = [c.lower() for c in s if c.isalpha()]
    print(f"{s}: {str(w == w[::-1]).lower()}")
print(" ".join(w[:1].upper() + w[1:].lower() for w in "der ÄPFEL école ñandú x".split(" ")))
print(" ".join(f"U+{ord(c):04X}" for c in "aé中🎉"))
print([len("aé中🎉z"[:i].encode()) for i in range(5)])
groups = {}
for w in "zebra über äpfel Über zug ärger".split():
    groups.setdefault(w[0].lower(), []).append(w)
for c in sorted(groups):
    print(f"{c}: {', '.join(groups[c])}")


def caesar(t, by):
    out = ""
    for c in t:
        for base in (97, 65):
            if base <= ord(c) < base + 26:
                c = chr((ord(c) - base + by) % 26 + base)
                break
        out += c
    return out


print(caesar("Hello, Wörld!", 3))
print(caesar(caesar("Hello, Wörld!", 3), -3))
