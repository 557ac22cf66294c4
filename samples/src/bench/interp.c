// Kernel: an interpreter of a small stack machine with computed goto, running a prime counter. Indirect jumps through a table. Argument: primes below this many thousands.
// build: -static
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum { PUSH, LOAD, STORE, ADD, MUL, MOD, LESS, JZ, JMP, INC, HALT };
static const int32_t program[] = {
  PUSH, 2, STORE, 0,                                            // 0: n = 2
  LOAD, 0, LOAD, 3, LESS, JZ, 51,                               // 4: while (n < limit)
  PUSH, 2, STORE, 1,                                            // 11: d = 2
  LOAD, 1, LOAD, 1, MUL, LOAD, 0, PUSH, 1, ADD, LESS, JZ, 44,   // 15: while (d * d < n + 1)
  LOAD, 0, LOAD, 1, MOD, JZ, 46,                                // 28: if (n % d == 0) not a prime
  INC, 1, JMP, 15,                                              // 35: d++
  HALT, 0, 0, 0, 0,                                             // 39: never reached
  INC, 2,                                                       // 44: primes++
  INC, 0, JMP, 4, 0,                                            // 46: n++
  HALT};                                                        // 51
int main(int argc, char **argv) {
  static const void *const label[] = {&&push, &&load, &&store, &&add, &&mul, &&mod, &&less, &&jz, &&jmp, &&inc, &&halt};
  int64_t stack[16], *sp = stack, var[4] = {0, 0, 0, (argc > 1 ? atol(argv[1]) : 10) * 1000};
  const int32_t *pc = program;
  uint64_t executed = 0;
#define NEXT do { executed++; goto *label[*pc++]; } while (0)
  NEXT;
push: *sp++ = *pc++; NEXT;
load: *sp++ = var[*pc++]; NEXT;
store: var[*pc++] = *--sp; NEXT;
add: sp--; sp[-1] += sp[0]; NEXT;
mul: sp--; sp[-1] *= sp[0]; NEXT;
mod: sp--; sp[-1] %= sp[0]; NEXT;
less: sp--; sp[-1] = sp[-1] < sp[0]; NEXT;
jz: pc = *--sp ? pc + 1 : program + *pc; NEXT;
jmp: pc = program + *pc; NEXT;
inc: var[*pc++]++; NEXT;
halt:
  printf("interp %lld primes, %llu operations\n", (long long)var[2], (unsigned long long)executed);
  return 0;
}
