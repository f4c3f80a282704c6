// The product of two matrices, row by row: arrays of arrays of floats.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static double **zeros(int64_t n) {
    double **rows = malloc(n * sizeof *rows);
    for (int64_t i = 0; i < n; i++) {
        rows[i] = calloc(n, sizeof **rows);
    }
    return rows;
}

static void discard(int64_t n, double **rows) {
    for (int64_t i = 0; i < n; i++) {
        free(rows[i]);
    }
    free(rows);
}

static double **multiply(int64_t n, double **a, double **b) {
    double **c = zeros(n);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < n; k++) {
            double x = a[i][k];
            for (int64_t j = 0; j < n; j++) {
                c[i][j] += x * b[k][j];
            }
        }
    }
    return c;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 20;
    double **a = zeros(n);
    double **b = zeros(n);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            a[i][j] = (double)(i * 7 + j * 3) / (double)n;
            b[i][j] = (double)(i * 5 - j * 2) / (double)n;
        }
    }
    double **c = multiply(n, a, b);
    double trace = 0.0;
    for (int64_t i = 0; i < n; i++) {
        trace += c[i][i];
    }
    printf("%.6f %.6f %.6f %.6f\n", trace, c[0][n - 1], c[n - 1][0], c[n / 2][n / 3]);
    discard(n, a);
    discard(n, b);
    discard(n, c);
}
