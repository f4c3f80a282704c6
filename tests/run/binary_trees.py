import sys

n = int(sys.argv[1])
nodes = lambda d: 2 ** (d + 1) - 1
print(f"stretch tree of depth {n + 1}\t check: {nodes(n + 1)}")
for d in range(4, n + 1, 2):
    rounds = 1 << (n - d + 4)
    print(f"{rounds}\t trees of depth {d}\t check: {rounds * nodes(d)}")
print(f"long lived tree of depth {n}\t check: {nodes(n)}")
