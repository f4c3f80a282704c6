// Counts words, few of which are frequent: a map with texts as keys.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

const syllables = "ba ce di fo gu ka le mi no pu ra se ti vo zu"
const words = 50000

// A generator of pseudo-random numbers (Park and Miller's).
type Random struct {
	state int
}

func (random *Random) below(n int) int {
	random.state = random.state * 48271 % 2147483647
	return random.state % n
}

func vocabulary() []string {
	syllables := strings.Split(syllables, " ")
	vocabulary := []string{}
	for i := 0; i < words; i++ {
		word := ""
		for rest := i + 1; rest > 0; rest /= len(syllables) {
			word += syllables[rest%len(syllables)]
		}
		vocabulary = append(vocabulary, word)
	}
	return vocabulary
}

type Entry struct {
	word  string
	count int
}

func main() {
	n := 1000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	vocabulary := vocabulary()
	random := Random{42}
	counts := map[string]int{}
	for i := 0; i < n; i++ {
		first := random.below(words)
		counts[vocabulary[first*random.below(words)/words]]++
	}
	entries := []Entry{}
	for word, count := range counts {
		entries = append(entries, Entry{word, count})
	}
	sort.Slice(entries, func(i, j int) bool {
		a, b := entries[i], entries[j]
		return a.count > b.count || a.count == b.count && a.word < b.word
	})
	fmt.Printf("%d words, %d different\n", n, len(counts))
	for i := 0; i < 10 && i < len(entries); i++ {
		fmt.Printf("%8d %s\n", entries[i].count, entries[i].word)
	}
}
