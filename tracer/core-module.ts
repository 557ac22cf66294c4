// Gives the engine its core module as the build wrote it; without the file (tests, sources) the engine generates it. Prepares V8 for emitted code.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { provideCoreModule } from '../engine/cpu/interp/core.ts';

// Slow paths of loads and stores are hinted as unlikely: with the hints V8 keeps registers over them. Later versions read hints without a flag.
if (Number(process.versions.v8.split('.')[0]) <= 13) setFlagsFromString('--experimental-wasm-branch-hinting');

declare const KTRACE_ENGINE_HASH: string | undefined;

if (typeof KTRACE_ENGINE_HASH === 'string') {
  for (const place of ['./', '../']) {
    try {
      provideCoreModule(readFileSync(new URL(`${place}core-${KTRACE_ENGINE_HASH}.wasm`, import.meta.url)));
      break;
    } catch { /* the next place */ }
  }
}
