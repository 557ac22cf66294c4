// Every check and test; the last line is `N passed, N failed`. A failed check (types, lint) counts as a failed test.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

let passed = 0, failed = 0;
const run = (name, args) => {
  const r = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (r.status === 0) passed++; else { failed++; console.log(`FAILED: ${name}`); }
};
mkdirSync('build', { recursive: true });
rmSync('build/vitest.json', { force: true });
run('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
run('lint', ['scripts/lint.mjs']);
run('docs/tables.md', ['scripts/tables.mjs', '--check']);
spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', '--outputFile.json=build/vitest.json', ...process.argv.slice(2)], { stdio: 'inherit' });
try {
  const j = JSON.parse(readFileSync('build/vitest.json', 'utf8'));
  passed += j.numPassedTests;
  failed += j.numFailedTests;
  for (const f of j.testResults) if (f.status === 'failed' && !f.assertionResults.some((a) => a.status === 'failed')) failed++; // a file that does not load
  const skipped = j.numPendingTests + (j.numTodoTests ?? 0);
  if (skipped) console.log(`${skipped} tests skipped; each says above what it misses (make tools installs it)`);
} catch (e) {
  failed++;
  console.log(`FAILED: vitest wrote no result: ${e.message}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
