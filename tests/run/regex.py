import re

CASES = [
    ("abc", "xxabcxx"), ("a.c", "zabz axc"), ("^ab", "cab"), ("^ab", "abab"), ("ab$", "abab"),
    ("a*", "aaab"), ("a+b", "caaab"), ("colou?r", "the color"), ("colou?r", "the colour"),
    (r"\d+", "order 66 or 67"), (r"\w+@\w+\.(com|org)", "mail ann_1@example.org now"),
    ("[^aeiou ]+", "aeiou xyz"), ("[a-f0-9]+", "zz beef42 zz"), ("(ab|a)(bc|c)", "abc"),
    ("x(a|b)*y", "xababy"), ("(a*)*b", "aaaa"), ("", "anything"), ("[-a]+", "b-a-"),
    ("gr[ae]y|blue", "a blue sky"), ("é+", "caféé"), (r"\(\s*\)", "f(  )"), ("(a|ab)(c|bcd)(d*)", "abcd"),
]
for pattern, text in CASES:
    m = re.search(pattern, text)
    print(f"{pattern:<24} {text:<28} " + (f'Some("{m.group()}")' if m else "None"))
print("(a: a ')' is missing")
print("a): a ')' too many")
print("*a: nothing to repeat before '*'")
print("[ab: a ']' is missing")
print("a\\: the pattern ends after a backslash")
