// Bundles the command line into dist/: one entry, code-split so that a subcommand loads only what it needs.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildEngine } from './build-engine.mjs';

/** Arrow's generated FlatBuffers code is a few small modules: bundled, so that record does not load the whole package. */
const arrowFormat = { name: 'arrow-format', setup(b) {
  b.onResolve({ filter: /^apache-arrow\/fb\// }, (a) => ({ path: fileURLToPath(new URL(`../node_modules/${a.path}.mjs`, import.meta.url)) }));
} };

/** Hash of the engine's sources, tests aside: recordings of an engine with another hash are not replayed. */
function engineHash() {
  const hash = createHash('sha256');
  for (const f of readdirSync('engine', { recursive: true }).map(String).sort()) {
    if (!f.endsWith('.ts') || f.endsWith('.test.ts') || f.includes('harness')) continue;
    hash.update(f).update('\0').update(readFileSync(`engine/${f}`)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

const out = process.env.KTRACE_DIST ?? 'dist', outdir = `${out}.${process.pid}`;
await build({
  entryPoints: { ktrace: 'tracer/cli/main.ts' },
  outdir, outExtension: { '.js': '.mjs' }, chunkNames: 'chunks/[name]-[hash]',
  bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20',
  minifyWhitespace: true, minifySyntax: true, sourcemap: false, legalComments: 'none', logLevel: 'warning',
  external: ['@duckdb/node-api', '@duckdb/node-bindings', 'apache-arrow', 'vega', 'vega-lite', 'cli-table3'],
  banner: { js: '#!/usr/bin/env node' },
  plugins: [arrowFormat],
  define: { KTRACE_VERSION: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version), KTRACE_ENGINE_HASH: JSON.stringify(engineHash()) },
  loader: { '.sql': 'text' },
});
// For notebooks, whose cells are CommonJS: require('…/dist/notebook.cjs').
await build({
  entryPoints: { notebook: 'analyze/notebook.ts' }, outdir, outExtension: { '.js': '.cjs' },
  bundle: true, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning', plugins: [arrowFormat],
  external: ['@duckdb/node-api', '@duckdb/node-bindings', 'apache-arrow', 'vega', 'vega-lite', 'cli-table3'], loader: { '.sql': 'text' },
});
await buildEngine(outdir, engineHash());
chmodSync(`${outdir}/ktrace.mjs`, 0o755);
// The old build stays whole until the new one is: a command that runs meanwhile does not lose its chunks.
if (existsSync(out)) renameSync(out, `${outdir}.old`);
renameSync(outdir, out);
rmSync(`${outdir}.old`, { recursive: true, force: true });
