// `npm run fuzz:cpu -- count=N seed=N family=… only=… jit=…`: the processor against the real one (engine/cpu/harness).
import { build } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const out = join(mkdtempSync(join(tmpdir(), 'ktrace-fuzz-')), 'fuzz.mjs');
await build({ entryPoints: ['engine/cpu/harness/fuzz.ts'], bundle: true, platform: 'node', format: 'esm', outfile: out, logLevel: 'error' });
process.env.KTRACE_NATIVE_C = join(process.cwd(), 'engine/cpu/harness/native.c');
const { main } = await import(pathToFileURL(out).href);
process.exitCode = main(process.argv.slice(2));
