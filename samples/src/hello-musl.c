// The smallest program, with musl's libc: static-pie with its own start code.
// cc: musl-gcc
#include <stdio.h>
int main(int argc, char **argv) { printf("hello from musl, %d %s\n", argc, argv[argc] ? "?" : "null"); return 0; }
