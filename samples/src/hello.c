// The smallest program; built static.
// build: -static
#include <stdio.h>
int main(void) { puts("hello, world"); return 0; }
