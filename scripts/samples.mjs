// Compiles samples/src/*.c, and the kernels in samples/src/bench (C and C++), into build/samples. A first comment line `// build: FLAGS` adds compiler flags, `// cc: NAME` names another compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'node:path';

const cc = process.env.CC ?? 'gcc';
if (spawnSync(cc, ['--version']).status !== 0) {
  console.log('no C compiler: the samples are not built and the tests that need them are skipped (make tools installs gcc)');
  process.exit(0);
}
mkdirSync('build/samples/bench', { recursive: true });
let bad = 0;
const sources = ['', 'bench/'].flatMap((dir) => readdirSync(`samples/src/${dir}`).filter((f) => /\.cc?$/.test(f)).sort().map((f) => dir + f));
for (const file of sources) {
  const { dir, name, ext } = parse(file), src = `samples/src/${file}`, out = `build/samples/${dir && `${dir}/`}${name}`;
  if (existsSync(out) && statSync(out).mtimeMs > statSync(src).mtimeMs) continue;
  const text = readFileSync(src, 'utf8');
  const compiler = /^\/\/ cc: (.*)$/m.exec(text)?.[1] ?? (ext === '.cc' ? process.env.CXX ?? 'g++' : cc);
  if (compiler !== cc && spawnSync('sh', ['-c', `command -v ${compiler}`]).status !== 0) { console.log(`samples: ${file} is not built: no ${compiler} (make tools installs it)`); continue; }
  const flags = /^\/\/ build: (.*)$/m.exec(text)?.[1].split(/\s+/) ?? [];
  const r = spawnSync(compiler, ['-O2', '-g', '-o', out, src, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (r.status !== 0) { bad++; console.log(`samples: ${src} does not compile`); }
}
process.exit(bad ? 1 : 0);
