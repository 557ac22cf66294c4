// Bundles the command line into dist/: one entry, code-split so that a subcommand loads only what it needs.
import { build } from 'esbuild';
import { existsSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { ktrace: 'tracer/cli/main.ts' },
  outdir: 'dist', outExtension: { '.js': '.mjs' }, chunkNames: 'chunks/[name]-[hash]',
  bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20',
  keepNames: true, sourcemap: false, legalComments: 'none', logLevel: 'warning',
  external: ['@duckdb/node-api', '@duckdb/node-bindings', 'apache-arrow', 'vega', 'vega-lite', 'cli-table3'],
  banner: { js: '#!/usr/bin/env node' },
  loader: { '.sql': 'text' },
});
if (existsSync('scripts/build-engine.mjs')) await import('./build-engine.mjs');
