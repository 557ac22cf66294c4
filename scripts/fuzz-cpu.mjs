// `npm run fuzz:insn`, `fuzz:seq`, `fuzz:calls`, `fuzz:c` -- --seed N --count N --time SECONDS …: the processor against the real one (engine/cpu/harness).
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const out = join(process.cwd(), 'build/fuzz/cpu.mjs');
if (!process.argv.some((a) => a.startsWith('--child'))) await build({ entryPoints: ['engine/cpu/harness/main.ts'], inject: ['tracer/cli/v8-flags.ts'], bundle: true, platform: 'node', format: 'esm', outfile: out, logLevel: 'error' });
const plant = process.argv.findIndex((a) => a.startsWith('--plant')), name = plant < 0 ? '' : process.argv[plant].split('=')[1] ?? process.argv[plant + 1];
if (process.argv[2] === 'c' && name !== '') { // a ktrace with that error in it, in place of dist/ktrace.cjs
  const outfile = join(process.cwd(), `build/fuzz/ktrace-${name}.mjs`);
  if (!process.argv.some((a) => a.startsWith('--child'))) {
    const contents = `import './tracer/cli/v8-flags.ts';\nimport { plant } from './engine/cpu/harness/plant.ts';\nplant(${JSON.stringify(name)});\nawait import('./tracer/cli/main.ts');\n`;
    await build({ stdin: { contents, resolveDir: process.cwd(), loader: 'ts' }, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error', loader: { '.sql': 'text' }, banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      external: ['@duckdb/node-api', '@duckdb/node-bindings', 'vega', 'vega-lite', 'cli-table3'], define: { KTRACE_VERSION: '"0.0.0"', KTRACE_ENGINE_HASH: JSON.stringify(`planted-${name}`) } });
  }
  process.env.KTRACE_PLANTED = outfile;
}
process.env.KTRACE_NATIVE_C = join(process.cwd(), 'engine/cpu/harness/native.c');
const { main } = await import(pathToFileURL(out).href);
process.exitCode = main(process.argv.slice(2));
