import base64
import hashlib
import zlib


def fnv(b):
    h = 0xcbf29ce484222325
    for x in b:
        h = (h ^ x) * 0x100000001b3 % 2 ** 64
    return h


for t in ["", "a", "abc", "The quick brown fox jumps over the lazy dog", "naïve café 🎉", "a" * 200]:
    b = t.encode()
    print(f"{t:.24} {len(b)}")
    print(f"  crc32 {zlib.crc32(b):08x} adler32 {zlib.adler32(b):08x} fnv {fnv(b):016x}")
    print(f"  sha256 {hashlib.sha256(b).hexdigest()}")
for t in ["", "f", "fo", "foo", "foob", "fooba", "foobar", "naïve"]:
    print(f"{t:>8} {base64.b64encode(t.encode()).decode()}")
s, M = 88172645463325252, 2 ** 64 - 1


def nxt():
    global s
    s ^= s << 13 & M
    s ^= s >> 7
    s ^= s << 17 & M
    return s


for _ in range(3):
    print(nxt())
print(sum(bin(nxt()).count("1") for _ in range(1000)))
