def wrap(v, bits, signed):
    v &= (1 << bits) - 1
    return v - (1 << bits) if signed and v >> (bits - 1) else v


def option(v):
    return "None" if v is None else f"Some({v})"


def of(name):
    bits, signed = int(name[1:]), name[0] == "i"
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1

    def wrapping(v):
        return wrap(v, bits, signed)

    def checked(v):
        return option(v if low <= v <= high else None)

    def saturating(v):
        return min(max(v, low), high)

    xs = [low, low + 1, 0, 1, 3, 7, high // 2, high - 1, high]
    for a in xs:
        for b in xs:
            print(name, a, b)
            for kind in (wrapping, checked, saturating):
                print(kind(a + b), kind(a - b), kind(a * b))
            print(a & b, a | b, a ^ b, min(a, b), max(a, b), "true" if a < b else "false")
        for n in (0, 1, 2, 5, 64):
            print(wrapping(a**n), checked(a**n), saturating(a**n))
            fits = n < bits
            print(
                wrapping(a << (n % bits)),
                option(wrapping(a << n) if fits else None),
                a >> (n % bits),
                option(a >> n if fits else None),
            )
        print(wrapping(-a), checked(-a), saturating(-a), wrapping(~a))
        print(*[wrap(a, b, s) for b in (8, 16, 32, 64) for s in (True, False)])
        u = a & ((1 << bits) - 1)
        trailing = (u & -u).bit_length() - 1 if u else bits
        rotated = wrapping(u << 3 | u >> (bits - 3))
        print(float(a), u.bit_count(), bits - u.bit_length(), trailing, rotated)
        print(f"{a:x} {a:#b} {a:,} {a:+} {a:>25}|")


for name in "i8 i16 i32 i64 u8 u16 u32 u64".split():
    of(name)
