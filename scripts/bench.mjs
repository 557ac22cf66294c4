// Timings, interleaved: the same work natively, under qemu-x86_64 and under ktrace, medians and ratios. `make bench`; results stand in docs/benchmarks.md.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.env.ROUNDS ?? 5);
const dir = mkdtempSync(join(tmpdir(), 'ktrace-bench-'));
const k = ['node', 'dist/ktrace.mjs'];
const scratch = join(dir, 'r.ktrace'); // one place: each recording is removed before the next, outside the timing
const rec = (...flags) => [...k, 'record', '-q', '-o', scratch, ...flags, '--'];
const qemu = spawnSync('sh', ['-c', 'command -v qemu-x86_64']).status === 0 ? ['qemu-x86_64'] : null;
const time = (argv) => {
  rmSync(scratch, { recursive: true, force: true });
  const start = process.hrtime.bigint();
  const r = spawnSync(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  if (r.status !== 0) throw new Error(`${argv.join(' ')}: ${r.status ?? r.signal} ${r.stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
};
const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
/** Runs the variants in turn, `rounds` times; returns each one's median in ms. */
const interleave = (variants) => {
  const times = Object.fromEntries(Object.keys(variants).map((n) => [n, []]));
  for (let i = 0; i < rounds; i++) for (const [n, make] of Object.entries(variants)) {
    times[n].push(time(make()));
  }
  return Object.fromEntries(Object.entries(times).map(([n, t]) => [n, median(t)]));
};
const rows = [];
const row = (what, bar, ratio, detail) => { rows.push({ what, bar, ratio, detail }); console.log(`${what.padEnd(44)} ${ratio.toFixed(2).padStart(7)}  bar ${bar}  ${detail}`); };
const ms = (r) => Object.entries(r).map(([n, t]) => `${n} ${t.toFixed(0)} ms`).join(', ');
const only = process.argv.slice(2);
const want = (name) => only.length === 0 || only.some((o) => name.includes(o));

try {
  if (want('startup')) {
    const r = interleave({ node: () => ['node', '-e', '0'], true: () => [...rec(), '/bin/true'], ls: () => [...rec(), '/bin/ls', '-la', '/etc'] });
    row('record /bin/true ÷ node -e 0', '≤ 6', r.true / r.node, ms(r));
    row('record ls -la /etc ÷ node -e 0', '≤ 10', r.ls / r.node, ms(r));
  }
  const K = 'build/samples/cpu-kernels';
  if (want('kernels') && qemu && existsSync(K)) {
    const ratios = [];
    for (const [name, scale] of [['sieve', '60'], ['crc', '40'], ['sort', '6'], ['matrix', '20'], ['fib', '60'], ['mandel', '14'], ['strings', '12'], ['hash', '30']]) {
      const r = interleave({ native: () => [K, name, scale], qemu: () => [...qemu, K, name, scale], ktrace: () => [...rec(), K, name, scale] });
      ratios.push(r.ktrace / r.qemu);
      row(`kernel ${name}: ktrace ÷ qemu`, '≤ 3', r.ktrace / r.qemu, ms(r));
    }
    row('kernels, geometric mean ÷ qemu', '≤ 3', Math.exp(ratios.reduce((a, x) => a + Math.log(x), 0) / ratios.length), '');
  }
  if (want('syscall') && qemu) {
    const dd = (count) => ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`, 'status=none'];
    const r = interleave({ q1: () => [...qemu, ...dd(1)], q200k: () => [...qemu, ...dd(200000)], k1: () => [...rec(), ...dd(1)], k200k: () => [...rec(), ...dd(200000)] });
    row('dd bs=1: 200,000 − 1 blocks, ktrace ÷ qemu', '≤ 6', (r.k200k - r.k1) / (r.q200k - r.q1), ms(r));
  }
  if (want('trace')) {
    const cmd = ['/bin/bash', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do ls -la /etc | sort | head -3; done; dd if=/dev/zero of=/dev/null bs=1 count=100000 status=none'];
    const r = interleave({ none: () => [...rec('--trace', 'none'), ...cmd], default: () => [...rec(), ...cmd] });
    row('default tables ÷ --trace none', '≤ 1.5', r.default / r.none, ms(r));
  }
  if (want('events')) {
    // Size on disk, resident memory, and the summary against DuckDB's own group-by: one long recording of many small calls.
    const blocks = Number(process.env.BLOCKS ?? 2_000_000);
    rmSync(scratch, { recursive: true, force: true });
    const child = spawn('node', [...rec('--ram', '512M').slice(1), '/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${blocks}`, 'status=none'], { stdio: 'ignore' });
    let peak = 0;
    const watch = setInterval(() => { try { peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))[1])); } catch { /* gone */ } }, 100);
    const start = process.hrtime.bigint();
    await new Promise((done) => { child.on('exit', done); });
    clearInterval(watch);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const size = (d) => readdirSync(d, { withFileTypes: true }).reduce((n, e) => n + (e.isDirectory() ? size(join(d, e.name)) : statSync(join(d, e.name)).size), 0);
    const info = JSON.parse(spawnSync('node', ['dist/ktrace.mjs', 'info', '--json', scratch], { encoding: 'utf8' }).stdout);
    const events = Object.values(info.events).reduce((a, n) => a + n, 0);
    row('bytes an event on disk', '≤ 192', size(scratch) / events, `${events} events, ${(size(scratch) / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s`);
    row('resident memory, 512 MiB of guest RAM, GiB', '< 1', peak / 1048576, '');
    const keep = [];
    for (let i = 0; i < rounds; i++) { const t = process.hrtime.bigint(); spawnSync('node', ['dist/ktrace.mjs', 'report', scratch, '--summary'], { stdio: 'ignore' }); keep.push(Number(process.hrtime.bigint() - t) / 1e6); }
    row('report --summary, seconds', '–', median(keep) / 1000, `${info.events.syscall} system calls`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
