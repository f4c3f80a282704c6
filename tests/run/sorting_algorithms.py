def make():
    n = [0]

    def less(a, b):
        n[0] += 1
        return a < b

    return n, less


def insertion(x, less, gap=1):
    for i in range(gap, len(x)):
        j = i
        while j >= gap and less(x[j], x[j - gap]):
            x[j], x[j - gap] = x[j - gap], x[j]
            j -= gap
    return x


def selection(x, less):
    for i in range(len(x)):
        k = i
        for j in range(i + 1, len(x)):
            if less(x[j], x[k]):
                k = j
        x[i], x[k] = x[k], x[i]
    return x


def bubble(x, less):
    end = len(x)
    while end > 1:
        last = 0
        for i in range(1, end):
            if less(x[i], x[i - 1]):
                x[i], x[i - 1], last = x[i - 1], x[i], i
        end = last
    return x


def shell(x, less):
    gap = len(x) // 2
    while gap:
        insertion(x, less, gap)
        gap //= 2
    return x


def merge(x, less):
    if len(x) < 2:
        return x
    m = len(x) // 2
    a, b, out = merge(x[:m], less), merge(x[m:], less), []
    while a and b:
        out.append((b if less(b[0], a[0]) else a).pop(0))
    return out + a + b


def quick(x, less):
    if len(x) < 2:
        return x
    lo, hi = [], []
    for y in x[1:]:
        (lo if less(y, x[0]) else hi).append(y)
    return quick(lo, less) + x[:1] + quick(hi, less)


def heap(x, less):
    def sift(r, end):
        while 2 * r + 1 < end:
            c = 2 * r + 1
            if c + 1 < end and less(x[c], x[c + 1]):
                c += 1
            if not less(x[r], x[c]):
                return
            x[r], x[c] = x[c], x[r]
            r = c

    for i in reversed(range(len(x) // 2)):
        sift(i, len(x))
    for end in reversed(range(1, len(x))):
        x[0], x[end] = x[end], x[0]
        sift(0, end)
    return x


def run(name, data):
    out = []
    for f in (insertion, selection, bubble, shell, merge, quick, heap):
        n, less = make()
        assert f(list(data), less) == sorted(data)
        out.append(f"{f.__name__} {n[0]}")
    print(f"{name}: {', '.join(out)}")


def rnd(n):
    s, out = 7, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2 ** 32
        out.append(s // 65536 % 1000)
    return out


run("random", rnd(200))
run("sorted", sorted(rnd(100)))
run("reversed", sorted(rnd(100))[::-1])
run("equal", [5] * 50)
run("words", "the quick brown fox jumps over the lazy dog and runs away".split())
run("floats", [n / 8.0 - 50.0 for n in rnd(60)])
run("pairs", [(n % 7, n % 5) for n in rnd(40)])
run("empty", [])
run("single", ["x"])
