// Writes the interpreter's core module (engine/cpu/interp/core-module.ts) beside the bundle, so that a start does not generate it.
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} outdir the directory of the bundle
 * @param {string} hash of the engine's sources: part of the name, so that a stale file is never taken */
export async function buildEngine(outdir, hash) {
  const { outputFiles } = await build({ stdin: { contents: "import '../engine/cpu/semantics/all.ts'; export { buildCoreModule } from '../engine/cpu/interp/core-module.ts';", resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true, format: 'esm', platform: 'node', target: 'node20', write: false, logLevel: 'warning' });
  const { buildCoreModule } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  writeFileSync(join(outdir, `core-${hash}.wasm`), buildCoreModule());
}
