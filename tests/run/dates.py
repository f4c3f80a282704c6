import calendar
from datetime import date, timedelta

print([1996, 2000, 2024])
print(f"{2024:^64}".rstrip())


def lines(y, m):
    out = [f"{calendar.month_name[m]:^20}", "Mo Tu We Th Fr Sa Su"]
    cells = ["  "] * date(y, m, 1).weekday() + [f"{d:2}" for d in range(1, calendar.monthrange(y, m)[1] + 1)]
    out += [f"{' '.join(cells[i:i + 7]):<20}" for i in range(0, len(cells), 7)]
    return out + [" " * 20] * (8 - len(out))


for three in ([1, 2, 3], [9, 12]):
    cols = [lines(2024, m) for m in three]
    for i in range(8):
        print("  ".join(c[i] for c in cols).rstrip())
for t in ["1969-07-20", "2000-02-29", "2001-02-29", "2024-13-01", "1989-11-09", "today", "1-2-3-4"]:
    try:
        y, m, d = map(int, t.split("-"))
    except ValueError:
        print(f"'{t}' is not a date")
        continue
    if not 1 <= m <= 12:
        print(f"there is no month {m}")
    elif d > calendar.monthrange(y, m)[1]:
        print(f"{calendar.month_name[m]} {y} has no day {d}")
    else:
        print(f"{t} is a {calendar.day_name[date(y, m, d).weekday()]}")
s = date(2023, 12, 25)
for n in [0, 6, 7, 67, 366, 1000]:
    print(f"{s} + {n} = {s + timedelta(n)}")
print((date(2024, 3, 1) - date(2024, 2, 1)).days)
print((date(2000, 1, 1) - date(1900, 1, 1)).days)
print("true")
n = sum(date(y, m, 13).weekday() == 4 for y in range(2001, 2101) for m in range(1, 13))
print(f"{n} Fridays the 13th in the century")
