// Timings, interleaved: the same work natively, under qemu-x86_64 and under ktrace, medians and ratios. `make bench`; results stand in docs/benchmarks.md.
// `node scripts/bench.mjs [SECTION…]`; `cpu` alone takes names of its rows (bench-cpu.mjs).
import { benchCpu } from './bench-cpu.mjs';
import { benchChurn, benchCold, benchLinear } from './bench-engine.mjs';
import { benchEvents } from './bench-events.mjs';
import { interleave, qemu, record as rec, verdict } from './bench-lib.mjs';

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
  if (want('cold')) benchCold();
  if (want('linear')) benchLinear();
  if (want('churn')) await benchChurn();
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
  if (want('events')) await benchEvents();
}
