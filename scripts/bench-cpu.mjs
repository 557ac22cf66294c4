// The CPU section of the benchmarks: kernels compiled by gcc -O2 and real programs, natively, under qemu-x86_64, valgrind --tool=none and ktrace (recording on).
// `node scripts/bench.mjs cpu [NAME…]`; a name is that of a row or of a group (int, double, real). ROUNDS=1 is the fast mode; SKIP=valgrind,native leaves columns out.
// ktrace twice: `first` as if each round were the first recording of the program, `usual` as the tool comes, which keeps compiled code from one recording to the
// next: the rounds begin with nothing kept. SETTLE=4 makes it keep what four recordings before the rounds compile. SCALE=4 gives each four times the work.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { columns, dir, geomean, have, heads, interleave, qemu, record, rounds, settle, usual, valgrind, verdict } from './bench-lib.mjs';

/** Kernels and the argument with which each runs 100 to 300 ms natively. */
const KERNELS = [
  ['list', 'int', 750], ['matrix', 'int', 600], ['crc', 'int', 1200], ['sieve', 'int', 37], ['hash', 'int', 4000], ['quicksort', 'int', 34], ['calls', 'int', 160], ['scan', 'int', 170],
  ['json', 'int', 240], ['lz', 'int', 100], ['sha256', 'int', 1200], ['interp', 'int', 310], ['objects', 'int', 7000],
  ['nbody', 'double', 2000], ['mandelbrot', 'double', 1300], ['spectral', 'double', 2000],
];
/** How much more of it they do; of two the work grows with the argument's square. */
const SCALE = Number(process.env.SCALE ?? 1), SQUARE = new Set(['mandelbrot', 'spectral']);
const kernel = (name) => resolve(`build/samples/bench/${name}`);

const KEYWORDS = new Set('auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while'.split(' '));

/** A preprocessed translation unit of the kernel json and headers, in which json's own code stands so many times, its names numbered: a larger program of the same kind. */
function translationUnit(copies) {
  const source = 'samples/src/bench/json.c', text = spawnSync('gcc', ['-E', source, '-include', 'stdio.h', '-include', 'sys/socket.h', '-include', 'math.h'], { maxBuffer: 1 << 26, encoding: 'utf8' }).stdout;
  const end = text.lastIndexOf(`"${source}" 2`), headers = text.slice(0, end), own = text.slice(text.indexOf('\n', end) + 1);
  const known = new Set([...KEYWORDS, ...headers.replace(/^#.*$/gm, '').match(/\b[A-Za-z_]\w*/g)]);
  const numbered = (k) => own.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b[A-Za-z_]\w*/g, (name) => (/^["']|^__/.test(name) || known.has(name) ? name : `${name}_${k}`));
  return `${text.slice(0, text.indexOf('\n', end) + 1)}${Array.from({ length: copies }, (_, k) => numbered(k)).join('\n')}`;
}

/** Files that the real programs read: made here, the same on every machine. Each program runs 0.25 s and more natively, so that its start is a small part. */
function inputs() {
  const text = join(dir, 'text'), unit = join(dir, 'unit.i');
  let x = 5, out = '';
  const words = ['int ', 'return ', 'struct ', '->next', ' = ', ';\n  ', '(void)', 'while (', 'x', 'value', '0x1f', '!= ', 'static '];
  while (out.length < 8_000_000 * SCALE) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    out += words[(x >>> 16) % 13] + ((x >>> 28) === 3 ? String(x >>> 8 & 0xfff) : '');
  }
  writeFileSync(text, out);
  writeFileSync(`${text}.part`, out.slice(0, 2_500_000 * SCALE));
  if (have('gcc')) writeFileSync(unit, translationUnit(6 * SCALE));
  return { text, part: `${text}.part`, unit };
}

const SQL = `create table t(g integer, v integer);
with recursive n(i) as (select 1 union all select i+1 from n where i<${1_000_000 * SCALE}) insert into t select i*7919%1000, i*31%65537 from n;
select count(*), sum(x), max(m) from (select g, sum(v) x, max(v) m from t group by g having x>0);`;

/** qemu-x86_64 runs what its guest executes natively: so cc1 itself, not gcc. */
function programs() {
  const { text, part, unit } = inputs(), cc1 = have('gcc') ? spawnSync('gcc', ['-print-prog-name=cc1'], { encoding: 'utf8' }).stdout.trim() : '';
  return [
    ['python3', ['/usr/bin/python3', resolve('samples/src/bench/pystone.py'), String(200 * SCALE)]],
    ['sqlite3', ['/usr/bin/sqlite3', ':memory:', SQL]],
    ['gzip', ['/bin/gzip', '-c', text]],
    ['xz', ['/usr/bin/xz', '-c', '-3', part]],
    ['cc1', [cc1, '-quiet', '-fpreprocessed', '-O2', '-o', '-', unit]],
    ['perl', ['/usr/bin/perl', resolve('samples/src/bench/regex.pl'), String(60 * SCALE)]],
  ].filter(([, argv]) => existsSync(argv[0])).map(([name, argv]) => [name, 'real', argv]);
}

const skip = new Set((process.env.SKIP ?? '').split(','));
const WIDTHS = [-11, -7, 8, 8, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8];

/** @param {string[]} only names of rows or groups; none means all */
export function benchCpu(only) {
  if (!qemu) { console.log('cpu: no qemu-x86_64 to compare with (make tools installs it)'); return; }
  const wanted = ([name, group]) => only.length === 0 || only.includes(name) || only.includes(group) || (only.includes('kernels') && group !== 'real');
  const rows = [...KERNELS.map(([name, group, scale]) => [name, group, [kernel(name), String(Math.round(scale * (SQUARE.has(name) ? Math.sqrt(SCALE) : SCALE)))]]).filter(([, , [path]]) => existsSync(path)), ...programs()].filter(wanted);
  const ratios = [];
  console.log(`milliseconds of wall time, medians of ${rounds} interleaved rounds; ratios by wall time and by CPU time (user + system)`);
  heads(WIDTHS, ['name', 'group', 'native', 'qemu', 'valgrind', 'first', 'usual', '÷qemu', 'CPU', 'usual', 'CPU', '÷native', 'CPU', 'usual', 'CPU']);
  for (const [name, group, argv] of rows) {
    settle(argv);
    const r = interleave({
      ...(skip.has('native') ? {} : { native: argv }), qemu: [...qemu, ...argv],
      ...(valgrind && !skip.has('valgrind') ? { valgrind: [...valgrind, ...argv] } : {}), ktrace: [...record(), ...argv], usual: [...usual(), ...argv],
    });
    // valgrind keeps doubles in SSE registers too; x87 differs, and the programs here use none
    for (const [variant, { stdout }] of Object.entries(r)) if (stdout !== r.qemu.stdout) throw new Error(`${name}: ${variant} prints something else than qemu:\n${stdout.slice(0, 200)}\n${r.qemu.stdout.slice(0, 200)}`);
    const to = (mine, other, unit) => (r[other] ? r[mine][unit] / r[other][unit] : NaN), cell = (v) => (v ? v.wall.toFixed(0) : '–'), row = { name, group };
    for (const mine of ['ktrace', 'usual']) for (const other of ['qemu', 'native']) { row[`${mine} ${other}`] = to(mine, other, 'wall'); row[`${mine} ${other} cpu`] = to(mine, other, 'cpu'); }
    ratios.push(row);
    columns(WIDTHS, [name, group, cell(r.native), cell(r.qemu), cell(r.valgrind), cell(r.ktrace), cell(r.usual), ...['qemu', 'native'].flatMap((other) => ['ktrace', 'usual'].flatMap((mine) => [row[`${mine} ${other}`], row[`${mine} ${other} cpu`]])).map((x) => x.toFixed(2))]);
  }
  const of = (groups, field) => ratios.filter((r) => groups.includes(r.group)).map((r) => r[field]);
  for (const [mine, when] of [['ktrace', ', first'], ['usual', '']]) {
    const mean = (what, groups, other, bar) => { const v = of(groups, `${mine} ${other}`); if (v.length) verdict(`${what}${when}`, geomean(v), bar, `by CPU time ${geomean(of(groups, `${mine} ${other} cpu`)).toFixed(2)}`); };
    mean('kernels ÷ qemu, geometric mean', ['int', 'double'], 'qemu', 1.0);
    mean('integer kernels ÷ qemu, geometric mean', ['int'], 'qemu', 1.2);
    mean('kernels with doubles ÷ qemu, geometric mean', ['double'], 'qemu', Infinity);
    mean('real programs ÷ qemu, geometric mean', ['real'], 'qemu', 1.5);
    const field = `${mine} qemu`, worst = ratios.reduce((a, b) => (b[field] > a[field] ? b : a));
    verdict(`the slowest ÷ qemu${when}: ${worst.name}`, worst[field], 2);
    if (!skip.has('native')) mean('kernels ÷ native, geometric mean', ['int', 'double'], 'native', 4);
  }
}
