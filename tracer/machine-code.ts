// Keeps the machine code of a WebAssembly module from run to run. Node has no function for that; V8 has some of its own, for its tests.
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';

/** Only V8 11, with which it was tried: another's functions could take other arguments, and V8 ends the process then. */
export const knowsNatives = process.versions.v8.startsWith('11.');
const DIGEST_BYTES = 32;

/** A function of one expression over V8's own functions. */
function native(parameters: string, expression: string): (...args: unknown[]) => unknown {
  setFlagsFromString('--allow-natives-syntax');
  try { return new Function(parameters, `return ${expression}`) as () => unknown; } finally { setFlagsFromString('--no-allow-natives-syntax'); }
}

/** All functions compiled by the optimizing compiler, now, and the interpreter's loop, which is huge, with the better of its register allocators. The flags are afterwards what
 *  they were: V8 takes machine code only with the flags that it was made with. */
export function compileWhole(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const flag of ['--no-liftoff', '--no-wasm-lazy-compilation', '--no-turbo-use-mid-tier-regalloc-for-huge-functions']) setFlagsFromString(flag);
  try { return new WebAssembly.Module(bytes); } finally {
    for (const flag of ['--liftoff', '--wasm-lazy-compilation', '--wasm-tier-up', '--wasm-dynamic-tiering', '--turbo-use-mid-tier-regalloc-for-huge-functions']) setFlagsFromString(flag); // tiers fall with the first
  }
}

/** @param module of compileWhole(). V8 knows its version, its flags and the processor again, not damage: a digest stands before. */
export function serialize(module: WebAssembly.Module): Buffer {
  const code = Buffer.from(native('module', '%SerializeWasmModule(module)')(module) as ArrayBuffer);
  return Buffer.concat([createHash('sha256').update(code).digest(), code]);
}

/** @param bytes of the module. @returns undefined for code of another V8, of other flags or of another processor. @throws if it is damaged */
export function deserialize(file: Buffer, bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  const code = file.subarray(DIGEST_BYTES);
  if (!createHash('sha256').update(code).digest().equals(file.subarray(0, DIGEST_BYTES))) throw new Error('damaged');
  return native('code, bytes', '%DeserializeWasmModule(code, bytes)')(new Uint8Array(code).buffer, bytes) as WebAssembly.Module | undefined;
}
