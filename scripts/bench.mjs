// Timings, interleaved: the same work natively, under qemu-x86_64 and under ktrace, medians and ratios. `make bench`; results stand in docs/benchmarks.md.
// `node scripts/bench.mjs [SECTION…]`; `cpu` alone takes names of its rows (bench-cpu.mjs).
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchCpu } from './bench-cpu.mjs';
import { interleave, median, qemu, record as rec, recording as scratch, rounds, verdict } from './bench-lib.mjs';

const row = (what, bar, value, detail) => verdict(what, value, Number(/[\d.]+/.exec(bar)?.[0] ?? Infinity), detail);
const ms = (r) => Object.entries(r).map(([n, t]) => `${n} ${t.wall.toFixed(0)} ms`).join(', ');
const only = process.argv.slice(2);
const want = (name) => only.length === 0 || only.some((o) => name.includes(o));

if (only[0] === 'cpu') benchCpu(only.slice(1));
else {
  if (want('startup')) {
    const r = interleave({ node: () => ['node', '-e', '0'], true: () => [...rec(), '/bin/true'], ls: () => [...rec(), '/bin/ls', '-la', '/etc'] });
    row('record /bin/true ÷ node -e 0', '≤ 6', r.true.wall / r.node.wall, ms(r));
    row('record ls -la /etc ÷ node -e 0', '≤ 10', r.ls.wall / r.node.wall, ms(r));
  }
  if (want('cpu')) benchCpu([]);
  if (want('syscall') && qemu) {
    const dd = (count) => ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`, 'status=none'];
    const r = interleave({ q1: () => [...qemu, ...dd(1)], q200k: () => [...qemu, ...dd(200000)], k1: () => [...rec(), ...dd(1)], k200k: () => [...rec(), ...dd(200000)] });
    row('dd bs=1: 200,000 − 1 blocks, ktrace ÷ qemu', '≤ 6', (r.k200k.wall - r.k1.wall) / (r.q200k.wall - r.q1.wall), ms(r));
  }
  if (want('trace')) {
    const cmd = ['/bin/bash', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do ls -la /etc | sort | head -3; done; dd if=/dev/zero of=/dev/null bs=1 count=100000 status=none'];
    const r = interleave({ none: () => [...rec('--trace', 'none'), ...cmd], default: () => [...rec(), ...cmd] });
    row('default tables ÷ --trace none', '≤ 1.5', r.default.wall / r.none.wall, ms(r));
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
}
