// Keeps the machine code of a WebAssembly module from run to run. Node has no function for that; V8 has some of its own, for its tests.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** Only V8 11, with which it was tried: another's functions could take other arguments, and V8 ends the process then. */
export const knowsNatives = process.versions.v8.startsWith('11.');
const DIGEST_BYTES = 32;

const natives = new Map<string, (...args: unknown[]) => unknown>();
/** A function of one expression over V8's own functions. */
function native(parameters: string, expression: string): (...args: unknown[]) => unknown {
  let made = natives.get(expression);
  if (made !== undefined) return made;
  setFlagsFromString('--allow-natives-syntax');
  try { natives.set(expression, made = new Function(parameters, `return ${expression}`) as () => unknown); } finally { setFlagsFromString('--no-allow-natives-syntax'); }
  return made;
}

/** All functions compiled by the optimizing compiler, now. The flags are afterwards what they were: V8 takes machine code only with the flags that it was made with. */
export function compileWhole(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const flag of ['--no-liftoff', '--no-wasm-lazy-compilation']) setFlagsFromString(flag);
  try { return new WebAssembly.Module(bytes); } finally {
    for (const flag of ['--liftoff', '--wasm-lazy-compilation', '--wasm-tier-up', '--wasm-dynamic-tiering']) setFlagsFromString(flag); // tiers fall with the first
  }
}

/** The module's machine code: of functions that the optimizing compiler has not come to yet there is none. V8 ends the process if it has come to none at all. It knows its version, its flags and the processor again, not damage. */
export const machineCode = (module: WebAssembly.Module): Buffer => Buffer.from(native('module', '%SerializeWasmModule(module)')(module) as ArrayBuffer);
/** @param bytes of the module. @returns undefined for code of another V8, of other flags or of another processor. */
export const fromMachineCode = (code: Uint8Array, bytes: Uint8Array): WebAssembly.Module | undefined => native('code, bytes', '%DeserializeWasmModule(code, bytes)')(code.byteLength === code.buffer.byteLength ? code.buffer : new Uint8Array(code).buffer, bytes) as WebAssembly.Module | undefined;
/** Of a function that a module exports: it has optimized code. */
export const isOptimized = (f: unknown): boolean => native('f', '%IsTurboFanFunction(f)')(f) as boolean;

/** @param module of compileWhole(). A digest stands before its code. */
export function serialize(module: WebAssembly.Module): Buffer {
  const code = machineCode(module);
  return Buffer.concat([createHash('sha256').update(code).digest(), code]);
}

/** @param bytes of the module. @returns as fromMachineCode. @throws if there is no such file or it is damaged */
export function deserialize(file: string, bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  const fd = openSync(file, 'r'), digest = Buffer.alloc(DIGEST_BYTES), code = Buffer.allocUnsafeSlow(Math.max(fstatSync(fd).size - DIGEST_BYTES, 0)); // of its own, as V8 takes it
  try { readSync(fd, digest, 0, DIGEST_BYTES, 0); readSync(fd, code, 0, code.length, DIGEST_BYTES); } finally { closeSync(fd); }
  if (!createHash('sha256').update(code).digest().equals(digest)) throw new Error('damaged');
  return fromMachineCode(code, bytes);
}
