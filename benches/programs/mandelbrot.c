// The Mandelbrot set, counted: floats in a loop whose end depends on them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LIMIT 200

static int64_t escape_time(double re, double im) {
    double x = 0.0, y = 0.0;
    for (int64_t step = 0; step < LIMIT; step++) {
        double xx = x * x;
        double yy = y * y;
        if (xx + yy > 4.0) {
            return step;
        }
        y = 2.0 * x * y + im;
        x = xx - yy + re;
    }
    return LIMIT;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 40;
    int64_t inside = 0, steps = 0;
    for (int64_t row = 0; row < n; row++) {
        double im = 2.0 * (double)row / (double)n - 1.0;
        for (int64_t column = 0; column < n; column++) {
            double re = 2.0 * (double)column / (double)n - 1.5;
            int64_t time = escape_time(re, im);
            if (time == LIMIT) {
                inside++;
            }
            steps += time;
        }
    }
    printf("%" PRId64 " of %" PRId64 " inside, %" PRId64 " steps\n", inside, n * n, steps);
}
