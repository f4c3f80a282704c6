// Primes below a limit by Eratosthenes' sieve: a large array of truth values.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int64_t limit = argc > 1 ? atol(argv[1]) : 1000;
    bool *prime = malloc(limit * sizeof *prime);
    memset(prime, true, limit);
    prime[0] = false;
    prime[1] = false;
    for (int64_t n = 2; n * n < limit; n++) {
        if (prime[n]) {
            for (int64_t multiple = n * n; multiple < limit; multiple += n) {
                prime[multiple] = false;
            }
        }
    }
    int64_t count = 0, last = 0;
    for (int64_t i = 0; i < limit; i++) {
        if (prime[i]) {
            count++;
            last = i;
        }
    }
    printf("%" PRId64 " primes below %" PRId64 ", the last is %" PRId64 "\n", count, limit, last);
    free(prime);
}
