// Gives the engine its core module as the build wrote it beside the bundle; without the file (tests, sources) the engine generates it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideCoreModule } from '../engine/cpu/interp/core.ts';

declare const KTRACE_ENGINE_HASH: string | undefined;

if (typeof KTRACE_ENGINE_HASH === 'string') {
  try { provideCoreModule(readFileSync(join(import.meta.dirname, `core-${KTRACE_ENGINE_HASH}.wasm`))); } catch { /* it is generated */ }
}
