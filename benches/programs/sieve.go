// Primes below a limit by Eratosthenes' sieve: a large slice of truth values.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	limit := 1000
	if len(os.Args) > 1 {
		limit, _ = strconv.Atoi(os.Args[1])
	}
	prime := make([]bool, limit)
	for i := range prime {
		prime[i] = true
	}
	prime[0] = false
	prime[1] = false
	for n := 2; n*n < limit; n++ {
		if prime[n] {
			for multiple := n * n; multiple < limit; multiple += n {
				prime[multiple] = false
			}
		}
	}
	count, last := 0, 0
	for i, isPrime := range prime {
		if isPrime {
			count++
			last = i
		}
	}
	fmt.Printf("%d primes below %d, the last is %d\n", count, limit, last)
}
