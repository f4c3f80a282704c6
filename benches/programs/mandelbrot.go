// The Mandelbrot set, counted: floats in a loop whose end depends on them.
package main

import (
	"fmt"
	"os"
	"strconv"
)

const limit = 200

func escapeTime(re, im float64) int {
	x, y := 0.0, 0.0
	for step := 0; step < limit; step++ {
		xx := x * x
		yy := y * y
		if xx+yy > 4.0 {
			return step
		}
		y = 2.0*x*y + im
		x = xx - yy + re
	}
	return limit
}

func main() {
	n := 40
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	inside, steps := 0, 0
	for row := 0; row < n; row++ {
		im := 2.0*float64(row)/float64(n) - 1.0
		for column := 0; column < n; column++ {
			re := 2.0*float64(column)/float64(n) - 1.5
			time := escapeTime(re, im)
			if time == limit {
				inside++
			}
			steps += time
		}
	}
	fmt.Printf("%d of %d inside, %d steps\n", inside, n*n, steps)
}
