// Pancake flips over all permutations: small arrays of integers, reversed in place.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t flips(int64_t n, const int64_t *p, int64_t *scratch) {
    for (int64_t i = 0; i < n; i++) {
        scratch[i] = p[i];
    }
    int64_t count = 0;
    while (scratch[0] != 0) {
        int64_t low = 0, high = scratch[0];
        while (low < high) {
            int64_t first = scratch[low];
            scratch[low] = scratch[high];
            scratch[high] = first;
            low++;
            high--;
        }
        count++;
    }
    return count;
}

static bool advance(int64_t n, int64_t *p, int64_t *counts) {
    for (int64_t i = 1; i < n; i++) {
        int64_t first = p[0];
        for (int64_t j = 0; j < i; j++) {
            p[j] = p[j + 1];
        }
        p[i] = first;
        counts[i]--;
        if (counts[i] > 0) {
            return true;
        }
        counts[i] = i + 1;
    }
    return false;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 7;
    int64_t *p = malloc(n * sizeof *p);
    int64_t *counts = malloc(n * sizeof *counts);
    int64_t *scratch = malloc(n * sizeof *scratch);
    for (int64_t i = 0; i < n; i++) {
        p[i] = i;
        counts[i] = i + 1;
    }
    int64_t most = 0, checksum = 0;
    bool even = true;
    do {
        int64_t count = flips(n, p, scratch);
        most = count > most ? count : most;
        checksum += even ? count : -count;
        even = !even;
    } while (advance(n, p, counts));
    printf("%" PRId64 "\nPfannkuchen(%" PRId64 ") = %" PRId64 "\n", checksum, n, most);
    free(p);
    free(counts);
    free(scratch);
}
