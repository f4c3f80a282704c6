#!/usr/bin/env python3
"""Writes format.txt: specs, values and what Python makes of them.

Each line is `kind TAB spec TAB value TAB expected`. Floats are given by their
bits in hexadecimal, text and what is expected in JSON.
"""

import itertools
import json
import random
import struct

random.seed(20240601)
lines = []


def bits(value):
    return struct.pack(">d", value).hex()


def add(kind, spec, value, shown):
    try:
        expected = format(value, spec)
    except ValueError:
        return
    lines.append(f"{kind}\t{spec}\t{shown}\t{json.dumps(expected)}")


FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 0.1, 0.25, 0.125, 0.375, 1 / 3, 2 / 3,
    3.14159, 2.675, 1.005, 9.995, 99.995, 0.045, 1e-4, 1e-5, 1.5e-5, 9.9999e-5, 123456789.0,
    123456.0, 1234567.0, 999999.5, 1e15, 1e16, 1e17, 123456789012345680.0, 1e22, 1e23, 1.7e308,
    5e-324, 2.2250738585072014e-308, 1e100, 1e-100, 4503599627370496.5, 9007199254740993.0,
    float("inf"), float("-inf"), float("nan"), 0.001, 0.0049999, 1e-10, 12.5, 1000.0, 65535.0,
]
FLOAT_SPECS = [
    "", ".0f", ".1f", ".2f", ".3f", ".10f", ".17f", ".18f", ".25f", "f", "F", "e", "E", ".0e",
    ".3e", ".20e", "g", "G", ".0g", ".1g", ".3g", ".17g", ".30g", "%", ".0%", ".1%", ".2%",
    ".0", ".1", ".3", ".6", ".17", "#.0f", "#.0e", "#g", "#.3g", "#.10g", "#", "#.3", "+", " ",
    "+.2f", " .2f", "10", "<10", ">10", "^10", "^11", "=10", "010", "+010.2f", "*^+12.1f",
    ",", ",.2f", "_.3f", "020,.2f", "015,", "012_.1f", "08,.0f", "09,.0f", "010,.0f", "011,.0f",
    "0=12,.0f", "*=12,.1f", "z.1f", "z.0f", "+z.2f", "-10.3e", "é>9.1f", "012%", "08", "+08e",
    "0<12", "010,g", ",e", ".50f",
]
for at, value in enumerate(FLOATS):
    # All specs for some values, some specs for all values.
    for spec in FLOAT_SPECS if at % 8 == 0 else random.sample(FLOAT_SPECS, 14):
        add("f", spec, value, bits(value))
for _ in range(200):
    value = struct.unpack(">d", random.randbytes(8))[0]
    if value == value:
        for spec in ["", random.choice(["e", ".5e", ".3g", "g", ".12"])]:
            add("f", spec, value, bits(value))
for _ in range(300):
    value = random.choice([1, -1]) * random.random() * 10 ** random.randint(-6, 18)
    if random.random() < 0.5:
        value = round(value, random.randint(0, 6))
    spec = f".{random.randint(0, 20)}{random.choice('fgeF%')}"
    add("f", spec, value, bits(value))

INTS = [0, 1, -1, 7, 42, -42, 255, 999, 1000, -1000, 65535, 123456, 1234567, -1234567,
        2**31, 2**63 - 1, -(2**63), 10**18, 1000000]
INT_SPECS = [
    "", "d", "b", "o", "x", "X", "#b", "#o", "#x", "#X", "+", " ", "+d", "5", "<8", ">8", "^8", "^9",
    "=8", "05", "+05", "08x", "#010x", "#06b", ",", "_", "_x", "_b", "#_b", "012,", "013,", "014,",
    "015,", "016,", "+020,", "020_x", "#020_b", "021_b", "022_b", "*^15,", "*=10", "x<6", "0=10,",
    "0<8", "0>8", "0^8", "00", "é^7", "1", "_o", "025_d", "=+12", "*<+12x",
]
for value, spec in itertools.product(INTS, INT_SPECS):
    if random.random() < 0.5:
        add("i", spec, value, value)
for value in [2**63, 2**64 - 1]:
    for spec in INT_SPECS:
        add("u", spec, value, value)
for value in [65, 233, 128512]:
    for spec in ["c", "5c", "<5c", "^5c", "*>4c"]:
        add("i", spec, value, value)

TEXTS = ["", "a", "abc", "äöü", "日本語", "hello world", "{}", "\U0001f600x"]
TEXT_SPECS = ["", "s", "5", "<5", ">5", "^5", "^6", "*^10", "*<7", ".2", ".0", "5.1", "é>8.3", "05",
              "0>5", "<05", ".100", "20s", "^20.5s"]
for value, spec in itertools.product(TEXTS, TEXT_SPECS):
    add("s", spec, value, json.dumps(value))

with open(__file__.replace(".py", ".txt"), "w", encoding="utf-8") as out:
    out.write("\n".join(lines) + "\n")
