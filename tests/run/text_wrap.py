import functools
import textwrap

TEXT = """\
It is a truth universally acknowledged, that a single man in possession of
a good fortune, must be in want of a wife.

However little known the feelings or views of such a man may be on his
first entering a neighbourhood, this truth is so well fixed in the minds of
the surrounding families, that he is considered the rightful property of
some one or other of their daughters."""
PARAGRAPHS = [p.split() for p in TEXT.split("\n\n")]


def greedy(words, width):
    return [l.split() for l in textwrap.wrap(" ".join(words), width, break_long_words=False, break_on_hyphens=False)]


def balanced(words, width):
    n = len(words)

    @functools.lru_cache(None)
    def best(start):
        if start == n:
            return 0, ()
        options = []
        for end in range(start + 1, n + 1):
            length = len(" ".join(words[start:end]))
            if length > width and end > start + 1:
                break
            cost = 0 if end == n else max(width - length, 0) ** 2
            options.append((cost + best(end)[0], end))
        cost, end = min(options)
        return cost, (end,) + best(end)[1]

    out, at = [], 0
    for end in best(0)[1]:
        out.append(words[at:end])
        at = end
    return out


def justified(line, width):
    gaps = len(line) - 1
    if gaps == 0:
        return line[0]
    q, r = divmod(width - sum(map(len, line)), gaps)
    return "".join(w + " " * (q + (i < r) if i < gaps else 0) for i, w in enumerate(line))


def show(title, width, wrap, layout):
    print(f"{title:-^{width}}")
    for i, words in enumerate(PARAGRAPHS):
        if i:
            print()
        lines = wrap(words, width)
        for j, line in enumerate(lines):
            print(layout(line, j == len(lines) - 1))


plain = lambda line, last: " ".join(line)
show("ragged", 30, greedy, plain)
show("justified", 34, greedy, lambda line, last: " ".join(line) if last else justified(line, 34))
show("centred", 40, greedy, lambda line, last: f"{' '.join(line):^40}".rstrip())
show("right", 36, greedy, lambda line, last: " ".join(line).rjust(36))
show("balanced", 30, balanced, plain)
show("narrow", 6, greedy, plain)
