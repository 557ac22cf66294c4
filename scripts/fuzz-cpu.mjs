// `npm run fuzz:insn`, `fuzz:seq`, `fuzz:c` -- --seed N --count N --time SECONDS …: the processor against the real one (engine/cpu/harness).
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const out = join(process.cwd(), 'build/fuzz/cpu.mjs');
if (!process.argv.some((a) => a.startsWith('--child'))) await build({ entryPoints: ['engine/cpu/harness/main.ts'], bundle: true, platform: 'node', format: 'esm', outfile: out, logLevel: 'error' });
process.env.KTRACE_NATIVE_C = join(process.cwd(), 'engine/cpu/harness/native.c');
const { main } = await import(pathToFileURL(out).href);
process.exitCode = main(process.argv.slice(2));
