// Pancake flips over all permutations: small slices of integers, reversed in place.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func flips(p, scratch []int) int {
	copy(scratch, p)
	count := 0
	for scratch[0] != 0 {
		low, high := 0, scratch[0]
		for low < high {
			scratch[low], scratch[high] = scratch[high], scratch[low]
			low++
			high--
		}
		count++
	}
	return count
}

func advance(p, counts []int) bool {
	for i := 1; i < len(p); i++ {
		first := p[0]
		for j := 0; j < i; j++ {
			p[j] = p[j+1]
		}
		p[i] = first
		counts[i]--
		if counts[i] > 0 {
			return true
		}
		counts[i] = i + 1
	}
	return false
}

func main() {
	n := 7
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	p := make([]int, n)
	counts := make([]int, n)
	scratch := make([]int, n)
	for i := range p {
		p[i] = i
		counts[i] = i + 1
	}
	most, checksum, even := 0, 0, true
	for {
		count := flips(p, scratch)
		if count > most {
			most = count
		}
		if even {
			checksum += count
		} else {
			checksum -= count
		}
		even = !even
		if !advance(p, counts) {
			break
		}
	}
	fmt.Println(checksum)
	fmt.Printf("Pfannkuchen(%d) = %d\n", n, most)
}
