// The spectral norm of an infinite matrix: divisions and calls in nested loops.
package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
)

func cell(i, j int) float64 {
	return 1.0 / float64((i+j)*(i+j+1)/2+i+1)
}

func times(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		sum := 0.0
		for j, x := range v {
			sum += cell(i, j) * x
		}
		out[i] = sum
	}
	return out
}

func timesTransposed(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		sum := 0.0
		for j, x := range v {
			sum += cell(j, i) * x
		}
		out[i] = sum
	}
	return out
}

func main() {
	n := 100
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	u := make([]float64, n)
	for i := range u {
		u[i] = 1.0
	}
	v := u
	for round := 0; round < 10; round++ {
		v = timesTransposed(times(u))
		u = timesTransposed(times(v))
	}
	vbv, vv := 0.0, 0.0
	for i := range u {
		vbv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	fmt.Printf("%.9f\n", math.Sqrt(vbv/vv))
}
