// The spectral norm of an infinite matrix: divisions and calls in nested loops.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double cell(int64_t i, int64_t j) {
    return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(int64_t n, const double *v, double *out) {
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < n; j++) {
            sum += cell(i, j) * v[j];
        }
        out[i] = sum;
    }
}

static void times_transposed(int64_t n, const double *v, double *out) {
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < n; j++) {
            sum += cell(j, i) * v[j];
        }
        out[i] = sum;
    }
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 100;
    double *u = malloc(n * sizeof *u);
    double *v = malloc(n * sizeof *v);
    double *product = malloc(n * sizeof *product);
    for (int64_t i = 0; i < n; i++) {
        u[i] = 1.0;
    }
    for (int round = 0; round < 10; round++) {
        times(n, u, product);
        times_transposed(n, product, v);
        times(n, v, product);
        times_transposed(n, product, u);
    }
    double vbv = 0.0, vv = 0.0;
    for (int64_t i = 0; i < n; i++) {
        vbv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%.9f\n", sqrt(vbv / vv));
    free(u);
    free(v);
    free(product);
}
