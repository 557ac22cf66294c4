// Timings, interleaved: the same work natively, under qemu-x86_64 and under ktrace, medians and ratios. `make bench`; results stand in docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.env.ROUNDS ?? 5);
const dir = mkdtempSync(join(tmpdir(), 'ktrace-bench-'));
const k = ['node', 'dist/ktrace.mjs'];
const rec = (...flags) => [...k, 'record', '-q', '-o', join(dir, `r${Math.random().toString(36).slice(2)}.ktrace`), ...flags, '--'];
const qemu = spawnSync('sh', ['-c', 'command -v qemu-x86_64']).status === 0 ? ['qemu-x86_64'] : null;
const time = (argv) => {
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
    for (const [name, scale] of [['sieve', '8'], ['crc', '6'], ['sort', '6'], ['matrix', '20'], ['fib', '20'], ['mandel', '6'], ['strings', '6'], ['hash', '5']]) {
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
} finally {
  rmSync(dir, { recursive: true, force: true });
}
