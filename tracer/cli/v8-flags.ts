// What V8 has to be told so that it compiles generated code as that says, and well: for the launcher, and for tests and fuzzers, which run the engine without it.
import { setFlagsFromString } from 'node:v8';

// V8 11 makes one move of those that two blocks have in common where they meet, and takes the width of either: of a register that is 64 bits wide in one and zero-extended in the other the upper
// half is lost (a region's r11 was; V8 12.4 and 13.6 have it right). So its moves stay where they are.
// It has WebAssembly's relaxed SIMD, of which FMA is made (engine/cpu/wasm/fused.ts), only with a flag; later versions need none.
// Of its two register allocators the better is to have large regions and the interpreter's loop too. With the simpler one python3 took a fifth longer with joined regions (engine/cpu/jit/neighbours.ts),
// the start of gcc a sixth more CPU time, cc1 in the interpreter alone a third.
// Of a function that has not run for some collections of garbage V8 drops the bytecode and parses it again: of those in tracer/machine-code.ts it would then not know the syntax.
if (Number(process.versions.v8.split('.')[0]) <= 11) for (const flag of ['--no-turbo-move-optimization', '--no-turbo-use-mid-tier-regalloc-for-huge-functions', '--no-flush-bytecode', '--experimental-wasm-relaxed-simd']) setFlagsFromString(flag);
