// The import rules and laws that a compiler does not check. Prints one line a finding; exit status 1 if there is one.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const files = [];
const walk = (dir) => { for (const e of readdirSync(dir, { withFileTypes: true })) { const p = join(dir, e.name); if (e.isDirectory()) walk(p); else if (p.endsWith('.ts') && !p.endsWith('.d.ts')) files.push(p); } };
for (const d of ['engine', 'tracer', 'analyze', 'samples']) if (existsSync(d)) walk(d);

let bad = 0;
const say = (file, what) => { bad++; console.log(`${file}: ${what}`); };
const isTest = (f) => /\.(test|fuzz)\.ts$/.test(f) || f.startsWith('samples/') || f.includes('/harness/') || f.includes('/e2e/');

// Rooms in the order in which they may import: a room imports from itself and from those it lists.
const ROOMS = {
  'engine/base': [], 'engine/abi': ['engine/base'], 'engine/clock': ['engine/base'],
  'engine/events': ['engine/base', 'engine/abi', 'engine/clock'],
  'engine/host': ['engine/base', 'engine/abi', 'engine/clock', 'engine/events'],
  'engine/machine': ['engine/base', 'engine/abi', 'engine/clock', 'engine/events'],
  'engine/cpu': ['engine/base', 'engine/abi', 'engine/clock', 'engine/events', 'engine/machine'],
  'engine/kernel': ['engine/base', 'engine/abi', 'engine/clock', 'engine/events', 'engine/machine', 'engine/host'],
  'engine/syscalls': ['engine/base', 'engine/abi', 'engine/clock', 'engine/events', 'engine/machine', 'engine/host', 'engine/kernel'],
  'engine/boot': ['engine/'],
  'tracer': ['engine/', 'analyze'],
  'analyze': ['engine/abi', 'engine/events', 'engine/base'],
};
const roomOf = (f) => { const p = f.split('/'); return p[0] === 'engine' ? `engine/${p[1]}` : p[0]; };
const NODE_OK = (f) => f.startsWith('engine/host/') || !f.startsWith('engine/');
const FORBIDDEN = /\b(Date\.now|new Date|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|Promise\.|new Promise|async |await |process\.(?:env|argv|exit|hrtime|stdout|stderr|nextTick)|Intl\.|performance\.now)\b/;
const stripComments = (s) => s.replace(/\/\*[\s\S]*?\*\//g, (m) => m.replace(/[^\n]/g, ' ')).replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');

const graph = new Map(), exportsOf = new Map(), text = new Map();
for (const f of files) {
  const raw = readFileSync(f, 'utf8'), code = stripComments(raw);
  text.set(f, code);
  if (!raw.startsWith('//')) say(f, 'the first line must say what lives here (// …)');
  const lines = raw.split('\n').length;
  if (lines > 700 && !isTest(f) && !/\/(abi|encodings|tables?)\/|table/.test(f)) say(f, `${lines} lines: split it by subject`);
  const deps = [];
  for (const m of code.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s+)?[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    const spec = m[3] ?? m[4], typeOnly = Boolean(m[2]) || Boolean(m[4]);
    if (!spec.startsWith('.')) {
      if (f.startsWith('engine/') && !isTest(f) && !(spec.startsWith('node:') && NODE_OK(f))) say(f, `the engine must not import ${spec}`);
      continue;
    }
    const target = relative('.', join(dirname(f), spec));
    if (!isTest(f)) {
      const from = roomOf(f), to = roomOf(target);
      if (from !== to && !(ROOMS[from] ?? []).some((r) => to === r || (r.endsWith('/') && to.startsWith(r)))) say(f, `${from} must not import ${to} (${spec})`);
      if (target.startsWith('tracer/cli/') && !f.startsWith('tracer/cli/')) say(f, 'nothing imports tracer/cli');
      if (!typeOnly) deps.push(target);
    }
  }
  graph.set(f, deps);
  if (f.startsWith('engine/') && !NODE_OK(f) && !isTest(f)) {
    code.split('\n').forEach((l, i) => { const m = FORBIDDEN.exec(l.replace(/(['"`]).*?\1/g, '')); if (m) say(`${f}:${i + 1}`, `law 1: ${m[1].trim()} inside the machine`); });
  }
  if (!isTest(f)) exportsOf.set(f, [...code.matchAll(/^export (?:abstract )?(?:const|let|function\*?|async function|class|interface|type) ([A-Za-z0-9_$]+)/gm)].map((m) => m[1]));
}

// Cycles among value imports.
const state = new Map();
const visit = (f, path) => {
  if (state.get(f) === 2) return;
  if (state.get(f) === 1) { say(f, `import cycle: ${[...path.slice(path.indexOf(f)), f].join(' → ')}`); return; }
  state.set(f, 1);
  for (const d of graph.get(f) ?? []) if (graph.has(d)) visit(d, [...path, f]);
  state.set(f, 2);
};
for (const f of files) visit(f, []);

// Exports that nobody else names. abi holds facts, complete by nature; a name in any other file counts as a use.
const words = new Map();
for (const [f, code] of text) for (const w of new Set(code.match(/[A-Za-z_$][\w$]*/g) ?? [])) words.set(w, (words.get(w) ?? 0) + (isTest(f) ? 1 : 1));
for (const [f, names] of exportsOf) {
  if (f.startsWith('engine/abi/') || f === 'analyze/notebook.ts') continue; // facts are complete by nature; a library's face is used from outside
  for (const name of names) if (words.get(name) === 1 && (text.get(f).match(new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`, 'g')) ?? []).length === 1) say(f, `${name} is used nowhere`);
}
console.log(bad ? `lint: ${bad} findings` : `lint: ${files.length} files, nothing to say`);
process.exit(bad ? 1 : 0);
