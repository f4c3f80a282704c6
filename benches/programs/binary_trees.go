// Many short-lived trees beside a long-lived one: making and freeing small values.
package main

import (
	"fmt"
	"os"
	"strconv"
)

type Tree struct {
	left, right *Tree
}

func build(depth int) *Tree {
	if depth == 0 {
		return &Tree{nil, nil}
	}
	return &Tree{build(depth - 1), build(depth - 1)}
}

func count(tree *Tree) int {
	if tree.left == nil || tree.right == nil {
		return 1
	}
	return 1 + count(tree.left) + count(tree.right)
}

func main() {
	n := 10
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	least := 4
	most := n
	if most < least+2 {
		most = least + 2
	}
	fmt.Printf("stretch tree of depth %d: %d\n", most+1, count(build(most+1)))
	longLived := build(most)
	for depth := least; depth <= most; depth += 2 {
		rounds := 1 << (most - depth + least)
		total := 0
		for i := 0; i < rounds; i++ {
			total += count(build(depth))
		}
		fmt.Printf("%d trees of depth %d: %d\n", rounds, depth, total)
	}
	fmt.Printf("long-lived tree of depth %d: %d\n", most, count(longLived))
}
