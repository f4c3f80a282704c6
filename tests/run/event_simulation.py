import heapq


class Random:
    def __init__(self, s):
        self.s = s

    def between(self, lo, hi):
        self.s = self.s * 48271 % 2147483647
        return lo + self.s % (hi - lo + 1)


def simulate(k):
    r, heap, planned = Random(2024), [], 0
    busy, queue, served, away, longest, waits, opened = [False] * k, [], 0, 0, 0, [], True

    def plan(t, e):
        nonlocal planned
        heapq.heappush(heap, (t, planned, e))
        planned += 1

    plan(r.between(1, 10), "arrival")
    plan(480, "closing")
    while heap:
        now, _, e = heapq.heappop(heap)
        if e == "closing":
            opened = False
            continue
        if e == "arrival":
            if not opened:
                continue
            if len(queue) >= 8:
                away += 1
            else:
                queue.append(now)
                longest = max(longest, len(queue))
            plan(now + r.between(1, 12), "arrival")
        else:
            busy[e] = False
        for i in range(k):
            if queue and not busy[i]:
                waits.append(now - queue.pop(0))
                busy[i] = True
                served += 1
                plan(now + r.between(5, 30), i)
    print(f"{k} counters: {served} served, {away} turned away, closed after {now} minutes")
    print(f"  longest queue {longest}, waits {sum(waits) / served:.2f} on average, {max(waits)} at most")


for k in range(1, 5):
    simulate(k)
r = Random(1)
print([r.between(1, 6) for _ in range(20)])
