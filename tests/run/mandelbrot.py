SHADES = " .:-=+*#%@"
inside = 0
for row in range(25):
    line = ""
    for column in range(72):
        c = complex(column / 24.0 - 2.25, row / 10.0 - 1.2)
        z, time = 0j, 90
        for i in range(90):
            if z.real * z.real + z.imag * z.imag > 4.0:
                time = i
                break
            z = complex(z.real * z.real - z.imag * z.imag + c.real, z.real * z.imag + z.imag * z.real + c.imag)
        inside += time == 90
        line += SHADES[time * 9 // 90]
    print(line.rstrip())
print(inside, "inside")
