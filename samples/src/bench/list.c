// Kernel: linked lists as in CoreMark: build, find, reverse, merge sort by two orders. Pointer chasing and unpredictable branches. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct node { struct node *next; int32_t key, index; } node;
static uint32_t seed = 1;
static uint32_t rnd(void) { return seed = seed * 1664525u + 1013904223u; }
static node *reverse(node *l) { node *r = 0; while (l) { node *n = l->next; l->next = r; r = l; l = n; } return r; }
static int byKey(const node *a, const node *b) { return a->key < b->key ? -1 : a->key > b->key; }
static int byIndex(const node *a, const node *b) { return a->index - b->index; }
static node *sort(node *list, int (*order)(const node *, const node *)) { // bottom-up merge sort
  for (int width = 1;; width *= 2) {
    node *p = list, *tail = 0;
    int merges = 0;
    list = 0;
    while (p) {
      merges++;
      node *q = p;
      int ps = 0, qs = width;
      for (int i = 0; i < width && q; i++) { ps++; q = q->next; }
      while (ps > 0 || (qs > 0 && q)) {
        node *e;
        if (ps == 0) { e = q; q = q->next; qs--; }
        else if (qs == 0 || !q || order(p, q) <= 0) { e = p; p = p->next; ps--; }
        else { e = q; q = q->next; qs--; }
        if (tail) tail->next = e; else list = e;
        tail = e;
      }
      p = q;
    }
    tail->next = 0;
    if (merges <= 1) return list;
  }
}
int main(int argc, char **argv) {
  enum { N = 2000 };
  long rounds = argc > 1 ? atol(argv[1]) : 200;
  node *pool = malloc(N * sizeof *pool);
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) {
    node *list = 0;
    for (int i = 0; i < N; i++) { pool[i].key = rnd() >> 16; pool[i].index = i; pool[i].next = list; list = &pool[i]; }
    for (int i = 0; i < 20; i++) {
      int32_t want = rnd() >> 16;
      for (node *n = list; n; n = n->next) if (n->key == want) { sum += n->index; break; }
    }
    list = sort(list, byKey);
    for (node *n = list; n; n = n->next) sum = sum * 31 + n->key;
    list = reverse(sort(list, byIndex));
    sum += list->key;
  }
  printf("list %016llx\n", (unsigned long long)sum);
  return 0;
}
