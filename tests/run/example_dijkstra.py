import heapq

ROADS = """Vienna Graz 200,Vienna Linz 185,Linz Salzburg 133,Graz Klagenfurt 133,Salzburg Villach 182,
Salzburg Innsbruck 187,Klagenfurt Villach 40,Villach Lienz 110,Innsbruck Bregenz 195,Lienz Innsbruck 180,
Graz Linz 220,Samnaun Spiss 5"""
graph = {}
for road in ROADS.split(","):
    a, b, km = road.split()
    graph.setdefault(a, []).append((b, int(km)))
    graph.setdefault(b, []).append((a, int(km)))
distance, before, queue = {"Vienna": 0}, {}, [(0, "Vienna")]
while queue:
    d, place = heapq.heappop(queue)
    if d > distance[place]:
        continue
    for target, km in graph[place]:
        if d + km < distance.get(target, 1 << 60):
            distance[target] = d + km
            before[target] = place
            heapq.heappush(queue, (d + km, target))
for place in sorted(distance):
    print(f"{place:<12}{distance[place]:>4} km")
for goal in ["Lienz", "Bregenz", "Samnaun"]:
    if goal in distance:
        stops = [goal]
        while stops[-1] != "Vienna":
            stops.append(before[stops[-1]])
        print(" - ".join(reversed(stops)))
    else:
        print("no way to", goal)
print(sorted([5, 3, 9, 1, 5, 0]))
