import sys

n = int(sys.argv[1])
p, counts, most, checksum, index = list(range(n)), [i + 1 for i in range(n)], 0, 0, 0
while True:
    q, c = list(p), 0
    while q[0]:
        k = q[0] + 1
        q[:k] = q[:k][::-1]
        c += 1
    most = max(most, c)
    checksum += -c if index % 2 else c
    index += 1
    for i in range(1, n):
        p[:i + 1] = p[1:i + 1] + p[:1]
        counts[i] -= 1
        if counts[i]:
            break
        counts[i] = i + 1
    else:
        break
print(checksum)
print(f"Pfannkuchen({n}) = {most}")
