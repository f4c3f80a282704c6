// Many short-lived trees beside a long-lived one: making and freeing small values.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Tree {
    struct Tree *left, *right;
} Tree;

static Tree *build(int64_t depth) {
    Tree *tree = malloc(sizeof *tree);
    if (depth == 0) {
        tree->left = tree->right = NULL;
    } else {
        tree->left = build(depth - 1);
        tree->right = build(depth - 1);
    }
    return tree;
}

static int64_t count(const Tree *tree) {
    if (tree->left == NULL || tree->right == NULL) {
        return 1;
    }
    return 1 + count(tree->left) + count(tree->right);
}

static void discard(Tree *tree) {
    if (tree->left != NULL) {
        discard(tree->left);
        discard(tree->right);
    }
    free(tree);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 10;
    int64_t least = 4;
    int64_t most = n > least + 2 ? n : least + 2;
    Tree *stretch = build(most + 1);
    printf("stretch tree of depth %" PRId64 ": %" PRId64 "\n", most + 1, count(stretch));
    discard(stretch);
    Tree *long_lived = build(most);
    for (int64_t depth = least; depth <= most; depth += 2) {
        int64_t rounds = INT64_C(1) << (most - depth + least);
        int64_t total = 0;
        for (int64_t i = 0; i < rounds; i++) {
            Tree *tree = build(depth);
            total += count(tree);
            discard(tree);
        }
        printf("%" PRId64 " trees of depth %" PRId64 ": %" PRId64 "\n", rounds, depth, total);
    }
    printf("long-lived tree of depth %" PRId64 ": %" PRId64 "\n", most, count(long_lived));
    discard(long_lived);
}
