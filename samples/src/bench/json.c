// Kernel: makes a JSON text, parses it into a tree by recursive descent, walks the tree, frees it. Branches, malloc, small strings. Argument: rounds.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct value { enum { NUL, NUM, STR, ARR, OBJ, BOOL } kind; char *key; struct value *next, *child; char *text; int64_t number; } value;
static const char *p;
static void space(void) { while (*p == ' ' || *p == '\n' || *p == '\t') p++; }
static char *string(void) {
  const char *from = ++p;
  while (*p != '"') p += *p == '\\' ? 2 : 1;
  char *s = malloc(p - from + 1), *t = s;
  for (; from < p; from++) *t++ = *from == '\\' ? (*++from == 'n' ? '\n' : *from) : *from;
  *t = 0;
  p++;
  return s;
}
static value *parse(void) {
  value *v = calloc(1, sizeof *v);
  space();
  switch (*p) {
    case '{': case '[': {
      char close = *p == '{' ? '}' : ']';
      value **tail = &v->child;
      v->kind = *p++ == '{' ? OBJ : ARR;
      for (space(); *p != close; space()) {
        char *key = 0;
        if (*p == ',') { p++; space(); }
        if (v->kind == OBJ) { key = string(); space(); p++; }
        *tail = parse();
        (*tail)->key = key;
        tail = &(*tail)->next;
      }
      p++;
      break;
    }
    case '"': v->kind = STR; v->text = string(); break;
    case 't': v->kind = BOOL; v->number = 1; p += 4; break;
    case 'f': v->kind = BOOL; p += 5; break;
    case 'n': p += 4; break;
    default: {
      int minus = *p == '-';
      v->kind = NUM;
      for (p += minus; *p >= '0' && *p <= '9'; p++) v->number = v->number * 10 + *p - '0';
      if (minus) v->number = -v->number;
    }
  }
  return v;
}
static uint64_t walk(value *v) { // and frees
  uint64_t h = v->kind * 17 + v->number;
  for (const char *s = v->key; s && *s; s++) h = h * 31 + *s;
  for (const char *s = v->text; s && *s; s++) h = h * 31 + *s;
  for (value *c = v->child, *n; c; c = n) { n = c->next; h = h * 33 ^ walk(c); }
  free(v->key);
  free(v->text);
  free(v);
  return h;
}
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  char *text = malloc(400000), *t = text;
  uint32_t x = 9;
  t += sprintf(t, "[");
  for (int i = 0; i < 1500; i++) {
    x = x * 1664525u + 1013904223u;
    t += sprintf(t, "%s{\"id\": %d, \"name\": \"user %u\", \"tags\": [\"a%u\", \"b\\\"%u\", null, true], \"score\": -%u,\n \"nested\": {\"x\": [1, 2, [3, 4, {\"y\": false}]], \"z\": \"line\\n\"}}", i ? ", " : "", i, x >> 20, x & 7, x >> 9 & 63, x >> 12);
  }
  strcpy(t, "]");
  uint64_t h = 0;
  for (long r = 0; r < rounds; r++) { p = text; h = h * 31 + walk(parse()); }
  printf("json %016llx\n", (unsigned long long)h);
  return 0;
}
