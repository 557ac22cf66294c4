// Gives the engine its core module as the build wrote it beside the bundle, with the machine code that V8 made of it before; without the file (tests,
// sources) the engine generates it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideCoreModule, provideOptimized } from '../engine/cpu/interp/core.ts';
import { keepBeside } from './cache-file.ts';
import { compileWhole, deserialize, isOptimized, knowsNatives, serialize } from './machine-code.ts';

declare const KTRACE_ENGINE_HASH: string | undefined;

/** The module compiled: from the file, or now, into the file. Undefined where there can be none: V8 then compiles each function when it is first called. */
function compiled(bytes: Uint8Array<ArrayBuffer>, file: string): WebAssembly.Module | undefined {
  if (!knowsNatives) return undefined;
  try {
    const module = deserialize(file, bytes);
    // Refused: made with other flags of V8 or for another processor. A run with flags of its own does not replace it.
    if (module !== undefined || process.execArgv.length > 0) return module;
  } catch { /* there is none, or it is damaged */ }
  let module: WebAssembly.Module | undefined;
  keepBeside(file, () => serialize(module = compileWhole(bytes)));
  return module;
}

if (knowsNatives) provideOptimized(isOptimized);
if (typeof KTRACE_ENGINE_HASH === 'string') {
  const name = join(import.meta.dirname, `core-${KTRACE_ENGINE_HASH}`);
  try {
    const bytes = readFileSync(`${name}.wasm`) as Uint8Array<ArrayBuffer>; // no copy: each page that a start touches is a fault of the host's
    provideCoreModule(bytes, compiled(bytes, `${name}-${process.version}-${process.arch}.code`));
  } catch { /* it is generated */ }
}
