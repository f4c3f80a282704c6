MASK = (1 << 64) - 1
state = 2024


def next():
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & MASK
    return state >> 11


for round in range(700):
    bits = next() >> (round % 50)
    exponent = next() % 1100 - 560
    small = next() % 40 - 20
    x = float(bits) * 2.0**exponent
    y = (bits % 100000) * 10.0**small
    z = x if round % 2 == 0 else -y
    print(x, y, z)
