// Bundles the command line into dist/: the launcher, the bundle, what V8 compiles of it in a first recording, the interpreter's core module.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEngine } from './build-engine.mjs';

/** Node's modules that few recordings need are loaded when one of their functions is first used: together they take 4 ms. */
const lazyBuiltins = { name: 'lazy-builtins', setup(b) {
  b.onResolve({ filter: /^node:(child_process|tty)$/ }, ({ path, namespace }) => (namespace === 'lazy' ? { path, external: true } : { path, namespace: 'lazy' }));
  b.onLoad({ filter: /./, namespace: 'lazy' }, async ({ path }) => ({ contents: `module.exports={${Object.keys(await import(path)).filter((name) => /^\w+$/.test(name)).map((name) => `get ${name}(){return require("${path}").${name}}`)}}` }));
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
const common = {
  bundle: true, platform: 'node', target: 'node20', minifyWhitespace: true, minifySyntax: true, sourcemap: false, legalComments: 'none', logLevel: 'warning', loader: { '.sql': 'text' },
  external: ['@duckdb/node-api', '@duckdb/node-bindings', 'vega', 'vega-lite', 'cli-table3'], plugins: [lazyBuiltins],
};
// One script; a subcommand's modules are evaluated when it is chosen. ASCII, so that V8 reads it as bytes.
const { outputFiles: [bundle] } = await build({
  ...common, entryPoints: ['tracer/cli/main.ts'], format: 'cjs', charset: 'ascii', write: false,
  banner: { js: '(function(require,KTRACE_DIR){' }, footer: { js: '})' },
  define: { KTRACE_VERSION: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version), KTRACE_ENGINE_HASH: JSON.stringify(engineHash()), 'import.meta.dirname': 'KTRACE_DIR' },
});
const bundleHash = createHash('sha256').update(bundle.contents).digest('hex').slice(0, 16);
await build({
  ...common, entryPoints: { ktrace: 'tracer/cli/launcher.ts' }, outdir, outExtension: { '.js': '.cjs' }, format: 'cjs',
  banner: { js: '#!/usr/bin/env node' }, define: { KTRACE_BUNDLE: JSON.stringify(bundleHash) },
});
writeFileSync(`${outdir}/ktrace-${bundleHash}.cjs`, bundle.contents);
// For notebooks, whose cells are CommonJS: require('…/dist/notebook.cjs').
await build({
  ...common, entryPoints: { notebook: 'analyze/notebook.ts' }, outdir, outExtension: { '.js': '.cjs' }, format: 'cjs', minifyWhitespace: false, minifySyntax: false,
});
await buildEngine(outdir, engineHash());
chmodSync(`${outdir}/ktrace.cjs`, 0o755);
// The old build stays whole until the new one is: a command that runs meanwhile does not lose its files.
if (existsSync(out)) renameSync(out, `${outdir}.old`);
renameSync(outdir, out);
rmSync(`${outdir}.old`, { recursive: true, force: true });
// The first recording leaves V8's compiled code beside the bundle: of all that most recordings need, the compiler of regions too.
const first = mkdtempSync(join(tmpdir(), 'ktrace-build-'));
spawnSync(process.execPath, [`${out}/ktrace.cjs`, 'record', '-q', '-o', join(first, 'r.ktrace'), '--', '/bin/sh', '-c', 'i=0; while [ $i -lt 6000 ]; do i=$((i+1)); done; ls -l /'], { stdio: 'ignore' });
rmSync(first, { recursive: true, force: true });
rmSync(join(out, 'regions'), { recursive: true, force: true }); // the program's own: no part of a build
