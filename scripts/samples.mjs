// Compiles samples/src/*.c into build/samples. A first comment line `// build: FLAGS` adds compiler flags, `// cc: NAME` names another compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';

const cc = process.env.CC ?? 'gcc';
if (spawnSync(cc, ['--version']).status !== 0) {
  console.log('no C compiler: the samples are not built and the tests that need them are skipped (make tools installs gcc)');
  process.exit(0);
}
mkdirSync('build/samples', { recursive: true });
let bad = 0;
for (const file of readdirSync('samples/src').filter((f) => f.endsWith('.c')).sort()) {
  const src = `samples/src/${file}`, out = `build/samples/${file.slice(0, -2)}`;
  if (existsSync(out) && statSync(out).mtimeMs > statSync(src).mtimeMs) continue;
  const text = readFileSync(src, 'utf8');
  const compiler = /^\/\/ cc: (.*)$/m.exec(text)?.[1] ?? cc;
  if (compiler !== cc && spawnSync('sh', ['-c', `command -v ${compiler}`]).status !== 0) { console.log(`samples: ${file} is not built: no ${compiler} (make tools installs it)`); continue; }
  const flags = /^\/\/ build: (.*)$/m.exec(text)?.[1].split(/\s+/) ?? [];
  const r = spawnSync(compiler, ['-O2', '-g', '-o', out, src, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (r.status !== 0) { bad++; console.log(`samples: ${src} does not compile`); }
}
process.exit(bad ? 1 : 0);
