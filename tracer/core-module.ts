// Gives the engine its core module as the build wrote it; without the file (tests, sources) the engine generates it.
import { readFileSync } from 'node:fs';
import { provideCoreModule } from '../engine/cpu/interp/core.ts';

declare const KTRACE_ENGINE_HASH: string | undefined;

if (typeof KTRACE_ENGINE_HASH === 'string') {
  for (const place of ['./', '../']) {
    try {
      provideCoreModule(readFileSync(new URL(`${place}core-${KTRACE_ENGINE_HASH}.wasm`, import.meta.url)));
      break;
    } catch { /* the next place */ }
  }
}
