// The product of two matrices, row by row: slices of slices of floats.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func zeros(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

func multiply(a, b [][]float64) [][]float64 {
	n := len(a)
	c := zeros(n)
	for i := 0; i < n; i++ {
		for k := 0; k < n; k++ {
			x := a[i][k]
			for j := 0; j < n; j++ {
				c[i][j] += x * b[k][j]
			}
		}
	}
	return c
}

func main() {
	n := 20
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	a, b := zeros(n), zeros(n)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			a[i][j] = float64(i*7+j*3) / float64(n)
			b[i][j] = float64(i*5-j*2) / float64(n)
		}
	}
	c := multiply(a, b)
	trace := 0.0
	for i := range c {
		trace += c[i][i]
	}
	fmt.Printf("%.6f %.6f %.6f %.6f\n", trace, c[0][n-1], c[n-1][0], c[n/2][n/3])
}
