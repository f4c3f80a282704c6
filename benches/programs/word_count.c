// Counts words, few of which are frequent: a hash table with texts as keys.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYLLABLES 15
#define WORDS 50000

static const char *const syllables[SYLLABLES] = {
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu",
};

static int64_t state = 42;

// A generator of pseudo-random numbers (Park and Miller's).
static int64_t below(int64_t n) {
    state = state * 48271 % 2147483647;
    return state % n;
}

static char **vocabulary(void) {
    char **words = malloc(WORDS * sizeof *words);
    for (int64_t i = 0; i < WORDS; i++) {
        char word[64] = "";
        for (int64_t rest = i + 1; rest > 0; rest /= SYLLABLES) {
            strcat(word, syllables[rest % SYLLABLES]);
        }
        words[i] = strdup(word);
    }
    return words;
}

typedef struct {
    const char *word;
    uint64_t hash;
    int64_t count;
} Entry;

// Open addressing; the capacity is a power of two, at most three quarters are
// used.
typedef struct {
    Entry *entries;
    size_t capacity, used;
} Table;

// FNV-1a
static uint64_t hash_of(const char *word) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *word != '\0'; word++) {
        hash = (hash ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static Entry *place(const Table *table, const char *word, uint64_t hash) {
    size_t mask = table->capacity - 1;
    size_t at = hash & mask;
    for (;;) {
        Entry *entry = &table->entries[at];
        if (entry->word == NULL || (entry->hash == hash && strcmp(entry->word, word) == 0)) {
            return entry;
        }
        at = (at + 1) & mask;
    }
}

static void grow(Table *table) {
    Table larger = {NULL, table->capacity == 0 ? 16 : table->capacity * 2, table->used};
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < table->capacity; i++) {
        Entry *entry = &table->entries[i];
        if (entry->word != NULL) {
            *place(&larger, entry->word, entry->hash) = *entry;
        }
    }
    free(table->entries);
    *table = larger;
}

static void add(Table *table, const char *word) {
    if (table->used * 4 >= table->capacity * 3) {
        grow(table);
    }
    uint64_t hash = hash_of(word);
    Entry *entry = place(table, word, hash);
    if (entry->word == NULL) {
        entry->word = word;
        entry->hash = hash;
        table->used++;
    }
    entry->count++;
}

// Frequent ones first, then by the alphabet; unused places last.
static int compare(const void *left, const void *right) {
    const Entry *a = left, *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return a->word == NULL || b->word == NULL ? 0 : strcmp(a->word, b->word);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atol(argv[1]) : 1000;
    char **words = vocabulary();
    Table table = {NULL, 0, 0};
    for (int64_t i = 0; i < n; i++) {
        int64_t first = below(WORDS);
        add(&table, words[first * below(WORDS) / WORDS]);
    }
    qsort(table.entries, table.capacity, sizeof *table.entries, compare);
    printf("%" PRId64 " words, %zu different\n", n, table.used);
    for (size_t i = 0; i < 10 && i < table.used; i++) {
        printf("%8" PRId64 " %s\n", table.entries[i].count, table.entries[i].word);
    }
    free(table.entries);
    for (int64_t i = 0; i < WORDS; i++) {
        free(words[i]);
    }
    free(words);
}
